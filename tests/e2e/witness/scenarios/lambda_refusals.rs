//! What Lambda refuses.

use serde_json::{Value, json};

use super::{function, merged};
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "lambda invalid",
            steps: invalid(),
        },
        Scenario {
            name: "lambda missing",
            steps: missing(),
        },
        Scenario {
            name: "lambda update refusals",
            steps: updates(),
        },
    ]
}

const CREATE: &str = "lambda:CreateFunction";
/// What breaks the service model; what the model leaves to Lambda itself has the other.
const BREACH: &str = "ValidationException";
const VALUE: &str = "InvalidParameterValueException";

/// Names are of one step each, so that one that is taken after all changes no other.
fn invalid() -> Vec<Step> {
    let long = "x".repeat(5 * 1024);
    let with = |name: &str, over: Value| function(name, over);
    vec![
        refused(
            "a name with a blank",
            CREATE,
            with("a b", anything()),
            400,
            BREACH,
        ),
        refused(
            "a name of 65 characters",
            CREATE,
            with(&"n".repeat(65), anything()),
            400,
            VALUE,
        ),
        refused(
            "a name of 141 characters",
            CREATE,
            with(&"n".repeat(141), anything()),
            400,
            BREACH,
        ),
        refused(
            "no runtime",
            CREATE,
            with("runtime", json!({"Runtime": null})),
            400,
            VALUE,
        ),
        refused(
            "no handler",
            CREATE,
            with("handler", json!({"Handler": null})),
            400,
            VALUE,
        ),
        refused(
            "an unknown runtime",
            CREATE,
            with("unknown", json!({"Runtime": "python9.9"})),
            400,
            VALUE,
        ),
        refused(
            "a retired runtime",
            CREATE,
            with("retired", json!({"Runtime": "nodejs12.x"})),
            400,
            VALUE,
        ),
        refused(
            "a handler with a blank",
            CREATE,
            with("blank", json!({"Handler": "index handler"})),
            400,
            BREACH,
        ),
        refused(
            "a role that is no ARN",
            CREATE,
            with("role", json!({"Role": "lambda"})),
            400,
            BREACH,
        ),
        refused(
            "64 MB of memory",
            CREATE,
            with("small", json!({"MemorySize": 64})),
            400,
            BREACH,
        ),
        refused(
            "10,241 MB of memory",
            CREATE,
            with("big", json!({"MemorySize": 10241})),
            400,
            "*",
        ),
        refused(
            "no time",
            CREATE,
            with("timeless", json!({"Timeout": 0})),
            400,
            BREACH,
        ),
        refused(
            "901 seconds",
            CREATE,
            with("slow", json!({"Timeout": 901})),
            400,
            "*",
        ),
        refused(
            "a long description",
            CREATE,
            with("described", json!({"Description": "d".repeat(257)})),
            400,
            BREACH,
        ),
        refused(
            "an environment of 5 KB",
            CREATE,
            with(
                "environment",
                json!({"Environment": {"Variables": {"KEY": long}}}),
            ),
            400,
            VALUE,
        ),
        refused(
            "a reserved variable",
            CREATE,
            with(
                "reserved",
                json!({"Environment": {"Variables": {"AWS_REGION": "x"}}}),
            ),
            400,
            VALUE,
        ),
        refused(
            "a variable of one letter",
            CREATE,
            with("letter", json!({"Environment": {"Variables": {"A": "x"}}})),
            400,
            BREACH,
        ),
        refused(
            "an unknown architecture",
            CREATE,
            with("arch", json!({"Architectures": ["riscv"]})),
            400,
            BREACH,
        ),
        refused(
            "two architectures",
            CREATE,
            with("archs", json!({"Architectures": ["x86_64", "arm64"]})),
            400,
            BREACH,
        ),
        refused(
            "no code",
            CREATE,
            with("code", json!({"Code": {}})),
            400,
            VALUE,
        ),
        refused(
            "no archive",
            CREATE,
            with("archive", json!({"Code": {"Bytes": "no archive"}})),
            400,
            VALUE,
        ),
        refused(
            "a tag with a star",
            CREATE,
            with("tagged", json!({"Tags": {"a*b": "x"}})),
            400,
            "*",
        ),
        refused(
            "six layers",
            CREATE,
            with(
                "layers",
                json!({"Layers": (1..=6).map(|n| format!("arn:aws:lambda:eu-west-1:{{account}}:layer:l{n}:1")).collect::<Vec<_>>()}),
            ),
            400,
            VALUE,
        ),
    ]
}

fn missing() -> Vec<Step> {
    let (named, code) = (json!({"FunctionName": "none"}), "ResourceNotFoundException");
    let elsewhere = json!({"FunctionName": "arn:aws:lambda:us-east-1:{account}:function:none"});
    vec![
        refused("get", "lambda:GetFunction", named.clone(), 404, code),
        refused(
            "get its configuration",
            "lambda:GetFunctionConfiguration",
            named.clone(),
            404,
            code,
        ),
        refused(
            "configure",
            "lambda:UpdateFunctionConfiguration",
            merged(named.clone(), json!({"Timeout": 5})),
            404,
            code,
        ),
        refused(
            "upload",
            "lambda:UpdateFunctionCode",
            merged(named.clone(), json!({"Code": {"Python": "one"}})),
            404,
            code,
        ),
        refused("publish", "lambda:PublishVersion", named.clone(), 404, code),
        refused(
            "list its versions",
            "lambda:ListVersionsByFunction",
            named.clone(),
            404,
            code,
        ),
        refused("delete", "lambda:DeleteFunction", named, 404, code),
        refused(
            "get it from another region",
            "lambda:GetFunction",
            elsewhere,
            404,
            code,
        ),
        refused(
            "a name that is none",
            "lambda:GetFunction",
            json!({"FunctionName": "a/b"}),
            400,
            BREACH,
        ),
    ]
}

fn updates() -> Vec<Step> {
    let configure = "lambda:UpdateFunctionConfiguration";
    let change = |over: Value| merged(json!({"FunctionName": "f"}), over);
    vec![
        done(
            "create",
            CREATE,
            function("f", json!({"Description": "first"})),
            201,
            anything(),
        ),
        settled("created", "f", anything()),
        refused(
            "64 MB of memory",
            configure,
            change(json!({"MemorySize": 64})),
            400,
            BREACH,
        ),
        settled("after the memory", "f", anything()),
        refused(
            "901 seconds",
            configure,
            change(json!({"Timeout": 901})),
            400,
            "*",
        ),
        settled("after the time", "f", anything()),
        refused(
            "an unknown runtime",
            configure,
            change(json!({"Runtime": "python9.9"})),
            400,
            VALUE,
        ),
        settled("after the runtime", "f", anything()),
        refused(
            "a role that is no ARN",
            configure,
            change(json!({"Role": "lambda"})),
            400,
            BREACH,
        ),
        settled(
            "at the end",
            "f",
            json!({"Description": "first", "LastUpdateStatus": "Successful"}),
        ),
    ]
}

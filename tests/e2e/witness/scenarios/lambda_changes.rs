//! Changes to Lambda functions: one at a time, each guarded, each settling by itself.

use serde_json::{Value, json};

use super::{code_sha256, function, merged};
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "lambda configuration",
            steps: configuration(),
        },
        Scenario {
            name: "lambda cleared",
            steps: cleared(),
        },
        Scenario {
            name: "lambda code",
            steps: code(),
        },
        Scenario {
            name: "lambda pending",
            steps: pending(),
        },
        Scenario {
            name: "lambda configuring",
            steps: configuring(),
        },
        Scenario {
            name: "lambda uploading",
            steps: uploading(),
        },
        Scenario {
            name: "lambda revisions",
            steps: revisions(),
        },
    ]
}

const CONFIGURE: &str = "lambda:UpdateFunctionConfiguration";
const UPLOAD: &str = "lambda:UpdateFunctionCode";

/// A request about the function `f`.
fn of_f(over: Value) -> Value {
    merged(json!({"FunctionName": "f"}), over)
}

fn created() -> [Step; 2] {
    let variables = json!({"Description": "first", "Environment": {"Variables": {"KEY": "value", "OTHER": "x"}}});
    [
        done(
            "create",
            "lambda:CreateFunction",
            function("f", variables),
            201,
            anything(),
        ),
        settled("created", "f", json!({"State": "Active"})),
    ]
}

/// Every field that the operator changes.
fn configuration() -> Vec<Step> {
    let fields = json!({
        "Runtime": "python3.13", "Handler": "index.other", "Role": "arn:aws:iam::{account}:role/other", "Description": "second",
        "Timeout": 30, "MemorySize": 512, "Environment": {"Variables": {"OTHER": "y"}},
    });
    let progress = json!({"LastUpdateStatus": "InProgress", "LastUpdateStatusReasonCode": "Creating", "State": "Active"});
    let settled_fields = json!({"LastUpdateStatus": "Successful", "LastUpdateStatusReasonCode": null, "State": "Active", "CodeSha256": code_sha256("one")});
    let mut steps = Vec::from(created());
    steps.extend([
        done(
            "change",
            CONFIGURE,
            of_f(fields.clone()),
            200,
            merged(fields.clone(), progress),
        ),
        settled("settle", "f", merged(fields.clone(), settled_fields)),
        done(
            "one variable",
            "lambda:GetFunctionConfiguration",
            of_f(json!({})),
            200,
            json!({"Environment": {"Variables": {"KEY": null, "OTHER": "y"}}}),
        ),
        done(
            "change nothing",
            CONFIGURE,
            of_f(json!({})),
            200,
            json!({"LastUpdateStatus": "InProgress", "Description": "second"}),
        ),
        settled("nothing has changed", "f", fields),
    ]);
    steps
}

fn cleared() -> Vec<Step> {
    let mut steps = Vec::from(created());
    steps.extend([
        done("clear", CONFIGURE, of_f(json!({"Description": "", "Environment": {"Variables": {}}})), 200, json!({"Description": ""})),
        settled("settle", "f", json!({"Description": "", "Environment": {"Variables": {"KEY": null, "OTHER": null}}, "Timeout": 3})),
    ]);
    steps
}

fn code() -> Vec<Step> {
    let python = |answer: &str| json!({"Code": {"Python": answer}});
    let with = |answer: &str, over: Value| of_f(merged(python(answer), over));
    let (one, two, three) = (code_sha256("one"), code_sha256("two"), code_sha256("three"));
    let mut steps = Vec::from(created());
    steps.extend([
        done("upload", UPLOAD, with("two", json!({})), 200, json!({"CodeSha256": two, "LastUpdateStatus": "InProgress", "RevisionId": "!{revision}"})),
        settled("settle", "f", json!({"CodeSha256": two, "Description": "first", "Architectures": ["x86_64"]})),
        refused("a stale revision", UPLOAD, with("three", json!({"RevisionId": "00000000-0000-4000-8000-000000000000"})), 412, "PreconditionFailedException"),
        done(
            "the current revision",
            UPLOAD,
            with("three", json!({"RevisionId": "{revision}", "Architectures": ["arm64"]})),
            200,
            json!({"Architectures": ["arm64"]}),
        ),
        settled("settle again", "f", json!({"CodeSha256": three, "Architectures": ["arm64"]})),
        refused("no archive", UPLOAD, of_f(json!({"Code": {"Bytes": "no archive"}})), 400, "InvalidParameterValueException"),
        refused("no code", UPLOAD, of_f(json!({"Code": {}})), 400, "InvalidParameterValueException"),
        done("still the third", "lambda:GetFunction", of_f(json!({})), 200, json!({"Configuration": {"CodeSha256": three}})),
        done(
            "upload and publish",
            UPLOAD,
            with("one", json!({"Publish": true})),
            200,
            json!({"Version": "1", "FunctionArn": "{lambda}:f:1", "CodeSha256": one}),
        ),
        settled("published", "f", json!({"CodeSha256": one, "Version": "$LATEST"})).keeps("sha256", "Configuration.CodeSha256"),
        done("try two", UPLOAD, with("two", json!({"DryRun": true})), 200, anything()),
        done("it was a try", "lambda:GetFunction", of_f(json!({})), 200, json!({"Configuration": {"CodeSha256": "{sha256}", "RevisionId": "{revision}"}})),
    ]);
    steps
}

const BUSY: &str = "ResourceConflictException";

/// While a function is pending or an update is in progress, every other is refused. What is sent then
/// is what is there already, so that a cloud which takes it all the same goes on as one that does not.
/// Its states go on otherwise; none is looked at after that.
fn pending() -> Vec<Step> {
    let first = json!({"Description": "first"});
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", first.clone()),
            201,
            json!({"State": "Pending"}),
        ),
        refused("configure", CONFIGURE, of_f(first), 409, BUSY),
        refused(
            "upload",
            UPLOAD,
            of_f(json!({"Code": {"Python": "one"}})),
            409,
            BUSY,
        ),
        settled(
            "created",
            "f",
            json!({"Description": "first", "CodeSha256": code_sha256("one")}),
        ),
    ]
}

fn configuring() -> Vec<Step> {
    let mut steps = Vec::from(created());
    steps.extend([
        done(
            "configure",
            CONFIGURE,
            of_f(json!({"Description": "second"})),
            200,
            json!({"LastUpdateStatus": "InProgress"}),
        ),
        refused(
            "configure again",
            CONFIGURE,
            of_f(json!({"Description": "second"})),
            409,
            BUSY,
        ),
        refused(
            "upload meanwhile",
            UPLOAD,
            of_f(json!({"Code": {"Python": "one"}})),
            409,
            BUSY,
        ),
        refused(
            "publish meanwhile",
            "lambda:PublishVersion",
            of_f(json!({})),
            409,
            BUSY,
        ),
        settled("configured", "f", json!({"Description": "second"})),
        done(
            "then it is free",
            CONFIGURE,
            of_f(json!({"Description": "third"})),
            200,
            json!({"Description": "third"}),
        ),
    ]);
    steps
}

fn uploading() -> Vec<Step> {
    let mut steps = Vec::from(created());
    steps.extend([
        done(
            "upload",
            UPLOAD,
            of_f(json!({"Code": {"Python": "two"}})),
            200,
            json!({"LastUpdateStatus": "InProgress"}),
        ),
        refused(
            "configure meanwhile",
            CONFIGURE,
            of_f(json!({"Description": "first"})),
            409,
            BUSY,
        ),
        refused(
            "upload again",
            UPLOAD,
            of_f(json!({"Code": {"Python": "two"}})),
            409,
            BUSY,
        ),
        settled(
            "uploaded",
            "f",
            json!({"CodeSha256": code_sha256("two"), "Description": "first"}),
        ),
        done(
            "then it is free",
            UPLOAD,
            of_f(json!({"Code": {"Python": "one"}})),
            200,
            json!({"CodeSha256": code_sha256("one")}),
        ),
    ]);
    steps
}

/// The revision moves by itself when a change settles, and guards the next.
fn revisions() -> Vec<Step> {
    let stale = "PreconditionFailedException";
    let guarded =
        |revision: &str, text: &str| of_f(json!({"Description": text, "RevisionId": revision}));
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            anything(),
        )
        .keeps("created", "RevisionId"),
        settled("created", "f", json!({"RevisionId": "!{created}"})),
        refused(
            "the revision of the create",
            CONFIGURE,
            guarded("{created}", "second"),
            412,
            stale,
        ),
        settled("read again", "f", json!({"State": "Active"})),
        done(
            "the revision that was read",
            CONFIGURE,
            guarded("{revision}", "third"),
            200,
            json!({"Description": "third", "RevisionId": "!{revision}"}),
        )
        .keeps("replied", "RevisionId"),
        settled(
            "changed",
            "f",
            json!({"Description": "third", "RevisionId": "!{replied}"}),
        ),
        refused(
            "the revision of the reply",
            CONFIGURE,
            guarded("{replied}", "fourth"),
            412,
            stale,
        ),
        refused(
            "no revision at all",
            CONFIGURE,
            guarded("none", "fifth"),
            412,
            stale,
        ),
    ]
}

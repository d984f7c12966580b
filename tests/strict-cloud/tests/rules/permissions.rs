//! Lambda: the policy of a function.

use serde_json::{Value, json};
use strict_cloud::lambda::Permission;
use strict_cloud::{Answer, Cloud};

use crate::support::{active, cloud, get, me, new_function, refused, verdict};

const FUNCTION: (&str, Option<&str>) = ("f", None);
const INVALID: (u16, &str) = (400, "InvalidParameterValueException");

fn add(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_add_permission(&me(), FUNCTION, &Permission::of(asked), None)
}

fn remove(cloud: &mut Cloud, statement: &str) -> Answer<()> {
    cloud.lambda_remove_permission(&me(), FUNCTION, statement, None)
}

/// The policy's statements.
fn statements(cloud: &mut Cloud) -> Value {
    let got = cloud.lambda_get_policy(&me(), FUNCTION).unwrap();
    let text = got.get("Policy").and_then(Value::as_str).unwrap();
    let policy: Value = serde_json::from_str(text).unwrap();
    policy.get("Statement").cloned().unwrap()
}

fn of(statement: &str) -> Value {
    json!({"StatementId": statement, "Action": "lambda:InvokeFunction", "Principal": "*"})
}

#[test]
fn each_member_is_a_principal_or_a_condition() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    for (member, value, place, shown) in [
        ("Principal", json!("*"), "/Principal", json!("*")),
        (
            "Principal",
            json!("123456789012"),
            "/Principal/AWS",
            json!("arn:aws:iam::123456789012:root"),
        ),
        (
            "Principal",
            json!("arn:aws:iam::123456789012:role/r"),
            "/Principal/AWS",
            json!("arn:aws:iam::123456789012:role/r"),
        ),
        (
            "Principal",
            json!("sns.amazonaws.com"),
            "/Principal/Service",
            json!("sns.amazonaws.com"),
        ),
        (
            "SourceArn",
            json!("arn:aws:s3:::b"),
            "/Condition/ArnLike/AWS:SourceArn",
            json!("arn:aws:s3:::b"),
        ),
        (
            "SourceAccount",
            json!("123456789012"),
            "/Condition/StringEquals/AWS:SourceAccount",
            json!("123456789012"),
        ),
        (
            "PrincipalOrgID",
            json!("o-0123456789"),
            "/Condition/StringEquals/aws:PrincipalOrgID",
            json!("o-0123456789"),
        ),
        (
            "EventSourceToken",
            json!("t"),
            "/Condition/StringEquals/lambda:EventSourceToken",
            json!("t"),
        ),
        (
            "InvokedViaFunctionUrl",
            json!(true),
            "/Condition/Bool/lambda:InvokedViaFunctionUrl",
            json!("true"),
        ),
        (
            "InvokedViaFunctionUrl",
            json!(false),
            "/Condition",
            Value::Null,
        ),
    ] {
        let mut asked = of("s");
        asked[member] = value;
        add(&mut cloud, asked.clone()).unwrap();
        let found = statements(&mut cloud)[0].pointer(place).cloned();
        assert_eq!(found.unwrap_or_default(), shown, "{asked}");
        remove(&mut cloud, "s").unwrap();
    }
}

#[test]
fn what_is_refused() {
    let mut cloud = cloud();
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    assert_eq!(
        verdict(add(&mut cloud, of("s"))),
        (409, "ResourceConflictException")
    );
    assert_eq!(
        verdict(cloud.lambda_get_policy(&me(), ("nothing", None))),
        (404, "ResourceNotFoundException")
    );
    active(&mut cloud, "g");
    let mut asked = |change: Value| {
        let mut asked = of("s");
        for (name, value) in change.as_object().unwrap() {
            asked[name] = value.clone();
        }
        verdict(cloud.lambda_add_permission(&me(), ("g", None), &Permission::of(asked), None))
    };
    let validation = (400, "ValidationException");
    for (change, expected) in [
        (json!({"StatementId": "a b"}), validation),
        (json!({"Action": "s3:GetObject"}), validation),
        (json!({"Principal": null}), validation),
        (json!({"SourceArn": "bucket"}), validation),
        (json!({"SourceAccount": "1"}), validation),
        (json!({"PrincipalOrgID": "org"}), validation),
        (json!({"Principal": "nobody"}), INVALID),
        (json!({"FunctionUrlAuthType": "NONE"}), INVALID),
        (
            json!({"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}),
            (0, ""),
        ),
        (json!({}), (409, "ResourceConflictException")),
    ] {
        assert_eq!(asked(change.clone()), expected, "{change}");
    }
    for (function, statement) in [("g", "other"), ("nothing", "s")] {
        let gone = cloud.lambda_remove_permission(&me(), (function, None), statement, None);
        assert_eq!(
            verdict(gone),
            (404, "ResourceNotFoundException"),
            "{function}"
        );
    }
}

#[test]
fn a_policy_has_an_end_and_each_write_moves_the_revision() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let mut revision = get(&mut cloud, "f").revision_id;
    let mut number = 0;
    let refusal = loop {
        number += 1;
        let mut asked = of(&format!("s{number}"));
        asked["EventSourceToken"] = json!("t".repeat(256));
        match add(&mut cloud, asked) {
            Ok(_) => {}
            Err(refusal) => break refusal,
        }
        let now = get(&mut cloud, "f").revision_id;
        assert_ne!(now, revision);
        revision = now;
    };
    assert_eq!(
        refused(Err::<(), _>(refusal)).code,
        "PolicyLengthExceededException"
    );
    let size = statements(&mut cloud).to_string().len();
    assert!((20_000..20_480).contains(&size), "{size}");
}

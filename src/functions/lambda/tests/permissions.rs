//! Statements of the policy: what is planned of them.

use serde_json::{Value, json};

use super::{desired, edited, looking, memory, next, show};
use crate::cloud::lambda::{Permission, Policy, Principal};
use crate::functions::lambda::LambdaObserved;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::reconcile::Goal;

const S3: &str = "s3.amazonaws.com";

fn from(service: &str) -> Permission {
    Permission::new("lambda:InvokeFunction", Principal::named(service))
}

fn allowing(id: &str, principal: &str) -> Value {
    json!({"permissions": [{"statementId": id, "principal": principal}]})
}

fn with(policy: Known<Policy>) -> LambdaObserved {
    edited(|observed| observed.policy = policy)
}

fn policy<const N: usize>(statements: [(&str, Option<Permission>); N]) -> Known<Policy> {
    let statements = statements.map(|(id, one)| (id.to_owned(), one));
    Known::Read(Policy(statements.into()))
}

#[test]
fn it_is_read_only_where_it_is_named() {
    let unread = with(Known::Unread);
    let (named, unnamed) = (desired(&allowing("a", S3)), desired(&json!({})));
    let public = desired(&json!({"functionUrlConfig": {"authType": "NONE"}}));
    assert_eq!(next(&named, &memory(&[]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&["permissions/a"]), &unread), "Read");
    assert_eq!(next(&public, &memory(&[]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&[]), &unread), "Settled");
}

#[test]
fn only_what_differs_and_is_ours_is_written_and_what_goes_goes_first() {
    let s3 = r#"{"action":"lambda:InvokeFunction","principal":"s3.amazonaws.com"}"#;
    let sqs = r#"{"action":"lambda:InvokeFunction","principal":"sqs.amazonaws.com"}"#;
    let none = json!({});
    let cases = [
        (
            "others have one",
            none.clone(),
            vec![],
            policy([("a", None)]),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            allowing("a", S3),
            vec![],
            policy([("a", Some(from(S3)))]),
            "Settled".to_owned(),
        ),
        (
            "new",
            allowing("a", S3),
            vec![],
            policy([]),
            format!("AddPermission(permissions/a:->{s3})"),
        ),
        (
            "edited outside",
            allowing("a", S3),
            vec!["permissions/a"],
            policy([("a", Some(from("sqs.amazonaws.com")))]),
            format!(
                "RemovePermission(permissions/a:{sqs}>-) then AddPermission(permissions/a:->{s3})"
            ),
        ),
        (
            "what no spec can ask for is in its place",
            allowing("a", S3),
            vec![],
            policy([("a", None)]),
            format!(
                "RemovePermission(permissions/a:another statement>-) then AddPermission(permissions/a:->{s3})"
            ),
        ),
        (
            "renamed",
            allowing("b", S3),
            vec!["permissions/a"],
            policy([("a", Some(from(S3)))]),
            format!(
                "RemovePermission(permissions/a:{s3}>-) then AddPermission(permissions/b:->{s3})"
            ),
        ),
        (
            "two change, each by itself, after what is dropped",
            json!({"permissions": [{"statementId": "a", "principal": S3}, {"statementId": "b", "principal": S3}]}),
            vec!["permissions/z"],
            policy([("a", None), ("b", None), ("z", None)]),
            format!(
                "RemovePermission(permissions/z:another statement>-) then RemovePermission(permissions/a:another statement>-) then AddPermission(permissions/a:->{s3}) then RemovePermission(permissions/b:another statement>-) then AddPermission(permissions/b:->{s3})"
            ),
        ),
        (
            "dropped and gone",
            none,
            vec!["permissions/a"],
            policy([("b", None)]),
            "Settled".to_owned(),
        ),
    ];
    for (case, spec, managed, found, expected) in cases {
        let plan = next(&desired(&spec), &memory(&managed), &with(found));
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn a_create_says_what_follows_and_who_only_looks_is_told_the_same() {
    let spec = allowing("a", "123456789012");
    let shown = show(&plan(Goal::Present(&desired(&spec)), &memory(&[]), None));
    assert!(shown.contains(" then AddPermission("), "{shown}");
    let looked = next(&looking(&spec), &memory(&[]), &with(policy([])));
    assert!(looked.contains("AddPermission(permissions/a"), "{looked}");
}

#[test]
fn what_may_not_be_read_blocks_once_nothing_else_is_due() {
    let denied = with(Known::Denied("Code: why".to_owned()));
    let mut spec = allowing("a", S3);
    let plan = next(&desired(&spec), &memory(&[]), &denied);
    assert_eq!(plan, "Blocked AccessDenied");
    spec["timeout"] = json!(10);
    let plan = next(&desired(&spec), &memory(&[]), &denied);
    assert_eq!(plan, "UpdateConfiguration(timeout:3>10)");
}

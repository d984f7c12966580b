//! Objects that cannot be decoded, strays in a status, and requests.

use serde_json::json;

use super::*;
use crate::api::LambdaFunction;

fn object(spec: &Value) -> FullObject<LambdaFunction> {
    let read = json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": "LambdaFunction", "metadata": {"name": "f"}, "spec": spec});
    FullObject::deserialize(read).unwrap()
}

fn broken(change: (&str, Value)) -> FullObject<LambdaFunction> {
    let mut spec = json!({"runtime": "r", "handler": "h", "role": "arn", "code": {}});
    spec[change.0] = change.1;
    object(&spec)
}

#[test]
fn what_cannot_be_decoded_is_told_without_its_value() {
    let rows = [
        (
            "a number for a text",
            broken(("environment", json!({"variables": {"PIN": 8_675_309}}))),
            ": a field should be a string",
        ),
        (
            "a text for a block",
            broken(("code", json!("8675309"))),
            ": a field should be struct Code",
        ),
        (
            "an unknown word",
            broken(("architectures", json!(["8675309"]))),
            ": a field should be `x86_64` or `arm64`",
        ),
        (
            "a missing field",
            object(&json!({"runtime": "r"})),
            ": the field `role` is missing",
        ),
    ];
    for (sentence, object, end) in rows {
        let message = object.spec.err().unwrap_or_default();
        assert_eq!(
            message,
            format!("the spec cannot be read{end}"),
            "{sentence}"
        );
    }
}

#[test]
fn deletion_is_blocked_where_nobody_knows_whether_it_may_delete() {
    assert_eq!(
        broken(("code", json!(1)))
            .subject
            .essentials
            .deletion_policy,
        Ok(None)
    );
    assert_eq!(
        broken(("deletionPolicy", json!("Retain")))
            .subject
            .essentials
            .deletion_policy,
        Ok(Some(DeletionPolicy::Retain))
    );
    assert!(
        broken(("deletionPolicy", json!("Keep")))
            .subject
            .essentials
            .deletion_policy
            .is_err()
    );
    assert!(
        broken(("managementPolicy", json!("Look")))
            .subject
            .essentials
            .deletion_policy
            .is_err()
    );
}

#[test]
fn what_we_did_not_apply_is_a_stray() {
    let applied = |fields: Value| -> Vec<ManagedFieldsEntry> {
        let entry = json!({"manager": "cloudfn", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": fields}});
        vec![ManagedFieldsEntry::deserialize(entry).unwrap()]
    };
    let ready = json!({"f:observedGeneration": {}, "f:conditions": {"k:{\"type\":\"Ready\"}": {}}});
    let status = |kinds: &[&str], more: &[&str]| {
        let conditions: Vec<_> = kinds.iter().map(|kind| json!({"type": kind})).collect();
        let mut status = json!({"observedGeneration": 1, "conditions": conditions});
        for key in more {
            status[*key] = json!("value");
        }
        status
    };
    let rows = [
        (
            "all of it is applied",
            status(&["Ready"], &[]),
            applied(ready.clone()),
            false,
        ),
        (
            "a condition of another kind is another's",
            status(&["Ready", "Example"], &[]),
            applied(ready.clone()),
            false,
        ),
        (
            "a condition of ours that we did not apply",
            status(&["Ready", "Stalled"], &[]),
            applied(ready.clone()),
            true,
        ),
        (
            "a field that we did not apply",
            status(&["Ready"], &["arn"]),
            applied(ready.clone()),
            true,
        ),
        (
            "a status before the first look",
            json!({"observedGeneration": -1}),
            applied(json!({})),
            false,
        ),
        (
            "nobody is known to have applied anything",
            status(&["Stalled"], &["arn"]),
            Vec::new(),
            true,
        ),
    ];
    for (sentence, status, managers, expected) in rows {
        assert_eq!(has_strays(&status, &managers), expected, "{sentence}");
    }
}

#[test]
fn the_greater_request_counts() {
    let mut subject = object(&json!({})).subject;
    let annotate = |pairs: &[(&str, &str)]| {
        Some(
            pairs
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        )
    };
    subject.metadata.annotations = annotate(&[
        (crate::api::RECONCILE_REQUESTED_AT, "2"),
        (crate::api::FLUX_REQUESTED_AT, "3"),
    ]);
    let requests = subject.requests();
    assert_eq!(
        (requests.own.as_deref(), requests.flux.as_deref()),
        (Some("2"), Some("3"))
    );
    subject.metadata.annotations = annotate(&[(crate::api::RECONCILE_REQUESTED_AT, "2")]);
    let requests = subject.requests();
    assert_eq!((requests.own.as_deref(), requests.flux), (Some("2"), None));
}

//! What a cache keeps of an object.

use serde_json::{Value, json};

use super::*;
use crate::api::{DriftPolicy, LambdaFunction, ReferenceName};

/// An object with so many bytes of text beyond those of its fixed fields.
fn object(code: &str, metadata: &Value) -> Value {
    let mut object = json!({
        "metadata": {"namespace": "n", "name": "f", "uid": "u", "resourceVersion": "7", "generation": 3},
        "spec": {"runtime": "r", "handler": "h", "role": "arn", "driftPolicy": "Report", "code": {"zipFile": code},
            "environment": {"variablesFrom": [{"secretRef": {"name": "s"}}]}},
        "status": {"observedGeneration": 3},
    });
    for (name, value) in metadata.as_object().into_iter().flatten() {
        object["metadata"][name] = value.clone();
    }
    object
}

fn cached(object: Value) -> CachedObject<LambdaFunction> {
    CachedObject::deserialize(object).unwrap()
}

#[test]
fn a_large_spec_is_not_kept_and_what_is_asked_of_it_again_and_again_is() {
    for (code, kept) in [("A".repeat(KEPT / 2), true), ("A".repeat(KEPT), false)] {
        let CachedObject { subject, spec } = cached(object(&code, &json!({})));
        assert_eq!(spec.is_some(), kept, "{} bytes of code", code.len());
        assert!(subject.is_readable);
        assert_eq!(subject.references, [ReferenceName::secret("s")].into());
        assert_eq!(subject.essentials.drift_policy, Some(DriftPolicy::Report));
        assert_eq!((subject.uid(), subject.generation()), ("u", 3));
        assert!(subject.status.is_some());
    }
}

#[test]
fn a_limit_counts_all_text_of_the_spec() {
    let full = || FullObject::<LambdaFunction>::deserialize(object("AAAA", &json!({}))).unwrap();
    let size = full().spec_size;
    assert!(CachedObject::keeping(full(), size).spec.is_some());
    assert!(CachedObject::keeping(full(), size - 1).spec.is_none());
}

#[test]
fn why_a_spec_cannot_be_read_is_kept_however_large_it_is() {
    let mut wrong = object(&"A".repeat(KEPT), &json!({}));
    wrong["spec"]["runtime"] = json!(["r"]);
    let CachedObject { subject, spec } = cached(wrong);
    assert!(spec.is_some_and(|spec| spec.is_err()));
    assert!(!subject.is_readable && subject.references.is_empty());
}

#[test]
fn what_nobody_reads_of_the_metadata_is_not_kept() {
    let long = "x".repeat(5000);
    let metadata = json!({
        "labels": {"team": "a"}, "ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "o", "uid": "o"}],
        "finalizers": ["cloudfn.dev/finalizer", "example.com/other"],
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": long, "cloudfn.dev/other": long,
            "cloudfn.dev/paused": long, "reconcile.fluxcd.io/requestedAt": "now",
        },
    });
    let subject = cached(object("AAAA", &metadata)).subject;
    assert_eq!(subject.paused(), Some(&long[..1024]));
    assert_eq!(subject.requests().flux.as_deref(), Some("now"));
    let kept = subject.metadata;
    assert_eq!(kept.annotations.map(|kept| kept.len()), Some(2));
    assert_eq!((kept.labels, kept.owner_references), (None, None));
    assert_eq!(kept.finalizers.map(|kept| kept.len()), Some(2));
}

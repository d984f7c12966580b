//! The requests, in the order in which both servers get them.

use serde_json::{Value, json};

/// One request: what it shows, method, path in the namespace, content type, body. In bodies, `$rv`
/// and `$uid` stand for the object's own, `$old` for the version before its last change.
pub type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Value,
);

pub const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
pub const APPLY: &str = "application/apply-patch+yaml";
pub const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const F: &str = "cloudfrontfunctions/f";

fn status(version: &str, status: &Value) -> Value {
    json!({
        "apiVersion": "cloudfn.dev/v1alpha1", "kind": "CloudFrontFunction",
        "metadata": {"name": "f", "namespace": "$ns", "resourceVersion": version}, "status": status,
    })
}

fn says(generation: i64, reason: &str) -> Value {
    let condition = json!({
        "type": "Ready", "status": "False", "reason": reason, "message": "words",
        "observedGeneration": generation, "lastTransitionTime": "2026-01-01T00:00:00Z",
    });
    json!({"observedGeneration": generation, "arn": "arn:aws:cloudfront::1:function/f", "conditions": [condition]})
}

/// A status with these words.
fn words(text: &str) -> Value {
    let mut status = says(1, "Settling");
    status["conditions"][0]["message"] = json!(text);
    status
}

pub fn rows() -> Vec<Row> {
    let spec = json!({"code": {"inline": "function handler(event) { return event.request; }"}});
    let event = json!({
        "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "f.1", "namespace": "$ns"},
        "eventTime": "2026-01-01T00:00:00.000000Z", "type": "Normal", "reason": "Created", "action": "Reconcile", "note": "words",
        "regarding": {"apiVersion": "cloudfn.dev/v1alpha1", "kind": "CloudFrontFunction", "name": "f", "namespace": "$ns"},
        "reportingController": "cloudfn.dev/cloudfn", "reportingInstance": "one",
    });
    let map = |text: &str| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"code": text}});
    let finalizers = |version: &str, names: &[&str]| json!({"metadata": {"resourceVersion": version, "uid": "$uid", "finalizers": names}});
    let ours = "cloudfn.dev/finalizer";
    vec![
        ("nothing is there", "GET", F, "", Value::Null),
        ("no metadata of nothing", "GET", F, PARTIAL, Value::Null),
        (
            "nothing can be patched",
            "PATCH",
            F,
            MERGE,
            json!({"metadata": {"finalizers": [ours]}}),
        ),
        (
            "a create brings defaults and drops the status",
            "POST",
            "cloudfrontfunctions",
            JSON,
            json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": "CloudFrontFunction", "metadata": {"name": "f"}, "spec": spec, "status": {"arn": "x"}}),
        ),
        (
            "twice is refused",
            "POST",
            "cloudfrontfunctions",
            JSON,
            json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": "CloudFrontFunction", "metadata": {"name": "f"}, "spec": spec}),
        ),
        ("it can be read", "GET", F, "", Value::Null),
        ("its metadata too", "GET", F, PARTIAL, Value::Null),
        (
            "a finalizer is no new generation",
            "PATCH",
            F,
            MERGE,
            finalizers("$rv", &[ours]),
        ),
        (
            "a patch that changes nothing makes no version",
            "PATCH",
            F,
            MERGE,
            finalizers("$rv", &[ours]),
        ),
        (
            "a stale patch is refused",
            "PATCH",
            F,
            MERGE,
            finalizers("$old", &[ours, "other.dev/f"]),
        ),
        (
            "another uid is refused",
            "PATCH",
            F,
            MERGE,
            json!({"metadata": {"uid": "00000000-0000-4000-8000-00000000ffff", "finalizers": []}}),
        ),
        (
            "a status is no new generation",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &says(1, "Creating")),
        ),
        (
            "the same status makes no version",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &says(1, "Creating")),
        ),
        (
            "a stale status is refused",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$old", &says(1, "Busy")),
        ),
        (
            "a field that is left out is removed",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status(
                "$rv",
                &json!({"observedGeneration": 1, "conditions": says(1, "Settling")["conditions"]}),
            ),
        ),
        (
            "a status can be patched",
            "PATCH",
            "cloudfrontfunctions/f/status",
            MERGE,
            json!({"metadata": {"resourceVersion": "$rv"}, "status": {"etag": "E1", "arn": "b"}}),
        ),
        (
            "what was patched outlives an apply",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &says(1, "Updating")),
        ),
        (
            "what was applied does not",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status(
                "$rv",
                &json!({"observedGeneration": 1, "conditions": says(1, "Settling")["conditions"]}),
            ),
        ),
        (
            "a patch can clear it",
            "PATCH",
            "cloudfrontfunctions/f/status",
            MERGE,
            json!({"metadata": {"resourceVersion": "$rv"}, "status": {"etag": null, "arn": null, "observedGeneration": null, "conditions": []}}),
        ),
        (
            "and it can be applied anew",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status(
                "$rv",
                &json!({"observedGeneration": 1, "conditions": says(1, "Settling")["conditions"]}),
            ),
        ),
        (
            "an apply with a control character is refused",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &words("one\u{7f}two")),
        ),
        (
            "also with a noncharacter",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &words("one\u{ffff}two")),
        ),
        (
            "line breaks of Unicode are folded",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status(
                "$rv",
                &words("a\u{85}b \u{85} c\u{85}\u{85}d \u{2028} e\u{85}\u{2029}f \u{feff}g"),
            ),
        ),
        (
            "escapes are what they stand for",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status(
                "$rv",
                &words(
                    "\\u0000\\u001b\\u007f\\u0085\\u009f\\u2028\\u2029\\ufeff\\ufffe\\uffff \u{1fffe}\u{10ffff}",
                ),
            ),
        ),
        (
            "and can be patched as they are",
            "PATCH",
            "cloudfrontfunctions/f/status",
            MERGE,
            json!({"metadata": {"resourceVersion": "$rv"}, "status": {"etag": "one\u{7f}\u{85}\u{ffff}two"}}),
        ),
        (
            "and taken away",
            "PATCH",
            "cloudfrontfunctions/f/status",
            MERGE,
            json!({"metadata": {"resourceVersion": "$rv"}, "status": {"etag": null}}),
        ),
        (
            "a spec patch is a new generation",
            "PATCH",
            F,
            MERGE,
            json!({"spec": {"comment": "new"}}),
        ),
        (
            "a stale status is refused again",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$old", &says(2, "Busy")),
        ),
        (
            "an annotation is no new generation",
            "PATCH",
            F,
            MERGE,
            json!({"metadata": {"annotations": {"cloudfn.dev/paused": "true"}}}),
        ),
        (
            "its going neither",
            "PATCH",
            F,
            MERGE,
            json!({"metadata": {"annotations": {"cloudfn.dev/paused": null}}}),
        ),
        (
            "a status in a spec patch is dropped",
            "PATCH",
            F,
            MERGE,
            json!({"status": {"arn": "y"}}),
        ),
        (
            "a field taken back is a new generation",
            "PATCH",
            F,
            MERGE,
            json!({"spec": {"comment": null}}),
        ),
        (
            "deletion waits for the finalizer",
            "DELETE",
            F,
            "",
            Value::Null,
        ),
        (
            "deletion twice changes nothing",
            "DELETE",
            F,
            "",
            Value::Null,
        ),
        (
            "a spec can still be edited",
            "PATCH",
            F,
            MERGE,
            json!({"spec": {"deletionPolicy": "Retain"}}),
        ),
        (
            "a status can still be written",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("$rv", &says(5, "Deleting")),
        ),
        (
            "no new finalizer can come",
            "PATCH",
            F,
            MERGE,
            finalizers("$rv", &[ours, "other.dev/f"]),
        ),
        (
            "a stale removal is refused",
            "PATCH",
            F,
            MERGE,
            finalizers("$old", &[]),
        ),
        (
            "with the last finalizer the object goes",
            "PATCH",
            F,
            MERGE,
            finalizers("$rv", &[]),
        ),
        ("gone", "GET", F, "", Value::Null),
        (
            "a status of nothing",
            "PATCH",
            "cloudfrontfunctions/f/status",
            APPLY,
            status("1", &says(1, "Creating")),
        ),
        (
            "a second removal",
            "PATCH",
            F,
            MERGE,
            finalizers("$rv", &[]),
        ),
        (
            "a configuration map",
            "POST",
            "configmaps",
            JSON,
            map("one"),
        ),
        ("its metadata", "GET", "configmaps/m", PARTIAL, Value::Null),
        ("its edit", "PUT", "configmaps/m", JSON, map("two")),
        ("its contents", "GET", "configmaps/m", "", Value::Null),
        (
            "without finalizers it goes at once",
            "DELETE",
            "configmaps/m",
            "",
            Value::Null,
        ),
        ("it is gone", "GET", "configmaps/m", PARTIAL, Value::Null),
        ("no secret", "GET", "secrets/s", PARTIAL, Value::Null),
        ("an event", "POST", "events", JSON, event),
    ]
}

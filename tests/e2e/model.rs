//! The simulation's API server answers as the real one does: the same requests go to both.

#[path = "../simulation/api_server.rs"]
#[expect(dead_code, reason = "the simulation uses more of it")]
mod api_server;

use std::collections::BTreeSet;

use cloudfn_bed::Bed;
use http::Request;
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use api_server::ApiServer;

/// One request: what it shows, method, path in the namespace, content type, body. In bodies, `$rv`
/// and `$uid` stand for the object's own, `$old` for the version before its last change.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    Value,
);

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";
const PARTIAL: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
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

fn rows() -> Vec<Row> {
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

fn path(namespace: &str, path: &str) -> String {
    let group = match path.split('/').next() {
        Some("configmaps" | "secrets") => "/api/v1",
        Some("events") => "/apis/events.k8s.io/v1",
        _ => "/apis/cloudfn.dev/v1alpha1",
    };
    format!("{group}/namespaces/{namespace}/{path}")
}

/// What one server knows of the objects, for the placeholders and for what moved.
#[derive(Default)]
struct Known {
    version: String,
    old: String,
    uid: String,
}

impl Known {
    /// The bytes of a body. `\u0085` and the like, spelt out in a text, are escapes on the wire.
    fn fill(&self, namespace: &str, body: &Value) -> Vec<u8> {
        if body.is_null() {
            return Vec::new();
        }
        let text = body.to_string().replace("\\\\u", "\\u");
        let filled = [
            ("$rv", &self.version),
            ("$old", &self.old),
            ("$uid", &self.uid),
        ]
        .into_iter()
        .fold(text, |text, (name, value)| text.replace(name, value));
        filled.replace("$ns", namespace).into_bytes()
    }

    /// What of an answer is compared.
    fn learn(&mut self, status: u16, body: &Value) -> Value {
        let metadata = &body["metadata"];
        let version = metadata["resourceVersion"].as_str().unwrap_or_default();
        let moved = !version.is_empty() && version != self.version;
        if moved {
            self.old = std::mem::replace(&mut self.version, version.to_owned());
        }
        if let Some(uid) = metadata["uid"].as_str() {
            uid.clone_into(&mut self.uid);
        }
        let mut fields = BTreeSet::new();
        if status < 300 {
            paths("", body, &mut fields);
        }
        json!({
            "status": status, "reason": body["reason"], "moved": moved, "generation": metadata["generation"],
            "finalizers": metadata["finalizers"], "deleting": !metadata["deletionTimestamp"].is_null(),
            "fields": fields, "says": if status < 300 { body["status"].clone() } else { Value::Null },
        })
    }
}

fn paths(prefix: &str, value: &Value, into: &mut BTreeSet<String>) {
    let Some(map) = value.as_object() else {
        into.insert(prefix.to_owned());
        return;
    };
    for (name, value) in map {
        // Not modelled: who manages what, what a Status says beside its reason, and what events were called before.
        if name != "managedFields" && name != "details" && !name.starts_with("deprecated") {
            paths(&format!("{prefix}.{name}"), value, into);
        }
    }
}

async fn send(
    client: &Client,
    (_, method, place, kind, _): &Row,
    namespace: &str,
    bytes: Vec<u8>,
) -> (u16, Value) {
    let query = if *kind == APPLY {
        "?fieldManager=cloudfn&force=true"
    } else {
        ""
    };
    let mut request = Request::builder()
        .method(*method)
        .uri(path(namespace, place) + query);
    request = if *kind == PARTIAL {
        request.header("accept", PARTIAL)
    } else {
        request.header("accept", JSON)
    };
    if !kind.is_empty() && *kind != PARTIAL {
        request = request.header("content-type", *kind);
    }
    let response = client
        .send(request.body(Body::from(bytes)).unwrap())
        .await
        .unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn the_simulated_api_server_answers_as_the_real_one() {
    let tenant = Bed::get().tenant("model").await;
    let (client, namespace) = (Bed::get().client(), tenant.namespace());
    let mut model = ApiServer::default();
    let (mut real_known, mut model_known) = (Known::default(), Known::default());
    let mut differing = Vec::new();
    for row in rows() {
        let (sentence, method, place, kind, body) = &row;
        let bytes = real_known.fill(namespace, body);
        let (status, answer) = send(&client, &row, namespace, bytes).await;
        let real = real_known.learn(status, &answer);
        let body = api_server::body::read(kind, &model_known.fill(namespace, body));
        let request = api_server::Request {
            method: (*method).to_owned(),
            path: path(namespace, place),
            partial: *kind == PARTIAL,
            content_type: (*kind).to_owned(),
            unreadable: body.as_ref().err().cloned(),
            body: body.unwrap_or_default(),
        };
        let modelled = model.handle(&request);
        let model = model_known.learn(modelled.status, &modelled.body);
        if real != model {
            differing.push(format!(
                "{sentence}: {method} {place}\n  real:  {real}\n  model: {model}\n  {answer}"
            ));
        }
    }
    assert!(
        differing.is_empty(),
        "{} of {} answers differ:\n{}",
        differing.len(),
        rows().len(),
        differing.join("\n")
    );
}

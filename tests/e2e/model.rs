//! The simulation's API server answers as the real one does: the same requests go to both.

#[path = "../simulation/api_server.rs"]
#[expect(dead_code, reason = "the simulation uses more of it")]
mod api_server;
mod rows;

use std::collections::BTreeSet;

use cloudfn_bed::Bed;
use http::Request;
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};

use api_server::ApiServer;
use rows::{APPLY, JSON, PARTIAL, Row, rows};

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

//! ConfigMaps and Secrets that a spec names: what an edit, an absence and a return of them do.

mod code;
mod environment;
mod timing;

use cloudfn_bed::is_ready;
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::support::{Scene, TIMEOUT};

/// Applies a ConfigMap; returns its version.
async fn config_map(scene: &Scene, name: &str, data: Value) -> String {
    let map = scene
        .apply(json!({"kind": "ConfigMap", "metadata": {"name": name}, "data": data}))
        .await;
    map.resource_version().expect("a version")
}

/// Applies a Secret; returns its version.
async fn secret(scene: &Scene, name: &str, data: Value) -> String {
    // `stringData` is merged, and server-side apply would leave keys that are dropped: none is here.
    let secret = scene
        .apply(json!({"kind": "Secret", "metadata": {"name": name}, "stringData": data}))
        .await;
    secret.resource_version().expect("a version")
}

/// Waits until the object is Ready with this version of what it names.
async fn ready_with(scene: &Scene, kind: &str, version: &str) -> DynamicObject {
    let uses = |object: &DynamicObject| {
        object.data["status"]["references"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|r| r["resourceVersion"] == version)
    };
    scene
        .tenant
        .wait_for(
            kind,
            "f",
            &format!("to be ready with version {version} of its reference"),
            |object| is_ready(object) && uses(object),
            TIMEOUT,
        )
        .await
}

/// The message of Ready.
fn message(object: &DynamicObject) -> String {
    let ready = cloudfn_bed::condition(object, "Ready").expect("Ready");
    ready["message"].as_str().unwrap_or_default().to_owned()
}

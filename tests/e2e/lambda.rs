//! `LambdaFunction`, from create to delete: fields, code, versions, drift, and what AWS refuses.

pub mod code;
mod drift;
mod failures;
mod fields;
mod publish;
mod refusals;
mod replies;
pub mod table;

use cloudfn_bed::reason;
use serde_json::{Value, json};

use crate::invariants::SENTINEL;
use crate::support::{LFN, Scene, TIMEOUT, lfn, python};

/// What a `LambdaFunction` may show while nothing is wrong.
const CALM: [&str; 6] = [
    "Available",
    "Creating",
    "Updating",
    "Settling",
    "Deleting",
    "Progressing",
];

/// The writes about one function, in order.
fn writes_of(scene: &Scene, function: &str) -> Vec<String> {
    let calls = scene
        .tenant
        .calls()
        .into_iter()
        .filter(|call| call.is_write() && call.function.as_deref() == Some(function));
    calls.map(|call| call.operation).collect()
}

/// The calls of one operation about one function that the cloud carried out.
fn accepted(scene: &Scene, function: &str, operation: &str) -> usize {
    let calls = scene.tenant.calls();
    let done = calls
        .iter()
        .filter(|call| call.function.as_deref() == Some(function) && call.operation == operation);
    done.filter(|call| {
        call.fault != Some("Reply") && call.status.is_some_and(|status| status < 300)
    })
    .count()
}

/// The reasons that Ready has shown, in every version of the object.
fn reasons(scene: &Scene, name: &str) -> Vec<String> {
    let versions = scene.tenant.recorder().versions(LFN, name);
    let mut reasons: Vec<String> = versions
        .iter()
        .filter_map(|version| reason(version, "Ready"))
        .map(str::to_owned)
        .collect();
    reasons.dedup();
    reasons
}

/// No version of the object has shown an error.
fn assert_calm(scene: &Scene, name: &str) {
    let shown = reasons(scene, name);
    assert!(
        !shown.is_empty() && shown.iter().all(|reason| CALM.contains(&reason.as_str())),
        "{name} has shown {shown:?}"
    );
}

/// No version of the object was Stalled.
fn assert_never_stalled(scene: &Scene, name: &str) {
    let versions = scene.tenant.recorder().versions(LFN, name);
    assert!(
        !versions.is_empty()
            && versions
                .iter()
                .all(|version| reason(version, "Stalled").is_none()),
        "{name} was stalled: {:?}",
        reasons(scene, name)
    );
}

/// Waits until an event of this reason about this object is there.
async fn event(scene: &Scene, name: &str, reason: &str) -> String {
    scene.event(LFN, name, reason).await
}

/// Waits until Ready has this reason, and returns its message.
async fn message(scene: &Scene, name: &str, reason: &str) -> String {
    let object = scene
        .tenant
        .wait_reason(LFN, name, "Ready", reason, TIMEOUT)
        .await;
    cloudfn_bed::condition(&object, "Ready")
        .and_then(|ready| ready["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn a_function_is_created_invoked_changed_and_deleted() {
    let scene = Scene::start("lfn-life").await;
    let variables = json!({"environment": {"variables": {"PASSWORD": SENTINEL}}, "tags": {"team": "shop"}, "timeout": 5});
    scene
        .apply(lfn("f", &python("one"), variables.clone()))
        .await;
    let object = scene.ready(LFN, "f").await;
    let status = &object.data["status"];
    let arn = format!(
        "arn:aws:lambda:{}:{}:function:f",
        scene.tenant.region(),
        scene.tenant.account()
    );
    assert_eq!(
        (&status["arn"], &status["state"]),
        (&json!(arn), &json!("Active"))
    );
    let configuration = scene.cloud.configuration("f").await;
    assert_eq!(
        status["codeSha256"].as_str(),
        configuration.code_sha256.as_deref()
    );
    assert_eq!(
        configuration
            .environment
            .and_then(|e| e.variables)
            .and_then(|v| v.get("PASSWORD").cloned())
            .as_deref(),
        Some(SENTINEL)
    );
    assert_eq!(mark(&scene, "f").await, "one");
    assert_eq!(scene.writes(), ["CreateFunction"]);
    assert!(scene.reads().len() <= 3, "{:?}", scene.reads());
    let tags = scene
        .cloud
        .function("f")
        .await
        .and_then(|function| function.tags)
        .unwrap_or_default();
    assert_eq!(tags.get("team").map(String::as_str), Some("shop"));
    assert!(
        tags.get("cloudfn.dev/owner")
            .is_some_and(|owner| owner.ends_with(&format!("/{}/f", scene.tenant.namespace()))),
        "{tags:?}"
    );

    scene.tenant.clear_calls();
    scene.apply(lfn("f", &python("two"), variables)).await;
    scene.ready(LFN, "f").await;
    assert_eq!(mark(&scene, "f").await, "two");
    assert_eq!(scene.writes(), ["UpdateFunctionCode"]);

    scene.tenant.clear_calls();
    scene.delete(LFN, "f").await;
    assert_eq!(scene.writes(), ["DeleteFunction"]);
    assert!(scene.reads().len() <= 2, "{:?}", scene.reads());
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    assert_calm(&scene, "f");
    scene.end().await;
}

/// The mark in a function's answer.
async fn mark(scene: &Scene, name: &str) -> String {
    let answer = scene.cloud.invoke(name).await;
    let parsed: Value =
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    parsed["mark"]
        .as_str()
        .unwrap_or_else(|| panic!("no mark: {answer}"))
        .to_owned()
}

//! A cloud that refuses a create with tags: the create without them, and what may happen around it.

use cloudfn_bed::{Action, Fault, Injected};
use serde_json::json;

use crate::support::{CFF, Scene, TIMEOUT, cff, javascript};

/// The cloud refuses the first two creates.
fn refusing(scene: &Scene) -> Injected {
    let refusal = Action::error(
        "cloudfront",
        409,
        "Conflict",
        "The request cannot be carried out with tags",
    );
    scene
        .tenant
        .inject(Fault::on("CreateFunction").times(2).then(refusal))
}

/// All is as if nothing had been refused: one function, tagged, published, and no intent left.
async fn in_order(scene: &Scene, code: &str) {
    let object = scene.ready(CFF, "f").await;
    assert_eq!(
        object.data["status"].get("intent"),
        None,
        "the intent is done with"
    );
    let tags = scene.cloud.cloudfront_tags("f").await;
    assert_eq!(tags.get("team").map(String::as_str), Some("edge"));
    assert!(
        tags.contains_key("cloudfn.dev/owner") && tags.contains_key("cloudfn.dev/instance"),
        "{tags:?}"
    );
    assert_eq!(scene.cloud.live("f").await.as_deref(), Some(code));
    assert_eq!(scene.cloud.names().await, ["f"]);
    let created = scene
        .tenant
        .calls()
        .iter()
        .filter(|call| call.operation == "CreateFunction" && call.status == Some(201))
        .count();
    assert_eq!(created, 1);
}

#[tokio::test]
async fn a_create_that_is_refused_with_tags_is_sent_without_and_tagged_at_once() {
    let scene = Scene::start("cff-untagged").await;
    let refused = refusing(&scene);
    let held = scene
        .tenant
        .inject(Fault::on("CreateFunction").then(Action::Hold));
    let code = javascript("one");
    scene
        .apply(cff("f", &code, json!({"tags": {"team": "edge"}})))
        .await;
    held.arrived(1, TIMEOUT).await;
    refused.assert_fired(2);
    let intent = scene.tenant.get(CFF, "f").await.data["status"]["intent"].clone();
    assert!(
        intent["contentSha256"].is_string(),
        "the intent stands before the create is sent: {intent}"
    );
    assert_eq!(scene.cloud.development("f").await, None);
    held.release();
    in_order(&scene, &code).await;
    assert_eq!(
        scene.writes(),
        [
            "CreateFunction",
            "CreateFunction",
            "CreateFunction",
            "TagResource",
            "PublishFunction",
            "TagResource"
        ]
    );
    scene.delete(CFF, "f").await;
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn an_operator_killed_after_the_create_without_tags_finds_its_function_again() {
    killed("cff-untagged-kill", "CreateFunction", Action::KillAfter).await;
}

#[tokio::test]
async fn an_operator_killed_before_it_tags_finds_its_function_again() {
    killed("cff-untagged-tag", "TagResource", Action::KillBefore).await;
}

async fn killed(name: &str, operation: &str, action: Action) {
    let scene = Scene::start(name).await;
    refusing(&scene);
    let kill = scene.tenant.inject(Fault::on(operation).then(action));
    let code = javascript("one");
    scene
        .apply(cff("f", &code, json!({"tags": {"team": "edge"}})))
        .await;
    kill.arrived(1, TIMEOUT).await;
    assert!(
        scene.operator.exited(TIMEOUT).await.is_some(),
        "it was killed"
    );
    assert_eq!(scene.cloud.development("f").await.as_ref(), Some(&code));
    assert!(
        scene.cloud.cloudfront_tags("f").await.is_empty(),
        "a function that only the status knows"
    );
    scene.operator.restart().await;
    in_order(&scene, &code).await;
    scene.end().await;
}

#[tokio::test]
async fn a_function_whose_create_without_tags_was_never_heard_of_is_deleted_with_its_object() {
    let scene = Scene::start("cff-untagged-gone").await;
    refusing(&scene);
    let kill = scene
        .tenant
        .inject(Fault::on("CreateFunction").then(Action::KillAfter));
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    kill.arrived(1, TIMEOUT).await;
    assert!(
        scene.operator.exited(TIMEOUT).await.is_some(),
        "it was killed"
    );
    scene.tenant.delete(CFF, "f").await;
    scene.operator.restart().await;
    scene.tenant.wait_gone(CFF, "f", TIMEOUT).await;
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_of_others_that_comes_before_the_create_without_tags_is_theirs() {
    let scene = Scene::start("cff-untagged-theirs").await;
    refusing(&scene);
    let held = scene
        .tenant
        .inject(Fault::on("CreateFunction").then(Action::Hold));
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    held.arrived(1, TIMEOUT).await;
    let theirs = javascript("theirs");
    scene.cloud.create_cloudfront("f", &theirs, &[]).await;
    held.release();
    scene.reason(CFF, "f", "NotOwned").await;
    assert_eq!(
        scene.writes(),
        ["CreateFunction", "CreateFunction", "CreateFunction"]
    );
    scene.delete(CFF, "f").await;
    assert_eq!(scene.cloud.development("f").await, Some(theirs));
    assert!(scene.cloud.cloudfront_tags("f").await.is_empty());
    scene.end().await;
}

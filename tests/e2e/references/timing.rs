//! One commit that changes a ConfigMap and the object that names it is one change.

use aws_sdk_cloudfront::types::FunctionStage;
use serde_json::{Value, json};

use super::{config_map, ready_with};
use crate::support::{CFF, Scene, cff, javascript};

fn with(comment: &str) -> Value {
    cff(
        "f",
        "",
        json!({"comment": comment, "code": {"configMapKeyRef": {"name": "m", "key": "f.js"}}}),
    )
}

#[tokio::test]
async fn a_config_map_and_its_object_changed_together_are_one_change() {
    // Longer than the test may take: what is done is done because the object changed.
    let scene = Scene::with("refs-together", &["--reference-settle=10m"]).await;
    config_map(&scene, "m", json!({"f.js": javascript("one")})).await;
    scene.apply(with("first")).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    let two = javascript("two");
    let version = config_map(&scene, "m", json!({"f.js": two})).await;
    scene.apply(with("second")).await;
    scene.ready(CFF, "f").await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    let live = scene.cloud.describe("f", FunctionStage::Live).await;
    assert_eq!(
        live.function_summary
            .expect("a summary")
            .function_config
            .expect("a configuration")
            .comment,
        "second"
    );
    assert_eq!(scene.cloud.live("f").await, Some(two));
    scene.end().await;
}

#[tokio::test]
async fn a_config_map_that_changes_alone_is_deployed_when_it_has_settled() {
    let scene = Scene::with("refs-alone", &["--reference-settle=3s"]).await;
    config_map(&scene, "m", json!({"f.js": javascript("one")})).await;
    scene.apply(with("first")).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    // Two edits within the time to settle are one change, too.
    config_map(&scene, "m", json!({"f.js": javascript("two")})).await;
    let three = javascript("three");
    let version = config_map(&scene, "m", json!({"f.js": three})).await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    assert_eq!(scene.cloud.live("f").await, Some(three));
    scene.end().await;
}

#[tokio::test]
async fn a_request_for_a_look_does_not_wait_for_references_to_settle() {
    let scene = Scene::with("refs-request", &["--reference-settle=10m"]).await;
    config_map(&scene, "m", json!({"f.js": javascript("one")})).await;
    scene.apply(with("first")).await;
    scene.ready(CFF, "f").await;
    let two = javascript("two");
    let version = config_map(&scene, "m", json!({"f.js": two})).await;
    scene.look(CFF, "f", "now").await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(scene.cloud.live("f").await, Some(two));
    scene.end().await;
}

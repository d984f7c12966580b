//! `stage`: what is published, and what is held back.

use serde_json::{Value, json};

use crate::support::{CFF, Scene, cff, javascript};

const HELD: &str = "DEVELOPMENT";

async fn live_state(scene: &Scene, code: &str, stage: &str) -> Value {
    scene.apply(cff("f", code, json!({"stage": stage}))).await;
    scene.ready(CFF, "f").await.data["status"]["live"]["state"].clone()
}

#[tokio::test]
async fn a_function_held_in_development_from_the_start_is_never_published() {
    let scene = Scene::start("cff-never").await;
    let (one, two) = (javascript("one"), javascript("two"));
    assert_eq!(live_state(&scene, &one, HELD).await, "Never");
    assert_eq!(scene.writes(), ["CreateFunction"]);
    let object = scene.look(CFF, "f", "1").await;
    assert_eq!(
        (
            &object.data["status"]["stage"],
            &object.data["status"]["live"]["state"]
        ),
        (&json!("DEVELOPMENT"), &json!("Never"))
    );
    assert_eq!(live_state(&scene, &two, HELD).await, "Never");
    assert_eq!(scene.writes(), ["CreateFunction", "UpdateFunction"]);
    assert_eq!(
        (
            scene.cloud.development("f").await.as_ref(),
            scene.cloud.live("f").await
        ),
        (Some(&two), None)
    );
    assert_eq!(live_state(&scene, &two, "LIVE").await, "Current");
    assert_eq!(
        scene.writes(),
        ["CreateFunction", "UpdateFunction", "PublishFunction"]
    );
    assert_eq!(scene.cloud.live("f").await, Some(two));
    scene.end().await;
}

#[tokio::test]
async fn a_change_is_held_back_and_then_promoted() {
    let scene = Scene::start("cff-held").await;
    let (one, two) = (javascript("one"), javascript("two"));
    assert_eq!(live_state(&scene, &one, "LIVE").await, "Current");
    scene.tenant.clear_calls();
    assert_eq!(
        live_state(&scene, &one, HELD).await,
        "Current",
        "nothing is taken back"
    );
    assert_eq!(live_state(&scene, &two, HELD).await, "Older");
    assert_eq!(scene.writes(), ["UpdateFunction"]);
    assert_eq!(
        (
            scene.cloud.live("f").await,
            scene.cloud.development("f").await.as_ref()
        ),
        (Some(one), Some(&two))
    );
    scene.tenant.clear_calls();
    assert_eq!(live_state(&scene, &two, "LIVE").await, "Current");
    assert_eq!(
        scene.writes(),
        ["PublishFunction"],
        "the very content that was held back"
    );
    assert_eq!(scene.cloud.live("f").await, Some(two));
    scene.end().await;
}

#[tokio::test]
async fn a_change_that_is_held_back_can_be_dropped_without_touching_live() {
    let scene = Scene::start("cff-dropped").await;
    let (one, two) = (javascript("one"), javascript("two"));
    live_state(&scene, &one, "LIVE").await;
    assert_eq!(live_state(&scene, &two, HELD).await, "Older");
    assert_eq!(
        live_state(&scene, &one, HELD).await,
        "Current",
        "by content, not by ETag"
    );
    scene.tenant.clear_calls();
    assert_eq!(live_state(&scene, &one, "LIVE").await, "Current");
    assert_eq!(scene.writes(), Vec::<String>::new());
    assert_eq!(scene.cloud.live("f").await, Some(one));
    scene.end().await;
}

#[tokio::test]
async fn with_stage_development_nobodys_publish_is_undone() {
    let scene = Scene::start("cff-theirs").await;
    let (one, two, foreign) = (javascript("one"), javascript("two"), javascript("foreign"));
    assert_eq!(live_state(&scene, &one, HELD).await, "Never");
    scene.cloud.publish_cloudfront("f").await;
    scene.tenant.clear_calls();
    let object = scene.look(CFF, "f", "1").await;
    assert_eq!(object.data["status"]["live"]["state"], "Current");
    assert_eq!(scene.writes(), Vec::<String>::new());

    scene.cloud.update_cloudfront("f", "", &foreign).await;
    scene.cloud.publish_cloudfront("f").await;
    let object = scene.look(CFF, "f", "2").await;
    assert_eq!(object.data["status"]["live"]["state"], "Different");
    assert_eq!(
        scene.writes(),
        ["UpdateFunction"],
        "DEVELOPMENT is ours, LIVE is not touched"
    );
    assert_eq!(
        (
            scene.cloud.development("f").await,
            scene.cloud.live("f").await.as_ref()
        ),
        (Some(one), Some(&foreign))
    );

    assert_eq!(live_state(&scene, &two, HELD).await, "Different");
    assert_eq!(scene.writes(), ["UpdateFunction", "UpdateFunction"]);
    assert_eq!(scene.cloud.live("f").await, Some(foreign));
    scene.end().await;
}

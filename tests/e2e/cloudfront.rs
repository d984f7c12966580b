//! `CloudFrontFunction`, from create to delete.

mod drift;
mod faults;
mod fields;
mod stages;
mod untagged;

use serde_json::json;

use crate::support::{CFF, Scene, cff, javascript};

#[tokio::test]
async fn a_function_is_created_published_changed_and_deleted() {
    let scene = Scene::start("cff-life").await;
    let one = javascript("one");
    scene
        .apply(cff(
            "f",
            &one,
            json!({"comment": "first", "tags": {"team": "edge"}}),
        ))
        .await;
    let object = scene.ready(CFF, "f").await;
    let status = &object.data["status"];
    assert_eq!(status["arn"], scene.cloud.cloudfront_arn("f"));
    assert_eq!(
        (&status["stage"], &status["live"]["state"]),
        (&json!("LIVE"), &json!("Current"))
    );
    assert_eq!(scene.cloud.live("f").await.as_ref(), Some(&one));
    assert_eq!(scene.writes(), ["CreateFunction", "PublishFunction"]);
    assert_eq!(scene.reads(), ["DescribeFunction", "TestFunction"]);

    scene.tenant.clear_calls();
    let two = javascript("two");
    scene
        .apply(cff(
            "f",
            &two,
            json!({"comment": "first", "tags": {"team": "edge"}}),
        ))
        .await;
    scene.ready(CFF, "f").await;
    assert_eq!(scene.cloud.live("f").await, Some(two));
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    assert!(scene.reads().len() <= 3, "{:?}", scene.reads());

    scene.tenant.clear_calls();
    scene.delete(CFF, "f").await;
    assert_eq!(scene.writes(), ["DeleteFunction"]);
    assert!(scene.reads().len() <= 2, "{:?}", scene.reads());
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

//! What others do to our function: repaired, or refused.

use aws_sdk_cloudfront::types::FunctionStage;
use serde_json::json;

use crate::support::{CFF, Scene, cff, javascript};

const OWNER: &str = "cloudfn.dev/owner";
const INSTANCE: &str = "cloudfn.dev/instance";

/// A scene with a function that is Ready, and its code.
async fn settled(name: &str, flags: &[&str], spec: serde_json::Value) -> (Scene, String) {
    let scene = Scene::with(name, flags).await;
    let code = javascript("ours");
    scene.apply(cff("f", &code, spec)).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    (scene, code)
}

#[tokio::test]
async fn foreign_code_in_development_is_replaced_before_it_is_ever_live() {
    let (scene, code) = settled("cff-drift-code", &[], json!({"comment": "ours"})).await;
    scene
        .cloud
        .update_cloudfront("f", "ours", &javascript("foreign"))
        .await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    assert_eq!(scene.cloud.development("f").await.as_ref(), Some(&code));
    assert_eq!(scene.cloud.live("f").await, Some(code));
    scene
        .event_with(CFF, "f", "DriftRepaired", "(Update): code")
        .await;
    scene.tenant.clear_calls();
    scene.look(CFF, "f", "2").await;
    assert_eq!(scene.writes(), Vec::<String>::new(), "repaired once");
    scene.end().await;
}

#[tokio::test]
async fn a_foreign_comment_and_runtime_are_repaired() {
    let (scene, code) = settled(
        "cff-drift-config",
        &[],
        json!({"comment": "ours", "runtime": "cloudfront-js-1.0"}),
    )
    .await;
    scene.cloud.update_cloudfront("f", "theirs", &code).await;
    scene.look(CFF, "f", "1").await;
    let summary = scene
        .cloud
        .describe("f", FunctionStage::Live)
        .await
        .function_summary
        .expect("a summary");
    let config = summary.function_config.expect("a configuration");
    assert_eq!(
        (config.comment.as_str(), config.runtime.as_str()),
        ("ours", "cloudfront-js-1.0")
    );
    scene
        .event_with(CFF, "f", "DriftRepaired", "comment, runtime")
        .await;
    scene.end().await;
}

#[tokio::test]
async fn a_periodic_check_finds_and_repairs_drift_by_itself() {
    let (scene, code) = settled("cff-drift-check", &["--check-interval=1s"], json!({})).await;
    scene.replace_live("f", &javascript("foreign")).await;
    scene
        .event_with(CFF, "f", "DriftRepaired", "published")
        .await;
    assert_eq!(scene.cloud.live("f").await, Some(code));
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    scene.end().await;
}

#[tokio::test]
async fn a_foreign_publish_is_judged_by_content() {
    let (scene, code) = settled("cff-drift-live", &[], json!({})).await;
    scene.cloud.publish_cloudfront("f").await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(
        scene.writes(),
        Vec::<String>::new(),
        "the same content under another ETag is no drift"
    );

    // LIVE is foreign, DEVELOPMENT is as it was: only a publish is missing.
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("foreign"))
        .await;
    scene.cloud.publish_cloudfront("f").await;
    scene.cloud.update_cloudfront("f", "", &code).await;
    scene.look(CFF, "f", "2").await;
    assert_eq!(scene.writes(), ["PublishFunction"]);
    assert_eq!(scene.cloud.live("f").await, Some(code));
    scene
        .event_with(CFF, "f", "DriftRepaired", "published")
        .await;
    scene.end().await;
}

#[tokio::test]
async fn a_tag_of_the_user_is_put_right() {
    let (scene, _) = settled("cff-drift-tags", &[], json!({"tags": {"a": "1", "b": "2"}})).await;
    scene.cloud.tag_cloudfront("f", "a", "9").await;
    scene.look(CFF, "f", "1").await;
    scene.event_with(CFF, "f", "DriftRepaired", "tags/a").await;
    scene.cloud.untag_cloudfront("f", "b").await;
    scene.look(CFF, "f", "2").await;
    scene.event_with(CFF, "f", "DriftRepaired", "tags/b").await;
    assert_eq!(scene.writes(), ["TagResource", "TagResource"]);
    let tags = scene.cloud.cloudfront_tags("f").await;
    assert_eq!((tags["a"].as_str(), tags["b"].as_str()), ("1", "2"));
    scene.end().await;
}

#[tokio::test]
async fn a_lost_owner_tag_makes_the_function_somebody_elses_until_adoption_is_allowed() {
    let (scene, _) = settled(
        "cff-drift-owner",
        &["--max-adoption-policy=IfUnowned"],
        json!({}),
    )
    .await;
    let owner = scene.cloud.cloudfront_tags("f").await[OWNER].clone();
    scene.cloud.untag_cloudfront("f", OWNER).await;
    scene
        .cloud
        .update_cloudfront("f", "theirs", &javascript("theirs"))
        .await;
    scene
        .tenant
        .patch(
            CFF,
            "f",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    let object = scene.reason(CFF, "f", "NotOwned").await;
    assert!(cloudfn_bed::condition(&object, "Stalled").is_some());
    scene
        .event_with(CFF, "f", "NotOwned", "adoptionPolicy")
        .await;
    assert_eq!(scene.writes(), Vec::<String>::new());

    let code = javascript("ours");
    scene
        .apply(cff(
            "f",
            &code,
            json!({"adoptionPolicy": "IfUnowned", "deletionPolicy": "Delete"}),
        ))
        .await;
    scene.ready(CFF, "f").await;
    assert_eq!(
        scene.writes(),
        ["TagResource", "UpdateFunction", "PublishFunction"]
    );
    assert_eq!(scene.cloud.cloudfront_tags("f").await[OWNER], owner);
    assert_eq!(scene.cloud.live("f").await, Some(code));
    scene.event_with(CFF, "f", "Adopted", "f").await;
    scene.end().await;
}

#[tokio::test]
async fn with_adoption_allowed_a_lost_owner_tag_is_put_back() {
    let policies = json!({"adoptionPolicy": "IfUnowned", "deletionPolicy": "Delete"});
    let (scene, _) = settled(
        "cff-drift-back",
        &["--max-adoption-policy=IfUnowned"],
        policies,
    )
    .await;
    let tags = scene.cloud.cloudfront_tags("f").await;
    scene.cloud.untag_cloudfront("f", OWNER).await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), ["TagResource"]);
    assert_eq!(scene.cloud.cloudfront_tags("f").await, tags);
    scene.event_with(CFF, "f", "DriftRepaired", "(Tag)").await;
    scene.end().await;
}

#[tokio::test]
async fn a_lost_instance_tag_is_put_back_and_a_foreign_one_is_obeyed() {
    let (scene, _) = settled("cff-drift-instance", &[], json!({})).await;
    let tags = scene.cloud.cloudfront_tags("f").await;
    scene.cloud.untag_cloudfront("f", INSTANCE).await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), ["TagResource"]);
    assert_eq!(scene.cloud.cloudfront_tags("f").await, tags);

    scene
        .cloud
        .tag_cloudfront("f", INSTANCE, "another-cluster")
        .await;
    scene
        .tenant
        .patch(
            CFF,
            "f",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "2"}}}),
        )
        .await;
    scene.reason(CFF, "f", "TakenOver").await;
    assert_eq!(scene.writes(), ["TagResource"], "nothing further");
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_others_deleted_is_made_again() {
    let (scene, code) = settled(
        "cff-drift-gone",
        &[],
        json!({"tags": {"a": "1"}, "comment": "ours"}),
    )
    .await;
    let tags = scene.cloud.cloudfront_tags("f").await;
    scene.cloud.delete_cloudfront("f").await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.writes(), ["CreateFunction", "PublishFunction"]);
    assert_eq!(scene.cloud.live("f").await, Some(code));
    assert_eq!(scene.cloud.cloudfront_tags("f").await, tags);
    scene.event_with(CFF, "f", "DriftRepaired", "created").await;
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_others_deleted_and_made_anew_is_theirs() {
    let (scene, code) = settled("cff-drift-anew", &[], json!({})).await;
    scene.cloud.delete_cloudfront("f").await;
    scene
        .cloud
        .create_cloudfront("f", &code, &[("team", "others")])
        .await;
    scene
        .tenant
        .patch(
            CFF,
            "f",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    scene.reason(CFF, "f", "NotOwned").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.delete(CFF, "f").await;
    assert_eq!(
        scene.writes(),
        Vec::<String>::new(),
        "and it survives the object"
    );
    assert_eq!(scene.cloud.names().await, ["f"]);
    scene.end().await;
}

//! A takeover that was announced and never happened gives no right to delete.

use cloudfn_bed::{Action, Fault};
use serde_json::json;

use crate::support::{LFN, Scene, lfn, python};

#[tokio::test]
async fn what_could_not_be_taken_over_is_not_deleted_with_its_object() {
    let scene = Scene::with("take-denied", &["--cluster-name=prod"]).await;
    let owner = format!("prod/{}/f", scene.tenant.namespace());
    scene
        .cloud
        .create_lambda(
            "f",
            &[
                ("cloudfn.dev/owner", owner.as_str()),
                ("cloudfn.dev/instance", "elsewhere"),
            ],
        )
        .await;
    let denied = Action::error("lambda", 403, "AccessDeniedException", "not allowed to tag");
    let denied = scene
        .tenant
        .inject(Fault::on("TagResource").function("f").always().then(denied));
    scene.apply(lfn("f", &python("ours"), json!({}))).await;
    let object = scene.reason(LFN, "f", "AccessDenied").await;
    assert!(
        object.metadata.finalizers.is_some(),
        "the takeover was announced"
    );
    assert!(denied.fired() > 0);

    scene.tenant.clear_calls();
    scene.delete(LFN, "f").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    let tags = scene
        .cloud
        .function("f")
        .await
        .expect("it is left")
        .tags
        .unwrap_or_default();
    assert_eq!(
        tags.get("cloudfn.dev/instance").map(String::as_str),
        Some("elsewhere")
    );
    scene.end().await;
}

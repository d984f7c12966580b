//! Deletion of objects whose function is not there, not ours, or not ready.

use cloudfn_bed::{Action, Fault};
use serde_json::{Value, json};

use super::{BOTH, both_ready, manifest, tags, untag};
use crate::support::{CFF, LFN, Scene};

#[tokio::test]
async fn an_object_for_which_nothing_was_sent_goes_at_once() {
    let scene = Scene::start("del-nothing").await;
    for (kind, name) in BOTH {
        let code = if kind == CFF {
            json!({"configMapKeyRef": {"name": "none", "key": "code"}})
        } else {
            json!({"configMapRef": {"name": "none"}})
        };
        scene
            .apply(manifest(kind, name, json!({"code": code})))
            .await;
        let object = scene.reason(kind, name, "ReferenceNotFound").await;
        assert_eq!(object.metadata.finalizers, None, "{kind}");
        scene.delete(kind, name).await;
    }
    assert_eq!((scene.writes(), scene.reads()), (vec![], vec![]));
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_was_refused_goes_and_the_foreign_function_stays() {
    let scene = Scene::start("del-refused").await;
    // The scene's own foreign functions: its end checks that nothing touched them.
    for (kind, _) in BOTH {
        scene.apply(manifest(kind, "foreign", json!({}))).await;
        let object = scene.reason(kind, "foreign", "NotOwned").await;
        assert_eq!(object.metadata.finalizers, None, "{kind}");
        scene.delete(kind, "foreign").await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_somebody_else_deleted_needs_no_deletion() {
    let scene = Scene::start("del-gone").await;
    both_ready(&scene, &json!({})).await;
    scene.cloud.delete_cloudfront("edge").await;
    scene
        .cloud
        .lambda
        .delete_function()
        .function_name("region")
        .send()
        .await
        .expect("deleted");
    for (kind, name) in BOTH {
        scene.delete(kind, name).await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_lost_its_tag_is_left_alone() {
    let scene = Scene::start("del-lost-tag").await;
    both_ready(&scene, &json!({})).await;
    for (kind, name) in BOTH {
        untag(&scene, kind, name, "cloudfn.dev/owner").await;
        let before = tags(&scene, kind, name).await;
        scene.delete(kind, name).await;
        assert!(before.is_some(), "{kind}");
        assert_eq!(tags(&scene, kind, name).await, before, "{kind}");
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_is_still_being_created_is_deleted() {
    let scene = Scene::start("del-pending").await;
    let pending = Action::rewrite(|reply| {
        if !reply.status().is_success() {
            return reply;
        }
        let (head, body) = reply.into_parts();
        let mut value: Value = serde_json::from_slice(&body).expect("JSON");
        value["Configuration"]["State"] = json!("Pending");
        http::Response::from_parts(head, value.to_string().into())
    });
    scene.tenant.inject(
        Fault::on("GetFunction")
            .function("region")
            .always()
            .then(pending),
    );
    scene.apply(manifest(LFN, "region", json!({}))).await;
    scene.reason(LFN, "region", "Settling").await;
    scene.delete(LFN, "region").await;
    assert_eq!(scene.writes(), ["CreateFunction", "DeleteFunction"]);
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_is_being_updated_is_deleted() {
    let scene = Scene::start("del-updating").await;
    both_ready(&scene, &json!({})).await;
    scene
        .cloud
        .lambda
        .update_function_configuration()
        .function_name("region")
        .timeout(9)
        .send()
        .await
        .expect("edited");
    scene.delete(LFN, "region").await;
    assert_eq!(scene.writes(), ["DeleteFunction"]);
    assert_eq!(scene.cloud.names().await, ["edge"]);
    scene.end().await;
}

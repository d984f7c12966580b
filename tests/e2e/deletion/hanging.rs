//! Deletions that hang: what they show, how they go on, and the ways out.

use cloudfn_bed::{Action, Fault, Injected, condition, reason};
use kube::api::DynamicObject;
use serde_json::json;

use super::{BOTH, both_ready, policy, request, tags};
use crate::support::{CFF, LFN, Scene, TIMEOUT};

/// The cloud refuses to delete until the fault is removed.
fn refuse(
    scene: &Scene,
    name: &str,
    service: &str,
    status: u16,
    code: &str,
    text: &str,
) -> Injected {
    scene.tenant.inject(
        Fault::on("DeleteFunction")
            .function(name)
            .always()
            .then(Action::error(service, status, code, text)),
    )
}

fn in_use(scene: &Scene) -> Injected {
    refuse(
        scene,
        "edge",
        "cloudfront",
        409,
        "FunctionInUse",
        "The function is associated with a distribution.",
    )
}

#[tokio::test]
async fn a_function_in_use_blocks_its_deletion_until_it_is_released() {
    let scene = Scene::start("del-in-use").await;
    both_ready(&scene, &json!({})).await;
    let used = in_use(&scene);
    scene.tenant.delete(CFF, "edge").await;
    let object = scene.reason(CFF, "edge", "DeletionBlocked").await;
    assert_eq!(reason(&object, "Reconciling"), Some("DeletionBlocked"));
    let said = condition(&object, "Ready")
        .and_then(|ready| ready["message"].as_str())
        .unwrap_or_default()
        .to_owned();
    assert!(said.contains("associated with a distribution"), "{said}");
    scene.event(CFF, "edge", "DeletionBlocked").await;
    assert!(tags(&scene, CFF, "edge").await.is_some());

    scene.tenant.patch(CFF, "edge", request("1")).await;
    let handled =
        |object: &kube::api::DynamicObject| object.data["status"]["lastHandledReconcileAt"] == "1";
    scene
        .tenant
        .wait_for(CFF, "edge", "to have handled the request", handled, TIMEOUT)
        .await;
    assert!(used.fired() >= 2, "each look tries again");
    used.remove();
    scene.tenant.patch(CFF, "edge", request("2")).await;
    scene.tenant.wait_gone(CFF, "edge", TIMEOUT).await;
    assert!(tags(&scene, CFF, "edge").await.is_none());
    scene.end().await;
}

/// Requests after which the next try of its own would be most of an hour away: the delay doubles from a
/// minute with each.
const REQUESTS: usize = 8;

#[tokio::test]
async fn a_request_for_a_look_wakes_a_deletion_that_would_wait_an_hour() {
    let scene = Scene::start("del-request").await;
    both_ready(&scene, &json!({})).await;
    let text = "User is not authorized to perform this";
    let denied = [
        refuse(&scene, "edge", "cloudfront", 403, "AccessDenied", text),
        refuse(
            &scene,
            "region",
            "lambda",
            403,
            "AccessDeniedException",
            text,
        ),
    ];
    for ((kind, name), denied) in BOTH.into_iter().zip(denied) {
        scene.tenant.delete(kind, name).await;
        let object = scene.reason(kind, name, "AccessDenied").await;
        assert_eq!(reason(&object, "Stalled"), Some("AccessDenied"), "{kind}");
        for number in 0..REQUESTS {
            let token = number.to_string();
            scene.tenant.patch(kind, name, request(&token)).await;
            let handled =
                |object: &DynamicObject| object.data["status"]["lastHandledReconcileAt"] == token;
            let tenant = &scene.tenant;
            tenant
                .wait_for(kind, name, "to be tried again", handled, TIMEOUT)
                .await;
        }
        assert!(denied.fired() > REQUESTS, "{kind}");
        denied.remove();
        scene.tenant.patch(kind, name, request("last")).await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
        assert!(tags(&scene, kind, name).await.is_none(), "{kind}");
    }
    scene.end().await;
}

#[tokio::test]
async fn a_patch_to_retain_is_the_way_out() {
    let scene = Scene::start("del-way-out").await;
    both_ready(&scene, &json!({"deletionPolicy": "Delete"})).await;
    let busy = refuse(
        &scene,
        "region",
        "lambda",
        409,
        "ResourceConflictException",
        "The operation cannot be performed at this time.",
    );
    let used = in_use(&scene);
    for (kind, name, shown) in [(CFF, "edge", "DeletionBlocked"), (LFN, "region", "Busy")] {
        scene.tenant.delete(kind, name).await;
        let object = scene.reason(kind, name, shown).await;
        assert_eq!(reason(&object, "Stalled"), None, "{kind}");
        scene.tenant.patch(kind, name, policy("Retain")).await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
        assert!(
            tags(&scene, kind, name)
                .await
                .is_some_and(|tags| tags.contains_key("cloudfn.dev/owner")),
            "{kind}"
        );
    }
    assert!(busy.fired() >= 1 && used.fired() >= 1);
    scene.end().await;
}

#[tokio::test]
async fn a_paused_deletion_does_nothing_and_then_follows_the_policy_of_that_moment() {
    let scene = Scene::start("del-paused").await;
    both_ready(&scene, &json!({"deletionPolicy": "Retain"})).await;
    for (kind, name) in BOTH {
        scene
            .tenant
            .patch(
                kind,
                name,
                json!({"metadata": {"annotations": {"cloudfn.dev/paused": "true"}}}),
            )
            .await;
        scene.reason(kind, name, "Paused").await;
        scene.tenant.delete(kind, name).await;
        scene.tenant.patch(kind, name, policy("Delete")).await;
        let seen = |object: &kube::api::DynamicObject| {
            object.metadata.deletion_timestamp.is_some()
                && object.data["status"]["observedGeneration"].as_i64()
                    == object.metadata.generation
                && object.data["spec"]["deletionPolicy"] == "Delete"
        };
        scene
            .tenant
            .wait_for(kind, name, "to be seen while it is paused", seen, TIMEOUT)
            .await;
        assert_eq!((scene.writes(), scene.reads()), (vec![], vec![]), "{kind}");
        scene
            .tenant
            .patch(
                kind,
                name,
                json!({"metadata": {"annotations": {"cloudfn.dev/paused": null}}}),
            )
            .await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
        assert_eq!(scene.writes(), ["DeleteFunction"], "{kind}");
        scene.tenant.clear_calls();
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

//! What only the object knew is lost: status, finalizer, the object itself. The function is found again.

use cloudfn_bed::{condition, is_ready};
use kube::api::{DynamicObject, PostParams};
use serde_json::{Value, json};

use super::either::{BOTH, exists, has_finalizer, manifest, runs};
use crate::support::{CFF, Scene, TIMEOUT};

fn whole(object: &DynamicObject) -> bool {
    is_ready(object)
        && object.data["status"]["arn"].is_string()
        && object.data["status"]["instance"].is_string()
}

#[tokio::test]
async fn a_wiped_status_is_written_again_with_no_call() {
    let scene = Scene::start("wiped").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        let before = scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        scene
            .tenant
            .patch_status(kind, "f", json!({"status": null}))
            .await;
        let after = scene
            .tenant
            .wait_for(kind, "f", "to be whole again", whole, TIMEOUT)
            .await;
        assert_eq!(after.data["status"], before.data["status"]);
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn a_status_that_was_wiped_while_nobody_looked_is_found_again_without_a_write() {
    let scene = Scene::start("wiped-down").await;
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "f",
                "one",
                json!({"tags": {"team": "edge"}}),
            ))
            .await;
        scene.ready(kind, "f").await;
    }
    scene.operator.kill();
    for kind in BOTH {
        scene
            .tenant
            .patch_status(kind, "f", json!({"status": null}))
            .await;
    }
    scene.tenant.clear_calls();
    scene.operator.restart().await;
    for kind in BOTH {
        let after = scene
            .tenant
            .wait_for(kind, "f", "to be whole again", whole, TIMEOUT)
            .await;
        if kind == CFF {
            assert_eq!(after.data["status"]["live"]["state"], "Current");
        }
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    for kind in BOTH {
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn what_a_restored_backup_left_in_the_status_goes() {
    let scene = Scene::start("restored").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        let before = scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        let mut conditions = before.data["status"]["conditions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut stalled = conditions[0].clone();
        stalled["type"] = json!("Stalled");
        let mut others = stalled.clone();
        others["type"] = json!("Example");
        conditions.extend([stalled, others.clone()]);
        // Written by another manager, which an apply alone would leave.
        let restored = json!({"conditions": conditions, "plannedChanges": [{"step": "Create"}]});
        scene
            .tenant
            .patch_status(kind, "f", json!({"status": restored}))
            .await;
        let repaired = |object: &DynamicObject| {
            condition(object, "Stalled").is_none()
                && object.data["status"]["plannedChanges"].is_null()
                && is_ready(object)
        };
        let after = scene
            .tenant
            .wait_for(kind, "f", "to say what is true again", repaired, TIMEOUT)
            .await;
        assert_eq!(
            condition(&after, "Example"),
            Some(&others),
            "a condition of another stays"
        );
        assert!(whole(&after), "{after:?}");
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
    }
    // That somebody's Stalled stood beside Ready for a moment is the point of this test: no invariant is checked.
    assert!(scene.operator.terminate().await.success());
}

#[tokio::test]
async fn a_replaced_object_keeps_its_function_and_takes_it_along_when_it_goes() {
    let scene = Scene::start("replaced").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        let before = scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        // What `kubectl replace` sends: the manifest alone, so the finalizer is gone.
        let mut replaced = before.clone();
        replaced.metadata.finalizers = None;
        replaced.metadata.managed_fields = None;
        replaced.data["status"] = Value::Null;
        scene
            .tenant
            .api(kind)
            .replace("f", &PostParams::default(), &replaced)
            .await
            .expect("replaced");
        let after = scene
            .tenant
            .wait_for(
                kind,
                "f",
                "to have its finalizer again",
                has_finalizer,
                TIMEOUT,
            )
            .await;
        assert!(whole(&after), "{after:?}");
        assert_eq!(scene.writes(), Vec::<String>::new());
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn the_same_manifest_takes_a_retained_function_back() {
    let scene = Scene::start("retained").await;
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "f",
                "one",
                json!({"deletionPolicy": "Retain"}),
            ))
            .await;
        scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        scene.delete(kind, "f").await;
        assert!(
            scene.tenant.calls().is_empty(),
            "Retain needs no call: {:?}",
            scene.tenant.calls()
        );
        assert!(exists(&scene.cloud, kind, "f").await);

        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        let object = scene.ready(kind, "f").await;
        assert_eq!(scene.writes(), Vec::<String>::new(), "it is as it was");
        assert!(has_finalizer(&object), "what is ours is not left behind");
        assert!(runs(&scene.cloud, kind, "f", "one").await);
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

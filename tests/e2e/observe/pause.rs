//! The annotation `cloudfn.dev/paused` wins over everything.

use cloudfn_bed::{condition, is_ready, reason};
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::ownership::either::{BOTH, exists, has_finalizer, is_stalled, manifest, message, runs};
use crate::support::{Scene, TIMEOUT};

async fn annotate(scene: &Scene, kind: &str, name: &str, text: Value) {
    scene
        .tenant
        .patch(
            kind,
            name,
            json!({"metadata": {"annotations": {"cloudfn.dev/paused": text}}}),
        )
        .await;
}

/// Ready is paused with this status, for the generation that the object has, and nothing else is said.
fn paused(status: &'static str) -> impl Fn(&DynamicObject) -> bool {
    move |object| {
        let observed = object.data["status"]["observedGeneration"].as_i64();
        let ready = condition(object, "Ready")
            .filter(|ready| ready["reason"] == "Paused" && ready["status"] == status);
        ready.is_some()
            && observed == object.metadata.generation
            && condition(object, "Stalled")
                .or(condition(object, "Reconciling"))
                .is_none()
    }
}

#[tokio::test]
async fn a_pause_stops_an_edit_and_its_end_lets_it_go_on() {
    let scene = Scene::start("pause-edit").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        annotate(&scene, kind, "f", json!("true")).await;
        let object = scene
            .tenant
            .wait_for(kind, "f", "to be paused", paused("True"), TIMEOUT)
            .await;
        assert!(
            message(&object, "Ready").contains("cloudfn.dev/paused"),
            "{}",
            message(&object, "Ready")
        );

        scene.apply(manifest(kind, "f", "two", json!({}))).await;
        let object = scene
            .tenant
            .wait_for(
                kind,
                "f",
                "to be paused with nobody knowing",
                paused("Unknown"),
                TIMEOUT,
            )
            .await;
        assert!(has_finalizer(&object));
        // A request for a look is no way around a pause.
        scene.look(kind, "f", "1").await;
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );

        annotate(&scene, kind, "f", Value::Null).await;
        scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "two").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn any_text_pauses_and_is_the_reason_that_people_read() {
    let scene = Scene::start("pause-text").await;
    for kind in BOTH {
        let mut object = manifest(kind, "f", "one", json!({}));
        object["metadata"]["annotations"] =
            json!({"cloudfn.dev/paused": "freeze until the audit is over"});
        scene.tenant.clear_calls();
        scene.apply(object).await;
        let object = scene
            .tenant
            .wait_for(kind, "f", "to be paused", paused("Unknown"), TIMEOUT)
            .await;
        assert!(
            message(&object, "Ready").contains("freeze until the audit is over"),
            "{}",
            message(&object, "Ready")
        );
        assert!(!has_finalizer(&object), "nothing was sent for it");
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
        annotate(&scene, kind, "f", Value::Null).await;
        scene.ready(kind, "f").await;
    }
    scene.end().await;
}

#[tokio::test]
async fn false_and_an_empty_text_do_not_pause() {
    let scene = Scene::start("pause-not").await;
    for (kind, text) in BOTH
        .into_iter()
        .flat_map(|kind| ["false", ""].map(|text| (kind, text)))
    {
        let name = if text.is_empty() { "empty" } else { text };
        let mut object = manifest(kind, name, "one", json!({}));
        object["metadata"]["annotations"] = json!({"cloudfn.dev/paused": text});
        scene.apply(object).await;
        scene.ready(kind, name).await;
        assert!(runs(&scene.cloud, kind, name, "one").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_paused_object_is_not_deleted_until_the_pause_ends() {
    let scene = Scene::start("pause-delete").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        annotate(&scene, kind, "f", json!("true")).await;
        scene
            .tenant
            .wait_for(kind, "f", "to be paused", paused("True"), TIMEOUT)
            .await;
        scene.tenant.clear_calls();
        scene.tenant.delete(kind, "f").await;
        let object = scene.look(kind, "f", "1").await;
        assert!(
            object.metadata.deletion_timestamp.is_some()
                && reason(&object, "Ready") == Some("Paused"),
            "{object:?}"
        );
        assert!(exists(&scene.cloud, kind, "f").await);
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
        annotate(&scene, kind, "f", json!("false")).await;
        scene.tenant.wait_gone(kind, "f", TIMEOUT).await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_pause_survives_a_restart_and_a_stalled_object_is_stalled_again_after_it() {
    let scene = Scene::start("pause-restart").await;
    for kind in BOTH {
        let invalid = json!({"adoptionPolicy": "Always", "deletionPolicy": "Delete"});
        scene.apply(manifest(kind, "f", "one", invalid)).await;
        scene.reason(kind, "f", "NotAllowed").await;
        annotate(&scene, kind, "f", json!("true")).await;
        scene
            .tenant
            .wait_for(kind, "f", "to be paused", paused("False"), TIMEOUT)
            .await;
    }
    scene.operator.kill();
    scene.operator.restart().await;
    for kind in BOTH {
        let object = scene.look(kind, "f", "1").await;
        assert!(paused("False")(&object), "{object:?}");
        annotate(&scene, kind, "f", Value::Null).await;
        let object = scene.reason(kind, "f", "NotAllowed").await;
        assert!(
            is_stalled(&object, "NotAllowed") && !is_ready(&object),
            "{object:?}"
        );
    }
    scene.end().await;
}

//! A request for a look: ours, Flux's, or both.

use cloudfn_bed::is_ready;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::ownership::either::{BOTH, manifest};
use crate::support::{CFF, Scene, TIMEOUT};

const OURS: &str = "cloudfn.dev/reconcile-requested-at";
const FLUX: &str = "reconcile.fluxcd.io/requestedAt";

async fn annotate(scene: &Scene, kind: &str, annotations: Value) {
    scene
        .tenant
        .patch(kind, "f", json!({"metadata": {"annotations": annotations}}))
        .await;
}

async fn handled(scene: &Scene, kind: &str, token: &str) -> DynamicObject {
    let echoes = |object: &DynamicObject| {
        let status = &object.data["status"];
        let fields = ["lastHandledReconcileAt", "lastHandledFluxReconcileAt"];
        fields.iter().any(|field| status[field] == token) && is_ready(object)
    };
    scene
        .tenant
        .wait_for(
            kind,
            "f",
            &format!("to have handled {token}"),
            echoes,
            TIMEOUT,
        )
        .await
}

/// The calls that show that somebody looked, once: how often the function itself was asked for.
fn looks(scene: &Scene, kind: &str) -> usize {
    let calls = scene.tenant.calls();
    let wanted = if kind == CFF {
        "ListTagsForResource"
    } else {
        "GetFunction"
    };
    calls.iter().filter(|call| call.operation == wanted).count()
}

#[tokio::test]
async fn each_new_request_is_one_look_and_is_echoed() {
    let scene = Scene::start("requests").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        annotate(&scene, kind, json!({OURS: "2026-01-01T00:00:00Z"})).await;
        handled(&scene, kind, "2026-01-01T00:00:00Z").await;
        assert_eq!(looks(&scene, kind), 1);
        annotate(&scene, kind, json!({FLUX: "2026-01-02T00:00:00Z"})).await;
        handled(&scene, kind, "2026-01-02T00:00:00Z").await;
        assert_eq!(looks(&scene, kind), 2, "Flux's counts by itself");
        // Later than Flux's, and the lesser text; then an earlier one.
        annotate(&scene, kind, json!({OURS: "2026-01-01T23:00:00-09:00"})).await;
        handled(&scene, kind, "2026-01-01T23:00:00-09:00").await;
        assert_eq!(looks(&scene, kind), 3, "another value is a request");
        annotate(&scene, kind, json!({OURS: "2026-01-01T00:00:00Z"})).await;
        handled(&scene, kind, "2026-01-01T00:00:00Z").await;
        assert_eq!(looks(&scene, kind), 4, "whatever its text");
        // What is asked twice is answered once.
        annotate(
            &scene,
            kind,
            json!({OURS: "2026-01-01T00:00:00Z", "unrelated": "x"}),
        )
        .await;
        annotate(&scene, kind, json!({FLUX: "2026-01-04T00:00:00Z"})).await;
        handled(&scene, kind, "2026-01-04T00:00:00Z").await;
        assert_eq!(looks(&scene, kind), 5);
    }
    assert!(scene.writes().is_empty(), "{:?}", scene.writes());
    scene.end().await;
}

#[tokio::test]
async fn a_request_on_a_new_object_is_handled_by_its_first_pass() {
    let scene = Scene::start("requests-new").await;
    for kind in BOTH {
        let mut object = manifest(kind, "f", "one", json!({}));
        object["metadata"]["annotations"] = json!({OURS: "b", FLUX: "a"});
        scene.apply(object).await;
        handled(&scene, kind, "b").await;
        scene.tenant.clear_calls();
        annotate(&scene, kind, json!({OURS: Value::Null, FLUX: "c"})).await;
        handled(&scene, kind, "c").await;
        assert_eq!(looks(&scene, kind), 1);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_request_repairs_an_outside_edit_at_once() {
    let scene = Scene::start("requests-repair").await;
    scene.apply(manifest(CFF, "f", "one", json!({}))).await;
    scene.ready(CFF, "f").await;
    scene
        .cloud
        .update_cloudfront("f", "edited", &crate::support::javascript("edited"))
        .await;
    annotate(&scene, CFF, json!({FLUX: "1"})).await;
    handled(&scene, CFF, "1").await;
    assert_eq!(
        scene.cloud.development("f").await,
        Some(crate::support::javascript("one"))
    );
    scene.end().await;
}

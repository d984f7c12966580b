//! An object that no rule would have let in, as an older definition or a restored backup may leave it.

use base64::Engine as _;
use cloudfn_bed::{Action, ApiCall, Bed, Fault, Tenant, wire};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use serde_json::{Value, json};

use super::manifest;
use crate::invariants::SENTINEL;
use crate::ownership::either::{exists, has_finalizer, is_stalled, message, runs};
use crate::support::{CFF, LFN, Scene, TIMEOUT, javascript, python};

/// Writes an object past the API server; `change` gets it as it is stored.
async fn store(
    tenant: &Tenant,
    kind: &str,
    object: &kube::api::DynamicObject,
    change: impl FnOnce(&mut Value),
) {
    let mut stored = serde_json::to_value(object).expect("JSON");
    stored["metadata"]["resourceVersion"].take();
    stored["metadata"]
        .as_object_mut()
        .expect("metadata")
        .retain(|_, value| !value.is_null());
    stored["metadata"]["generation"] = json!(object.metadata.generation.unwrap_or_default() + 1);
    change(&mut stored);
    let plural = if kind == CFF {
        "cloudfrontfunctions"
    } else {
        "lambdafunctions"
    };
    let name = stored["metadata"]["name"]
        .as_str()
        .expect("a name")
        .to_owned();
    let key = format!(
        "/registry/cloudfn.dev/{plural}/{}/{name}",
        tenant.namespace()
    );
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let body = json!({"key": base64(&key), "value": base64(&stored.to_string())}).to_string();
    let url = format!("{}/v3/kv/put", Bed::get().control_plane().etcd_url());
    let request = http::Request::post(url)
        .body(Full::new(Bytes::from(body)))
        .expect("a request");
    let response = wire::client().request(request).await.expect("an answer");
    let status = response.status();
    let text = response
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    assert!(status.is_success(), "{status} {text:?}");
}

/// A spec with a number where every definition has a text. No rule speaks of the text: a rule cannot be
/// evaluated on a number.
fn unreadable(stored: &mut Value) {
    let field = if stored["kind"] == CFF {
        "runtime"
    } else {
        "description"
    };
    stored["spec"][field] = json!(5);
}

/// A spec with texts that an older definition took.
fn outdated(stored: &mut Value) {
    stored["spec"]["tags"] = json!({"owner": "A & B"});
    if stored["kind"] == CFF {
        stored["spec"]["comment"] = json!("c".repeat(139));
    }
}

/// A spec whose code is a text: its rules cannot even be evaluated, so the API server takes no status for it.
fn unwritable(stored: &mut Value) {
    stored["spec"]["code"] = json!(format!("{SENTINEL} is no source"));
}

#[tokio::test]
async fn an_object_that_takes_no_status_is_told_of_by_an_event_and_its_function_can_be_deleted() {
    let scene = Scene::start("unwritable").await;
    for kind in [CFF, LFN] {
        scene.apply(manifest(kind, "broken", json!({}))).await;
        let object = scene.ready(kind, "broken").await;
        // The event comes after the pass that could write nothing else.
        let told = scene.tenant.inject_api(
            Fault::<ApiCall>::on_api_write()
                .resource("events")
                .then(Action::Hold),
        );
        store(&scene.tenant, kind, &object, unwritable).await;
        told.arrived(1, TIMEOUT).await;
        told.remove();
        scene.apply(manifest(kind, "sound", json!({}))).await;
        scene.ready(kind, "sound").await;
        let deletion = scene.tenant.inject(
            Fault::on("DeleteFunction")
                .function("broken")
                .then(Action::Hold),
        );
        scene.tenant.delete(kind, "broken").await;
        deletion.arrived(1, TIMEOUT).await;
        deletion.remove();
        // The API server refuses every write to such an object, also one that takes a finalizer off.
        scene
            .tenant
            .patch(
                kind,
                "broken",
                json!({"spec": manifest(kind, "broken", json!({}))["spec"]}),
            )
            .await;
        scene.tenant.wait_gone(kind, "broken", TIMEOUT).await;
        assert!(
            !exists(&scene.cloud, kind, "broken").await,
            "its function goes with it"
        );
        scene
            .event_with(kind, "broken", "InvalidSpec", "the spec cannot be read")
            .await;
    }
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_is_older_than_a_rule_says_so_and_can_be_deleted() {
    let scene = Scene::start("outdated").await;
    for kind in [CFF, LFN] {
        scene.apply(manifest(kind, "f", json!({}))).await;
        let object = scene.ready(kind, "f").await;
        scene.tenant.clear_calls();
        store(&scene.tenant, kind, &object, outdated).await;
        let object = scene.reason(kind, "f", "InvalidSpec").await;
        assert!(is_stalled(&object, "InvalidSpec"), "{object:?}");
        let told = message(&object, "Ready");
        assert!(told.contains("characters that AWS refuses"), "{told}");
        assert!(runs(&scene.cloud, kind, "f", "one").await, "as it was");
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_cannot_be_read_says_so_and_stops_no_other() {
    let scene = Scene::start("undecodable").await;
    for kind in [CFF, LFN] {
        scene.apply(manifest(kind, "broken", json!({}))).await;
        let object = scene.ready(kind, "broken").await;
        scene.tenant.clear_calls();
        store(&scene.tenant, kind, &object, unreadable).await;
        let object = scene.reason(kind, "broken", "InvalidSpec").await;
        assert!(
            is_stalled(&object, "InvalidSpec") && has_finalizer(&object),
            "{object:?}"
        );
        assert!(
            object.data["status"]["arn"].is_string(),
            "what is known stays known"
        );
        assert!(
            message(&object, "Ready").contains("cannot be read"),
            "{}",
            message(&object, "Ready")
        );
        assert_eq!(scene.writes(), Vec::<String>::new());

        scene.apply(manifest(kind, "sound", json!({}))).await;
        scene.ready(kind, "sound").await;
        scene.operator.kill();
        scene.operator.restart().await;
        scene.apply(manifest(kind, "later", json!({}))).await;
        scene.ready(kind, "later").await;

        scene.delete(kind, "broken").await;
        assert!(
            !exists(&scene.cloud, kind, "broken").await,
            "its function goes with it"
        );
        assert!(exists(&scene.cloud, kind, "sound").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_could_never_be_read_goes_without_a_call() {
    let scene = Scene::start("never-decoded").await;
    for kind in [CFF, LFN] {
        scene.operator.kill();
        let object = scene.apply(manifest(kind, "f", json!({}))).await;
        store(&scene.tenant, kind, &object, unreadable).await;
        scene.operator.restart().await;
        scene.tenant.clear_calls();
        let object = scene.reason(kind, "f", "InvalidSpec").await;
        assert!(!has_finalizer(&object), "nothing was ever sent for it");
        scene.delete(kind, "f").await;
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn a_corrected_object_goes_on() {
    let scene = Scene::start("corrected").await;
    for kind in [CFF, LFN] {
        scene.apply(manifest(kind, "f", json!({}))).await;
        let object = scene.ready(kind, "f").await;
        store(&scene.tenant, kind, &object, unreadable).await;
        scene.reason(kind, "f", "InvalidSpec").await;
        let code = if kind == CFF {
            json!({"inline": javascript("two")})
        } else {
            json!({"inline": {"files": {"index.py": python("two")}}})
        };
        scene
            .tenant
            .patch(
                kind,
                "f",
                json!({"spec": {"code": code, "runtime": object.data["spec"]["runtime"], "description": null}}),
            )
            .await;
        scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "two").await);
    }
    // What was written while nothing could be applied belongs to nobody and goes a moment after the
    // next status was applied, so one version between them has both: no invariant is checked.
    assert!(scene.operator.terminate().await.success());
}

#[tokio::test]
async fn an_unreadable_deletion_policy_blocks_the_deletion_until_it_is_corrected() {
    let scene = Scene::start("undecodable-policy").await;
    for kind in [CFF, LFN] {
        scene.apply(manifest(kind, "f", json!({}))).await;
        let object = scene.ready(kind, "f").await;
        store(&scene.tenant, kind, &object, |stored| {
            stored["spec"]["deletionPolicy"] = json!("Keep");
        })
        .await;
        scene.reason(kind, "f", "InvalidSpec").await;
        scene.tenant.clear_calls();
        scene.tenant.delete(kind, "f").await;
        let object = scene.look(kind, "f", "1").await;
        assert!(
            is_stalled(&object, "InvalidSpec") && object.metadata.deletion_timestamp.is_some(),
            "{object:?}"
        );
        assert!(
            message(&object, "Ready").contains("deletionPolicy"),
            "{}",
            message(&object, "Ready")
        );
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
        scene
            .tenant
            .patch(kind, "f", json!({"spec": {"deletionPolicy": "Retain"}}))
            .await;
        scene.tenant.wait_gone(kind, "f", TIMEOUT).await;
        assert!(exists(&scene.cloud, kind, "f").await, "Retain leaves it");
    }
    scene.end().await;
}

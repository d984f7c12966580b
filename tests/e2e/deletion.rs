//! The end of an object: what becomes of its function, and that nothing holds it for ever.

mod broken;
mod foreign;
mod hanging;

use aws_sdk_cloudfront::types::{FunctionStage, TagKeys};
use cloudfn_bed::{Action, ApiCall, Fault, MINUTE};
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::support::{CFF, LFN, Scene, TIMEOUT, cff, javascript, lfn, python};

/// Both kinds, and the name that a test's object of that kind has.
const BOTH: [(&str, &str); 2] = [(CFF, "edge"), (LFN, "region")];

/// An object of this kind with working code; `spec` is merged over it.
fn manifest(kind: &str, name: &str, spec: Value) -> Value {
    if kind == CFF {
        cff(name, &javascript("one"), spec)
    } else {
        lfn(name, &python("one"), spec)
    }
}

/// Makes an object of each kind with this spec, and waits until both are Ready.
async fn both_ready(scene: &Scene, spec: &Value) {
    for (kind, name) in BOTH {
        scene.apply(manifest(kind, name, spec.clone())).await;
    }
    for (kind, name) in BOTH {
        scene.ready(kind, name).await;
    }
    scene.tenant.clear_calls();
}

/// A change of `deletionPolicy`.
fn policy(policy: &str) -> Value {
    json!({"spec": {"deletionPolicy": policy}})
}

/// A request for a look.
fn request(token: &str) -> Value {
    json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}})
}

/// The tags of a function, `None` where there is no such function.
async fn tags(
    scene: &Scene,
    kind: &str,
    name: &str,
) -> Option<std::collections::BTreeMap<String, String>> {
    if kind == LFN {
        return scene
            .cloud
            .function(name)
            .await
            .map(|function| function.tags.unwrap_or_default().into_iter().collect());
    }
    let there = scene
        .cloud
        .code(name, FunctionStage::Development)
        .await
        .is_some();
    if there {
        Some(scene.cloud.cloudfront_tags(name).await)
    } else {
        None
    }
}

/// Takes a tag off from outside.
async fn untag(scene: &Scene, kind: &str, name: &str, key: &str) {
    if kind == LFN {
        let arn = scene
            .cloud
            .configuration(name)
            .await
            .function_arn
            .expect("an ARN");
        scene
            .cloud
            .lambda
            .untag_resource()
            .resource(arn)
            .tag_keys(key)
            .send()
            .await
            .expect("untagged");
    } else {
        let request = scene
            .cloud
            .cloudfront
            .untag_resource()
            .resource(scene.cloud.cloudfront_arn(name));
        request
            .tag_keys(TagKeys::builder().items(key).build())
            .send()
            .await
            .expect("untagged");
    }
}

#[tokio::test]
async fn delete_empties_the_cloud_with_one_call() {
    let scene = Scene::start("del-delete").await;
    both_ready(&scene, &json!({"tags": {"team": "shop"}})).await;
    for (kind, name) in BOTH {
        scene.tenant.clear_calls();
        scene.delete(kind, name).await;
        assert_eq!(scene.writes(), ["DeleteFunction"], "{kind}");
        assert!(scene.reads().len() <= 2, "{kind}: {:?}", scene.reads());
        scene.event(kind, name, "Deleted").await;
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn retain_makes_no_call_and_the_same_manifest_takes_the_function_back() {
    let scene = Scene::start("del-retain").await;
    let spec = json!({"deletionPolicy": "Retain", "tags": {"team": "shop"}});
    both_ready(&scene, &spec).await;
    for (kind, name) in BOTH {
        let before = tags(&scene, kind, name).await;
        scene.delete(kind, name).await;
        assert_eq!((scene.writes(), scene.reads()), (vec![], vec![]), "{kind}");
        assert_eq!(tags(&scene, kind, name).await, before, "{kind}");
        assert_eq!(
            before.and_then(|tags| tags.get("team").cloned()).as_deref(),
            Some("shop"),
            "{kind}"
        );
    }
    both_ready_again(&scene, &spec).await;
    let events = scene.tenant.events().await;
    assert!(
        !events
            .iter()
            .any(|event| event.contains(" Adopted ") || event.contains(" TookOver ")),
        "{events:?}"
    );
    scene.end().await;
}

/// Applies the manifests again: ready without a write.
async fn both_ready_again(scene: &Scene, spec: &Value) {
    for (kind, name) in BOTH {
        scene.apply(manifest(kind, name, spec.clone())).await;
        scene.ready(kind, name).await;
        assert_eq!(scene.writes(), Vec::<String>::new(), "{kind}");
    }
}

#[tokio::test]
async fn the_policy_is_read_at_the_last_moment() {
    let scene = Scene::start("del-moment").await;
    both_ready(&scene, &json!({"deletionPolicy": "Delete"})).await;
    for (kind, name) in BOTH {
        let read = if kind == LFN {
            "GetFunction"
        } else {
            "DescribeFunction"
        };
        let held = scene
            .tenant
            .inject(Fault::on(read).function(name).then(Action::Hold));
        scene.tenant.delete(kind, name).await;
        held.arrived(1, MINUTE).await;
        scene.tenant.patch(kind, name, policy("Retain")).await;
        held.release();
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
        assert_eq!(scene.writes(), Vec::<String>::new(), "{kind}");
        assert!(
            tags(&scene, kind, name).await.is_some(),
            "{kind}: it is still there"
        );
    }
    scene.end().await;
}

/// Deleting a definition marks it and then deletes all objects of its kind.
#[tokio::test]
async fn objects_that_go_with_their_definition_leave_their_functions() {
    let scene = Scene::start("del-definition").await;
    both_ready(&scene, &json!({"deletionPolicy": "Delete"})).await;
    // The definitions are everybody's here, so only this scene's operator sees the mark.
    let marked = Action::rewrite(|answer| {
        let (mut parts, body) = answer.into_parts();
        let mut definition: Value = serde_json::from_slice(&body).expect("JSON");
        definition["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
        parts.headers.remove("content-length");
        http::Response::from_parts(parts, Bytes::from(definition.to_string()))
    });
    scene.tenant.inject_api(
        Fault::<ApiCall>::any()
            .resource("customresourcedefinitions")
            .always()
            .then(marked),
    );
    for (kind, name) in BOTH {
        let before = tags(&scene, kind, name).await;
        scene.delete(kind, name).await;
        assert_eq!((scene.writes(), scene.reads()), (vec![], vec![]), "{kind}");
        assert_eq!(tags(&scene, kind, name).await, before, "{kind}");
        scene
            .event_with(kind, name, "Retained", "definition of this kind")
            .await;
    }
    scene.end().await;
}

#[tokio::test]
async fn an_installation_may_keep_the_functions_of_objects_that_name_no_policy() {
    let scene = Scene::with("del-default", &["--default-deletion-policy=Retain"]).await;
    both_ready(&scene, &json!({})).await;
    for (kind, name) in BOTH {
        scene.delete(kind, name).await;
        assert_eq!((scene.writes(), scene.reads()), (vec![], vec![]), "{kind}");
        assert!(tags(&scene, kind, name).await.is_some(), "{kind}");
    }
    both_ready_again(&scene, &json!({"deletionPolicy": "Delete"})).await;
    for (kind, name) in BOTH {
        scene.delete(kind, name).await;
        assert_eq!(scene.writes(), ["DeleteFunction"], "{kind}");
        scene.tenant.clear_calls();
    }
    scene.end().await;
}

//! Deletion while something else is broken: the spec, a reference, the namespace, the cloud, the credentials.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cloudfn_bed::{Bed, reason, wire};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use kube::api::DeleteParams;
use serde_json::{Value, json};

use super::{BOTH, both_ready, manifest, policy, request, tags};
use crate::chart::helm::cluster_rights;
use crate::support::{BINARY, CFF, LFN, Scene, TIMEOUT, javascript, python, quiet_with};

/// One request to etcd's HTTP gateway.
async fn etcd(path: &str, body: &Value) -> Value {
    let url = format!("{}{path}", Bed::get().control_plane().etcd_url());
    let request = http::Request::post(url)
        .body(Full::new(Bytes::from(body.to_string())))
        .expect("a request");
    let reply = wire::client()
        .request(request)
        .await
        .expect("an answer")
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    serde_json::from_slice(&reply).expect("JSON")
}

/// Changes a stored object's spec past the API server, as an older definition would have left it.
async fn store(scene: &Scene, kind: &str, name: &str, member: &str, value: Value) {
    let plural = format!("{}s", kind.to_lowercase());
    let key = BASE64.encode(format!(
        "/registry/cloudfn.dev/{plural}/{}/{name}",
        scene.tenant.namespace()
    ));
    let found = etcd("/v3/kv/range", &json!({"key": key})).await;
    let stored = found["kvs"][0]["value"]
        .as_str()
        .unwrap_or_else(|| panic!("no such key: {found}"));
    let mut object: Value =
        serde_json::from_slice(&BASE64.decode(stored).expect("base64")).expect("JSON");
    object["spec"][member] = value;
    let generation = object["metadata"]["generation"]
        .as_i64()
        .expect("a generation");
    object["metadata"]["generation"] = json!(generation + 1);
    etcd(
        "/v3/kv/put",
        &json!({"key": key, "value": BASE64.encode(object.to_string())}),
    )
    .await;
}

#[tokio::test]
async fn a_spec_that_cannot_be_read_any_more_is_told_and_does_not_hold_the_deletion() {
    let scene = Scene::start("del-undecodable").await;
    both_ready(&scene, &json!({})).await;
    let odd = [
        ("stage", json!("SOMEWHERE")),
        ("architectures", json!(["sparc"])),
    ];
    for ((kind, name), (member, value)) in BOTH.into_iter().zip(odd) {
        store(&scene, kind, name, member, value).await;
        let object = scene.reason(kind, name, "InvalidSpec").await;
        assert_eq!(reason(&object, "Stalled"), Some("InvalidSpec"), "{kind}");
        assert_eq!(scene.writes(), Vec::<String>::new(), "{kind}");
        scene.delete(kind, name).await;
        assert_eq!(scene.writes(), ["DeleteFunction"], "{kind}");
        scene.tenant.clear_calls();
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_spec_of_another_shape_is_told_can_be_mended_and_does_not_hold_the_deletion() {
    let scene = Scene::start("del-shape").await;
    both_ready(&scene, &json!({})).await;
    for ((kind, name), member) in BOTH.into_iter().zip(["runtime", "description"]) {
        // The API server refuses server-side apply for an object of a shape that is not its definition's.
        store(&scene, kind, name, member, json!(5)).await;
        let object = scene.reason(kind, name, "InvalidSpec").await;
        assert_eq!(reason(&object, "Stalled"), Some("InvalidSpec"), "{kind}");
        assert_eq!(scene.writes(), Vec::<String>::new(), "{kind}");
        scene
            .tenant
            .patch(kind, name, json!({"spec": {member: null}}))
            .await;
        scene.ready(kind, name).await;
        store(&scene, kind, name, member, json!(5)).await;
        scene.reason(kind, name, "InvalidSpec").await;
        scene.delete(kind, name).await;
        assert_eq!(scene.writes(), ["DeleteFunction"], "{kind}");
        scene.tenant.clear_calls();
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_blocks_the_deletion_and_says_so() {
    let scene = Scene::start("del-odd-policy").await;
    both_ready(&scene, &json!({"deletionPolicy": "Delete"})).await;
    for (kind, name) in BOTH {
        store(&scene, kind, name, "deletionPolicy", json!("Perhaps")).await;
        scene.tenant.delete(kind, name).await;
        let said = |object: &kube::api::DynamicObject| {
            let ready = cloudfn_bed::condition(object, "Ready");
            ready
                .and_then(|ready| ready["message"].as_str())
                .is_some_and(|text| {
                    text.contains("spec.deletionPolicy is neither Delete nor Retain")
                })
        };
        scene
            .tenant
            .wait_for(kind, name, "to say why it stays", said, TIMEOUT)
            .await;
        assert_eq!(scene.writes(), Vec::<String>::new(), "{kind}");
        scene.tenant.patch(kind, name, policy("Retain")).await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
        assert!(tags(&scene, kind, name).await.is_some(), "{kind}");
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_reference_that_is_gone_does_not_hold_the_deletion() {
    let scene = Scene::start("del-no-reference").await;
    let data = json!({"edge.js": javascript("one"), "index.py": python("one")});
    scene.apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": data})).await;
    let code = |kind: &str| {
        if kind == CFF {
            json!({"configMapKeyRef": {"name": "code", "key": "edge.js"}})
        } else {
            json!({"configMapRef": {"name": "code"}})
        }
    };
    for (kind, name) in BOTH {
        scene
            .apply(manifest(kind, name, json!({"code": code(kind)})))
            .await;
    }
    for (kind, name) in BOTH {
        scene.ready(kind, name).await;
    }
    scene.tenant.delete("ConfigMap", "code").await;
    for (kind, name) in BOTH {
        scene.reason(kind, name, "ReferenceNotFound").await;
        scene.delete(kind, name).await;
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_namespace_that_is_deleted_takes_its_functions_along() {
    let mut scene = Scene::start("del-namespace").await;
    // The namespace takes the rights that lie in it along: this operator lives elsewhere.
    let home = Bed::get().tenant("del-home").await;
    let rights =
        json!({"apiVersion": "v1", "kind": "List", "items": cluster_rights(home.namespace())});
    let file = scene.tenant.folder().join("rights.json");
    std::fs::write(&file, rights.to_string()).expect("written");
    let output = Bed::get()
        .kubectl(&["apply", "-f", file.to_str().expect("a path")])
        .await;
    assert!(output.status.success(), "{output:?}");
    scene.operator.terminate().await;
    let mut settings = scene.tenant.operator_settings(BINARY, &quiet_with(&[]));
    settings
        .environment
        .retain(|(name, _)| name != "KUBECONFIG");
    settings.environment.push((
        "KUBECONFIG".to_owned(),
        home.kubeconfig_path().display().to_string(),
    ));
    scene.operator = scene.tenant.spawn_operator(settings);
    scene.operator.ready().await;

    both_ready(&scene, &json!({})).await;
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> =
        kube::Api::all(scene.tenant.client());
    let uid = namespaces
        .get(scene.tenant.namespace())
        .await
        .expect("it is there")
        .metadata
        .uid
        .expect("a uid");
    namespaces
        .delete(scene.tenant.namespace(), &DeleteParams::default())
        .await
        .expect("deleted");
    let gone = kube::runtime::wait::await_condition(
        namespaces,
        scene.tenant.namespace(),
        kube::runtime::conditions::is_deleted(&uid),
    );
    tokio::time::timeout(TIMEOUT, gone)
        .await
        .expect("the namespace goes in time")
        .expect("watched");
    let mut writes = scene.writes();
    writes.sort();
    assert_eq!(writes, ["DeleteFunction", "DeleteFunction"]);
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_cloud_that_cannot_be_reached_delays_the_deletion() {
    let scene = Scene::start("del-unreachable").await;
    both_ready(&scene, &json!({})).await;
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), true);
    for (kind, name) in BOTH {
        scene.tenant.delete(kind, name).await;
        let object = scene.reason(kind, name, "CloudUnavailable").await;
        assert_eq!(
            reason(&object, "Reconciling"),
            Some("CloudUnavailable"),
            "{kind}"
        );
    }
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), false);
    for (kind, name) in BOTH {
        scene.tenant.patch(kind, name, request("1")).await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

/// Starts the operator anew, without credentials.
async fn without_credentials(scene: &mut Scene) {
    scene.operator.terminate().await;
    let mut settings = scene.tenant.operator_settings(BINARY, &quiet_with(&[]));
    settings
        .environment
        .retain(|(name, _)| name != "AWS_ACCESS_KEY_ID");
    scene.operator = scene.tenant.spawn_operator(settings);
    scene.operator.ready().await;
}

#[tokio::test]
async fn without_credentials_a_deletion_waits_for_them_or_for_retain() {
    let mut scene = Scene::start("del-no-credentials").await;
    both_ready(&scene, &json!({"deletionPolicy": "Delete"})).await;
    for kept in ["kept-edge", "kept-region"] {
        let kind = if kept == "kept-edge" { CFF } else { LFN };
        scene
            .apply(manifest(kind, kept, json!({"deletionPolicy": "Delete"})))
            .await;
        scene.ready(kind, kept).await;
    }
    scene.tenant.clear_calls();
    without_credentials(&mut scene).await;
    for (kind, name) in [BOTH[0], BOTH[1], (CFF, "kept-edge"), (LFN, "kept-region")] {
        scene.tenant.delete(kind, name).await;
        let object = scene.reason(kind, name, "Unauthenticated").await;
        assert_eq!(
            reason(&object, "Reconciling"),
            Some("Unauthenticated"),
            "{kind}"
        );
    }
    for (kind, name) in [(CFF, "kept-edge"), (LFN, "kept-region")] {
        scene.tenant.patch(kind, name, policy("Retain")).await;
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.operator.terminate().await;
    scene.operator = scene.tenant.operator(BINARY, &quiet_with(&[])).await;
    for (kind, name) in BOTH {
        scene.tenant.wait_gone(kind, name, TIMEOUT).await;
    }
    assert_eq!(scene.cloud.names().await, ["kept-edge", "kept-region"]);
    scene.end().await;
}

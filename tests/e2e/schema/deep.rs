//! Objects that no reader of JSON reads to the end: they stop no others, and are looked after themselves.

use cloudfn::api::stored::Stored;
use cloudfn::api::{CloudFrontFunction, LambdaFunction};
use cloudfn_bed::Tenant;
use k8s_openapi::NamespaceResourceScope;
use kube::runtime::wait::await_condition;
use kube::{Api, Resource};
use serde_json::{Value, json};

use super::manifest;
use crate::ownership::either::exists;
use crate::support::{CFF, LFN, Scene, TIMEOUT, javascript};

fn map(name: &str, text: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"code.js": javascript(text)}})
}

fn from_map(object: &str, map: &str) -> Value {
    let key = json!({"name": map, "key": "code.js"});
    let mut object = manifest(CFF, object, json!({"code": {"configMapKeyRef": key}}));
    object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
    object
}

/// Where objects of this one's kind are.
fn url(tenant: &Tenant, version: &str, kind: &str) -> String {
    let root = if version.contains('/') { "apis" } else { "api" };
    let plural = format!("{}s", kind.to_lowercase());
    format!(
        "/{root}/{version}/namespaces/{}/{plural}",
        tenant.namespace()
    )
}

/// Creates an object whose managed fields are 300 levels deep: the API server stores what whoever writes
/// an object says of them.
async fn create_deep(tenant: &Tenant, mut object: Value) {
    let deep = "{\"f:a\":".repeat(300) + "{}" + &"}".repeat(300);
    let (version, kind) = (object["apiVersion"].clone(), object["kind"].clone());
    object["metadata"]["managedFields"] = json!([{
        "manager": "m", "operation": "Update", "apiVersion": version, "time": "2026-01-01T00:00:00Z",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:metadata": "$deep"},
    }]);
    let url = url(
        tenant,
        version.as_str().expect("a version"),
        kind.as_str().expect("a kind"),
    );
    let request = http::Request::post(url)
        .header("content-type", "application/json")
        .body(object.to_string().replace("\"$deep\"", &deep).into_bytes())
        .expect("a request");
    // Not as JSON, which this could not read either.
    let stored = tenant
        .client()
        .request_text(request)
        .await
        .expect("it is created");
    assert!(
        stored.matches("f:a").count() >= 300,
        "the API server keeps all of it"
    );
}

async fn delete(tenant: &Tenant, kind: &str, name: &str) {
    let url = format!("{}/{name}", url(tenant, "cloudfn.dev/v1alpha1", kind));
    let request = http::Request::delete(url)
        .body(Vec::new())
        .expect("a request");
    tenant
        .client()
        .request_text(request)
        .await
        .expect("it is deleted");
}

/// Waits until an object is ready, or gone.
async fn wait<K>(tenant: &Tenant, name: &str, gone: bool)
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope> + 'static,
{
    let api: Api<Stored<K>> = Api::namespaced(tenant.client(), tenant.namespace());
    let is_ready = |object: &Stored<K>| {
        let conditions = object.status["conditions"].as_array();
        conditions
            .into_iter()
            .flatten()
            .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
    };
    let wanted =
        move |object: Option<&Stored<K>>| object.map_or(gone, |object| !gone && is_ready(object));
    tokio::time::timeout(TIMEOUT, await_condition(api, name, wanted))
        .await
        .unwrap_or_else(|_| panic!("{name}: {}", tenant.operator_logs(40)))
        .expect("a watch");
}

#[tokio::test]
async fn what_one_object_holds_stops_no_list_and_no_watch_of_the_others() {
    let scene = Scene::start("deep").await;
    let tenant = &scene.tenant;
    // In the watches that run, and in the lists after a start.
    for round in ["watched", "listed"] {
        let name = |part: &str| format!("{round}-{part}");
        create_deep(tenant, map(&name("map"), "one")).await;
        create_deep(tenant, from_map(&name("deep"), &name("map"))).await;
        let mut lambda = manifest(LFN, &name("lambda"), json!({}));
        lambda["apiVersion"] = json!("cloudfn.dev/v1alpha1");
        create_deep(tenant, lambda).await;
        if round == "listed" {
            scene.operator.kill();
            scene.operator.restart().await;
        }
        // The objects themselves are looked after.
        wait::<CloudFrontFunction>(tenant, &name("deep"), false).await;
        wait::<LambdaFunction>(tenant, &name("lambda"), false).await;
        // And so are others, and what they name.
        tenant.apply(map(&name("sound"), "one")).await;
        scene.apply(from_map(&name("other"), &name("sound"))).await;
        scene.ready(CFF, &name("other")).await;
        tenant.apply(map(&name("sound"), "two")).await;
        let wanted = json!(cloudfn::api::digest::sha256_hex(
            javascript("two").as_bytes()
        ));
        let is_new = |object: &kube::api::DynamicObject| {
            object.data["status"]["live"]["codeSha256"] == wanted
                || object.data["status"]["development"]["codeSha256"] == wanted
        };
        tenant
            .wait_for(CFF, &name("other"), "to have the new code", is_new, TIMEOUT)
            .await;
    }
    for name in ["watched-deep", "listed-deep"] {
        delete(tenant, CFF, name).await;
        wait::<CloudFrontFunction>(tenant, name, true).await;
        assert!(
            !exists(&scene.cloud, CFF, name).await,
            "its function goes with it"
        );
    }
    // No invariant is checked: what records the versions of objects is a reader of JSON, too.
    assert!(scene.operator.terminate().await.success());
}

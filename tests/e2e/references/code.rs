//! Code from ConfigMaps.

use serde_json::{Value, json};

use super::{config_map, message, ready_with};
use crate::support::{CFF, LFN, Scene, TIMEOUT, cff, javascript, lfn, python};

/// A `CloudFrontFunction` with code from the key `f.js` of the ConfigMap `m`.
fn from_map() -> Value {
    cff(
        "f",
        "",
        json!({"code": {"configMapKeyRef": {"name": "m", "key": "f.js"}}}),
    )
}

#[tokio::test]
async fn an_edit_of_a_config_map_is_deployed() {
    let scene = Scene::start("refs-edit").await;
    let (one, two) = (javascript("one"), javascript("two"));
    config_map(&scene, "m", json!({"f.js": one})).await;
    scene.apply(from_map()).await;
    let object = scene.ready(CFF, "f").await;
    assert_eq!(scene.cloud.live("f").await, Some(one));
    scene.tenant.clear_calls();
    let version = config_map(&scene, "m", json!({"f.js": two})).await;
    let edited = ready_with(&scene, CFF, &version).await;
    assert_eq!(edited.metadata.generation, object.metadata.generation);
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    assert_eq!(scene.cloud.live("f").await.as_ref(), Some(&two));
    scene.event_with(CFF, "f", "Updated", "code").await;

    scene.tenant.clear_calls();
    let version = config_map(&scene, "m", json!({"f.js": two, "other": "key"})).await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(
        scene.writes(),
        Vec::<String>::new(),
        "another key changes nothing"
    );
    scene.end().await;
}

#[tokio::test]
async fn a_config_map_and_its_key_may_come_late() {
    let scene = Scene::start("refs-late").await;
    scene.apply(from_map()).await;
    let object = scene.reason(CFF, "f", "ReferenceNotFound").await;
    assert!(
        cloudfn_bed::condition(&object, "Reconciling").is_some()
            && message(&object).contains("ConfigMap m does not exist"),
        "{}",
        message(&object)
    );
    config_map(&scene, "m", json!({"other": "key"})).await;
    let wanted = |object: &kube::api::DynamicObject| {
        cloudfn_bed::condition(object, "Ready").is_some()
            && message(object).contains("f.js")
            && message(object).contains("no key")
    };
    let object = scene
        .tenant
        .wait_for(CFF, "f", "to miss the key", wanted, TIMEOUT)
        .await;
    assert_eq!(
        cloudfn_bed::reason(&object, "Ready"),
        Some("ReferenceNotFound")
    );
    assert_eq!(object.metadata.finalizers, None, "nothing was sent yet");
    assert_eq!(scene.writes(), Vec::<String>::new());
    let code = javascript("one");
    config_map(&scene, "m", json!({"f.js": code})).await;
    let object = scene.ready(CFF, "f").await;
    assert_eq!(object.metadata.generation, Some(1));
    assert_eq!(scene.cloud.live("f").await, Some(code));
    scene.end().await;
}

#[tokio::test]
async fn a_deleted_config_map_leaves_the_function_as_it_is() {
    let scene = Scene::start("refs-gone").await;
    let (one, two) = (javascript("one"), javascript("two"));
    config_map(&scene, "m", json!({"f.js": one})).await;
    scene.apply(from_map()).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    scene.tenant.delete("ConfigMap", "m").await;
    let object = scene.reason(CFF, "f", "ReferenceNotFound").await;
    assert_eq!(
        cloudfn_bed::condition(&object, "Ready").expect("Ready")["status"],
        "False"
    );
    assert_eq!(
        object.data["status"]["arn"],
        scene.cloud.cloudfront_arn("f"),
        "what is known stays"
    );
    assert_eq!(scene.cloud.live("f").await.as_ref(), Some(&one));

    let version = config_map(&scene, "m", json!({"f.js": one})).await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(scene.writes(), Vec::<String>::new(), "back as it was");

    scene.tenant.delete("ConfigMap", "m").await;
    scene.reason(CFF, "f", "ReferenceNotFound").await;
    let version = config_map(&scene, "m", json!({"f.js": two})).await;
    ready_with(&scene, CFF, &version).await;
    assert_eq!(scene.cloud.live("f").await, Some(two));

    scene.tenant.delete("ConfigMap", "m").await;
    scene.reason(CFF, "f", "ReferenceNotFound").await;
    scene.delete(CFF, "f").await;
    assert_eq!(
        scene.cloud.names().await,
        Vec::<String>::new(),
        "deletion needs no reference"
    );
    scene.end().await;
}

#[tokio::test]
async fn binary_data_is_data() {
    let scene = Scene::start("refs-binary").await;
    // "function handler(e) { return 1; }\n"
    let binary = json!({"kind": "ConfigMap", "metadata": {"name": "m"}, "binaryData": {"f.js": "ZnVuY3Rpb24gaGFuZGxlcihlKSB7IHJldHVybiAxOyB9Cg=="}});
    scene.apply(binary).await;
    scene.apply(from_map()).await;
    scene.ready(CFF, "f").await;
    assert_eq!(
        scene.cloud.live("f").await.as_deref(),
        Some("function handler(e) { return 1; }\n")
    );

    // Bytes that are no text are no code: refused before any call, and nothing is touched.
    scene.tenant.clear_calls();
    let broken =
        json!({"kind": "ConfigMap", "metadata": {"name": "m"}, "binaryData": {"f.js": "//79"}});
    scene.apply(broken).await;
    let object = scene.reason(CFF, "f", "InvalidSpec").await;
    assert!(message(&object).contains("UTF-8"), "{}", message(&object));
    assert_eq!((scene.writes(), scene.reads()), (Vec::new(), Vec::new()));
    scene.end().await;
}

#[tokio::test]
async fn files_of_a_lambda_function_come_from_a_config_map() {
    let scene = Scene::start("refs-files").await;
    let library = |text: &str| format!("TEXT = \"{text}\"\n");
    let main =
        "import library\ndef handler(event, context):\n    return {\"mark\": library.TEXT}\n";
    config_map(
        &scene,
        "m",
        json!({"index.py": main, "library.py": library("one")}),
    )
    .await;
    scene
        .apply(lfn(
            "f",
            "",
            json!({"code": {"configMapRef": {"name": "m"}}}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.cloud.invoke("f").await, r#"{"mark": "one"}"#);
    scene.tenant.clear_calls();
    let version = config_map(
        &scene,
        "m",
        json!({"index.py": main, "library.py": library("two")}),
    )
    .await;
    ready_with(&scene, LFN, &version).await;
    assert_eq!(scene.writes(), ["UpdateFunctionCode"]);
    assert_eq!(scene.cloud.invoke("f").await, r#"{"mark": "two"}"#);

    // The same bytes from another source are no change; other bytes are one.
    let inline = |text: &str| json!({"code": {"inline": {"files": {"index.py": main, "library.py": library(text)}}}});
    scene.tenant.clear_calls();
    scene.apply(lfn("f", "", inline("two"))).await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.apply(lfn("f", &python("three"), json!({}))).await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.writes(), ["UpdateFunctionCode"]);
    assert_eq!(scene.cloud.invoke("f").await, r#"{"mark": "three"}"#);
    scene.end().await;
}

#[tokio::test]
async fn a_config_map_of_another_namespace_is_never_read() {
    let other = cloudfn_bed::Bed::get().tenant("refs-other").await;
    let foreign = javascript("foreign");
    other
        .apply(json!({"kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"f.js": foreign}}))
        .await;
    let scene = Scene::start("refs-own").await;
    scene.apply(from_map()).await;
    scene.reason(CFF, "f", "ReferenceNotFound").await;
    let own = javascript("own");
    config_map(&scene, "m", json!({"f.js": own})).await;
    scene.ready(CFF, "f").await;
    other.apply(json!({"kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"f.js": javascript("edited")}})).await;
    scene.look(CFF, "f", "1").await;
    assert_eq!(scene.cloud.live("f").await, Some(own));
    let asked: Vec<_> = scene
        .tenant
        .api_proxy()
        .calls()
        .into_iter()
        .filter(|call| call.resource == "configmaps")
        .collect();
    assert!(!asked.is_empty());
    for call in asked {
        assert_eq!(
            call.namespace.as_deref(),
            Some(scene.tenant.namespace()),
            "{}",
            call.request
        );
    }
    scene.end().await;
}

//! Variables from ConfigMaps and Secrets.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudfn_bed::{Action, ApiCall, Fault};
use serde_json::{Value, json};

use super::{config_map, message, ready_with, secret};
use crate::invariants::SENTINEL;
use crate::support::{LFN, Scene, TIMEOUT, lfn, python};

fn with(environment: &Value) -> Value {
    lfn("f", &python("one"), json!({"environment": environment}))
}

/// A value that no status, event or log may show.
fn hidden(text: &str) -> String {
    format!("{SENTINEL}-{text}")
}

/// The function's variables in the cloud.
async fn variables(scene: &Scene) -> BTreeMap<String, String> {
    let environment = scene.cloud.configuration("f").await.environment;
    environment
        .and_then(|environment| environment.variables)
        .unwrap_or_default()
        .into_iter()
        .collect()
}

fn expected(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), hidden(value)))
        .collect()
}

/// Secrets are read by name; nothing else is asked of them.
fn only_gets(scene: &Scene) {
    let asked: Vec<_> = scene
        .tenant
        .api_proxy()
        .calls()
        .into_iter()
        .filter(|call| call.resource == "secrets")
        .collect();
    assert!(!asked.is_empty());
    for call in asked {
        assert_eq!(
            (call.verb.as_str(), call.name.is_some()),
            ("get", true),
            "{}",
            call.request
        );
    }
}

#[tokio::test]
async fn variables_come_from_every_source() {
    let scene = Scene::start("refs-env").await;
    config_map(
        &scene,
        "m",
        json!({"level": hidden("level"), "mode": hidden("mode")}),
    )
    .await;
    config_map(
        &scene,
        "all",
        json!({"A1": hidden("a1"), "A2": hidden("a2")}),
    )
    .await;
    secret(&scene, "db", json!({"password": hidden("password")})).await;
    secret(
        &scene,
        "keys",
        json!({"K1": hidden("k1"), "K2": hidden("k2")}),
    )
    .await;
    let environment = json!({
        "variables": {"PLAIN": hidden("plain")},
        "variablesFrom": [
            {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "level"}}},
            {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            {"configMapRef": {"name": "all"}},
            {"configMapRef": {"name": "all"}, "prefix": "MAP_"},
            {"secretRef": {"name": "keys"}, "prefix": "APP_"},
        ],
    });
    scene.apply(with(&environment)).await;
    scene.ready(LFN, "f").await;
    let mut wanted = expected(&[
        ("PLAIN", "plain"),
        ("LEVEL", "level"),
        ("DB_PASSWORD", "password"),
        ("A1", "a1"),
        ("A2", "a2"),
        ("MAP_A1", "a1"),
        ("MAP_A2", "a2"),
        ("APP_K1", "k1"),
        ("APP_K2", "k2"),
    ]);
    assert_eq!(variables(&scene).await, wanted);
    assert_eq!(scene.writes(), ["CreateFunction"]);

    scene.tenant.clear_calls();
    let version = config_map(&scene, "all", json!({"A1": hidden("edited")})).await;
    ready_with(&scene, LFN, &version).await;
    wanted.extend(expected(&[("A1", "edited"), ("MAP_A1", "edited")]));
    wanted.retain(|name, _| !name.ends_with("A2"));
    assert_eq!(
        variables(&scene).await,
        wanted,
        "edited and dropped keys alike"
    );
    assert_eq!(scene.writes(), ["UpdateFunctionConfiguration"]);

    // Dropping the block takes all of it away.
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    assert_eq!(variables(&scene).await, BTreeMap::new());
    only_gets(&scene);
    scene.end().await;
}

#[tokio::test]
async fn an_edited_secret_is_deployed_and_an_unchanged_one_costs_no_cloud_call() {
    let scene = Scene::start("refs-secret").await;
    let from = json!({"variablesFrom": [{"secretRef": {"name": "s"}}]});
    secret(&scene, "s", json!({"TOKEN": hidden("one")})).await;
    scene.apply(with(&from)).await;
    scene.ready(LFN, "f").await;

    scene.tenant.clear_calls();
    // Every look at the Secret passes here; how many there were is known without a clock.
    let looks = scene.tenant.inject_api(
        Fault::<ApiCall>::any()
            .resource("secrets")
            .always()
            .then(Action::Delay(std::time::Duration::ZERO)),
    );
    looks.arrived(3, TIMEOUT).await;
    assert_eq!(
        scene.tenant.calls().len(),
        0,
        "looking at a Secret's version is no look at the cloud"
    );
    looks.remove();

    let version = secret(&scene, "s", json!({"TOKEN": hidden("two")})).await;
    ready_with(&scene, LFN, &version).await;
    assert_eq!(variables(&scene).await, expected(&[("TOKEN", "two")]));
    assert_eq!(scene.writes(), ["UpdateFunctionConfiguration"]);
    scene.event_with(LFN, "f", "Updated", "environment").await;
    only_gets(&scene);
    scene.end().await;
}

#[tokio::test]
async fn a_secret_and_its_key_may_come_late() {
    let scene = Scene::start("refs-secret-late").await;
    scene.apply(with(&json!({"variablesFrom": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}}]}))).await;
    let object = scene.reason(LFN, "f", "ReferenceNotFound").await;
    assert!(cloudfn_bed::condition(&object, "Reconciling").is_some());
    secret(&scene, "s", json!({"other": hidden("other")})).await;
    let wanted = |object: &kube::api::DynamicObject| {
        cloudfn_bed::condition(object, "Ready").is_some()
            && message(object).contains("no key token")
    };
    scene
        .tenant
        .wait_for(LFN, "f", "to miss the key", wanted, TIMEOUT)
        .await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    secret(
        &scene,
        "s",
        json!({"other": hidden("other"), "token": hidden("late")}),
    )
    .await;
    let object = scene.ready(LFN, "f").await;
    assert_eq!(object.metadata.generation, Some(1));
    assert_eq!(variables(&scene).await, expected(&[("TOKEN", "late")]));
    only_gets(&scene);
    scene.end().await;
}

#[tokio::test]
async fn a_deleted_secret_leaves_the_function_as_it_is() {
    let scene = Scene::start("refs-secret-gone").await;
    secret(&scene, "s", json!({"TOKEN": hidden("one")})).await;
    scene
        .apply(with(
            &json!({"variablesFrom": [{"secretRef": {"name": "s"}}]}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    scene.tenant.clear_calls();
    scene.tenant.delete("Secret", "s").await;
    scene.reason(LFN, "f", "ReferenceNotFound").await;
    assert_eq!(variables(&scene).await, expected(&[("TOKEN", "one")]));
    let version = secret(&scene, "s", json!({"TOKEN": hidden("one")})).await;
    ready_with(&scene, LFN, &version).await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_variable_given_twice_is_refused_by_name_and_no_call_is_made() {
    let scene = Scene::start("refs-twice").await;
    secret(&scene, "s", json!({"TOKEN": hidden("secret")})).await;
    let from = json!([{"secretRef": {"name": "s"}}]);
    scene
        .apply(with(
            &json!({"variables": {"TOKEN": hidden("plain")}, "variablesFrom": from}),
        ))
        .await;
    let object = scene.reason(LFN, "f", "InvalidSpec").await;
    assert!(cloudfn_bed::condition(&object, "Stalled").is_some());
    assert!(
        message(&object).contains("TOKEN") && !message(&object).contains(SENTINEL),
        "{}",
        message(&object)
    );
    assert_eq!((scene.writes(), scene.reads()), (Vec::new(), Vec::new()));
    scene
        .apply(with(
            &json!({"variables": {"OTHER": hidden("plain")}, "variablesFrom": from}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    assert_eq!(
        variables(&scene).await,
        expected(&[("OTHER", "plain"), ("TOKEN", "secret")])
    );

    // A key that comes to the Secret later collides as well: the function stays as it is.
    scene.tenant.clear_calls();
    secret(
        &scene,
        "s",
        json!({"TOKEN": hidden("secret"), "OTHER": hidden("late")}),
    )
    .await;
    let object = scene.reason(LFN, "f", "InvalidSpec").await;
    assert!(message(&object).contains("OTHER"), "{}", message(&object));
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_secret_that_turns_binary_is_refused_and_the_function_keeps_its_variables() {
    let scene = Scene::start("refs-binary").await;
    let encoded = |bytes: &[u8]| json!(STANDARD.encode(bytes));
    let text = encoded(hidden("one").as_bytes());
    let with_nul = encoded(format!("{}\0", hidden("nul")).as_bytes());
    let data = |token: &Value| json!({"kind": "Secret", "metadata": {"name": "s"}, "data": {"TOKEN": token, "USER": text}});
    scene.apply(data(&text)).await;
    scene
        .apply(with(
            &json!({"variablesFrom": [{"secretRef": {"name": "s"}}]}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    let before = variables(&scene).await;
    scene.tenant.clear_calls();
    for (token, part) in [
        (encoded(b"\xff\xfe"), "no UTF-8 text"),
        (with_nul, "a NUL byte"),
    ] {
        scene.apply(data(&token)).await;
        let told = |object: &kube::api::DynamicObject| {
            cloudfn_bed::condition(object, "Stalled").is_some() && message(object).contains(part)
        };
        let object = scene.tenant.wait_for(LFN, "f", part, told, TIMEOUT).await;
        assert!(
            message(&object).contains("key TOKEN of the Secret s")
                && !message(&object).contains(SENTINEL),
            "{}",
            message(&object)
        );
        assert_eq!(variables(&scene).await, before, "{part}");
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    let version = scene.apply(data(&text)).await.metadata.resource_version;
    ready_with(&scene, LFN, &version.expect("a version")).await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

//! The operator's credentials are for another account than the functions.

use std::time::Duration;

use serde_json::json;

use super::either::{BOTH, exists, is_stalled, manifest, message, state};
use crate::support::{BINARY, Cloud, Scene, quiet_with};

/// Nobody else's: another number than any tenant's.
fn other_account(scene: &Scene) -> String {
    format!("9{}", &scene.tenant.account()[1..])
}

#[tokio::test]
async fn with_credentials_of_another_account_nothing_is_written_and_nothing_is_believed() {
    let mut scene = Scene::start("account").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        scene.apply(manifest(kind, "gone", "one", json!({}))).await;
        scene.ready(kind, "gone").await;
    }
    assert!(scene.operator.terminate().await.success());
    let other = other_account(&scene);
    let mut settings = scene.tenant.operator_settings(BINARY, &quiet_with(&[]));
    settings
        .environment
        .retain(|(name, _)| name != "AWS_ACCESS_KEY_ID");
    settings
        .environment
        .push(("AWS_ACCESS_KEY_ID".to_owned(), other.clone()));
    scene.operator = scene.tenant.spawn_operator(settings);
    scene.operator.ready().await;
    let elsewhere = Cloud::of(&other, scene.tenant.region()).await;
    for kind in BOTH {
        let before = state(&scene.cloud, kind, "f").await;
        scene.apply(manifest(kind, "f", "two", json!({}))).await;
        let object = scene.look(kind, "f", "1").await;
        assert!(is_stalled(&object, "WrongAccount"), "{object:?}");
        let message = message(&object, "Ready");
        assert!(
            message.contains(scene.tenant.account()) && message.contains(&other),
            "{message}"
        );
        assert_eq!(object.data["status"]["accountId"], scene.tenant.account());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
        // A deletion does not take "not found" for an answer either.
        scene.tenant.delete(kind, "gone").await;
        scene.reason(kind, "gone", "WrongAccount").await;
        assert!(exists(&scene.cloud, kind, "gone").await);
    }
    assert_eq!(
        elsewhere.names().await,
        Vec::<String>::new(),
        "nothing was made there"
    );
    let calls = scene.tenant.proxy().calls(&other);
    assert!(
        calls
            .iter()
            .all(|call| call.operation == "GetCallerIdentity"),
        "{calls:?}"
    );

    assert!(scene.operator.terminate().await.success());
    scene.operator = scene.tenant.operator(BINARY, &quiet_with(&[])).await;
    for kind in BOTH {
        scene.ready(kind, "f").await;
        scene
            .tenant
            .wait_gone(kind, "gone", crate::support::TIMEOUT)
            .await;
        assert!(!exists(&scene.cloud, kind, "gone").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn the_operator_refuses_to_start_in_an_account_that_is_not_allowed() {
    let mut scene = Scene::start("allowed").await;
    assert!(scene.operator.terminate().await.success());
    let flag = format!("--allowed-account-ids={}", other_account(&scene));
    let refused = scene.tenant.spawn_operator(
        scene
            .tenant
            .operator_settings(BINARY, &quiet_with(&[&flag])),
    );
    let status = refused
        .exited(Duration::from_mins(1))
        .await
        .expect("it ends by itself");
    assert!(!status.success(), "{status}");
    let log = refused.log();
    assert!(
        log.contains("--allowed-account-ids") && log.contains(scene.tenant.account()),
        "{log}"
    );

    let flag = format!(
        "--allowed-account-ids={},{}",
        other_account(&scene),
        scene.tenant.account()
    );
    scene.operator = scene.tenant.operator(BINARY, &quiet_with(&[&flag])).await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
    }
    scene.end().await;
}

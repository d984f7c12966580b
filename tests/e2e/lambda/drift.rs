//! What others change in the cloud: repaired, and never overwritten blindly.

use cloudfn_bed::{Action, Fault, MINUTE, is_ready};
use serde_json::json;

use super::{assert_calm, event, mark, writes_of};
use crate::support::{LFN, Scene, archive, lfn, python};
use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::primitives::Blob;

/// Waits until the cloud has settled a change from outside.
async fn settled(scene: &Scene, name: &str) {
    let wait = scene
        .cloud
        .lambda
        .wait_until_function_updated_v2()
        .function_name(name)
        .wait(MINUTE);
    wait.await.expect("the outside change settles");
}

#[tokio::test]
async fn an_outside_edit_is_repaired_and_told() {
    let scene = Scene::start("lfn-drift").await;
    let lambda = &scene.cloud.lambda;
    let spec = json!({"timeout": 5, "tags": {"team": "shop", "stage": "live"}});
    let repairs = [
        ("configuration", "UpdateFunctionConfiguration"),
        ("code", "UpdateFunctionCode"),
        ("instance", "TagResource"),
        ("changed-tag", "TagResource"),
        ("removed-tag", "TagResource"),
        ("gone", "CreateFunction"),
    ];
    for (name, _) in repairs {
        scene.apply(lfn(name, &python("ours"), spec.clone())).await;
    }
    let mut arns = std::collections::BTreeMap::new();
    for (name, _) in repairs {
        let object = scene.ready(LFN, name).await;
        arns.insert(
            name,
            object.data["status"]["arn"]
                .as_str()
                .expect("an ARN")
                .to_owned(),
        );
    }
    lambda
        .update_function_configuration()
        .function_name("configuration")
        .timeout(99)
        .send()
        .await
        .expect("edited");
    let zip = Blob::new(archive("index.py", &python("theirs")));
    lambda
        .update_function_code()
        .function_name("code")
        .zip_file(zip)
        .send()
        .await
        .expect("edited");
    lambda
        .untag_resource()
        .resource(&arns["instance"])
        .tag_keys("cloudfn.dev/instance")
        .send()
        .await
        .expect("untagged");
    lambda
        .tag_resource()
        .resource(&arns["changed-tag"])
        .tags("team", "theirs")
        .send()
        .await
        .expect("tagged");
    lambda
        .untag_resource()
        .resource(&arns["removed-tag"])
        .tag_keys("stage")
        .send()
        .await
        .expect("untagged");
    lambda
        .delete_function()
        .function_name("gone")
        .send()
        .await
        .expect("deleted");
    settled(&scene, "configuration").await;
    settled(&scene, "code").await;
    scene.tenant.clear_calls();
    for (name, write) in repairs {
        let object = scene.look(LFN, name, "1").await;
        assert!(is_ready(&object), "{name}: {:#}", object.data["status"]);
        assert_eq!(writes_of(&scene, name), [write], "{name}");
        let told = event(&scene, name, "DriftRepaired").await;
        assert!(told.contains(name), "{told}");
        assert_eq!(mark(&scene, name).await, "ours", "{name}");
        assert_eq!(
            scene.cloud.configuration(name).await.timeout,
            Some(5),
            "{name}"
        );
        let tags = scene
            .cloud
            .function(name)
            .await
            .and_then(|function| function.tags)
            .unwrap_or_default();
        let shown = |key: &str| tags.get(key).map_or("", String::as_str);
        assert_eq!((shown("team"), shown("stage")), ("shop", "live"), "{name}");
        assert!(
            !shown("cloudfn.dev/owner").is_empty() && !shown("cloudfn.dev/instance").is_empty(),
            "{name}: {tags:?}"
        );
        assert_calm(&scene, name);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_periodic_check_finds_an_outside_edit_by_itself() {
    let scene = Scene::with("lfn-check", &["--check-interval=1s"]).await;
    scene
        .apply(lfn("f", &python("ours"), json!({"timeout": 5})))
        .await;
    scene.ready(LFN, "f").await;
    let repair = scene
        .tenant
        .inject(Fault::on("UpdateFunctionConfiguration").then(Action::Hold));
    scene
        .cloud
        .lambda
        .update_function_configuration()
        .function_name("f")
        .timeout(99)
        .send()
        .await
        .expect("edited");
    repair.arrived(1, MINUTE).await;
    repair.release();
    scene.ready(LFN, "f").await;
    assert_eq!(scene.cloud.configuration("f").await.timeout, Some(5));
    scene.end().await;
}

#[tokio::test]
async fn what_the_spec_does_not_name_is_left_to_others() {
    let scene = Scene::start("lfn-unmanaged").await;
    scene
        .apply(lfn("f", &python("ours"), json!({"timeout": 5})))
        .await;
    scene.ready(LFN, "f").await;
    let variables = aws_sdk_lambda::types::Environment::builder()
        .variables("THEIRS", "1")
        .build();
    let edit = scene
        .cloud
        .lambda
        .update_function_configuration()
        .function_name("f")
        .description("theirs")
        .memory_size(256)
        .environment(variables);
    edit.send().await.expect("edited");
    settled(&scene, "f").await;
    scene.tenant.clear_calls();
    scene.look(LFN, "f", "1").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene
        .apply(lfn("f", &python("ours"), json!({"timeout": 6})))
        .await;
    scene.ready(LFN, "f").await;
    let now = scene.cloud.configuration("f").await;
    assert_eq!(
        (now.timeout, now.memory_size, now.description.as_deref()),
        (Some(6), Some(256), Some("theirs"))
    );
    assert_eq!(
        now.environment.and_then(|e| e.variables).map(|v| v.len()),
        Some(1)
    );
    scene.end().await;
}

#[tokio::test]
async fn a_change_between_look_and_update_is_seen_before_anything_is_overwritten() {
    let scene = Scene::start("lfn-stale").await;
    scene
        .apply(lfn(
            "f",
            &python("ours"),
            json!({"timeout": 5, "memorySize": 128}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    scene.tenant.clear_calls();
    let held = scene
        .tenant
        .inject(Fault::on("UpdateFunctionConfiguration").then(Action::Hold));
    scene
        .apply(lfn(
            "f",
            &python("ours"),
            json!({"timeout": 6, "memorySize": 128}),
        ))
        .await;
    held.arrived(1, MINUTE).await;
    let edit = scene
        .cloud
        .lambda
        .update_function_configuration()
        .function_name("f")
        .memory_size(512)
        .description("theirs");
    edit.send().await.expect("edited");
    settled(&scene, "f").await;
    held.release();
    scene.ready(LFN, "f").await;
    let statuses: Vec<_> = scene
        .tenant
        .calls()
        .into_iter()
        .filter(|c| c.operation == "UpdateFunctionConfiguration")
        .map(|c| c.status)
        .collect();
    assert_eq!(
        statuses,
        [Some(412), Some(200)],
        "the stale one was refused, and one more was sent"
    );
    let calls: Vec<String> = scene
        .tenant
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    let first = calls
        .iter()
        .position(|name| name == "UpdateFunctionConfiguration")
        .expect("sent");
    assert_eq!(
        calls[first + 1],
        "GetFunction",
        "it was looked at in between: {calls:?}"
    );
    let now = scene.cloud.configuration("f").await;
    assert_eq!(
        (now.timeout, now.memory_size, now.description.as_deref()),
        (Some(6), Some(128), Some("theirs"))
    );
    assert_calm(&scene, "f");
    scene.end().await;
}

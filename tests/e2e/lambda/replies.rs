//! Connections that break at a write: it happened or it did not, and in the end it happened once.

use cloudfn_bed::{Action, Fault, Injected};
use serde_json::{Value, json};

use super::{accepted, assert_calm};
use crate::support::{LFN, Scene, lfn, python};

/// An object, the write that breaks, its specs before and after, and its code after.
fn rows() -> [(&'static str, &'static str, Value, Value, &'static str); 7] {
    let empty = || json!({});
    [
        ("create", "CreateFunction", empty(), empty(), "one"),
        (
            "configuration",
            "UpdateFunctionConfiguration",
            empty(),
            json!({"timeout": 9}),
            "one",
        ),
        ("code", "UpdateFunctionCode", empty(), empty(), "two"),
        (
            "version",
            "PublishVersion",
            json!({"publish": true}),
            json!({"publish": true}),
            "one",
        ),
        (
            "tag",
            "TagResource",
            empty(),
            json!({"tags": {"team": "shop"}}),
            "one",
        ),
        (
            "untag",
            "UntagResource",
            json!({"tags": {"team": "shop"}}),
            empty(),
            "one",
        ),
        ("delete", "DeleteFunction", empty(), empty(), "one"),
    ]
}

async fn every_write_breaks(scene: Scene, action: Action) {
    let inject = |name: &str, operation: &str| {
        scene
            .tenant
            .inject(Fault::on(operation).function(name).then(action.clone()))
    };
    let faults: Vec<Injected> = rows()
        .iter()
        .map(|(name, operation, ..)| inject(name, operation))
        .collect();
    for (name, _, before, ..) in rows() {
        scene.apply(lfn(name, &python("one"), before)).await;
    }
    for (name, ..) in rows() {
        scene.ready(LFN, name).await;
    }
    for (name, _, _, after, code) in rows() {
        scene.apply(lfn(name, &python(code), after)).await;
    }
    for (name, _, _, after, code) in rows() {
        scene.ready(LFN, name).await;
        let function = scene.cloud.function(name).await.expect("it is there");
        let configuration = function.configuration.expect("a configuration");
        assert_eq!(
            configuration.timeout,
            Some(after["timeout"].as_i64().map_or(3, |_| 9)),
            "{name}"
        );
        let tags = function.tags.unwrap_or_default();
        assert_eq!(
            tags.get("team").map(String::as_str),
            after["tags"]["team"].as_str(),
            "{name}"
        );
        assert_eq!(super::mark(&scene, name).await, code, "{name}");
    }
    let versions = scene
        .cloud
        .lambda
        .list_versions_by_function()
        .function_name("version")
        .send()
        .await
        .expect("listed");
    assert_eq!(
        versions.versions.unwrap_or_default().len(),
        2,
        "$LATEST and one more"
    );
    assert_eq!(
        scene.tenant.get(LFN, "version").await.data["status"]["latestVersion"],
        "1"
    );
    for (name, ..) in rows() {
        scene.delete(LFN, name).await;
    }
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    for ((name, operation, ..), fault) in rows().into_iter().zip(faults) {
        fault.assert_fired(1);
        assert_calm(&scene, name);
        // Publishing the same again makes no second version.
        if operation != "PublishVersion" {
            assert_eq!(
                accepted(&scene, name, operation),
                1,
                "{name}: {:?}",
                super::writes_of(&scene, name)
            );
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn a_lost_reply_to_any_write_shows_no_error_and_has_no_second_effect() {
    every_write_breaks(Scene::start("lfn-lost").await, Action::CutAfter).await;
}

#[tokio::test]
async fn a_write_that_never_arrived_is_sent_again_and_shows_no_error() {
    every_write_breaks(Scene::start("lfn-cut").await, Action::CutBefore).await;
}

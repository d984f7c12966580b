//! `publish: true`: a version for each change, and none without one.

use cloudfn_bed::{Action, Fault};
use serde_json::{Value, json};

use crate::support::{LFN, Scene, lfn, python};

/// Numbers of the versions there are.
async fn versions(scene: &Scene, name: &str) -> Vec<String> {
    let listed = scene
        .cloud
        .lambda
        .list_versions_by_function()
        .function_name(name)
        .send()
        .await
        .expect("listed");
    let versions = listed
        .versions
        .unwrap_or_default()
        .into_iter()
        .filter_map(|version| version.version);
    versions.filter(|version| version != "$LATEST").collect()
}

#[tokio::test]
async fn every_change_makes_one_version_and_a_look_makes_none() {
    let scene = Scene::start("lfn-publish").await;
    let rows = [
        (
            "created",
            python("one"),
            json!({"publish": true, "timeout": 5}),
            vec!["CreateFunction", "PublishVersion"],
        ),
        (
            "code",
            python("two"),
            json!({"publish": true, "timeout": 5}),
            vec!["UpdateFunctionCode", "PublishVersion"],
        ),
        (
            "configuration",
            python("two"),
            json!({"publish": true, "timeout": 6}),
            vec!["UpdateFunctionConfiguration", "PublishVersion"],
        ),
        (
            "both",
            python("three"),
            json!({"publish": true, "timeout": 7}),
            vec![
                "UpdateFunctionConfiguration",
                "UpdateFunctionCode",
                "PublishVersion",
            ],
        ),
    ];
    for (number, (what, code, spec, writes)) in rows.into_iter().enumerate() {
        scene.tenant.clear_calls();
        scene.apply(lfn("f", &code, spec)).await;
        let object = scene.ready(LFN, "f").await;
        assert_eq!(scene.writes(), writes, "{what}");
        assert_eq!(
            object.data["status"]["latestVersion"],
            json!((number + 1).to_string()),
            "{what}"
        );
        assert_eq!(versions(&scene, "f").await.len(), number + 1, "{what}");
    }
    scene.tenant.clear_calls();
    scene.look(LFN, "f", "1").await;
    scene
        .apply(lfn(
            "f",
            &python("three"),
            json!({"publish": true, "timeout": 7, "tags": {"team": "shop"}}),
        ))
        .await;
    scene.ready(LFN, "f").await;
    assert_eq!(
        scene.writes(),
        ["TagResource"],
        "a tag is no change of the function"
    );
    scene.event(LFN, "f", "Published").await;
    scene.end().await;
}

#[tokio::test]
async fn a_version_that_somebody_else_published_disturbs_nothing() {
    let scene = Scene::start("lfn-outside-version").await;
    for (name, publish) in [("silent", false), ("publishing", true)] {
        scene
            .apply(lfn(name, &python("one"), json!({"publish": publish})))
            .await;
        scene.ready(LFN, name).await;
        scene
            .cloud
            .lambda
            .publish_version()
            .function_name(name)
            .description("outside")
            .send()
            .await
            .expect("published from outside");
        scene.tenant.clear_calls();
        let object = scene.look(LFN, name, "1").await;
        assert!(
            cloudfn_bed::is_ready(&object),
            "{name}: {:#}",
            object.data["status"]
        );
        assert_eq!(scene.writes(), Vec::<String>::new(), "{name}");
        assert_eq!(versions(&scene, name).await.len(), 1, "{name}");
    }
    scene.end().await;
}

#[tokio::test]
async fn configuration_and_code_of_one_edit_wait_for_each_other() {
    let scene = Scene::start("lfn-both").await;
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 5})))
        .await;
    scene.ready(LFN, "f").await;
    scene.tenant.clear_calls();
    // After the configuration was sent, the cloud says twice that it still works on it.
    let busy = Action::rewrite(|reply| {
        let (head, body) = reply.into_parts();
        let mut value: Value = serde_json::from_slice(&body).expect("JSON");
        value["Configuration"]["LastUpdateStatus"] = json!("InProgress");
        http::Response::from_parts(head, value.to_string().into())
    });
    let busy = scene.tenant.inject(
        Fault::on("GetFunction")
            .function("f")
            .nth(2)
            .times(2)
            .then(busy),
    );
    scene
        .apply(lfn("f", &python("two"), json!({"timeout": 6})))
        .await;
    scene.ready(LFN, "f").await;
    busy.assert_fired(2);
    assert_eq!(super::mark(&scene, "f").await, "two");
    assert_eq!(scene.cloud.configuration("f").await.timeout, Some(6));
    let calls: Vec<String> = scene
        .tenant
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .filter(|name| name != "GetCallerIdentity")
        .collect();
    let code = calls
        .iter()
        .position(|name| name == "UpdateFunctionCode")
        .expect("the code was sent");
    assert_eq!(
        calls[..2],
        ["GetFunction", "UpdateFunctionConfiguration"],
        "{calls:?}"
    );
    assert!(
        code >= 5 && calls[2..code].iter().all(|name| name == "GetFunction"),
        "{calls:?}"
    );
    assert_eq!(
        scene.writes(),
        ["UpdateFunctionConfiguration", "UpdateFunctionCode"]
    );
    super::assert_calm(&scene, "f");
    scene.end().await;
}

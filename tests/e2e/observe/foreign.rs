//! `managementPolicy: Observe` on functions of others: what is shown of them, and what is not.

use kube::api::DynamicObject;
use serde_json::json;

use super::plans::{diffs, observing, plan};
use crate::invariants::SENTINEL;
use crate::ownership::either::{
    BOTH, INSTANCE, OWNER, create, has_finalizer, is_stalled, manifest, message, runs, state, untag,
};
use crate::support::{CFF, LFN, Scene, javascript};

#[tokio::test]
async fn the_plan_for_a_foreign_cloudfront_function_is_exact_and_manage_carries_it_out() {
    let scene = Scene::with(
        "observe-cff",
        &["--max-adoption-policy=IfUnowned", "--observe-unowned"],
    )
    .await;
    create(&scene.cloud, CFF, "f", &[("team", "others"), ("cost", "1")]).await;
    let before = state(&scene.cloud, CFF, "f").await;
    let spec = json!({"comment": "ours", "tags": {"team": "edge", "tier": "gold"}});
    scene
        .apply(manifest(CFF, "f", "ours", observing(spec.clone())))
        .await;
    let object = scene.reason(CFF, "f", "Drifted").await;
    let (from, to) = (
        crate::support::sha256_hex(&javascript("outside")),
        crate::support::sha256_hex(&javascript("ours")),
    );
    let expected = [
        ["Update", "code", &from, &to],
        ["Update", "comment", "", "ours"],
        ["Publish", "stage", "DEVELOPMENT", "LIVE"],
        ["Tag", "tags/team", "others", "edge"],
        ["Tag", "tags/tier", "-", "gold"],
    ];
    assert_eq!(plan(&object), expected.map(|row| row.map(str::to_owned)));
    assert_eq!(diffs(&object), [true, false, false, false, false]);
    let diff = object.data["status"]["plannedChanges"][0]["diff"]
        .as_str()
        .unwrap_or_default();
    let (removed, added) = (
        format!("-{}", javascript("outside")),
        format!("+{}", javascript("ours")),
    );
    assert_eq!(
        diff,
        format!("--- DEVELOPMENT\n+++ spec\n@@ -1 +1 @@\n{removed}{added}")
    );
    assert_eq!(state(&scene.cloud, CFF, "f").await, before);
    assert_eq!(scene.writes(), Vec::<String>::new());

    let mut managed = spec;
    managed["adoptionPolicy"] = json!("IfUnowned");
    managed["deletionPolicy"] = json!("Retain");
    scene.apply(manifest(CFF, "f", "ours", managed)).await;
    let object = scene.ready(CFF, "f").await;
    assert!(plan(&object).is_empty(), "{:?}", plan(&object));
    assert_eq!(
        scene.writes(),
        [
            "TagResource",
            "UpdateFunction",
            "PublishFunction",
            "TagResource"
        ]
    );
    assert!(runs(&scene.cloud, CFF, "f", "ours").await);
    scene.end().await;
}

#[tokio::test]
async fn the_plan_for_a_foreign_lambda_function_shows_no_environment_value() {
    let scene = Scene::with(
        "observe-lfn",
        &["--max-adoption-policy=IfUnowned", "--observe-unowned"],
    )
    .await;
    create(&scene.cloud, LFN, "f", &[("team", "others")]).await;
    let environment = aws_sdk_lambda::types::Environment::builder()
        .variables("KEPT", "same")
        .variables("OLD", format!("{SENTINEL}-cloud"))
        .build();
    scene
        .cloud
        .lambda
        .update_function_configuration()
        .function_name("f")
        .environment(environment)
        .send()
        .await
        .expect("changed");
    scene.cloud.invoke("f").await;
    let before = state(&scene.cloud, LFN, "f").await;
    let spec = json!({
        "memorySize": 256, "description": "ours", "tags": {"team": "edge"},
        "environment": {"variables": {"KEPT": "same", "NEW": format!("{SENTINEL}-spec")}},
    });
    scene
        .apply(manifest(LFN, "f", "ours", observing(spec.clone())))
        .await;
    let object = scene.reason(LFN, "f", "Drifted").await;
    let mut rows = plan(&object);
    let code: Vec<_> = rows
        .iter()
        .filter(|[step, ..]| step == "UpdateCode")
        .cloned()
        .collect();
    rows.retain(|[step, ..]| step != "UpdateCode");
    let expected = [
        ["UpdateConfiguration", "description", "-", "ours"],
        ["UpdateConfiguration", "memorySize", "128", "256"],
        ["UpdateConfiguration", "environment.variables.NEW", "-", "-"],
        ["UpdateConfiguration", "environment.variables.OLD", "-", "-"],
        ["Tag", "tags/team", "others", "edge"],
    ];
    assert_eq!(rows, expected.map(|row| row.map(str::to_owned)));
    let running = scene
        .cloud
        .configuration("f")
        .await
        .code_sha256
        .expect("a hash");
    assert!(
        matches!(code.as_slice(), [[_, field, from, to]] if field == "code" && *from == running && *to != running),
        "{code:?}"
    );
    assert_eq!(state(&scene.cloud, LFN, "f").await, before);
    assert_eq!(scene.writes(), Vec::<String>::new());

    let mut managed = spec;
    managed["adoptionPolicy"] = json!("IfUnowned");
    managed["deletionPolicy"] = json!("Retain");
    scene.apply(manifest(LFN, "f", "ours", managed)).await;
    scene.ready(LFN, "f").await;
    assert_eq!(
        scene.writes(),
        [
            "TagResource",
            "UpdateFunctionConfiguration",
            "UpdateFunctionCode"
        ]
    );
    let configuration = scene.cloud.configuration("f").await;
    let variables = configuration
        .environment
        .and_then(|environment| environment.variables)
        .unwrap_or_default();
    assert_eq!(variables.get("NEW"), Some(&format!("{SENTINEL}-spec")));
    assert!(!variables.contains_key("OLD"));
    scene.end().await;
}

#[tokio::test]
async fn a_foreign_function_that_equals_the_spec_is_ready_and_stays_foreign() {
    let scene = Scene::with("observe-same", &["--observe-unowned"]).await;
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "origin",
                "same",
                json!({"functionName": "f", "deletionPolicy": "Retain", "tags": {"team": "edge"}}),
            ))
            .await;
        scene.ready(kind, "origin").await;
        scene.delete(kind, "origin").await;
        for key in [OWNER, INSTANCE] {
            untag(&scene.cloud, kind, "f", key).await;
        }
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        scene
            .apply(manifest(
                kind,
                "watcher",
                "same",
                observing(json!({"functionName": "f", "tags": {"team": "edge"}})),
            ))
            .await;
        let object = scene.ready(kind, "watcher").await;
        assert!(
            plan(&object).is_empty() && !has_finalizer(&object),
            "{object:?}"
        );
        assert!(
            object.data["status"]["arn"].is_string(),
            "it is known which function is watched"
        );
        scene.delete(kind, "watcher").await;
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    scene.end().await;
}

/// A status as somebody reads it who looks for more than he may know.
fn told(object: &DynamicObject) -> String {
    object.data["status"].to_string()
}

#[tokio::test]
async fn another_objects_function_shows_nothing_but_whose_it_is() {
    let scene = Scene::with("observe-other", &["--observe-unowned"]).await;
    for kind in BOTH {
        let environment = if kind == LFN {
            json!({"environment": {"variables": {"GUESS": format!("{SENTINEL}-one")}}})
        } else {
            json!({"comment": "of the owner"})
        };
        scene
            .apply(manifest(kind, "origin", "same", environment.clone()))
            .await;
        let origin = scene.ready(kind, "origin").await;
        scene.tenant.clear_calls();
        let mut spec = observing(environment);
        spec["functionName"] = json!("origin");
        scene.apply(manifest(kind, "thief", "same", spec)).await;
        let object = scene.reason(kind, "thief", "OwnedByAnother").await;
        assert!(is_stalled(&object, "OwnedByAnother"), "{object:?}");
        assert!(message(&object, "Stalled").contains("/origin"));
        let known = &origin.data["status"];
        let hashes = [
            "/codeSha256",
            "/development/codeSha256",
            "/lastModified",
            "/etag",
            "/arn",
        ];
        for secret in hashes
            .iter()
            .filter_map(|path| known.pointer(path)?.as_str())
        {
            assert!(!told(&object).contains(secret), "{}", told(&object));
        }
        assert!(plan(&object).is_empty(), "{:?}", plan(&object));
        assert_eq!(scene.writes(), Vec::<String>::new());
        scene.delete(kind, "thief").await;
    }
    scene.end().await;
}

#[tokio::test]
async fn nobodys_function_is_planned_for_in_outline() {
    let scene = Scene::start("observe-nobody").await;
    for kind in BOTH {
        create(&scene.cloud, kind, "f", &[("team", "others")]).await;
        let before = state(&scene.cloud, kind, "f").await;
        let spec = if kind == LFN {
            json!({"environment": {"variables": {"GUESS": format!("{SENTINEL}-one")}}})
        } else {
            json!({})
        };
        // The code of a CloudFront function is guessed rightly here.
        scene
            .apply(manifest(kind, "f", "outside", observing(spec)))
            .await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert!(message(&object, "Stalled").contains("--observe-unowned"));
        let rows = plan(&object);
        let code: Vec<_> = rows
            .iter()
            .filter(|[_, field, ..]| field == "code")
            .collect();
        assert!(
            matches!(code.as_slice(), [[_, _, from, _], ..] if from == "-"),
            "{rows:?}"
        );
        let variables: Vec<_> = rows
            .iter()
            .filter(|[_, field, ..]| field.starts_with("environment"))
            .map(|[_, field, from, to]| (field.as_str(), from.as_str(), to.as_str()))
            .collect();
        let expected: &[_] = if kind == LFN {
            &[("environment", "-", "-")]
        } else {
            &[]
        };
        assert_eq!(variables, expected);
        assert!(diffs(&object).iter().all(|diff| !diff), "{rows:?}");
        for field in ["codeSha256", "development", "live", "etag", "lastModified"] {
            assert!(object.data["status"][field].is_null(), "{}", told(&object));
        }
        assert!(object.data["status"]["arn"].is_string());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
        scene.delete(kind, "f").await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

//! `managementPolicy: Observe`: `status.plannedChanges` says what `Manage` would do, and nothing is written.

use cloudfn_bed::is_ready;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::invariants::SENTINEL;
use crate::ownership::either::{
    BOTH, INSTANCE, OWNER, adopting, create, exists, has_finalizer, is_stalled, manifest, message,
    runs, state, untag, writes_of,
};
use crate::support::{BINARY, CFF, LFN, Scene, TIMEOUT, javascript, quiet_with};

/// A plan as rows of step, field, from and to.
fn plan(object: &DynamicObject) -> Vec<[String; 4]> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let changes = object.data["status"]["plannedChanges"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    changes
        .iter()
        .map(|change| ["step", "field", "from", "to"].map(|part| text(&change[part])))
        .collect()
}

fn steps(object: &DynamicObject) -> Vec<String> {
    let mut steps: Vec<String> = plan(object).into_iter().map(|[step, ..]| step).collect();
    steps.dedup();
    steps
}

/// Which of the planned changes show how a text differs.
fn diffs(object: &DynamicObject) -> Vec<bool> {
    let changes = object.data["status"]["plannedChanges"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    changes
        .iter()
        .map(|change| change["diff"].is_string())
        .collect()
}

fn observing(mut spec: Value) -> Value {
    spec["managementPolicy"] = json!("Observe");
    spec
}

#[tokio::test]
async fn a_missing_function_is_planned_and_then_made_when_manage_allows_it() {
    let scene = Scene::start("observe-new").await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "f", "one", observing(json!({}))))
            .await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert!(
            is_stalled(&object, "Drifted") && !has_finalizer(&object),
            "{object:?}"
        );
        let expected: &[&str] = if kind == CFF {
            &["Create", "Publish"]
        } else {
            &["Create"]
        };
        assert_eq!(steps(&object), expected);
        assert!(!exists(&scene.cloud, kind, "f").await);
        assert!(
            plan(&object)
                .iter()
                .all(|[_, field, ..]| !field.contains("cloudfn.dev")),
            "owner tags do not count: {:?}",
            plan(&object)
        );
        assert_eq!(
            scene.look(kind, "f", "1").await.data["status"]["plannedChanges"],
            object.data["status"]["plannedChanges"]
        );
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "f",
                "one",
                json!({"managementPolicy": "Manage"}),
            ))
            .await;
        let object = scene.ready(kind, "f").await;
        assert!(
            plan(&object).is_empty() && has_finalizer(&object),
            "{object:?}"
        );
        assert!(runs(&scene.cloud, kind, "f", "one").await);
    }
    assert_eq!(
        (
            scene.writes().len(),
            writes_of(&scene, CFF, "f").len(),
            writes_of(&scene, LFN, "f").len()
        ),
        (3, 2, 1)
    );
    scene.end().await;
}

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

#[tokio::test]
async fn an_outside_edit_is_shown_and_the_plan_empties_when_it_is_undone() {
    let scene = Scene::with("observe-drift", &["--check-interval=1s"]).await;
    scene.apply(manifest(CFF, "f", "one", json!({}))).await;
    scene.ready(CFF, "f").await;
    scene
        .apply(manifest(CFF, "f", "one", observing(json!({}))))
        .await;
    let object = scene.ready(CFF, "f").await;
    assert!(!has_finalizer(&object), "Observe guards nothing");
    scene.tenant.clear_calls();
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("drift"))
        .await;
    let object = scene.reason(CFF, "f", "Drifted").await;
    assert_eq!(steps(&object), ["Update"], "LIVE is as it was");
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("one"))
        .await;
    let object = scene
        .tenant
        .wait_for(CFF, "f", "to be ready again", is_ready, TIMEOUT)
        .await;
    assert!(
        object.data["status"]["plannedChanges"].is_null(),
        "{}",
        object.data["status"]
    );
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn the_plan_shows_code_that_is_known_by_its_etag_only_for_one_read_more() {
    let scene = Scene::start("observe-diff").await;
    scene.apply(manifest(CFF, "f", "one", json!({}))).await;
    scene.ready(CFF, "f").await;
    scene.look(CFF, "f", "1").await;
    scene.tenant.clear_calls();
    scene
        .apply(manifest(CFF, "f", "two", observing(json!({}))))
        .await;
    let object = scene.reason(CFF, "f", "Drifted").await;
    assert_eq!(
        (steps(&object), diffs(&object)),
        (
            vec!["Update".to_owned(), "Publish".to_owned()],
            vec![true, true]
        )
    );
    let reads = [
        "DescribeFunction",
        "GetFunction",
        "ListTagsForResource",
        "DescribeFunction",
        "GetFunction",
    ];
    assert_eq!(
        scene.reads(),
        reads,
        "once for each stage whose code differs"
    );
    scene.tenant.clear_calls();
    scene
        .apply(manifest(CFF, "f", "one", observing(json!({}))))
        .await;
    scene.ready(CFF, "f").await;
    assert_eq!(
        scene.reads(),
        [
            "DescribeFunction",
            "ListTagsForResource",
            "DescribeFunction"
        ],
        "nothing differs"
    );
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_changes_to_observe_lets_go_of_its_function() {
    let scene = Scene::start("let-go").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        assert!(has_finalizer(&scene.ready(kind, "f").await));
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        scene
            .apply(manifest(kind, "f", "two", observing(json!({}))))
            .await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert!(!has_finalizer(&object), "{object:?}");
        scene.delete(kind, "f").await;
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    scene.end().await;
}

#[tokio::test]
async fn the_operators_brake_makes_every_object_observe_only() {
    let mut scene = Scene::start("brake").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "old", "one", json!({}))).await;
        scene.ready(kind, "old").await;
    }
    assert!(scene.operator.terminate().await.success());
    scene.operator = scene
        .tenant
        .operator(BINARY, &quiet_with(&["--management-policy=Observe"]))
        .await;
    scene.tenant.clear_calls();
    for kind in BOTH {
        let before = state(&scene.cloud, kind, "old").await;
        scene.apply(manifest(kind, "old", "two", json!({}))).await;
        let object = scene.reason(kind, "old", "Drifted").await;
        assert!(!plan(&object).is_empty());
        scene.apply(manifest(kind, "new", "one", json!({}))).await;
        assert_eq!(
            steps(&scene.reason(kind, "new", "Drifted").await)
                .first()
                .map(String::as_str),
            Some("Create")
        );
        assert!(!exists(&scene.cloud, kind, "new").await);
        assert_eq!(state(&scene.cloud, kind, "old").await, before);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());

    assert!(scene.operator.terminate().await.success());
    scene.operator = scene.tenant.operator(BINARY, &quiet_with(&[])).await;
    for (kind, name, mark) in [
        (CFF, "old", "two"),
        (CFF, "new", "one"),
        (LFN, "old", "two"),
        (LFN, "new", "one"),
    ] {
        assert!(has_finalizer(&scene.ready(kind, name).await));
        assert!(runs(&scene.cloud, kind, name, mark).await);
        scene.delete(kind, name).await;
        assert!(!exists(&scene.cloud, kind, name).await);
    }
    scene.end().await;
}

#[tokio::test]
async fn under_the_brake_nothing_is_deleted_and_nothing_hangs() {
    let mut scene = Scene::start("brake-delete").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
    }
    assert!(scene.operator.terminate().await.success());
    scene.operator = scene
        .tenant
        .operator(BINARY, &quiet_with(&["--management-policy=Observe"]))
        .await;
    scene.tenant.clear_calls();
    for kind in BOTH {
        scene.delete(kind, "f").await;
        assert!(exists(&scene.cloud, kind, "f").await);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn adoption_beyond_the_flag_is_refused_under_observe_too() {
    let scene = Scene::start("observe-limit").await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "f", "one", observing(adopting("Always"))))
            .await;
        assert!(is_stalled(
            &scene.reason(kind, "f", "NotAllowed").await,
            "NotAllowed"
        ));
        scene.delete(kind, "f").await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
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

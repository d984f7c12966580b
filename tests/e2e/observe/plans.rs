//! `managementPolicy: Observe`: `status.plannedChanges` says what `Manage` would do, and nothing is written.

use cloudfn_bed::is_ready;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::ownership::either::{
    BOTH, adopting, exists, has_finalizer, is_stalled, manifest, runs, state, writes_of,
};
use crate::support::{BINARY, CFF, LFN, Scene, TIMEOUT, javascript, quiet_with};

/// A plan as rows of step, field, from and to.
pub(super) fn plan(object: &DynamicObject) -> Vec<[String; 4]> {
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

pub(super) fn steps(object: &DynamicObject) -> Vec<String> {
    let mut steps: Vec<String> = plan(object).into_iter().map(|[step, ..]| step).collect();
    steps.dedup();
    steps
}

/// Which of the planned changes show how a text differs.
pub(super) fn diffs(object: &DynamicObject) -> Vec<bool> {
    let changes = object.data["status"]["plannedChanges"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    changes
        .iter()
        .map(|change| change["diff"].is_string())
        .collect()
}

pub(super) fn observing(mut spec: Value) -> Value {
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
        let object = scene.reason(kind, "f", "FunctionNotFound").await;
        assert!(
            is_stalled(&object, "FunctionNotFound") && !has_finalizer(&object),
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
            steps(&scene.reason(kind, "new", "FunctionNotFound").await)
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

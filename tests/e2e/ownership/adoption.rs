//! A function of the wanted name exists already: what `adoptionPolicy` and the operator's flag allow.

use serde_json::json;

use super::either::{
    BOTH, INSTANCE, OWNER, adopting, cluster, create, exists, has_finalizer, is_stalled, manifest,
    message, owner, runs, state, tag, tags, writes_of,
};
use crate::support::{CFF, LFN, Scene};

#[tokio::test]
async fn a_function_of_somebody_else_is_left_alone() {
    let scene = Scene::start("never").await;
    for kind in BOTH {
        create(&scene.cloud, kind, "f", &[("team", "others")]).await;
        let before = state(&scene.cloud, kind, "f").await;
        scene.apply(manifest(kind, "f", "ours", json!({}))).await;
        let object = scene.reason(kind, "f", "NotOwned").await;
        assert!(
            is_stalled(&object, "NotOwned") && !has_finalizer(&object),
            "{object:?}"
        );
        assert!(
            message(&object, "Ready").contains("adoptionPolicy"),
            "{}",
            message(&object, "Ready")
        );
        assert!(
            object.data["status"]["arn"].is_null(),
            "what is not ours is not told as ours: {}",
            object.data["status"]
        );
        scene.delete(kind, "f").await;
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn if_unowned_tags_first_and_then_makes_the_function_as_the_spec_says() {
    let scene = Scene::with("if-unowned", &["--max-adoption-policy=IfUnowned"]).await;
    for kind in BOTH {
        create(&scene.cloud, kind, "f", &[("team", "others")]).await;
        scene
            .apply(manifest(kind, "f", "ours", adopting("IfUnowned")))
            .await;
        scene.ready(kind, "f").await;
        let tags = tags(&scene.cloud, kind, "f").await;
        assert_eq!(tags.get(OWNER), Some(&owner(&scene, "f").await));
        assert_eq!(tags.get(INSTANCE), Some(&cluster().await));
        assert_eq!(
            tags.get("team").map(String::as_str),
            Some("others"),
            "tags that the spec does not name stay"
        );
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
    }
    assert_eq!(
        writes_of(&scene, CFF, "f"),
        ["TagResource", "UpdateFunction", "PublishFunction"]
    );
    assert_eq!(
        writes_of(&scene, LFN, "f"),
        ["TagResource", "UpdateFunctionCode"]
    );
    for kind in BOTH {
        scene.event(kind, "f", "Adopted").await;
        scene.delete(kind, "f").await;
        assert!(exists(&scene.cloud, kind, "f").await, "Retain leaves it");
    }
    scene.end().await;
}

#[tokio::test]
async fn if_unowned_leaves_a_function_that_has_an_owner() {
    let scene = Scene::with("if-owned", &["--max-adoption-policy=IfUnowned"]).await;
    for kind in BOTH {
        create(
            &scene.cloud,
            kind,
            "f",
            &[(OWNER, "elsewhere/prod/orders"), (INSTANCE, "another")],
        )
        .await;
        let before = state(&scene.cloud, kind, "f").await;
        scene
            .apply(manifest(kind, "f", "ours", adopting("IfUnowned")))
            .await;
        let object = scene.reason(kind, "f", "OwnedByAnother").await;
        assert!(
            is_stalled(&object, "OwnedByAnother") && !has_finalizer(&object),
            "{object:?}"
        );
        assert!(
            message(&object, "Ready").contains("elsewhere/prod/orders"),
            "{}",
            message(&object, "Ready")
        );
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn always_takes_the_function_of_another_cluster_once() {
    let scene = Scene::with("always", &["--max-adoption-policy=Always"]).await;
    // Moving to a new cluster: the other object has the same namespace and name, elsewhere.
    let other = format!("elsewhere/{}/f", scene.tenant.namespace());
    for kind in BOTH {
        create(
            &scene.cloud,
            kind,
            "f",
            &[(OWNER, &other), (INSTANCE, "another")],
        )
        .await;
        scene
            .apply(manifest(kind, "f", "ours", adopting("Always")))
            .await;
        scene.ready(kind, "f").await;
        assert_eq!(
            tags(&scene.cloud, kind, "f").await.get(OWNER),
            Some(&owner(&scene, "f").await)
        );
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
        scene.event(kind, "f", "Adopted").await;

        // Two objects that both say Always must not take it from each other for ever.
        tag(&scene.cloud, kind, "f", OWNER, &other).await;
        tag(&scene.cloud, kind, "f", INSTANCE, "another").await;
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        let object = scene.look(kind, "f", "1").await;
        assert!(is_stalled(&object, "OwnedByAnother"), "{object:?}");
        assert!(
            message(&object, "Ready").contains(&other),
            "{}",
            message(&object, "Ready")
        );
        assert_eq!(scene.writes(), Vec::<String>::new());
        scene.delete(kind, "f").await;
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    scene.end().await;
}

#[tokio::test]
async fn always_takes_from_a_namespace_of_another_cluster_that_cannot_be_read_here() {
    let scene = Scene::with("always-far", &["--max-adoption-policy=Always"]).await;
    for kind in BOTH {
        create(
            &scene.cloud,
            kind,
            "f",
            &[(OWNER, "elsewhere/default/f"), (INSTANCE, "another")],
        )
        .await;
        scene
            .apply(manifest(kind, "f", "ours", adopting("Always")))
            .await;
        scene.ready(kind, "f").await;
    }
    // An owner of this cluster in a namespace that this operator may not read: nobody can say that it is gone.
    for kind in BOTH {
        create(
            &scene.cloud,
            kind,
            "g",
            &[
                (OWNER, &format!("{}/default/g", cluster().await)),
                (INSTANCE, &cluster().await),
            ],
        )
        .await;
        scene
            .apply(manifest(kind, "g", "ours", adopting("Always")))
            .await;
        let object = scene.reason(kind, "g", "OwnedByAnother").await;
        assert!(is_stalled(&object, "OwnedByAnother"), "{object:?}");
        assert_eq!(writes_of(&scene, kind, "g"), Vec::<String>::new());
    }
    scene.end().await;
}

#[tokio::test]
async fn always_does_not_take_from_an_object_that_exists_in_this_cluster() {
    let scene = Scene::with("always-here", &["--max-adoption-policy=Always"]).await;
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "holder",
                "holder",
                json!({"functionName": "f", "deletionPolicy": "Retain"}),
            ))
            .await;
        scene.ready(kind, "holder").await;
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        let mut spec = adopting("Always");
        spec["functionName"] = json!("f");
        scene.apply(manifest(kind, "taker", "taker", spec)).await;
        let object = scene.reason(kind, "taker", "OwnedByAnother").await;
        assert!(
            message(&object, "Ready").contains(&owner(&scene, "holder").await),
            "{}",
            message(&object, "Ready")
        );
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);

        scene.delete(kind, "holder").await;
        scene.look(kind, "taker", "1").await;
        scene.ready(kind, "taker").await;
        assert!(
            runs(&scene.cloud, kind, "f", "taker").await,
            "the function of an object that is gone is taken"
        );
        assert_eq!(
            tags(&scene.cloud, kind, "f").await.get(OWNER),
            Some(&owner(&scene, "taker").await)
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn more_than_the_operator_allows_is_refused_before_any_call() {
    let scene = Scene::start("not-allowed").await;
    let rows = [("IfUnowned", "a"), ("Always", "b")];
    for (kind, (policy, name)) in BOTH
        .into_iter()
        .flat_map(|kind| rows.map(|row| (kind, row)))
    {
        create(&scene.cloud, kind, name, &[]).await;
        scene.tenant.clear_calls();
        scene
            .apply(manifest(kind, name, "ours", adopting(policy)))
            .await;
        let object = scene.reason(kind, name, "NotAllowed").await;
        assert!(
            is_stalled(&object, "NotAllowed") && !has_finalizer(&object),
            "{object:?}"
        );
        assert!(
            message(&object, "Ready").contains("--max-adoption-policy"),
            "{}",
            message(&object, "Ready")
        );
        let object = scene.look(kind, name, "1").await;
        assert!(is_stalled(&object, "NotAllowed"), "{object:?}");
        assert!(
            scene.tenant.calls().is_empty(),
            "{:?}",
            scene.tenant.calls()
        );
    }
    scene.end().await;
}

//! Another cluster has the same name, or somebody changed the tags that say whose a function is.

use cloudfn_bed::is_ready;
use serde_json::json;

use super::either::{
    BOTH, INSTANCE, OWNER, adopting, cluster, create, exists, has_finalizer, is_stalled, manifest,
    message, owner, runs, state, tag, tags, untag, writes_of,
};
use crate::support::Scene;

#[tokio::test]
async fn what_another_cluster_took_over_is_left_to_it() {
    let scene = Scene::start("taken").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        tag(&scene.cloud, kind, "f", INSTANCE, "another").await;
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        let object = scene.look(kind, "f", "1").await;
        assert!(
            is_stalled(&object, "TakenOver") && message(&object, "Ready").contains("another"),
            "{object:?}"
        );

        scene
            .apply(manifest(
                kind,
                "f",
                "two",
                json!({"tags": {"team": "edge"}}),
            ))
            .await;
        let object = scene.look(kind, "f", "2").await;
        assert!(is_stalled(&object, "TakenOver"), "{object:?}");
        assert!(has_finalizer(&object));
        scene.delete(kind, "f").await;
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_eq!(state(&scene.cloud, kind, "f").await, before);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_rebuilt_cluster_of_the_same_name_takes_its_functions_back() {
    let scene = Scene::with("rebuilt", &["--cluster-name=prod"]).await;
    let mine = format!("prod/{}/f", scene.tenant.namespace());
    for kind in BOTH {
        create(
            &scene.cloud,
            kind,
            "f",
            &[(OWNER, &mine), (INSTANCE, "the-lost-cluster")],
        )
        .await;
        scene.apply(manifest(kind, "f", "ours", json!({}))).await;
        let object = scene.ready(kind, "f").await;
        assert_eq!(object.data["status"]["instance"], cluster().await);
        let tags = tags(&scene.cloud, kind, "f").await;
        assert_eq!(
            (tags.get(OWNER), tags.get(INSTANCE)),
            (Some(&mine), Some(&cluster().await))
        );
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
        assert_eq!(
            writes_of(&scene, kind, "f").first().map(String::as_str),
            Some("TagResource")
        );
        scene.event(kind, "f", "TookOver").await;
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_lost_its_owner_tag_is_not_ours_any_more() {
    let scene = Scene::start("lost-tag").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        untag(&scene.cloud, kind, "f", OWNER).await;
        let before = state(&scene.cloud, kind, "f").await;
        scene.tenant.clear_calls();
        scene.apply(manifest(kind, "f", "two", json!({}))).await;
        let object = scene.look(kind, "f", "1").await;
        assert!(
            is_stalled(&object, "NotOwned") && message(&object, "Ready").contains("owner tag"),
            "{object:?}"
        );
        scene.delete(kind, "f").await;
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert_eq!(
            state(&scene.cloud, kind, "f").await,
            before,
            "it is left as it is"
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn if_unowned_puts_a_lost_owner_tag_back() {
    let scene = Scene::with("tag-back", &["--max-adoption-policy=IfUnowned"]).await;
    for kind in BOTH {
        let mut spec = adopting("IfUnowned");
        spec["deletionPolicy"] = json!("Delete");
        scene.apply(manifest(kind, "f", "one", spec)).await;
        scene.ready(kind, "f").await;
        untag(&scene.cloud, kind, "f", OWNER).await;
        scene.tenant.clear_calls();
        let object = scene.look(kind, "f", "1").await;
        assert!(is_ready(&object), "{object:?}");
        assert_eq!(writes_of(&scene, kind, "f"), ["TagResource"]);
        assert_eq!(
            tags(&scene.cloud, kind, "f").await.get(OWNER),
            Some(&owner(&scene, "f").await)
        );
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_lost_instance_tag_is_written_again() {
    let scene = Scene::start("no-instance").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        untag(&scene.cloud, kind, "f", INSTANCE).await;
        scene.tenant.clear_calls();
        let object = scene.look(kind, "f", "1").await;
        assert!(is_ready(&object), "{object:?}");
        assert_eq!(writes_of(&scene, kind, "f"), ["TagResource"]);
        assert_eq!(
            tags(&scene.cloud, kind, "f").await.get(INSTANCE),
            Some(&cluster().await)
        );
    }
    scene.end().await;
}

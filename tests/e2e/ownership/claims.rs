//! Several objects, one name in the cloud.

use cloudfn_bed::{is_ready, reason};
use serde_json::json;

use super::either::{
    BOTH, OWNER, exists, has_finalizer, manifest, message, owner, runs, service, tags,
};
use crate::support::{CFF, LFN, Scene};

#[tokio::test]
async fn of_two_objects_that_claim_one_name_exactly_one_wins_and_the_other_follows_it() {
    let scene = Scene::start("two-claims").await;
    for kind in BOTH {
        let claim = |name: &str| manifest(kind, name, name, json!({"functionName": "f"}));
        tokio::join!(scene.apply(claim("one")), scene.apply(claim("two")));
        let decided = |object: &kube::api::DynamicObject| {
            is_ready(object) || reason(object, "Stalled") == Some("OwnedByAnother")
        };
        let wait = |name: &'static str| {
            scene.tenant.wait_for(
                kind,
                name,
                "to be decided",
                decided,
                crate::support::TIMEOUT,
            )
        };
        let (one, two) = tokio::join!(wait("one"), wait("two"));
        assert!(
            is_ready(&one) != is_ready(&two),
            "one wins: {one:?} {two:?}"
        );
        let ((winner, _), (loser, refused)) = if is_ready(&one) {
            (("one", one), ("two", two))
        } else {
            (("two", two), ("one", one))
        };
        assert!(
            message(&refused, "Ready").contains(&owner(&scene, winner).await),
            "{}",
            message(&refused, "Ready")
        );
        assert!(!has_finalizer(&refused), "nothing was ever sent for it");
        let creates = scene.tenant.calls().into_iter().filter(|call| {
            call.operation == "CreateFunction"
                && call.service == service(kind)
                && call.status == Some(201)
        });
        assert_eq!(creates.count(), 1);
        assert_eq!(
            tags(&scene.cloud, kind, "f").await.get(OWNER),
            Some(&owner(&scene, winner).await)
        );
        assert!(runs(&scene.cloud, kind, "f", winner).await);

        scene.delete(kind, winner).await;
        scene.look(kind, loser, "1").await;
        scene.ready(kind, loser).await;
        assert!(
            runs(&scene.cloud, kind, "f", loser).await,
            "the free name is taken"
        );
        scene.delete(kind, loser).await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn deleting_the_object_that_lost_leaves_the_function_of_the_winner() {
    let scene = Scene::start("loser-goes").await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "one", "one", json!({"functionName": "f"})))
            .await;
        scene.ready(kind, "one").await;
        scene.tenant.clear_calls();
        scene
            .apply(manifest(kind, "two", "two", json!({"functionName": "f"})))
            .await;
        scene.reason(kind, "two", "OwnedByAnother").await;
        scene.delete(kind, "two").await;
        let object = scene.look(kind, "one", "1").await;
        assert!(is_ready(&object), "{object:?}");
        assert_eq!(scene.writes(), Vec::<String>::new());
    }
    scene.end().await;
}

#[tokio::test]
async fn the_same_name_in_both_services_is_two_functions() {
    let scene = Scene::start("same-name").await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "same", kind, json!({"functionName": "f"})))
            .await;
    }
    for kind in BOTH {
        scene.ready(kind, "same").await;
        assert!(runs(&scene.cloud, kind, "f", kind).await);
    }
    scene.delete(CFF, "same").await;
    assert!(!exists(&scene.cloud, CFF, "f").await);
    scene.tenant.clear_calls();
    let object = scene.look(LFN, "same", "1").await;
    assert!(is_ready(&object), "{object:?}");
    assert!(runs(&scene.cloud, LFN, "f", LFN).await);
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_long_owner_is_hashed_and_known_again() {
    let name = format!("--cluster-name={}", "c".repeat(240));
    let scene = Scene::with("long-owner", &[&name]).await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        let tags = tags(&scene.cloud, kind, "f").await;
        let owner = tags.get(OWNER).expect("an owner");
        assert!(
            owner.len() == 64 && owner.chars().all(|c| c.is_ascii_hexdigit()),
            "{owner}"
        );
        scene.apply(manifest(kind, "f", "two", json!({}))).await;
        scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "two").await);
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    scene.end().await;
}

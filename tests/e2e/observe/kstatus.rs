//! What kstatus, and so Flux and Helm 4, makes of every status that an object ever has.

use cloudfn_bed::is_ready;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::gitops::tool::status;
use crate::ownership::either::{BOTH, adopting, manifest};
use crate::support::{CFF, LFN, Scene, TIMEOUT};

/// What kstatus says of each of these.
fn kstatus(versions: &[DynamicObject]) -> Vec<String> {
    let json = |version| serde_json::to_value(version).expect("JSON");
    let versions: Vec<Value> = versions.iter().map(json).collect();
    let said = status(&versions).into_iter();
    said.map(|said| said.kstatus.status).collect()
}

/// What kstatus says over an object's recorded life, each word once in a row, up to this last word.
async fn life(scene: &Scene, kind: &str, name: &str, last: &str) -> Vec<String> {
    let deadline = std::time::Instant::now() + TIMEOUT;
    loop {
        let mut words = kstatus(&scene.tenant.recorder().versions(kind, name));
        words.dedup();
        // The recorder's own watch may be a moment behind.
        if words.last().is_some_and(|word| word == last) || std::time::Instant::now() > deadline {
            return words;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_object_is_in_progress_until_it_is_current_and_terminating_until_it_is_gone() {
    let scene = Scene::start("kstatus-life").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        scene.apply(manifest(kind, "f", "two", json!({}))).await;
        scene.ready(kind, "f").await;
        scene.delete(kind, "f").await;
    }
    for kind in BOTH {
        assert_eq!(
            life(&scene, kind, "f", "Terminating").await,
            [
                "InProgress",
                "Current",
                "InProgress",
                "Current",
                "Terminating"
            ],
            "{kind}"
        );
        let versions = scene.tenant.recorder().versions(kind, "f");
        let first = versions.first().expect("a version");
        assert_eq!(
            first.data["status"]["observedGeneration"], -1,
            "a new object says that nobody has looked"
        );
        for (version, word) in versions.iter().zip(kstatus(&versions)) {
            assert_eq!(
                word == "Current",
                is_ready(version) && version.metadata.deletion_timestamp.is_none()
            );
        }
    }
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_needs_a_person_has_failed() {
    let scene = Scene::start("kstatus-failed").await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "f", "one", adopting("Always")))
            .await;
        scene.reason(kind, "f", "NotAllowed").await;
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
        scene.ready(kind, "f").await;
        assert_eq!(
            life(&scene, kind, "f", "Current").await,
            ["InProgress", "Failed", "InProgress", "Current"],
            "{kind}"
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn kubectl_waits_for_ready_objects_and_gives_up_on_stalled_ones() {
    let scene = Scene::start("kubectl-wait").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "good", "one", json!({}))).await;
        scene
            .apply(manifest(kind, "bad", "one", adopting("Always")))
            .await;
    }
    let namespace = scene.tenant.namespace();
    for (kind, plural) in [
        (CFF, "cloudfrontfunctions.cloudfn.dev"),
        (LFN, "lambdafunctions.cloudfn.dev"),
    ] {
        let wait = |name: &str, timeout: &str| {
            let arguments = [
                "wait",
                "-n",
                namespace,
                "--for=condition=Ready",
                timeout,
                plural,
                name,
            ]
            .map(str::to_owned);
            async move { scene_kubectl(&arguments).await }
        };
        let met = wait("good", "--timeout=60s").await;
        assert!(met.status.success(), "{met:?}");
        scene.reason(kind, "bad", "NotAllowed").await;
        let unmet = wait("bad", "--timeout=1s").await;
        assert!(!unmet.status.success(), "{unmet:?}");
        assert!(
            String::from_utf8_lossy(&unmet.stderr).contains("timed out"),
            "{unmet:?}"
        );
    }
    scene.end().await;
}

async fn scene_kubectl(arguments: &[String]) -> std::process::Output {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    cloudfn_bed::Bed::get().kubectl(&arguments).await
}

//! A chart with objects of ours: Helm 4 waits until they are Ready, Helm 3 does not.

use std::fs;
use std::path::Path;
use std::process::Output;

use cloudfn_bed::Bed;
use serde_json::{Value, json};

use crate::chart::helm::Helm;
use crate::ownership::either::{BOTH, adopting, manifest};
use crate::support::Scene;

/// Writes a chart with an object of each kind.
fn chart(folder: &Path, prefix: &str, spec: &Value) {
    let head = json!({"apiVersion": "v2", "name": "functions", "version": "0.1.0"});
    fs::write(folder.join("Chart.yaml"), head.to_string()).expect("written");
    let templates = folder.join("templates");
    fs::create_dir_all(&templates).expect("a folder");
    for kind in BOTH {
        let name = format!("{prefix}-{}", kind.to_lowercase());
        let mut object = manifest(kind, &name, "one", spec.clone());
        object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
        fs::write(templates.join(format!("{name}.yaml")), object.to_string()).expect("written");
    }
}

/// Installs it and waits.
async fn install(helm: Helm, scene: &Scene, release: &str, spec: &Value, timeout: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path(), release, spec);
    let namespace = scene.tenant.namespace().to_owned();
    let (release, timeout) = (release.to_owned(), timeout.to_owned());
    let kubeconfig = Bed::get().control_plane().kubeconfig_path();
    let installed = tokio::task::spawn_blocking(move || {
        let chart = folder.path().display().to_string();
        let arguments = ["install", &release, &chart, "--namespace", &namespace];
        let wait = ["--wait", "--timeout", &timeout];
        helm.run(&[&arguments[..], &wait].concat(), Some(&kubeconfig))
    });
    installed.await.expect("helm ends")
}

#[tokio::test]
async fn helm_4_waits_for_functions_and_helm_3_does_not() {
    let scene = Scene::start("gitops-helm").await;
    // No operator may adopt by default, so this is Stalled.
    let refused = adopting("Always");
    let three = install(Helm::Three, &scene, "three", &refused, "60s").await;
    assert!(three.status.success(), "{three:?}");
    let four = install(Helm::Four, &scene, "four", &refused, "60s").await;
    assert!(!four.status.success(), "{four:?}");
    let said = String::from_utf8_lossy(&four.stderr);
    assert!(said.contains("status: Failed"), "{said}");

    let good = install(Helm::Four, &scene, "good", &json!({}), "90s").await;
    assert!(good.status.success(), "{good:?}");
    for kind in BOTH {
        let name = format!("good-{}", kind.to_lowercase());
        let object = scene.tenant.get(kind, &name).await;
        assert!(cloudfn_bed::is_ready(&object), "{object:?}");
    }
    scene.end().await;
}

//! What is generated is committed: rendered again, it is the same.

#![allow(clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use cloudfn::api::{crds, reference};
use cloudfn::cli;
use cloudfn::cloud::lambda::members;

/// Compares the files of a folder with what would be written there now.
fn compare(folder: &str, extension: &str, rendered: &BTreeMap<String, String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut committed = BTreeMap::new();
    for entry in fs::read_dir(&path).expect("a readable folder") {
        let file = entry.expect("a readable entry").path();
        if file.extension().is_some_and(|found| found == extension) {
            let name = file
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default();
            committed.insert(name, fs::read_to_string(&file).expect("a readable file"));
        }
    }
    let names: Vec<&String> = committed.keys().chain(rendered.keys()).collect();
    for name in names {
        match (committed.get(name), rendered.get(name)) {
            (Some(old), Some(new)) if old == new => {}
            (Some(old), Some(new)) => {
                let line = old
                    .lines()
                    .zip(new.lines())
                    .position(|(old, new)| old != new)
                    .unwrap_or_else(|| old.lines().count().min(new.lines().count()));
                panic!(
                    "{folder}/{name} is not what the code renders now, from line {} on: run `make generate` and commit it",
                    line + 1
                )
            }
            (None, _) => panic!("{folder}/{name} is missing: run `make generate` and commit it"),
            (_, None) => {
                panic!("{folder}/{name} is rendered by nothing: remove it, or run `make generate`")
            }
        }
    }
}

#[test]
fn the_committed_definitions_are_current() {
    for folder in ["crds", "charts/cloudfn/files/crds"] {
        compare(folder, "yaml", &crds::files().expect("definitions as YAML"));
    }
}

#[test]
fn the_chart_has_the_version_of_the_operator() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("charts/cloudfn/Chart.yaml");
    let chart = fs::read_to_string(path).expect("a readable file");
    for key in ["version", "appVersion"] {
        let line = format!("{key}: {}", env!("CARGO_PKG_VERSION"));
        assert!(chart.lines().any(|found| found == line), "no {line:?}");
    }
}

#[test]
fn the_committed_reference_is_current() {
    // Pages by file name, as `cloudfn reference` writes them. A new page is added here, too.
    let rendered = BTreeMap::from([
        ("flags.md".to_owned(), cli::flags()),
        ("lambda-fields.md".to_owned(), members::page()),
        ("reasons.md".to_owned(), reference::reasons()),
    ]);
    compare("docs/reference", "md", &rendered);
}

#[test]
fn the_committed_patch_for_argo_cd_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let made = Command::new(root.join("tools/argocd/cm-patch"))
        .output()
        .expect("python3 runs");
    assert!(made.status.success(), "{made:?}");
    let committed = fs::read_to_string(root.join("deploy/argocd/argocd-cm-patch.yaml"));
    assert!(
        committed.expect("a readable file") == String::from_utf8_lossy(&made.stdout),
        "deploy/argocd/argocd-cm-patch.yaml is not what the Lua files make: run `make generate` and commit it"
    );
}

#[test]
fn both_kinds_have_the_same_health_check_and_actions_for_argo_cd() {
    let scripts = |kind: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("deploy/argocd/resource_customizations/cloudfn.dev")
            .join(kind);
        [
            "health.lua",
            "actions/discovery.lua",
            "actions/pause/action.lua",
            "actions/resume/action.lua",
            "actions/sync/action.lua",
        ]
        .map(|file| fs::read_to_string(folder.join(file)).expect("a script"))
    };
    assert_eq!(scripts("CloudFrontFunction"), scripts("LambdaFunction"));
}

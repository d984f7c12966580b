//! Code in Git: what Kustomize makes of `examples/kustomize`, commit after commit.

use std::fs;
use std::path::Path;

use cloudfn_bed::{Bed, reason};
use serde_json::{Value, json};
use strict_cloud::operation::cloudfront as cf;

use super::Strict;
use crate::support::{CFF, TIMEOUT};

const NAME: &str = "folder-index";

/// Copies a folder of the project, so that a test can edit it.
fn copy(folder: &str, to: &Path) {
    let (from, to) = (
        Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
        to.join(folder),
    );
    fs::create_dir_all(&to).expect("a folder");
    for entry in fs::read_dir(from).expect("the folder") {
        let file = entry.expect("a file").path();
        fs::copy(&file, to.join(file.file_name().expect("a name"))).expect("copied");
    }
}

impl Strict {
    /// Applies what Kustomize makes of a folder, waits until it is LIVE, and names the ConfigMap that the object names.
    async fn commit(&self, folder: &Path) -> String {
        let made = Bed::get()
            .kubectl(&["kustomize", &folder.to_string_lossy()])
            .await;
        assert!(made.status.success(), "{made:?}");
        self.tenant
            .apply_yaml(&String::from_utf8_lossy(&made.stdout))
            .await;
        let object = self.tenant.wait_ready(CFF, NAME, TIMEOUT).await;
        assert_eq!(
            (
                reason(&object, "Tested"),
                &object.data["status"]["live"]["state"]
            ),
            (Some("TestsPassed"), &json!("Current"))
        );
        let spec = &object.data["spec"];
        assert_eq!(
            spec["testsFrom"][0]["configMapKeyRef"]["name"],
            spec["code"]["configMapKeyRef"]["name"],
            "both names have the hash"
        );
        spec["code"]["configMapKeyRef"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn writes(&self) -> [usize; 3] {
        [cf::UPDATE_FUNCTION, cf::TEST_FUNCTION, cf::PUBLISH_FUNCTION]
            .map(|operation| self.count(operation))
    }
}

#[tokio::test]
async fn one_commit_is_one_change_and_a_rollback_is_exact() {
    // With names that have a hash there is nothing to wait for.
    let stage = Strict::start("git", &["--reference-settle=1h"]).await;
    let root = tempfile::tempdir().expect("a folder");
    for folder in ["examples/kustomize", "deploy/kustomize"] {
        copy(folder, root.path());
    }
    let folder = root.path().join("examples/kustomize");
    let first = stage.commit(&folder).await;
    assert!(first.starts_with("folder-index-"), "{first}");
    assert_eq!(
        stage.tenant.get("ConfigMap", &first).await.data["immutable"],
        Value::Bool(true)
    );
    assert_eq!(stage.writes(), [0, 3, 1]);

    let (file, tests) = (folder.join("viewer-request.js"), folder.join("tests.yaml"));
    let (code, list) = (
        fs::read_to_string(&file).expect("code"),
        fs::read_to_string(&tests).expect("tests"),
    );
    fs::write(&file, format!("{code}// second\n")).expect("written");
    fs::write(&tests, format!("{list}- name: fourth\n")).expect("written");
    let second = stage.commit(&folder).await;
    assert_ne!(second, first);
    assert_eq!(
        stage.writes(),
        [1, 7, 2],
        "code and tests of a commit arrive together"
    );

    fs::write(&file, code).expect("written");
    fs::write(&tests, list).expect("written");
    assert_eq!(
        stage.commit(&folder).await,
        first,
        "the same bytes have the same name"
    );
    assert_eq!(stage.writes(), [2, 7, 3], "they passed before");
    stage.end().await;
}

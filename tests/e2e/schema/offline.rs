//! `cloudfn validate` says of a manifest what the API server says, without one.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::manifest;
use crate::support::{CFF, LFN, binary};

/// The lines that it prints about this manifest, and whether it ended well.
pub fn validated(object: &Value) -> (Vec<String>, bool) {
    let mut object = object.clone();
    object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
    let output = output(&object.to_string());
    let lines = output_lines(&output);
    (lines, output.status.success())
}

/// What it prints about these documents.
pub fn run(documents: &str) -> String {
    output_lines(&output(documents)).join("\n")
}

fn output_lines(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(ToOwned::to_owned)
        .collect()
}

fn output(text: &str) -> Output {
    // No cluster and no account to be found: it needs none.
    let mut command = Command::new(binary());
    command
        .env_clear()
        .args(["validate", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    child.wait_with_output().expect("it ends")
}

/// The errors among the lines.
pub fn errors(object: &Value) -> Vec<String> {
    let (lines, success) = validated(object);
    let errors: Vec<String> = lines
        .into_iter()
        .filter(|line| line.starts_with("stdin: error: "))
        .collect();
    assert_eq!(success, errors.is_empty(), "{errors:?}");
    errors
}

#[test]
fn a_file_that_cannot_be_read_ends_with_two_and_one_that_is_no_yaml_with_one() {
    let ended = |file: &str| {
        let output = Command::new(binary())
            .args(["validate", "-f", file])
            .output()
            .expect("the binary runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (code, _, told) = ended(&path("none.yaml"));
    assert_eq!(code, Some(2));
    assert!(told.contains("none.yaml cannot be read"), "{told}");
    std::fs::write(path("a.yaml"), "apiVersion: cloudfn.dev/v1alpha1\nkind: [").expect("a file");
    let (code, found, told) = ended(&path("a.yaml"));
    assert_eq!(
        (code, told.trim()),
        (Some(1), "0 objects: 1 error, 0 warnings")
    );
    assert!(
        found.contains("a.yaml: error: it cannot be read"),
        "{found}"
    );

    // A folder: its manifests, whatever else is in it.
    let (code, _, told) = ended(&path("."));
    assert_eq!(
        (code, told.trim()),
        (Some(1), "0 objects: 1 error, 0 warnings")
    );
    std::fs::remove_file(path("a.yaml")).expect("it goes");
    std::fs::write(path("notes.txt"), "kind: [").expect("a file");
    for (name, kind) in [("edge.yaml", CFF), ("worker.json", LFN)] {
        let mut object = manifest(kind, "f", json!({}));
        object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
        std::fs::write(path(name), object.to_string()).expect("a file");
    }
    let (code, found, told) = ended(&path("."));
    assert_eq!(
        (code, found.as_str(), told.trim()),
        (Some(0), "", "2 objects: 0 errors, 0 warnings")
    );
}

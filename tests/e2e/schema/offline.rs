//! `cloudfn validate` says of a manifest what the API server says, without one.

use std::io::Write as _;
use std::path::Path;
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
        .filter(|line| line.contains(": error: "))
        .collect();
    assert_eq!(success, errors.is_empty(), "{errors:?}");
    errors
}

/// How it ends on these arguments: its code, what it prints, and what it tells.
fn ended(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(binary())
        .current_dir(folder)
        .arg("validate")
        .args(arguments)
        .output()
        .expect("the binary runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    )
}

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    folder
}

/// A manifest of a CloudFront function with these lines in its spec.
fn edge(lines: &str) -> String {
    format!(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {{name: edge}}\nspec:\n  code: {{inline: 'function handler() {{}}'}}\n{lines}"
    )
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_the_others_are_checked() {
    let wrong = edge("  stage: X\n");
    let files = folder(&[
        (
            "a.yaml",
            b"apiVersion: cloudfn.dev/v1alpha1\nkind: [".as_slice(),
        ),
        ("binary.yaml", b"\x80\x81"),
        ("wrong.yaml", wrong.as_bytes()),
    ]);
    let (code, found, told) = ended(files.path(), &["-f", "none.yaml", "wrong.yaml"]);
    assert_eq!(code, Some(2));
    assert!(
        found.contains("none.yaml: error: it cannot be read: No such file"),
        "{found}"
    );
    assert!(found.contains("wrong.yaml:6:3: error: "), "{found}");
    assert_eq!(told, "1 object: 2 errors, 0 warnings");

    let (code, found, _) = ended(files.path(), &["-f", "binary.yaml", "-f", "wrong.yaml"]);
    assert_eq!(code, Some(2));
    assert!(
        found.starts_with("binary.yaml: error: it cannot be read: it is no text in UTF-8"),
        "{found}"
    );
    assert!(found.contains("wrong.yaml:6:3: error: "), "{found}");

    let (code, found, told) = ended(files.path(), &["-f", "a.yaml"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(1), "0 objects: 1 error, 0 warnings")
    );
    assert!(
        found.contains("error: it cannot be read") && found.contains("nothing was checked"),
        "{found}"
    );
}

#[test]
fn folders_are_read_with_all_that_is_in_them() {
    let json = |kind: &str| {
        let mut object = manifest(kind, "f", json!({}));
        object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
        object.to_string()
    };
    let utf_16 = |text: &str| {
        let units = text.encode_utf16().flat_map(u16::to_le_bytes);
        [0xff, 0xfe].into_iter().chain(units).collect::<Vec<u8>>()
    };
    let files = folder(&[
        ("all/edge.yaml", json(CFF).as_bytes()),
        ("all/deep/er/worker.json", json(LFN).as_bytes()),
        ("all/deep/windows.yml", &utf_16(&edge("  stage: X\n"))),
        ("all/deep/notes.txt", b"kind: ["),
        ("none/notes.txt", b"kind: ["),
    ]);
    // A link that leads back.
    std::os::unix::fs::symlink("..", files.path().join("all/deep/back")).expect("a link");
    let (code, found, told) = ended(files.path(), &["-f", "all"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(1), "3 objects: 1 error, 0 warnings")
    );
    assert!(
        found.starts_with("all/deep/windows.yml:6:3: error: "),
        "{found}"
    );
    assert_eq!(found.lines().count(), 1, "{found}");

    let (code, found, told) = ended(files.path(), &["-f", "none"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "0 objects: 0 errors, 0 warnings")
    );
    assert!(
        found.starts_with("note: there is no file with the extension"),
        "{found}"
    );
}

#[test]
fn findings_are_printed_for_programs_and_code_hosts_and_a_warning_can_count() {
    let wrong = edge("  stage: X\n");
    let doubtful = edge("").replace(
        "name: edge",
        "name: edge, annotations: {cloudfn.dev/pause: 'true'}",
    );
    let files = folder(&[
        ("wrong.yaml", wrong.as_bytes()),
        ("doubtful.yaml", doubtful.as_bytes()),
    ]);
    let printed = |format: &str| ended(files.path(), &["-o", format, "-f", "wrong.yaml"]).1;
    let json: Value = serde_json::from_str(&printed("json")).expect("JSON");
    assert_eq!(json["objects"], 1);
    assert_eq!(
        (&json["findings"][0]["line"], &json["findings"][0]["column"]),
        (&json!(6), &json!(3))
    );
    let sarif: Value = serde_json::from_str(&printed("sarif")).expect("JSON");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "wrong.yaml");
    assert_eq!(place["region"], json!({"startLine": 6, "startColumn": 3}));
    let github = printed("github");
    assert!(
        github.starts_with(
            "::error file=wrong.yaml,line=6,col=3::CloudFrontFunction edge: spec.stage: "
        ),
        "{github}"
    );

    let (code, found, _) = ended(files.path(), &["-f", "doubtful.yaml"]);
    assert!(
        code == Some(0) && found.contains(": warning: "),
        "{code:?} {found}"
    );
    let (code, found, told) = ended(files.path(), &["--strict", "-f", "doubtful.yaml"]);
    assert!(
        code == Some(1) && found.contains(": error: "),
        "{code:?} {found}"
    );
    assert_eq!(told, "1 object: 1 error, 0 warnings");
}

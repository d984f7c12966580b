//! The tool that answers for Argo CD and kstatus: `tools/gitops`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;

use cloudfn_bed::process::{clean_command, repository, tool};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A word of Argo CD or kstatus, and its message.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Said {
    pub status: String,
    #[serde(default)]
    pub message: String,
}

/// What is said of one object.
#[derive(Clone, Debug, Deserialize)]
pub struct Status {
    pub name: String,
    /// What Argo CD shows.
    pub health: Said,
    /// What the health check says; Argo CD does not ask it of an object that is being deleted.
    pub script: Said,
    pub kstatus: Said,
}

/// An action that an object offers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Offered {
    pub name: String,
    pub disabled: bool,
}

/// What an action makes of an object.
#[derive(Clone, Debug, Deserialize)]
pub struct Acted {
    pub object: Value,
    /// What Argo CD sends to the API server.
    pub patch: Value,
}

/// The patch of argocd-cm that people install.
pub fn config_map() -> PathBuf {
    repository().join("deploy/argocd/argocd-cm-patch.yaml")
}

/// Health and kstatus of each of these.
pub fn status(objects: &[Value]) -> Vec<Status> {
    let lines = answers(&["status"], objects);
    assert_eq!(lines.len(), objects.len());
    lines
}

/// The actions that an object offers, by name.
pub fn actions(object: &Value) -> Vec<Offered> {
    answers(&["actions"], std::slice::from_ref(object)).remove(0)
}

/// Those that are not disabled.
pub fn enabled(object: &Value) -> Vec<String> {
    let enabled = actions(object)
        .into_iter()
        .filter(|action| !action.disabled);
    enabled.map(|action| action.name).collect()
}

/// Runs an action on an object.
pub fn act(object: &Value, action: &str) -> Acted {
    answers(&["act", "--action", action], std::slice::from_ref(object)).remove(0)
}

fn answers<T: DeserializeOwned>(arguments: &[&str], objects: &[Value]) -> Vec<T> {
    let output = run(arguments, &config_map(), objects);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// Runs the tool on these objects, to its end.
pub fn run(arguments: &[&str], config_map: &Path, objects: &[Value]) -> Output {
    let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
    let (command, rest) = arguments.split_first().expect("a command");
    let config_map = config_map.display().to_string();
    let head = [*command, "--argocd-cm", &config_map];
    pipe(&[&head[..], rest].concat(), &texts.join("\n"))
}

/// What the `postBuild` substitution of Flux makes of a text with these variables (`name=value`), or why it fails.
pub fn substituted(text: &str, variables: &[&str]) -> Result<String, String> {
    let output = pipe(&[&["substitute"][..], variables].concat(), text);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    if output.status.success() {
        Ok(text(output.stdout))
    } else {
        Err(text(output.stderr))
    }
}

fn pipe(arguments: &[&str], input: &str) -> Output {
    let mut child = clean_command(folder().join("gitops"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the tool starts");
    // It may end before it has read all.
    let _ = child
        .stdin
        .take()
        .expect("stdin")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the tool ends")
}

/// The folder with the binary; the first call builds it where it is missing.
pub fn folder() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| tool("gitops").expect("the tool is built"))
}

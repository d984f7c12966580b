//! The test data of `deploy/argocd`, in the layout of Argo CD's own repository: objects as a test run had them.
//!
//! `make record` writes it again, from the objects of `states.rs`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cloudfn_bed::Bed;
use cloudfn_bed::process::repository;
use kube::api::{DynamicObject, Patch, PatchParams, ValidationDirective};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::stage::Stage;
use super::tool::{self, Offered, Said};
use crate::ownership::either::{BOTH, cluster};

/// Set to write the test data instead of comparing with it.
const RECORD: &str = "RECORD_ARGOCD_TESTDATA";
const ACCOUNT: &str = "111122223333";
const NAMESPACE: &str = "functions";
const CLUSTER: &str = "00000000-0000-4000-8000-000000000000";

/// An object as a test run had it, without what is another in each run.
pub struct Sample {
    pub name: &'static str,
    pub object: Value,
}

/// `health_test.yaml`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct HealthTests {
    tests: Vec<HealthTest>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct HealthTest {
    health_status: Said,
    input_path: String,
}

/// `action_test.yaml`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionTests {
    discovery_tests: Vec<DiscoveryTest>,
    action_tests: Vec<ActionTest>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct DiscoveryTest {
    input_path: String,
    result: Vec<Offered>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ActionTest {
    action: String,
    input_path: String,
    expected_output_path: String,
}

impl Sample {
    pub async fn of(stage: &Stage, object: &DynamicObject, name: &'static str) -> Self {
        let mut object = object.clone();
        object.metadata.managed_fields = None;
        let text = serde_json::to_string(&object).expect("JSON");
        // The number of the account is a part of the namespace's name.
        let text = text
            .replace(stage.tenant.namespace(), NAMESPACE)
            .replace(stage.tenant.account(), ACCOUNT)
            .replace(&cluster().await, CLUSTER);
        let mut object = serde_json::from_str(&text).expect("JSON");
        fix(&mut object);
        Self { name, object }
    }
}

/// Gives ids and times the same value in every run.
fn fix(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                match key.as_str() {
                    "uid" => *member = json!(CLUSTER),
                    "resourceVersion" => *member = json!("1"),
                    _ => fix(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(fix),
        Value::String(text) if text.parse::<jiff::Timestamp>().is_ok() => {
            let fixed = if text.contains('.') {
                "2026-01-01T00:00:00.000000Z"
            } else {
                "2026-01-01T00:00:00Z"
            };
            fixed.clone_into(text);
        }
        _ => {}
    }
}

fn folder(kind: &str) -> PathBuf {
    repository()
        .join("deploy/argocd/resource_customizations/cloudfn.dev")
        .join(kind)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn write(path: PathBuf, content: &impl Serialize) {
    let text = serde_saphyr::to_string(content).expect("YAML");
    fs::write(path, text).expect("written");
}

fn empty(folder: &Path) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("removed");
    }
    fs::create_dir(folder).expect("a folder");
}

fn input_path(name: &str) -> String {
    format!("testdata/{name}.yaml")
}

/// What the health check says of the objects of this run is what `health_test.yaml` says of those of the same
/// names. When recording, all is written instead.
pub fn compare_or_record(kind: &str, samples: &[Sample], said: &[Said]) {
    let tests = HealthTests {
        tests: samples
            .iter()
            .zip(said)
            .map(|(sample, said)| HealthTest {
                health_status: said.clone(),
                input_path: input_path(sample.name),
            })
            .collect(),
    };
    let file = folder(kind).join("health_test.yaml");
    if std::env::var_os(RECORD).is_none() {
        let committed: HealthTests = read(&file);
        assert_eq!(
            committed, tests,
            "another text or state? run `make record`, and commit what it wrote"
        );
        return;
    }
    empty(&folder(kind).join("testdata"));
    for sample in samples {
        write(folder(kind).join(input_path(sample.name)), &sample.object);
    }
    write(file, &tests);
    record_actions(kind, samples);
}

/// Writes what the actions make of objects that are Ready and paused.
fn record_actions(kind: &str, samples: &[Sample]) {
    let of = |name: &str| {
        let found = samples.iter().find(|sample| sample.name == name);
        &found.expect("the sample").object
    };
    let folder = folder(kind).join("actions");
    empty(&folder.join("testdata"));
    let inputs = ["ready", "drift-reported", "paused", "paused-edited"];
    let discovery_tests = inputs.map(|name| DiscoveryTest {
        input_path: format!("../{}", input_path(name)),
        result: tool::actions(of(name)),
    });
    let rows = [
        ("sync", "ready"),
        ("sync", "drift-reported"),
        ("pause", "ready"),
        ("resume", "paused"),
    ];
    let action_tests = rows.map(|(action, input)| {
        let output = format!("testdata/{input}-{action}.yaml");
        let mut object = tool::act(of(input), action).object;
        fix(&mut object);
        write(folder.join(&output), &object);
        ActionTest {
            action: action.to_owned(),
            input_path: format!("../{}", input_path(input)),
            expected_output_path: output,
        }
    });
    let tests = ActionTests {
        discovery_tests: discovery_tests.into(),
        action_tests: action_tests.into(),
    };
    write(folder.join("action_test.yaml"), &tests);
}

/// The files of a folder with test data, by the path that tests name.
fn files(folder: &Path) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder.join("testdata")).expect("the folder");
    let paths = entries.map(|entry| entry.expect("a file").path());
    paths
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            (format!("testdata/{name}"), read(&path))
        })
        .collect()
}

#[test]
fn every_object_of_the_test_data_has_the_health_that_is_said_of_it() {
    for kind in BOTH {
        let tests: HealthTests = read(&folder(kind).join("health_test.yaml"));
        let files = files(&folder(kind));
        assert!(files.len() >= 12, "{kind}: {}", files.len());
        assert_eq!(
            files.len(),
            tests.tests.len(),
            "{kind}: each file has its test"
        );
        let objects: Vec<Value> = tests
            .tests
            .iter()
            .map(|test| files[&test.input_path].clone())
            .collect();
        for (test, said) in tests.tests.iter().zip(tool::status(&objects)) {
            assert_eq!(
                test.health_status, said.script,
                "{kind}: {}",
                test.input_path
            );
        }
    }
}

#[test]
fn every_action_makes_of_the_test_data_what_is_said_of_it() {
    for kind in BOTH {
        let folder = folder(kind).join("actions");
        let tests: ActionTests = read(&folder.join("action_test.yaml"));
        for test in &tests.discovery_tests {
            let object: Value = read(&folder.join(&test.input_path));
            assert_eq!(
                tool::actions(&object),
                test.result,
                "{kind}: {}",
                test.input_path
            );
        }
        let mut actions: Vec<&str> = Vec::new();
        for test in &tests.action_tests {
            let object: Value = read(&folder.join(&test.input_path));
            let mut made = tool::act(&object, &test.action).object;
            fix(&mut made);
            let expected: Value = read(&folder.join(&test.expected_output_path));
            assert_eq!(made, expected, "{kind}: {}", test.expected_output_path);
            actions.push(&test.action);
        }
        assert_eq!(
            files(&folder).len(),
            tests.action_tests.len(),
            "{kind}: each file has its test"
        );
        actions.dedup();
        assert_eq!(actions, ["sync", "pause", "resume"], "{kind}");
    }
}

#[tokio::test]
async fn the_api_server_takes_every_object_of_the_test_data_today() {
    // There is no operator: what is stored is what was sent.
    let tenant = Bed::get().tenant("gitops-testdata").await;
    let strictly = PatchParams {
        field_validation: Some(ValidationDirective::Strict),
        ..PatchParams::apply("test")
    };
    for kind in BOTH {
        let api = tenant.api(kind);
        for (path, object) in files(&folder(kind)) {
            let name = object["metadata"]["name"].as_str().expect("a name");
            let sent = json!({
                "apiVersion": object["apiVersion"], "kind": kind,
                "metadata": {"name": name, "annotations": object["metadata"]["annotations"]},
                "spec": object["spec"],
            });
            let stored = api.patch(name, &strictly, &Patch::Apply(&sent)).await;
            let stored = stored.unwrap_or_else(|error| panic!("{kind} {path}: {error}"));
            assert_eq!(stored.data["spec"], object["spec"], "{kind} {path}");
            let status = json!({
                "apiVersion": object["apiVersion"], "kind": kind, "metadata": {"name": name},
                "status": object["status"],
            });
            let stored = api
                .patch_status(name, &strictly, &Patch::Apply(&status))
                .await;
            let stored = stored.unwrap_or_else(|error| panic!("{kind} {path}: {error}"));
            assert_eq!(stored.data["status"], object["status"], "{kind} {path}");
        }
    }
}

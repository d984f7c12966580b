//! What Argo CD and Flux compare with Git: the operator changes nothing there, so there is nothing to ignore.

use std::fs;
use std::path::Path;

use cloudfn_bed::Bed;
use cloudfn_bed::process::repository;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::ownership::either::BOTH;
use crate::support::TIMEOUT;

/// Runs kubectl on a file in a namespace. `diff` ends with 1 where there is a difference.
async fn kubectl(verb: &[&str], namespace: &str, file: &Path) -> std::process::Output {
    let file = file.display().to_string();
    let arguments = [verb, &["-n", namespace, "-f", &file]].concat();
    Bed::get().kubectl(&arguments).await
}

/// Names and kinds of the objects of ours in a file.
fn ours(file: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(file).expect("the file");
    let documents: Vec<Value> = serde_saphyr::from_multiple(&text).expect("YAML");
    let of = |one: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&one["kind"]), text(&one["metadata"]["name"]))
    };
    let all = documents.iter().map(of);
    all.filter(|(kind, _)| BOTH.contains(&kind.as_str()))
        .collect()
}

#[tokio::test]
async fn neither_a_client_side_nor_a_server_side_diff_shows_anything_after_the_operator_was_there()
{
    let stage = Stage::start("gitops-diff").await;
    let namespace = stage.tenant.namespace();
    let entries = fs::read_dir(repository().join("examples")).expect("the folder");
    let files = entries.map(|entry| entry.expect("a file").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some()).collect();
    files.sort();
    assert!(files.len() > 4, "{files:?}");
    let ways: [(&[&str], &[&str]); 2] = [
        (&["apply"], &["diff"]),
        (
            &[
                "apply",
                "--server-side",
                "--field-manager=argocd-controller",
                "--force-conflicts",
            ],
            &[
                "diff",
                "--server-side",
                "--field-manager=argocd-controller",
                "--force-conflicts",
            ],
        ),
    ];
    for (apply, diff) in ways {
        for file in &files {
            let applied = kubectl(apply, namespace, file).await;
            assert!(applied.status.success(), "{applied:?}");
        }
        for (kind, name) in files.iter().flat_map(|file| ours(file)) {
            let handled = |object: &DynamicObject| {
                object.data["status"]["observedGeneration"].as_i64() == object.metadata.generation
            };
            let wait = stage
                .tenant
                .wait_for(&kind, &name, "to be handled", handled, TIMEOUT);
            wait.await;
        }
        for file in &files {
            let compared = kubectl(diff, namespace, file).await;
            assert!(compared.status.success(), "{diff:?}: {compared:?}");
        }
    }
    stage.end().await;
}

/// Paths of defaults below the items of a list: a client-side diff shows them for ever.
fn defaults_in_lists(schema: &Value, path: &str, in_list: bool, found: &mut Vec<String>) {
    if in_list && schema.get("default").is_some() {
        found.push(path.to_owned());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        defaults_in_lists(property, &format!("{path}.{name}"), in_list, found);
    }
    if let Some(items) = schema.get("items") {
        defaults_in_lists(items, &format!("{path}[]"), true, found);
    }
    if let Some(values) = schema
        .get("additionalProperties")
        .filter(|values| values.is_object())
    {
        defaults_in_lists(values, &format!("{path}{{}}"), in_list, found);
    }
}

#[test]
fn no_field_in_a_list_of_a_spec_has_a_default() {
    let folder = repository().join("crds");
    let entries = fs::read_dir(folder).expect("the folder");
    let mut kinds = 0;
    for file in entries.map(|entry| entry.expect("a file").path()) {
        let definition: Value =
            serde_saphyr::from_str(&fs::read_to_string(&file).expect("the file")).expect("YAML");
        let spec =
            definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
                .clone();
        assert!(spec.is_object(), "{}", file.display());
        let mut found = Vec::new();
        defaults_in_lists(&spec, "spec", false, &mut found);
        assert_eq!(found, Vec::<String>::new(), "{}", file.display());
        kinds += 1;
    }
    assert_eq!(kinds, 2);
    let mut found = Vec::new();
    let listed = json!({"properties": {"a": {"items": {"properties": {"b": {"default": 1}}}}}});
    defaults_in_lists(&listed, "spec", false, &mut found);
    assert_eq!(found, ["spec.a[].b"], "the search finds one");
}

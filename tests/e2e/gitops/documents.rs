//! `docs/gitops.md`, word by word: its commands run, its manifests are taken, its claims about tools hold.

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use cloudfn_bed::Bed;
use cloudfn_bed::process::{clean_command, repository};
use kube::api::{DynamicObject, Patch, PatchParams};
use serde_json::{Value, json};

use super::tool::{self, substituted};
use crate::ownership::either::{BOTH, manifest};
use crate::support::Scene;

/// Commands for those who have an Argo CD; the page says so before each.
const WITH_ARGO_CD: [&str; 2] = ["argocd app actions run ", "argocd app confirm-deletion "];
const PATCH: &str =
    "kubectl -n argocd patch configmap argocd-cm --patch-file deploy/argocd/argocd-cm-patch.yaml";
const STATUS: &str = r#"kubectl get cff,lfn --all-namespaces -o json | "$(tools/gitops/build)/gitops" status --argocd-cm deploy/argocd/argocd-cm-patch.yaml"#;
const WAIT: &str = "kubectl wait --for=condition=Ready --timeout=5m cff,lfn --all";
const KUSTOMIZE: &str = "kubectl kustomize examples/kustomize";

fn page() -> String {
    fs::read_to_string(repository().join("docs/gitops.md")).expect("the page")
}

/// The blocks of a language, each with the text before it.
fn blocks(page: &str, language: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (index, part) in page.split("```").enumerate() {
        let (first, body) = part.split_once('\n').unwrap_or((part, ""));
        if index % 2 == 1 && first == language {
            let before = page.split("```").nth(index - 1).expect("a text");
            found.push((before.to_owned(), body.trim_end().to_owned()));
        }
    }
    found
}

/// Runs a command of the page as it stands, at the root of the project.
async fn shell(command: &str) -> Output {
    let plane = Bed::get().control_plane();
    let kubectl = plane.kubectl_path();
    let kubectl = kubectl.parent().expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = clean_command("bash");
    shell
        .args(["-o", "pipefail", "-c", command])
        .current_dir(repository())
        .env("PATH", format!("{kubectl}:{path}"))
        .env("KUBECONFIG", plane.kubeconfig_path());
    // The tool is there already, in the cache of whoever runs the tests.
    tool::folder();
    if let Some(cache) = std::env::var_os("CLOUDFN_CACHE") {
        shell.env("CLOUDFN_CACHE", cache);
    }
    let ran = tokio::task::spawn_blocking(move || shell.output()).await;
    ran.expect("no panic").expect("it starts")
}

async fn succeeds(command: &str) -> String {
    let output = shell(command).await;
    assert!(output.status.success(), "{command}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_command_of_the_page_is_run_by_a_test_or_needs_an_argo_cd() {
    let page = page();
    let mut run: Vec<String> = Vec::new();
    let mut others = 0;
    for (before, command) in blocks(&page, "") {
        if WITH_ARGO_CD.iter().any(|start| command.starts_with(start)) {
            let sentence = before.trim_end().lines().last().unwrap_or_default();
            assert!(
                sentence
                    .to_lowercase()
                    .contains("with an argo cd of your own"),
                "{sentence}"
            );
            others += 1;
        } else {
            run.push(command);
        }
    }
    assert_eq!(run, [PATCH, STATUS, WAIT, KUSTOMIZE]);
    assert_eq!(others, WITH_ARGO_CD.len());
}

#[tokio::test]
async fn the_patch_brings_its_keys_into_the_config_map_and_leaves_the_others() {
    // No other test has this namespace.
    let client = Bed::get().tenant("gitops-patch").await.client();
    let namespaces = kube::Api::<k8s_openapi::api::core::v1::Namespace>::all(client.clone());
    let parameters = PatchParams::apply("test");
    let namespace =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "argocd"}});
    namespaces
        .patch("argocd", &parameters, &Patch::Apply(&namespace))
        .await
        .expect("a namespace");
    let config_maps =
        kube::Api::<k8s_openapi::api::core::v1::ConfigMap>::namespaced(client, "argocd");
    let there = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "argocd-cm", "labels": {"app.kubernetes.io/part-of": "argocd"}},
        "data": {"url": "https://argocd.example.com"},
    });
    config_maps
        .patch("argocd-cm", &parameters, &Patch::Apply(&there))
        .await
        .expect("a ConfigMap");

    succeeds(PATCH).await;
    let patched = config_maps.get("argocd-cm").await.expect("the ConfigMap");
    assert_eq!(patched.metadata.labels.expect("labels").len(), 1);
    let mut data = patched.data.expect("data");
    assert_eq!(
        data.remove("url").as_deref(),
        Some("https://argocd.example.com")
    );
    assert_eq!(data, expected_keys());
}

/// What the files in `resource_customizations` are in argocd-cm.
fn expected_keys() -> BTreeMap<String, String> {
    let folder = repository().join("deploy/argocd/resource_customizations/cloudfn.dev");
    let text = |path: String| fs::read_to_string(folder.join(path)).expect("a script");
    let patch = fs::read_to_string(repository().join("deploy/argocd/argocd-cm-patch.yaml"));
    let patch: Value = serde_saphyr::from_str(&patch.expect("the patch")).expect("YAML");
    let mut expected = BTreeMap::new();
    for kind in BOTH {
        let key = |what: &str| format!("resource.customizations.{what}.cloudfn.dev_{kind}");
        expected.insert(key("health"), text(format!("{kind}/health.lua")));
        let actions = patch["data"][key("actions")]
            .as_str()
            .expect("actions")
            .to_owned();
        let parsed: Value = serde_saphyr::from_str(&actions).expect("YAML in YAML");
        let definition = |action: &str| json!({"name": action, "action.lua": text(format!("{kind}/actions/{action}/action.lua"))});
        let definitions = ["pause", "resume", "sync"].map(definition);
        let wanted = json!({
            "discovery.lua": text(format!("{kind}/actions/discovery.lua")),
            "definitions": definitions,
        });
        assert_eq!(parsed, wanted);
        expected.insert(key("actions"), actions);
    }
    expected
}

#[tokio::test]
async fn kustomize_takes_the_patch_where_it_installs_argo_cd() {
    let page = page();
    let yaml = blocks(&page, "yaml");
    let (_, kustomization) = yaml
        .iter()
        .find(|(_, block)| block.contains("kind: Kustomization\nnamespace: argocd"))
        .expect("it is there");
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("kustomization.yaml", kustomization);
    write(
        "install.yaml",
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: argocd-cm}, data: {url: here}}\n",
    );
    let patch = repository().join("deploy/argocd/argocd-cm-patch.yaml");
    write(
        "argocd-cm-patch.yaml",
        &fs::read_to_string(patch).expect("the patch"),
    );
    let made = succeeds(&format!("kubectl kustomize {}", folder.path().display())).await;
    let made: Value = serde_saphyr::from_str(&made).expect("one object");
    assert_eq!(made["metadata"]["namespace"], "argocd");
    let mut expected = json!(expected_keys());
    expected["url"] = json!("here");
    assert_eq!(made["data"], expected);
}

#[tokio::test]
async fn the_functions_that_there_are_are_waited_for_and_their_health_is_told() {
    let scene = Scene::start("gitops-page").await;
    for kind in BOTH {
        scene.apply(manifest(kind, "f", "one", json!({}))).await;
    }
    let here = format!("-n {}", scene.tenant.namespace());
    succeeds(&format!("{WAIT} {here}")).await;
    let said = succeeds(&STATUS.replace("--all-namespaces", &here)).await;
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let words = lines.iter().map(|line| {
        (
            &line["kind"],
            &line["health"]["status"],
            &line["kstatus"]["status"],
        )
    });
    let words: Vec<String> = words.map(|word| format!("{word:?}")).collect();
    let wanted =
        BOTH.map(|kind| format!("{:?}", (json!(kind), json!("Healthy"), json!("Current"))));
    assert_eq!(words, wanted);
    scene.end().await;
}

#[tokio::test]
async fn every_manifest_of_the_page_is_taken() {
    let tenant = Bed::get().tenant("gitops-manifests").await;
    let mut taken = 0;
    for (_, block) in blocks(&page(), "yaml") {
        let object: Value = serde_saphyr::from_str(&block).expect("YAML");
        if object["apiVersion"] != "cloudfn.dev/v1alpha1" {
            continue;
        }
        let applied: DynamicObject = tenant.apply(object.clone()).await;
        assert_eq!(applied.data["spec"]["code"], object["spec"]["code"]);
        taken += 1;
    }
    assert_eq!(taken, 2);
    assert!(
        succeeds(KUSTOMIZE)
            .await
            .contains("kind: CloudFrontFunction")
    );
}

#[test]
fn flux_substitutes_as_the_page_says() {
    let table = page();
    let table = table.split("### Substitution").nth(1).expect("the section");
    let rows: Vec<(&str, Result<&str, &str>)> = vec![
        ("${name}", Ok("value")),
        ("${other}", Ok("")),
        ("${event.request.uri}", Err("missing closing brace")),
        ("${a + b}", Err("missing closing brace")),
        ("${f(x)}", Err("missing closing brace")),
        ("$${name}", Ok("${name}")),
        ("$${event.request.uri}", Ok("${event.request.uri}")),
        ("$name", Ok("$name")),
        ("/a$/", Ok("/a$/")),
    ];
    for (text, wanted) in rows {
        assert!(
            text == "${other}" || table.contains(&format!("`{text}`")),
            "{text}"
        );
        let inline = format!("return `{text}`;");
        let made = substituted(&inline, &["name=value"]);
        match wanted {
            Ok(wanted) => assert_eq!(made, Ok(format!("return `{wanted}`;")), "{text}"),
            Err(part) => assert!(
                made.as_ref().is_err_and(|said| said.contains(part)),
                "{text}: {made:?}"
            ),
        }
    }
}

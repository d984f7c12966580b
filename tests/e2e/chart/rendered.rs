//! What the chart renders, and what it refuses to render.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use clap::Parser as _;
use cloudfn::cli::{self, Cli};
use cloudfn::cloud::CallObserver as _;
use cloudfn::telemetry::metrics::Metrics;
use cloudfn_bed::Bed;
use cloudfn_bed::process::repository;
use serde_json::{Value, json};

use super::helm::{Helm, arguments, chart, objects, value_files};

/// Definitions of the Prometheus operator, as far as the chart needs them.
const MONITORING: [(&str, &str); 3] = [
    ("PodMonitor", "podmonitors"),
    ("PrometheusRule", "prometheusrules"),
    ("ServiceMonitor", "servicemonitors"),
];
/// Flags that no pod needs: how to reach an API server from outside of a cluster.
const NOT_FOR_PODS: [&str; 2] = ["--kubeconfig", "--context"];

#[test]
fn helm_finds_nothing_to_complain_about() {
    for helm in Helm::ALL {
        for values in value_files() {
            let values = values.display().to_string();
            helm.succeeds(&["lint", "--strict", &chart(), "-f", &values], None);
        }
    }
}

#[test]
fn both_helms_render_the_same() {
    for values in value_files() {
        let [three, four] = Helm::ALL.map(|helm| objects(&helm.template(&values, "home")));
        assert_eq!(three, four, "{}", values.display());
    }
}

#[test]
fn values_that_are_wrong_are_refused_by_name() {
    let wrong = [
        ("replicaCount=2", "replicaCount"),
        ("aws.regoin=eu-west-1", "regoin"),
        ("aws.region=Ireland", "region"),
        ("aws.allowedAccountIds={111122223333}", "allowedAccountIds"),
        ("checkInterval=5", "checkInterval"),
        ("policies.defaultDeletion=Keep", "defaultDeletion"),
        ("concurrency=0", "concurrency"),
        ("rates.lambda=-1", "lambda"),
        ("image.digest=latest", "digest"),
        ("image.repository=", "repository"),
        ("watchNamespaces={Team A}", "watchNamespaces"),
        ("livenessProbe.httpGet.path=/", "httpGet"),
    ];
    for helm in Helm::ALL {
        for (set, named) in wrong {
            let output = helm.run(&["template", "x", &chart(), "--set", set], None);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success(), "{helm:?} renders {set}");
            assert!(said.contains(named), "{helm:?}, {set}: {said}");
        }
        let both = "metrics.serviceMonitor.enabled=true,metrics.podMonitor.enabled=true";
        let output = helm.run(&["template", "x", &chart(), "--set", both], None);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("switch one off"), "{said}");
    }
}

#[tokio::test]
async fn the_api_server_takes_all_that_is_rendered() {
    let tenant = Bed::get().tenant("chart-rendered").await;
    let kubectl = async |arguments: &[&str]| {
        let output = Bed::get().kubectl(arguments).await;
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let file = tenant.folder().join("rendered.yaml");
    let path = file.to_str().expect("a path");
    fs::write(&file, monitoring().to_string()).expect("written");
    kubectl(&["apply", "-f", path]).await;
    for (_, plural) in MONITORING {
        let name = format!("crd/{plural}.monitoring.coreos.com");
        kubectl(&["wait", "--for=condition=Established", &name]).await;
    }
    for namespace in ["team-a", "team-b"] {
        kubectl(&["create", "namespace", namespace]).await;
    }
    for values in value_files() {
        let text = Helm::Three.template(&values, tenant.namespace());
        fs::write(&file, &text).expect("written");
        let apply = ["apply", "--server-side", "--force-conflicts"];
        let dry = ["--dry-run=server", "-f", path];
        let applied = kubectl(&[&apply[..], &dry[..]].concat()).await;
        assert_eq!(applied.lines().count(), objects(&text).len(), "{applied}");
    }
}

#[tokio::test]
async fn the_pod_meets_the_restricted_profile() {
    let tenant = Bed::get().tenant("chart-restricted").await;
    let enforce =
        json!({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}});
    let namespace = ["namespace", tenant.namespace(), "--patch"];
    let patched = Bed::get()
        .kubectl(&[&["patch"], &namespace[..], &[&enforce.to_string()]].concat())
        .await;
    assert!(patched.status.success(), "{patched:?}");
    let values = repository().join("charts/cloudfn/ci/default-values.yaml");
    let rendered = objects(&Helm::Three.template(&values, tenant.namespace()));
    let deployment = rendered
        .iter()
        .find(|object| object["kind"] == "Deployment");
    let spec = &deployment.expect("a Deployment")["spec"]["template"]["spec"];
    let mut pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cloudfn"}, "spec": spec});
    let file = tenant.folder().join("pod.json");
    let accepted = async |pod: &Value| {
        fs::write(&file, pod.to_string()).expect("written");
        let create = [
            "create",
            "--dry-run=server",
            "-f",
            file.to_str().expect("a path"),
        ];
        let namespace = ["--namespace", tenant.namespace()];
        Bed::get()
            .kubectl(&[&create[..], &namespace].concat())
            .await
    };
    let output = accepted(&pod).await;
    assert!(output.status.success(), "{output:?}");
    pod["spec"]["containers"][0]["securityContext"] = json!({});
    let said = String::from_utf8_lossy(&accepted(&pod).await.stderr).into_owned();
    assert!(said.contains("violates PodSecurity"), "{said}");
}

fn monitoring() -> Value {
    let definitions = MONITORING.map(|(kind, plural)| {
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{plural}.monitoring.coreos.com")},
            "spec": {
                "group": "monitoring.coreos.com",
                "scope": "Namespaced",
                "names": {"kind": kind, "plural": plural, "singular": kind.to_lowercase()},
                "versions": [{
                    "name": "v1", "served": true, "storage": true,
                    "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}},
                }],
            },
        })
    });
    json!({"apiVersion": "v1", "kind": "List", "items": definitions})
}

#[test]
fn the_operator_takes_the_arguments_of_every_file_of_values() {
    for values in value_files() {
        let rendered = objects(&Helm::Three.template(&values, "home"));
        let words = ["cloudfn".to_owned()]
            .into_iter()
            .chain(arguments(&rendered));
        if let Err(error) = Cli::try_parse_from(words) {
            panic!("{}: {error}", values.display());
        }
    }
}

#[test]
fn the_chart_sets_every_flag_of_the_operator_and_by_default_to_its_default() {
    let folder = repository().join("charts/cloudfn/ci");
    let rendered =
        |file: &str| arguments(&objects(&Helm::Three.template(&folder.join(file), "home")));
    let all: BTreeSet<String> = ["full-values.yaml", "namespaces-values.yaml"]
        .into_iter()
        .flat_map(rendered)
        .map(|argument| argument.split('=').next().unwrap_or_default().to_owned())
        .collect();
    let default = rendered("default-values.yaml");
    for row in cli::flags().lines().filter(|row| row.starts_with("| `--")) {
        let cells: Vec<&str> = row
            .split('|')
            .map(|cell| cell.trim().trim_matches('`'))
            .collect();
        let (flag, value) = (cells[1], cells[3]);
        assert!(all.contains(flag) || NOT_FOR_PODS.contains(&flag), "{flag}");
        // A pod's log is read by programs.
        let value = if flag == "--log-format" {
            "json"
        } else {
            value
        };
        let set = format!("{flag}={value}");
        assert!(
            value.is_empty() || default.contains(&set),
            "no {set} in {default:?}"
        );
    }
}

#[test]
fn every_metric_of_the_alerts_is_one_of_the_operator() {
    let metrics = Metrics::new();
    metrics.called("lambda", "GetFunction", "Throttled", "code", Duration::ZERO);
    metrics.object("LambdaFunction", "a/b", Some("True"));
    metrics.watch_failed("LambdaFunction");
    let served = metrics.text().expect("text");
    let rules =
        fs::read_to_string(repository().join("charts/cloudfn/templates/prometheusrule.yaml"));
    let rules = rules.expect("the template");
    let expressions = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let named: BTreeSet<&str> = expressions
        .flat_map(|expression| expression.split(|letter| !is_name(letter)))
        .filter(|word| word.starts_with("cloudfn_"))
        .collect();
    assert!(named.len() > 3, "{named:?}");
    for name in named {
        let sample =
            |line: &str| line.starts_with(name) && !line[name.len()..].starts_with(is_name);
        assert!(served.lines().any(sample), "no {name} in {served}");
    }
}

#[test]
fn what_is_generated_from_the_chart_is_current() {
    let tool = |name: &str| Command::new(repository().join("tools/chart").join(name));
    let checked = tool("readme")
        .arg("--check")
        .output()
        .expect("python3 runs");
    assert!(checked.status.success(), "{checked:?}");
    let rendered = tool("install-yaml").output().expect("bash runs");
    assert!(rendered.status.success(), "{rendered:?}");
    let committed = fs::read_to_string(repository().join("deploy/install.yaml")).expect("the file");
    assert!(
        committed == String::from_utf8_lossy(&rendered.stdout),
        "deploy/install.yaml is not current: run `make generate` and commit it"
    );
}

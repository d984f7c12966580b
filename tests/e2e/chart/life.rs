//! Installed, used and removed: both kinds live with the rights that the chart gives, and with no less.

use std::collections::BTreeSet;

use cloudfn_bed::{ApiCall, process::repository};
use serde_json::{Value, json};

use super::cluster::{ACCOUNT, Cluster, HOME, Installed};
use super::helm::{Helm, chart};
use crate::outage::wait_until;
use crate::start::says;
use crate::support::{cff, javascript, lfn, python};

/// Quiet enough for a test, and in a region.
const SET: &str = "aws.region=eu-west-1,referenceSettle=0s,secretInterval=1s,checkInterval=1h";

/// Both kinds, which name a `ConfigMap` and a `Secret`; in the cloud they have the namespace in their names.
fn functions(namespace: &str) -> [Value; 4] {
    let role = format!("arn:aws:iam::{ACCOUNT}:role/lambda");
    let secret = json!({"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "password", "key": "it"}}});
    let mut edge = cff(
        "edge",
        "",
        json!({"code": {"configMapKeyRef": {"name": "code", "key": "edge.js"}}}),
    );
    let mut worker = lfn(
        "worker",
        &python("1"),
        json!({"role": role, "environment": {"variablesFrom": [secret]}}),
    );
    for function in [&mut edge, &mut worker] {
        let name = function["metadata"]["name"].as_str().unwrap_or_default();
        function["spec"]["functionName"] = json!(format!("{name}-{namespace}"));
        function["apiVersion"] = json!("cloudfn.dev/v1alpha1");
    }
    [
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"edge.js": javascript("1")}}),
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "password"}, "stringData": {"it": "secret"}}),
        edge,
        worker,
    ]
}

/// Both become Ready.
async fn ready(cluster: &Cluster, namespace: &str) {
    for object in ["cff/edge", "lfn/worker"] {
        cluster.wait(namespace, object, "condition=Ready").await;
    }
}

/// A right: verb, API group, resource with its subresource.
type Right = (String, String, String);

/// The rights that requests to the API server needed.
fn used(calls: &[ApiCall]) -> BTreeSet<Right> {
    let of = |call: &ApiCall| {
        let mut resource = call.resource.clone();
        if let Some(sub) = &call.subresource {
            resource = format!("{resource}/{sub}");
        }
        (call.verb.clone(), call.group.clone(), resource)
    };
    calls.iter().map(of).collect()
}

/// The rights that roles of this kind and name give.
async fn granted(cluster: &Cluster, kind: &str) -> BTreeSet<Right> {
    let words = |value: &Value| -> Vec<String> {
        serde_json::from_value(value.clone()).expect("a list of words")
    };
    let selector = [
        "--selector=app.kubernetes.io/instance=cloudfn",
        "--all-namespaces",
    ];
    let roles = cluster.get(&[&[kind], &selector[..]].concat()).await;
    let roles = roles["items"].as_array().expect("a list").iter();
    // The roles of people are not the operator's.
    let own = |role: &&Value| {
        let name = role["metadata"]["name"].as_str().unwrap_or_default();
        !name.ends_with("-view") && !name.ends_with("-edit")
    };
    let mut rights = BTreeSet::new();
    for rule in roles
        .filter(own)
        .flat_map(|role| role["rules"].as_array().expect("rules"))
    {
        for group in words(&rule["apiGroups"]) {
            for resource in words(&rule["resources"]) {
                let verbs = words(&rule["verbs"]).into_iter();
                rights.extend(verbs.map(|verb| (verb, group.clone(), resource.clone())));
            }
        }
    }
    rights
}

#[tokio::test]
async fn both_kinds_live_with_exactly_the_rights_of_the_chart() {
    let cluster = Cluster::start().await;
    let notes = cluster.install(Helm::Three, SET);
    assert!(
        notes.contains("rollout status deployment/cloudfn"),
        "{notes}"
    );
    let Installed { operator, api } = cluster.operator().await;
    operator.ready().await;
    cluster.apply("default", &functions("default")).await;
    ready(&cluster, "default").await;
    for object in ["cff/edge", "lfn/worker"] {
        cluster
            .kubectl(&["delete", "--namespace=default", object])
            .await;
    }
    assert_eq!(cluster.functions(), Vec::<String>::new());
    assert_eq!(used(&api.calls()), granted(&cluster, "clusterroles").await);

    cluster.apply("default", &functions("default")).await;
    ready(&cluster, "default").await;
    let functions = cluster.functions();
    assert_eq!(functions.len(), 2, "{functions:?}");
    cluster.helm(Helm::Three, &["uninstall", "cloudfn", "--namespace", HOME]);
    let left = cluster.get(&["cff,lfn", "--namespace=default"]).await;
    assert_eq!(
        left["items"].as_array().map(Vec::len),
        Some(2),
        "objects stay"
    );
    assert_eq!(cluster.functions(), functions, "and so do functions");
    assert!(
        granted(&cluster, "clusterroles").await.is_empty(),
        "the rights go"
    );
    assert!(operator.terminate().await.success());

    cluster.install(Helm::Three, SET);
    let Installed { operator, .. } = cluster.operator().await;
    operator.ready().await;
    let definitions =
        ["cloudfrontfunctions", "lambdafunctions"].map(|kind| format!("crd/{kind}.cloudfn.dev"));
    let [edge, worker] = definitions.each_ref().map(String::as_str);
    // Returns when the operator has let all objects go.
    cluster.kubectl(&["delete", edge, worker]).await;
    assert_eq!(cluster.functions(), functions, "they outlive their objects");
    assert!(operator.terminate().await.success());
}

/// What is seen of an operator without a right.
enum Sign {
    /// `/readyz` says so.
    NotReady(&'static str),
    /// The log says so.
    Log(&'static str),
    /// The Ready condition of the Lambda function has this reason.
    Reason(&'static str),
}

/// A right as the role has it, resource and verb; how `kubectl auth can-i` asks for it; the sign that it is missing.
const MISSING: [(&str, &str, &str, Sign); 8] = [
    (
        "namespaces",
        "get",
        "get namespaces/kube-system",
        Sign::NotReady("kube-system cannot be read: no right"),
    ),
    (
        "customresourcedefinitions",
        "get",
        "get customresourcedefinitions/lambdafunctions.cloudfn.dev",
        Sign::NotReady("cannot be read: no right"),
    ),
    (
        "configmaps",
        "list",
        "list configmaps --all-namespaces",
        Sign::NotReady("watch of configmaps"),
    ),
    (
        "lambdafunctions",
        "watch",
        "watch lambdafunctions --all-namespaces",
        Sign::NotReady("watch of lambdafunctions"),
    ),
    (
        "lambdafunctions",
        "patch",
        "patch lambdafunctions",
        Sign::Log(r#"cannot patch resource \"lambdafunctions\""#),
    ),
    (
        "lambdafunctions/status",
        "patch",
        "patch lambdafunctions --subresource=status",
        Sign::Log(r#"cannot patch resource \"lambdafunctions/status\""#),
    ),
    (
        "secrets",
        "get",
        "get secrets",
        Sign::Reason("AccessDenied"),
    ),
    (
        "events",
        "create",
        "create events.events.k8s.io",
        Sign::Log("an event was not published"),
    ),
];

#[tokio::test]
async fn a_right_that_is_taken_away_is_missed_and_said() {
    let cluster = Cluster::start().await;
    cluster.install(Helm::Four, SET);
    let role = cluster.get(&["clusterrole", "cloudfn"]).await;
    for (number, (resource, verb, question, sign)) in MISSING.into_iter().enumerate() {
        let narrowed = without(&role, resource, verb);
        cluster.apply("default", &[narrowed]).await;
        cluster.denied(question).await;
        let namespace = format!("right-{number}");
        cluster.kubectl(&["create", "namespace", &namespace]).await;
        let Installed { operator, .. } = cluster.operator().await;
        cluster.apply(&namespace, &functions(&namespace)).await;
        match sign {
            Sign::NotReady(words) => says(&operator, "/readyz", 503, words).await,
            Sign::Log(words) => wait_until(words, || operator.log().contains(words)).await,
            Sign::Reason(reason) => {
                let path = r#".status.conditions[?(@.type=="Ready")].reason"#;
                let what = format!("jsonpath={{{path}}}={reason}");
                cluster.wait(&namespace, "lfn/worker", &what).await;
            }
        }
        operator.kill();
    }
}

/// The role, with one verb less on one resource.
fn without(role: &Value, resource: &str, verb: &str) -> Value {
    let mut role = role.clone();
    role["metadata"] = json!({"name": role["metadata"]["name"]});
    let mut taken = false;
    let mut others = Vec::new();
    for rule in role["rules"].as_array_mut().expect("rules") {
        let has = |list: &Value, word: &str| {
            list.as_array()
                .is_some_and(|all| all.contains(&json!(word)))
        };
        if has(&rule["resources"], resource) && has(&rule["verbs"], verb) {
            let mut narrowed = rule.clone();
            narrowed["resources"] = json!([resource]);
            narrowed["verbs"]
                .as_array_mut()
                .expect("verbs")
                .retain(|one| one != verb);
            others.push(narrowed);
            rule["resources"]
                .as_array_mut()
                .expect("resources")
                .retain(|one| one != resource);
            taken = true;
        }
    }
    assert!(taken, "the role does not give {verb} on {resource}");
    let rules = role["rules"].as_array_mut().expect("rules");
    rules.extend(others);
    let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    rules.retain(|rule| !is_empty(&rule["resources"]) && !is_empty(&rule["verbs"]));
    role
}

#[tokio::test]
async fn in_a_list_of_namespaces_it_works_there_and_has_no_right_elsewhere() {
    let cluster = Cluster::start().await;
    let file = repository()
        .join("deploy/install.yaml")
        .display()
        .to_string();
    cluster.kubectl(&["apply", "-f", &file]).await;
    let Installed { operator, .. } = cluster.operator().await;
    operator.ready().await;
    assert!(operator.terminate().await.success());
    cluster.kubectl(&["delete", "-f", &file]).await;

    for namespace in ["team-a", "team-b"] {
        cluster.kubectl(&["create", "namespace", namespace]).await;
    }
    let set = format!("{SET},watchNamespaces={{team-a}},rbac.secrets.namespaces={{team-a}}");
    cluster.install(Helm::Four, &set);
    let Installed { operator, api } = cluster.operator().await;
    operator.ready().await;
    for namespace in ["team-b", "team-a"] {
        cluster.apply(namespace, &functions(namespace)).await;
    }
    ready(&cluster, "team-a").await;
    assert_eq!(cluster.functions().len(), 2, "those of team-a");
    for object in ["cff/edge", "lfn/worker"] {
        cluster
            .kubectl(&["delete", "--namespace=team-a", object])
            .await;
    }
    let mut rights = granted(&cluster, "clusterroles").await;
    rights.extend(granted(&cluster, "roles").await);
    assert_eq!(used(&api.calls()), rights);
    let elsewhere: Vec<ApiCall> = api
        .calls()
        .into_iter()
        .filter(|call| {
            call.namespace
                .as_deref()
                .is_some_and(|named| named != "team-a")
        })
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert!(operator.terminate().await.success());

    let upgrade = ["upgrade", "cloudfn", &chart(), "--namespace", HOME];
    let both = [
        "--reset-then-reuse-values",
        "--set",
        "watchNamespaces={team-a,team-b}",
    ];
    cluster.helm(Helm::Four, &[&upgrade[..], &both].concat());
    let Installed { operator, .. } = cluster.operator().await;
    cluster.wait("team-b", "cff/edge", "condition=Ready").await;
    cluster.helm(Helm::Four, &["uninstall", "cloudfn", "--namespace", HOME]);
    cluster.get(&["cff/edge", "--namespace=team-b"]).await;
    operator.kill();
}

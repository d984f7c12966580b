//! The start: what the log says first, what the probes say is missing, and where the operator connects to.

use cloudfn_bed::{Action, ApiCall, Bed, Fault, Operator, Reply};
use http::Response;
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::outage::wait_until;
use crate::stop::no_list;
use crate::support::{
    BINARY, CFF, LFN, QUIET, Scene, TIMEOUT, cff, javascript, lfn, python, quiet_with,
};

/// Waits until a probe says this.
pub async fn says(operator: &Operator, path: &str, status: u16, words: &str) {
    let mut last = (0, String::new());
    let end = std::time::Instant::now() + TIMEOUT;
    while !(last.0 == status && last.1.contains(words)) {
        assert!(std::time::Instant::now() < end, "{path} says {last:?}");
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        last = operator.get(path).await.unwrap_or_default();
    }
}

#[tokio::test]
async fn the_first_line_of_the_log_says_who_runs_where() {
    let tenant = Bed::get().tenant("start-line").await;
    let operator = tenant.operator(BINARY, &QUIET).await;
    let log = operator.log();
    let info = |line: &&str| !line.contains(" DEBUG ");
    let first = log.lines().find(info).unwrap_or_default().to_owned();
    let account = tenant.account();
    for words in [
        "started",
        env!("CARGO_PKG_VERSION"),
        tenant.api_proxy().url(),
        tenant.namespace(),
        account,
        "arn:aws:",
        tenant.region(),
        "cluster=",
        "Manage",
        "Never",
        "Repair",
    ] {
        assert!(first.contains(words), "no {words:?} in {first}");
    }
    assert!(operator.terminate().await.success());
}

#[tokio::test]
async fn kubeconfig_and_context_choose_the_api_server() {
    let tenant = Bed::get().tenant("start-context").await;
    let file = tenant.kubeconfig_path();
    let text = std::fs::read_to_string(&file).expect("the tenant's kubeconfig");
    let mut other: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    other["current-context"] = json!("elsewhere");
    let elsewhere = json!({"name": "elsewhere", "cluster": {"server": "http://127.0.0.1:1"}});
    other["clusters"]
        .as_array_mut()
        .expect("clusters")
        .push(elsewhere);
    let context = json!({"name": "elsewhere", "context": {"cluster": "elsewhere", "user": "bed"}});
    other["contexts"]
        .as_array_mut()
        .expect("contexts")
        .push(context);
    let path = tenant.folder().join("two-contexts.json");
    std::fs::write(&path, other.to_string()).expect("a file");
    let flag = format!("--kubeconfig={}", path.display());
    let start = |flags: &[&str]| {
        let mut settings = tenant.operator_settings(BINARY, &quiet_with(flags));
        settings
            .environment
            .retain(|(name, _)| name != "KUBECONFIG");
        tenant.spawn_operator(settings)
    };
    let right = start(&[&flag, "--context=bed"]);
    right.ready().await;
    assert!(right.terminate().await.success());
    let wrong = start(&[&flag, "--context=typo"]);
    let status = wrong.exited(TIMEOUT).await.expect("it ends by itself");
    assert!(!status.success());
    let log = wrong.log();
    assert!(
        log.contains("--context typo is not in the kubeconfig, which has: bed, elsewhere"),
        "{log}"
    );
    let current = start(&[&flag]);
    says(
        &current,
        "/readyz",
        503,
        "the namespace kube-system cannot be read",
    )
    .await;
    assert!(current.terminate().await.success());
}

#[tokio::test]
async fn missing_and_expired_credentials_are_named_as_such() {
    let tenant = Bed::get().tenant("start-credentials").await;
    let expired = Action::error(
        "sts",
        403,
        "ExpiredToken",
        "The security token included in the request is expired",
    );
    let fault = tenant.inject(Fault::on("GetCallerIdentity").always().then(expired));
    let operator = tenant.operator(BINARY, &QUIET).await;
    let log = operator.log();
    assert!(
        log.contains("the operator's AWS credentials have expired"),
        "{log}"
    );
    assert!(operator.terminate().await.success());
    fault.remove();
    let mut settings = tenant.operator_settings(BINARY, &QUIET);
    settings
        .environment
        .retain(|(name, _)| !name.starts_with("AWS_ACCESS_KEY"));
    let operator = tenant.spawn_operator(settings);
    operator.ready().await;
    let log = operator.log();
    assert!(log.contains("the operator has no AWS credentials"), "{log}");
    assert!(operator.terminate().await.success());
}

#[tokio::test]
async fn readiness_names_the_right_that_is_missing_and_comes_and_goes_with_the_watch() {
    let scene = Scene::start("start-ready").await;
    let tenant = &scene.tenant;
    for resource in ["configmaps", "lambdafunctions"] {
        let refused = tenant.inject_api(no_list(resource));
        let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
        says(&operator, "/readyz", 503, "no right").await;
        says(&operator, "/readyz", 503, &format!("watch of {resource}")).await;
        assert_eq!(operator.get("/livez").await.expect("it lives").0, 200);
        refused.remove();
        says(&operator, "/readyz", 200, "ok").await;
        assert!(operator.terminate().await.success());
    }
    let operator = &scene.operator;
    tenant.api_proxy().set_unreachable(true);
    says(operator, "/readyz", 503, "does not run").await;
    tenant.api_proxy().set_unreachable(false);
    says(operator, "/readyz", 200, "ok").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(CFF, "f").await;
    wait_until("the log says that the watch runs again", || {
        operator.log().contains("the watch runs")
    })
    .await;
    scene.end().await;
}

#[tokio::test]
async fn a_watch_without_its_right_delays_no_other() {
    let tenant = Bed::get().tenant("start-right").await;
    let refused = tenant.inject_api(no_list("configmaps"));
    let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
    // Often enough for any backoff that is shared to have grown long.
    refused.arrived(12, TIMEOUT).await;
    tenant.apply(cff("f", &javascript("one"), json!({}))).await;
    tenant.wait_ready(CFF, "f", TIMEOUT).await;
    assert!(operator.terminate().await.success());
}

/// An answer with definitions, as it were if CloudFront's lacked `spec.tags`: it is an older operator's.
fn of_an_older_operator(answer: Response<Bytes>) -> Response<Bytes> {
    let (mut parts, body) = answer.into_parts();
    let mut body: Value = serde_json::from_slice(&body).expect("JSON");
    let is_list = body["items"].is_array();
    let items = if is_list {
        &mut body["items"]
    } else {
        &mut body
    };
    let items = match items {
        Value::Array(items) => items.iter_mut().collect(),
        one => vec![one],
    };
    let is_older = |definition: &&mut Value| definition["spec"]["names"]["kind"] == CFF;
    for definition in items.into_iter().filter(is_older) {
        let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        let spec = &mut schema["properties"]["spec"]["properties"];
        spec.as_object_mut().expect("fields").remove("tags");
    }
    parts.headers.remove("content-length");
    Response::from_parts(parts, Bytes::from(body.to_string()))
}

/// The next watches of definitions begin with a list.
fn expire_watches(scene: &Scene) {
    let gone = json!({"type": "ERROR", "object": {"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410}});
    let expired = Action::Reply(Reply {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Bytes::from(format!("{gone}\n")),
    });
    let definitions = Fault::<ApiCall>::any().resource("customresourcedefinitions");
    scene
        .tenant
        .inject_api(definitions.verb("watch").times(2).then(expired));
    scene.tenant.api_proxy().sever();
}

#[tokio::test]
async fn under_an_older_definition_nothing_is_changed_and_the_probe_says_what_it_lacks() {
    let definitions = || Fault::<ApiCall>::any().resource("customresourcedefinitions");
    let older = || Action::rewrite(of_an_older_operator);
    let tenant = Bed::get().tenant("start-older").await;
    let old = tenant.inject_api(definitions().verb("get").always().then(older()));
    tenant.apply(cff("f", &javascript("one"), json!({}))).await;
    let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
    let lacks = "is older than the operator: it lacks spec.tags; apply";
    says(&operator, "/readyz", 503, lacks).await;
    let calls = tenant.calls();
    assert!(calls.iter().all(|call| call.service == "sts"), "{calls:?}");
    old.remove();
    operator.ready().await;
    tenant.wait_ready(CFF, "f", TIMEOUT).await;
    assert!(operator.terminate().await.success());

    let scene = Scene::start("start-older-later").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(CFF, "f").await;
    let old = scene
        .tenant
        .inject_api(definitions().verb("list").always().then(older()));
    expire_watches(&scene);
    says(&scene.operator, "/readyz", 503, lacks).await;
    scene.tenant.clear_calls();
    scene.apply(cff("g", &javascript("two"), json!({}))).await;
    // The other kind's definition has all, so its objects are worked on as ever.
    scene.apply(lfn("l", &python("one"), json!({}))).await;
    scene.ready(LFN, "l").await;
    let calls = scene.tenant.calls();
    assert!(
        calls.iter().all(|call| call.service != "cloudfront"),
        "{calls:?}"
    );
    old.remove();
    expire_watches(&scene);
    scene.operator.ready().await;
    scene.ready(CFF, "g").await;
    scene.end().await;
}

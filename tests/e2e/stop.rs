//! SIGTERM: calls that are under way are finished, and nothing new begins, whatever the operator waits for.

use cloudfn_bed::{Action, ApiCall, Bed, Fault, Operator, Reply};
use serde_json::json;

use crate::support::{BINARY, CFF, LFN, QUIET, Scene, TIMEOUT, cff, javascript, lfn, python};

/// An answer of the API server to who has no right.
pub fn forbidden(resource: &str) -> Action {
    let message = format!("{resource} is forbidden: User \"cloudfn\" cannot list resource");
    let body = json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "reason": "Forbidden", "code": 403, "message": message});
    Action::Reply(Reply {
        status: 403,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into(),
    })
}

/// Every list of this resource is refused.
pub fn no_list(resource: &str) -> Fault<ApiCall> {
    Fault::any()
        .verb("list")
        .resource(resource)
        .always()
        .then(forbidden(resource))
}

async fn ends(operator: &Operator) {
    assert!(operator.terminate().await.success(), "{}", operator.log());
}

#[tokio::test]
async fn an_operator_that_waits_for_api_budget_sends_nothing_after_the_signal() {
    let flags = ["--lambda-rate=0.5", "--lambda-get-rate=0.5"];
    let mut scene = Scene::with("stop-budget", &flags).await;
    for n in 0..20 {
        let name = format!("f{n}");
        scene
            .apply(lfn(&name, &python("one"), json!({"publish": true})))
            .await;
    }
    crate::outage::wait_until("the first function is made", || {
        scene.tenant.count("CreateFunction") > 0
    })
    .await;
    let before = scene.tenant.calls().len();
    ends(&scene.operator).await;
    let sent = scene.tenant.calls().len() - before;
    // One of each family may have been on its way.
    assert!(sent <= 2, "{sent} calls after the signal");
    let quick = ["--lambda-rate=0", "--lambda-get-rate=0"];
    scene.operator = scene
        .tenant
        .operator(BINARY, &crate::support::quiet_with(&quick))
        .await;
    for n in 0..20 {
        scene.ready(LFN, &format!("f{n}")).await;
    }
    assert_eq!(scene.tenant.count("CreateFunction"), 20, "none twice");
    scene.end().await;
}

#[tokio::test]
async fn a_call_under_way_is_finished_and_what_it_did_is_written_down() {
    let mut scene = Scene::start("stop-call").await;
    let held = scene
        .tenant
        .inject(Fault::on("CreateFunction").times(2).then(Action::HoldReply));
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    held.arrived(2, TIMEOUT).await;
    let before = scene.tenant.calls().len();
    let (stopped, ()) = tokio::join!(scene.operator.terminate(), async {
        crate::outage::wait_until("the signal is heard", || {
            scene.operator.log().contains("stopping")
        })
        .await;
        held.release();
    });
    assert!(stopped.success());
    assert_eq!(scene.tenant.calls().len(), before, "nothing new was sent");
    for kind in [CFF, LFN] {
        let object = scene.tenant.get(kind, "f").await;
        assert!(object.data["status"]["arn"].is_string(), "{object:?}");
    }
    // Lambda works on its own on what was created; CloudFront's is still to be published.
    let object = scene.tenant.get(CFF, "f").await;
    let ready = cloudfn_bed::condition(&object, "Ready").expect("Ready");
    let message = ready["message"].as_str().unwrap_or_default();
    assert!(message.contains("stopped in the middle"), "{message}");
    scene.operator = scene.tenant.operator(BINARY, &QUIET).await;
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
    }
    assert_eq!(scene.tenant.count("CreateFunction"), 2, "none twice");
    scene.end().await;
}

#[tokio::test]
async fn a_first_list_that_never_succeeds_does_not_hold_the_end() {
    let tenant = Bed::get().tenant("stop-list").await;
    let refused = tenant.inject_api(no_list("lambdafunctions"));
    let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
    refused.arrived(1, TIMEOUT).await;
    ends(&operator).await;
}

#[tokio::test]
async fn a_start_that_gets_no_answer_ends_at_the_signal() {
    let tenant = Bed::get().tenant("stop-start").await;
    let held = tenant.inject(Fault::on("GetCallerIdentity").then(Action::Hold));
    let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
    held.arrived(1, TIMEOUT).await;
    ends(&operator).await;
    held.release();
    for resource in ["namespaces", "customresourcedefinitions", "lambdafunctions"] {
        let held = tenant.inject_api(Fault::any().resource(resource).then(Action::Hold));
        let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
        held.arrived(1, TIMEOUT).await;
        ends(&operator).await;
        held.release();
    }
}

#[tokio::test]
async fn half_a_request_to_the_http_server_does_not_hold_the_end() {
    use tokio::io::AsyncWriteExt as _;
    let tenant = Bed::get().tenant("stop-http").await;
    let operator = tenant.operator(BINARY, &QUIET).await;
    let address = operator.address().expect("it runs");
    let mut half = tokio::net::TcpStream::connect(address)
        .await
        .expect("it listens");
    half.write_all(b"GET /livez HTTP/1.1\r\nhost: ")
        .await
        .expect("it reads");
    // Another request, so that the half one was accepted.
    assert!(operator.get("/livez").await.is_ok());
    ends(&operator).await;
}

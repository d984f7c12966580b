//! The bed itself: it starts, separates, counts, breaks, and cleans up.

#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "tests may fail loudly"
)]

use std::time::Duration;

use cloudfn_bed::{Action, ApiCall, ApiProxy, Bed, Fault, MINUTE, wire};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use serde_json::json;

/// Sends one AWS request as this account; the status, or an error where the connection was cut.
async fn aws(
    url: &str,
    account: &str,
    method: &str,
    path: &str,
    body: &str,
) -> Result<(u16, String), String> {
    let credential = format!(
        "AWS4-HMAC-SHA256 Credential={account}/20260101/eu-west-1/lambda/aws4_request, Signature=x"
    );
    let request = http::Request::builder()
        .method(method)
        .uri(format!("{url}{path}"))
        .header("authorization", credential)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(body.to_owned())))
        .expect("a request");
    let response = wire::client()
        .request(request)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let bytes = response
        .into_body()
        .collect()
        .await
        .map_err(|error| error.to_string())?
        .to_bytes();
    Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
}

type ConfigMaps = kube::Api<k8s_openapi::api::core::v1::ConfigMap>;

const LIST: &str = "/2015-03-31/functions";

#[tokio::test]
async fn a_tenant_has_a_namespace_and_counts_its_own_calls() {
    let tenant = Bed::get().tenant("counts").await;
    let other = Bed::get().tenant("other").await;
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"a": "b"}});
    tenant.apply(object).await;
    let found = tenant
        .wait_for(
            "ConfigMap",
            "code",
            "to be there",
            |map| map.data["data"]["a"] == "b",
            MINUTE,
        )
        .await;
    assert_eq!(
        found.metadata.namespace.as_deref(),
        Some(tenant.namespace())
    );
    assert!(other.find("ConfigMap", "code").await.is_none());

    let (status, text) = aws(tenant.aws_url(), tenant.account(), "GET", LIST, "")
        .await
        .expect("an answer");
    assert_eq!(status, 200, "{text}");
    assert_eq!(tenant.count("ListFunctions"), 1);
    let calls = tenant.calls();
    assert_eq!(
        (calls[0].service, calls[0].region.as_str(), calls[0].status),
        ("lambda", "eu-west-1", Some(200))
    );
    assert!(
        other.calls().is_empty(),
        "calls of one account are not another's"
    );

    let output = Bed::get()
        .kubectl(&["get", "configmap", "-n", tenant.namespace(), "-o", "name"])
        .await;
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("configmap/code"));
}

#[tokio::test]
async fn faults_act_once_in_order_and_say_so() {
    let tenant = Bed::get().tenant("faults").await;
    let (url, account) = (tenant.aws_url(), tenant.account());
    let throttled =
        tenant.inject(Fault::on("ListFunctions").then(Action::lambda_throttle(Some(7))));
    let cut = tenant.inject(Fault::on("ListFunctions").then(Action::CutBefore));
    let lost = tenant.inject(
        Fault::on("CreateFunction")
            .function("f")
            .then(Action::CutAfter),
    );
    assert_eq!(
        aws(url, account, "GET", LIST, "")
            .await
            .map(|(status, _)| status),
        Ok(429)
    );
    assert!(aws(url, account, "GET", LIST, "").await.is_err());
    assert_eq!(
        aws(url, account, "GET", LIST, "")
            .await
            .map(|(status, _)| status),
        Ok(200)
    );

    let create = json!({
        "FunctionName": "f", "Runtime": "python3.12", "Handler": "a.b", "Role": "arn:aws:iam::000000000000:role/r",
        "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
    });
    assert!(
        aws(url, account, "POST", LIST, &create.to_string())
            .await
            .is_err(),
        "the reply is lost"
    );
    let (status, text) = aws(url, account, "GET", &format!("{LIST}/f"), "")
        .await
        .expect("an answer");
    assert_eq!(status, 200, "but the function is there: {text}");
    throttled.assert_fired(1);
    cut.assert_fired(1);
    lost.assert_fired(1);
    let created = tenant
        .calls()
        .into_iter()
        .find(|call| call.operation == "CreateFunction")
        .expect("it is logged");
    assert_eq!(
        (created.status, created.fault, created.function.as_deref()),
        (Some(201), Some("CutAfter"), Some("f"))
    );

    tenant.proxy().set_unreachable(account, true);
    assert!(aws(url, account, "GET", LIST, "").await.is_err());
    tenant.proxy().set_unreachable(account, false);

    let held = tenant.inject(Fault::on("GetFunction").then(Action::Hold));
    let path = format!("{LIST}/f");
    let answer = aws(url, account, "GET", &path, "");
    let releases = async {
        held.arrived(1, MINUTE).await;
        assert_eq!(
            tenant.calls().last().and_then(|call| call.status),
            None,
            "it is not forwarded yet"
        );
        held.release();
    };
    let (answer, ()) = tokio::join!(answer, releases);
    assert_eq!(answer.map(|(status, _)| status), Ok(200));
}

#[tokio::test]
async fn the_emulator_comes_back_on_its_port() {
    let directory = tempfile::tempdir().expect("a folder");
    let mut emulator = cloudfn_bed::Emulator::launch(directory.path())
        .await
        .expect("an emulator");
    let health = format!("{}/_ministack/health", emulator.url());
    assert!(wire::get(&health).await.is_ok());
    emulator.stop();
    assert!(wire::get(&health).await.is_err(), "stopped");
    emulator.start().await.expect("it starts again");
    assert!(wire::get(&health).await.is_ok());
    emulator.reset().await.expect("it resets");
}

#[tokio::test]
async fn the_api_proxy_passes_tokens_and_rights_end_at_the_namespace() {
    let tenant = Bed::get().tenant("rights").await;
    let text = std::fs::read_to_string(tenant.kubeconfig_path()).expect("a kubeconfig");
    let parsed = kube::config::Kubeconfig::from_yaml(&text).expect("it parses");
    let mut config =
        kube::Config::from_custom_kubeconfig(parsed, &kube::config::KubeConfigOptions::default())
            .await
            .expect("it is whole");
    config.default_retry = false;
    let client = kube::Client::try_from(config).expect("a client");
    let own: ConfigMaps = kube::Api::namespaced(client.clone(), tenant.namespace());
    own.list(&kube::api::ListParams::default())
        .await
        .expect("its own namespace");
    let foreign: ConfigMaps = kube::Api::namespaced(client.clone(), "default");
    let refused = foreign
        .list(&kube::api::ListParams::default())
        .await
        .expect_err("another namespace");
    assert!(
        matches!(&refused, kube::Error::Api(status) if status.code == 403),
        "{refused}"
    );

    // A watch streams: the event comes while the request is still open.
    let mut events = Box::pin(kube::runtime::watcher::watch_object(own.clone(), "later"));
    let first = tokio::time::timeout(MINUTE, futures::StreamExt::next(&mut events)).await;
    assert!(matches!(first, Ok(Some(Ok(None)))), "{first:?}");
    tenant
        .apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "later"}}))
        .await;
    let second = tokio::time::timeout(
        Duration::from_secs(10),
        futures::StreamExt::next(&mut events),
    )
    .await;
    assert!(matches!(second, Ok(Some(Ok(Some(_))))), "{second:?}");

    let proxy: &ApiProxy = tenant.api_proxy();
    assert!(
        proxy
            .calls()
            .iter()
            .any(|call| call.verb == "watch" && call.resource == "configmaps")
    );
    proxy.set_unreachable(true);
    assert!(own.list(&kube::api::ListParams::default()).await.is_err());
    proxy.set_unreachable(false);
    own.list(&kube::api::ListParams::default())
        .await
        .expect("reachable again");
}

#[tokio::test]
async fn an_operator_is_killed_at_the_call_that_was_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let tenant = Bed::get().tenant("kills").await;
    // Whatever it is asked to do, it waits: enough to be killed.
    let binary = tenant.folder().join("operator.sh");
    std::fs::write(&binary, "#!/bin/sh\necho \"$@\"; env\nexec sleep 60\n").expect("a script");
    std::fs::set_permissions(&binary, std::fs::Permissions::from_mode(0o755)).expect("it may run");
    let operator = tenant.spawn_operator(tenant.operator_settings(&binary, &["--extra"]));
    let (url, account) = (tenant.aws_url(), tenant.account());

    let after = tenant.inject(Fault::on("ListFunctions").nth(2).then(Action::KillAfter));
    assert_eq!(
        aws(url, account, "GET", LIST, "")
            .await
            .map(|(status, _)| status),
        Ok(200)
    );
    assert!(operator.is_running());
    assert!(aws(url, account, "GET", LIST, "").await.is_err());
    assert!(
        !operator.is_running(),
        "killed before the connection was closed"
    );
    after.assert_fired(1);
    assert_eq!(
        tenant.calls().last().and_then(|call| call.status),
        Some(200),
        "forwarded all the same"
    );

    operator.start().expect("it starts again");
    assert!(operator.is_running());
    let before = tenant.inject_api(
        Fault::<ApiCall>::on_api_write()
            .resource("events")
            .then(Action::KillBefore),
    );
    let events = format!(
        "{}/api/v1/namespaces/{}/events",
        tenant.api_proxy().url(),
        tenant.namespace()
    );
    assert!(wire::post(&events).await.is_err());
    assert!(!operator.is_running());
    before.assert_fired(1);
    assert_eq!(
        tenant.api_proxy().writes()[0].status,
        None,
        "never forwarded"
    );

    operator.start().expect("it starts again");
    let status = operator.terminate().await;
    assert_eq!(
        std::os::unix::process::ExitStatusExt::signal(&status),
        Some(15)
    );
    let log = operator.log();
    assert!(
        log.contains(&format!("--watch-namespace={} --extra", tenant.namespace())),
        "{log}"
    );
    assert!(
        !log.to_uppercase().contains("_PROXY=") && !log.contains("_CA_BUNDLE="),
        "{log}"
    );
}

#[tokio::test]
async fn a_wait_that_fails_shows_what_there_is_and_keeps_the_logs() {
    let tenant = Bed::get().tenant("fails").await;
    let namespace = tenant.namespace().to_owned();
    let failing = tokio::spawn(async move {
        tenant
            .apply(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "odd"}}))
            .await;
        tenant
            .wait_for(
                "ConfigMap",
                "odd",
                "to be even",
                |_| false,
                Duration::from_millis(300),
            )
            .await;
    });
    let panic = failing.await.expect_err("it panics").into_panic();
    let message = panic.downcast_ref::<String>().expect("a message");
    assert!(
        message.contains("ConfigMap odd to be even") && message.contains("\"name\": \"odd\""),
        "{message}"
    );
    let kept = cloudfn_bed::process::repository()
        .join("target/bed-logs")
        .join(namespace);
    assert!(kept.join("kube-apiserver.log").exists() && kept.join("ministack.log").exists());
    std::fs::remove_dir_all(kept).expect("removed");
}

#[tokio::test]
async fn the_recorder_sees_every_version_of_a_function() {
    let tenant = Bed::get().tenant("records").await;
    assert!(
        Bed::get().installed_kinds().contains("CloudFrontFunction"),
        "crds/ holds {:?}",
        Bed::get().installed_kinds()
    );
    let object = |comment: &str| {
        let code = json!({"inline": "function handler(event) { return event.request; }"});
        json!({"kind": "CloudFrontFunction", "metadata": {"name": "f"}, "spec": {"comment": comment, "code": code}})
    };
    tenant.apply(object("one")).await;
    tenant.apply(object("two")).await;
    tenant
        .wait_for("CloudFrontFunction", "f", "to be there", |_| true, MINUTE)
        .await;
    tenant.delete("CloudFrontFunction", "f").await;
    tenant.wait_gone("CloudFrontFunction", "f", MINUTE).await;
    let recorder = tenant.recorder();
    let deadline = std::time::Instant::now() + MINUTE;
    while recorder.versions("CloudFrontFunction", "f").len() < 3
        && std::time::Instant::now() < deadline
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let versions = recorder.versions("CloudFrontFunction", "f");
    let comments: Vec<_> = versions
        .iter()
        .map(|version| version.data["spec"]["comment"].as_str().unwrap_or_default())
        .collect();
    assert_eq!(comments, ["one", "two", "two"], "created, changed, deleted");
    assert_eq!(recorder.gaps(), 0);
}

//! Tests before LIVE, through the real binary: what runs, what is told, and what reaches LIVE.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cloudfn_bed::{condition, reason};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use strict_cloud::operation::cloudfront as cf;
use strict_cloud::{Fault, FaultKind};

use super::Strict;
use crate::support::{CFF, Scene, TIMEOUT, cff};

/// A redirect; with a status that CloudFront takes and the test does not want.
fn redirect(status: u16) -> String {
    format!(
        "function handler(event) {{\n    return {{statusCode: {status}, headers: {{location: {{value: 'https://www.example.com' + event.request.uri}}}}}};\n}}\n"
    )
}

fn apex(uri: &str) -> Value {
    let location = format!("https://www.example.com{uri}");
    json!({
        "name": "apex", "event": {"request": {"uri": uri, "headers": {"host": {"value": "example.com"}}}},
        "expect": {"response": {"statusCode": 301, "headers": {"location": {"value": location}}}},
        "expectAbsent": ["response.headers.server"], "maxComputeUtilization": 90,
    })
}

fn plain() -> Value {
    json!({"name": "plain", "expect": {"response": {}}})
}

pub(super) fn base64(code: &str) -> String {
    STANDARD.encode(Sha256::digest(code))
}

pub(super) fn message(object: &DynamicObject, kind: &str) -> String {
    condition(object, kind)
        .and_then(|found| found["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

impl Strict {
    pub(super) async fn ready(&self) -> DynamicObject {
        self.tenant.wait_ready(CFF, "edge", TIMEOUT).await
    }

    /// Waits until the spec that was applied last is Stalled for this reason.
    pub(super) async fn stalled(&self, why: &str) -> DynamicObject {
        let generation = self.tenant.get(CFF, "edge").await.metadata.generation;
        let is = |object: &DynamicObject| {
            let stalled = condition(object, "Stalled");
            stalled.is_some_and(|stalled| {
                stalled["reason"] == why && stalled["observedGeneration"].as_i64() == generation
            })
        };
        self.tenant.wait_for(CFF, "edge", why, is, TIMEOUT).await
    }

    /// Waits until there are this many events of this reason; there must not be more.
    pub(super) async fn expect_events(&self, reason: &str, times: usize) {
        let events = self
            .tenant
            .wait_events(times, |line| line.contains(&format!(" {reason} ")), TIMEOUT)
            .await;
        assert_eq!(events.len(), times, "{events:#?}");
    }
}

#[tokio::test]
async fn nothing_that_fails_its_tests_reaches_live_and_what_passed_is_not_run_again() {
    let stage = Strict::start("gate", &[]).await;
    let tests = json!([apex("/a"), plain()]);
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"tests": tests})))
        .await;
    let object = stage.ready().await;
    assert_eq!(reason(&object, "Tested"), Some("TestsPassed"));
    assert_eq!(stage.count(cf::TEST_FUNCTION), 2, "one call for each test");
    let operations: Vec<&str> = stage.cloud(|cloud| {
        cloud
            .log()
            .iter()
            .map(|entry| entry.operation.name)
            .collect()
    });
    assert_eq!(
        operations,
        [
            "DescribeFunction",
            "CreateFunction",
            "TestFunction",
            "TestFunction",
            "PublishFunction"
        ]
    );
    let utilization = &object.data["status"]["tests"]["results"][0]["computeUtilization"];
    assert!(utilization.is_i64(), "{}", object.data["status"]["tests"]);

    stage
        .tenant
        .apply(cff("edge", &redirect(302), json!({"tests": tests})))
        .await;
    let object = stage.stalled("TestFailed").await;
    assert_eq!(
        message(&object, "Tested"),
        "the test apex failed (1 of 2 failed, LIVE is unchanged): response.statusCode: wanted 301, got 302"
    );
    assert_eq!(
        condition(&object, "Tested").map(|tested| &tested["status"]),
        Some(&json!("False"))
    );
    assert_eq!(object.data["status"]["live"]["state"], "Older");
    assert_eq!(
        stage.live("edge"),
        Some(base64(&redirect(301))),
        "LIVE is as it was"
    );
    stage.expect_events("TestFailed", 1).await;

    // Back to what passed: no test, though TestFunction is down.
    let before = stage.count(cf::TEST_FUNCTION);
    stage.cloud(|cloud| cloud.settings_mut().test_function = false);
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"tests": tests})))
        .await;
    let object = stage.ready().await;
    assert_eq!(
        (reason(&object, "Tested"), stage.count(cf::TEST_FUNCTION)),
        (Some("TestsPassed"), before)
    );
    assert_eq!(object.data["status"]["live"]["state"], "Current");
    stage.cloud(|cloud| cloud.settings_mut().test_function = true);

    // A request for a look runs them again; no other look does.
    stage
        .tenant
        .patch(
            CFF,
            "edge",
            json!({"metadata": {"labels": {"any": "label"}}}),
        )
        .await;
    stage
        .tenant
        .patch(
            CFF,
            "edge",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    let handled = |object: &DynamicObject| object.data["status"]["lastHandledReconcileAt"] == "1";
    stage
        .tenant
        .wait_for(CFF, "edge", "to have handled the request", handled, TIMEOUT)
        .await;
    assert_eq!(stage.count(cf::TEST_FUNCTION), before + 2);

    // Asked for while the object is paused, they run afterwards.
    let annotated = |paused: Option<&str>, request: &str| json!({"metadata": {"annotations": {"cloudfn.dev/paused": paused, "cloudfn.dev/reconcile-requested-at": request}}});
    stage
        .tenant
        .patch(CFF, "edge", annotated(Some("true"), "2"))
        .await;
    let handled = |object: &DynamicObject| object.data["status"]["lastHandledReconcileAt"] == "2";
    stage
        .tenant
        .wait_for(CFF, "edge", "to have handled the request", handled, TIMEOUT)
        .await;
    assert_eq!(stage.count(cf::TEST_FUNCTION), before + 2);
    stage.tenant.patch(CFF, "edge", annotated(None, "2")).await;
    stage
        .tenant
        .wait_reason(CFF, "edge", "Ready", "Available", TIMEOUT)
        .await;
    assert_eq!(stage.count(cf::TEST_FUNCTION), before + 4);

    // New tests that fail on what is LIVE.
    stage
        .tenant
        .apply(cff(
            "edge",
            &redirect(301),
            json!({"tests": [apex("/b"), {"name": "other", "expect": {"request": {}}}]}),
        ))
        .await;
    let object = stage.stalled("TestFailed").await;
    assert_eq!(object.data["status"]["live"]["state"], "Current");
    assert_eq!(
        message(&object, "Ready"),
        "the test other failed (1 of 2 failed, LIVE is unchanged): wanted a request, got a response (301)"
    );
    // Another failure is another event.
    stage.expect_events("TestFailed", 2).await;
    stage.tenant.delete(CFF, "edge").await;
    stage.tenant.wait_gone(CFF, "edge", TIMEOUT).await;
    stage.end().await;
}

#[tokio::test]
async fn code_and_tests_of_one_config_map_are_one_change_and_a_late_one_is_waited_for() {
    let stage = Strict::start("gate-map", &["--reference-settle=2s"]).await;
    let map = |status: u16| {
        let tests = serde_json::to_string(&[apex("/a")]).expect("JSON");
        json!({"kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"index.js": redirect(status), "tests.yaml": tests}})
    };
    let named = |key: &str| json!({"configMapKeyRef": {"name": "code", "key": key}});
    let spec = json!({"code": named("index.js"), "testsFrom": [named("tests.yaml")]});
    stage.tenant.apply(cff("edge", "", spec)).await;
    stage
        .tenant
        .wait_reason(CFF, "edge", "Ready", "ReferenceNotFound", TIMEOUT)
        .await;
    stage.tenant.apply(map(301)).await;
    stage.ready().await;
    assert_eq!(
        (
            stage.count(cf::TEST_FUNCTION),
            stage.count(cf::PUBLISH_FUNCTION)
        ),
        (1, 1)
    );
    stage.tenant.apply(map(302)).await;
    let object = stage.stalled("TestFailed").await;
    assert_eq!(stage.live("edge"), Some(base64(&redirect(301))));
    assert_eq!(
        object.data["status"]["tests"]["results"][0]["passed"],
        false
    );
    stage.tenant.apply(json!({"kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"index.js": redirect(302), "tests.yaml": "- nmae: apex\n"}})).await;
    let object = stage.stalled("InvalidSpec").await;
    assert!(
        message(&object, "Ready").contains("a test has no member nmae"),
        "{}",
        message(&object, "Ready")
    );
    stage.tenant.apply(map(301)).await;
    stage.ready().await;
    stage.end().await;
}

#[tokio::test]
async fn an_annotation_lets_one_content_pass_and_says_so() {
    let stage = Strict::start("gate-skip", &[]).await;
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"tests": [apex("/a")]})))
        .await;
    stage.ready().await;
    let skip = |code: &str| json!({"metadata": {"annotations": {"cloudfn.dev/skip-tests": crate::support::sha256_hex(code)}}});
    stage.tenant.patch(CFF, "edge", skip(&redirect(307))).await;
    stage
        .tenant
        .apply(cff("edge", &redirect(302), json!({"tests": [apex("/a")]})))
        .await;
    let object = stage.stalled("TestFailed").await;
    assert_eq!(
        stage.live("edge"),
        Some(base64(&redirect(301))),
        "the annotation names another code"
    );
    let told = condition(&object, "Stalled").expect("the condition")["message"].to_string();
    let sha256 = crate::support::sha256_hex(&redirect(302));
    assert!(
        told.contains(&format!("it does not name this code ({sha256})")),
        "{told}"
    );
    stage.tenant.patch(CFF, "edge", skip(&redirect(302))).await;
    let object = stage.ready().await;
    assert_eq!(stage.live("edge"), Some(base64(&redirect(302))));
    let tested = condition(&object, "Tested").expect("the condition");
    assert_eq!(
        (&tested["status"], &tested["reason"]),
        (&json!("Unknown"), &json!("TestsSkipped"))
    );
    stage.expect_events("TestsSkipped", 1).await;
    // Another code with an annotation of its own is let through as visibly.
    stage.tenant.patch(CFF, "edge", json!({"metadata": skip(&redirect(308))["metadata"], "spec": {"code": {"inline": redirect(308)}}})).await;
    stage.ready().await;
    assert_eq!(stage.live("edge"), Some(base64(&redirect(308))));
    stage.expect_events("TestsSkipped", 2).await;
    let (_, metrics) = stage.operator.get("/metrics").await.expect("metrics");
    assert!(
        metrics.contains(
            "cloudfn_events_total{kind=\"CloudFrontFunction\",reason=\"TestsSkipped\"} 2"
        ),
        "{metrics}"
    );
    stage.end().await;
}

#[tokio::test]
async fn a_test_function_that_fails_is_tried_again_and_then_told_of() {
    let stage = Strict::start("gate-fails", &[]).await;
    let failing = || Fault {
        operation: Some(cf::TEST_FUNCTION),
        function: None,
        nth: 1,
        kind: FaultKind::TestFunctionFailed,
    };
    stage.cloud(|cloud| (0..2).for_each(|_| cloud.inject(failing())));
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"tests": [apex("/a")]})))
        .await;
    stage.ready().await;
    assert_eq!(
        stage.count(cf::TEST_FUNCTION),
        3,
        "two that failed and one that ran"
    );
    stage.cloud(|cloud| (0..3).for_each(|_| cloud.inject(failing())));
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"tests": [apex("/b")]})))
        .await;
    let object = stage.stalled("TestUnavailable").await;
    assert_eq!(reason(&object, "Tested"), Some("TestUnavailable"));
    stage
        .tenant
        .patch(
            CFF,
            "edge",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    stage.ready().await;
    stage.end().await;
}

#[tokio::test]
async fn on_a_cloud_without_test_function_a_flag_decides() {
    let required = Scene::start("gate-require").await;
    required
        .apply(cff("edge", &redirect(301), json!({"tests": [apex("/a")]})))
        .await;
    let object = required.reason(CFF, "edge", "TestUnavailable").await;
    assert!(
        message(&object, "Ready").contains("--cloudfront-tests=skip-unsupported"),
        "{}",
        message(&object, "Ready")
    );
    assert_eq!(required.cloud.live("edge").await, None);
    required.delete(CFF, "edge").await;
    required.end().await;

    let lenient = Scene::with("gate-lenient", &["--cloudfront-tests=skip-unsupported"]).await;
    lenient
        .apply(cff("edge", &redirect(301), json!({"tests": [apex("/a")]})))
        .await;
    let object = lenient.ready(CFF, "edge").await;
    assert_eq!(reason(&object, "Tested"), Some("TestsSkipped"));
    assert_eq!(lenient.cloud.live("edge").await, Some(redirect(301)));
    lenient.event(CFF, "edge", "TestsSkipped").await;
    lenient.end().await;
}

#[tokio::test]
async fn without_the_check_code_that_may_not_run_is_told_of_and_stands_in_nobodys_way() {
    let stage = Strict::start("gate-doubts", &["--cloudfront-compile-check=false"]).await;
    let nameless = "function handle(event) {\n    return event.request;\n}\n";
    stage.tenant.apply(cff("edge", nameless, json!({}))).await;
    stage.ready().await;
    assert_eq!(
        stage.live("edge"),
        Some(base64(nameless)),
        "without a test and without the check, nothing holds it back"
    );
    stage.expect_events("CodeMayFail", 1).await;
    let doubted = |line: &str| {
        line.starts_with("Warning CodeMayFail CloudFrontFunction/edge: the code may not run: line 1, column 1: there is no function named handler")
    };
    assert_eq!(stage.tenant.wait_events(1, doubted, TIMEOUT).await.len(), 1);

    // Told again only for other code.
    stage
        .tenant
        .apply(cff("edge", nameless, json!({"comment": "other"})))
        .await;
    stage.ready().await;
    stage
        .tenant
        .apply(cff("edge", &redirect(301), json!({"comment": "other"})))
        .await;
    stage.ready().await;
    stage.expect_events("Updated", 2).await;
    stage.expect_events("CodeMayFail", 1).await;
    stage.end().await;
}

//! Code without tests, through the real binary: what CloudFront cannot run never goes LIVE, all other code
//! does, and what that costs.

use cloudfn_bed::{condition, reason};
use kube::api::DynamicObject;
use serde_json::{Value, json};
use strict_cloud::operation::cloudfront as cf;

use super::Strict;
use super::gate::{base64, message};
use crate::support::{CFF, Scene, cff, javascript};

/// What takes distributions down, as users report it: the construct, the code, the reason, and a part of what
/// is told. What the table of the language knows is not even sent; the rest CloudFront itself says.
const OUTAGES: [(&str, &str, &str, &str); 8] = [
    (
        "for ... of",
        "function handler(event) {\n    for (const name of Object.keys(event.request.headers)) {\n        console.log(name);\n    }\n    return event.request;\n}\n",
        "InvalidSpec",
        "line 2, column 5: ",
    ),
    (
        "catch without a name",
        "function handler(event) {\n    var request = event.request;\n    try {\n        request.uri = decodeURIComponent(request.uri);\n    } catch {\n        request.uri = '/';\n    }\n    return request;\n}\n",
        "InvalidSpec",
        "line 5, column ",
    ),
    (
        "await in a call's arguments",
        "async function load() {\n    return '/';\n}\nasync function handler(event) {\n    event.request.uri = String(await load());\n    return event.request;\n}\n",
        "InvalidSpec",
        "line 5, column ",
    ),
    (
        "export of the handler",
        "function handler(event) {\n    return event.request;\n}\nexport { handler };\n",
        "InvalidSpec",
        "line 4, column 1: ",
    ),
    (
        "destructuring",
        "function handler(event) {\n    const { request } = event;\n    return request;\n}\n",
        "InvalidSpec",
        "line 2, column ",
    ),
    (
        "an import by name",
        "import { createHash } from 'crypto';\nfunction handler(event) {\n    createHash('md5');\n    return event.request;\n}\n",
        "InvalidSpec",
        "line 1, column ",
    ),
    (
        "what a bundler writes for CommonJS",
        "Object.defineProperty(exports, '__esModule', {value: true});\nfunction handler(event) {\n    return event.request;\n}\n",
        "TestFailed",
        "ReferenceError",
    ),
    (
        "no handler",
        "function handle(event) {\n    return event.request;\n}\n",
        "TestFailed",
        "",
    ),
];

/// Made for responses: a request has no status.
const FOR_RESPONSES: &str = "function handler(event) {\n    event.response.headers['x-frame-options'] = {value: 'DENY'};\n    return event.response;\n}\n";
/// Needs a header that no made-up event has.
const NEEDS_A_HEADER: &str = "function handler(event) {\n    event.request.uri = '/' + event.request.headers['x-tenant'].value;\n    return event.request;\n}\n";

impl Strict {
    async fn deploy(&self, code: &str, fields: Value) -> DynamicObject {
        self.tenant.apply(cff("edge", code, fields)).await;
        self.ready().await
    }

    /// The operations since the log was this long.
    fn since(&self, start: usize) -> Vec<&'static str> {
        self.cloud(|cloud| {
            let log = cloud.log().iter().skip(start);
            log.map(|entry| entry.operation.name).collect()
        })
    }

    fn calls(&self) -> usize {
        self.cloud(|cloud| cloud.log().len())
    }
}

fn status(object: &DynamicObject, kind: &str) -> Option<String> {
    condition(object, kind)?["status"]
        .as_str()
        .map(str::to_owned)
}

#[tokio::test]
async fn what_takes_a_distribution_down_never_goes_live() {
    let stage = Strict::start("compile", &[]).await;
    let good = javascript("good");
    stage.deploy(&good, json!({})).await;
    for (construct, code, why, part) in OUTAGES {
        stage.tenant.apply(cff("edge", code, json!({}))).await;
        let object = stage.stalled(why).await;
        let told = message(&object, "Ready");
        let begin = match why {
            "TestFailed" => "CloudFront cannot compile or load the code, LIVE is unchanged: ",
            _ => "the code does not compile, so it is not written and LIVE is unchanged: ",
        };
        assert!(
            told.starts_with(begin) && told.contains(part),
            "{construct}: {told}"
        );
        if why == "TestFailed" {
            assert_eq!(message(&object, "Tested"), told, "{construct}");
        }
        assert_eq!(
            stage.live("edge"),
            Some(base64(&good)),
            "{construct}: LIVE is as it was"
        );
    }

    // The way past it names this very code.
    for (_, code, why, _) in [OUTAGES[0], OUTAGES[6]] {
        stage.tenant.apply(cff("edge", code, json!({}))).await;
        stage.stalled(why).await;
        let skip = json!({"metadata": {"annotations": {"cloudfn.dev/skip-tests": crate::support::sha256_hex(code)}}});
        stage.tenant.patch(CFF, "edge", skip).await;
        let object = stage.ready().await;
        assert_eq!(reason(&object, "Tested"), Some("TestsSkipped"));
        assert_eq!(stage.live("edge"), Some(base64(code)));
    }
    stage.end().await;
}

#[tokio::test]
async fn code_that_the_made_up_events_do_not_suit_goes_live_and_is_told_of() {
    let stage = Strict::start("compile-events", &[]).await;
    let object = stage.deploy(FOR_RESPONSES, json!({})).await;
    assert_eq!(stage.live("edge"), Some(base64(FOR_RESPONSES)));
    assert_eq!(
        (
            status(&object, "Tested").as_deref(),
            reason(&object, "Tested")
        ),
        (Some("True"), Some("CodeCompiles"))
    );
    let object = stage.deploy(NEEDS_A_HEADER, json!({})).await;
    assert_eq!(stage.live("edge"), Some(base64(NEEDS_A_HEADER)));
    assert_eq!(
        (
            status(&object, "Tested").as_deref(),
            reason(&object, "Tested")
        ),
        (Some("Unknown"), Some("CodeMayFail"))
    );
    assert!(
        message(&object, "Tested").contains("TypeError"),
        "{}",
        message(&object, "Tested")
    );
    stage.expect_events("CodeMayFail", 1).await;
    stage.end().await;
}

#[tokio::test]
async fn new_code_without_tests_costs_one_run_and_nothing_else_does() {
    let stage = Strict::start("compile-budget", &[]).await;
    stage.deploy(&javascript("one"), json!({})).await;
    assert_eq!(
        stage.since(0),
        [
            "DescribeFunction",
            "CreateFunction",
            "TestFunction",
            "PublishFunction"
        ]
    );
    let start = stage.calls();
    stage.deploy(&javascript("two"), json!({})).await;
    assert_eq!(
        stage.since(start),
        [
            "DescribeFunction",
            "ListTagsForResource",
            "UpdateFunction",
            "TestFunction",
            "PublishFunction"
        ]
    );
    let start = stage.calls();
    stage.deploy(&javascript("one"), json!({})).await;
    assert_eq!(
        stage.since(start),
        [
            "DescribeFunction",
            "ListTagsForResource",
            "UpdateFunction",
            "PublishFunction"
        ],
        "it ran before"
    );
    let runs = stage.count(cf::TEST_FUNCTION);
    let ask = json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}});
    stage.tenant.patch(CFF, "edge", ask).await;
    let handled = |object: &DynamicObject| object.data["status"]["lastHandledReconcileAt"] == "1";
    stage
        .tenant
        .wait_for(
            CFF,
            "edge",
            "to have handled the request",
            handled,
            crate::support::TIMEOUT,
        )
        .await;
    assert_eq!(
        stage.count(cf::TEST_FUNCTION),
        runs,
        "a look at what is LIVE runs nothing"
    );
    stage.end().await;
}

#[tokio::test]
async fn without_the_check_nobody_runs_code_that_has_no_tests() {
    let stage = Strict::start("compile-off", &["--cloudfront-compile-check=false"]).await;
    let (_, code, _, _) = OUTAGES[0];
    let object = stage.deploy(code, json!({})).await;
    assert_eq!(stage.count(cf::TEST_FUNCTION), 0);
    assert_eq!(stage.live("edge"), Some(base64(code)));
    assert!(condition(&object, "Tested").is_none());
    stage.end().await;
}

#[tokio::test]
async fn a_cloud_without_test_function_publishes_code_without_tests_and_says_that_nobody_ran_it() {
    let scene = Scene::start("compile-unsupported").await;
    let code = javascript("one");
    scene.apply(cff("edge", &code, json!({}))).await;
    let object = scene.ready(CFF, "edge").await;
    assert_eq!(scene.cloud.live("edge").await, Some(code));
    assert_eq!(
        (
            status(&object, "Tested").as_deref(),
            reason(&object, "Tested")
        ),
        (Some("Unknown"), Some("CodeNotRun"))
    );
    assert_eq!(scene.writes(), ["CreateFunction", "PublishFunction"]);
    scene.end().await;
}

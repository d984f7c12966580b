//! What is out of reach for a while: the cloud, credentials, the API server, the operator itself.

use std::time::Duration;

use cloudfn_bed::{Action, Bed, Emulator, Fault, is_ready};
use kube::ResourceExt as _;
use serde_json::{Value, json};

use crate::support::{BINARY, CFF, LFN, QUIET, Scene, TIMEOUT, cff, javascript, lfn, python};

/// Both kinds, Ready.
async fn both(scene: &Scene) {
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
    }
}

/// Status and reason of Ready, each once in a row, in all that was recorded of an object.
async fn history(scene: &Scene, kind: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let now = scene.tenant.get(kind, "f").await.resource_version();
    wait_until("the recorder has the newest version", || {
        scene
            .tenant
            .recorder()
            .versions(kind, "f")
            .iter()
            .any(|object| object.resource_version() == now)
    })
    .await;
    let versions = scene.tenant.recorder().versions(kind, "f");
    let mut history: Vec<_> = versions
        .iter()
        .filter_map(|object| cloudfn_bed::condition(object, "Ready"))
        .map(|ready| (text(&ready["status"]), text(&ready["reason"])))
        .collect();
    history.dedup();
    history
}

fn said(status: &str, reason: &str) -> (String, String) {
    (status.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn a_cloud_out_of_reach_makes_ready_unknown_after_three_intervals_and_true_again_without_a_write()
 {
    let scene = Scene::with("outage-later", &["--check-interval=1s"]).await;
    both(&scene).await;
    scene.tenant.clear_calls();
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), true);
    for kind in [CFF, LFN] {
        let object = scene.reason(kind, "f", "CannotObserve").await;
        assert_eq!(
            cloudfn_bed::condition(&object, "Ready").expect("Ready")["status"],
            "Unknown"
        );
        let tries = scene
            .tenant
            .calls()
            .iter()
            .filter(|call| call.fault == Some("unreachable"))
            .count();
        assert!(
            tries >= 2,
            "Ready stood while the first of {tries} looks failed"
        );
    }
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), false);
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
        let expected = [
            said("True", "Available"),
            said("Unknown", "CannotObserve"),
            said("True", "Available"),
        ];
        let history = history(&scene, kind).await;
        assert_eq!(
            history[history.len() - 3..],
            expected,
            "nothing between: {history:?}"
        );
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_cloud_out_of_reach_from_the_start_is_waited_for() {
    let scene = Scene::start("outage-first").await;
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), true);
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    for kind in [CFF, LFN] {
        let object = scene.reason(kind, "f", "CloudUnavailable").await;
        assert_eq!(
            cloudfn_bed::reason(&object, "Reconciling"),
            Some("CloudUnavailable")
        );
        assert!(object.finalizers().is_empty(), "nothing was sent");
    }
    scene
        .tenant
        .proxy()
        .set_unreachable(scene.tenant.account(), false);
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
    }
    assert_eq!(scene.cloud.names().await, ["f", "f"]);
    scene.end().await;
}

#[tokio::test]
async fn server_errors_of_the_cloud_are_survived_with_one_effect() {
    let scene = Scene::start("outage-5xx").await;
    let faults = [
        Fault::on("DescribeFunction").then(Action::error(
            "cloudfront",
            500,
            "InternalError",
            "oops",
        )),
        Fault::on("CreateFunction")
            .service("cloudfront")
            .then(Action::error(
                "cloudfront",
                503,
                "ServiceUnavailable",
                "later",
            )),
        Fault::on("PublishFunction").then(Action::error(
            "cloudfront",
            500,
            "InternalError",
            "oops",
        )),
        Fault::on("GetFunction")
            .service("lambda")
            .then(Action::error("lambda", 500, "ServiceException", "oops")),
        Fault::on("CreateFunction")
            .service("lambda")
            .then(Action::error(
                "lambda",
                503,
                "ServiceUnavailableException",
                "later",
            )),
    ];
    let faults = faults.map(|fault| scene.tenant.inject(fault));
    both(&scene).await;
    for fault in faults {
        fault.assert_fired(1);
    }
    assert_eq!(scene.cloud.names().await, ["f", "f"]);
    assert_eq!(scene.cloud.live("f").await, Some(javascript("one")));
    let done = |operation: &str| {
        scene
            .tenant
            .calls()
            .iter()
            .filter(|call| call.operation == operation && call.fault.is_none())
            .count()
    };
    assert_eq!((done("CreateFunction"), done("PublishFunction")), (2, 1));
    scene.end().await;
}

#[tokio::test]
async fn a_check_that_was_throttled_or_had_expired_credentials_leaves_ready_alone() {
    let scene = Scene::with("outage-check", &["--check-interval=1s"]).await;
    both(&scene).await;
    let expired = |service| {
        Action::error(
            service,
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )
    };
    let faults = [
        Fault::on("DescribeFunction").then(Action::cloudfront_throttle()),
        Fault::on("DescribeFunction").then(expired("cloudfront")),
        Fault::on("GetFunction")
            .service("lambda")
            .then(Action::lambda_throttle(None)),
        Fault::on("GetFunction")
            .service("lambda")
            .then(expired("lambda")),
    ];
    // A look after expired credentials comes ten seconds later at most: longer than three
    // intervals without a look may be. So the faults act one after the other, each before a good look.
    for fault in faults {
        let kind = if format!("{fault:?}").contains("Describe") {
            CFF
        } else {
            LFN
        };
        let injected = scene.tenant.inject(fault);
        injected.arrived(1, TIMEOUT).await;
        scene.look(kind, "f", &format!("after {injected:?}")).await;
    }
    for kind in [CFF, LFN] {
        let after = history(&scene, kind)
            .await
            .into_iter()
            .skip_while(|ready| *ready != said("True", "Available"));
        assert_eq!(after.collect::<Vec<_>>(), [said("True", "Available")]);
    }
    scene.end().await;
}

#[tokio::test]
async fn an_api_server_out_of_reach_for_a_while_leads_to_no_second_effect() {
    let scene = Scene::start("outage-api").await;
    both(&scene).await;
    scene.tenant.clear_calls();
    // The create is done while its outcome cannot be written down.
    let held = [CFF, LFN].map(|kind| {
        let service = if kind == CFF { "cloudfront" } else { "lambda" };
        scene.tenant.inject(
            Fault::on("CreateFunction")
                .service(service)
                .function("g")
                .then(Action::HoldReply),
        )
    });
    scene.apply(cff("g", &javascript("one"), json!({}))).await;
    scene.apply(lfn("g", &python("one"), json!({}))).await;
    for held in &held {
        held.arrived(1, TIMEOUT).await;
    }
    scene.tenant.api_proxy().clear();
    scene.tenant.api_proxy().set_unreachable(true);
    held.iter().for_each(cloudfn_bed::Injected::release);
    // The administrator edits meanwhile; the operator hears of it when its watch runs again.
    scene.apply(cff("f", &javascript("two"), json!({}))).await;
    scene.apply(lfn("f", &python("two"), json!({}))).await;
    let refused = |call: &cloudfn_bed::ApiCall| {
        call.fault == Some("unreachable") && call.subresource.as_deref() == Some("status")
    };
    wait_until("a status write met the outage", || {
        scene
            .tenant
            .api_proxy()
            .calls()
            .iter()
            .filter(|call| refused(call))
            .count()
            >= 2
    })
    .await;
    scene.tenant.api_proxy().set_unreachable(false);
    for kind in [CFF, LFN] {
        for name in ["f", "g"] {
            scene.ready(kind, name).await;
        }
    }
    let mut writes = scene.writes();
    writes.sort();
    let publishes = writes
        .iter()
        .filter(|write| *write == "PublishFunction")
        .count();
    writes.retain(|write| write != "PublishFunction");
    assert_eq!(
        writes,
        [
            "CreateFunction",
            "CreateFunction",
            "UpdateFunction",
            "UpdateFunctionCode"
        ]
    );
    assert_eq!(
        publishes, 2,
        "one for the new function and one for the edit"
    );
    assert_eq!(scene.cloud.names().await, ["f", "f", "g", "g"]);
    scene.end().await;
}

/// Looks again and again until it is so.
/// Waits until something is so.
pub async fn wait_until(what: &str, so: impl Fn() -> bool) {
    let looking = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(
        tokio::time::timeout(TIMEOUT, looking).await.is_ok(),
        "not so: {what}"
    );
}

#[tokio::test]
async fn a_cloud_that_went_away_and_came_back_empty_is_filled_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut emulator = Emulator::launch(folder.path()).await.expect("an emulator");
    let tenant = Bed::get().tenant("outage-emulator").await;
    let mut settings = tenant.operator_settings(
        BINARY,
        &crate::support::quiet_with(&["--check-interval=1s"]),
    );
    settings
        .environment
        .retain(|(name, _)| name != "AWS_ENDPOINT_URL");
    settings
        .environment
        .push(("AWS_ENDPOINT_URL".into(), emulator.url()));
    let operator = tenant.spawn_operator(settings);
    operator.ready().await;
    tenant.apply(cff("f", &javascript("one"), json!({}))).await;
    tenant.apply(lfn("f", &python("one"), json!({}))).await;
    for kind in [CFF, LFN] {
        tenant.wait_ready(kind, "f", TIMEOUT).await;
    }
    emulator.stop();
    for kind in [CFF, LFN] {
        tenant
            .wait_reason(kind, "f", "Ready", "CannotObserve", TIMEOUT)
            .await;
    }
    emulator.start().await.expect("it starts again");
    for kind in [CFF, LFN] {
        let again = |object: &kube::api::DynamicObject| {
            is_ready(object) && object.data["status"]["arn"].is_string()
        };
        tenant
            .wait_for(kind, "f", "to be created again", again, TIMEOUT)
            .await;
    }
    // Both were created twice.
    tenant
        .wait_events(
            4,
            |event| event.contains("created") || event.contains("Create of"),
            TIMEOUT,
        )
        .await;
    assert!(operator.terminate().await.success());
    crate::invariants::check(&tenant).await;
}

#[tokio::test]
async fn missing_credentials_are_shown_and_nothing_is_lost_until_they_are_there() {
    let scene = Scene::start("outage-credentials").await;
    assert!(scene.operator.terminate().await.success());
    let mut settings = scene.tenant.operator_settings(BINARY, &QUIET);
    settings.environment.retain(|(name, _)| {
        !["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].contains(&name.as_str())
    });
    let poor = scene.tenant.spawn_operator(settings);
    poor.ready().await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    for kind in [CFF, LFN] {
        let object = scene.reason(kind, "f", "Unauthenticated").await;
        assert_eq!(
            cloudfn_bed::reason(&object, "Reconciling"),
            Some("Unauthenticated")
        );
    }
    let (_, metrics) = poor.get("/metrics").await.expect("metrics");
    assert!(
        metrics
            .lines()
            .any(|line| line == "cloudfn_unauthenticated 1"),
        "{metrics}"
    );
    assert!(poor.terminate().await.success());
    let rich = scene.tenant.operator(BINARY, &QUIET).await;
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
    }
    let (_, metrics) = rich.get("/metrics").await.expect("metrics");
    assert!(
        metrics
            .lines()
            .any(|line| line == "cloudfn_unauthenticated 0"),
        "{metrics}"
    );
    assert!(rich.terminate().await.success());
    scene.end().await;
}

#[tokio::test]
async fn a_running_write_ends_before_the_process_and_its_effect_is_recorded() {
    for (kind, service) in [(CFF, "cloudfront"), (LFN, "lambda")] {
        let scene = Scene::start("outage-term").await;
        let held = scene.tenant.inject(
            Fault::on("CreateFunction")
                .service(service)
                .then(Action::Hold),
        );
        let manifest = if kind == CFF {
            cff("f", &javascript("one"), json!({}))
        } else {
            lfn("f", &python("one"), json!({}))
        };
        scene.apply(manifest).await;
        held.arrived(1, TIMEOUT).await;
        let operator = scene.operator.clone();
        let pid = operator.id().expect("a process").to_string();
        let asked = std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .expect("kill");
        assert!(asked.success());
        wait_until("the process was asked to end", || {
            operator.log().contains("stopping")
        })
        .await;
        assert!(operator.is_running(), "a write is under way");
        held.release();
        let status = operator.exited(TIMEOUT).await.expect("it ends");
        assert!(status.success(), "{status}");
        let arn = scene.tenant.get(kind, "f").await.data["status"]["arn"].clone();
        assert!(
            arn.as_str().is_some_and(|arn| arn.ends_with('f')),
            "the effect is recorded: {arn}"
        );
        operator.restart().await;
        scene.ready(kind, "f").await;
        assert_eq!(scene.tenant.count("CreateFunction"), 1);
        scene.end().await;
    }
}

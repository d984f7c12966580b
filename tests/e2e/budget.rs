//! What it costs: calls and status writes, counted; budgets, and the metrics that tell of them.

#![allow(clippy::float_cmp, reason = "counts are whole numbers")]

mod metrics;

use std::collections::BTreeSet;

use cloudfn_bed::{Action, Fault};
use metrics::Metrics;
use serde_json::json;

use crate::invariants::SENTINEL;
use crate::support::{BINARY, CFF, LFN, QUIET, Scene, TIMEOUT, cff, javascript, lfn, python};

/// Writes of the object's status so far.
fn status_writes(scene: &Scene, name: &str) -> usize {
    let ours = |call: &&cloudfn_bed::ApiCall| {
        call.name.as_deref() == Some(name) && call.subresource.as_deref() == Some("status")
    };
    scene
        .tenant
        .api_proxy()
        .writes()
        .iter()
        .filter(ours)
        .count()
}

fn forget(scene: &Scene) {
    scene.tenant.clear_calls();
    scene.tenant.api_proxy().clear();
}

#[tokio::test]
async fn a_lambda_function_costs_one_write_and_two_reads_for_each_change() {
    let scene = Scene::start("budget-lfn").await;
    let variables = json!({"MODE": format!("{SENTINEL}-1")});
    let manifest = |memory: i32| {
        lfn(
            "f",
            &python("one"),
            json!({"memorySize": memory, "environment": {"variables": variables}}),
        )
    };
    scene.apply(manifest(128)).await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.writes(), ["CreateFunction"]);
    assert_eq!(
        scene.reads(),
        ["GetFunction", "GetFunction"],
        "whether it is there, and whether it is active"
    );
    assert_eq!(status_writes(&scene, "f"), 3, "Creating, Settling, Ready");

    forget(&scene);
    scene.apply(manifest(256)).await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.writes(), ["UpdateFunctionConfiguration"]);
    assert_eq!(scene.reads(), ["GetFunction", "GetFunction"]);
    assert_eq!(status_writes(&scene, "f"), 3, "Updating, Settling, Ready");

    for token in ["first", "second"] {
        forget(&scene);
        scene.look(LFN, "f", token).await;
        assert_eq!(
            (scene.writes(), scene.reads()),
            (vec![], vec!["GetFunction".to_owned()]),
            "the {token} check"
        );
    }

    forget(&scene);
    scene.delete(LFN, "f").await;
    assert_eq!(scene.writes(), ["DeleteFunction"]);
    assert_eq!(
        scene.reads(),
        ["GetFunction", "GetFunction"],
        "whose it is, and whether it is gone"
    );
    assert_eq!(status_writes(&scene, "f"), 1, "Deleting");
    scene.end().await;
}

#[tokio::test]
async fn a_cloudfront_function_costs_two_writes_two_reads_and_one_run_for_each_change() {
    let scene = Scene::start("budget-cff").await;
    scene
        .apply(cff("f", &javascript("one"), json!({"comment": "c"})))
        .await;
    scene.ready(CFF, "f").await;
    assert_eq!(scene.writes(), ["CreateFunction", "PublishFunction"]);
    assert_eq!(scene.reads(), ["DescribeFunction", "TestFunction"]);
    assert_eq!(status_writes(&scene, "f"), 2, "Creating, Ready");

    forget(&scene);
    scene
        .apply(cff("f", &javascript("two"), json!({"comment": "c"})))
        .await;
    scene.ready(CFF, "f").await;
    assert_eq!(scene.writes(), ["UpdateFunction", "PublishFunction"]);
    assert_eq!(
        scene.reads(),
        ["DescribeFunction", "ListTagsForResource", "TestFunction"]
    );
    assert_eq!(status_writes(&scene, "f"), 2, "Updating, Ready");

    for token in ["first after a publish", "second"] {
        forget(&scene);
        scene.look(CFF, "f", token).await;
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert!(
            scene.reads().len() <= 3,
            "the check {token}: {:?}",
            scene.reads()
        );
    }

    forget(&scene);
    scene.delete(CFF, "f").await;
    assert_eq!(scene.writes(), ["DeleteFunction"]);
    assert_eq!(scene.reads(), ["DescribeFunction", "ListTagsForResource"]);
    assert_eq!(status_writes(&scene, "f"), 1, "Deleting");
    scene.end().await;
}

#[tokio::test]
async fn what_means_nothing_costs_no_call_and_a_foreign_status_is_put_right() {
    let scene = Scene::start("budget-nothing").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    for kind in [CFF, LFN] {
        scene.ready(kind, "f").await;
        Metrics::wait(&scene, "the pass was counted", |metrics| {
            metrics.passes(kind, "Ready") >= 1.0
        })
        .await;
    }
    for kind in [CFF, LFN] {
        let wanted = scene.tenant.get(kind, "f").await.data["status"].clone();
        let looks = Metrics::of(&scene).await.passes(kind, "Ready");
        forget(&scene);
        for change in [
            json!({"labels": {"team": "edge"}}),
            json!({"annotations": {"note": "means nothing"}}),
        ] {
            let before = Metrics::of(&scene).await.passes(kind, "Unchanged");
            scene
                .tenant
                .patch(kind, "f", json!({"metadata": change}))
                .await;
            Metrics::wait(&scene, "the change was seen", |metrics| {
                metrics.passes(kind, "Unchanged") > before
            })
            .await;
        }
        assert_eq!(status_writes(&scene, "f"), 0, "nothing had to be written");
        scene
            .tenant
            .patch_status(
                kind,
                "f",
                json!({"status": {"arn": "arn:of:somebody", "functionName": "other"}}),
            )
            .await;
        scene
            .tenant
            .wait_for(
                kind,
                "f",
                "to have its status again",
                |object| object.data["status"] == wanted,
                TIMEOUT,
            )
            .await;
        assert_eq!(
            (scene.writes(), scene.reads(), status_writes(&scene, "f")),
            (vec![], vec![], 1)
        );
        assert_eq!(
            Metrics::of(&scene).await.passes(kind, "Ready"),
            looks,
            "nobody looked"
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn edits_without_meaning_do_not_put_off_the_periodic_check() {
    let scene = Scene::with("budget-shift", &["--check-interval=2s"]).await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    let checks = scene.tenant.inject(
        Fault::on("GetFunction")
            .times(3)
            .then(Action::Delay(std::time::Duration::ZERO)),
    );
    let mut edits = 0;
    // Each edit is seen by a pass, long before the next check is due; the checks come all the same.
    let edit = async {
        loop {
            let before = Metrics::of(&scene).await.passes(LFN, "Unchanged");
            edits += 1;
            scene
                .tenant
                .patch(
                    LFN,
                    "f",
                    json!({"metadata": {"labels": {"edit": edits.to_string()}}}),
                )
                .await;
            Metrics::wait(&scene, "the edit was seen", |metrics| {
                metrics.passes(LFN, "Unchanged") > before
            })
            .await;
        }
    };
    tokio::select! {
        () = checks.arrived(3, TIMEOUT) => {}
        () = edit => {}
    }
    assert!(edits >= 3, "only {edits} edits came between three checks");
    scene.end().await;
}

#[tokio::test]
async fn a_restart_with_nothing_changed_makes_no_call() {
    let scene = Scene::with("budget-restart", &["--check-interval=1000h"]).await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene
        .apply(lfn("f", &python("one"), json!({"tags": {"team": "edge"}})))
        .await;
    scene.ready(CFF, "f").await;
    scene.ready(LFN, "f").await;
    assert!(scene.operator.terminate().await.success());
    forget(&scene);
    scene.operator.restart().await;
    scene
        .apply(cff("later", &javascript("one"), json!({})))
        .await;
    scene.apply(lfn("later", &python("one"), json!({}))).await;
    scene.ready(CFF, "later").await;
    scene.ready(LFN, "later").await;
    let calls: Vec<String> = scene
        .tenant
        .calls()
        .iter()
        .filter(|call| call.function.as_deref() == Some("f"))
        .map(ToString::to_string)
        .collect();
    assert_eq!((calls, status_writes(&scene, "f")), (vec![], 0));
    Metrics::wait(&scene, "all four are counted", |metrics| {
        metrics.objects(CFF, "True") + metrics.objects(LFN, "True") == 4.0
    })
    .await;
    scene.end().await;
}

#[tokio::test]
async fn a_budget_makes_calls_wait_and_everything_becomes_ready() {
    let scene = Scene::with("budget-rate", &["--lambda-rate=2"]).await;
    let names: Vec<String> = (0..6).map(|n| format!("f{n}")).collect();
    for name in &names {
        scene.apply(lfn(name, &python("one"), json!({}))).await;
    }
    for name in &names {
        scene.ready(LFN, name).await;
    }
    assert_eq!(scene.writes(), ["CreateFunction"; 6]);
    let metrics = Metrics::of(&scene).await;
    let waited = metrics.value("cloudfn_budget_wait_seconds_sum", &[("family", "Lambda")]);
    // Two of six need not wait; the last waits for four more, at two a second.
    assert!(waited > 1.0, "the waits come to {waited} s");
    assert_eq!(
        metrics.value("cloudfn_cloud_throttles_total", &[]),
        0.0,
        "who keeps to the budget is not throttled"
    );
    scene.end().await;
}

#[tokio::test]
async fn it_is_ready_when_the_definitions_are_there_and_alive_before() {
    let tenant = cloudfn_bed::Bed::get().tenant("budget-health").await;
    let held = tenant.inject_api(
        Fault::any()
            .resource("customresourcedefinitions")
            .then(Action::Hold),
    );
    let operator = tenant.spawn_operator(tenant.operator_settings(BINARY, &QUIET));
    held.arrived(1, TIMEOUT).await;
    assert_eq!(
        operator.get("/livez").await.map(|(status, _)| status).ok(),
        Some(200)
    );
    assert_eq!(
        operator.get("/readyz").await.map(|(status, _)| status).ok(),
        Some(503)
    );
    held.release();
    operator.ready().await;
    assert!(operator.terminate().await.success());
}

#[tokio::test]
async fn metrics_are_open_metrics_and_count_what_happens() {
    let scene = Scene::start("budget-metrics").await;
    scene.tenant.inject(
        Fault::on("CreateFunction")
            .service("lambda")
            .then(Action::lambda_throttle(Some(1))),
    );
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    scene.ready(CFF, "f").await;
    let metrics = Metrics::wait(&scene, "both are Ready", |metrics| {
        metrics.objects(LFN, "True") + metrics.objects(CFF, "True") == 2.0
    })
    .await;
    metrics.check_form();
    assert!(
        metrics.passes(LFN, "Ready") >= 1.0
            && metrics.passes(LFN, "Throttled") >= 1.0
            && metrics.passes(CFF, "Ready") >= 1.0
    );
    assert!(metrics.value("cloudfn_pass_duration_seconds_count", &[("kind", LFN)]) >= 2.0);
    let create = |code: &str| {
        metrics.value(
            "cloudfn_cloud_calls_total",
            &[
                ("service", "Lambda"),
                ("operation", "CreateFunction"),
                ("code", code),
            ],
        )
    };
    assert_eq!((create(""), create("TooManyRequestsException")), (1.0, 1.0));
    assert_eq!(
        metrics.value("cloudfn_cloud_throttles_total", &[("service", "Lambda")]),
        1.0
    );
    assert!(
        metrics.value(
            "cloudfn_cloud_call_duration_seconds_count",
            &[("service", "CloudFront")]
        ) >= 3.0
    );
    assert!(metrics.value("cloudfn_budget_wait_seconds_count", &[]) >= 1.0);
    assert_eq!(metrics.value("cloudfn_unauthenticated", &[]), 0.0);
    scene.delete(LFN, "f").await;
    Metrics::wait(
        &scene,
        "the deleted object is not counted any more",
        |metrics| metrics.objects(LFN, "True") == 0.0,
    )
    .await;
    scene.end().await;
}

#[tokio::test]
async fn every_flag_is_an_environment_variable_too() {
    let help = std::process::Command::new(BINARY)
        .args(["run", "--help"])
        .output()
        .expect("help");
    let help = String::from_utf8(help.stdout).expect("text");
    let words: BTreeSet<&str> = help
        .split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
        .collect();
    let flags = help
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix("--"))
        .filter_map(|line| line.split([' ', '<']).next());
    let flags: Vec<&str> = flags.collect();
    assert!(
        flags.len() > 10 && flags.contains(&"check-interval"),
        "{flags:?}"
    );
    for flag in flags {
        let variable = format!("CLOUDFN_{}", flag.replace('-', "_").to_uppercase());
        assert!(
            words.contains(variable.as_str()),
            "--{flag} has no {variable}"
        );
    }

    let scene = Scene::start("budget-variables").await;
    assert!(scene.operator.terminate().await.success());
    let mut settings = scene.tenant.operator_settings(BINARY, &QUIET);
    for flag in std::mem::take(&mut settings.flags) {
        let (name, value) = flag
            .trim_start_matches("--")
            .split_once('=')
            .expect("a value");
        settings.environment.push((
            format!("CLOUDFN_{}", name.replace('-', "_").to_uppercase()),
            value.to_owned(),
        ));
    }
    settings
        .environment
        .push(("CLOUDFN_MANAGEMENT_POLICY".into(), "Observe".into()));
    let operator = scene.tenant.spawn_operator(settings);
    operator.ready().await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.reason(CFF, "f", "FunctionNotFound").await;
    assert_eq!(
        scene.writes(),
        Vec::<String>::new(),
        "the variable is obeyed"
    );
    assert!(operator.terminate().await.success());
    scene.end().await;
}

//! Replies that are lost, calls that are cut, throttled, or overtaken by others.

use cloudfn_bed::{Action, Fault};
use serde_json::{Value, json};

use crate::support::{CFF, Scene, cff, javascript};

/// A spec that needs this write next, and the one before it.
fn spec_for(operation: &str) -> (Value, Value) {
    let (one, two) = (javascript("one"), javascript("two"));
    let with = |code: &str, tags: Value| cff("f", code, json!({"tags": tags}));
    match operation {
        "UpdateFunction" | "PublishFunction" => {
            (with(&one, json!({"a": "1"})), with(&two, json!({"a": "1"})))
        }
        "TagResource" => (with(&one, json!({"a": "1"})), with(&one, json!({"a": "2"}))),
        "UntagResource" => (with(&one, json!({"a": "1"})), with(&one, json!({}))),
        _ => (Value::Null, with(&one, json!({"a": "1"}))),
    }
}

/// Every write of a function's life, each met by this fault; says how often each was sent and how
/// often it had an effect.
async fn life_with(name: &str, action: impl Fn() -> Action, check: impl Fn(&str, usize, usize)) {
    let scene = Scene::start(name).await;
    for operation in [
        "CreateFunction",
        "PublishFunction",
        "UpdateFunction",
        "TagResource",
        "UntagResource",
    ] {
        let (before, after) = spec_for(operation);
        if !before.is_null() {
            scene.apply(before).await;
            scene.ready(CFF, "f").await;
        }
        scene.tenant.clear_calls();
        let fault = scene.tenant.inject(Fault::on(operation).then(action()));
        let object = scene.apply(after).await;
        scene.ready(CFF, "f").await;
        fault.assert_fired(1);
        checked(&scene, operation, &check);
        let wanted = object.data["spec"]["code"]["inline"]
            .as_str()
            .map(str::to_owned);
        assert_eq!(scene.cloud.live("f").await, wanted, "{operation}");
        let tags = scene.cloud.cloudfront_tags("f").await;
        assert_eq!(
            tags.get("a").map(String::as_str),
            object.data["spec"]["tags"]["a"].as_str(),
            "{operation}"
        );
        let before = scene.writes();
        scene.look(CFF, "f", operation).await;
        assert_eq!(scene.writes(), before, "{operation}: settled");
    }
    scene.tenant.clear_calls();
    let fault = scene
        .tenant
        .inject(Fault::on("DeleteFunction").then(action()));
    scene.delete(CFF, "f").await;
    fault.assert_fired(1);
    checked(&scene, "DeleteFunction", &check);
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    quiet(&scene);
    scene.end().await;
}

fn checked(scene: &Scene, operation: &str, check: &impl Fn(&str, usize, usize)) {
    let calls: Vec<_> = scene
        .tenant
        .calls()
        .into_iter()
        .filter(|call| call.operation == operation)
        .collect();
    let done = calls
        .iter()
        .filter(|call| call.status.is_some_and(|status| status < 300))
        .count();
    check(operation, calls.len(), done);
}

/// No status ever showed a trouble.
fn quiet(scene: &Scene) {
    for status in scene.tenant.recorder().statuses(CFF, "f") {
        for condition in status["conditions"].as_array().into_iter().flatten() {
            assert_ne!(condition["type"], "Stalled", "{status:#}");
            assert_ne!(condition["reason"], "CloudUnavailable", "{status:#}");
        }
    }
}

#[tokio::test]
async fn a_lost_reply_to_any_write_shows_no_trouble_and_does_nothing_twice() {
    life_with(
        "cff-cut-after",
        || Action::CutAfter,
        |operation, sent, done| {
            assert_eq!((sent, done), (1, 1), "{operation}: sent and done");
        },
    )
    .await;
}

#[tokio::test]
async fn a_write_that_never_arrived_is_sent_again_and_shows_no_trouble() {
    life_with(
        "cff-cut-before",
        || Action::CutBefore,
        |operation, sent, done| {
            assert_eq!((sent, done), (2, 1), "{operation}: sent and done");
        },
    )
    .await;
}

#[tokio::test]
async fn a_throttled_write_waits_and_is_done_once() {
    let scene = Scene::start("cff-throttle").await;
    for operation in [
        "CreateFunction",
        "UpdateFunction",
        "PublishFunction",
        "TagResource",
    ] {
        let (before, after) = spec_for(operation);
        if !before.is_null() {
            scene.apply(before).await;
            scene.ready(CFF, "f").await;
        }
        scene.tenant.clear_calls();
        let fault = scene
            .tenant
            .inject(Fault::on(operation).then(Action::cloudfront_throttle()));
        scene.apply(after).await;
        scene.ready(CFF, "f").await;
        fault.assert_fired(1);
        checked(&scene, operation, &|operation: &str, sent, done| {
            assert_eq!((sent, done), (2, 1), "{operation}");
        });
    }
    let statuses = scene.tenant.recorder().statuses(CFF, "f");
    let reasons = |kind: &'static str| {
        let of = statuses
            .iter()
            .flat_map(|status| status["conditions"].as_array().into_iter().flatten());
        of.filter(move |condition| condition["type"] == kind)
            .filter_map(|condition| condition["reason"].as_str())
            .collect::<Vec<_>>()
    };
    assert!(
        reasons("Reconciling").contains(&"Throttled"),
        "{statuses:#?}"
    );
    assert_eq!(reasons("Stalled"), Vec::<&str>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_change_that_overtakes_our_update_is_looked_at_before_it_is_overwritten() {
    let scene = Scene::start("cff-stale-update").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    let held = scene
        .tenant
        .inject(Fault::on("UpdateFunction").then(Action::Hold));
    let two = javascript("two");
    scene.apply(cff("f", &two, json!({}))).await;
    held.arrived(1, crate::support::TIMEOUT).await;
    let foreign = javascript("foreign");
    // A comment that our spec does not name must survive: it was not there when we looked first.
    scene.cloud.update_cloudfront("f", "theirs", &foreign).await;
    held.release();
    scene.ready(CFF, "f").await;
    assert_eq!(
        answers(&scene),
        [
            ("UpdateFunction", 412),
            ("DescribeFunction", 200),
            ("GetFunction", 200),
            ("UpdateFunction", 200),
            ("PublishFunction", 200)
        ]
    );
    let live = scene
        .cloud
        .describe("f", aws_sdk_cloudfront::types::FunctionStage::Live)
        .await;
    let config = live
        .function_summary
        .expect("a summary")
        .function_config
        .expect("a configuration");
    assert_eq!(config.comment, "theirs");
    assert_eq!(scene.cloud.live("f").await, Some(two));
    quiet(&scene);
    scene.end().await;
}

#[tokio::test]
async fn a_change_that_overtakes_our_publish_never_goes_live() {
    let scene = Scene::start("cff-stale-publish").await;
    let held = scene
        .tenant
        .inject(Fault::on("PublishFunction").then(Action::Hold));
    let one = javascript("one");
    scene.apply(cff("f", &one, json!({}))).await;
    held.arrived(1, crate::support::TIMEOUT).await;
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("foreign"))
        .await;
    held.release();
    scene.ready(CFF, "f").await;
    assert_eq!(
        scene.writes(),
        [
            "CreateFunction",
            "PublishFunction",
            "UpdateFunction",
            "PublishFunction"
        ]
    );
    assert_eq!(
        answers(&scene)
            .iter()
            .filter(|(operation, status)| *operation == "PublishFunction" && *status == 200)
            .count(),
        1
    );
    assert_eq!(scene.cloud.live("f").await, Some(one));
    quiet(&scene);
    scene.end().await;
}

#[tokio::test]
async fn a_change_that_overtakes_our_delete_does_not_save_the_function() {
    let scene = Scene::start("cff-stale-delete").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    let held = scene
        .tenant
        .inject(Fault::on("DeleteFunction").then(Action::Hold));
    scene.tenant.delete(CFF, "f").await;
    held.arrived(1, crate::support::TIMEOUT).await;
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("foreign"))
        .await;
    held.release();
    scene
        .tenant
        .wait_gone(CFF, "f", crate::support::TIMEOUT)
        .await;
    assert_eq!(scene.writes(), ["DeleteFunction", "DeleteFunction"]);
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    quiet(&scene);
    scene.end().await;
}

#[tokio::test]
async fn an_owner_who_comes_between_our_read_and_our_write_is_obeyed() {
    let scene = Scene::start("cff-stale-owner").await;
    scene.apply(cff("f", &javascript("one"), json!({}))).await;
    scene.ready(CFF, "f").await;
    scene.tenant.clear_calls();
    let held = scene
        .tenant
        .inject(Fault::on("UpdateFunction").then(Action::Hold));
    scene.apply(cff("f", &javascript("two"), json!({}))).await;
    held.arrived(1, crate::support::TIMEOUT).await;
    let foreign = javascript("foreign");
    scene
        .cloud
        .tag_cloudfront("f", "cloudfn.dev/owner", "elsewhere/team/g")
        .await;
    scene.cloud.update_cloudfront("f", "", &foreign).await;
    held.release();
    scene.reason(CFF, "f", "OwnedByAnother").await;
    assert_eq!(
        scene.writes(),
        ["UpdateFunction"],
        "refused, and not sent again"
    );
    assert_eq!(scene.cloud.development("f").await, Some(foreign));
    scene.end().await;
}

/// Operations and their answers, reads of tags and of LIVE left out.
fn answers(scene: &Scene) -> Vec<(&'static str, u16)> {
    const SHOWN: [&str; 5] = [
        "CreateFunction",
        "UpdateFunction",
        "PublishFunction",
        "DescribeFunction",
        "GetFunction",
    ];
    let calls = scene.tenant.calls();
    let first = calls
        .iter()
        .position(cloudfn_bed::Call::is_write)
        .unwrap_or_default();
    let shown = |call: &cloudfn_bed::Call| {
        Some((
            *SHOWN.iter().find(|name| **name == call.operation)?,
            call.status?,
        ))
    };
    calls.iter().skip(first).filter_map(shown).collect()
}

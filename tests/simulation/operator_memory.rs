//! What an operator remembers of an object, and what it reports when it lets one go.

use std::time::Duration;

use serde_json::{Value, json};
use strict_cloud::Tags;

use crate::api_faults;
use crate::judge::{self, Place};
use crate::run::{CHECK, Stage, on_paused_time};
use crate::scenarios::first;
use crate::schedule::{Act, Adversity, Kind, Outside, Point, Slot};
use crate::wire::Fuse;

async fn stage(spec: Value, refuse_tags: bool, adversity: Adversity) -> Stage {
    let slots = vec![Slot {
        kind: Kind::CloudFront,
        name: "f0".to_owned(),
        function: None,
    }];
    let mut stage = Stage::new(7, slots, Fuse::never());
    stage.world.clouds.with(&stage.world, |cloud| {
        cloud.settings_mut().refuse_create_with_tags = refuse_tags;
    });
    stage.act(&Act::Adversity(adversity));
    stage.act(&Act::Apply(0, spec));
    judge::until_reported(&stage).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    stage
}

#[test]
fn what_another_announced_is_remembered_only_once_it_is_written() {
    let status = on_paused_time(async {
        let mut stage = stage(first(Kind::CloudFront), false, Adversity::Over).await;
        let ready = stage.object(0).unwrap()["status"].clone();
        let mut announced = ready.clone();
        announced["settledGeneration"] = Value::Null;
        announced["lastDrift"] = json!({"time": "2026-01-01T00:00:00Z", "fields": ["comment"]});
        for condition in announced["conditions"].as_array_mut().unwrap() {
            condition["status"] = json!("False");
            condition["reason"] = json!("Updating");
            let mut reconciling = condition.clone();
            reconciling["type"] = json!("Reconciling");
            reconciling["status"] = json!("True");
            if condition["type"] == "Ready" {
                announced["conditions"] = json!([condition, reconciling]);
                break;
            }
        }
        stage.act(&Act::Api(
            api_faults::Kind::Error,
            100,
            Duration::from_secs(5),
        ));
        stage.write_status(0, announced);
        tokio::time::sleep(Duration::from_secs(10)).await;
        // The other operator restores the status; no further write is needed.
        stage.write_status(0, ready);
        tokio::time::sleep(Duration::from_mins(2)).await;
        stage.object(0).unwrap()["status"].clone()
    });
    assert_eq!(
        (&status["settledGeneration"], &status["lastDrift"]),
        (&json!(1), &Value::Null),
        "{status}"
    );
}

#[test]
fn a_function_that_is_left_without_our_tags_is_said_to_be() {
    let mut spec = first(Kind::CloudFront);
    spec["deletionPolicy"] = json!("Retain");
    let left = |refuse_tags, adversity| {
        let trace = on_paused_time(async {
            let mut stage = stage(spec.clone(), refuse_tags, adversity).await;
            stage.act(&Act::Delete(0));
            tokio::time::sleep(Duration::from_mins(1)).await;
            stage.end().trace
        });
        trace
            .into_iter()
            .find(|line| line.contains("events Retained"))
            .unwrap_or_default()
    };
    let (tagged, untagged) = (
        left(false, Adversity::Over),
        left(true, Adversity::Denied("cloudfront:TagResource".to_owned())),
    );
    assert!(tagged.contains("deletionPolicy is Retain: "), "{tagged}");
    assert!(
        untagged.contains("deletionPolicy is Retain; cloudfn never saw its owner tags on it"),
        "{untagged}"
    );
}

/// The function's tags in the end of a life whose `status.managed` somebody patched, and the status.
fn patched(kind: Kind, names: &[&str], restarts: bool) -> (Value, Value, usize) {
    let slots = vec![Slot {
        kind,
        name: "f0".to_owned(),
        function: None,
    }];
    on_paused_time(async {
        let mut stage = Stage::new(7, slots, Fuse::never());
        let mut spec = first(kind);
        spec["tags"] = json!({"cost": "a"});
        stage.act(&Act::Apply(0, spec));
        judge::until_reported(&stage).await;
        let place = Place::of(&stage.slots[0]);
        let theirs = Tags::from([("team".to_owned(), "others".to_owned())]);
        stage.world.clouds.tag(&stage.world, &place, &theirs);
        let calls = stage.world.clouds.calls();
        stage.act(&Act::Manage(
            0,
            names.iter().map(|name| (*name).to_owned()).collect(),
        ));
        if restarts {
            stage.act(&Act::Crash(Point::Poll, 0));
        }
        tokio::time::sleep(CHECK * 4).await;
        let seen = judge::function_at(&stage.world, &place).unwrap();
        let status = stage.object(0).unwrap()["status"].clone();
        let log = stage.world.clouds.log();
        let writes = log[calls..].iter().filter(|entry| entry.effect).count();
        (seen["tags"].clone(), status, writes)
    })
}

#[test]
fn names_that_somebody_else_put_into_managed_take_nothing_away() {
    let reserved = [
        "tags/cloudfn.dev/owner",
        "tags/cloudfn.dev/instance",
        "tags/",
        "nonsense",
    ];
    for kind in [Kind::CloudFront, Kind::Lambda] {
        for (names, restarts) in [
            (&reserved[..], false),
            (&reserved[..], true),
            (&["tags/team"][..], false),
        ] {
            let (tags, status, writes) = patched(kind, names, restarts);
            let sentence = format!("{kind:?} {names:?} {restarts}: {tags} {status}");
            assert_eq!(writes, 0, "{sentence}");
            assert_eq!(tags["team"], "others", "{sentence}");
            let managed = status["managed"].as_array().unwrap();
            assert!(
                names.iter().all(|name| !managed.contains(&json!(name))),
                "{sentence}"
            );
        }
    }
}

#[test]
fn each_annotation_that_requests_a_look_counts_by_itself() {
    let mut spec = first(Kind::CloudFront);
    spec["driftPolicy"] = json!("Report");
    // As texts, the first is the greater one; as times, the second.
    let (ours, flux) = ("2026-01-01T10:00:00+09:00", "2026-01-01T03:00:00Z");
    let (reported, repaired) = on_paused_time(async {
        let mut stage = stage(spec, false, Adversity::Over).await;
        stage.act(&Act::Look(0, ours.to_owned()));
        tokio::time::sleep(Duration::from_mins(1)).await;
        stage.act(&Act::Outside(0, Outside::Edit(1)));
        tokio::time::sleep(CHECK * 2).await;
        let reported = stage.object(0).unwrap()["status"].clone();
        stage.act(&Act::FluxLook(0, flux.to_owned()));
        tokio::time::sleep(Duration::from_mins(1)).await;
        (reported, stage.object(0).unwrap()["status"].clone())
    });
    assert_eq!(reported["conditions"][0]["reason"], "Drifted", "{reported}");
    assert_eq!(
        repaired["conditions"][0]["reason"], "Available",
        "{repaired}"
    );
    assert_eq!(repaired["lastHandledReconcileAt"], ours);
    assert_eq!(repaired["lastHandledFluxReconcileAt"], flux);
}

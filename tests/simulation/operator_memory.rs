//! What an operator remembers of an object, and what it reports when it lets one go.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api_faults;
use crate::judge;
use crate::run::{Stage, on_paused_time};
use crate::scenarios::first;
use crate::schedule::{Act, Adversity, Kind, Slot};
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

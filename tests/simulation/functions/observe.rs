//! `managementPolicy: Observe` as an oracle: what it tells of a function that is not its own.

use strict_cloud::lambda::{Configuration, UpdateFunctionConfiguration};

use super::*;
use crate::scenarios::first;
use crate::schedule::Outside;
use crate::world::{ACCOUNT, REGION};

/// What the status says of somebody's function, and the events, for an object that observes it with
/// this spec.
fn told(kind: Kind, owned: bool, spec: &Value) -> (Value, Vec<String>) {
    let mut told = (Value::Null, Vec::new());
    alone(kind, async |alone: &mut Alone| {
        let stage = &alone.stage;
        let clouds = &stage.world.clouds;
        assert!(clouds.outside(&stage.world, &stage.slots[0], Outside::Create));
        prepare(alone, kind, owned).await;
        alone.apply(spec).await;
        alone.check().await;
        let mut status = alone.status();
        // A moment is no answer to a guess, and the hash of the guess is the guesser's own.
        for condition in status["conditions"].as_array_mut().into_iter().flatten() {
            condition
                .as_object_mut()
                .unwrap()
                .remove("lastTransitionTime");
        }
        let planned = status.get_mut("plannedChanges");
        for change in planned.and_then(Value::as_array_mut).into_iter().flatten() {
            if change["field"] == "code" {
                change.as_object_mut().unwrap().remove("to");
            }
        }
        let events = alone
            .events("Drifted")
            .into_iter()
            .chain(alone.events("OwnedByAnother"));
        let texts = events.map(|line| line.split(": ").skip(1).collect::<Vec<_>>().join(": "));
        told = (
            status,
            texts
                .map(|text| text.split(": 201").next().unwrap_or_default().to_owned())
                .collect(),
        );
    });
    told
}

/// Somebody's function gets variables, and an owner if it has one.
async fn prepare(alone: &Alone, kind: Kind, owned: bool) {
    let arn = match kind {
        Kind::Lambda => format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:f0"),
        Kind::CloudFront => format!("arn:aws:cloudfront::{ACCOUNT}:function/f0"),
    };
    if kind == Kind::Lambda {
        let secret = json!({"PIN": format!("{SENTINEL}-4711"), "OTHER": format!("{SENTINEL}-x")});
        let request = UpdateFunctionConfiguration {
            function_name: "f0".to_owned(),
            configuration: Configuration::of(json!({"Environment": {"Variables": secret}})),
            ..Default::default()
        };
        let changed = |alone: &Alone| {
            let update = |cloud: &mut Cloud, caller: &Caller| {
                cloud
                    .lambda_update_function_configuration(caller, &request)
                    .is_ok()
            };
            alone.others(update)
        };
        alone
            .until("the new function to take a change", changed)
            .await;
    }
    let tags =
        strict_cloud::Tags::from([("cloudfn.dev/owner".to_owned(), "cluster/shop/f0".to_owned())]);
    alone.others(|cloud, caller| match kind {
        _ if !owned => {}
        Kind::Lambda => cloud.lambda_tag_resource(caller, &arn, &tags).unwrap(),
        Kind::CloudFront => cloud.cloudfront_tag_resource(caller, &arn, &tags).unwrap(),
    });
}

fn guesses(kind: Kind) -> Vec<Value> {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut spec = first(kind);
        spec["managementPolicy"] = json!("Observe");
        change(&mut spec);
        spec
    };
    match kind {
        Kind::CloudFront => [900, 901]
            .map(|number| {
                with(&|spec| spec["code"] = json!({"inline": crate::schedule::javascript(number)}))
            })
            .to_vec(),
        Kind::Lambda => {
            let pin = |pin: &str| json!({"PIN": format!("{SENTINEL}-{pin}"), "OTHER": format!("{SENTINEL}-x")});
            let variables = [pin("4711"), pin("4712"), json!({"NONE": SENTINEL})];
            let codes = [900, 901]
                .map(|number| format!("def handler(event, context):\n    return {number}\n"));
            let mut all: Vec<Value> = variables
                .iter()
                .map(|variables| {
                    with(&|spec| spec["environment"] = json!({"variables": variables}))
                })
                .collect();
            all.extend(codes.map(|code| {
                with(&|spec| {
                    spec["code"] = json!({"inline": {"files": {"index.py": code}}});
                    spec["environment"] = json!({"variables": pin("4711")});
                })
            }));
            all
        }
    }
}

#[test]
fn no_guess_about_a_function_that_is_not_its_own_is_answered() {
    for kind in [Kind::CloudFront, Kind::Lambda] {
        for owned in [true, false] {
            let answers: Vec<_> = guesses(kind)
                .iter()
                .map(|spec| told(kind, owned, spec))
                .collect();
            for answer in &answers {
                assert_eq!(*answer, answers[0], "{kind:?}, owned: {owned}");
            }
            let text = answers[0].0.to_string();
            let ready = |reason: &str| text.contains(&format!("\"reason\":\"{reason}\""));
            assert!(
                if owned {
                    ready("OwnedByAnother")
                } else {
                    ready("Drifted")
                },
                "{text}"
            );
            assert!(!text.contains("PIN") && !text.contains("OTHER"), "{text}");
            assert_eq!(text.contains("plannedChanges"), !owned, "{text}");
        }
    }
}

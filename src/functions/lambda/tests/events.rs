//! What becomes of events of asynchronous calls: what is planned of it.

use serde_json::{Value, json};

use super::{desired, edited, memory, next, show};
use crate::cloud::lambda::EventInvokeConfig;
use crate::functions::lambda::LambdaObserved;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::reconcile::{Desired as _, Goal};

const NAME: &str = "eventInvokeConfig";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:000000000000:failed";

fn with(config: &Value) -> Value {
    json!({NAME: config})
}

fn having(config: EventInvokeConfig) -> LambdaObserved {
    edited(|observed| observed.event_invoke = Known::Read(config))
}

fn retrying(maximum_retry_attempts: i32) -> EventInvokeConfig {
    EventInvokeConfig {
        maximum_retry_attempts,
        ..EventInvokeConfig::default()
    }
}

#[test]
fn it_is_read_only_where_it_is_named() {
    let unread = edited(|_| {});
    let (named, unnamed) = (desired(&with(&json!({}))), desired(&json!({})));
    assert!(named.managed().contains(NAME));
    assert_eq!(next(&named, &memory(&[]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&[NAME]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&[]), &unread), "Settled");
}

#[test]
fn only_what_differs_and_is_ours_is_written_and_defaults_by_taking_it_away() {
    let to_queue = EventInvokeConfig {
        on_failure: QUEUE.to_owned(),
        ..EventInvokeConfig::default()
    };
    let place = format!("{NAME}.destinationConfig.onFailure.destination");
    let failing = json!({"destinationConfig": {"onFailure": {"destination": QUEUE}}});
    let none = json!({});
    let cases = [
        (
            "others have one",
            none.clone(),
            vec![],
            retrying(0),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            with(&json!({"maximumRetryAttempts": 0})),
            vec![NAME],
            retrying(0),
            "Settled".to_owned(),
        ),
        (
            "the defaults",
            with(&none),
            vec![NAME],
            EventInvokeConfig::default(),
            "Settled".to_owned(),
        ),
        (
            "new",
            with(&failing),
            vec![],
            EventInvokeConfig::default(),
            format!("PutEventInvokeConfig({place}:->{QUEUE})"),
        ),
        (
            "edited outside",
            with(&json!({"maximumRetryAttempts": 1, "maximumEventAgeInSeconds": 60})),
            vec![NAME],
            to_queue.clone(),
            format!(
                "PutEventInvokeConfig({place}:{QUEUE}>- {NAME}.maximumEventAgeInSeconds:21600>60 {NAME}.maximumRetryAttempts:2>1)"
            ),
        ),
        (
            "emptied",
            with(&none),
            vec![NAME],
            retrying(0),
            format!("DeleteEventInvokeConfig({NAME}.maximumRetryAttempts:0>2)"),
        ),
        (
            "dropped",
            none.clone(),
            vec![NAME],
            to_queue,
            format!("DeleteEventInvokeConfig({place}:{QUEUE}>-)"),
        ),
        (
            "dropped and gone",
            none,
            vec![NAME],
            EventInvokeConfig::default(),
            "Settled".to_owned(),
        ),
    ];
    for (case, spec, managed, found, expected) in cases {
        let plan = next(&desired(&spec), &memory(&managed), &having(found));
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn a_create_says_what_follows() {
    for (config, follows) in [
        (json!({"maximumRetryAttempts": 0}), true),
        (json!({}), false),
    ] {
        let wanted = desired(&with(&config));
        let shown = show(&plan(Goal::Present(&wanted), &memory(&[]), None));
        assert_eq!(
            shown.contains(" then PutEventInvokeConfig("),
            follows,
            "{shown}"
        );
    }
}

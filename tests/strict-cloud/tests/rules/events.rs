//! Lambda: what becomes of events of asynchronous calls.

use serde_json::{Value, json};
use strict_cloud::lambda::EventInvokeConfig;
use strict_cloud::{Answer, Cloud};

use crate::support::{active, cloud, get, me, new_function, refused, verdict};

const FUNCTION: (&str, Option<&str>) = ("f", None);

fn put(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_put_function_event_invoke_config(&me(), FUNCTION, &EventInvokeConfig::of(asked))
}

#[test]
fn a_write_moves_the_revision_and_a_function_that_is_busy_takes_none() {
    let mut cloud = cloud();
    cloud
        .lambda_create_function(&me(), &new_function("busy"))
        .unwrap();
    let once = EventInvokeConfig::of(json!({"MaximumRetryAttempts": 1}));
    let busy = cloud.lambda_put_function_event_invoke_config(&me(), ("busy", None), &once);
    assert_eq!(verdict(busy), (409, "ResourceConflictException"));
    let before = active(&mut cloud, "f").revision_id;
    put(&mut cloud, json!({"MaximumRetryAttempts": 1})).unwrap();
    let after = get(&mut cloud, "f").revision_id;
    assert_ne!(before, after);
    let deleted = cloud.lambda_delete_function_event_invoke_config(&me(), FUNCTION);
    assert_eq!(deleted, Ok(()));
    assert_ne!(get(&mut cloud, "f").revision_id, after);
}

#[test]
fn a_bucket_gets_failures_only_and_bounds_are_kept() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let to = |when: &str| {
        let mut asked = json!({});
        asked["DestinationConfig"][when] = json!({"Destination": "arn:aws:s3:::bucket"});
        asked
    };
    assert!(put(&mut cloud, to("OnFailure")).is_ok());
    let refusal = refused(put(&mut cloud, to("OnSuccess")));
    assert_eq!(
        refusal.message,
        "The provided destination config DestinationConfig(onSuccess=OnSuccess(destination=arn:aws:s3:::bucket), onFailure=null) is invalid."
    );
    for wrong in [
        json!({"MaximumRetryAttempts": 3}),
        json!({"MaximumEventAgeInSeconds": 59}),
    ] {
        assert_eq!(
            verdict(put(&mut cloud, wrong)),
            (400, "ValidationException")
        );
    }
}

#[test]
fn an_update_changes_what_it_names() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let update = |cloud: &mut Cloud, asked: Value| {
        let asked = EventInvokeConfig::of(asked);
        cloud.lambda_update_function_event_invoke_config(&me(), FUNCTION, &asked)
    };
    let queue = json!({"Destination": "arn:aws:sqs:eu-west-1:111111111111:q"});
    let asked = json!({"MaximumRetryAttempts": 0, "DestinationConfig": {"OnFailure": queue}});
    put(&mut cloud, asked).unwrap();
    let now = update(&mut cloud, json!({"MaximumEventAgeInSeconds": 60})).unwrap();
    assert_eq!(now["MaximumRetryAttempts"], 0);
    assert_eq!(now["DestinationConfig"]["OnFailure"], queue);
    let now = update(
        &mut cloud,
        json!({"DestinationConfig": {"OnSuccess": queue}}),
    )
    .unwrap();
    assert_eq!(
        now["DestinationConfig"],
        json!({"OnSuccess": queue, "OnFailure": {}})
    );
    let nothing = refused(update(&mut cloud, json!({})));
    assert_eq!(nothing.code, "InvalidParameterValueException");
}

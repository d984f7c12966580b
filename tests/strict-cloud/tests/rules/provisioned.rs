//! Lambda: provisioned concurrency.

use serde_json::{Value, json};
use strict_cloud::lambda::{AliasConfig, Code, Page, UpdateFunctionCode};
use strict_cloud::{Answer, Cloud, Settings, StartFailure};

use crate::support::{active, archive, calm, cloud, get, me, publish, refused, settle, verdict};

const BUSY: (u16, &str) = (409, "ResourceConflictException");
const INVALID: (u16, &str) = (400, "InvalidParameterValueException");
const NONE: (u16, &str) = (404, "ProvisionedConcurrencyConfigNotFoundException");

fn put(cloud: &mut Cloud, qualifier: &str, executions: i64) -> Answer<Value> {
    let function = ("f", Some(qualifier));
    cloud.lambda_put_provisioned_concurrency_config(&me(), function, Some(executions))
}

fn shown(cloud: &mut Cloud, qualifier: &str) -> Value {
    let got = cloud.lambda_get_provisioned_concurrency_config(&me(), ("f", Some(qualifier)));
    got.unwrap()
}

/// Status, and how many are requested and allocated.
fn how_far(cloud: &mut Cloud, qualifier: &str) -> (String, i64, i64) {
    let shown = shown(cloud, qualifier);
    let number = |name: &str| shown.get(name).and_then(Value::as_i64).unwrap();
    assert_eq!(
        number("AllocatedProvisionedConcurrentExecutions"),
        number("AvailableProvisionedConcurrentExecutions")
    );
    (
        shown.get("Status").unwrap().as_str().unwrap().to_owned(),
        number("RequestedProvisionedConcurrentExecutions"),
        number("AllocatedProvisionedConcurrentExecutions"),
    )
}

fn far(status: &str, requested: i64, allocated: i64) -> (String, i64, i64) {
    (status.to_owned(), requested, allocated)
}

/// A function with versions 1 and 2, and an alias of the first, which has provisioned concurrency.
fn provisioned_alias(cloud: &mut Cloud) {
    active(cloud, "f");
    publish(cloud, "one");
    publish(cloud, "two");
    let live = AliasConfig::of(json!({"Name": "live", "FunctionVersion": "1"}));
    cloud.lambda_create_alias(&me(), "f", &live).unwrap();
    put(cloud, "live", 3).unwrap();
    settle(cloud);
}

fn point(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_update_alias(&me(), ("f", "live"), &AliasConfig::of(asked), None)
}

fn alias(cloud: &mut Cloud) -> Value {
    cloud.lambda_get_alias(&me(), "f", "live").unwrap()
}

fn weight(version: &str) -> Value {
    json!({"AdditionalVersionWeights": {version: 1.0}})
}

#[test]
fn it_is_in_progress_until_it_is_ready() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    publish(&mut cloud, "one");
    let revision = get(&mut cloud, "f").revision_id;
    put(&mut cloud, "1", 2).unwrap();
    assert_eq!(how_far(&mut cloud, "1"), far("IN_PROGRESS", 2, 0));
    settle(&mut cloud);
    assert_eq!(how_far(&mut cloud, "1"), far("READY", 2, 2));
    put(&mut cloud, "1", 5).unwrap();
    assert_eq!(
        how_far(&mut cloud, "1"),
        far("IN_PROGRESS", 5, 2),
        "what was there stays"
    );
    settle(&mut cloud);
    assert_eq!(how_far(&mut cloud, "1"), far("READY", 5, 5));
    let one = ("f", Some("1"));
    let deleted = cloud.lambda_delete_provisioned_concurrency_config(&me(), one);
    assert_eq!(deleted, Ok(()));
    let gone = cloud.lambda_get_provisioned_concurrency_config(&me(), one);
    assert_eq!(verdict(gone), NONE);
    assert_eq!(get(&mut cloud, "f").revision_id, revision, "nothing moved");
}

#[test]
fn what_does_not_start_fails_with_a_reason() {
    let failure = StartFailure {
        marker: "broken".into(),
        reason: "FUNCTION_ERROR_INIT_FAILURE".into(),
    };
    let settings = Settings {
        start_failures: vec![failure],
        ..calm()
    };
    let mut cloud = Cloud::new(7, settings);
    active(&mut cloud, "f");
    publish(&mut cloud, "broken");
    publish(&mut cloud, "mended");
    for version in ["1", "2"] {
        put(&mut cloud, version, 1).unwrap();
    }
    settle(&mut cloud);
    assert_eq!(how_far(&mut cloud, "1"), far("FAILED", 1, 0));
    assert_eq!(
        shown(&mut cloud, "1")["StatusReason"],
        "FUNCTION_ERROR_INIT_FAILURE"
    );
    assert_eq!(how_far(&mut cloud, "2"), far("READY", 1, 1));
    assert!(shown(&mut cloud, "2").get("StatusReason").is_none());
    assert!(put(&mut cloud, "1", 1).is_ok(), "it can be asked for again");
}

#[test]
fn it_follows_an_alias_and_the_version_before_gets_the_calls_until_it_is_there() {
    let mut cloud = cloud();
    provisioned_alias(&mut cloud);
    let moved = point(&mut cloud, json!({"FunctionVersion": "2"})).unwrap();
    assert_eq!(moved["FunctionVersion"], "2");
    assert_eq!(moved["RoutingConfig"], weight("1"));
    assert_eq!(alias(&mut cloud), moved);
    assert_eq!(how_far(&mut cloud, "live"), far("IN_PROGRESS", 3, 3));
    let refusal = refused(put(&mut cloud, "live", 4));
    assert_eq!((refusal.status, refusal.code), INVALID);
    assert_eq!(
        refusal.message,
        "Alias with weights can not be used with Provisioned Concurrency"
    );
    let one = cloud.lambda_delete_function(&me(), "f", Some("1"));
    assert_eq!(verdict(one), BUSY, "the version before is still needed");
    settle(&mut cloud);
    let settled = alias(&mut cloud);
    assert!(settled.get("RoutingConfig").is_none());
    assert_ne!(settled["RevisionId"], moved["RevisionId"]);
    assert_eq!(how_far(&mut cloud, "live"), far("READY", 3, 3));
    assert!(put(&mut cloud, "live", 4).is_ok());
    assert_eq!(cloud.lambda_delete_function(&me(), "f", Some("1")), Ok(204));
}

#[test]
fn where_it_cannot_follow_the_weight_stays_until_somebody_takes_it_away() {
    let mut cloud = cloud();
    provisioned_alias(&mut cloud);
    publish(&mut cloud, "three");
    cloud.settings_mut().start_failures = vec![StartFailure {
        marker: "two".into(),
        reason: "FUNCTION_ERROR_INIT_FAILURE".into(),
    }];
    point(&mut cloud, json!({"FunctionVersion": "2"})).unwrap();
    settle(&mut cloud);
    assert_eq!(how_far(&mut cloud, "live"), far("FAILED", 3, 0));
    assert_eq!(alias(&mut cloud)["RoutingConfig"], weight("1"));
    for (version, said) in [
        (
            "3",
            "Invalid alias configuration for Provisioned Concurrency",
        ),
        (
            "1",
            "Invalid function version 1. Function version 1 is already included in routing configuration.",
        ),
    ] {
        let refusal = refused(point(&mut cloud, json!({"FunctionVersion": version})));
        assert_eq!(refusal.message, said);
    }
    point(
        &mut cloud,
        json!({"FunctionVersion": "3", "RoutingConfig": {}}),
    )
    .unwrap();
    assert_eq!(alias(&mut cloud)["RoutingConfig"], weight("2"));
    settle(&mut cloud);
    assert_eq!(how_far(&mut cloud, "live"), far("READY", 3, 3));
    assert!(alias(&mut cloud).get("RoutingConfig").is_none());
}

#[test]
fn an_alias_without_it_moves_at_once() {
    let mut cloud = cloud();
    provisioned_alias(&mut cloud);
    point(&mut cloud, json!({"FunctionVersion": "2"})).unwrap();
    let live = ("f", Some("live"));
    cloud
        .lambda_delete_provisioned_concurrency_config(&me(), live)
        .unwrap();
    assert!(
        alias(&mut cloud).get("RoutingConfig").is_none(),
        "there is nothing to wait for"
    );
    let moved = point(&mut cloud, json!({"FunctionVersion": "1"})).unwrap();
    assert!(moved.get("RoutingConfig").is_none());
}

#[test]
fn an_alias_moves_only_to_what_it_could_be_provisioned_for() {
    let mut cloud = cloud();
    provisioned_alias(&mut cloud);
    put(&mut cloud, "2", 1).unwrap();
    let before = alias(&mut cloud);
    let own = point(&mut cloud, json!({"FunctionVersion": "2"}));
    assert_eq!(verdict(own), BUSY, "version 2 has its own");
    let latest = point(&mut cloud, json!({"FunctionVersion": "$LATEST"}));
    assert_eq!(verdict(latest), INVALID);
    assert_eq!(alias(&mut cloud), before);
}

#[test]
fn it_is_no_more_than_the_function_reserves_or_the_account_has_left() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    publish(&mut cloud, "one");
    publish(&mut cloud, "two");
    let reserve = |cloud: &mut Cloud, name: &str, number| {
        cloud.lambda_put_function_concurrency(&me(), name, Some(number))
    };
    reserve(&mut cloud, "f", 5).unwrap();
    put(&mut cloud, "1", 3).unwrap();
    assert_eq!(verdict(put(&mut cloud, "2", 3)), INVALID);
    assert!(put(&mut cloud, "2", 2).is_ok());
    let refusal = refused(reserve(&mut cloud, "f", 4));
    assert_eq!((refusal.status, refusal.code), INVALID);
    assert!(refusal.message.contains("[5]"), "{}", refusal.message);
    assert!(put(&mut cloud, "1", 1).is_ok(), "less is no new amount");
    cloud
        .lambda_delete_function_concurrency(&me(), "f")
        .unwrap();
    assert_eq!(verdict(put(&mut cloud, "1", 899)), INVALID);
    assert!(put(&mut cloud, "1", 898).is_ok());
    active(&mut cloud, "g");
    let other = reserve(&mut cloud, "g", 1);
    assert_eq!(verdict(other), INVALID, "f has what the account could give");
}

#[test]
fn a_version_must_be_active() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let request = UpdateFunctionCode {
        function_name: "f".into(),
        code: Some(Code::Zip(archive("2"))),
        publish: true,
        ..UpdateFunctionCode::default()
    };
    cloud.lambda_update_function_code(&me(), &request).unwrap();
    assert_eq!(verdict(put(&mut cloud, "1", 1)), BUSY);
    settle(&mut cloud);
    assert!(put(&mut cloud, "1", 1).is_ok());
}

#[test]
fn the_list_and_the_snapshot_have_what_is_there_and_versions_take_it_along() {
    let mut cloud = cloud();
    provisioned_alias(&mut cloud);
    put(&mut cloud, "2", 1).unwrap();
    let list = |cloud: &mut Cloud, max_items| {
        let page = Page {
            max_items,
            ..Page::default()
        };
        cloud.lambda_list_provisioned_concurrency_configs(&me(), "f", &page)
    };
    let all = list(&mut cloud, None).unwrap();
    let items = all["ProvisionedConcurrencyConfigs"].as_array().unwrap();
    let named: Vec<_> = items
        .iter()
        .map(|one| (one["FunctionArn"].as_str().unwrap(), &one["Status"]))
        .collect();
    let arn = "arn:aws:lambda:eu-west-1:111111111111:function:f";
    assert_eq!(
        named,
        [
            (format!("{arn}:2").as_str(), &json!("IN_PROGRESS")),
            (format!("{arn}:live").as_str(), &json!("READY"))
        ]
    );
    let first = list(&mut cloud, Some(1)).unwrap();
    assert!(first.get("NextMarker").is_some());
    let many = list(&mut cloud, Some(51));
    assert_eq!(verdict(many), (400, "ValidationException"));
    let held = |cloud: &Cloud| {
        let snapshot = cloud.snapshot("111111111111");
        let key = ("eu-west-1".to_owned(), "f".to_owned());
        json!(snapshot.lambda[&key].provisioned_concurrency)
    };
    assert_eq!(held(&cloud), json!({"2": 1, "live": 3}));
    cloud.lambda_delete_function(&me(), "f", Some("2")).unwrap();
    assert_eq!(held(&cloud), json!({"live": 3}));
}

#[test]
fn a_qualifier_must_be_sent() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let got = cloud.lambda_get_provisioned_concurrency_config(&me(), ("f", None));
    let refusal = refused(got);
    assert_eq!(
        refusal.message,
        "1 validation error detected: Value null at 'qualifier' failed to satisfy constraint: Member must not be null"
    );
}

//! Lambda: what an alias, or a version, has of its own.

use serde_json::{Value, json};
use strict_cloud::lambda::{AliasConfig, EventInvokeConfig, Permission, UrlConfig};
use strict_cloud::{Answer, Cloud};

use crate::support::{active, cloud, get, me, publish, verdict};

type Of = (&'static str, Option<&'static str>);

const FUNCTION: Of = ("f", None);
const VERSION: Of = ("f", Some("1"));
const LIVE: Of = ("f", Some("live"));
const OTHER: Of = ("f:other", None);
const NOT_FOUND: (u16, &str) = (404, "ResourceNotFoundException");

/// A function with a version, and two aliases of it.
fn aliased() -> Cloud {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    publish(&mut cloud, "one");
    alias(&mut cloud, "live");
    alias(&mut cloud, "other");
    cloud
}

fn alias(cloud: &mut Cloud, name: &str) {
    let asked = AliasConfig::of(json!({"Name": name, "FunctionVersion": "1"}));
    cloud.lambda_create_alias(&me(), "f", &asked).unwrap();
}

fn revision(cloud: &mut Cloud, alias: &str) -> Value {
    let got = cloud.lambda_get_alias(&me(), "f", alias).unwrap();
    got.get("RevisionId").cloned().unwrap()
}

fn open(cloud: &mut Cloud, of: Of, revision: Option<&str>) -> Answer<Value> {
    let asked = json!({"StatementId": "s", "Action": "lambda:InvokeFunction", "Principal": "*"});
    cloud.lambda_add_permission(&me(), of, &Permission::of(asked), revision)
}

fn url(cloud: &mut Cloud, of: Of) -> Answer<Value> {
    let public = UrlConfig::of(json!({"AuthType": "NONE"}));
    cloud.lambda_create_function_url_config(&me(), of, &public)
}

fn retry(cloud: &mut Cloud, of: Of) -> Answer<Value> {
    let once = EventInvokeConfig::of(json!({"MaximumRetryAttempts": 1}));
    cloud.lambda_put_function_event_invoke_config(&me(), of, &once)
}

/// Whether there are a URL, a policy and a configuration of events.
fn has(cloud: &mut Cloud, of: Of) -> [bool; 3] {
    [
        cloud.lambda_get_function_url_config(&me(), of).is_ok(),
        cloud.lambda_get_policy(&me(), of).is_ok(),
        cloud
            .lambda_get_function_event_invoke_config(&me(), of)
            .is_ok(),
    ]
}

#[test]
fn each_alias_has_its_own_and_takes_it_along() {
    let mut cloud = aliased();
    let first = url(&mut cloud, LIVE).unwrap();
    let second = url(&mut cloud, OTHER).unwrap();
    assert_ne!(first["FunctionUrl"], second["FunctionUrl"]);
    assert_eq!(
        second["FunctionArn"],
        "arn:aws:lambda:eu-west-1:111111111111:function:f:other"
    );
    let statement = open(&mut cloud, LIVE, None).unwrap();
    let statement = statement["Statement"].as_str().unwrap();
    assert!(statement.contains(":function:f:live\""), "{statement}");
    retry(&mut cloud, LIVE).unwrap();
    assert_eq!(has(&mut cloud, LIVE), [true; 3]);
    assert_eq!(has(&mut cloud, OTHER), [true, false, false]);
    assert_eq!(has(&mut cloud, FUNCTION), [false; 3]);
    cloud.lambda_delete_alias(&me(), "f", "live").unwrap();
    alias(&mut cloud, "live");
    assert_eq!(has(&mut cloud, LIVE), [false; 3]);
    assert_eq!(has(&mut cloud, OTHER), [true, false, false]);
}

#[test]
fn a_version_takes_along_what_it_has() {
    let mut cloud = aliased();
    publish(&mut cloud, "two");
    let second = ("f", Some("2"));
    open(&mut cloud, second, None).unwrap();
    retry(&mut cloud, second).unwrap();
    cloud.lambda_delete_function(&me(), "f", Some("2")).unwrap();
    let policy = cloud.lambda_get_policy(&me(), second);
    assert_eq!(verdict(policy), NOT_FOUND);
    let events = cloud.lambda_get_function_event_invoke_config(&me(), second);
    assert_eq!(verdict(events), NOT_FOUND);
}

#[test]
fn a_write_moves_the_revision_of_what_it_is_about_and_no_other() {
    let writes: [fn(&mut Cloud, Of); 3] = [
        |cloud, of| drop(open(cloud, of, None).unwrap()),
        |cloud, of| drop(url(cloud, of).unwrap()),
        |cloud, of| drop(retry(cloud, of).unwrap()),
    ];
    for write in writes {
        let mut cloud = aliased();
        let of_all = |cloud: &mut Cloud| {
            [
                json!(get(cloud, "f").revision_id),
                json!(get(cloud, "f:1").revision_id),
                revision(cloud, "live"),
                revision(cloud, "other"),
            ]
        };
        let before = of_all(&mut cloud);
        write(&mut cloud, LIVE);
        let after = of_all(&mut cloud);
        let moved: Vec<bool> = before.iter().zip(&after).map(|(a, b)| a != b).collect();
        assert_eq!(moved, [false, false, true, false]);
    }
}

#[test]
fn the_guard_of_a_policy_is_the_revision_that_it_shows() {
    for of in [FUNCTION, VERSION, LIVE] {
        let mut cloud = aliased();
        open(&mut cloud, of, None).unwrap();
        let policy = cloud.lambda_get_policy(&me(), of).unwrap();
        let shown = policy["RevisionId"].as_str();
        let stale = cloud.lambda_remove_permission(&me(), of, "s", Some("stale"));
        assert_eq!(verdict(stale), (412, "PreconditionFailedException"));
        let removed = cloud.lambda_remove_permission(&me(), of, "s", shown);
        assert_eq!(removed, Ok(()), "{of:?}");
    }
}

#[test]
fn a_url_is_an_aliases_and_no_versions() {
    let mut cloud = aliased();
    for of in [("f:1", None), ("f:none", None), ("f:$LATEST", None)] {
        assert_eq!(verdict(url(&mut cloud, of)), NOT_FOUND, "{of:?}");
    }
    let none = open(&mut cloud, ("f", Some("none")), None);
    assert_eq!(verdict(none), NOT_FOUND);
}

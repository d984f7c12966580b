//! Lambda: function URLs.

use std::time::Duration;

use serde_json::{Value, json};
use strict_cloud::lambda::UrlConfig;
use strict_cloud::{Answer, Cloud};

use crate::support::{active, cloud, get, me, new_function, refused, settle, verdict};

const FUNCTION: (&str, Option<&str>) = ("f", None);
const BUSY: (u16, &str) = (409, "ResourceConflictException");

fn create(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_create_function_url_config(&me(), FUNCTION, &UrlConfig::of(asked))
}

fn update(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_update_function_url_config(&me(), FUNCTION, &UrlConfig::of(asked))
}

/// AuthType, Cors and InvokeMode as GetFunctionUrlConfig shows them.
fn shown(cloud: &mut Cloud) -> Value {
    let got = cloud.lambda_get_function_url_config(&me(), FUNCTION);
    let mut got = got.unwrap();
    let fields = got.as_object_mut().unwrap();
    fields.retain(|name, _| ["AuthType", "Cors", "InvokeMode"].contains(&name.as_str()));
    got
}

#[test]
fn an_update_changes_what_it_names_and_cors_is_one_block() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let cors = json!({"AllowOrigins": ["https://a.example"], "MaxAge": 60});
    create(
        &mut cloud,
        json!({"AuthType": "NONE", "Cors": cors, "InvokeMode": "RESPONSE_STREAM"}),
    )
    .unwrap();
    let mode = json!("RESPONSE_STREAM");
    update(&mut cloud, json!({"AuthType": "AWS_IAM"})).unwrap();
    assert_eq!(
        shown(&mut cloud),
        json!({"AuthType": "AWS_IAM", "Cors": cors, "InvokeMode": mode})
    );
    update(
        &mut cloud,
        json!({"Cors": {"AllowMethods": ["GET"], "AllowHeaders": []}}),
    )
    .unwrap();
    assert_eq!(
        shown(&mut cloud),
        json!({"AuthType": "AWS_IAM", "Cors": {"AllowMethods": ["GET"]}, "InvokeMode": mode})
    );
    update(&mut cloud, json!({"Cors": {}})).unwrap();
    assert_eq!(
        shown(&mut cloud),
        json!({"AuthType": "AWS_IAM", "InvokeMode": mode})
    );
}

#[test]
fn each_url_is_another_and_stays_the_same_for_its_life() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let first = create(&mut cloud, json!({"AuthType": "NONE"})).unwrap();
    cloud.advance(Duration::from_secs(1));
    let updated = update(&mut cloud, json!({"AuthType": "AWS_IAM"})).unwrap();
    assert_eq!(first["FunctionUrl"], updated["FunctionUrl"]);
    assert_eq!(first["CreationTime"], updated["CreationTime"]);
    assert_ne!(updated["CreationTime"], updated["LastModifiedTime"]);
    cloud
        .lambda_delete_function_url_config(&me(), FUNCTION)
        .unwrap();
    let second = create(&mut cloud, json!({"AuthType": "NONE"})).unwrap();
    assert_ne!(first["FunctionUrl"], second["FunctionUrl"]);
    let url = first["FunctionUrl"].as_str().unwrap();
    assert!(url.ends_with(".lambda-url.eu-west-1.on.aws/"), "{url}");
}

#[test]
fn a_url_goes_with_its_function() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    create(&mut cloud, json!({"AuthType": "NONE"})).unwrap();
    cloud.lambda_delete_function(&me(), "f", None).unwrap();
    settle(&mut cloud);
    active(&mut cloud, "f");
    let got = cloud.lambda_get_function_url_config(&me(), FUNCTION);
    assert_eq!(verdict(got), (404, "ResourceNotFoundException"));
}

#[test]
fn every_write_moves_the_revision_and_needs_a_function_that_can_be_changed() {
    let mut cloud = cloud();
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    let public = || json!({"AuthType": "NONE"});
    assert_eq!(verdict(create(&mut cloud, public())), BUSY);
    assert_eq!(verdict(update(&mut cloud, public())), BUSY);
    let deleted = cloud.lambda_delete_function_url_config(&me(), FUNCTION);
    assert_eq!(verdict(deleted), BUSY);
    settle(&mut cloud);
    let mut revisions = vec![get(&mut cloud, "f").revision_id];
    create(&mut cloud, public()).unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    update(&mut cloud, public()).unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    cloud
        .lambda_delete_function_url_config(&me(), FUNCTION)
        .unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    revisions.dedup();
    assert_eq!(revisions.len(), 4);
}

#[test]
fn what_the_reference_forbids_is_refused() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let with = |cors: Value| json!({"AuthType": "NONE", "Cors": cors});
    let many = |number: usize| vec!["a"; number];
    let cases = [
        ("no AuthType", json!({})),
        ("another AuthType", json!({"AuthType": "ANY"})),
        (
            "another mode",
            json!({"AuthType": "NONE", "InvokeMode": "FAST"}),
        ),
        ("a negative age", with(json!({"MaxAge": -1}))),
        ("more than a day", with(json!({"MaxAge": 86_401}))),
        ("too many origins", with(json!({"AllowOrigins": many(101)}))),
        ("an empty origin", with(json!({"AllowOrigins": [""]}))),
        (
            "a long origin",
            with(json!({"AllowOrigins": ["a".repeat(254)]})),
        ),
        ("too many headers", with(json!({"AllowHeaders": many(101)}))),
        (
            "a long header",
            with(json!({"ExposeHeaders": ["a".repeat(1025)]})),
        ),
        (
            "a method that is none",
            with(json!({"AllowMethods": ["OPEN"]})),
        ),
        (
            "seven methods",
            with(json!({"AllowMethods": ["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE", "*"]})),
        ),
    ];
    for (case, asked) in cases {
        let refusal = refused(create(&mut cloud, asked));
        assert_eq!(
            (refusal.status, refusal.code),
            (400, "ValidationException"),
            "{case}: {}",
            refusal.message
        );
    }
}

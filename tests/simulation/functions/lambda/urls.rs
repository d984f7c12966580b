//! Function URLs: read where they are named, made, changed as a whole, and taken away.

use cloudfn::cloud::limit::Rates;
use strict_cloud::lambda::UrlConfig;
use strict_cloud::operation::lambda as op;

use super::*;
use crate::functions::alone_at;

const CREATE: &str = "CreateFunctionUrlConfig";
const READ: &str = "GetFunctionUrlConfig";
const UPDATE: &str = "UpdateFunctionUrlConfig";
const DELETE: &str = "DeleteFunctionUrlConfig";

fn reached(config: &Value) -> Value {
    spec(&json!({"functionUrlConfig": config}))
}

/// Callers with a right in AWS, and these pages.
fn closed(cors: &Value) -> Value {
    reached(&json!({"authType": "AWS_IAM", "cors": cors}))
}

fn url(alone: &Alone) -> Value {
    alone.function()["functionUrlConfig"].clone()
}

#[test]
fn a_url_that_nobody_names_is_neither_read_nor_touched() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        let theirs = UrlConfig::of(json!({"AuthType": "NONE"}));
        alone.others(|cloud, caller| {
            cloud
                .lambda_create_function_url_config(caller, (NAME, None), &theirs)
                .unwrap();
        });
        alone.done();
        alone.apply(&spec(&json!({"timeout": 30}))).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        assert_eq!(url(alone)["authType"], "NONE");
        assert_eq!(alone.status()["functionUrl"], Value::Null);
    });
}

#[test]
fn it_is_made_changed_and_taken_away_with_one_write_each_and_the_status_says_where_it_is() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&closed(
                &json!({"allowOrigins": ["https://a.example"], "maxAge": 60}),
            ))
            .await;
        assert_eq!(alone.done(), ["CreateFunction", CREATE]);
        let place = alone.status()["functionUrl"].clone();
        assert!(place.as_str().unwrap().starts_with("https://"), "{place}");
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        // Cors is one block: what it omits is empty.
        alone
            .apply(&closed(&json!({"allowMethods": ["GET"]})))
            .await;
        assert_eq!(alone.calls(), ["GetFunction", READ, UPDATE]);
        assert_eq!(url(alone)["maxAge"], 0);
        assert_eq!(url(alone)["allowOrigins"], json!([]));
        assert_eq!(url(alone)["allowMethods"], json!(["GET"]));
        alone.apply(&reached(&json!({"authType": "AWS_IAM"}))).await;
        assert_eq!(alone.done(), [UPDATE]);
        assert_eq!(url(alone)["allowMethods"], json!([]));
        assert_eq!(alone.status()["functionUrl"], place, "it stays where it is");

        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, DELETE]);
        assert_eq!(url(alone), Value::Null);
        assert_eq!(alone.status()["functionUrl"], Value::Null);
        // A second observation confirms it; then it is nobody's.
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn the_order_in_a_list_and_what_is_empty_make_no_difference() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&closed(
                &json!({"allowMethods": ["PUT", "GET"], "allowHeaders": ["b", "a"]}),
            ))
            .await;
        alone.done();
        let same = json!({
            "allowMethods": ["GET", "PUT", "GET"], "allowHeaders": ["a", "b"], "allowOrigins": [], "allowCredentials": false, "maxAge": 0,
        });
        alone.apply(&closed(&same)).await;
        assert_eq!(alone.done(), Vec::<&str>::new());
    });
}

#[test]
fn an_outside_edit_is_repaired() {
    regional(async |alone: &mut Alone| {
        alone.apply(&closed(&json!({"maxAge": 60}))).await;
        let asked = url(alone);
        let theirs = UrlConfig::of(json!({"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}));
        alone.others(|cloud, caller| {
            cloud
                .lambda_update_function_url_config(caller, (NAME, None), &theirs)
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!((alone.done(), url(alone)), (vec![UPDATE], asked.clone()));
        let before = alone.status()["functionUrl"].clone();
        alone.others(|cloud, caller| {
            cloud
                .lambda_delete_function_url_config(caller, (NAME, None))
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!((alone.done(), url(alone)), (vec![CREATE], asked));
        assert_ne!(
            alone.status()["functionUrl"],
            before,
            "the cloud makes another"
        );
    });
}

#[test]
fn a_url_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_FUNCTION_URL_CONFIG));
        alone.apply(&closed(&json!({}))).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(
            message.contains("allow lambda:GetFunctionUrlConfig"),
            "{message}"
        );
        alone.done();
        let mut edited = closed(&json!({}));
        edited["timeout"] = json!(30);
        alone.apply(&edited).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
    });
}

#[test]
fn three_parts_are_read_in_one_check_where_the_budget_has_one_call_at_a_time() {
    let slow = Rates {
        lambda: 1.0,
        ..Rates::default()
    };
    alone_at(Kind::Lambda, slow, async |alone: &mut Alone| {
        let both = json!({"recursiveLoop": "Terminate", "functionUrlConfig": {"authType": "NONE"}});
        alone.apply(&spec(&both)).await;
        alone.done();
        for _ in 0..3 {
            alone.check().await;
            assert_eq!(
                alone.calls(),
                [
                    "GetFunction",
                    READ,
                    "GetPolicy",
                    "GetFunctionRecursionConfig"
                ]
            );
        }
    });
}

#[test]
fn no_version_is_published_for_it() {
    regional(async |alone: &mut Alone| {
        let publishing = |mode: &str| {
            spec(
                &json!({"publish": true, "functionUrlConfig": {"authType": "NONE", "invokeMode": mode}}),
            )
        };
        alone.apply(&publishing("BUFFERED")).await;
        assert_eq!(alone.versions(), 1);
        alone.done();
        alone.apply(&publishing("RESPONSE_STREAM")).await;
        assert_eq!(alone.done(), [UPDATE]);
    });
}

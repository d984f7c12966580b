//! Whatever the spec was, the function becomes what the spec is.

use strict_cloud::Tags;

use super::*;
use crate::functions::every_edit_ends_where_a_create_would;

#[test]
fn every_edit_ends_where_a_create_would_in_eleven_writes_at_most() {
    every_edit_ends_where_a_create_would(Kind::Lambda, prepare, &variants(), 11);
}

#[test]
fn a_create_is_one_write_and_so_is_a_change() {
    regional(async |alone: &mut Alone| {
        let timeout = |seconds| spec(&json!({"timeout": seconds, "tags": {"a": "1"}}));
        alone.apply(&timeout(4)).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        alone.apply(&timeout(5)).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
    });
}

/// A field, and how somebody changes it by hand.
type Edit = (&'static str, fn(&Alone));

#[test]
fn an_outside_edit_of_what_the_spec_names_is_repaired_and_makes_no_version() {
    let named = spec(&json!({
        "description": "d", "timeout": 10, "memorySize": 256, "architectures": ["x86_64"], "tags": {"team": "shop"}, "publish": true,
        "environment": {"variables": {"LEVEL": format!("{SENTINEL}-info")}},
    }));
    let edits: [Edit; 10] = [
        ("runtime", |alone| {
            alone.configure_outside(json!({"Runtime": "python3.12"}));
        }),
        ("handler", |alone| {
            alone.configure_outside(json!({"Handler": "other.handler"}));
        }),
        ("role", |alone| {
            let other = format!("arn:aws:iam::{ACCOUNT}:role/other");
            alone.configure_outside(json!({"Role": other}));
        }),
        ("description", |alone| {
            alone.configure_outside(json!({"Description": ""}));
        }),
        ("timeout", |alone| {
            alone.configure_outside(json!({"Timeout": 900}));
        }),
        ("memory", |alone| {
            alone.configure_outside(json!({"MemorySize": 128}));
        }),
        ("environment", |alone| {
            alone.configure_outside(json!({"Environment": {"Variables": {}}}));
        }),
        ("instruction set", |alone| {
            alone.deploy_outside("def handler(event, context):\n    return 1\n", "arm64");
        }),
        ("code", |alone| alone.deploy_outside("pass", "x86_64")),
        ("a tag", |alone| {
            alone.others(|cloud, caller| {
                let function = cloud.lambda_get_function(caller, NAME, None).unwrap();
                let arn = function.configuration.function_arn;
                cloud
                    .lambda_untag_resource(caller, &arn, &["team".to_owned()])
                    .unwrap();
            });
        }),
    ];
    for (field, edit) in edits {
        regional(async |alone: &mut Alone| {
            alone.apply(&named).await;
            let (wanted, versions) = (alone.function(), alone.versions());
            edit(alone);
            assert_ne!(alone.function(), wanted, "{field}");
            alone.check().await;
            assert_eq!(alone.function(), wanted, "{field}");
            assert_eq!(
                alone.versions(),
                versions,
                "{field}: what was repaired is no change"
            );
        });
    }
}

#[test]
fn an_outside_edit_of_what_the_spec_does_not_name_is_left() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        alone.configure_outside(json!({"Timeout": 77}));
        alone.others(|cloud, caller| {
            let function = cloud.lambda_get_function(caller, NAME, None).unwrap();
            let arn = function.configuration.function_arn;
            let tags = Tags::from([("cost-center".to_owned(), "42".to_owned())]);
            cloud.lambda_tag_resource(caller, &arn, &tags).unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [""; 0]);
        let function = alone.function();
        assert_eq!(
            (&function["timeout"], &function["tags"]["cost-center"]),
            (&json!(77), &json!("42"))
        );
    });
}

#[test]
fn with_the_status_lost_nothing_is_written_and_nothing_taken_away() {
    for spec in variants() {
        if spec["publish"] == true {
            continue;
        }
        regional(async |alone: &mut Alone| {
            alone.apply(&spec).await;
            alone.stop().await;
            alone.lose_status();
            alone.done();
            alone.check().await;
            assert_eq!(alone.condition("Ready"), "True/Available", "{spec}");
            assert_eq!(alone.done(), [""; 0], "{spec}");
        });
    }
}

#[test]
fn a_deletion_is_one_write_and_what_is_gone_is_as_good() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        alone.done();
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
        assert_eq!(alone.function(), Value::Null);
    });
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        alone.calls();
        alone.stage.act(&Act::Delete(0));
        alone.call("GetFunction", 1).await;
        alone.settings(|settings| {
            settings.delete_takes = strict_cloud::Between::exactly(std::time::Duration::ZERO);
        });
        alone.outside(Outside::Delete);
        alone.gone().await;
        let calls = alone.calls();
        assert_eq!(calls[..2], ["GetFunction", "DeleteFunction"], "{calls:?}");
    });
}

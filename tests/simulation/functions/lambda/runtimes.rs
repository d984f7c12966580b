//! Runtime management: written where it differs, and back to `Auto` once the spec drops it.

use strict_cloud::lambda::RuntimeManagement;
use strict_cloud::operation::lambda as op;

use super::*;
use crate::schedule::runtime_version;

const READ: &str = "GetRuntimeManagementConfig";
const PUT: &str = "PutRuntimeManagementConfig";

fn managed(config: &Value) -> Value {
    spec(&json!({"runtimeManagementConfig": config}))
}

fn pinned(number: u8) -> Value {
    managed(&json!({"updateRuntimeOn": "Manual", "runtimeVersionArn": runtime_version(number)}))
}

fn now(alone: &Alone) -> Value {
    alone.function()["runtimeManagementConfig"].clone()
}

#[test]
fn it_is_written_where_it_differs_and_goes_back_to_auto() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&managed(&json!({"updateRuntimeOn": "Auto"})))
            .await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        alone.apply(&pinned(1)).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, PUT]);
        assert_eq!(
            now(alone),
            json!({"updateRuntimeOn": "Manual", "runtimeVersionArn": runtime_version(1)})
        );
        alone.apply(&pinned(2)).await;
        assert_eq!(alone.done(), [PUT]);

        let theirs = RuntimeManagement::of(json!({"UpdateRuntimeOn": "FunctionUpdate"}));
        alone.others(|cloud, caller| {
            cloud
                .lambda_put_runtime_management_config(caller, NAME, &theirs)
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [PUT]);
        assert_eq!(now(alone)["runtimeVersionArn"], runtime_version(2));

        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.done(), [PUT]);
        assert_eq!(now(alone)["updateRuntimeOn"], "Auto");
        alone.check().await;
        alone.calls();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn a_version_has_the_runtime_that_is_wanted_and_none_is_published_for_it_alone() {
    regional(async |alone: &mut Alone| {
        let with = |number: u8| {
            let mut spec = pinned(number);
            spec["publish"] = json!(true);
            spec
        };
        alone.apply(&with(1)).await;
        assert_eq!(alone.done(), ["CreateFunction", PUT, "PublishVersion"]);
        alone.apply(&with(2)).await;
        assert_eq!(alone.done(), [PUT]);
    });
}

#[test]
fn one_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_RUNTIME_MANAGEMENT_CONFIG));
        alone.apply(&pinned(1)).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(
            message.contains("allow lambda:GetRuntimeManagementConfig"),
            "{message}"
        );
        alone.delete().await;
        assert_eq!(alone.done(), ["CreateFunction", "DeleteFunction"]);
    });
}

//! Names for versions, and which versions stay.

use strict_cloud::lambda::{AliasConfig, Page};
use strict_cloud::operation::lambda as op;
use strict_cloud::{Cloud, StartFailure};

use super::*;
use crate::aliases;

const READ: &str = "ListAliases";
const CREATE: &str = "CreateAlias";
const UPDATE: &str = "UpdateAlias";
const PUBLISH: &str = "PublishVersion";
const CONFIGURE: &str = "UpdateFunctionConfiguration";

/// A spec with these aliases, of which each `timeout` makes a version.
fn named(aliases: &Value, timeout: i32) -> Value {
    spec(&json!({"publish": true, "aliases": aliases, "timeout": timeout}))
}

fn keeping(aliases: &Value, timeout: i32, keep: i32) -> Value {
    let mut spec = named(aliases, timeout);
    spec["keepVersions"] = json!(keep);
    spec
}

/// The alias's version, and the shares of others.
fn of(alone: &Alone, alias: &str) -> (Value, Value) {
    let found = &alone.function()["aliases"][alias];
    (found["version"].clone(), found["weights"].clone())
}

fn own_versions(alone: &Alone) -> Value {
    let listed = alone.others(|cloud, caller| {
        cloud.lambda_list_versions_by_function(caller, NAME, &Page::default())
    });
    json!(aliases::ours(&listed.unwrap().items))
}

fn somebody_names(alone: &mut Alone, alias: &str, version: &str) {
    let theirs = AliasConfig::of(json!({"Name": alias, "FunctionVersion": version}));
    alone.others(|cloud, caller| {
        cloud.lambda_create_alias(caller, NAME, &theirs).unwrap();
    });
    alone.done();
}

#[test]
fn aliases_that_nobody_names_are_neither_read_nor_touched() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        somebody_names(alone, "theirs", "$LATEST");
        alone.apply(&spec(&json!({"timeout": 30}))).await;
        assert_eq!(alone.done(), [CONFIGURE]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        let live = json!([{"name": "live", "functionVersion": "$LATEST"}]);
        alone.apply(&spec(&json!({"aliases": live}))).await;
        assert_eq!(alone.done(), [CONFIGURE, CREATE]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.done(), ["DeleteAlias"]);
        assert_eq!(of(alone, "theirs").0, "$LATEST");
        // A second observation confirms it; then it is nobody's.
        alone.check().await;
        alone.calls();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn each_follows_its_version_in_one_call_after_it() {
    let aliases = json!([
        {"name": "live", "routingConfig": {"additionalVersionWeights": {"previous": 0.25}}},
        {"name": "before", "functionVersion": "previous"},
        {"name": "first", "functionVersion": "1"},
    ]);
    regional(async |alone: &mut Alone| {
        alone.apply(&named(&aliases, 3)).await;
        assert_eq!(
            alone.done(),
            ["CreateFunction", PUBLISH, CREATE, CREATE, CREATE]
        );
        assert_eq!(
            of(alone, "live"),
            (json!("1"), json!({})),
            "there is none before"
        );
        assert_eq!(of(alone, "before").0, "1");
        alone.apply(&named(&aliases, 4)).await;
        assert_eq!(alone.done(), [CONFIGURE, PUBLISH, UPDATE]);
        assert_eq!(of(alone, "live"), (json!("2"), json!({"1": 0.25})));
        alone.apply(&named(&aliases, 5)).await;
        assert_eq!(alone.done(), [CONFIGURE, PUBLISH, UPDATE, UPDATE]);
        assert_eq!(of(alone, "live"), (json!("3"), json!({"2": 0.25})));
        assert_eq!(
            (of(alone, "before").0, of(alone, "first").0),
            (json!("2"), json!("1"))
        );
        let shown = &alone.status()["aliases"];
        assert_eq!(shown[2]["name"], "live");
        assert_eq!(shown[2]["functionVersion"], "3");
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
    });
}

#[test]
fn an_outside_edit_is_repaired() {
    let aliases = json!([{"name": "live", "description": "calls"}]);
    regional(async |alone: &mut Alone| {
        alone.apply(&named(&aliases, 3)).await;
        let theirs = AliasConfig::of(json!({"FunctionVersion": "$LATEST", "Description": ""}));
        alone.others(|cloud, caller| {
            let moved = cloud.lambda_update_alias(caller, (NAME, "live"), &theirs, None);
            moved.unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [UPDATE]);
        assert_eq!(of(alone, "live").0, "1");
        alone.others(|cloud, caller| cloud.lambda_delete_alias(caller, NAME, "live").unwrap());
        alone.check().await;
        assert_eq!(alone.done(), [CREATE]);
    });
}

#[test]
fn a_lost_status_moves_no_alias() {
    let aliases = json!([{"name": "live"}, {"name": "before", "functionVersion": "previous"}]);
    regional(async |alone: &mut Alone| {
        for timeout in [3, 4] {
            alone.apply(&named(&aliases, timeout)).await;
        }
        alone.done();
        alone.stop().await;
        alone.lose_status();
        alone.check().await;
        // Publishing the same twice gives the same version.
        assert_eq!(alone.done(), [PUBLISH]);
        assert_eq!(
            (of(alone, "live").0, of(alone, "before").0),
            (json!("2"), json!("1"))
        );
    });
}

#[test]
fn a_version_that_is_not_there_is_named_and_a_followed_one_is_published_anew() {
    regional(async |alone: &mut Alone| {
        let seventh = json!([{"name": "live", "functionVersion": "7"}]);
        alone.apply(&named(&seventh, 3)).await;
        assert_eq!(alone.condition("Stalled"), "True/Rejected");
        let message = alone.message();
        assert!(
            message.contains("the function has no version 7, which the alias live asks for"),
            "{message}"
        );
        alone
            .apply(&named(
                &json!([{"name": "live", "functionVersion": "1"}]),
                3,
            ))
            .await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        // Somebody deletes the version that an alias is about to follow.
        alone.apply(&named(&json!([]), 3)).await;
        alone.others(|cloud, caller| {
            cloud
                .lambda_delete_function(caller, NAME, Some("1"))
                .unwrap();
        });
        alone.done();
        alone.apply(&named(&json!([{"name": "live"}]), 3)).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(alone.done(), [PUBLISH, CREATE]);
        assert_eq!(of(alone, "live").0, "2");
    });
}

#[test]
fn old_versions_of_our_own_go_unless_something_uses_them() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&keeping(&json!([{"name": "live"}]), 3, 2))
            .await;
        alone
            .apply(&keeping(&json!([{"name": "live"}]), 4, 2))
            .await;
        somebody_names(alone, "theirs", "1");
        alone
            .apply(&keeping(&json!([{"name": "live"}]), 5, 2))
            .await;
        let reads = [
            "ListVersionsByFunction",
            "ListProvisionedConcurrencyConfigs",
        ];
        let calls = alone.calls();
        assert!(
            reads
                .iter()
                .all(|read| calls.iter().any(|call| call == read)),
            "{calls:?}"
        );
        assert_eq!(
            own_versions(alone),
            json!([1, 2, 3]),
            "the first has an alias"
        );
        alone
            .apply(&keeping(&json!([{"name": "live"}]), 6, 2))
            .await;
        assert_eq!(alone.done(), [CONFIGURE, PUBLISH, UPDATE, "DeleteFunction"]);
        assert_eq!(own_versions(alone), json!([1, 3, 4]));
        alone.check().await;
        assert_eq!(
            alone.calls(),
            ["GetFunction", READ],
            "nothing is looked for twice"
        );
        // Versions of others are none of ours.
        alone.others(|cloud, caller| {
            let theirs = lambda::PublishVersion {
                function_name: NAME.to_owned(),
                ..Default::default()
            };
            cloud.lambda_delete_alias(caller, NAME, "theirs").unwrap();
            cloud.lambda_publish_version(caller, &theirs).unwrap();
        });
        alone
            .apply(&keeping(&json!([{"name": "live"}]), 7, 1))
            .await;
        assert_eq!(own_versions(alone), json!([4, 5]), "and the one before");
        assert_eq!(of(alone, "live").0, "5");
    });
}

#[test]
fn fewer_are_kept_at_once_and_without_a_right_nothing_goes() {
    regional(async |alone: &mut Alone| {
        for timeout in [3, 4, 5] {
            alone.apply(&named(&json!([]), timeout)).await;
        }
        alone.cloud(|cloud| cloud.deny(None, op::LIST_PROVISIONED_CONCURRENCY_CONFIGS));
        alone.done();
        alone.apply(&keeping(&json!([]), 5, 1)).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(
            message.contains("allow lambda:ListProvisionedConcurrencyConfigs"),
            "{message}"
        );
        assert_eq!(alone.done(), Vec::<&str>::new());
        alone.cloud(Cloud::allow_all);
        alone.check().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
        assert_eq!(own_versions(alone), json!([2, 3]), "and the one before");
    });
}

fn providing(number: Option<i32>, timeout: i32, reserved: Option<i32>) -> Value {
    let mut alias = json!({"name": "live"});
    if let Some(number) = number {
        alias["provisionedConcurrentExecutions"] = json!(number);
    }
    let mut spec = named(&json!([alias]), timeout);
    if let Some(reserved) = reserved {
        spec["reservedConcurrentExecutions"] = json!(reserved);
    }
    spec
}

fn provided(alone: &Alone) -> Value {
    alone.function()["provisioned"].clone()
}

const PROVIDE: &str = "PutProvisionedConcurrencyConfig";
const WITHDRAW: &str = "DeleteProvisionedConcurrencyConfig";
const RESERVE: &str = "PutFunctionConcurrency";

#[test]
fn environments_are_kept_ready_and_follow_the_alias_in_no_call_of_their_own() {
    regional(async |alone: &mut Alone| {
        alone.apply(&providing(Some(2), 3, None)).await;
        assert_eq!(alone.done(), ["CreateFunction", PUBLISH, CREATE, PROVIDE]);
        assert_eq!(provided(alone), json!({"live": 2}), "Ready waits for them");
        alone.apply(&providing(Some(2), 4, None)).await;
        assert_eq!(alone.done(), [CONFIGURE, PUBLISH, UPDATE]);
        assert_eq!(
            of(alone, "live"),
            (json!("2"), json!({})),
            "the shift is over"
        );
        assert_eq!(
            alone.status()["aliases"][0]["provisionedConcurrency"]["status"],
            "READY"
        );
        // The function may not reserve less than it provides.
        alone.apply(&providing(Some(5), 4, Some(9))).await;
        assert_eq!(alone.done(), [RESERVE, PROVIDE]);
        alone.apply(&providing(Some(1), 4, Some(3))).await;
        assert_eq!(alone.done(), [PROVIDE, RESERVE]);
        alone.check().await;
        assert_eq!(
            alone.calls(),
            ["GetFunction", READ, "ListProvisionedConcurrencyConfigs"]
        );
        alone.others(|cloud, caller| {
            let live = (NAME, Some("live"));
            cloud
                .lambda_delete_provisioned_concurrency_config(caller, live)
                .unwrap();
        });
        alone.check().await;
        assert_eq!(alone.done(), [PROVIDE]);
        alone.apply(&providing(None, 4, Some(3))).await;
        assert_eq!(alone.done(), [WITHDRAW]);
        assert_eq!(provided(alone), json!({}));
        alone.check().await;
        alone.calls();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
    });
}

/// The role of what does not start.
const BROKEN: &str = "broken";

fn with_role(mut spec: Value, role: &str) -> Value {
    spec["role"] = json!(format!("arn:aws:iam::{ACCOUNT}:role/{role}"));
    spec
}

fn breaks(alone: &Alone) {
    alone.settings(|settings| {
        settings.start_failures = vec![StartFailure {
            marker: BROKEN.to_owned(),
            reason: "FUNCTION_ERROR_INIT_FAILURE".to_owned(),
        }];
    });
}

#[test]
fn concurrency_that_cannot_be_provided_is_told_and_the_calls_stay_where_they_are() {
    let with = |role: &str| with_role(providing(Some(2), 3, None), role);
    regional(async |alone: &mut Alone| {
        breaks(alone);
        alone.apply(&with("one")).await;
        alone.apply(&with(BROKEN)).await;
        assert_eq!(alone.condition("Stalled"), "True/UpdateFailed");
        let message = alone.message();
        assert!(message.contains("FUNCTION_ERROR_INIT_FAILURE"), "{message}");
        assert_eq!(of(alone, "live"), (json!("2"), json!({"1": 1.0})));
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), Vec::<&str>::new());
        // The message's advice is followed.
        alone.apply(&with("three")).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(of(alone, "live"), (json!("3"), json!({})));
    });
}

#[test]
fn an_alias_moves_to_a_version_with_a_snapshot_once_it_starts_and_to_none_that_does_not() {
    let snapped = |role: &str| {
        let mut spec = named(&json!([{"name": "live"}]), 3);
        spec["snapStart"] = json!({"applyOn": "PublishedVersions"});
        with_role(spec, role)
    };
    regional(async |alone: &mut Alone| {
        breaks(alone);
        alone.apply(&snapped("one")).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(of(alone, "live").0, "1");
        assert_eq!(alone.status()["latestVersionState"], "Active");
        alone.done();
        alone.apply(&snapped(BROKEN)).await;
        assert_eq!(alone.condition("Stalled"), "True/UpdateFailed");
        let message = alone.message();
        let failed = "AWS Lambda failed to start version 2 (FUNCTION_ERROR_INIT_FAILURE)";
        assert!(message.contains(failed), "{message}");
        assert_eq!(of(alone, "live").0, "1", "what works goes on");
        assert_eq!(alone.status()["latestVersionState"], "Failed");
        assert_eq!(alone.done(), [CONFIGURE, PUBLISH]);
        alone.apply(&snapped("three")).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(of(alone, "live").0, "3");
    });
}

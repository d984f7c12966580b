//! Versions, their names, and which of them stay, through the binary.

use serde_json::{Value, json};
use strict_cloud::lambda::{AliasConfig, Page};
use strict_cloud::operation::lambda as op;

use super::Strict;
use super::parts::NAME;

/// A spec with these aliases, of which each `timeout` makes a version.
fn naming(aliases: &Value, timeout: i32) -> Value {
    json!({"publish": true, "keepVersions": 2, "aliases": aliases, "timeout": timeout})
}

/// The versions that there are.
fn versions(stage: &Strict) -> Vec<String> {
    let somebody = stage.somebody();
    let listed = stage
        .cloud(|cloud| cloud.lambda_list_versions_by_function(&somebody, NAME, &Page::default()));
    let items = listed.expect("a list").items.into_iter();
    let numbers = items.map(|version| version.version);
    numbers.filter(|version| version != "$LATEST").collect()
}

#[tokio::test]
async fn aliases_follow_each_version_and_old_ones_go_unless_something_uses_them() {
    // Slower than the quota of the cloud, which would refuse a call now and then.
    let stage = Strict::start("aliases", &["--lambda-rate=5"]).await;
    let writes = [
        op::PUBLISH_VERSION,
        op::CREATE_ALIAS,
        op::UPDATE_ALIAS,
        op::DELETE_ALIAS,
    ];
    let shown = |name: &str| {
        let aliases = stage.function().expect("a function").aliases;
        aliases.get(name).map(|alias| json!(alias.0))
    };
    let canary = json!([
        {"name": "live", "description": "calls", "routingConfig": {"additionalVersionWeights": {"previous": 0.25}}},
    ]);
    stage.worker(naming(&canary, 10)).await;
    assert_eq!(stage.counts(writes), [1, 1, 0, 0]);
    let first = json!({"FunctionVersion": "1", "Description": "calls"});
    assert_eq!(shown("live"), Some(first), "there is none before");

    let somebody = stage.somebody();
    let theirs = AliasConfig::of(json!({"Name": "theirs", "FunctionVersion": "1"}));
    stage.cloud(|cloud| {
        let made = cloud.lambda_create_alias(&somebody, NAME, &theirs);
        made.expect("a right request");
    });
    for timeout in [11, 12, 13] {
        stage.worker(naming(&canary, timeout)).await;
    }
    let live = shown("live").expect("an alias");
    assert_eq!(live["FunctionVersion"], "4");
    assert_eq!(
        live["RoutingConfig"]["AdditionalVersionWeights"],
        json!({"3": 0.25})
    );
    assert_eq!(
        versions(&stage),
        ["1", "3", "4"],
        "the first has an alias of others"
    );

    // Somebody moves it.
    let moved = AliasConfig::of(json!({"FunctionVersion": "1"}));
    stage.cloud(|cloud| {
        let moved = cloud.lambda_update_alias(&somebody, (NAME, "live"), &moved, None);
        moved.expect("a right request");
    });
    stage.looked("after an edit").await;
    assert_eq!(shown("live"), Some(live));

    stage.worker(json!({"publish": true, "timeout": 13})).await;
    assert_eq!(shown("live"), None);
    assert_eq!(
        shown("theirs").map(|alias| alias["FunctionVersion"].clone()),
        Some(json!("1"))
    );
    let reads = stage.count(op::LIST_ALIASES);
    stage.looked("once it is confirmed").await;
    stage.looked("once it is nobody's").await;
    assert!(stage.count(op::LIST_ALIASES) <= reads + 1);
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn environments_are_kept_ready_for_an_alias_and_follow_it() {
    let stage = Strict::start("provisioned", &["--lambda-rate=5"]).await;
    let writes = [
        op::PUT_PROVISIONED_CONCURRENCY_CONFIG,
        op::DELETE_PROVISIONED_CONCURRENCY_CONFIG,
        op::UPDATE_ALIAS,
    ];
    let provided = || {
        stage
            .function()
            .expect("a function")
            .provisioned_concurrency
    };
    let live = |number: i32| json!([{"name": "live", "provisionedConcurrentExecutions": number}]);
    let first = stage.worker(naming(&live(2), 10)).await;
    let shown = &first["aliases"][0]["provisionedConcurrency"];
    assert_eq!(*shown, json!({"requested": 2, "status": "READY"}));
    assert_eq!(stage.counts(writes), [1, 0, 0]);
    stage.worker(naming(&live(2), 11)).await;
    assert_eq!(stage.counts(writes), [1, 0, 1], "it follows by itself");
    assert_eq!(provided().get("live"), Some(&2));

    let somebody = stage.somebody();
    stage.cloud(|cloud| {
        let live = (NAME, Some("live"));
        let changed = cloud.lambda_put_provisioned_concurrency_config(&somebody, live, Some(1));
        changed.expect("a right request");
    });
    stage.looked("after an edit").await;
    assert_eq!(provided().get("live"), Some(&2));
    let plain = json!([{"name": "live"}]);
    stage.worker(naming(&plain, 11)).await;
    assert_eq!(provided().get("live"), None);
    stage.goes().await;
    stage.end().await;
}

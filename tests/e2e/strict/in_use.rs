//! Deleting a function that a distribution uses.

use cloudfn_bed::condition;
use serde_json::json;
use strict_cloud::operation::cloudfront as cf;

use super::Strict;
use crate::support::{CFF, TIMEOUT, cff, javascript};

#[tokio::test]
async fn a_deletion_names_the_distributions_that_block_it_and_ends_when_they_let_go() {
    let stage = Strict::start("in-use", &[]).await;
    let account = stage.tenant.account().to_owned();
    stage
        .tenant
        .apply(cff("edge", &javascript("1"), json!({})))
        .await;
    stage.tenant.wait_ready(CFF, "edge", TIMEOUT).await;
    stage.cloud(|cloud| {
        cloud
            .put_distribution(&account, "E2SECOND", &["edge"])
            .expect("LIVE");
        cloud
            .put_distribution(&account, "E1FIRST", &["edge"])
            .expect("LIVE");
        cloud
            .put_distribution(&account, "E3OTHER", &[])
            .expect("nothing");
    });
    stage.tenant.delete(CFF, "edge").await;
    let object = stage
        .tenant
        .wait_reason(CFF, "edge", "Ready", "DeletionBlocked", TIMEOUT)
        .await;
    let said = condition(&object, "Ready")
        .and_then(|ready| ready["message"].as_str())
        .unwrap_or_default()
        .to_owned();
    assert!(
        said.ends_with("(used by E1FIRST, E2SECOND; take it off their cache behaviors)"),
        "{said}"
    );
    let told = stage
        .tenant
        .wait_events(1, |line| line.contains("DeletionBlocked"), TIMEOUT)
        .await;
    assert!(told.len() == 1 && told[0].contains("E1FIRST"), "{told:?}");
    assert_eq!(stage.count(cf::LIST_DISTRIBUTIONS), 1);

    stage.cloud(|cloud| {
        cloud.remove_distribution(&account, "E1FIRST");
        cloud.remove_distribution(&account, "E2SECOND");
    });
    // It would end by itself within half a minute.
    stage
        .tenant
        .patch(
            CFF,
            "edge",
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": "1"}}}),
        )
        .await;
    stage.tenant.wait_gone(CFF, "edge", TIMEOUT).await;
    assert_eq!(
        stage.cloud(|cloud| cloud.functions(&account)),
        Vec::<String>::new()
    );
    stage.end().await;
}

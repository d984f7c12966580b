//! The whole operator against the strict cloud: SDK, signatures and wire forms as AWS has them.
//!
//! The emulator of the other tests is kinder than AWS (no 409 while an update runs, a RevisionId that
//! stands still, another name for an ETag header); here nothing is.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloudfn_bed::Bed;
use serde_json::json;
use strict_cloud::front::server::Server;
use strict_cloud::log::Answered;
use strict_cloud::{Cloud, Settings};

use crate::support::{CFF, LFN, PATIENCE, QUIET, binary, cff, javascript, lfn, python};

#[tokio::test]
async fn both_kinds_live_their_lives_on_a_cloud_that_is_as_strict_as_aws() {
    let tenant = Bed::get().tenant("strict").await;
    let cloud = Server::start(Arc::new(Mutex::new(Cloud::new(1, Settings::default().fast()))), 0).expect("a port");
    let mut settings = tenant.operator_settings(binary(), &QUIET);
    for (name, value) in &mut settings.environment {
        if name == "AWS_ENDPOINT_URL" {
            *value = cloud.url();
        }
    }
    let operator = tenant.spawn_operator(settings);
    operator.ready().await;
    let with = |look: &dyn Fn(&mut Cloud)| look(&mut cloud.cloud().lock().unwrap_or_else(PoisonError::into_inner));

    let role = format!("arn:aws:iam::{}:role/lambda", tenant.account());

    tenant.apply(cff("edge", &javascript("1"), json!({"comment": "one", "tags": {"team": "a", "cost": "b"}}))).await;
    tenant.apply(lfn("worker", &python("1"), json!({"role": role, "timeout": 10, "publish": true, "tags": {"team": "a"}}))).await;
    tenant.wait_ready(CFF, "edge", PATIENCE).await;
    tenant.wait_ready(LFN, "worker", PATIENCE).await;
    tenant.apply(cff("edge", &javascript("2"), json!({"tags": {"team": "b"}}))).await;
    tenant.apply(lfn("worker", &python("2"), json!({"role": role, "timeout": 20, "publish": true, "tags": {"cost": "b"}}))).await;
    let edge = tenant.wait_ready(CFF, "edge", PATIENCE).await;
    let worker = tenant.wait_ready(LFN, "worker", PATIENCE).await;
    assert_eq!((&edge.data["status"]["live"]["state"], &worker.data["status"]["latestVersion"]), (&json!("Current"), &json!("2")));
    with(&|cloud| {
        let seen = cloud.snapshot(tenant.account());
        let edge = &seen.cloudfront["edge"];
        assert_eq!((edge.live.as_ref(), edge.tags.get("team").map(String::as_str), edge.tags.get("cost")), (Some(&edge.development), Some("b"), None));
        let worker = seen.lambda.values().next().expect("a function");
        assert_eq!((worker.configuration.number("Timeout"), worker.versions.len(), worker.tags.get("team")), (Some(20), 2, None));
    });

    tenant.delete(CFF, "edge").await;
    tenant.delete(LFN, "worker").await;
    tenant.wait_gone(CFF, "edge", PATIENCE).await;
    tenant.wait_gone(LFN, "worker", PATIENCE).await;
    with(&|cloud| {
        assert_eq!(cloud.functions(tenant.account()), Vec::<String>::new());
        // Only what was not there, not yet or not any more, was refused.
        let mut refused = BTreeMap::<&str, usize>::new();
        for entry in cloud.log() {
            if let Answered::Refused(_, code) = entry.answer {
                *refused.entry(code).or_default() += 1;
            }
        }
        refused.retain(|code, _| !["NoSuchFunctionExists", "ResourceNotFoundException"].contains(code));
        assert!(refused.is_empty(), "{refused:?}");
    });
    assert!(operator.terminate().await.success(), "the operator did not stop in good order");
}

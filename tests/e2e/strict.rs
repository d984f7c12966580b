//! The whole operator against the strict cloud: SDK, signatures and wire forms as AWS has them.
//!
//! The emulator of the other tests is kinder than AWS (no 409 while an update runs, a RevisionId that
//! stands still, another name for an ETag header), and has no TestFunction and no distributions; here
//! nothing is kind, and both are there.

mod aliases;
mod compile;
mod credentials;
mod gate;
mod git;
mod image;
mod in_use;
mod keeping;
mod parts;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cloudfn_bed::Settings as OperatorSettings;
use cloudfn_bed::{Bed, Operator, Tenant};
use serde_json::json;
use strict_cloud::front::server::Server;
use strict_cloud::log::Answered;
use strict_cloud::{Cloud, Operation, Settings};

use crate::invariants;
use crate::support::{CFF, LFN, TIMEOUT, binary, cff, javascript, lfn, python, quiet_with};

/// A test's stage, with a strict cloud of its own.
struct Strict {
    tenant: Tenant,
    operator: Operator,
    server: Server,
}

impl Strict {
    /// A stage whose operator has further flags.
    async fn start(name: &str, flags: &[&str]) -> Self {
        Self::start_with(name, flags, |_, _| {}).await
    }

    /// The same, with what else the operator is to be started with.
    async fn start_with(
        name: &str,
        flags: &[&str],
        prepare: impl FnOnce(&Tenant, &mut OperatorSettings),
    ) -> Self {
        let tenant = Bed::get().tenant(name).await;
        let server = Server::start(
            Arc::new(Mutex::new(Cloud::new(1, Settings::default().fast()))),
            0,
        )
        .expect("a port");
        let mut settings = tenant.operator_settings(binary(), &quiet_with(flags));
        for (name, value) in &mut settings.environment {
            if name == "AWS_ENDPOINT_URL" {
                *value = server.url();
            }
        }
        prepare(&tenant, &mut settings);
        let operator = tenant.spawn_operator(settings);
        operator.ready().await;
        Self {
            tenant,
            operator,
            server,
        }
    }

    /// Looks at the cloud, or changes it, behind everybody's back.
    fn cloud<T>(&self, look: impl FnOnce(&mut Cloud) -> T) -> T {
        look(
            &mut self
                .server
                .cloud()
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Calls of this operation so far.
    fn count(&self, operation: Operation) -> usize {
        self.cloud(|cloud| {
            cloud
                .log()
                .iter()
                .filter(|entry| entry.operation == operation)
                .count()
        })
    }

    /// SHA-256 of the code that is LIVE, base64.
    fn live(&self, name: &str) -> Option<String> {
        self.cloud(|cloud| {
            cloud
                .snapshot(self.tenant.account())
                .cloudfront
                .get(name)?
                .live
                .as_ref()
                .map(|live| live.code_sha256.clone())
        })
    }

    /// Ends the stage: the operator stops in good order, and every status kept the invariants.
    async fn end(self) {
        assert!(
            self.operator.terminate().await.success(),
            "the operator did not stop in good order"
        );
        invariants::check(&self.tenant).await;
    }
}

#[tokio::test]
async fn both_kinds_live_their_lives_on_a_cloud_that_is_as_strict_as_aws() {
    let stage = Strict::start("strict", &[]).await;
    let tenant = &stage.tenant;
    let role = format!("arn:aws:iam::{}:role/lambda", tenant.account());

    tenant
        .apply(cff(
            "edge",
            &javascript("1"),
            json!({"comment": "one", "tags": {"team": "a", "cost": "b"}}),
        ))
        .await;
    tenant
        .apply(lfn(
            "worker",
            &python("1"),
            json!({"role": role, "timeout": 10, "publish": true, "tags": {"team": "a"}}),
        ))
        .await;
    tenant.wait_ready(CFF, "edge", TIMEOUT).await;
    tenant.wait_ready(LFN, "worker", TIMEOUT).await;
    tenant
        .apply(cff(
            "edge",
            &javascript("2"),
            json!({"tags": {"team": "b"}}),
        ))
        .await;
    tenant
        .apply(lfn(
            "worker",
            &python("2"),
            json!({"role": role, "timeout": 20, "publish": true, "tags": {"cost": "b"}}),
        ))
        .await;
    let edge = tenant.wait_ready(CFF, "edge", TIMEOUT).await;
    let worker = tenant.wait_ready(LFN, "worker", TIMEOUT).await;
    assert_eq!(
        (
            &edge.data["status"]["live"]["state"],
            &worker.data["status"]["latestVersion"]
        ),
        (&json!("Current"), &json!("2"))
    );
    stage.cloud(|cloud| {
        let seen = cloud.snapshot(tenant.account());
        let edge = &seen.cloudfront["edge"];
        assert_eq!(
            (
                edge.live.as_ref(),
                edge.tags.get("team").map(String::as_str),
                edge.tags.get("cost")
            ),
            (Some(&edge.development), Some("b"), None)
        );
        let worker = seen.lambda.values().next().expect("a function");
        assert_eq!(
            (
                worker.configuration.number("Timeout"),
                worker.versions.len(),
                worker.tags.get("team")
            ),
            (Some(20), 2, None)
        );
    });

    tenant.delete(CFF, "edge").await;
    tenant.delete(LFN, "worker").await;
    tenant.wait_gone(CFF, "edge", TIMEOUT).await;
    tenant.wait_gone(LFN, "worker", TIMEOUT).await;
    stage.cloud(|cloud| {
        assert_eq!(cloud.functions(tenant.account()), Vec::<String>::new());
        // Only what was not there, not yet or not any more, was refused.
        let mut refused = BTreeMap::<&str, usize>::new();
        for entry in cloud.log() {
            if let Answered::Refused(_, code) = entry.answer {
                *refused.entry(code).or_default() += 1;
            }
        }
        refused.retain(|code, _| {
            !["NoSuchFunctionExists", "ResourceNotFoundException"].contains(code)
        });
        assert!(refused.is_empty(), "{refused:?}");
    });
    stage.end().await;
}

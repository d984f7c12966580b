//! What the operator waits for before anything else: the id of the cluster.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::{Api, Client, ResourceExt};
use tracing::warn;

use super::api_server::said;
use super::health::Health;

/// Time between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// The uid of the namespace `kube-system`: an id that a cluster keeps for its lifetime.
pub(super) async fn instance(client: &Client, health: &Health) -> String {
    const WHAT: &str = "the namespace kube-system";
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(client.clone());
    loop {
        let why = match api.get("kube-system").await.map(|found| found.uid()) {
            Ok(Some(uid)) => {
                health.found(WHAT);
                return uid;
            }
            Ok(None) => format!("{WHAT} has no uid"),
            Err(error) => format!("{WHAT} cannot be read: {}", said(&error)),
        };
        lacks(health, WHAT, &why);
        pause().await;
    }
}

fn lacks(health: &Health, what: &str, why: &str) {
    // Once for each reason, not for each attempt.
    if health.lacks(what, why) {
        warn!("{why}");
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a namespace that may not be watched can only be polled"
)]
async fn pause() {
    tokio::time::sleep(RETRY_INTERVAL).await;
}

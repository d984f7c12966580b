//! What the operator waits for before the first pass: the id of the cluster, and the definitions.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::core::PartialObjectMeta;
use kube::runtime::conditions::is_crd_established;
use kube::runtime::wait::Condition;
use kube::{Api, Client, ResourceExt};
use tracing::warn;

use super::api_server::said;
use super::health::Health;
use crate::api::crds;

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

/// Waits until the definitions of all kinds are established. The operator installs none itself:
/// that is the task of the cluster's administrators.
pub(super) async fn definitions(client: &Client, health: &Health) {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    for crd in crds::all() {
        let name = crd.name_any();
        let what = format!("the definition {name}");
        loop {
            let why = match api.get_opt(&name).await {
                Ok(found) if is_crd_established().matches_object(found.as_ref()) => break,
                Ok(_) => format!("{what} is not established; apply the files in crds/"),
                Err(error) => format!("{what} cannot be read: {}", said(&error)),
            };
            lacks(health, &what, &why);
            pause().await;
        }
        health.found(&what);
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
    reason = "a definition or a permission that may not be watched can only be polled"
)]
async fn pause() {
    tokio::time::sleep(RETRY_INTERVAL).await;
}

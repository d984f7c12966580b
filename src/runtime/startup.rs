//! What the operator waits for before the first pass: the id of the cluster, and the definitions.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::core::PartialObjectMeta;
use kube::runtime::conditions::is_crd_established;
use kube::runtime::wait::Condition;
use kube::{Api, Client, ResourceExt};
use tracing::warn;

use super::http::Health;
use crate::api::crds;
use crate::kubernetes::words;

/// Time between two attempts.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// The uid of the namespace `kube-system`: an id that a cluster keeps for its lifetime.
pub(super) async fn instance(client: &Client) -> String {
    let api: Api<PartialObjectMeta<Namespace>> = Api::all(client.clone());
    loop {
        match api.get("kube-system").await {
            Ok(namespace) => {
                if let Some(uid) = namespace.uid() {
                    return uid;
                }
                warn!("the namespace kube-system has no uid");
            }
            Err(error) => {
                warn!(
                    error = words(&error),
                    "the namespace kube-system cannot be read"
                );
            }
        }
        pause().await;
    }
}

/// Waits until the definitions of all kinds are established. The operator installs none itself:
/// that is the task of the cluster's administrators.
pub(super) async fn definitions(client: &Client, health: &Health) {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    for crd in crds::all() {
        let name = crd.name_any();
        loop {
            match api.get_opt(&name).await {
                Ok(found) if is_crd_established().matches_object(found.as_ref()) => break,
                Ok(_) => warn!(
                    definition = name,
                    "the definition is not established; apply the files in crds/"
                ),
                Err(error) => {
                    warn!(
                        definition = name,
                        error = words(&error),
                        "the definition cannot be read"
                    );
                }
            }
            pause().await;
        }
    }
    health.definitions_found();
}

#[expect(
    clippy::disallowed_methods,
    reason = "a definition or a permission that may not be watched can only be polled"
)]
async fn pause() {
    tokio::time::sleep(RETRY_INTERVAL).await;
}

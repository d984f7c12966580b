//! Adds our finalizer to an object and removes it, and leaves other finalizers alone.
//!
//! kube's own helper is not used: it removes the finalizer as soon as a cleanup returns, and costs
//! an extra pass to add one.

use k8s_openapi::NamespaceResourceScope;
use kube::api::{Patch, PatchParams};
use kube::core::ObjectMeta;
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use super::WriteError;
use crate::api::FIELD_MANAGER;
use crate::api::stored::Stored;

/// Sets the object's finalizers to those that were read at `resource_version`, with or without
/// ours. Returns the object's new version.
///
/// The version in the patch makes it conditional: a list that somebody else changed is not
/// overwritten.
///
/// # Errors
/// [`WriteError::Stale`] if the object is no longer at `resource_version`,
/// [`WriteError::Gone`] if it does not exist.
pub async fn set<K>(
    client: &Client,
    metadata: &ObjectMeta,
    resource_version: &str,
    finalizers: &[String],
) -> Result<String, WriteError>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    let name = metadata.name.as_deref().unwrap_or_default();
    let api: Api<Stored<K>> = Api::namespaced(client.clone(), namespace);
    let patch = json!({
        "metadata": {
            "resourceVersion": resource_version,
            "uid": metadata.uid,
            "finalizers": finalizers,
        },
    });
    let params = PatchParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PatchParams::default()
    };
    let written = api.patch(name, &params, &Patch::Merge(&patch)).await?;
    Ok(written.resource_version().unwrap_or_default())
}

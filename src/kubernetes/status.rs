//! Writes a status by server-side apply.
//!
//! Invariant: a status is written only onto the version of the object that was read.

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde_json::json;

use super::WriteError;
use crate::api::FIELD_MANAGER;

/// Applies the whole of our status; a field that is left out is removed. Answers the object's new version.
///
/// # Errors
/// [`WriteError::Stale`] where the object is no longer at `resource_version`,
/// [`WriteError::Gone`] where it does not exist.
pub async fn apply<K>(client: &Client, namespace: &str, name: &str, resource_version: &str, status: &impl Serialize) -> Result<String, WriteError>
where
    K: Resource<DynamicType = ()>,
{
    let resource = kube::api::ApiResource::erase::<K>(&());
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let patch = json!({
        "apiVersion": resource.api_version,
        "kind": resource.kind,
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": resource_version},
        "status": status,
    });
    let written = api.patch_status(name, &PatchParams::apply(FIELD_MANAGER).force(), &Patch::Apply(&patch)).await?;
    Ok(written.resource_version().unwrap_or_default())
}

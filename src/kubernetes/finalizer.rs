//! Puts our finalizer on an object and takes it off, leaving those of others alone.
//!
//! kube's own helper is not used: it removes the finalizer as soon as a cleanup returns, and costs
//! an extra pass to add one.

use kube::api::{DynamicObject, Patch, PatchParams};
use kube::core::ObjectMeta;
use kube::{Api, Client, Resource, ResourceExt};
use serde_json::json;

use super::WriteError;
use crate::api::{FIELD_MANAGER, FINALIZER};

/// Adds our finalizer. Answers the object's new version.
///
/// # Errors
/// [`WriteError::Stale`] where the object changed since `metadata` was read,
/// [`WriteError::Gone`] where it does not exist.
pub async fn add<K: Resource<DynamicType = ()>>(client: &Client, metadata: &ObjectMeta, resource_version: &str) -> Result<String, WriteError> {
    let mut finalizers = metadata.finalizers.clone().unwrap_or_default();
    finalizers.push(FINALIZER.to_owned());
    set::<K>(client, metadata, resource_version, &finalizers).await
}

/// Removes our finalizer. Answers the object's new version.
///
/// # Errors
/// As [`add`].
pub async fn remove<K: Resource<DynamicType = ()>>(client: &Client, metadata: &ObjectMeta, resource_version: &str) -> Result<String, WriteError> {
    let mut finalizers = metadata.finalizers.clone().unwrap_or_default();
    finalizers.retain(|f| f != FINALIZER);
    set::<K>(client, metadata, resource_version, &finalizers).await
}

/// The version in the patch makes it a comparison: a list that somebody else changed is not overwritten.
async fn set<K: Resource<DynamicType = ()>>(
    client: &Client,
    metadata: &ObjectMeta,
    resource_version: &str,
    finalizers: &[String],
) -> Result<String, WriteError> {
    let resource = kube::api::ApiResource::erase::<K>(&());
    let namespace = metadata.namespace.as_deref().unwrap_or_default();
    let name = metadata.name.as_deref().unwrap_or_default();
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
    let patch = json!({"metadata": {"resourceVersion": resource_version, "uid": metadata.uid, "finalizers": finalizers}});
    let params = PatchParams { field_manager: Some(FIELD_MANAGER.to_owned()), ..PatchParams::default() };
    let written = api.patch(name, &params, &Patch::Merge(&patch)).await?;
    Ok(written.resource_version().unwrap_or_default())
}

//! Reads the ConfigMaps and Secrets that a spec names, from the object's own namespace only.
//!
//! Invariant: Secrets are read by name, never listed or watched; their values leave this module
//! only as `SecretString`.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{Api, Client, Resource};
use secrecy::SecretString;

use super::kind::{Inputs, ReferenceName};
use crate::api::stored::{Header, Whole};
use crate::api::{Reference, ReferenceKind};

/// The versions of the named objects, read without their contents.
///
/// # Errors
/// Where the API server does not answer.
pub async fn versions(
    client: &Client,
    namespace: &str,
    names: &BTreeSet<ReferenceName>,
) -> Result<Vec<Reference>, kube::Error> {
    let mut found = Vec::with_capacity(names.len());
    for reference in names {
        let resource_version = match reference.kind {
            ReferenceKind::ConfigMap => {
                version::<ConfigMap>(client, namespace, &reference.name).await?
            }
            ReferenceKind::Secret => version::<Secret>(client, namespace, &reference.name).await?,
        };
        found.push(Reference {
            kind: reference.kind,
            name: reference.name.clone(),
            resource_version,
        });
    }
    Ok(found)
}

async fn version<K>(
    client: &Client,
    namespace: &str,
    name: &str,
) -> Result<Option<String>, kube::Error>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>,
{
    let api: Api<Header<K>> = Api::namespaced(client.clone(), namespace);
    Ok(api
        .get_opt(name)
        .await?
        .and_then(|object| object.metadata.resource_version))
}

/// The contents of the named objects that exist, and the versions that were read.
///
/// # Errors
/// Where the API server does not answer.
pub async fn contents(
    client: &Client,
    namespace: &str,
    names: &BTreeSet<ReferenceName>,
) -> Result<(Inputs, Vec<Reference>), kube::Error> {
    let mut inputs = Inputs::default();
    let mut versions = Vec::with_capacity(names.len());
    for reference in names {
        let resource_version = match reference.kind {
            ReferenceKind::ConfigMap => {
                let api: Api<Whole<ConfigMap>> = Api::namespaced(client.clone(), namespace);
                api.get_opt(&reference.name).await?.and_then(|map| {
                    let contents = config_map(map.content);
                    inputs.config_maps.insert(reference.name.clone(), contents);
                    map.metadata.resource_version
                })
            }
            ReferenceKind::Secret => {
                let api: Api<Whole<Secret>> = Api::namespaced(client.clone(), namespace);
                api.get_opt(&reference.name).await?.and_then(|secret| {
                    let values = secret_values(secret.content);
                    inputs.secrets.insert(reference.name.clone(), values);
                    secret.metadata.resource_version
                })
            }
        };
        versions.push(Reference {
            kind: reference.kind,
            name: reference.name.clone(),
            resource_version,
        });
    }
    Ok((inputs, versions))
}

/// What a ConfigMap holds: texts and binaries together.
#[must_use]
pub fn config_map(map: ConfigMap) -> BTreeMap<String, Vec<u8>> {
    let text = map
        .data
        .into_iter()
        .flatten()
        .map(|(key, value)| (key, value.into_bytes()));
    let binary = map
        .binary_data
        .into_iter()
        .flatten()
        .map(|(key, value)| (key, value.0));
    text.chain(binary).collect()
}

/// What a Secret holds, as far as it is text.
#[must_use]
pub fn secret_values(secret: Secret) -> BTreeMap<String, SecretString> {
    let values = secret.data.into_iter().flatten();
    values
        .filter_map(|(key, value)| {
            Some((key, SecretString::from(String::from_utf8(value.0).ok()?)))
        })
        .collect()
}

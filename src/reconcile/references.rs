//! Reads the ConfigMaps and Secrets that a spec names, from the object's own namespace only.
//!
//! Invariant: no request names what no object can be named; Secrets are read by name, never listed or watched; their values leave this module
//! only as `SecretSlice`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _, RandomState};

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{Api, Client, Resource};
use secrecy::{ExposeSecret as _, SecretSlice};
use serde::de::DeserializeOwned;

use super::kind::{Inputs, ObjectVersion};
use crate::api::stored::{Header, Whole};
use crate::api::{Reference, ReferenceKind, ReferenceName, is_object_name};

/// What is wrong with these names, if no object can have one of them.
#[must_use]
pub fn impossible(names: &BTreeSet<ReferenceName>) -> Option<String> {
    let wrong = names
        .iter()
        .find(|reference| !is_object_name(&reference.name))?;
    let (kind, name) = (wrong.kind, start(&wrong.name));
    Some(format!(
        "{name:?} is no name of a {kind:?}; use lower-case letters, digits, '-' and '.'"
    ))
}

/// As much of a name as a message shows.
fn start(name: &str) -> String {
    name.chars().take(64).collect()
}

/// The object of this name, if there is one: none has a name that no object can have.
async fn named<K>(api: Api<K>, name: &str) -> Result<Option<K>, kube::Error>
where
    K: Clone + DeserializeOwned + Debug,
{
    if is_object_name(name) {
        api.get_opt(name).await
    } else {
        Ok(None)
    }
}

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
    Ok(named(api, name)
        .await?
        .and_then(|object| object.metadata.resource_version))
}

/// A fingerprint of contents: the same for the same ones, with a key that nobody knows.
pub(super) fn fingerprint(inputs: &Inputs, key: &RandomState) -> u64 {
    let mut hasher = key.build_hasher();
    inputs.config_maps.hash(&mut hasher);
    for (name, values) in &inputs.secrets {
        (name, values.len()).hash(&mut hasher);
        for (key, value) in values {
            (key, value.expose_secret()).hash(&mut hasher);
        }
    }
    hasher.finish()
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
                named(api, &reference.name).await?.and_then(|map| {
                    let version = version_of(&map.metadata);
                    inputs.versions.insert(reference.clone(), version.clone());
                    inputs
                        .config_maps
                        .insert(reference.name.clone(), config_map(map.content));
                    version.resource_version
                })
            }
            ReferenceKind::Secret => {
                let api: Api<Whole<Secret>> = Api::namespaced(client.clone(), namespace);
                named(api, &reference.name).await?.and_then(|secret| {
                    let version = version_of(&secret.metadata);
                    inputs.versions.insert(reference.clone(), version.clone());
                    inputs
                        .secrets
                        .insert(reference.name.clone(), secret_values(secret.content));
                    version.resource_version
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

fn version_of(metadata: &ObjectMeta) -> ObjectVersion {
    ObjectVersion {
        uid: metadata.uid.clone(),
        resource_version: metadata.resource_version.clone(),
    }
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

/// What a Secret holds, text or not: whoever needs a text refuses what is none, and no key is lost.
#[must_use]
pub fn secret_values(secret: Secret) -> BTreeMap<String, SecretSlice<u8>> {
    let values = secret.data.into_iter().flatten();
    values.map(|(key, value)| (key, value.0.into())).collect()
}

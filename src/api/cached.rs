//! A custom resource as the cache of a watch keeps it.
//!
//! Invariant: what one object takes is bounded, whatever code it holds: a large spec is not kept, and whoever
//! needs it reads it anew.

use std::borrow::Cow;
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use serde::{Deserialize, Deserializer};

use super::common::ManagedResource;
use super::stored::of_kind;
use super::subject::{FullObject, Subject};

/// Bytes of text in a spec up to which it is kept.
const KEPT: usize = 16 * 1024;

/// A custom resource of kind `K` without a large spec.
pub struct CachedObject<K: ManagedResource> {
    /// All but the spec.
    pub subject: Subject<K>,
    /// The spec, or why it cannot be decoded; `None` where it is too large to be kept.
    pub spec: Option<Result<K::Spec, String>>,
}

impl<K: ManagedResource> CachedObject<K> {
    /// The object, with a spec of up to so many bytes of text.
    #[must_use]
    pub fn keeping(object: FullObject<K>, limit: usize) -> Self {
        Self {
            subject: object.subject,
            spec: Some(object.spec).filter(|spec| spec.is_err() || object.spec_size <= limit),
        }
    }
}

impl<'de, K: ManagedResource> Deserialize<'de> for CachedObject<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FullObject::deserialize(deserializer).map(|object| Self::keeping(object, KEPT))
    }
}

impl<K: ManagedResource> Clone for CachedObject<K> {
    fn clone(&self) -> Self {
        Self {
            subject: self.subject.clone(),
            spec: self.spec.clone(),
        }
    }
}

/// Names the object only: a spec may hold environment values.
impl<K: ManagedResource> fmt::Debug for CachedObject<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.subject.fmt(f)
    }
}

of_kind!(CachedObject<K: ManagedResource>, subject.metadata, false);

#[cfg(test)]
mod tests;

//! A custom resource as read, decoded as far as it goes.
//!
//! Invariant: decoding never fails. What cannot be decoded as its type still yields metadata,
//! the status, and what deletion needs, so one object can never stop the others. What is kept of an object
//! beside its spec is what cloudfn reads: nobody can fill the memory with labels and annotations.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta};
use kube::Resource;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::common::{
    DeletionPolicy, DriftPolicy, ManagedResource, ManagedSpec as _, ManagementPolicy, ReferenceName,
};
use super::conditions;
use super::names::{
    FIELD_MANAGER, FINALIZER, FLUX_REQUESTED_AT, PAUSED, RECONCILE_REQUESTED_AT, SKIP_TESTS,
};
use super::requests::Requests;
use super::stored::{self, Bounded, MAX_DEPTH, drop_nulls, of_kind};

/// Characters of an annotation's value that are read: more are no reason, no request and no hash.
const ANNOTATION_LENGTH: usize = 1024;

/// What can be read of a spec that is wrong elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Essentials {
    /// `spec.functionName`.
    pub function_name: Option<String>,
    /// `spec.region`.
    pub region: Option<String>,
    /// `spec.managementPolicy`; `Manage` where it is omitted.
    pub management_policy: ManagementPolicy,
    /// `spec.driftPolicy`; `None` where it is omitted or cannot be read.
    pub drift_policy: Option<DriftPolicy>,
    /// `spec.deletionPolicy`, `None` where it is omitted, or why it cannot be read.
    pub deletion_policy: Result<Option<DeletionPolicy>, String>,
}

/// A custom resource of kind `K`, without its spec.
pub struct Subject<K: ManagedResource> {
    /// Its metadata, as far as cloudfn reads it: no managed fields, labels, owners, and annotations of others.
    pub metadata: ObjectMeta,
    /// Whether its spec can be decoded.
    pub is_readable: bool,
    /// What deletion needs, and what is asked of the spec again and again.
    pub essentials: Essentials,
    /// The ConfigMaps and Secrets that the spec names; none where it cannot be decoded.
    pub references: BTreeSet<ReferenceName>,
    /// Its status; `None` where there is none that can be decoded. Losing it costs calls only.
    pub status: Option<K::Status>,
    /// Whether the status has a field or a condition that is cloudfn's to write and that cloudfn
    /// did not apply (a patch or a restored backup wrote it): a server-side apply does not remove
    /// it.
    pub status_has_strays: bool,
}

impl<K: ManagedResource> Subject<K> {
    /// Namespace; empty only for an object that no API server made.
    #[must_use]
    pub fn namespace(&self) -> &str {
        self.metadata.namespace.as_deref().unwrap_or_default()
    }

    /// Name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata.name.as_deref().unwrap_or_default()
    }

    /// Namespace and name in one text.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace(), self.name())
    }

    /// The command with which a person requests a reconciliation.
    #[must_use]
    pub fn request_command(&self) -> String {
        format!(
            "kubectl annotate {}.{} {} -n {} {RECONCILE_REQUESTED_AT}=\"$(date +%s)\" --overwrite",
            K::plural(&()),
            K::group(&()),
            self.name(),
            self.namespace()
        )
    }

    /// Unique id.
    #[must_use]
    pub fn uid(&self) -> &str {
        self.metadata.uid.as_deref().unwrap_or_default()
    }

    /// Generation of the spec.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.metadata.generation.unwrap_or_default()
    }

    /// Version of the whole object.
    #[must_use]
    pub fn resource_version(&self) -> &str {
        self.metadata
            .resource_version
            .as_deref()
            .unwrap_or_default()
    }

    /// An annotation's value.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.metadata
            .annotations
            .as_ref()?
            .get(key)
            .map(String::as_str)
    }

    /// Why the object is paused, if it is. `"false"` and an empty text do not pause.
    #[must_use]
    pub fn paused(&self) -> Option<&str> {
        self.annotation(PAUSED)
            .filter(|text| !text.is_empty() && *text != "false")
    }

    /// The requests to reconcile now.
    #[must_use]
    pub fn requests(&self) -> Requests {
        let value = |key| self.annotation(key).map(ToOwned::to_owned);
        Requests {
            own: value(RECONCILE_REQUESTED_AT),
            flux: value(FLUX_REQUESTED_AT),
        }
    }

    /// Whether deletion was asked for.
    #[must_use]
    pub fn deleting(&self) -> bool {
        self.metadata.deletion_timestamp.is_some()
    }

    /// Whether our finalizer is on the object.
    #[must_use]
    pub fn has_finalizer(&self) -> bool {
        self.metadata
            .finalizers
            .iter()
            .flatten()
            .any(|f| f == FINALIZER)
    }

    /// The function's name in the cloud, where it is another one than the object's.
    #[must_use]
    pub fn other_name(&self) -> Option<&str> {
        Some(self.function_name()).filter(|name| *name != self.name())
    }

    /// The function's name in the cloud.
    #[must_use]
    pub fn function_name(&self) -> &str {
        self.essentials
            .function_name
            .as_deref()
            .unwrap_or_else(|| self.name())
    }
}

/// A custom resource of kind `K` with all of its spec.
pub struct FullObject<K: ManagedResource> {
    /// All but the spec.
    pub subject: Subject<K>,
    /// The spec, or why it cannot be decoded.
    pub spec: Result<K::Spec, String>,
    /// Bytes of text in the spec, names of members included.
    pub spec_size: usize,
}

/// Whether the status has a field, or a condition of our types, that cloudfn did not apply.
fn has_strays(status: &Value, managers: &[ManagedFieldsEntry]) -> bool {
    if status
        .get("observedGeneration")
        .and_then(Value::as_i64)
        .is_none_or(|generation| generation < 0)
    {
        return false;
    }
    let is = |field: &Option<String>, text| field.as_deref() == Some(text);
    let ours = |entry: &&ManagedFieldsEntry| {
        is(&entry.manager, FIELD_MANAGER)
            && is(&entry.operation, "Apply")
            && is(&entry.subresource, "status")
    };
    let applied = managers
        .iter()
        .find(ours)
        .and_then(|entry| entry.fields_v1.as_ref()?.0.get("f:status"));
    let has = |key: &str| applied.is_some_and(|fields| fields.get(format!("f:{key}")).is_some());
    let has_condition = |kind: &str| {
        applied.is_some_and(|fields| {
            fields["f:conditions"]
                .get(format!("k:{{\"type\":\"{kind}\"}}"))
                .is_some()
        })
    };
    let mut fields = status
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key.as_str())
        .filter(|key| *key != "conditions");
    let mut conditions = status["conditions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|condition| condition["type"].as_str());
    fields.any(|key| !has(key))
        || conditions.any(|kind| conditions::OURS.contains(&kind) && !has_condition(kind))
}

/// What is wrong with a spec, without the values that serde quotes: one may be a secret.
fn undecodable(error: &str) -> String {
    let wanted = error
        .rsplit_once(", expected ")
        .map(|(_, wanted)| format!(": a field should be {wanted}"));
    let missing = || {
        error
            .strip_prefix("missing field ")
            .map(|field| format!(": the field {field} is missing"))
    };
    format!(
        "the spec cannot be read{}",
        wanted.or_else(missing).unwrap_or_default()
    )
}

fn essentials(spec: &Value) -> Essentials {
    let text = |key: &str| spec.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    Essentials {
        function_name: text("functionName"),
        region: text("region"),
        management_policy: spec
            .get("managementPolicy")
            .and_then(|v| ManagementPolicy::deserialize(v).ok())
            .unwrap_or_default(),
        drift_policy: spec
            .get("driftPolicy")
            .and_then(|v| DriftPolicy::deserialize(v).ok()),
        deletion_policy: match spec.get("deletionPolicy") {
            // With an unreadable managementPolicy, nobody knows whether cloudfn may delete at all.
            _ if spec
                .get("managementPolicy")
                .is_some_and(|v| ManagementPolicy::deserialize(v).is_err()) =>
            {
                Err(
                    "spec.managementPolicy is neither Manage nor Observe; set it to one of them"
                        .to_owned(),
                )
            }
            None => Ok(None),
            Some(value) => DeletionPolicy::deserialize(value).map(Some).map_err(|_| {
                "spec.deletionPolicy is neither Delete nor Retain; set it to one of them".to_owned()
            }),
        },
    }
}

/// Metadata as far as cloudfn reads it.
fn what_is_read(metadata: ObjectMeta) -> ObjectMeta {
    let is_read = |name: &str| {
        [
            PAUSED,
            RECONCILE_REQUESTED_AT,
            FLUX_REQUESTED_AT,
            SKIP_TESTS,
        ]
        .contains(&name)
    };
    let annotations: BTreeMap<_, _> = (metadata.annotations.into_iter().flatten())
        .filter(|(name, _)| is_read(name))
        .map(|(name, value)| (name, value.chars().take(ANNOTATION_LENGTH).collect()))
        .collect();
    ObjectMeta {
        annotations: Some(annotations).filter(|kept| !kept.is_empty()),
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resource_version: metadata.resource_version,
        generation: metadata.generation,
        deletion_timestamp: metadata.deletion_timestamp,
        finalizers: metadata.finalizers,
        ..ObjectMeta::default()
    }
}

impl<'de, K: ManagedResource> Deserialize<'de> for FullObject<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            #[serde(default)]
            metadata: Bounded,
            #[serde(default)]
            spec: Bounded,
            #[serde(default)]
            status: Bounded,
        }
        let raw = Raw::deserialize(deserializer)?;
        let (metadata, managers) = stored::metadata(raw.metadata);
        let status = Some(raw.status.value).filter(|status| !status.is_null());
        let status_has_strays = status
            .as_ref()
            .is_some_and(|status| has_strays(status, &managers));
        let spec_size = stored::size(&raw.spec.value);
        let (spec, essentials) = spec::<K>(raw.spec);
        let references = spec.as_ref().map(K::Spec::references);
        Ok(Self {
            subject: Subject {
                metadata: what_is_read(metadata),
                is_readable: spec.is_ok(),
                essentials,
                references: references.unwrap_or_default(),
                status: status.and_then(|status| K::Status::deserialize(status).ok()),
                status_has_strays,
            },
            spec,
            spec_size,
        })
    }
}

impl<'de, K: ManagedResource> Deserialize<'de> for Subject<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        FullObject::deserialize(deserializer).map(|object| object.subject)
    }
}

/// The spec, or why it cannot be read; and what deletion needs of it.
fn spec<K: ManagedResource>(read: Bounded) -> (Result<K::Spec, String>, Essentials) {
    let Bounded { mut value, cut } = read;
    drop_nulls(&mut value);
    let essentials = essentials(&value);
    if cut {
        let deep = format!(
            "the spec cannot be read: it has more than {MAX_DEPTH} levels, one in the other; take out what is nested so deep"
        );
        return (Err(deep), essentials);
    }
    let spec = K::Spec::deserialize(value).map_err(|error| undecodable(&error.to_string()));
    (spec, essentials)
}

impl<K: ManagedResource> Clone for Subject<K> {
    fn clone(&self) -> Self {
        Self {
            metadata: self.metadata.clone(),
            is_readable: self.is_readable,
            essentials: self.essentials.clone(),
            references: self.references.clone(),
            status: self.status.clone(),
            status_has_strays: self.status_has_strays,
        }
    }
}

impl<K: ManagedResource> Clone for FullObject<K> {
    fn clone(&self) -> Self {
        Self {
            subject: self.subject.clone(),
            spec: self.spec.clone(),
            spec_size: self.spec_size,
        }
    }
}

/// Names the object only: a status may hold what somebody put there.
impl<K: ManagedResource> fmt::Debug for Subject<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", K::kind(&()), self.namespace(), self.name())
    }
}

/// Names the object only: a spec may hold environment values.
impl<K: ManagedResource> fmt::Debug for FullObject<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.subject.fmt(f)
    }
}

of_kind!(Subject<K: ManagedResource>, metadata, false);
of_kind!(FullObject<K: ManagedResource>, subject.metadata, false);

#[cfg(test)]
mod tests;

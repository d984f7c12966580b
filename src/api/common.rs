//! What every function kind has in common, in spec and in status.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{KubeSchema, Resource};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::forms::{FUNCTION_NAME, each_key};

/// What becomes of the function when the object is deleted.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum DeletionPolicy {
    /// The function is deleted from the cloud.
    #[default]
    Delete,
    /// The function stays as it is, tags included; the same manifest takes it back.
    Retain,
}

/// Whether cloudfn writes to the cloud for this object.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum ManagementPolicy {
    /// Look only: `status.plannedChanges` lists what `Manage` would do.
    Observe,
    /// Create, change and delete the function.
    #[default]
    Manage,
}

/// What to do with a function of this name that exists already and is not this object's.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum AdoptionPolicy {
    /// Leave it alone.
    #[default]
    Never,
    /// Take it if it carries no owner tag of cloudfn; other tags do not matter.
    IfUnowned,
    /// Take it also from another cloudfn owner, once, unless that object exists in this cluster.
    Always,
}

/// What to do with a change that somebody else made to the function.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    JsonSchema,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
pub enum DriftPolicy {
    /// Put it right; `status.lastDrift` keeps what was overwritten.
    #[default]
    Repair,
    /// Report it; apply it on the next edit of the object or of its references, or reconcile request.
    Report,
}

/// Fields under `spec` that mean the same for every kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonSpec {
    /// Name of the function in the cloud: letters, digits, hyphens and underscores.
    /// Defaults to `metadata.name`. Immutable: it can neither be changed, added nor dropped later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), regex(pattern = FUNCTION_NAME.pattern))]
    pub function_name: Option<String>,

    /// Tags of the function in the cloud. Keys that start with `cloudfn.dev/` or `aws:` are
    /// reserved. A key that is omitted is not managed; one that was set here and is dropped is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[x_kube(validation = each_key(
        "!k.startsWith('cloudfn.dev/') && !k.startsWith('aws:')",
        "tag keys that start with cloudfn.dev/ or aws: are reserved; choose another key"
    ))]
    pub tags: Option<BTreeMap<String, String>>,

    /// What becomes of the function when this object is deleted: `Delete` (what the operator does
    /// where it is omitted, unless its `--default-deletion-policy` says otherwise) or `Retain`. Read
    /// at the moment of deletion, so a patch to `Retain` is the way out of a deletion that hangs.
    /// Must be named where adoptionPolicy is not `Never`. Where the definition of this kind is itself
    /// being deleted, every function stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DeletionPolicy")]
    pub deletion_policy: Option<DeletionPolicy>,

    /// `Manage` creates, changes and deletes the function. `Observe` never writes to the cloud;
    /// `status.plannedChanges` then lists what `Manage` would do.
    #[serde(default)]
    pub management_policy: ManagementPolicy,

    /// Whether a function of this name that exists already may be taken: `Never`, `IfUnowned`
    /// (it has no owner tag of cloudfn) or `Always`. The operator's `--max-adoption-policy` bounds it.
    #[serde(default)]
    pub adoption_policy: AdoptionPolicy,

    /// What to do where somebody else changed, published or deleted the function while spec and
    /// references stood still: `Repair` (what the operator does where it is omitted, unless its
    /// `--default-drift-policy` says otherwise) puts it right and keeps what it overwrote in
    /// `status.lastDrift`. `Report` leaves it: the object is Stalled, `status.plannedChanges` lists
    /// what would be done, and the next edit or request for a look does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DriftPolicy")]
    pub drift_policy: Option<DriftPolicy>,
}

/// One change that is planned and left undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// The step: `Create`, `UpdateConfiguration`, `Publish`, ...
    pub step: String,
    /// The field of the spec that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The cloud's value. Never an environment value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The spec's value. Never an environment value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Unified diff from the cloud's text to the spec's, where both are text (a CloudFront
    /// function's code); cut where it is long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// What somebody else changed, as it was when cloudfn found it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastDrift {
    /// When it was found, RFC 3339.
    pub time: String,
    /// The fields of the spec that differed; `functionName` where the function was gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// SHA-256 of the code that was found in place of the spec's, as the status spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// CloudFront: the same of LIVE, where that was looked at and had other code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_code_sha256: Option<String>,
    /// From what was found to what the spec asks for: a line for each value, and a unified diff of
    /// CloudFront code. At most 4 KB. Never an environment value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<String>,
}

/// Kinds of objects that a spec can name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ReferenceKind {
    /// A ConfigMap: watched, an edit is deployed.
    ConfigMap,
    /// A Secret: read by name only.
    Secret,
}

/// An object that a spec names, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceName {
    /// `ConfigMap` or `Secret`.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
}

impl ReferenceName {
    /// A ConfigMap.
    #[must_use]
    pub fn config_map(name: &str) -> Self {
        Self {
            kind: ReferenceKind::ConfigMap,
            name: name.to_owned(),
        }
    }

    /// A Secret.
    #[must_use]
    pub fn secret(name: &str) -> Self {
        Self {
            kind: ReferenceKind::Secret,
            name: name.to_owned(),
        }
    }
}

/// An object that the spec names, at the version that was last used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// `ConfigMap` or `Secret`.
    pub kind: ReferenceKind,
    /// Its name, in the object's own namespace.
    pub name: String,
    /// Its `metadata.resourceVersion` when it was read; absent where it did not exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// Fields under `status` that mean the same for every kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommonStatus {
    /// The `metadata.generation` that this status speaks of; -1 before the first look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// ARN of the function in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// Name of the function in the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_name: Option<String>,
    /// Account that the function lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The cluster whose tag the function carried when cloudfn last wrote or read it as its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What cloudfn put into the cloud for this object and takes away again when the spec drops it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub managed: BTreeSet<String>,
    /// Under `managementPolicy: Observe`, what `Manage` would change; under `driftPolicy: Report`,
    /// what would put an outside edit right. At most 50 entries of 4 KB.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub planned_changes: Vec<PlannedChange>,
    /// What somebody else changed last, kept until the next such change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LastDrift")]
    pub last_drift: Option<LastDrift>,
    /// The generation for which the function was as asked for, with the references as they are
    /// here; absent from when cloudfn begins to change the function until it is so again. What
    /// differs then was changed by somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_generation: Option<i64>,
    /// The referenced objects, at the versions last used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The value of the annotation `cloudfn.dev/reconcile-requested-at` that was answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,
    /// The value of Flux's annotation `reconcile.fluxcd.io/requestedAt` that was answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_handled_flux_reconcile_at: Option<String>,
    /// When cloudfn last announced that it creates the function, RFC 3339 with microseconds. A create may still arrive
    /// in the cloud a minute later; until then a deletion does not believe that there is no function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_requested_at: Option<String>,
    /// The same of an earlier create, by another operator or before a restart, whose outcome is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_create_requested_at: Option<String>,
    /// `Ready`, always; `Reconciling` or `Stalled` only while true.
    #[serde(default)]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
}

/// A spec with the common fields.
pub trait ManagedSpec: Clone + Debug + DeserializeOwned + Send + Sync + 'static {
    /// The common fields.
    fn common(&self) -> &CommonSpec;

    /// The ConfigMaps and Secrets that it names.
    fn references(&self) -> BTreeSet<ReferenceName>;
}

/// A status with the common fields.
pub trait ManagedStatus:
    Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// The common fields.
    fn common(&self) -> &CommonStatus;
    /// The common fields, mutable.
    fn common_mut(&mut self) -> &mut CommonStatus;

    /// Records the region, if the kind has regions.
    fn set_region(&mut self, _region: &str) {}
}

/// What a cloud allows in the fields that every kind has.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Characters of a name.
    pub name: i64,
    /// Tags of a spec.
    pub tags: i64,
    /// Characters of a tag's key.
    pub tag_key: i64,
    /// Characters of a tag's value.
    pub tag_value: i64,
    /// Regular expression of keys and values of tags.
    pub tag_pattern: &'static str,
    /// The characters that it allows, in words.
    pub tag_words: &'static str,
}

/// A custom resource that describes a function.
pub trait ManagedResource:
    Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope> + Send + Sync + 'static
{
    /// What the kind's cloud allows in the fields that every kind has.
    const LIMITS: Limits;
    /// Its `spec`.
    type Spec: ManagedSpec;
    /// Its `status`.
    type Status: ManagedStatus;
}

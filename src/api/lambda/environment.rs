//! Environment variables, in the spec.

use std::collections::{BTreeMap, BTreeSet};

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::references::{KeyRef, ObjectName};
use crate::api::common::ReferenceName;
use crate::api::forms::{self, each_key};

/// Environment variables. A name given twice is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Names and plain values. At most 4 KB in all; secrets belong into `variablesFrom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 512, "additionalProperties" = {"type": "string", "maxLength": 4096}))]
    #[x_kube(validation = each_key(
        "k.matches('^[a-zA-Z][a-zA-Z0-9_]+$') && size(k) <= 256",
        "a name of a variable is a letter followed by at least one letter, digit or underscore; rename it"
    ))]
    pub variables: Option<BTreeMap<String, String>>,

    /// Values from ConfigMaps and Secrets of the same namespace; an edit is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub variables_from: Option<Vec<VariablesFrom>>,
}

impl Environment {
    /// The ConfigMaps and Secrets that it names.
    #[must_use]
    pub fn references(&self) -> BTreeSet<ReferenceName> {
        let entries = self.variables_from.iter().flatten();
        entries.flat_map(VariablesFrom::references).collect()
    }
}

/// One variable (`name` and `valueFrom`), or all keys of a ConfigMap or Secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "(has(self.valueFrom) ? 1 : 0) + (has(self.secretRef) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) == 1",
    "each entry of variablesFrom needs exactly one of valueFrom, secretRef and configMapRef"
))]
#[x_kube(validation = ("has(self.name) == has(self.valueFrom)", "name and valueFrom go together; set both or neither"))]
#[x_kube(validation = ("!has(self.prefix) || !has(self.valueFrom)", "prefix goes with secretRef or configMapRef only; drop it"))]
pub struct VariablesFrom {
    /// Name of the variable, with `valueFrom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 2, max = 256), regex(pattern = forms::VARIABLE.pattern))]
    pub name: Option<String>,
    /// Where that variable's value stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ValueFrom")]
    pub value_from: Option<ValueFrom>,
    /// Every key of this Secret becomes a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ObjectName")]
    pub secret_ref: Option<ObjectName>,
    /// Every key of this ConfigMap becomes a variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ObjectName")]
    pub config_map_ref: Option<ObjectName>,
    /// Put before each key, with `secretRef` or `configMapRef`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128), regex(pattern = forms::PREFIX.pattern))]
    pub prefix: Option<String>,
}

impl VariablesFrom {
    /// All that it names; a sound entry names one object.
    fn references(&self) -> impl Iterator<Item = ReferenceName> {
        let values = || self.value_from.iter();
        let secrets = values().filter_map(|value| Some(&value.secret_key_ref.as_ref()?.name));
        let secrets = secrets.chain(self.secret_ref.iter().map(|whole| &whole.name));
        let maps = values().filter_map(|value| Some(&value.config_map_key_ref.as_ref()?.name));
        let maps = maps.chain(self.config_map_ref.iter().map(|whole| &whole.name));
        let secrets = secrets.map(|name| ReferenceName::secret(name));
        secrets.chain(maps.map(|name| ReferenceName::config_map(name)))
    }
}

/// A key of a ConfigMap or of a Secret: exactly one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.secretKeyRef) != has(self.configMapKeyRef)",
    "valueFrom needs exactly one of secretKeyRef and configMapKeyRef"
))]
pub struct ValueFrom {
    /// A key of a Secret in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "KeyRef")]
    pub secret_key_ref: Option<KeyRef>,
    /// A key of a ConfigMap in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "KeyRef")]
    pub config_map_key_ref: Option<KeyRef>,
}

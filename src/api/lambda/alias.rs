//! Aliases of a function, in the spec.

use std::collections::BTreeMap;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::api::forms;

/// The version that an alias follows: the one that cloudfn published last.
pub const NEWEST: &str = "newest";
/// The version that an alias follows: the one that cloudfn published before the last.
pub const PREVIOUS: &str = "previous";
/// The function as it is, which is no version.
pub const LATEST: &str = "$LATEST";

/// An alias: a name for a version, which callers put after the function's own.
///
/// Source of shapes and limits: the Lambda API reference, `CreateAlias`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "!has(self.routingConfig) || !has(self.functionVersion) || self.functionVersion != '$LATEST'"
).message("an alias of $LATEST has no second version; name a version, or drop routingConfig")
 .field_path(".routingConfig"))]
#[x_kube(validation = Rule::new(
    "!has(self.routingConfig) || !((has(self.functionVersion) ? self.functionVersion : 'newest') in self.routingConfig.additionalVersionWeights)"
).message("the alias has this version already; give the weight to another one")
 .field_path(".routingConfig"))]
#[x_kube(validation = Rule::new(
    "!has(self.provisionedConcurrentExecutions) || !has(self.functionVersion) || self.functionVersion != '$LATEST'"
).message("AWS Lambda provides concurrency for published versions only; name another functionVersion, or drop provisionedConcurrentExecutions")
 .field_path(".provisionedConcurrentExecutions"))]
#[x_kube(validation = Rule::new(
    "!has(self.provisionedConcurrentExecutions) || !has(self.routingConfig)"
).message("an alias with provisioned concurrency sends its calls to one version; drop routingConfig or provisionedConcurrentExecutions")
 .field_path(".provisionedConcurrentExecutions"))]
pub struct Alias {
    /// Its name: letters, digits, hyphens and underscores, and not digits alone. Aliases of other names are left
    /// alone.
    #[schemars(length(min = 1, max = 128), regex(pattern = forms::ALIAS.pattern))]
    pub name: String,

    /// Free text. Omitted: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub description: Option<String>,

    /// The version: `newest` (where it is omitted) follows the one that cloudfn published last, `previous` the one
    /// before it (while there is none, the newest), also after the next publication; a number stays; `$LATEST` is
    /// the function as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 10), regex(pattern = forms::FUNCTION_VERSION.pattern))]
    pub function_version: Option<String>,

    /// A second version that gets some of the calls. Omitted: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RoutingConfig")]
    pub routing_config: Option<RoutingConfig>,

    /// How many execution environments are kept ready for calls by this alias; the object is Ready when they are.
    /// AWS charges for them while they are there. Omitted: what others set is left alone; dropped: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub provisioned_concurrent_executions: Option<i32>,
}

/// How calls are shared out between two versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "self.additionalVersionWeights.all(version, version.matches('^(newest|previous|[1-9][0-9]{0,8})$'))"
).message("this is no version; name newest, previous or a number")
 .field_path(".additionalVersionWeights"))]
pub struct RoutingConfig {
    /// The share of the calls (0 to 1) that another version gets; at most one. The version is `newest`, `previous`
    /// or a number. Where it turns out to be the alias's own, as `previous` is while there is none, no call is shared
    /// out.
    #[schemars(extend("maxProperties" = 1, "additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}))]
    pub additional_version_weights: BTreeMap<String, f64>,
}

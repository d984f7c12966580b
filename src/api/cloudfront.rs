//! `CloudFrontFunction`: code that runs at CloudFront's edge on every request or response.

mod config_map;
mod event;
mod testing;

use std::collections::BTreeSet;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws;
use super::common::{
    CommonSpec, CommonStatus, Limits, ManagedResource, ManagedSpec, ManagedStatus, ReferenceName,
};
use super::forms::KEY_VALUE_STORE_ARN;
pub use config_map::ConfigMapKeyRef;
pub use event::{
    Body, Cookie, CookieValue, Encoding, Event, EventContext, EventType, Expectation, Field,
    FieldValue, Request, Response, Viewer,
};
pub use testing::{FunctionTest, TestResult, TestsOutcome, TestsSource, TestsStatus};

/// A CloudFront function: created, kept as described, and published to LIVE by cloudfn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "cloudfn.dev",
    version = "v1alpha1",
    kind = "CloudFrontFunction",
    plural = "cloudfrontfunctions",
    singular = "cloudfrontfunction",
    shortname = "cff",
    category = "cloudfn",
    category = "aws",
    namespaced,
    status = "CloudFrontFunctionStatus",
    derive = "PartialEq",
    doc = "A CloudFront function: cloudfn creates it, keeps it as described here, and publishes it to LIVE.",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason"),
    printcolumn(name = "Live", type_ = "string", json_path = ".status.live.state"),
    printcolumn(name = "Status", type_ = "string", json_path = ".status.status"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Function", type_ = "string", json_path = ".status.functionName", priority = 1),
    printcolumn(name = "ARN", type_ = "string", json_path = ".status.arn", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1),
    printcolumn(name = "Code", type_ = "string", json_path = ".status.development.codeSha256", priority = 1),
    validation = Rule::new(
        "has(self.spec.functionName) || (size(self.metadata.name) <= 64 && !self.metadata.name.contains('.'))"
    ).message("metadata.name is no function name (at most 64 characters, no dots); set spec.functionName")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.functionName) == has(oldSelf.functionName) && (!has(self.functionName) || self.functionName == oldSelf.functionName)",
    "functionName is immutable, also from and to omitted; create another object with the new name, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
))]
#[x_kube(validation = (
    "self.adoptionPolicy == 'Never' || has(self.deletionPolicy)",
    "deletionPolicy must be named where adoptionPolicy is not Never; set it to Retain to keep an adopted function, or to Delete"
))]
#[x_kube(validation = Rule::new(
    "!has(self.keyValueStoreAssociations) || size(self.keyValueStoreAssociations) == 0 || self.runtime != 'cloudfront-js-1.0'"
).message("key value stores need the runtime cloudfront-js-2.0; set it, or drop the associations").field_path(".keyValueStoreAssociations"))]
pub struct CloudFrontFunctionSpec {
    /// Fields that every kind has.
    #[serde(flatten)]
    pub common: CommonSpec,

    /// A comment, kept with the function. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    #[x_kube(validation = (
        r"self.matches(r'^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]*$')",
        "it has control characters, which CloudFront refuses; take them out"
    ))]
    pub comment: Option<String>,

    /// The runtime: `cloudfront-js-2.0` (default) or `cloudfront-js-1.0`.
    #[serde(default = "default_runtime")]
    #[schemars(length(min = 1, max = 64))]
    pub runtime: String,

    /// The code: exactly one source, at most 10 KB.
    pub code: Code,

    /// The key value store that the code can read: one, however often it is named. Empty takes all
    /// associations away; omitted: not managed. Needs the runtime `cloudfront-js-2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub key_value_store_associations: Option<Vec<KeyValueStoreAssociation>>,

    /// `LIVE` (default) publishes every change. `DEVELOPMENT` keeps changes in the DEVELOPMENT
    /// stage and publishes nothing further; what is LIVE stays LIVE.
    #[serde(default)]
    pub stage: Stage,

    /// Tests that CloudFront runs on the DEVELOPMENT stage; nothing is published before all of them
    /// passed for exactly its content. Without tests, CloudFront runs the code once on a made-up event,
    /// and code that it cannot compile is not published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub tests: Vec<FunctionTest>,

    /// Further tests, from ConfigMaps: at most 32 together with those of `tests`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 8))]
    pub tests_from: Vec<TestsSource>,
}

fn default_runtime() -> String {
    "cloudfront-js-2.0".to_owned()
}

/// Where the code comes from: exactly one of `inline` and `configMapKeyRef`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.inline) != has(self.configMapKeyRef)",
    "code needs exactly one of inline and configMapKeyRef"
))]
#[x_kube(validation = Rule::new("!has(self.inline) || size(bytes(self.inline)) <= 10240")
    .message("the code is larger than the 10 KB (10240 bytes) that CloudFront takes; shorten it")
    .field_path(".inline"))]
#[x_kube(validation = Rule::new("!has(self.inline) || size(self.inline) > 0")
    .message("the code is empty; write a function named handler")
    .field_path(".inline"))]
pub struct Code {
    /// The JavaScript source. Helm templates change `{{...}}` in it; Flux's postBuild substitution
    /// changes `${...}`, also in ConfigMaps unless they are annotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub inline: Option<String>,

    /// A key of a ConfigMap in the same namespace. It is watched: an edit is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ConfigMapKeyRef")]
    pub config_map_key_ref: Option<ConfigMapKeyRef>,
}

/// A key value store that the code can read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyValueStoreAssociation {
    /// ARN of the store, in the function's own account.
    #[schemars(
        length(max = 85),
        regex(pattern = KEY_VALUE_STORE_ARN.pattern)
    )]
    pub key_value_store_arn: String,
}

/// How far cloudfn takes a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Stage {
    /// Publish every change.
    #[default]
    #[serde(rename = "LIVE")]
    Live,
    /// Keep changes in the DEVELOPMENT stage.
    #[serde(rename = "DEVELOPMENT")]
    Development,
}

/// What cloudfn last knew of the function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct CloudFrontFunctionStatus {
    /// Fields that every kind has.
    #[serde(flatten)]
    pub common: CommonStatus,
    /// `LIVE` once anything is published, else `DEVELOPMENT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The cloud's own word for the function: `UNPUBLISHED`, `UNASSOCIATED`, `DEPLOYED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `ETag` of the DEVELOPMENT stage: the guard of the next update, publish or delete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The DEVELOPMENT stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DevelopmentStatus")]
    pub development: Option<DevelopmentStatus>,
    /// The LIVE stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LiveStatus")]
    pub live: Option<LiveStatus>,
    /// The tests before LIVE, and what passed earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TestsStatus")]
    pub tests: Option<TestsStatus>,
    /// When the function was created, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_time: Option<String>,
    /// A create that is sent without tags because the cloud refused it with tags: the hash of what
    /// it sends. An untagged function of that content is this object's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Intent")]
    pub intent: Option<Intent>,
}

/// The DEVELOPMENT stage.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DevelopmentStatus {
    /// SHA-256 of the code, hexadecimal.
    pub code_sha256: String,
    /// Bytes of code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_size: Option<i64>,
    /// When this stage was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
}

/// The LIVE stage, compared with DEVELOPMENT by content, never by `ETag`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LiveStatus {
    /// `Current`: LIVE has the content that the spec asks for. `Older`: it has what an earlier spec asked for.
    /// `Different`: it has another content, such as a hand edit's.
    /// `Never`: nothing was published.
    pub state: LiveState,
    /// `ETag` of the LIVE stage, once it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// SHA-256 of the code in LIVE, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// When LIVE was last changed, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_time: Option<String>,
    /// DEVELOPMENT `ETag` that cloudfn published last, until LIVE's own is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_etag: Option<String>,
}

/// How LIVE compares with what the spec asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LiveState {
    /// LIVE has the wanted content.
    Current,
    /// LIVE has what an earlier spec asked for.
    Older,
    /// LIVE has another content.
    Different,
    /// Nothing was published yet.
    #[default]
    Never,
}

/// What a create without tags is about to make.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Intent {
    /// How often the cloud refused the create with tags.
    pub refusals: i32,
    /// SHA-256 over code, comment, runtime and associations; absent until the create without tags is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_sha256: Option<String>,
    /// When the function of that content was created that has the owner tags, RFC 3339; absent before it has
    /// them. An earlier create without tags may still make another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed: Option<String>,
}

impl ManagedSpec for CloudFrontFunctionSpec {
    fn common(&self) -> &CommonSpec {
        &self.common
    }

    fn references(&self) -> BTreeSet<ReferenceName> {
        let code = self.code.config_map_key_ref.iter();
        let tests = self
            .tests_from
            .iter()
            .map(|tests| &tests.config_map_key_ref);
        let named = |key: &ConfigMapKeyRef| ReferenceName::config_map(&key.name);
        code.chain(tests).map(named).collect()
    }
}

impl ManagedStatus for CloudFrontFunctionStatus {
    fn common(&self) -> &CommonStatus {
        &self.common
    }
    fn common_mut(&mut self) -> &mut CommonStatus {
        &mut self.common
    }
}

impl ManagedResource for CloudFrontFunction {
    const LIMITS: Limits = aws::LIMITS;
    type Spec = CloudFrontFunctionSpec;
    type Status = CloudFrontFunctionStatus;
}

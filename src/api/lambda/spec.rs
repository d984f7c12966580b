//! What a person writes of a Lambda function.

use std::collections::BTreeSet;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::code::Code;
use super::environment::Environment;
use super::status::LambdaFunctionStatus;
use super::url::FunctionUrlConfig;
use super::word::Word;
use crate::api::aws;
use crate::api::common::{CommonSpec, Limits, ManagedResource, ManagedSpec, ReferenceName};
use crate::api::forms;

/// A Lambda function: created, kept as described, and (with `publish`) versioned by cloudfn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, CustomResource, KubeSchema)]
#[kube(
    group = "cloudfn.dev",
    version = "v1alpha1",
    kind = "LambdaFunction",
    plural = "lambdafunctions",
    singular = "lambdafunction",
    shortname = "lfn",
    category = "cloudfn",
    category = "aws",
    namespaced,
    status = "LambdaFunctionStatus",
    derive = "PartialEq",
    doc = "An AWS Lambda function: cloudfn creates it, keeps it as described here, and waits until the cloud has settled.",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason"),
    printcolumn(name = "Version", type_ = "string", json_path = ".status.latestVersion"),
    printcolumn(name = "Region", type_ = "string", json_path = ".status.region"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Function", type_ = "string", json_path = ".status.functionName", priority = 1),
    printcolumn(name = "Account", type_ = "string", json_path = ".status.accountId", priority = 1),
    printcolumn(name = "State", type_ = "string", json_path = ".status.state", priority = 1),
    printcolumn(name = "Update", type_ = "string", json_path = ".status.lastUpdateStatus", priority = 1),
    printcolumn(name = "URL", type_ = "string", json_path = ".status.functionUrl", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1),
    printcolumn(name = "Code", type_ = "string", json_path = ".status.codeSha256", priority = 1),
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
    "has(self.region) == has(oldSelf.region) && (!has(self.region) || self.region == oldSelf.region)",
    "region is immutable, also from and to omitted; create another object in the other region, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
))]
#[x_kube(validation = (
    "self.adoptionPolicy == 'Never' || has(self.deletionPolicy)",
    "deletionPolicy must be named where adoptionPolicy is not Never; set it to Retain to keep an adopted function, or to Delete"
))]
pub struct LambdaFunctionSpec {
    /// Fields that every kind has.
    #[serde(flatten)]
    pub common: CommonSpec,

    /// AWS region. Defaults to the operator's. Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 5, max = 32),
        regex(pattern = forms::REGION.pattern)
    )]
    pub region: Option<String>,

    /// Runtime identifier, for instance `python3.13`.
    #[schemars(length(min = 1, max = 64))]
    pub runtime: String,

    /// Entry point in the code, for instance `index.handler`.
    #[schemars(length(min = 1, max = 128), regex(pattern = forms::HANDLER.pattern))]
    pub handler: String,

    /// ARN of the role that the function runs with.
    #[schemars(
        length(max = 2048),
        regex(pattern = forms::ROLE.pattern)
    )]
    pub role: String,

    /// Free text. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub description: Option<String>,

    /// Seconds that a call may take. Omitted: not managed (the cloud's own default is 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 900))]
    pub timeout: Option<i32>,

    /// Memory in megabytes. Omitted: not managed (the cloud's own default is 128).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 128, max = 10240))]
    pub memory_size: Option<i32>,

    /// Size of `/tmp`. Omitted: not managed (the cloud's own default is 512 MB).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EphemeralStorage")]
    pub ephemeral_storage: Option<EphemeralStorage>,

    /// Tracing with AWS X-Ray. Omitted: not managed (the cloud's own default is `PassThrough`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TracingConfig")]
    pub tracing_config: Option<TracingConfig>,

    /// What Lambda does when it finds that the function calls itself in a loop through a queue, a
    /// topic or a bucket. Omitted: not managed (the cloud's own default is `Terminate`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RecursiveLoop")]
    pub recursive_loop: Option<RecursiveLoop>,

    /// How many calls of the function may run at the same time; the account's concurrency keeps as
    /// many for it. 0 stops all calls. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0))]
    pub reserved_concurrent_executions: Option<i32>,

    /// An HTTPS endpoint of the function's own; `status.functionUrl` says where. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "FunctionUrlConfig")]
    pub function_url_config: Option<FunctionUrlConfig>,

    /// Instruction set: exactly one of `x86_64` and `arm64`. Omitted: not managed (the cloud's own
    /// default is `x86_64`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1))]
    pub architectures: Option<Vec<Architecture>>,

    /// Environment variables of the function. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Environment")]
    pub environment: Option<Environment>,

    /// The code: exactly one source.
    pub code: Code,

    /// Publish a version after every change of code or configuration.
    #[serde(default)]
    pub publish: bool,
}

/// The function's `/tmp`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EphemeralStorage {
    /// Megabytes.
    #[schemars(range(min = 512, max = 10240))]
    pub size: i32,
}

/// Tracing with AWS X-Ray.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracingConfig {
    /// `Active` samples calls; the role then needs `xray:PutTraceSegments`. `PassThrough` traces
    /// calls whose caller does.
    pub mode: TracingMode,
}

/// Whether calls are traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TracingMode {
    /// Lambda samples calls.
    Active,
    /// The caller decides.
    PassThrough,
}

impl Word for TracingMode {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::PassThrough => "PassThrough",
        }
    }
}

/// Recursive loop detection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RecursiveLoop {
    /// The loop goes on.
    Allow,
    /// Lambda stops the loop.
    Terminate,
}

impl Word for RecursiveLoop {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Terminate => "Terminate",
        }
    }
}

/// Instruction sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Architecture {
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM.
    #[serde(rename = "arm64")]
    Arm64,
}

impl Word for Architecture {
    fn as_str(&self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl ManagedSpec for LambdaFunctionSpec {
    fn common(&self) -> &CommonSpec {
        &self.common
    }

    fn references(&self) -> BTreeSet<ReferenceName> {
        let environment = self.environment.iter().flat_map(Environment::references);
        let code = self.code.config_map_ref.iter();
        let code = code.map(|map| ReferenceName::config_map(&map.name));
        environment.chain(code).collect()
    }
}

impl ManagedResource for LambdaFunction {
    const LIMITS: Limits = aws::LIMITS;
    type Spec = LambdaFunctionSpec;
    type Status = LambdaFunctionStatus;
}

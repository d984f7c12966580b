//! What a person writes of a Lambda function.

use std::collections::BTreeSet;

use kube::{CustomResource, KubeSchema};
use serde::{Deserialize, Serialize};

use super::alias::Alias;
use super::blocks::{
    DeadLetterConfig, DurableConfig, EphemeralStorage, FileSystemConfig, ImageConfig,
    LoggingConfig, SnapStart, TenancyConfig, TracingConfig, VpcConfig,
};
use super::code::Code;
use super::environment::Environment;
use super::event_invoke::EventInvokeConfig;
use super::permission::Permission;
use super::runtime_management::RuntimeManagementConfig;
use super::status::LambdaFunctionStatus;
use super::url::FunctionUrlConfig;
use super::word::words;
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
// An archive has a handler and an image has none. A rule about the change of `code` itself would refuse the
// status of an object whose `code` is of a wrong type: rules about changes are not ratcheted.
#[x_kube(validation = (
    "has(self.handler) == has(oldSelf.handler)",
    "a function is made of an archive or of an image for good; create another object with another functionName, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
))]
#[x_kube(validation = (
    "has(self.code.imageUri) || (has(self.runtime) && has(self.handler))",
    "runtime and handler are needed, except with code.imageUri; name both"
))]
#[x_kube(validation = (
    "!has(self.code.imageUri) || (!has(self.runtime) && !has(self.handler) && !has(self.layers))",
    "an image has its own runtime, handler and layers; drop runtime, handler and layers, and see imageConfig"
))]
#[x_kube(validation = (
    "has(self.code.imageUri) || !has(self.imageConfig)",
    "imageConfig goes with code.imageUri only; drop it"
))]
// Lambda API reference, `TenancyConfig`: it cannot be changed.
#[x_kube(validation = (
    "has(self.tenancyConfig) == has(oldSelf.tenancyConfig) && (!has(self.tenancyConfig) || self.tenancyConfig == oldSelf.tenancyConfig)",
    "tenancyConfig is immutable, also from and to omitted; create another object with another functionName, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
))]
// Lambda Developer Guide, "Tenant isolation".
#[x_kube(validation = Rule::new(
    "!has(self.tenancyConfig) || (!has(self.functionUrlConfig) && (!has(self.snapStart) || self.snapStart.applyOn == 'None'))"
).message("tenant isolation goes with neither function URLs nor SnapStart; drop functionUrlConfig and snapStart, or make a function without tenancyConfig")
 .field_path(".tenancyConfig"))]
// Lambda Developer Guide, "Configure Lambda durable functions": it cannot be enabled for a function that exists.
#[x_kube(validation = (
    "has(self.durableConfig) == has(oldSelf.durableConfig)",
    "a function is durable, or not, for good; create another object with another functionName, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
))]
// Lambda Developer Guide, "Using code signing to verify code integrity with Lambda": archives only.
#[x_kube(validation = Rule::new("!has(self.code.imageUri) || !has(self.codeSigningConfigArn)")
    .message("code signing is for archives, and code.imageUri names an image; drop codeSigningConfigArn")
    .field_path(".codeSigningConfigArn"))]
// Lambda Developer Guide, "Understanding how Lambda manages runtime version updates": Lambda's own runtimes only.
#[x_kube(validation = Rule::new("!has(self.code.imageUri) || !has(self.runtimeManagementConfig)")
    .message("an image has its own runtime; drop runtimeManagementConfig")
    .field_path(".runtimeManagementConfig"))]
// Lambda Developer Guide, "Lambda SnapStart", "Supported features and limitations".
#[x_kube(validation = Rule::new(
    "!has(self.snapStart) || self.snapStart.applyOn == 'None' || (!has(self.code.imageUri) && (!has(self.fileSystemConfigs) || size(self.fileSystemConfigs) == 0) && (!has(self.ephemeralStorage) || self.ephemeralStorage.size <= 512))"
).message("SnapStart takes archives only, no file system, and at most 512 MB of ephemeralStorage; drop what does not fit, or set applyOn to None")
 .field_path(".snapStart"))]
#[x_kube(validation = Rule::new(
    "!has(self.fileSystemConfigs) || size(self.fileSystemConfigs) == 0 || (has(self.vpcConfig) && has(self.vpcConfig.subnetIds) && size(self.vpcConfig.subnetIds) > 0)"
).message("a file system is reached through a VPC; name the subnets and security groups in vpcConfig, or drop fileSystemConfigs")
 .field_path(".fileSystemConfigs"))]
#[x_kube(validation = Rule::new("self.publish || !has(self.keepVersions)")
    .message("keepVersions goes with publish: true only; set it, or drop keepVersions")
    .field_path(".keepVersions"))]
#[x_kube(validation = Rule::new(
    "self.publish || !has(self.aliases) || self.aliases.all(alias, has(alias.functionVersion) && !(alias.functionVersion in ['newest', 'previous']) && (!has(alias.routingConfig) || alias.routingConfig.additionalVersionWeights.all(version, !(version in ['newest', 'previous']))))"
).message("aliases of newest (where functionVersion is omitted) and previous go with publish: true only; set it, or name a version by its number, or $LATEST")
 .field_path(".aliases"))]
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

    /// Runtime identifier, for instance `python3.13`. An image has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub runtime: Option<String>,

    /// Entry point in the code, for instance `index.handler`. An image has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128), regex(pattern = forms::HANDLER.pattern))]
    pub handler: Option<String>,

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

    /// Where events go that an asynchronous call could not deliver. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DeadLetterConfig")]
    pub dead_letter_config: Option<DeadLetterConfig>,

    /// ARN of the KMS key for the environment variables and snapshots. Empty: Lambda's own key.
    /// Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048), regex(pattern = forms::KMS_KEY.pattern))]
    pub kms_key_arn: Option<String>,

    /// ARNs of layer versions, in the order in which they are laid over each other. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 5), inner(length(min = 1, max = 512), regex(pattern = forms::LAYER.pattern)))]
    pub layers: Option<Vec<String>>,

    /// Starting from a snapshot. Omitted: not managed (the cloud's own default is `None`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SnapStart")]
    pub snap_start: Option<SnapStart>,

    /// The VPC that the function reaches. Omitted: not managed (the cloud's own default is none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "VpcConfig")]
    pub vpc_config: Option<VpcConfig>,

    /// A file system that the function sees as a folder; at most one. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1))]
    pub file_system_configs: Option<Vec<FileSystemConfig>>,

    /// What an image starts, in place of what it says itself; with `code.imageUri` only. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ImageConfig")]
    pub image_config: Option<ImageConfig>,

    /// Where the function logs to, and what. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LoggingConfig")]
    pub logging_config: Option<LoggingConfig>,

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

    /// Statements of the function's policy. Statements that it does not name are left alone; a URL with
    /// `authType: NONE` has two of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["statementId".into()]))]
    pub permissions: Vec<Permission>,

    /// What becomes of events that the function gets asynchronously. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventInvokeConfig")]
    pub event_invoke_config: Option<EventInvokeConfig>,

    /// ARN of the configuration that says whose signatures the code must have; archives only. Empty: none.
    /// Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 200), regex(pattern = forms::CODE_SIGNING_CONFIG.pattern))]
    pub code_signing_config_arn: Option<String>,

    /// When the function gets newer versions of its runtime; archives only. Omitted: not managed (the cloud's own
    /// default is `Auto`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RuntimeManagementConfig")]
    pub runtime_management_config: Option<RuntimeManagementConfig>,

    /// Tenants that share no environment. Omitted: not managed (the cloud's own default is none). Immutable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TenancyConfig")]
    pub tenancy_config: Option<TenancyConfig>,

    /// Durable execution. Omitted: not managed (the cloud's own default is none). Immutable as a choice: what it
    /// says may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DurableConfig")]
    pub durable_config: Option<DurableConfig>,

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

    /// How many of the versions that cloudfn published stay, the newest included; older ones are deleted, except the
    /// one before the newest, and those that an alias is of or shares calls with, or that have provisioned concurrency.
    /// Done after each version that is published. Versions of others stay. Omitted: all stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub keep_versions: Option<i32>,

    /// Names for versions. Aliases that it does not name are left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    pub aliases: Vec<Alias>,
}

words! {
    /// Recursive loop detection. By default, as of a function that nobody set it for (Lambda API reference,
    /// PutFunctionRecursionConfig), loops are stopped.
    #[derive(Default)]
    RecursiveLoop {
        /// The loop goes on.
        Allow = "Allow",
        /// Lambda stops the loop.
        #[default]
        Terminate = "Terminate",
    }
}

words! {
    /// Instruction sets.
    Architecture {
        /// 64-bit x86.
        X86_64 = "x86_64",
        /// 64-bit ARM.
        Arm64 = "arm64",
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

//! Blocks of a Lambda function's configuration, in the spec.
//!
//! A block belongs together: what a named block omits is as in a function that was created without it.
//!
//! Source of shapes, limits and defaults: the Lambda API reference, version 2015-03-31.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::words;
use crate::api::forms;

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

words! {
    /// Whether calls are traced.
    TracingMode {
        /// Lambda samples calls.
        Active = "Active",
        /// The caller decides.
        PassThrough = "PassThrough",
    }
}

/// Where events go that an asynchronous call could not deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeadLetterConfig {
    /// ARN of an SQS queue or an SNS topic; the role needs `sqs:SendMessage` or `sns:Publish`. Empty: none.
    #[schemars(length(max = 2048), regex(pattern = forms::DEAD_LETTER_TARGET.pattern))]
    pub target_arn: String,
}

/// Starting from a snapshot of the initialized function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnapStart {
    /// What is started from a snapshot. A published version is, so `publish` goes with it.
    pub apply_on: SnapStartApplyOn,
}

words! {
    /// What is started from a snapshot.
    SnapStartApplyOn {
        /// Published versions.
        PublishedVersions = "PublishedVersions",
        /// Nothing.
        None = "None",
    }
}

/// The VPC that the function reaches. The role needs `ec2:CreateNetworkInterface`,
/// `ec2:DescribeNetworkInterfaces` and `ec2:DeleteNetworkInterface`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "(has(self.subnetIds) && size(self.subnetIds) > 0) == (has(self.securityGroupIds) && size(self.securityGroupIds) > 0)",
    "subnetIds and securityGroupIds go together; name at least one of each, or none of both"
))]
#[x_kube(validation = Rule::new(
    "!has(self.ipv6AllowedForDualStack) || !self.ipv6AllowedForDualStack || (has(self.subnetIds) && size(self.subnetIds) > 0)"
).message("ipv6AllowedForDualStack goes with subnets; name some in subnetIds, or drop it")
 .field_path(".ipv6AllowedForDualStack"))]
pub struct VpcConfig {
    /// Subnets of one VPC, in any order. Empty or omitted, as `securityGroupIds`: outside of any VPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 64), regex(pattern = forms::SUBNET.pattern)))]
    pub subnet_ids: Option<Vec<String>>,
    /// Security groups of that VPC, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 5), inner(length(min = 1, max = 64), regex(pattern = forms::SECURITY_GROUP.pattern)))]
    pub security_group_ids: Option<Vec<String>>,
    /// Outgoing IPv6 in subnets that have both versions of IP. Omitted: no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_allowed_for_dual_stack: Option<bool>,
}

/// A file system that the function sees as a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileSystemConfig {
    /// ARN of an access point of Amazon EFS, in the function's VPC.
    #[schemars(length(max = 256), regex(pattern = forms::ACCESS_POINT.pattern))]
    pub arn: String,
    /// The folder, below `/mnt/`.
    #[schemars(length(max = 160), regex(pattern = forms::MOUNT.pattern))]
    pub local_mount_path: String,
}

/// What an image starts, in place of what it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImageConfig {
    /// Program and first arguments. Omitted: the image's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1500), inner(length(max = 4096)))]
    pub entry_point: Option<Vec<String>>,
    /// Further arguments. Omitted: the image's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1500), inner(length(max = 4096)))]
    pub command: Option<Vec<String>>,
    /// Folder in which it starts. Omitted: the image's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000))]
    pub working_directory: Option<String>,
}

/// Where the function logs to, and what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "(has(self.logFormat) && self.logFormat == 'JSON') || (!has(self.applicationLogLevel) && !has(self.systemLogLevel))",
    "applicationLogLevel and systemLogLevel go with logFormat JSON only; set logFormat to JSON, or drop them"
))]
pub struct LoggingConfig {
    /// `Text`, or `JSON` for structured logs. Omitted: `Text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LogFormat")]
    pub log_format: Option<LogFormat>,
    /// Least level of the function's own lines, with `JSON`. Omitted: `INFO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ApplicationLogLevel")]
    pub application_log_level: Option<ApplicationLogLevel>,
    /// Least level of Lambda's lines, with `JSON`. Omitted: `INFO`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SystemLogLevel")]
    pub system_log_level: Option<SystemLogLevel>,
    /// Log group in CloudWatch. Omitted: `/aws/lambda/` and the function's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 512), regex(pattern = forms::LOG_GROUP.pattern))]
    pub log_group: Option<String>,
}

words! {
    /// The form of a log.
    LogFormat {
        /// Lines of text.
        Text = "Text",
        /// An object of JSON for each line.
        Json = "JSON",
    }
}

words! {
    /// Levels of a function's own lines.
    ApplicationLogLevel {
        /// Everything.
        Trace = "TRACE",
        /// What helps to find a fault.
        Debug = "DEBUG",
        /// What happens.
        Info = "INFO",
        /// What may be wrong.
        Warn = "WARN",
        /// What went wrong.
        Error = "ERROR",
        /// What ended the function.
        Fatal = "FATAL",
    }
}

words! {
    /// Levels of Lambda's lines.
    SystemLogLevel {
        /// What helps to find a fault.
        Debug = "DEBUG",
        /// What happens.
        Info = "INFO",
        /// What may be wrong.
        Warn = "WARN",
    }
}

/// Who shares an environment in which the function runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TenancyConfig {
    /// `PER_TENANT`: calls name a tenant, and an environment serves one tenant only.
    pub tenant_isolation_mode: TenantIsolationMode,
}

words! {
    /// Who shares an environment in which a function runs.
    TenantIsolationMode {
        /// The calls of one tenant.
        PerTenant = "PER_TENANT",
    }
}

/// Durable execution: a call may go on for longer than `timeout`, in steps whose results are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DurableConfig {
    /// Seconds that a durable execution may take, all in all.
    #[schemars(range(min = 1, max = 31_622_400))]
    pub execution_timeout: i32,
    /// Days for which the history of an execution is kept after its end. Omitted: 14.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 90))]
    pub retention_period_in_days: Option<i32>,
    /// ARN of the KMS key for what executions keep. Empty or omitted: AWS's own key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048), regex(pattern = forms::KMS_KEY.pattern))]
    pub kms_key_arn: Option<String>,
}

//! `LambdaFunction`: an AWS Lambda function.

use std::collections::BTreeMap;

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{CommonSpec, CommonStatus, ManagedResource, ManagedSpec, ManagedStatus};

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
    printcolumn(name = "Code", type_ = "string", json_path = ".status.codeSha256", priority = 1),
    printcolumn(name = "Message", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].message", priority = 1),
    validation = Rule::new(
        "has(self.spec.functionName) || (size(self.metadata.name) <= 64 && !self.metadata.name.contains('.'))"
    ).message("metadata.name is no function name (at most 64 characters, no dots); set spec.functionName")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "has(self.functionName) == has(oldSelf.functionName) && (!has(self.functionName) || self.functionName == oldSelf.functionName)",
    "functionName is immutable, also from and to omitted; delete the object and create one with the new name"
))]
#[x_kube(validation = (
    "has(self.region) == has(oldSelf.region) && (!has(self.region) || self.region == oldSelf.region)",
    "region is immutable, also from and to omitted; delete the object and create one in the other region"
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
        regex(pattern = "^[a-z]{2,4}(-[a-z]+)+-[0-9]$")
    )]
    pub region: Option<String>,

    /// Runtime identifier, for instance `python3.13`.
    #[schemars(length(min = 1, max = 64))]
    pub runtime: String,

    /// Entry point in the code, for instance `index.handler`.
    #[schemars(length(min = 1, max = 128), regex(pattern = r"^[^\s]+$"))]
    pub handler: String,

    /// ARN of the role that the function runs with.
    #[schemars(
        length(max = 2048),
        regex(pattern = r"^arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$")
    )]
    pub role: String,

    /// Free text, at most 256 characters. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub description: Option<String>,

    /// Seconds that a call may take, 1 to 900. Omitted: not managed (the cloud's own default is 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 900))]
    pub timeout: Option<i32>,

    /// Memory in megabytes, 128 to 10240. Omitted: not managed (the cloud's own default is 128).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 128, max = 10240))]
    pub memory_size: Option<i32>,

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

impl Architecture {
    /// The API's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

/// Environment variables. A name given twice is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    /// Names and plain values. At most 4 KB in all; secrets belong into `variablesFrom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("maxProperties" = 512, "additionalProperties" = {"type": "string", "maxLength": 4096}))]
    #[x_kube(validation = (
        "self.all(k, k.matches('^[a-zA-Z][a-zA-Z0-9_]+$') && size(k) <= 256)",
        "a variable's name is a letter followed by at least one letter, digit or underscore; rename it"
    ))]
    pub variables: Option<BTreeMap<String, String>>,

    /// Values from ConfigMaps and Secrets of the same namespace; an edit is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100))]
    pub variables_from: Option<Vec<VariablesFrom>>,
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
    #[schemars(length(min = 2, max = 256), regex(pattern = "^[a-zA-Z][a-zA-Z0-9_]+$"))]
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
    #[schemars(length(max = 128), regex(pattern = "^[a-zA-Z][a-zA-Z0-9_]*$"))]
    pub prefix: Option<String>,
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

/// A key of an object in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyRef {
    /// Name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key in its data.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// An object in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectName {
    /// Name of the object.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Where the code comes from: exactly one of `inline`, `configMapRef`, `zipFile` and `s3Bucket` with `s3Key`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "(has(self.inline) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) + (has(self.zipFile) ? 1 : 0) + (has(self.s3Bucket) ? 1 : 0) == 1",
    "code needs exactly one of inline, configMapRef, zipFile and s3Bucket (with s3Key)"
))]
#[x_kube(validation = ("has(self.s3Bucket) == has(self.s3Key)", "s3Bucket and s3Key go together; set both or neither"))]
#[x_kube(validation = ("!has(self.s3ObjectVersion) || has(self.s3Key)", "s3ObjectVersion goes with s3Bucket and s3Key; set them or drop it"))]
pub struct Code {
    /// Files, zipped by cloudfn: the same files always make the same archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "InlineCode")]
    pub inline: Option<InlineCode>,
    /// A ConfigMap of the same namespace whose keys are the files. It is watched: an edit is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ObjectName")]
    pub config_map_ref: Option<ObjectName>,
    /// A zip archive, base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 1_048_576),
        regex(pattern = "^[A-Za-z0-9+/\n]+={0,2}\n?$")
    )]
    pub zip_file: Option<String>,
    /// S3 bucket of the archive, in the function's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 3, max = 63),
        regex(pattern = r"^[0-9A-Za-z.\-_]*[0-9A-Za-z\-_]$")
    )]
    pub s3_bucket: Option<String>,
    /// S3 key of the archive. A new key or version is deployed; a new object under the same key is not noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub s3_key: Option<String>,
    /// S3 version of the archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024))]
    pub s3_object_version: Option<String>,
}

/// Files that stand in the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct InlineCode {
    /// Path in the archive to text. Paths are relative, with `/` between folders.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 64, "additionalProperties" = {"type": "string", "maxLength": 262144}))]
    #[x_kube(validation = (
        "self.all(p, size(p) >= 1 && size(p) <= 255 && !p.startsWith('/') && !p.endsWith('/') && !p.contains('..') && !p.contains('\\\\'))",
        "a file's path is relative, without '..' and backslashes, and at most 255 characters; rename the file"
    ))]
    pub files: BTreeMap<String, String>,
}

/// What cloudfn last knew of the function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("default" = {"observedGeneration": -1}))]
pub struct LambdaFunctionStatus {
    /// Fields that every kind has.
    #[serde(flatten)]
    pub common: CommonStatus,
    /// Region that the function lives in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Base64 of the SHA-256 of the deployment package, as the cloud reports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<String>,
    /// Bytes of the deployment package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_size: Option<i64>,
    /// The cloud's own text of when the function was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
    /// The cloud's word: `Pending`, `Active`, `Inactive`, `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Why, in the cloud's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason: Option<String>,
    /// Why, as the cloud's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_reason_code: Option<String>,
    /// The cloud's word for the last update: `Successful`, `InProgress`, `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_status: Option<String>,
    /// Why, in the cloud's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_status_reason: Option<String>,
    /// Why, as the cloud's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_update_status_reason_code: Option<String>,
    /// Where the code came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CodeStatus")]
    pub code: Option<CodeStatus>,
    /// The version that cloudfn published last, with `publish`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<String>,
    /// What that version was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PublishedStatus")]
    pub published: Option<PublishedStatus>,
    /// How often a function that failed to start was deleted and created again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recreations: Option<i32>,
}

/// The source that was deployed last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CodeStatus {
    /// S3 bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_bucket: Option<String>,
    /// S3 key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_key: Option<String>,
    /// S3 version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s3_object_version: Option<String>,
    /// `CodeSha256` that the cloud reported when this source was deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed_sha256: Option<String>,
}

/// A published version, so that an unchanged function is not published again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedStatus {
    /// Base64 of the SHA-256 of its code.
    pub code_sha256: String,
    /// SHA-256 over its configuration, hexadecimal; environment values are part of it only as
    /// part of that hash over everything.
    pub configuration_sha256: String,
}

impl ManagedSpec for LambdaFunctionSpec {
    fn common(&self) -> &CommonSpec {
        &self.common
    }
    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}

impl ManagedStatus for LambdaFunctionStatus {
    fn common(&self) -> &CommonStatus {
        &self.common
    }
    fn common_mut(&mut self) -> &mut CommonStatus {
        &mut self.common
    }
    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
    fn set_region(&mut self, region: &str) {
        self.region = Some(region.to_owned());
    }
}

impl ManagedResource for LambdaFunction {
    type Spec = LambdaFunctionSpec;
    type Status = LambdaFunctionStatus;
}

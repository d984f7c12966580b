//! What cloudfn last knew of the function.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::common::{CommonStatus, ManagedStatus, ReferenceKind};

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
    /// The version that cloudfn published before it, or itself while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_version: Option<String>,
    /// What the latest version was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PublishedStatus")]
    pub published: Option<PublishedStatus>,
    /// The aliases that the spec names, as they were last read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AliasStatus>,
    /// State of `latestVersion` while aliases that follow it wait for it: `Active`, `Pending` or `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest_version_state: Option<String>,
    /// What old versions were last deleted for, with `keepVersions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CleanedUpStatus")]
    pub cleaned_up: Option<CleanedUpStatus>,
    /// Old versions that the cloud refused to delete, since something uses them. They are tried again after the next
    /// version is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undeleted_versions: Vec<String>,
    /// Where the function answers over HTTPS, with `functionUrlConfig`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function_url: Option<String>,
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
    /// URI of the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_uri: Option<String>,
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
    /// SHA-256 over its configuration but the environment, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings_sha256: Option<String>,
    /// SHA-256 over `environment` as the spec has it, hexadecimal: plain values, and where the others
    /// come from. No value from a ConfigMap or a Secret is part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment_sha256: Option<String>,
    /// The ConfigMaps and Secrets that its environment came from, in the versions of which it was
    /// known to be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<PublishedReference>,
    /// `lastModified` of the function when it was last known to be as it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// An alias.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AliasStatus {
    /// Its name.
    pub name: String,
    /// The version that it is of.
    pub function_version: String,
    /// Its ARN, by which callers reach it.
    pub alias_arn: String,
    /// Its provisioned concurrency, with `provisionedConcurrentExecutions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ProvisionedConcurrencyStatus")]
    pub provisioned_concurrency: Option<ProvisionedConcurrencyStatus>,
}

/// Provisioned concurrency, as it was last read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProvisionedConcurrencyStatus {
    /// How many execution environments were asked for.
    pub requested: i32,
    /// AWS's word: `IN_PROGRESS`, `READY` or `FAILED`.
    pub status: String,
    /// AWS's words for a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_reason: Option<String>,
}

/// Versions that were deleted down to a number, so that they are not looked for again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CleanedUpStatus {
    /// The latest version then.
    pub latest_version: String,
    /// `keepVersions` then.
    pub keep_versions: i32,
}

/// A ConfigMap or Secret that the environment of a published version came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedReference {
    /// `ConfigMap` or `Secret`.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
    /// Its `metadata.uid`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Its `metadata.resourceVersion`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

impl ManagedStatus for LambdaFunctionStatus {
    fn common(&self) -> &CommonStatus {
        &self.common
    }
    fn common_mut(&mut self) -> &mut CommonStatus {
        &mut self.common
    }
    fn set_region(&mut self, region: &str) {
        self.region = Some(region.to_owned());
    }
}

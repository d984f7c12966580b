//! Where the code comes from, in the spec.

use std::collections::BTreeMap;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::references::ObjectName;
use super::word::words;
use crate::api::forms::{BUCKET, IMAGE, KMS_KEY, each_key};

words! {
    /// How Lambda keeps an archive from S3.
    S3ObjectStorageMode {
        /// A copy of its own.
        Copy = "COPY",
        /// None: the object is read where it lies.
        Reference = "REFERENCE",
    }
}

/// Where the code comes from: exactly one of `inline`, `configMapRef`, `zipFile`, `s3Bucket` with `s3Key`, and
/// `imageUri`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = (
    "(has(self.inline) ? 1 : 0) + (has(self.configMapRef) ? 1 : 0) + (has(self.zipFile) ? 1 : 0) + (has(self.s3Bucket) ? 1 : 0) + (has(self.imageUri) ? 1 : 0) == 1",
    "code needs exactly one of inline, configMapRef, zipFile, s3Bucket (with s3Key) and imageUri"
))]
#[x_kube(validation = ("has(self.s3Bucket) == has(self.s3Key)", "s3Bucket and s3Key go together; set both or neither"))]
#[x_kube(validation = ("!has(self.s3ObjectVersion) || has(self.s3Key)", "s3ObjectVersion goes with s3Bucket and s3Key; set them or drop it"))]
#[x_kube(validation = ("!has(self.s3ObjectStorageMode) || has(self.s3Key)", "s3ObjectStorageMode goes with s3Bucket and s3Key; set them or drop it"))]
#[x_kube(validation = ("!has(self.sourceKmsKeyArn) || !has(self.imageUri)", "sourceKmsKeyArn is for archives, and imageUri names an image; drop sourceKmsKeyArn"))]
#[x_kube(validation = Rule::new(r"!has(self.zipFile) || self.zipFile.matches(r'^[A-Za-z0-9+/=\s]*$')")
    .message("zipFile is no base64; encode the archive with `base64 < function.zip`, or put source code into inline.files")
    .field_path(".zipFile"))]
pub struct Code {
    /// Files, zipped by cloudfn: the same files always make the same archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "InlineCode")]
    pub inline: Option<InlineCode>,
    /// A ConfigMap of the same namespace whose keys are the files. It is watched: an edit is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "ObjectName")]
    pub config_map_ref: Option<ObjectName>,
    /// A zip archive, base64; white space in it does not count. Beyond some 180 KB of archive, client-side
    /// `kubectl apply` refuses the object: use `kubectl apply --server-side`, or S3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1_048_576))]
    pub zip_file: Option<String>,
    /// S3 bucket of the archive, in the function's region; with `s3ObjectStorageMode: REFERENCE` in any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 3, max = 63),
        regex(pattern = BUCKET.pattern)
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
    /// How Lambda keeps an archive from S3: `COPY` (AWS's own default) is a copy; with `REFERENCE` Lambda reads the
    /// object where it lies as long as the function lives, so the bucket needs versioning and a policy that lets
    /// `lambda.amazonaws.com` read it. A change deploys the code again. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "S3ObjectStorageMode")]
    pub s3_object_storage_mode: Option<S3ObjectStorageMode>,
    /// A container image in ECR, in the function's region, by tag or by digest. A new URI is deployed; another
    /// image under the same tag is not noticed. Immutable as a choice: an image stays an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1024), regex(pattern = IMAGE.pattern))]
    pub image_uri: Option<String>,
    /// ARN of the KMS key that encrypts the archive in Lambda. A change deploys the code again. Empty: Lambda's own
    /// key. Omitted: not managed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048), regex(pattern = KMS_KEY.pattern))]
    pub source_kms_key_arn: Option<String>,
}

/// Files that stand in the spec.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct InlineCode {
    /// Path in the archive to text. Paths are relative, with `/` between folders.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 64, "additionalProperties" = {"type": "string", "maxLength": 262144}))]
    #[x_kube(validation = each_key(
        r"size(k) >= 1 && size(k) <= 255 && !k.startsWith('/') && !k.endsWith('/') && !k.contains('..') && !k.contains('\\')",
        "the path of a file is relative, without `..` and backslashes, and at most 255 characters; rename the file"
    ))]
    pub files: BTreeMap<String, String>,
}

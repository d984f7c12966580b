//! The code that is wanted, with its sources: files (`archive`), S3 and images (`source`). Pure.

pub mod archive;
pub mod source;

use std::collections::BTreeMap;

use crate::api::digest::sha256_of_parts;
use crate::api::lambda::Code as Spec;
use crate::cloud::lambda::{CodeSource, Configuration};
use crate::reconcile::{Inputs, Unmet};

/// The code's name in differences.
pub const CODE: &str = "code";

/// The wanted code.
#[derive(Clone)]
pub enum Code {
    /// An archive, sent with the call.
    Zip {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Base64 of its SHA-256, as the cloud reports it.
        sha256: String,
        /// The same of the archive that an earlier release made of the same files, which counts as this
        /// one.
        earlier_sha256: Option<String>,
    },
    /// An S3 object.
    S3 {
        /// Bucket.
        bucket: String,
        /// Key.
        key: String,
        /// Version; `None` is the newest when it is deployed.
        version: Option<String>,
        /// The source tag's value.
        source: String,
    },
    /// A container image.
    Image {
        /// Its URI.
        uri: String,
        /// The source tag's value.
        source: String,
    },
}

impl Code {
    /// What the spec and its references ask for.
    ///
    /// # Errors
    /// [`Unmet::Missing`] for a ConfigMap that does not exist, [`Unmet::Invalid`] for code that
    /// cannot be an archive.
    pub fn wanted(spec: &Spec, inputs: &Inputs) -> Result<Self, Unmet> {
        goes_together(spec)?;
        match (
            &spec.inline,
            &spec.config_map_ref,
            &spec.zip_file,
            &spec.s3_bucket,
            &spec.s3_key,
            &spec.image_uri,
        ) {
            (Some(inline), None, None, None, None, None) => Self::zip(
                &inline
                    .files
                    .iter()
                    .map(|(path, text)| (path.as_str(), text.as_bytes()))
                    .collect(),
            ),
            (None, Some(config_map), None, None, None, None) => {
                let name = &config_map.name;
                let files = inputs.config_maps.get(name).ok_or_else(|| {
                    Unmet::Missing(format!(
                        "the ConfigMap {name} does not exist; create it or correct code.configMapRef"
                    ))
                })?;
                Self::zip(
                    &files
                        .iter()
                        .map(|(path, content)| (path.as_str(), content.as_slice()))
                        .collect(),
                )
            }
            (None, None, Some(base64), None, None, None) => {
                Ok(Self::archive(archive::decode(base64)?, None))
            }
            (None, None, None, Some(bucket), Some(key), None) => {
                let version = spec.s3_object_version.as_deref();
                Ok(Self::S3 {
                    source: s3(bucket, key, version),
                    bucket: bucket.clone(),
                    key: key.clone(),
                    version: version.map(ToOwned::to_owned),
                })
            }
            (None, None, None, None, None, Some(uri)) => Ok(Self::Image {
                source: image(uri),
                uri: uri.clone(),
            }),
            _ => Err(Unmet::Invalid(
                "code needs exactly one of inline, configMapRef, zipFile, s3Bucket with s3Key, and imageUri"
                    .to_owned(),
            )),
        }
    }

    fn zip(files: &BTreeMap<&str, &[u8]>) -> Result<Self, Unmet> {
        let bytes = archive::zip(files)?;
        Ok(Self::archive(bytes, archive::earlier_sha256(files)?))
    }

    fn archive(bytes: Vec<u8>, earlier_sha256: Option<String>) -> Self {
        Self::Zip {
            sha256: archive::sha256(&bytes),
            bytes,
            earlier_sha256,
        }
    }

    /// For the port.
    #[must_use]
    pub fn to_source(&self) -> CodeSource {
        match self {
            Self::Zip { bytes, .. } => CodeSource::Zip(bytes.clone()),
            Self::S3 {
                bucket,
                key,
                version,
                ..
            } => CodeSource::S3 {
                bucket: bucket.clone(),
                key: key.clone(),
                version: version.clone(),
            },
            Self::Image { uri, .. } => CodeSource::Image(uri.clone()),
        }
    }

    /// Whether it is a container image.
    #[must_use]
    pub const fn is_image(&self) -> bool {
        matches!(self, Self::Image { .. })
    }

    /// Drops of what is sent with it how a package of another kind is kept.
    pub fn keep_what_goes_with_it(&self, changes: &mut Configuration) {
        if !matches!(self, Self::S3 { .. }) {
            changes.s3_object_storage_mode = None;
        }
        if self.is_image() {
            changes.source_kms_key_arn = None;
        }
    }

    /// The source tag's value; an archive has none, since its hash can be seen.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Zip { .. } => None,
            Self::S3 { source, .. } | Self::Image { source, .. } => Some(source),
        }
    }

    /// What to show people: hash or URI.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Zip { sha256, .. } => sha256.clone(),
            Self::S3 {
                bucket,
                key,
                version,
                ..
            } => s3_uri(bucket, key, version.as_deref()),
            Self::Image { uri, .. } => uri.clone(),
        }
    }
}

/// What the members beside the source ask of it.
fn goes_together(spec: &Spec) -> Result<(), Unmet> {
    let of_objects = [
        ("s3ObjectVersion", spec.s3_object_version.is_some()),
        ("s3ObjectStorageMode", spec.s3_object_storage_mode.is_some()),
    ];
    let alone = of_objects
        .into_iter()
        .find(|(_, is_there)| *is_there && spec.s3_key.is_none());
    if let Some((member, _)) = alone {
        return Err(Unmet::Invalid(format!(
            "code.{member} goes with s3Bucket and s3Key; set them or drop it"
        )));
    }
    if spec.source_kms_key_arn.is_some() && spec.image_uri.is_some() {
        return Err(Unmet::Invalid(
            "code.sourceKmsKeyArn is for archives, and imageUri names an image; drop code.sourceKmsKeyArn"
                .to_owned(),
        ));
    }
    Ok(())
}

/// The source tag's value for an S3 object.
pub fn s3(bucket: &str, key: &str, version: Option<&str>) -> String {
    let parts = ["s3", bucket, key].into_iter().chain(version);
    sha256_of_parts(parts.map(str::as_bytes))
}

/// The source tag's value for an image.
pub fn image(uri: &str) -> String {
    sha256_of_parts(["image", uri].map(str::as_bytes))
}

/// The object's URI, for people.
fn s3_uri(bucket: &str, key: &str, version: Option<&str>) -> String {
    let version = version
        .map(|version| format!("?versionId={version}"))
        .unwrap_or_default();
    format!("s3://{bucket}/{key}{version}")
}

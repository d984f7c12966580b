//! What the spec and its references ask for.
//!
//! Invariant: everything that can be wrong is found here, so planning cannot fail. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::{archive, environment, source};
use crate::api::lambda::{Code as CodeSpec, LambdaFunctionSpec};
use crate::api::{ReferenceKind, SOURCE_TAG};
use crate::cloud::Tags;
use crate::cloud::lambda::{CodeSource, Configuration};
use crate::reconcile::{Desired, Inputs, ReferenceName, Unmet};

/// AWS allows 50 tags; three are cloudfn's own.
const TAGS_LIMIT: usize = 47;

/// What is wanted. A member that is `None` is not managed.
#[derive(Clone)]
pub struct LambdaDesired {
    /// Runtime, handler and role are always named.
    pub configuration: Configuration,
    /// Instruction set, where the spec names it.
    pub architectures: Option<Vec<String>>,
    /// The code.
    pub code: Code,
    /// Publish a version of what is settled.
    pub publish: bool,
    /// The spec's tags.
    pub tags: Tags,
    /// Owner tags that the function shall carry; empty where they do not count.
    pub claim: Tags,
    /// Our own tags are written alone, since no other difference is removed unasked.
    pub shown: bool,
}

/// The wanted code.
#[derive(Clone)]
pub enum Code {
    /// An archive, sent with the call.
    Zip {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Base64 of its SHA-256, as the cloud reports it.
        sha256: String,
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
}

impl Code {
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
        }
    }

    /// The source tag's value; an archive has none, since its hash can be seen.
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Zip { .. } => None,
            Self::S3 { source, .. } => Some(source),
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
            } => source::uri(bucket, key, version.as_deref()),
        }
    }
}

impl LambdaDesired {
    /// All tags of a function that is created now.
    #[must_use]
    pub fn all_tags(&self) -> Tags {
        let mut tags = self.tags.clone();
        tags.extend(self.claim.clone());
        if let Some(source) = self.source_tag() {
            tags.insert(SOURCE_TAG.to_owned(), source.to_owned());
        }
        tags
    }

    /// The source tag that the function shall carry once its code is deployed.
    #[must_use]
    pub fn source_tag(&self) -> Option<&str> {
        // Without a claim nothing is written, and our own tags do not count.
        self.code.source().filter(|_| !self.claim.is_empty())
    }
}

impl Desired for LambdaDesired {
    /// Runtime, handler, role and code are always named, so they are never taken away; and
    /// `publish` leaves nothing that dropping it would take away: versions stay.
    fn managed(&self) -> BTreeSet<String> {
        let configuration = &self.configuration;
        let fields = [
            ("description", configuration.description.is_some()),
            ("timeout", configuration.timeout.is_some()),
            ("memorySize", configuration.memory_size.is_some()),
            ("architectures", self.architectures.is_some()),
            ("environment", configuration.environment.is_some()),
        ];
        let fields = fields
            .into_iter()
            .filter(|(_, named)| *named)
            .map(|(field, _)| field.to_owned());
        fields
            .chain(self.tags.keys().map(|key| format!("tags/{key}")))
            .collect()
    }

    fn explain_all(&mut self) {
        self.shown = true;
    }
}

/// The ConfigMaps and Secrets that the spec names.
pub fn references(spec: &LambdaFunctionSpec) -> BTreeSet<ReferenceName> {
    let entries = || {
        spec.environment
            .iter()
            .flat_map(|e| e.variables_from.iter().flatten())
    };
    let values = || entries().filter_map(|entry| entry.value_from.as_ref());
    let secrets = entries()
        .filter_map(|entry| entry.secret_ref.as_ref().map(|r| &r.name))
        .chain(values().filter_map(|value| value.secret_key_ref.as_ref().map(|r| &r.name)));
    let config_maps = entries()
        .filter_map(|entry| entry.config_map_ref.as_ref().map(|r| &r.name))
        .chain(values().filter_map(|value| value.config_map_key_ref.as_ref().map(|r| &r.name)))
        .chain(spec.code.config_map_ref.as_ref().map(|r| &r.name));
    let named = |kind| {
        move |name: &String| ReferenceName {
            kind,
            name: name.clone(),
        }
    };
    secrets
        .map(named(ReferenceKind::Secret))
        .chain(config_maps.map(named(ReferenceKind::ConfigMap)))
        .collect()
}

/// What is wanted.
///
/// # Errors
/// Where the spec cannot be carried out as it stands.
pub fn desired(
    spec: &LambdaFunctionSpec,
    inputs: &Inputs,
    claim: &Tags,
) -> Result<LambdaDesired, Unmet> {
    Ok(LambdaDesired {
        configuration: Configuration {
            runtime: Some(spec.runtime.clone()),
            handler: Some(spec.handler.clone()),
            role: Some(spec.role.clone()),
            description: spec.description.clone(),
            timeout: spec.timeout,
            memory_size: spec.memory_size,
            environment: spec
                .environment
                .as_ref()
                .map(|spec| environment::environment(spec, inputs))
                .transpose()?,
        },
        architectures: spec
            .architectures
            .as_ref()
            .map(|names| names.iter().map(|name| name.as_str().to_owned()).collect()),
        code: code(&spec.code, inputs)?,
        publish: spec.publish,
        tags: tags(spec.common.tags.as_ref())?,
        claim: claim.clone(),
        shown: claim.is_empty(),
    })
}

fn code(spec: &CodeSpec, inputs: &Inputs) -> Result<Code, Unmet> {
    match (
        &spec.inline,
        &spec.config_map_ref,
        &spec.zip_file,
        &spec.s3_bucket,
        &spec.s3_key,
    ) {
        (Some(inline), None, None, None, None) => zip(&inline
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_bytes()))
            .collect()),
        (None, Some(config_map), None, None, None) => {
            let name = &config_map.name;
            let files = inputs.config_maps.get(name).ok_or_else(|| {
                Unmet::Missing(format!(
                    "the ConfigMap {name} does not exist; create it or correct code.configMapRef"
                ))
            })?;
            zip(&files
                .iter()
                .map(|(path, content)| (path.as_str(), content.as_slice()))
                .collect())
        }
        (None, None, Some(base64), None, None) => {
            let bytes = archive::decode(base64)?;
            Ok(Code::Zip {
                sha256: archive::sha256(&bytes),
                bytes,
            })
        }
        (None, None, None, Some(bucket), Some(key)) => {
            let version = spec.s3_object_version.as_deref();
            Ok(Code::S3 {
                source: source::s3(bucket, key, version),
                bucket: bucket.clone(),
                key: key.clone(),
                version: version.map(ToOwned::to_owned),
            })
        }
        _ => Err(Unmet::Invalid(
            "code needs exactly one of inline, configMapRef, zipFile, and s3Bucket with s3Key"
                .to_owned(),
        )),
    }
}

fn zip(files: &BTreeMap<&str, &[u8]>) -> Result<Code, Unmet> {
    let bytes = archive::zip(files)?;
    Ok(Code::Zip {
        sha256: archive::sha256(&bytes),
        bytes,
    })
}

fn tags(spec: Option<&Tags>) -> Result<Tags, Unmet> {
    let tags = spec.cloned().unwrap_or_default();
    if tags.len() > TAGS_LIMIT {
        return Err(Unmet::Invalid(format!(
            "spec.tags has {} tags, and {TAGS_LIMIT} are possible beside cloudfn's own; remove some",
            tags.len()
        )));
    }
    for (key, value) in &tags {
        if key.starts_with("cloudfn.dev/") || key.starts_with("aws:") {
            return Err(Unmet::Invalid(format!(
                "the tag key {key} is reserved; choose another"
            )));
        }
        // The API's pattern is [\p{L}\p{Z}\p{N}_.:/=+\-@]*; this is no narrower.
        if key.is_empty()
            || !key
                .chars()
                .chain(value.chars())
                .all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
        {
            return Err(Unmet::Invalid(format!(
                "the tag {key:?} has characters that AWS refuses; use letters, digits, spaces and _ . : / = + - @"
            )));
        }
    }
    Ok(tags)
}

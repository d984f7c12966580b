//! Code: archives, S3 objects, images.

use std::sync::Arc;

use serde_json::{Value, json};

use super::schema::PACKAGE;
use super::validate::{Breaches, invalid};
use super::{Code, Keeping, sha256};
use crate::model::{Context, Problem};
use crate::world::World;
use crate::zip;

/// What a function runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deployed {
    pub(crate) sha256: String,
    pub(crate) size: u64,
    /// The archive; none for an image.
    pub(crate) bytes: Option<Arc<[u8]>>,
    /// URI and resolved URI of an image.
    pub(crate) image: Option<(String, String)>,
    /// The object that is read where it lies; none for a copy.
    pub(crate) object: Option<S3Object>,
    /// The key of the archive; none is Lambda's own.
    pub(crate) source_kms_key_arn: Option<String>,
}

/// An object in S3 that a function's code is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Object {
    /// S3Bucket.
    pub bucket: String,
    /// S3Key.
    pub key: String,
    /// S3ObjectVersion.
    pub version: String,
}

impl S3Object {
    /// As the API's JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"S3Bucket": self.bucket, "S3Key": self.key, "S3ObjectVersion": self.version})
    }
}

/// For the log.
pub(super) fn shown(code: Option<&Code>, keeping: &Keeping) -> Value {
    let mut shown = match code {
        None => Value::Null,
        Some(Code::Zip(bytes)) => json!(sha256(bytes)),
        Some(Code::S3 {
            bucket,
            key,
            version,
        }) => json!({"bucket": bucket, "key": key, "version": version}),
        Some(Code::Image(uri)) => json!(uri),
    };
    if *keeping != Keeping::default() {
        shown = json!({
            "code": shown, "SourceKMSKeyArn": keeping.source_kms_key_arn,
            "S3ObjectStorageMode": keeping.storage_mode,
        });
    }
    shown
}

/// Breaches of the service model (Lambda API reference, FunctionCode and UpdateFunctionCode); members of `Code` at creation.
pub(super) fn breaches(
    code: Option<&Code>,
    keeping: &Keeping,
    at_creation: bool,
    breaches: &mut Breaches,
) -> Result<(), Problem> {
    let (bucket, key, version) = match code {
        Some(Code::S3 {
            bucket,
            key,
            version,
        }) => (Some(bucket), Some(key), version.as_ref()),
        _ => (None, None, None),
    };
    let fields = json!({
        "SourceKMSKeyArn": keeping.source_kms_key_arn, "S3ObjectStorageMode": keeping.storage_mode,
        "S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": version,
    });
    let path = if at_creation { "code" } else { "" };
    fields
        .as_object()
        .map_or(Ok(()), |fields| breaches.object(path, fields, PACKAGE))
}

/// Refuses an archive of more than 50 MiB, before anything else of the request is looked at. Lambda's own
/// words, as users report them.
pub(crate) fn zipped_size(code: Option<&Code>) -> Result<(), Problem> {
    match code {
        Some(Code::Zip(bytes)) if bytes.len() > 52_428_800 => Err(Problem::new(
            413,
            "RequestEntityTooLargeException",
            "Zipped size must be smaller than 52428800 bytes",
        )),
        _ => Ok(()),
    }
}

/// Fetches and checks code. `image` is whether the function is one.
///
/// What the request says nothing of is as in a new function: S3ObjectStorageMode is COPY (Lambda Developer Guide,
/// "Self-managed S3 code storage": "on every call"), and the key Lambda's own (Lambda API reference,
/// UpdateFunctionCode: "If you don't provide a customer managed key").
pub(super) fn fetch(
    world: &World,
    context: &Context<'_>,
    (code, keeping): (Option<&Code>, &Keeping),
    image: bool,
    at_creation: bool,
) -> Result<Deployed, Problem> {
    let refers = keeping.storage_mode.as_deref() == Some("REFERENCE");
    // assumed:keeping.
    if keeping.storage_mode.is_some() && !matches!(code, Some(Code::S3 { .. })) {
        return Err(invalid(
            "S3ObjectStorageMode can only be used with S3Bucket and S3Key.",
        ));
    }
    let key = keeping.source_kms_key_arn.clone();
    if image && key.is_some() {
        return Err(invalid(
            "SourceKMSKeyArn is not supported for functions with packageType Image.",
        ));
    }
    let found = find(world, context, (code, refers), image, at_creation)?;
    Ok(Deployed {
        source_kms_key_arn: key.filter(|arn| !arn.is_empty()),
        ..found
    })
}

fn find(
    world: &World,
    context: &Context<'_>,
    (code, refers): (Option<&Code>, bool),
    image: bool,
    at_creation: bool,
) -> Result<Deployed, Problem> {
    match code {
        // The sentence is assumed:code-texts.
        None => Err(invalid("Please provide a source for function code.")),
        // Recorded answer: test_lambda_zip_file_to_image; the others' sentences are assumed:code-texts.
        Some(Code::Image(_)) if !image && at_creation => Err(invalid(
            "Please don't provide ImageUri when the intended function PackageType is Zip.",
        )),
        Some(Code::Image(_)) if !image => Err(invalid(
            "Please don't provide ImageUri when updating a function with packageType Zip.",
        )),
        Some(Code::Image(uri)) => resolve(world, uri),
        Some(_) if image && at_creation => Err(invalid(
            "Please provide ImageUri when creating a function with packageType Image.",
        )),
        Some(_) if image => Err(invalid(
            "Please provide ImageUri when updating a function with packageType Image.",
        )),
        Some(Code::Zip(bytes)) => unpack(Arc::from(bytes.as_slice())),
        Some(Code::S3 {
            bucket,
            key,
            version,
        }) => {
            let asked = (bucket.as_str(), key.as_str(), version.as_deref());
            let (version, bytes) = download(world, context, asked, refers)?;
            let object = refers.then(|| S3Object {
                bucket: bucket.clone(),
                key: key.clone(),
                version,
            });
            Ok(Deployed {
                object,
                ..unpack(bytes)?
            })
        }
    }
}

fn unpack(bytes: Arc<[u8]>) -> Result<Deployed, Problem> {
    // Recorded answer: test_create_lambda_exceptions, invalid_zip_exc.
    let archive = zip::read(&bytes).ok_or_else(|| {
        invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
    })?;
    if archive.entries == 0 {
        // assumed:code-texts.
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    // Recorded answer: test_oversized_unzipped_lambda.
    if archive.unzipped >= 262_144_000 {
        return Err(invalid(
            "Unzipped size must be smaller than 262144000 bytes",
        ));
    }
    Ok(Deployed {
        sha256: sha256(&bytes),
        size: bytes.len() as u64,
        bytes: Some(bytes),
        image: None,
        object: None,
        source_kms_key_arn: None,
    })
}

/// Version and bytes of an object. The sentences are S3's own error codes and messages in Lambda's frame
/// (assumed:s3-texts).
fn download(
    world: &World,
    context: &Context<'_>,
    (bucket, key, version): (&str, &str, Option<&str>),
    refers: bool,
) -> Result<(String, Arc<[u8]>), Problem> {
    let refuse = |code: &str, said: &str| {
        invalid(format!(
            "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {said}"
        ))
    };
    let found = world
        .buckets
        .get(bucket)
        .ok_or_else(|| refuse("NoSuchBucket", "The specified bucket does not exist"))?;
    // Lambda API reference, FunctionCode, S3Bucket: in the same region as the function; but what is read where it lies
    // may be in another (Lambda Developer Guide, "Self-managed S3 code storage", "Cross-account and cross-Region usage").
    if found.region != context.caller.region && !refers {
        let said = format!(
            "The bucket is in this region: {}. Please use this region to retry the request",
            found.region
        );
        return Err(refuse("PermanentRedirect", &said));
    }
    let versions = found
        .objects
        .get(key)
        .ok_or_else(|| refuse("NoSuchKey", "The specified key does not exist."))?;
    let object = match version {
        None => versions.last(),
        Some(version) => versions.iter().find(|(known, _)| known == version),
    };
    object
        .map(|(version, bytes)| (version.clone(), bytes.clone()))
        .ok_or_else(|| refuse("NoSuchVersion", "The specified version does not exist."))
}

/// Recorded answer: test_lambda_image_and_image_config_crud: CodeSha256 is the digest of the resolved URI.
fn resolve(world: &World, uri: &str) -> Result<Deployed, Problem> {
    let Some(digest) = world.image_digest(uri) else {
        // assumed:code-texts.
        return Err(invalid(format!(
            "Source image {uri} does not exist. Provide a valid source image."
        )));
    };
    let repository = uri.split_once('@').map_or_else(
        || {
            uri.rsplit_once(':')
                .map_or(uri, |(repository, _)| repository)
        },
        |(repository, _)| repository,
    );
    let resolved = format!("{repository}@sha256:{digest}");
    Ok(Deployed {
        sha256: digest,
        size: 0,
        bytes: None,
        image: Some((uri.to_owned(), resolved)),
        object: None,
        source_kms_key_arn: None,
    })
}

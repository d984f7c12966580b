//! Code: archives, S3 objects, images.

use std::sync::Arc;

use serde_json::{Value, json};

use super::schema::S3_OBJECT;
use super::validate::{Breaches, invalid};
use super::{Code, sha256};
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
}

/// For the log.
pub(super) fn shown(code: Option<&Code>) -> Value {
    match code {
        None => Value::Null,
        Some(Code::Zip(bytes)) => json!(sha256(bytes)),
        Some(Code::S3 {
            bucket,
            key,
            version,
        }) => json!({"bucket": bucket, "key": key, "version": version}),
        Some(Code::Image(uri)) => json!(uri),
    }
}

/// Breaches of the service model (Lambda API reference, FunctionCode and UpdateFunctionCode); members of `Code` at creation.
pub(super) fn breaches(
    code: Option<&Code>,
    at_creation: bool,
    breaches: &mut Breaches,
) -> Result<(), Problem> {
    let Some(Code::S3 {
        bucket,
        key,
        version,
    }) = code
    else {
        return Ok(());
    };
    let fields = json!({"S3Bucket": bucket, "S3Key": key, "S3ObjectVersion": version});
    let path = if at_creation { "code" } else { "" };
    fields
        .as_object()
        .map_or(Ok(()), |fields| breaches.object(path, fields, S3_OBJECT))
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
pub(super) fn fetch(
    world: &World,
    context: &Context<'_>,
    code: Option<&Code>,
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
        }) => unpack(download(world, context, bucket, key, version.as_deref())?),
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
    })
}

/// The sentences are S3's own error codes and messages in Lambda's frame (assumed:s3-texts).
fn download(
    world: &World,
    context: &Context<'_>,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<Arc<[u8]>, Problem> {
    let refuse = |code: &str, said: &str| {
        invalid(format!(
            "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {said}"
        ))
    };
    let found = world
        .buckets
        .get(bucket)
        .ok_or_else(|| refuse("NoSuchBucket", "The specified bucket does not exist"))?;
    // Lambda API reference, FunctionCode, S3Bucket: in the same region as the function.
    if found.region != context.caller.region {
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
        .map(|(_, bytes)| bytes.clone())
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
    })
}

//! Sources of code outside the spec: which one runs, as far as anybody knows.
//!
//! The cloud does not tell which S3 object a function was made of, and of an image only what it was called
//! then. Two places remember: the tag
//! `cloudfn.dev/source`, written after the code, and the status, which also knows the `CodeSha256`
//! that the cloud reported then. Pure.

use super::{Code, image, s3};
use crate::api::lambda::{CodeStatus, LambdaFunctionStatus};
use crate::api::{OWNER_TAG, SOURCE_TAG};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;

/// Value of the source tag of an adopted function until its code is deployed from the spec's
/// source. Without it, a crash between adopting and deploying would leave the code for current.
pub const UNKNOWN: &str = "unknown";

/// The source tag's value for what the status says was deployed; `None` for an archive that
/// was sent with the call.
fn remembered(code: &CodeStatus) -> Option<String> {
    if let Some(uri) = &code.image_uri {
        return Some(image(uri));
    }
    Some(s3(
        code.s3_bucket.as_deref()?,
        code.s3_key.as_deref()?,
        code.s3_object_version.as_deref(),
    ))
}

/// The status's words for this source.
pub fn status(code: &Code, deployed_sha256: Option<String>) -> CodeStatus {
    match code {
        Code::Zip { .. } => CodeStatus {
            deployed_sha256,
            ..CodeStatus::default()
        },
        Code::S3 {
            bucket,
            key,
            version,
            ..
        } => CodeStatus {
            s3_bucket: Some(bucket.clone()),
            s3_key: Some(key.clone()),
            s3_object_version: version.clone(),
            deployed_sha256,
            ..CodeStatus::default()
        },
        Code::Image { uri, .. } => CodeStatus {
            image_uri: Some(uri.clone()),
            deployed_sha256,
            ..CodeStatus::default()
        },
    }
}

/// The hash that `before` says was deployed, where that was this very code: then it stays true, whatever
/// else an update is about to change (the architecture, or what somebody else deployed since).
pub fn still_deployed(code: &Code, before: CodeStatus) -> Option<String> {
    let is_same = match code {
        Code::Zip { sha256, .. } => before.deployed_sha256.as_ref() == Some(sha256),
        Code::S3 { source, .. } | Code::Image { source, .. } => {
            remembered(&before).as_ref() == Some(source)
        }
    };
    before.deployed_sha256.filter(|_| is_same)
}

/// Whether the function runs the wanted code.
///
/// An archive is compared by its hash. An S3 object or an image runs if this pass deployed it, or the status
/// says so and the code is still the one of that time, or the tag says so and the status does not
/// contradict it. Where neither knows, the running code counts as current, unless the function is
/// being adopted: then its code comes from elsewhere.
pub fn is_current(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> bool {
    let running = observed.function.code_sha256.as_deref();
    let wanted = match &desired.code {
        Code::Zip {
            sha256,
            earlier_sha256,
            ..
        } => {
            return running.is_some()
                && [Some(sha256.as_str()), earlier_sha256.as_deref()].contains(&running);
        }
        Code::S3 { source, .. } | Code::Image { source, .. } => source.as_str(),
    };
    if let Some(deployed) = &observed.deployed {
        return deployed == wanted;
    }
    let tag = tag(observed);
    match &memory.code {
        Some(code) => match (&code.deployed_sha256, tag) {
            (Some(sha256), _) => {
                running == Some(sha256) && remembered(code).as_deref() == Some(wanted)
            }
            // An update was about to be sent; it took place if the tag, written after it, says so.
            (None, Some(tag)) => tag == wanted && remembered(code).as_deref() == Some(wanted),
            (None, None) => false,
        },
        None => tag.map_or_else(|| !is_foreign(desired, observed), |tag| tag == wanted),
    }
}

/// The source tag as observed.
pub fn tag(observed: &LambdaObserved) -> Option<&str> {
    observed
        .tags
        .as_ref()
        .ok()?
        .get(SOURCE_TAG)
        .map(String::as_str)
}

/// Whether the function is not (yet) this object's; under `managementPolicy: Observe`, which
/// claims nothing, whether it is nobody's.
pub fn is_foreign(desired: &LambdaDesired, observed: &LambdaObserved) -> bool {
    let Ok(tags) = &observed.tags else {
        return false;
    };
    let owner = tags.get(OWNER_TAG);
    if desired.claim.is_empty() {
        owner.is_none()
    } else {
        owner != desired.claim.get(OWNER_TAG)
    }
}

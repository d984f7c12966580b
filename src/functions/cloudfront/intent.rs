//! A create without tags: how its function stays known until it carries our tags.
//!
//! CloudFront has answered 409 to a create that carries tags. After two such answers the create is
//! sent without them, and the hash of what it makes stands in the status before it is sent: whatever
//! crashes then, an untagged function of exactly that content is recognised and tagged.
//! Pure: no client, no SDK, no clock, no async, no logging.

use sha2::{Digest, Sha256};

use super::act::CloudFrontStep;
use super::desired::hex;
use super::observe::CloudFrontObserved;
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::api::{INSTANCE_TAG, OWNER_TAG};
use crate::cloud::cloudfront::FunctionConfig;
use crate::cloud::{Class, CloudError, Tags};

/// Refused creates with tags before one is sent without.
const REFUSALS_WITH_TAGS: i32 = 2;

/// Whether the create is to be sent without tags.
pub(super) fn untagged(memory: &CloudFrontFunctionStatus) -> bool {
    memory
        .intent
        .as_ref()
        .is_some_and(|intent| intent.refusals >= REFUSALS_WITH_TAGS)
}

pub(super) fn intend(memory: &mut CloudFrontFunctionStatus, step: &CloudFrontStep) {
    let CloudFrontStep::Create { config, code, tags } = step else {
        return;
    };
    // What is known is of a function that is gone; the new one may have the same ETag.
    memory.etag = None;
    memory.development = None;
    memory.live = None;
    memory.created_time = None;
    if tags.is_empty() {
        memory.intent.get_or_insert_default().content_sha256 =
            Some(content_sha256(&code.sha256, config));
    }
}

pub(super) fn refused(
    memory: &mut CloudFrontFunctionStatus,
    step: &CloudFrontStep,
    error: &CloudError,
) {
    if matches!(step, CloudFrontStep::Create { .. }) && error.class == Class::Busy {
        let intent = memory.intent.get_or_insert_default();
        intent.refusals = intent.refusals.saturating_add(1);
    }
}

pub(super) fn ours_by_intent(
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) -> bool {
    let intended = memory
        .intent
        .as_ref()
        .and_then(|intent| intent.content_sha256.as_ref());
    let (Some(intended), Some(code), Ok(tags)) =
        (intended, &observed.development.code, &observed.tags)
    else {
        return false;
    };
    !claimed(tags) && *intended == content_sha256(&code.sha256, &observed.development.config)
}

/// Whether a function carries an owner tag of cloudfn, whoever's.
pub(super) fn claimed(tags: &Tags) -> bool {
    // An empty owner tag is none, as for the driver.
    [OWNER_TAG, INSTANCE_TAG]
        .iter()
        .any(|key| tags.get(*key).is_some_and(|value| !value.is_empty()))
}

/// Hash of a content: each part with its length before it, so that no two contents are spelled alike.
pub(super) fn content_sha256(code_sha256: &str, config: &FunctionConfig) -> String {
    let FunctionConfig {
        comment,
        runtime,
        key_value_stores,
    } = config;
    let parts = [code_sha256, comment, runtime]
        .into_iter()
        .chain(key_value_stores.iter().map(String::as_str));
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(hash.finalize().as_slice())
}

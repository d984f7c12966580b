//! A create without tags: how its function stays known until it carries our tags.
//!
//! CloudFront has answered 409 to a create that carries tags. After two such answers the create is
//! sent without them, and the hash of what it makes is in the status before it is sent: whatever
//! crashes then, an untagged function of exactly that content is recognised and tagged.
//! Pure: no client, no SDK, no clock, no async, no logging.

use super::observe::CloudFrontObserved;
use super::step::CloudFrontStep;
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::api::digest::sha256_of_parts;
use crate::cloud::cloudfront::FunctionConfig;
use crate::cloud::{Class, CloudError};
use crate::reconcile::ownership::is_claimed;

/// Refused creates with tags before one is sent without.
const MAX_TAGGED_TRIES: i32 = 2;

/// Whether the create is to be sent without tags.
pub(super) fn untagged(memory: &CloudFrontFunctionStatus) -> bool {
    memory
        .intent
        .as_ref()
        .is_some_and(|intent| intent.refusals >= MAX_TAGGED_TRIES)
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
    !is_claimed(tags) && *intended == content_sha256(&code.sha256, &observed.development.config)
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
    sha256_of_parts(parts.map(str::as_bytes))
}

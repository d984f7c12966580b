//! A create without tags: how its function stays known until it carries our tags.
//!
//! CloudFront has answered 409 to a create that carries tags. After two such answers the create is
//! sent without them, and the hash of what it makes is in the status before it is sent: whatever
//! crashes then, an untagged function of exactly that content is recognised and tagged. One that has its tags
//! is known by them; it may be gone by the time at which an earlier such create arrives.
//! Pure: no client, no SDK, no clock, no async, no logging.

use super::observe::CloudFrontObserved;
use super::step::CloudFrontStep;
use crate::api::cloudfront::{CloudFrontFunctionStatus, Intent};
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
        let intent = memory.intent.get_or_insert_default();
        intent.content_sha256 = Some(content_sha256(&code.sha256, config));
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

/// The function has owner tags. The intent is done, unless an earlier create may still make another function.
pub(super) fn claimed(memory: &mut CloudFrontFunctionStatus, observed: &CloudFrontObserved) {
    let may_arrive = memory.common.earlier_create_requested_at.is_some();
    let intent = memory.intent.take();
    let sent = intent.filter(|intent| may_arrive && intent.content_sha256.is_some());
    // Without the time, the two could not be told apart.
    let sent = sent.zip(observed.created_time.clone());
    memory.intent = sent.map(|(intent, created)| Intent {
        claimed: Some(created),
        ..intent
    });
}

pub(super) fn ours_by_intent(
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) -> bool {
    let (Some(intent), Some(code), Ok(tags)) =
        (&memory.intent, &observed.development.code, &observed.tags)
    else {
        return false;
    };
    let content = content_sha256(&code.sha256, &observed.development.config);
    // From the one that had them, somebody took the tags off.
    let had_tags = intent.claimed.is_some() && intent.claimed == observed.created_time;
    !is_claimed(tags) && !had_tags && intent.content_sha256 == Some(content)
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

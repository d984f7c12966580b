//! What the status says of the function.
//!
//! Invariant: `etag` and `development.codeSha256` belong together, as do `live.etag` and
//! `live.codeSha256`: the next observation trusts each hash as long as its ETag is the same.
//! Pure: no client, no SDK, no clock, no async, no logging.

use std::collections::BTreeSet;

use super::desired::CloudFrontDesired;
use super::intent;
use super::observe::{CloudFrontObserved, Live, LiveSeen};
use super::plan::live_is_wanted;
use crate::api::cloudfront::{CloudFrontFunctionStatus, DevelopmentStatus, LiveState, LiveStatus};
use crate::reconcile::Goal;
use crate::reconcile::ownership::is_claimed;

pub(super) fn report(
    goal: Goal<'_, CloudFrontDesired>,
    memory: &mut CloudFrontFunctionStatus,
    observed: Option<&CloudFrontObserved>,
) {
    match (observed, goal) {
        (Some(observed), goal) => present(goal, memory, observed),
        (None, Goal::Present(desired)) => {
            forget(memory);
            tests(desired, memory, None);
        }
        // The object goes with its function; its last status may keep the last facts.
        (None, Goal::Absent) => {}
    }
}

/// What the cloud answered is true no longer. What only cloudfn knows (managed names, intent) stays.
fn forget(memory: &mut CloudFrontFunctionStatus) {
    memory.common.arn = None;
    memory.stage = None;
    memory.status = None;
    memory.etag = None;
    memory.development = None;
    memory.live = None;
    memory.created_time = None;
}

fn present(
    goal: Goal<'_, CloudFrontDesired>,
    memory: &mut CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) {
    memory.common.arn = Some(observed.arn.clone());
    memory.status.clone_from(&observed.status);
    memory.created_time.clone_from(&observed.created_time);
    if observed.tags.as_ref().is_ok_and(is_claimed) {
        intent::claimed(memory, observed);
    }
    // An observation that did not read the code must not put an ETag beside the hash of another code.
    if let Some(code) = &observed.development.code {
        memory.etag.clone_from(&observed.etag);
        memory.development = Some(DevelopmentStatus {
            code_sha256: code.sha256.clone(),
            code_size: code.size,
            last_modified_time: observed.development.last_modified_time.clone(),
        });
    }
    if let Goal::Present(desired) = goal {
        live(desired, memory, observed);
        tests(desired, memory, Some(observed));
    }
}

fn tests(
    desired: &CloudFrontDesired,
    memory: &mut CloudFrontFunctionStatus,
    observed: Option<&CloudFrontObserved>,
) {
    let config = match observed {
        Some(observed) => {
            desired.config(&memory.common.managed, Some(&observed.development.config))
        }
        None => desired.config(&BTreeSet::new(), None),
    };
    let code = &desired.code.sha256;
    desired
        .gate
        .report(&desired.gate.key(code, &config), code, &mut memory.tests);
}

fn live(
    desired: &CloudFrontDesired,
    memory: &mut CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) {
    let (stage, status) = match &observed.live {
        Live::Unread => return unread(desired, memory),
        Live::Never => (
            "DEVELOPMENT",
            LiveStatus {
                state: LiveState::Never,
                ..LiveStatus::default()
            },
        ),
        Live::Known(seen) => ("LIVE", known(desired, memory, observed, seen)),
    };
    memory.stage = Some(stage.to_owned());
    memory.live = Some(status);
}

fn known(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
    seen: &LiveSeen,
) -> LiveStatus {
    let current = live_is_wanted(
        desired,
        &memory.common.managed,
        &observed.development.config,
        seen,
    );
    LiveStatus {
        state: match &memory.live {
            _ if current => LiveState::Current,
            Some(before) if is_as_published(before, seen) => LiveState::Older,
            _ => LiveState::Different,
        },
        etag: seen.etag.clone(),
        code_sha256: seen.code_sha256.clone(),
        last_modified_time: seen.last_modified_time.clone(),
        published_etag: seen.published_etag.clone(),
    }
}

/// Whether LIVE is as it was when it was what a spec asked for.
fn is_as_published(before: &LiveStatus, seen: &LiveSeen) -> bool {
    let same = |before: &Option<String>, seen: &Option<String>| {
        before.is_none() || seen.is_none() || before == seen
    };
    matches!(before.state, LiveState::Current | LiveState::Older)
        && before.code_sha256 == seen.code_sha256
        && same(&before.etag, &seen.etag)
}

/// LIVE is as last known; where that is another code than the wanted one, it is not `Current` any more.
fn unread(desired: &CloudFrontDesired, memory: &mut CloudFrontFunctionStatus) {
    if let Some(live) = &mut memory.live
        && live.state == LiveState::Current
        && live.code_sha256.as_ref() != Some(&desired.code.sha256)
    {
        live.state = LiveState::Older;
    }
}

//! Where only what an object refers to has changed: a new generation often follows (one commit changes both), so
//! the pass waits a moment, and it stays one change.
//!
//! Invariant: an object is not Ready while it waits for data that the last pass did not use.

use std::time::Duration;

use tokio::time::Instant;

use super::close::close;
use super::conditions::is_available;
use super::kind::ManagedKind;
use super::outcome::{Outcome, Requeue};
use super::pass::Pass;
use super::{drift, references};
use crate::api::{ManagedStatus as _, Reason};

/// Until when the pass is to wait, if it is.
pub(super) fn waits_until<M: ManagedKind>(pass: &mut Pass<'_, M>) -> Option<Instant> {
    pass.previous.as_ref()?;
    let common = pass.ledger.read().common();
    let snapshot = &pass.snapshot;
    let generation = snapshot.generation;
    let was_settled = is_available(&common.conditions, generation)
        || drift::is_reported(common, generation)
        || (pass.referenced.waits_until.is_some()
            && common.observed_generation == Some(generation));
    let only_references = was_settled
        && common.references != snapshot.references
        && snapshot.requests.are_noted_in(common)
        && !snapshot.deleting
        && snapshot.paused.is_none();
    if !only_references {
        return None;
    }
    let latest = pass.started + pass.context.settings.reference_settle;
    let until = *pass.referenced.waits_until.get_or_insert(latest);
    (until > pass.started).then_some(until)
}

/// Ends the pass, and answers the time to the next one. What was Ready is so no more, unless only versions
/// have changed.
pub(super) async fn wait<M: ManagedKind>(
    mut pass: Pass<'_, M>,
    until: Instant,
) -> Option<Duration> {
    let wait = until - pass.started;
    let common = pass.ledger.read().common();
    let was_ready = is_available(&common.conditions, pass.snapshot.generation);
    if was_ready && has_other_contents(&pass).await {
        let message =
            "what the object refers to has changed; cloudfn waits a moment for further changes";
        let next = Requeue::Poll(wait);
        return close(
            pass,
            Outcome::reconciling(Reason::Progressing, message, next),
        )
        .await;
    }
    let mut record = pass.previous.take()?;
    record.referenced = pass.referenced;
    pass.context.records.put(pass.subject, record);
    Some(wait)
}

/// Whether the referenced objects hold something else than the last pass read. What cannot be read counts as
/// unchanged; the next pass says that it cannot be read. After a start, when no pass has read them yet, any
/// version may be new data.
async fn has_other_contents<M: ManagedKind>(pass: &Pass<'_, M>) -> bool {
    let (context, namespace) = (pass.context, pass.subject.namespace());
    let contents = references::contents(&context.client, namespace, &pass.subject.references);
    let Ok(Ok((inputs, _))) = context.unless_stopped(contents).await else {
        return false;
    };
    Some(references::fingerprint(&inputs, &context.fingerprints)) != pass.referenced.contents
}

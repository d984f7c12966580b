//! How a pass is closed: status stored, events published, the next pass chosen, the object remembered.
//!
//! Invariant: this lies outside every time limit and every error, so each exit tells the truth.

use std::time::Duration;

use k8s_openapi::api::core::v1::ObjectReference;
use kube::Resource;
use tokio::time::Instant;

use super::conditions::ready_status;
use super::context::kind_name;
use super::history::History;
use super::kind::{KindStatus, ManagedKind};
use super::ledger::WriteTime;
use super::log::log;
use super::notes;
use super::outcome::{Outcome, Requeue, State};
use super::pass::Pass;
use super::record::{Record, Retry};
use super::referenced::Referenced;
use super::retry::{RetryClass, poll};
use super::settings::GRACE;
use super::verdict;
use crate::api::{ManagedStatus, Reason};
use crate::kubernetes::WriteError;
use crate::kubernetes::events::Event;

/// Passes in a row, before this one, after which an answer of the API server counts as a refusal, whatever its code: some
/// refusals have the code of its own failures (an unknown field, a body that is too large for its store).
const FAILURES_ARE_REFUSAL: u32 = 4;

/// Closes the pass, and answers the time to the next one; `None` where the object needs none of its own.
pub(super) async fn close<M: ManagedKind>(
    mut pass: Pass<'_, M>,
    outcome: Outcome,
) -> Option<Duration> {
    let (state, next) = match outcome {
        Outcome::Concluded { state, next } => (state, next),
        Outcome::Released => {
            publish_events(&mut pass).await;
            count(&pass, "Released");
            pass.context.forget(&pass.subject.key());
            return None;
        }
        Outcome::Unwritten(error) => return unwritten(pass, &error).await,
        Outcome::Stopped => return stopped(pass).await,
    };
    let retry = retry(&pass, next);
    let state = match retry {
        Some(retry) if state.has_grace() && retry.since.elapsed() > GRACE => state.stalled(),
        _ => state,
    };
    draft(&mut pass, &state);
    if let Err(error) = pass.ledger.store(WriteTime::AtEnd).await {
        return unwritten(pass, &error).await;
    }
    log_verdict(&pass);
    publish_events(&mut pass).await;
    count(&pass, state.label());
    let ready = ready_status(&pass.ledger.draft.common().conditions);
    let (metrics, key) = (&pass.context.metrics, pass.subject.key());
    metrics.object(&kind_name::<M::Resource>(), &key, Some(ready));
    Some(remember(pass, state == State::Ready, next, retry))
}

/// Writes the line of the log where the verdict is another one than the pass began with.
fn log_verdict<M: ManagedKind>(pass: &Pass<'_, M>) {
    let old = &pass.ledger.read().common().conditions;
    let new = &pass.ledger.stored().common().conditions;
    let Some(verdict::Line {
        warning,
        reason,
        message,
    }) = verdict::line(old, new)
    else {
        return;
    };
    if warning {
        log!(warn, pass.subject, reason, "{message}");
    } else {
        log!(info, pass.subject, reason, "{message}");
    }
}

/// Drafts what the status says at the end, and the events that follow from it.
fn draft<M: ManagedKind>(pass: &mut Pass<'_, M>, state: &State) {
    if *state != State::KeepLastKnown {
        let ready = *state == State::Ready;
        let common = pass.ledger.draft.common_mut();
        pass.drift.keep_repair_request(ready, common);
        // The pass may end before it observed: the kind must know of the request now, for below the request
        // is marked as handled.
        pass.acknowledge_request();
        pass.draft_conditions(state);
        pass.snapshot
            .requests
            .note_in(pass.ledger.draft.common_mut());
    }
    let old = &pass.ledger.read().common().conditions;
    let new = &pass.ledger.draft.common().conditions;
    let event = notes::condition_event(old, new, M::CONDITIONS);
    let event = event.filter(|event| !pass.drift.reports_instead_of(event));
    pass.events.extend(event);
    if pass.progress.is_reported() {
        let own = pass.ledger.draft.conditions();
        let events = own
            .iter()
            .filter_map(|c| notes::kind_condition_event(old, c));
        pass.events.extend(events);
    }
}

/// Puts the record back and says when the next pass is due.
fn remember<M: ManagedKind>(
    pass: Pass<'_, M>,
    settled: bool,
    next: Requeue,
    retry: Option<Retry>,
) -> Duration {
    let now = Instant::now();
    let settings = &pass.context.settings;
    let random = pass.context.world.random();
    let interval = settings.check_interval;
    let polls = match next {
        Requeue::Poll(_) if !pass.progress.may_have_changed() => {
            pass.previous_of_same().map_or(0, |record| record.polls + 1)
        }
        _ => 0,
    };
    let wait = match next {
        Requeue::Check => interval.mul_f64(0.9 + 0.2 * random),
        Requeue::Poll(first) => poll(first, polls),
        Requeue::Retry(class) => {
            class.delay(retry.map_or(0, |retry| retry.failures), random, interval)
        }
        Requeue::Now => Duration::ZERO,
    };
    let (context, subject, previous) = (pass.context, pass.subject, pass.previous);
    let status = pass.ledger.stored().clone();
    let referenced = Referenced {
        // What was read counts as known only once a status says at which versions.
        contents: (pass.referenced.contents)
            .filter(|_| status.common().references == pass.snapshot.references),
        ..pass.referenced
    };
    let mut record = Record::new(subject, pass.snapshot, status, now, now + wait);
    pass.ledger.close_into(&mut record);
    if !pass.progress.is_observed() {
        record.observed_at = previous.as_ref().map_or(pass.started, |r| r.observed_at);
    }
    record.retry = retry;
    // Ready: the cloud kept the steps, so counting their repetitions starts anew.
    if !settled {
        record.history = pass.history;
    }
    record.polls = polls;
    record.referenced = referenced;
    record.restored_at = previous.and_then(|record| record.restored_at);
    let wait = record.requeue_after(now, settings.secret_interval);
    context.records.put(subject, record);
    wait
}

/// The trouble of this pass, counted on where it is of the same class as the last one's.
fn retry<M: ManagedKind>(pass: &Pass<'_, M>, next: Requeue) -> Option<Retry> {
    let Requeue::Retry(class) = next else {
        return None;
    };
    let before = pass.previous_of_same().and_then(|record| record.retry);
    Some(match before {
        Some(before) if before.class.same_class(class) => Retry {
            class,
            failures: before.failures.saturating_add(1),
            since: before.since,
        },
        _ => Retry {
            class,
            failures: 0,
            since: pass.started,
        },
    })
}

/// The API server did not take a write: what it has is what counts, and the next pass begins afresh,
/// later each time.
async fn unwritten<M: ManagedKind>(mut pass: Pass<'_, M>, error: &WriteError) -> Option<Duration> {
    count(&pass, "Unwritten");
    if matches!(error, WriteError::Gone) {
        log!(debug, pass.subject, "gone");
        pass.context.forget(&pass.subject.key());
        return None;
    }
    log!(
        warn,
        pass.subject,
        error = error.words(),
        "a pass could not be written down"
    );
    // The status that remembers the step was not stored: doing the step again is no repetition.
    pass.history = History::default();
    let before = pass.previous_of_same().and_then(|record| record.retry);
    let fails_on = before.is_some_and(|before| match before.class {
        RetryClass::Refused => true,
        RetryClass::ApiServer => before.failures >= FAILURES_ARE_REFUSAL,
        _ => false,
    });
    let refused = error.is_refusal() || (fails_on && error.answer().is_some());
    let next = Requeue::Retry(if refused {
        RetryClass::Refused
    } else {
        RetryClass::ApiServer
    });
    let retry = retry(&pass, next);
    if refused {
        let is_first = retry.is_some_and(|retry| retry.failures == 0);
        say_refused(&mut pass, error, is_first).await;
    }
    publish_events(&mut pass).await;
    Some(remember(pass, false, next, retry))
}

/// What is stored is not true any more, and the API server does not take what is: of what it took before,
/// only the conditions are written anew. Where it refuses these, too, the event says so.
async fn say_refused<M: ManagedKind>(pass: &mut Pass<'_, M>, error: &WriteError, is_first: bool) {
    let message = format!(
        "the API server does not take the object's status: {}; apply the definitions of the operator's version, and let the operator write the status",
        error.words()
    );
    pass.ledger.go_back_to_stored();
    pass.draft_conditions(&State::Stalled(Reason::StatusRefused, message));
    let (old, new) = (pass.ledger.read().common(), pass.ledger.draft.common());
    let event = notes::condition_event(&old.conditions, &new.conditions, M::CONDITIONS);
    let stored = pass.ledger.store(WriteTime::AtEnd).await;
    // Where the conditions keep it, they say whether it was told; else the first refusal of a row tells.
    pass.events
        .extend(event.filter(|_| stored.is_ok() || is_first));
    if let Err(error) = stored {
        log!(
            warn,
            pass.subject,
            error = error.words(),
            "the conditions could not be written either"
        );
    }
}

/// The operator stops. What the pass changed is written down, so that another process goes on from there, and
/// so is what it only cleared; where it did nothing, there is nothing to say.
async fn stopped<M: ManagedKind>(mut pass: Pass<'_, M>) -> Option<Duration> {
    count(&pass, "Stopped");
    if !pass.progress.may_have_changed() && !pass.ledger.is_cleared() {
        return None;
    }
    let reason = if pass.snapshot.deleting {
        Reason::Deleting
    } else {
        Reason::Progressing
    };
    let message = "cloudfn was stopped in the middle of a change and goes on when it runs again";
    pass.draft_conditions(&State::Reconciling(reason, message.to_owned()));
    if let Err(error) = pass.ledger.store(WriteTime::AtEnd).await {
        log!(warn, pass.subject, %error, "what was done before the stop could not be written down");
    }
    publish_events(&mut pass).await;
    None
}

fn count<M: ManagedKind>(pass: &Pass<'_, M>, label: &'static str) {
    let took = pass.started.elapsed();
    pass.context
        .metrics
        .pass(&kind_name::<M::Resource>(), label, took);
}

async fn publish_events<M: ManagedKind>(pass: &mut Pass<'_, M>) {
    let metadata = &pass.subject.metadata;
    let regarding = ObjectReference {
        api_version: Some(M::Resource::api_version(&()).into_owned()),
        kind: Some(kind_name::<M::Resource>()),
        name: metadata.name.clone(),
        namespace: metadata.namespace.clone(),
        uid: metadata.uid.clone(),
        ..ObjectReference::default()
    };
    let context = pass.context;
    for note in notes::joined(std::mem::take(&mut pass.events)) {
        context
            .metrics
            .happened(&kind_name::<M::Resource>(), note.reason);
        let event = Event {
            regarding: regarding.clone(),
            warning: note.warning,
            reason: note.reason,
            action: "Reconcile",
            note: note.note,
        };
        let (now, random) = (context.world.now(), context.world.random());
        context.events.publish(event, now, random).await;
    }
}

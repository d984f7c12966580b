//! Before a step is sent: the finalizer is put on the object, and the status says what is about to
//! become ours.
//!
//! Invariant: nothing that was sent is ever forgotten, whenever the operator is stopped.

use tokio::time::Instant;

use super::drift;
use super::kind::{Desired, Effect, Goal, Identity, KindStatus, ManagedKind, Step};
use super::ledger::{Announced, WriteTime};
use super::outcome::{Outcome, State};
use super::pass::Pass;
use super::pending_create;
use super::settings::SENT_WITHIN;
use crate::api::{ManagedStatus, Reason};
use crate::kubernetes::WriteError;

/// Writes finalizer and status, where they do not say yet what `step` is about to do.
pub(super) async fn announce<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    identity: &Identity,
    goal: Goal<'_, M::Desired>,
    step: &M::Step,
) -> Result<(), Outcome> {
    let context = pass.context;
    let effect = step.effect();
    if effect == Effect::Test {
        return Ok(());
    }
    let before = pass.ledger.draft.clone();
    pass.ledger.draft.intend(step);
    if let Goal::Present(desired) = goal {
        let managed = &mut pass.ledger.draft.common_mut().managed;
        managed.extend(desired.managed());
    }
    let draft = &pass.ledger.draft;
    let stored = pass.ledger.stored();
    let nothing_new = *draft == before && drift::is_stored(draft.common(), stored.common());
    let due = if effect == Effect::Create {
        Announced::Create
    } else {
        Announced::Change
    };
    if nothing_new && pass.ledger.announced >= due {
        return Ok(());
    }
    let is_retry = nothing_new && context.unless_stopped(is_retry(pass, step)).await??;
    if effect == Effect::Create {
        announce_create(pass);
    }
    if is_retry {
        return Ok(());
    }
    if !pass.ledger.has_finalizer() {
        let added = pass.ledger.add_finalizer();
        context.unless_stopped(added).await??;
    }
    pass.locate(identity);
    pass.draft_conditions(&in_progress(effect));
    let stored = pass.ledger.store(WriteTime::BeforeStep);
    match context.once_begun(stored).await? {
        // An object may accept no status at all, which must not stop its deletion.
        Err(error) if matches!(goal, Goal::Absent) && error.is_refusal() => {}
        stored => stored?,
    }
    pass.ledger.announced = pass.ledger.announced.max(due);
    Ok(())
}

/// Whether this is the step that the cloud refused last, and the status says so still: it stays as it is
/// until the answer is another one. No write proves that the object asks for the same by now, so it is read
/// once more. Of a create, an earlier refusal took the announcement back.
async fn is_retry<M: ManagedKind>(pass: &Pass<'_, M>, step: &M::Step) -> Result<bool, WriteError> {
    let (ledger, previous) = (&pass.ledger, pass.previous_of_same());
    let is_as_left = previous.is_some_and(|record| record.status == *ledger.stored());
    if !is_as_left || !ledger.has_finalizer() || !pass.history.is_retry(step) {
        return Ok(false);
    }
    let announced = ledger.stored().common().create_requested_at.is_some();
    if step.effect() == Effect::Create && announced {
        return Ok(false);
    }
    ledger.is_current().await
}

fn in_progress(effect: Effect) -> State {
    let (reason, message) = match effect {
        Effect::Create => (Reason::Creating, "the function is being created"),
        Effect::Update | Effect::Test | Effect::Publish => {
            (Reason::Updating, "the function is being changed")
        }
        Effect::Delete => (Reason::Deleting, "the function is being deleted"),
    };
    State::Reconciling(reason, message.to_owned())
}

fn announce_create<M: ManagedKind>(pass: &mut Pass<'_, M>) {
    let now = pass.context.world.now();
    pending_create::announce(pass.ledger.draft.common_mut(), now);
    pass.ledger.send_until = Some(Instant::now() + SENT_WITHIN);
}

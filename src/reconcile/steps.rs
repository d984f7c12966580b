//! Converging on a goal: observe, decide whose the resource is, plan, announce, act, fold, plan again.
//!
//! Invariant: before a step is sent, the finalizer is on the object and the status says what is
//! about to become ours; no call that changes something is ever cancelled.

use tokio::time::Instant;

use super::announce::announce;
use super::answers::{fields, note_done, note_refusal};
use super::drift::{Finding, Planned, Situation};
use super::history::Futile;
use super::keep::{Keep, keep};
use super::kind::{
    AfterRefusal, Effect, Goal, Identity, ManagedKind, Observed, Plan, PlannedStep, Step,
};
use super::ledger::Announced;
use super::outcome::{Outcome, Requeue, State};
use super::owner::{Role, Standing, at_home, standing};
use super::ownership::{Adoption, Refusal};
use super::pass::{Pass, Sent};
use super::pending_create;
use super::retry::RetryClass;
use super::settings::{MAX_STEPS, SENT_WITHIN};
use crate::api::{ManagedStatus, Reason};
use crate::cloud::{BudgetMode, Class, CloudError};
use crate::kubernetes::WriteError;

/// How often a pass observes again what a failed step really did.
const MAX_REREADS: usize = 2;
/// Reads of a resource that the cloud accepted to delete, before the deletion is sent once more.
const POLLS_PER_DELETE: u32 = 8;

/// How converging ended, where the pass decides what follows from it.
pub(super) enum Converged {
    /// All is as the goal says.
    Settled,
    /// These changes are planned and left.
    Left(Planned),
    /// The resource is not ours.
    NotOurs(Refusal),
    /// By now the resource is to be kept.
    Kept(Keep),
}

/// Observes, plans, acts, folds and plans again until there is nothing left to do now.
/// For a manager, the resource must be its owner's (or become so); for an observer, nothing is written.
pub(super) async fn converge<M: ManagedKind>(
    pass: &mut Pass<'_, M>,
    identity: &Identity,
    goal: Goal<'_, M::Desired>,
    role: Role<'_, M::Desired>,
) -> Result<Converged, Outcome> {
    let mut work = Work {
        pass,
        identity,
        goal,
        role,
        observed: None,
        shown: Shown::Nothing,
        adoption: None,
        sight: Sight::default(),
        deletion_sent: false,
    };
    let converged = work.run().await;
    work.report().await?;
    converged
}

/// How good the observation is.
struct Sight {
    /// It includes every step sent so far: it was read since, or the replies were folded in.
    current: bool,
    /// Nothing but tests was sent since the cloud was read.
    fresh: bool,
    /// Reads after a step that failed.
    rereads: usize,
}

impl Default for Sight {
    fn default() -> Self {
        Self {
            current: false,
            fresh: true,
            rereads: 0,
        }
    }
}

/// What the status may say of what was observed: nothing of what is another's, of nobody's that it is
/// there, all of what is ours or becomes so by the next step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Outline,
    All,
}

/// What a plan leaves to do in this pass.
enum Next<S> {
    Settled,
    Read,
    Act(Vec<PlannedStep<S>>),
}

/// One goal, on its way.
struct Work<'w, 'a, M: ManagedKind> {
    pass: &'w mut Pass<'a, M>,
    identity: &'w Identity,
    goal: Goal<'w, M::Desired>,
    role: Role<'w, M::Desired>,
    observed: Option<M::Observed>,
    shown: Shown,
    /// How the next step makes it ours.
    adoption: Option<Adoption>,
    sight: Sight,
    /// A deletion was sent in this pass, and no step failed since: no second one follows.
    deletion_sent: bool,
}

impl<M: ManagedKind> Work<'_, '_, M> {
    async fn run(&mut self) -> Result<Converged, Outcome> {
        let mut steps_done = 0;
        // Tests do not count: each has an end of its own, and there are not many.
        while steps_done < MAX_STEPS {
            if self.pass.started.elapsed() > self.pass.context.settings.pass_limit {
                if !self.pass.progress.is_observed() {
                    return Err(Outcome::reconciling(
                        Reason::Throttled,
                        "the function's turn did not come in time; will retry",
                        Requeue::Now,
                    ));
                }
                break;
            }
            let context = self.pass.context;
            if !self.sight.current
                && let Some(not_ours) = context.unless_stopped(self.observe()).await??
            {
                return Ok(not_ours);
            }
            let steps = match self.plan()? {
                Next::Settled => return Ok(Converged::Settled),
                Next::Read => {
                    self.sight.current = false;
                    continue;
                }
                Next::Act(steps) => steps,
            };
            let Some(first) = steps.first() else {
                return Ok(Converged::Settled);
            };
            if let Some(left) = self.leave(&steps) {
                return Ok(Converged::Left(left));
            }
            if first.step.effect() == Effect::Delete
                && let Some(kept) = context
                    .unless_stopped(self.confirm_deletion(&first.step))
                    .await??
            {
                return Ok(kept);
            }
            steps_done += usize::from(first.step.effect() != Effect::Test);
            self.refuse_futile(first)?;
            self.note_drift(&steps);
            announce(self.pass, self.identity, self.goal, &first.step).await?;
            self.act(first).await?;
        }
        // The first time the next pass follows at once (no delay for Busy); if it repeats, it backs off.
        Err(Outcome::reconciling(
            Reason::Progressing,
            "the change takes longer than one pass; cloudfn goes on",
            Requeue::Retry(RetryClass::Busy),
        ))
    }

    /// What is to be done now.
    fn plan(&self) -> Result<Next<M::Step>, Outcome> {
        let now = self.pass.context.world.now();
        let draft = &self.pass.ledger.draft;
        match M::plan(self.goal, draft, self.observed.as_ref(), now) {
            Plan::Settled => Ok(Next::Settled),
            Plan::Read if self.sight.fresh => Err(self.pass.waiting()),
            Plan::Read => Ok(Next::Read),
            Plan::Act(steps) => Ok(Next::Act(steps)),
            Plan::Blocked { reason, message } => Err(Outcome::stalled(reason, message)),
            Plan::Waiting {
                reason,
                message,
                first,
            } => {
                let deleting = self.pass.snapshot.deleting;
                let reason = if deleting { Reason::Deleting } else { reason };
                let next = Requeue::Poll(first);
                Err(Outcome::reconciling(reason, message, next))
            }
        }
    }

    /// Reads the cloud, and decides whose the resource is.
    async fn observe(&mut self) -> Result<Option<Converged>, Outcome> {
        let mode = if self.pass.is_background() {
            BudgetMode::Try
        } else {
            BudgetMode::Wait
        };
        let (kind, draft) = (self.pass.kind, &self.pass.ledger.draft);
        let observed = kind.observe(self.identity, draft, self.goal, mode);
        self.observed = at_home(self.identity, observed.await?)?;
        (self.sight.current, self.sight.fresh) = (true, true);
        self.pass.progress.observed();
        self.shown = Shown::Nothing;
        if let Some(observed) = &self.observed {
            match standing(self.pass, observed, &self.role).await? {
                Standing::Full(adoption) => self.adoption = adoption,
                Standing::Outline(outline) => {
                    self.goal = Goal::Present(outline);
                    self.shown = Shown::Outline;
                    return Ok(None);
                }
                Standing::Refused(refusal) => return Ok(Some(Converged::NotOurs(refusal))),
            }
        }
        self.shown = Shown::All;
        Ok(None)
    }

    /// The planned changes, where nothing may be written, or somebody else's edit is to be left.
    fn leave(&mut self, steps: &[PlannedStep<M::Step>]) -> Option<Planned> {
        let finding = Finding::<M> {
            goal: self.goal,
            observed: self.observed.as_ref(),
            steps,
        };
        if self.role.owner().is_none() {
            let is_outline = self.shown == Shown::Outline;
            return Some(Planned {
                is_outline,
                ..finding.planned()
            });
        }
        let pass = &mut *self.pass;
        let situation = situation(pass);
        let draft = pass.ledger.draft.common_mut();
        let (changes, event) = pass.drift.leave(&finding, &situation, draft)?;
        pass.events.extend(event);
        Some(changes)
    }

    /// Keeps in the draft what the steps overwrite of somebody else's.
    fn note_drift(&mut self, steps: &[PlannedStep<M::Step>]) {
        let finding = Finding::<M> {
            goal: self.goal,
            observed: self.observed.as_ref(),
            steps,
        };
        let pass = &mut *self.pass;
        let situation = situation(pass);
        let (draft, fresh) = (pass.ledger.draft.common_mut(), self.sight.fresh);
        let event = pass.drift.before_step(&finding, &situation, draft, fresh);
        pass.events.extend(event);
    }

    /// Before a deletion is sent: the cloud may have accepted it already, and the object may ask for
    /// something else by now.
    async fn confirm_deletion(&mut self, step: &M::Step) -> Result<Option<Converged>, Outcome> {
        if self.deletion_sent || self.is_being_deleted(step) {
            return Err(self.pass.waiting());
        }
        if matches!(self.goal, Goal::Absent) {
            let fresh = self.pass.ledger.reread().await?.ok_or(WriteError::Gone)?;
            self.pass.ledger.move_to(&fresh);
            if let Some(text) = fresh.paused() {
                self.pass.snapshot.paused = Some(text.to_owned());
                return Err(Outcome::paused(text, true));
            }
            if let Some(keep) = keep(self.pass.context, &fresh.essentials).await? {
                return Ok(Some(Converged::Kept(keep)));
            }
        }
        self.deletion_sent = true;
        Ok(None)
    }

    /// Whether the cloud accepted this deletion in an earlier pass: then it is given time, and sent
    /// again only now and then.
    fn is_being_deleted(&self, step: &M::Step) -> bool {
        let pass = &self.pass;
        let accepted = pass
            .history
            .last()
            .is_some_and(|(name, _)| name == step.name());
        let polls = pass.previous.as_ref().map(|record| record.polls);
        accepted && polls.is_some_and(|n| n % POLLS_PER_DELETE != POLLS_PER_DELETE - 1)
    }

    /// Where the cloud accepted a step again and again and it is due once more, sending it only costs.
    fn refuse_futile(&self, planned: &PlannedStep<M::Step>) -> Result<(), Outcome> {
        let PlannedStep { step, why } = planned;
        let Some(Futile { times, undone_by }) = self.pass.history.futile(step, why) else {
            return Ok(());
        };
        let (step, fields) = (step.name(), fields(planned));
        let differing = if fields.is_empty() {
            "cloudfn's own tags"
        } else {
            &fields
        };
        let what = match undone_by {
            None => format!("and still differs in {differing}"),
            Some(other) => format!("and it is due again after {other}, for {differing}"),
        };
        let message = format!(
            "the cloud accepted {step} {times} times {what}; write the spec as the cloud shows it"
        );
        Err(Outcome::Concluded {
            state: State::Stalled(Reason::InternalError, message),
            next: Requeue::Retry(RetryClass::Bug),
        })
    }

    /// Sends one step, and folds its reply into what is known.
    async fn act(&mut self, planned: &PlannedStep<M::Step>) -> Result<(), Outcome> {
        let step = &planned.step;
        // What was announced is sent in time or not at all: others rely on it.
        let announced = self.pass.ledger.send_until.take();
        let until = announced.unwrap_or_else(|| Instant::now() + SENT_WITHIN);
        let result = self.pass.kind.act(self.identity, step, until).await;
        if let Err(CloudError {
            class: Class::Stopping,
            ..
        }) = result
        {
            return Err(Outcome::Stopped);
        }
        let pass = &mut *self.pass;
        let is_test = step.effect() == Effect::Test;
        let sent = if is_test { Sent::Test } else { Sent::Change };
        pass.progress.sent = pass.progress.sent.max(sent);
        // One create is announced, not the next one too.
        pass.ledger.announced = pass.ledger.announced.min(Announced::Change);
        match result {
            Ok(change) => {
                if !is_test {
                    note_done(self.pass, self.identity, planned, self.adoption.take());
                }
                M::fold(&mut self.observed, &mut self.pass.ledger.draft, change);
                let folded = self.observed.take();
                // What is not believed is not reported either.
                self.shown = Shown::Nothing;
                self.observed = at_home(self.identity, folded)?;
                self.shown = Shown::All;
                // What was observed before a test is as new after it.
                self.sight.fresh &= is_test;
                Ok(())
            }
            Err(error) => {
                if note_refusal(self.pass, step, &error) == AfterRefusal::GoesOn {
                    return Ok(());
                }
                // An error may hide our own success, or another's change: read before saying anything.
                let reread = matches!(
                    error.class,
                    Class::Conflict | Class::Exists | Class::NotFound | Class::Unavailable
                );
                if !reread || self.sight.rereads == MAX_REREADS {
                    return Err(error.into());
                }
                self.sight.rereads += 1;
                self.sight.current = false;
                self.deletion_sent = false;
                Ok(())
            }
        }
    }

    /// Writes into the draft what was observed of a resource that is ours.
    async fn report(&mut self) -> Result<(), Outcome> {
        if !self.pass.progress.is_observed() {
            return Ok(());
        }
        let now = self.pass.context.world.now();
        let draft = &mut self.pass.ledger.draft;
        let owner = self.role.owner();
        if self.shown == Shown::Nothing && owner.is_some() {
            return Ok(());
        }
        pending_create::forget_earlier(draft.common_mut(), now);
        match (self.shown, owner) {
            (Shown::All, _) => M::report(self.goal, draft, self.observed.as_ref()),
            // An observer's status had more of it, before the resource was another's or nobody's.
            (Shown::Nothing | Shown::Outline, _) => {
                M::report(self.goal, draft, None);
                let observed = self.observed.as_ref();
                let shown = observed.filter(|_| self.shown == Shown::Outline);
                draft.common_mut().arn = shown.map(|observed| observed.arn().to_owned());
            }
        }
        self.pass.progress.reported();
        self.pass.locate(self.identity);
        let (Some(observed), Some(owner)) = (&self.observed, owner) else {
            return Ok(());
        };
        let ledger = &mut self.pass.ledger;
        let common = ledger.draft.common_mut();
        common.arn = Some(observed.arn().to_owned());
        if observed.tags().is_ok_and(|tags| owner.claim.is_on(tags)) {
            common.instance = Some(owner.claim.instance.clone());
        }
        // Found again with nothing to do for it (the object was replaced, or made anew after
        // Retain): it must not be left behind when the object goes.
        if matches!(self.goal, Goal::Present(_)) && !ledger.has_finalizer() {
            let context = self.pass.context;
            context.unless_stopped(ledger.add_finalizer()).await??;
        }
        Ok(())
    }
}

fn situation<'a, M: ManagedKind>(pass: &Pass<'a, M>) -> Situation<'a> {
    Situation {
        name: pass.subject.function_name(),
        now: pass.context.world.now(),
        had_planned_changes: !pass.ledger.read().common().planned_changes.is_empty(),
        changed: pass.progress.may_have_changed(),
    }
}

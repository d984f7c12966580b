//! Driving the cloud towards a goal: look, whose is it, plan, announce, act, fold, plan again.
//!
//! Invariant: before a step is sent, the finalizer is on the object and the status says what is
//! about to become ours; no call that changes something is ever cancelled.

use std::time::Duration;

use tracing::{info, warn};

use super::backoff::Trouble;
use super::closing::Written;
use super::conclude::{Happening, Verdict};
use super::ownership::{self, Claim, Facts, Refusal, Taking};
use super::pass::{Announced, Driven, Ended, Pace, Pass};
use super::seen::Done;
use super::settings::{MAX_REPEATS, MAX_STEPS};
use super::{
    Desired, Difference, Effect, Goal, Identity, Managed, Owned, Plan, PlannedStep, Step, drift,
};
use crate::api::conditions::{self, STALLED};
use crate::api::{AdoptionPolicy, FunctionStatus, INSTANCE_TAG, OWNER_TAG, Reason};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};
use crate::kubernetes::WriteError;

/// Looks that a pass takes at what a failed step really did.
const SECOND_LOOKS: usize = 2;
/// Looks at a function that the cloud accepted to delete, before it is asked once more.
const POLLS_PER_DELETE: u32 = 8;

impl<M: Managed> Pass<'_, M> {
    /// Observes, plans, acts, folds and plans again until there is nothing left to do now.
    /// With `facts`, the function must be ours (or become ours); without, nothing is written.
    pub(super) async fn drive(
        &mut self,
        identity: &Identity,
        goal: Goal<'_, M::Desired>,
        facts: Option<(&Claim, AdoptionPolicy)>,
    ) -> Driven {
        let mut observed = None;
        let mut ours = facts.is_none();
        let driven = self
            .steps(identity, goal, facts, &mut observed, &mut ours)
            .await;
        if self.looked && ours {
            M::report(goal, &mut self.memory, observed.as_ref());
            self.reported = true;
            self.locate(identity);
            let common = self.memory.common_mut();
            if let (Some(function), Some((claim, _))) = (&observed, facts) {
                common.arn = Some(function.arn().to_owned());
                if function.tags().is_ok_and(|tags| carries(tags, claim)) {
                    common.instance = Some(claim.instance.clone());
                }
                // Found again with nothing to do for it (the object was replaced, or made anew after
                // Retain): it must not be left behind when the object goes.
                if matches!(goal, Goal::Present(_))
                    && !self.is_guarded()
                    && let Err(error) = self.add_finalizer().await
                {
                    return error.into();
                }
            }
        }
        driven
    }

    async fn steps(
        &mut self,
        identity: &Identity,
        goal: Goal<'_, M::Desired>,
        facts: Option<(&Claim, AdoptionPolicy)>,
        observed: &mut Option<M::Observed>,
        ours: &mut bool,
    ) -> Driven {
        let mut known = false;
        let mut second_looks = 0;
        let mut deleted = false;
        let mut taking = None;
        let mut fresh = true;
        let mut steps_done = 0;
        // Tests do not count: each has an end of its own, and there are not many.
        while steps_done < MAX_STEPS {
            if self.started.elapsed() > self.driver.settings.pass_limit {
                if !self.looked {
                    let message =
                        "the function's turn did not come in time; cloudfn goes on by itself"
                            .to_owned();
                    return Driven::Ended(Ended::Said(
                        Verdict::Reconciling(Reason::Throttled, message),
                        Pace::Now,
                    ));
                }
                break;
            }
            if !known {
                let mode = if self.background() {
                    BudgetMode::Try
                } else {
                    BudgetMode::Wait
                };
                match self
                    .driver
                    .kind
                    .observe(identity, &self.memory, goal, mode)
                    .await
                {
                    Ok(found) => *observed = found,
                    Err(error) => return error.into(),
                }
                (known, self.looked, fresh) = (true, true, true);
                *ours = facts.is_none();
                if let (Some(function), Some((claim, policy))) = (observed.as_ref(), facts) {
                    match self.whose(function, claim, policy).await {
                        Ok(take) => taking = take,
                        Err(driven) => return driven,
                    }
                }
                *ours = true;
            }
            let steps = match M::plan(goal, &self.memory, observed.as_ref()) {
                Plan::Settled => return Driven::Settled,
                Plan::Waiting {
                    reason,
                    message,
                    first,
                } => {
                    let reason = if self.look.deleting {
                        Reason::Deleting
                    } else {
                        reason
                    };
                    return Driven::Ended(Ended::Said(
                        Verdict::Reconciling(reason, message),
                        Pace::Poll(first),
                    ));
                }
                Plan::Blocked { reason, message } => {
                    return Driven::Ended(Ended::Said(
                        Verdict::Stalled(reason, message),
                        Pace::Trouble(Trouble::Blocked),
                    ));
                }
                Plan::Look if fresh => return waiting(self.look.deleting),
                Plan::Look => {
                    known = false;
                    continue;
                }
                Plan::Act(steps) => steps,
            };
            let Some(PlannedStep { step, why }) = steps.first() else {
                return Driven::Settled;
            };
            if facts.is_none() {
                return Driven::Drifted(drift::planned_changes::<M>(
                    goal,
                    observed.as_ref(),
                    &steps,
                ));
            }
            if let Some(changes) = self.left_as_found(goal, observed.as_ref(), &steps) {
                return Driven::Drifted(changes);
            }
            if step.effect() == Effect::Delete {
                if deleted || self.is_being_deleted(step) {
                    return waiting(self.look.deleting);
                }
                if let (Goal::Absent, Some(driven)) = (goal, self.still_to_be_deleted().await) {
                    return driven;
                }
                deleted = true;
            }
            let trial = step.effect() == Effect::Test;
            steps_done += usize::from(!trial);
            if let Some(message) = self.futile(step, why) {
                return Driven::Ended(Ended::Said(
                    Verdict::Stalled(Reason::InternalError, message),
                    Pace::Trouble(Trouble::Bug),
                ));
            }
            self.before_step(goal, observed.as_ref(), &steps, fresh);
            if let Err(error) = self.announce(identity, goal, step).await {
                return error.into();
            }
            let result = self.driver.kind.act(identity, step).await;
            self.acted |= !trial;
            self.tried |= trial;
            // One create is announced, not the next one too.
            self.announced = self.announced.min(Announced::Change);
            match result {
                Ok(change) => {
                    if !trial {
                        self.tell(identity, step, why, taking.take());
                        self.count(step, why);
                    }
                    M::fold(observed, &mut self.memory, change);
                    // What was seen before a trial is as new after it.
                    fresh &= trial;
                }
                Err(error) => {
                    self.note_refusal(identity, step, &error);
                    // An error may hide our own success, or another's change: look before saying anything.
                    let look = matches!(
                        error.class,
                        Class::Conflict | Class::Exists | Class::NotFound | Class::Unavailable
                    );
                    if !look || second_looks == SECOND_LOOKS {
                        return error.into();
                    }
                    second_looks += 1;
                    deleted = false;
                    known = false;
                }
            }
        }
        let message = "the change takes longer than one pass; cloudfn goes on".to_owned();
        // At once the first time; should it ever go on so, not as fast as it can.
        Driven::Ended(Ended::Said(
            Verdict::Reconciling(Reason::Progressing, message),
            Pace::Trouble(Trouble::Busy),
        ))
    }

    /// Tells the log, and the kind, that a step was refused.
    fn note_refusal(&mut self, identity: &Identity, step: &M::Step, error: &CloudError) {
        warn!(object = ?self.subject, function = identity.name, step = step.name(), %error, request_id = error.request_id, "a step was refused");
        M::refused(&mut self.memory, step, error);
        if step.effect() == Effect::Create && error.class.had_no_effect() {
            self.memory.common_mut().create_requested_at = None;
        }
    }

    /// Remembers what was done, and how often for the same reasons.
    fn count(&mut self, step: &M::Step, why: &[Difference]) {
        let times = self
            .done
            .take_if(|done| done.step == step.name() && done.why == why)
            .map_or(0, |done| done.times);
        self.done = Some(Done {
            step: step.name(),
            effect: step.effect(),
            why: why.to_vec(),
            times: times + 1,
        });
    }

    /// Where the function lives, so that nobody looks for it elsewhere later.
    fn locate(&mut self, identity: &Identity) {
        self.memory.common_mut().account_id = Some(identity.account.clone());
        self.memory.set_region(&identity.region);
    }

    /// Whether the status says already that a person must change something, for all that the object
    /// is now: a further try is no news.
    fn was_stalled(&self) -> bool {
        let same = self
            .previous
            .as_ref()
            .is_some_and(|seen| seen.look == self.look);
        same && conditions::find(&self.written.common().conditions, STALLED).is_some_and(
            |stalled| {
                stalled.status == "True"
                    && stalled.observed_generation == Some(self.look.generation)
            },
        )
    }

    /// Whether the function is ours, or how it becomes so.
    async fn whose(
        &self,
        function: &M::Observed,
        claim: &Claim,
        policy: AdoptionPolicy,
    ) -> Result<Option<Taking>, Driven> {
        let tags = function.tags().map_err(|message| {
            Driven::from(CloudError {
                class: Class::Denied,
                operation: "ListTags",
                code: "TagsUnreadable".to_owned(),
                message: message.to_owned(),
                request_id: None,
            })
        })?;
        let facts = Facts {
            claim,
            instance: self.memory.common().instance.as_deref(),
            policy,
            by_intent: M::ours_by_intent(&self.memory, function),
        };
        match ownership::decide(tags, facts) {
            ownership::Verdict::Ours => Ok(None),
            // What this object never wrote its tags on is not deleted with it.
            ownership::Verdict::Take(Taking::Adopted | Taking::TookOver)
            | ownership::Verdict::TakeUnlessPresent { .. }
                if self.look.deleting =>
            {
                Err(Driven::Refused(Refusal {
                    reason: Reason::NotOwned,
                    message: "this object never took the function".to_owned(),
                }))
            }
            ownership::Verdict::Take(taking) => Ok(Some(taking)),
            ownership::Verdict::TakeUnlessPresent {
                namespace,
                name,
                otherwise,
            } => {
                // This object itself, from when its cluster had another name, is no other.
                let itself = namespace == self.subject.namespace() && name == self.subject.name();
                if !itself && self.driver.may_exist(&namespace, &name).await? {
                    Err(Driven::Refused(otherwise))
                } else {
                    Ok(Some(Taking::Adopted))
                }
            }
            ownership::Verdict::Refused(refusal) => Err(Driven::Refused(refusal)),
        }
    }

    /// Whether the cloud accepted this deletion in an earlier pass: then it is given time, and asked
    /// again only now and then.
    fn is_being_deleted(&self, step: &M::Step) -> bool {
        let accepted = self
            .done
            .as_ref()
            .is_some_and(|done| done.step == step.name());
        accepted
            && self
                .previous
                .as_ref()
                .is_some_and(|seen| seen.polls % POLLS_PER_DELETE != POLLS_PER_DELETE - 1)
    }

    /// Where the cloud took a step again and again and does not keep it, sending it once more only costs.
    fn futile(&self, step: &M::Step, why: &[Difference]) -> Option<String> {
        if matches!(step.effect(), Effect::Delete | Effect::Test) {
            return None;
        }
        let done = self.done.as_ref().filter(|done| {
            done.step == step.name() && done.why == why && done.times >= MAX_REPEATS
        })?;
        let fields = done
            .why
            .iter()
            .map(|d| d.field.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Some(format!(
            "the cloud accepted {} {} times and still differs in {fields}; write the spec as the cloud shows it",
            done.step, done.times
        ))
    }

    /// Makes sure that nothing sent is ever forgotten: the finalizer first, then the status.
    async fn announce(
        &mut self,
        identity: &Identity,
        goal: Goal<'_, M::Desired>,
        step: &M::Step,
    ) -> Result<(), WriteError> {
        if step.effect() == Effect::Test {
            return Ok(());
        }
        let before = self.memory.clone();
        M::intend(&mut self.memory, step);
        let common = self.memory.common_mut();
        if let Goal::Present(desired) = goal {
            common.managed.extend(desired.managed());
        }
        let nothing_new = self.memory == before && self.drift_is_written();
        // Where a person must change something a step is only tried; nothing is said anew.
        // That a function which was there is to be made again is news.
        let again = step.effect() == Effect::Create && self.memory.common().arn.is_some();
        let tried = self.is_guarded() && self.was_stalled() && !again;
        let due = if step.effect() == Effect::Create {
            Announced::Create
        } else {
            Announced::Change
        };
        if nothing_new && (self.announced >= due || tried) {
            return Ok(());
        }
        if step.effect() == Effect::Create && !tried {
            self.announce_create();
        }
        if !self.is_guarded() {
            self.add_finalizer().await?;
        }
        let (reason, message) = match step.effect() {
            Effect::Create => (Reason::Creating, "the function is being created"),
            Effect::Update | Effect::Test | Effect::Publish => {
                (Reason::Updating, "the function is being changed")
            }
            Effect::Delete => (Reason::Deleting, "the function is being deleted"),
        };
        self.locate(identity);
        self.say(&Verdict::Reconciling(reason, message.to_owned()));
        match self.write_status(Written::BeforeStep).await {
            // A deletion needs no status that nobody can write.
            Err(error) if matches!(goal, Goal::Absent) && error.is_refusal_of_object() => {}
            written => written?,
        }
        self.announced = self.announced.max(due);
        Ok(())
    }

    /// Writes the log line and keeps the event of a step that was done.
    fn tell(
        &mut self,
        identity: &Identity,
        step: &M::Step,
        why: &[Difference],
        taking: Option<Taking>,
    ) {
        let fields = why
            .iter()
            .map(|d| d.field.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        info!(object = ?self.subject, function = identity.name, region = identity.region, step = step.name(), fields, "done");
        let taken = match taking {
            Some(Taking::Adopted) => {
                Some(("Adopted", format!("adopted the function {}", identity.name)))
            }
            Some(Taking::TookOver) => Some((
                "TookOver",
                format!(
                    "took the function {} over from another cluster",
                    identity.name
                ),
            )),
            Some(Taking::OwnCreate) | None => None,
        };
        let drift = self.was_settled() && step.effect() != Effect::Delete;
        let reason = match step.effect() {
            _ if drift => "DriftRepaired",
            Effect::Create => "Created",
            Effect::Update | Effect::Test => "Updated",
            Effect::Publish => "Published",
            Effect::Delete => "Deleted",
        };
        let name = &identity.name;
        let note = match step.effect() {
            Effect::Create => format!("created the function {name}"),
            // Our own tags are no field of the spec: nothing is listed for them.
            Effect::Update | Effect::Test if fields.is_empty() => {
                format!("changed the function {name} ({})", step.name())
            }
            Effect::Update | Effect::Test => {
                format!("changed the function {name} ({}): {fields}", step.name())
            }
            Effect::Publish => format!("published the function {name}"),
            Effect::Delete => format!("deleted the function {name}"),
        };
        let told = taken.into_iter().chain([(reason, note)]);
        self.happenings.extend(told.map(|(reason, note)| Happening {
            warning: false,
            reason,
            note,
        }));
        let doubts = M::doubts(step, why).join("; ");
        if !doubts.is_empty() {
            warn!(object = ?self.subject, doubts, "the code may not run");
            self.happenings.push(Happening {
                warning: true,
                reason: "CodeDoubtful",
                note: format!("the code may not run: {doubts}"),
            });
        }
    }
}

fn waiting(deleting: bool) -> Driven {
    let (reason, message) = if deleting {
        (Reason::Deleting, "the cloud is deleting the function")
    } else {
        (Reason::Settling, "the cloud is working on the function")
    };
    Driven::Ended(Ended::Said(
        Verdict::Reconciling(reason, message.to_owned()),
        Pace::Poll(Duration::from_secs(1)),
    ))
}

fn carries(tags: &Tags, claim: &Claim) -> bool {
    tags.get(OWNER_TAG) == Some(&claim.owner) && tags.get(INSTANCE_TAG) == Some(&claim.instance)
}

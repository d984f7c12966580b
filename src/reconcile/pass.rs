//! One pass over one object: from what is wanted to what the cloud has.
//!
//! Invariant: before a step is sent, the finalizer is on the object and the status says what is
//! about to become ours; no call that changes something is ever cancelled.

use std::time::Duration;

use kube::runtime::controller::Action;
use tokio::time::Instant;
use tracing::{info, warn};

use super::backoff::Trouble;
use super::conclude::{Happening, Verdict};
use super::driver::{Driver, own_status};
use super::ownership::{self, Claim, Facts, Refusal, Taking};
use super::seen::{Look, Seen};
use super::settings::MAX_STEPS;
use super::{Desired, Difference, Effect, Goal, Identity, Managed, Owned, Plan, PlannedStep, Status, Step, Unmet, conclude, references};
use crate::api::conditions::READY;
use crate::api::{AdoptionPolicy, FunctionSpec, FunctionStatus, INSTANCE_TAG, OWNER_TAG, PlannedChange, Reason, Subject, conditions};
use crate::cloud::{Class, CloudError, Patience, Tags};
use crate::kubernetes::WriteError;

/// Entries of `status.plannedChanges` at most.
const PLANNED_LIMIT: usize = 50;
/// Characters of a value in `status.plannedChanges` at most; two of them and the names stay under 4 KB.
const VALUE_LIMIT: usize = 1024;
/// Looks that a pass takes at what a failed step really did.
const SECOND_LOOKS: usize = 2;

/// How a pass ended.
pub(super) enum Ended {
    /// The finalizer is off: the object is no longer ours to conclude.
    Released,
    /// What the status shall say, and when to look again.
    Said(Verdict, Pace),
    /// The API server did not take a write, or does not have the object any more.
    Unwritten(WriteError),
}

/// When to look again.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pace {
    /// At the next periodic check.
    Check,
    /// When the cloud may have settled; the time to the first look.
    Poll(Duration),
    /// By the table of troubles.
    Trouble(Trouble),
    /// At once.
    Now,
}

/// How driving the cloud ended.
pub(super) enum Driven {
    Settled,
    Drifted(Vec<PlannedChange>),
    Refused(Refusal),
    Retained,
    Ended(Ended),
}

impl From<CloudError> for Driven {
    fn from(error: CloudError) -> Self {
        Self::Ended(Ended::Said(Verdict::of(&error), Pace::Trouble(Trouble::from(&error))))
    }
}

impl From<WriteError> for Driven {
    fn from(error: WriteError) -> Self {
        Self::Ended(Ended::Unwritten(error))
    }
}

impl From<kube::Error> for Driven {
    fn from(error: kube::Error) -> Self {
        Self::from(WriteError::from(error))
    }
}

/// The state of one pass.
pub(super) struct Pass<'a, M: Managed> {
    pub(super) driver: &'a Driver<M>,
    pub(super) subject: &'a Subject<M::Kind>,
    pub(super) look: Look,
    pub(super) previous: Option<Seen<Status<M>>>,
    pub(super) started: Instant,
    /// Status as the object has it, our conditions only.
    pub(super) old: Status<M>,
    /// Status as written last.
    pub(super) written: Status<M>,
    /// Status as it is to be.
    pub(super) memory: Status<M>,
    /// Version of the object that `written` stands on.
    pub(super) version: String,
    /// Versions before that one.
    pub(super) older: Vec<String>,
    pub(super) finalizer: bool,
    /// Somebody saw the function in this pass.
    pub(super) looked: bool,
    /// Something was sent in this pass.
    pub(super) acted: bool,
    pub(super) happenings: Vec<Happening>,
    announced: bool,
}

impl<'a, M: Managed> Pass<'a, M> {
    pub(super) fn begin(driver: &'a Driver<M>, subject: &'a Subject<M::Kind>, look: Look, previous: Option<Seen<Status<M>>>, started: Instant) -> Self {
        // The cache may still show what the last pass began with: then what that pass wrote counts.
        let stale = previous.as_ref().filter(|seen| seen.older_versions.iter().any(|v| v == subject.resource_version()));
        let (old, version, finalizer) = match stale {
            Some(seen) => (seen.status.clone(), seen.resource_version.clone(), seen.finalizer),
            None => (own_status::<M>(subject).unwrap_or_default(), subject.resource_version().to_owned(), subject.has_finalizer()),
        };
        let mut older = vec![subject.resource_version().to_owned()];
        older.retain(|v| *v != version);
        Self {
            driver,
            subject,
            look,
            previous,
            started,
            written: old.clone(),
            memory: old.clone(),
            old,
            version,
            older,
            finalizer,
            looked: false,
            acted: false,
            happenings: Vec::new(),
            announced: false,
        }
    }

    /// Where only the references of a Ready object changed, a new generation often follows (one
    /// commit changes both): wait a moment for it, so that it stays one change.
    pub(super) fn wait_for_one_change(&mut self) -> Option<Action> {
        let common = self.old.common();
        let only_references = conclude::is_available(&common.conditions, self.look.generation)
            && common.references != self.look.references
            && common.last_handled_reconcile_at == self.look.request
            && !self.look.deleting
            && self.look.paused.is_none();
        let seen = self.previous.as_mut().filter(|_| only_references)?;
        let due = *seen.settling.get_or_insert(self.started + self.driver.settings.reference_settle);
        if due <= self.started {
            return None;
        }
        let seen = self.previous.take()?;
        self.driver.records.put(self.subject.uid(), seen);
        Some(Action::requeue(due - self.started))
    }

    /// The pass itself.
    pub(super) async fn run(&mut self) -> Ended {
        if let Some(text) = &self.look.paused {
            return Ended::Said(Verdict::Paused(text.clone()), Pace::Check);
        }
        if self.look.deleting {
            return self.delete().await;
        }
        let spec = match &self.subject.spec {
            Ok(spec) => spec,
            Err(message) => {
                let message = format!("{message}; correct the object, or delete it");
                return Ended::Said(Verdict::Stalled(Reason::InvalidSpec, message), Pace::Trouble(Trouble::Blocked));
            }
        };
        if let Some(forbidden) = self.driver.forbidden(spec) {
            return forbidden;
        }
        self.present(spec).await
    }

    /// The function shall be there as the spec says.
    async fn present(&mut self, spec: &super::Spec<M>) -> Ended {
        let names = M::references(spec);
        let inputs = match references::contents(&self.driver.client, self.subject.namespace(), &names).await {
            Ok((inputs, versions)) => {
                self.look.references.clone_from(&versions);
                self.memory.common_mut().references = versions;
                inputs
            }
            Err(error) => return Ended::Unwritten(error.into()),
        };
        let observe_only = self.driver.observe_only(spec.common().management_policy);
        let claim = self.claim();
        let claimed = if observe_only { Tags::new() } else { claim.tags() };
        let desired = match M::desired(spec, &inputs, &claimed) {
            Ok(desired) => desired,
            Err(Unmet::Invalid(message)) => return Ended::Said(Verdict::Stalled(Reason::InvalidSpec, message), Pace::Trouble(Trouble::Blocked)),
            Err(Unmet::Missing(message)) => {
                return Ended::Said(Verdict::Reconciling(Reason::ReferenceNotFound, message), Pace::Trouble(Trouble::NotReadyYet));
            }
        };
        if observe_only && self.finalizer {
            if let Err(error) = self.remove_finalizer().await {
                return Ended::Unwritten(error);
            }
        }
        let identity = match self.identity().await {
            Ok(identity) => identity,
            Err(ended) => return self.or_unseen(ended),
        };
        let _turn = self.driver.locks.lock(&identity).await;
        let facts = (!observe_only).then_some((&claim, spec.common().adoption_policy));
        let driven = self.drive(&identity, Goal::Present(&desired), facts).await;
        self.memory.common_mut().planned_changes = Vec::new();
        match driven {
            Driven::Settled => {
                if !observe_only {
                    self.memory.common_mut().managed = desired.managed();
                }
                Ended::Said(Verdict::Ready, Pace::Check)
            }
            Driven::Drifted(changes) => {
                let message = format!("managementPolicy is Observe and {} changes are planned; see status.plannedChanges", changes.len());
                self.memory.common_mut().planned_changes = changes;
                Ended::Said(Verdict::Stalled(Reason::Drifted, message), Pace::Check)
            }
            Driven::Refused(refusal) => Ended::Said(Verdict::Stalled(refusal.reason, refusal.message), Pace::Trouble(Trouble::Blocked)),
            Driven::Retained => Ended::Said(Verdict::Ready, Pace::Check),
            Driven::Ended(ended) => self.or_unseen(ended),
        }
    }

    /// Observes, plans, acts, folds and plans again until there is nothing left to do now.
    /// With `facts`, the function must be ours (or become ours); without, nothing is written.
    pub(super) async fn drive(&mut self, identity: &Identity, goal: Goal<'_, M::Desired>, facts: Option<(&Claim, AdoptionPolicy)>) -> Driven {
        let mut observed = None;
        let mut ours = facts.is_none();
        let driven = self.steps(identity, goal, facts, &mut observed, &mut ours).await;
        if self.looked && ours {
            M::report(goal, &mut self.memory, observed.as_ref());
            let common = self.memory.common_mut();
            common.account_id = Some(identity.account.clone());
            if let (Some(function), Some((claim, _))) = (&observed, facts) {
                common.arn = Some(function.arn().to_owned());
                if function.tags().is_ok_and(|tags| carries(tags, claim)) {
                    common.instance = Some(claim.instance.clone());
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
        for _ in 0..MAX_STEPS {
            if self.started.elapsed() > self.driver.settings.pass_limit {
                break;
            }
            if !known {
                let patience = if self.background() { Patience::Decline } else { Patience::Wait };
                match self.driver.kind.observe(identity, &self.memory, goal, patience).await {
                    Ok(found) => *observed = found,
                    Err(error) => return error.into(),
                }
                (known, self.looked, fresh) = (true, true, true);
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
                Plan::Waiting { message, first } => {
                    let reason = if self.look.deleting { Reason::Deleting } else { Reason::Settling };
                    return Driven::Ended(Ended::Said(Verdict::Reconciling(reason, message), Pace::Poll(first)));
                }
                Plan::Blocked { reason, message } => {
                    return Driven::Ended(Ended::Said(Verdict::Stalled(reason, message), Pace::Trouble(Trouble::Blocked)));
                }
                Plan::Look if fresh => return waiting(self.look.deleting),
                Plan::Look => {
                    known = false;
                    continue;
                }
                Plan::Act(steps) => steps,
            };
            let Some(PlannedStep { step, why }) = steps.first() else { return Driven::Settled };
            if facts.is_none() {
                return Driven::Drifted(planned_changes(&steps));
            }
            if step.effect() == Effect::Delete {
                if deleted {
                    return waiting(self.look.deleting);
                }
                if let (Goal::Absent, Some(driven)) = (goal, self.still_to_be_deleted().await) {
                    return driven;
                }
                deleted = true;
            }
            if let Err(error) = self.announce(identity, goal, step).await {
                return error.into();
            }
            let result = self.driver.kind.act(identity, step).await;
            self.acted = true;
            match result {
                Ok(change) => {
                    self.tell(identity, step, why, taking.take());
                    M::fold(observed, change);
                    fresh = false;
                }
                Err(error) => {
                    warn!(object = ?self.subject, function = identity.name, step = step.name(), %error, request_id = error.request_id, "a step was refused");
                    M::refused(&mut self.memory, step, &error);
                    // An error may hide our own success, or another's change: look before saying anything.
                    let look = matches!(error.class, Class::Conflict | Class::Exists | Class::NotFound | Class::Unavailable);
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
        Driven::Ended(Ended::Said(Verdict::Reconciling(Reason::Progressing, message), Pace::Now))
    }

    /// Whether the function is ours, or how it becomes so.
    async fn whose(&self, function: &M::Observed, claim: &Claim, policy: AdoptionPolicy) -> Result<Option<Taking>, Driven> {
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
            ownership::Verdict::Take(taking) => Ok(Some(taking)),
            ownership::Verdict::TakeUnlessPresent { namespace, name, otherwise } => {
                if self.driver.exists(&namespace, &name).await? {
                    Err(Driven::Refused(otherwise))
                } else {
                    Ok(Some(Taking::Adopted))
                }
            }
            ownership::Verdict::Refused(refusal) => Err(Driven::Refused(refusal)),
        }
    }

    /// Makes sure that nothing sent is ever forgotten: the finalizer first, then the status.
    async fn announce(&mut self, identity: &Identity, goal: Goal<'_, M::Desired>, step: &M::Step) -> Result<(), WriteError> {
        let before = self.memory.clone();
        M::intend(&mut self.memory, step);
        let common = self.memory.common_mut();
        if let Goal::Present(desired) = goal {
            common.managed.extend(desired.managed());
        }
        if self.announced && self.memory == before {
            return Ok(());
        }
        if !self.finalizer {
            self.add_finalizer().await?;
        }
        let (reason, message) = match step.effect() {
            Effect::Create => (Reason::Creating, "the function is being created"),
            Effect::Update | Effect::Publish => (Reason::Updating, "the function is being changed"),
            Effect::Delete => (Reason::Deleting, "the function is being deleted"),
        };
        self.memory.common_mut().account_id = Some(identity.account.clone());
        self.say(&Verdict::Reconciling(reason, message.to_owned()));
        self.write_status().await?;
        self.announced = true;
        Ok(())
    }

    /// Writes the log line and keeps the event of a step that was done.
    fn tell(&mut self, identity: &Identity, step: &M::Step, why: &[Difference], taking: Option<Taking>) {
        let fields = why.iter().map(|d| d.field.as_str()).collect::<Vec<_>>().join(", ");
        info!(object = ?self.subject, function = identity.name, region = identity.region, step = step.name(), fields, "done");
        let taken = match taking {
            Some(Taking::Adopted) => Some(("Adopted", format!("adopted the function {}", identity.name))),
            Some(Taking::TookOver) => Some(("TookOver", format!("took the function {} over from another cluster", identity.name))),
            Some(Taking::OwnCreate) | None => None,
        };
        let drift = self.stands() && step.effect() != Effect::Delete;
        let reason = match step.effect() {
            _ if drift => "DriftRepaired",
            Effect::Create => "Created",
            Effect::Update => "Updated",
            Effect::Publish => "Published",
            Effect::Delete => "Deleted",
        };
        let of = if fields.is_empty() { String::new() } else { format!(": {fields}") };
        let note = format!("{} of the function {}{of}", step.name(), identity.name);
        let told = taken.into_iter().chain([(reason, note)]);
        self.happenings.extend(told.map(|(reason, note)| Happening { warning: false, reason, note }));
    }

    /// Whether the object was Ready for all that it is now before this pass: what changed then is
    /// the cloud.
    pub(super) fn stands(&self) -> bool {
        let common = self.old.common();
        let lost = || {
            conditions::find(&common.conditions, READY)
                .is_some_and(|ready| ready.reason == Reason::CannotObserve.as_str() && ready.observed_generation == Some(self.look.generation))
        };
        !self.look.deleting && common.references == self.look.references && (conclude::is_available(&common.conditions, self.look.generation) || lost())
    }

    /// Whether nobody waits for this look.
    fn background(&self) -> bool {
        self.stands() && !self.acted && self.old.common().last_handled_reconcile_at == self.look.request
    }

    /// This object's claim on its function.
    pub(super) fn claim(&self) -> Claim {
        let settings = &self.driver.settings;
        Claim::new(&settings.cluster_name, &settings.instance, self.subject.namespace(), self.subject.name())
    }

    /// Where the function lives, checked against the account of the credentials.
    pub(super) async fn identity(&self) -> Result<Identity, Ended> {
        let account = self.driver.kind.account().await.map_err(|error| Ended::Said(Verdict::of(&error), Pace::Trouble(Trouble::from(&error))))?;
        let mut arn = self.memory.common().arn.as_deref().unwrap_or_default().split(':').skip(3).map(str::to_owned);
        let (arn_region, arn_account) = (arn.next(), arn.next());
        if let Some(other) = arn_account.filter(|known| *known != account) {
            let message = format!("the function lives in account {other} and the operator's credentials are for {account}; give it the right ones");
            return Err(Ended::Said(Verdict::Stalled(Reason::WrongAccount, message), Pace::Trouble(Trouble::Blocked)));
        }
        let region = arn_region.unwrap_or_else(|| self.driver.kind.region(self.subject.essentials.region.as_deref()));
        Ok(Identity { account, region, name: self.subject.function_name().to_owned() })
    }
}

fn waiting(deleting: bool) -> Driven {
    let (reason, message) =
        if deleting { (Reason::Deleting, "the cloud is deleting the function") } else { (Reason::Settling, "the cloud is working on the function") };
    Driven::Ended(Ended::Said(Verdict::Reconciling(reason, message.to_owned()), Pace::Poll(Duration::from_secs(1))))
}

fn carries(tags: &Tags, claim: &Claim) -> bool {
    tags.get(OWNER_TAG) == Some(&claim.owner) && tags.get(INSTANCE_TAG) == Some(&claim.instance)
}

fn planned_changes<S: Step>(steps: &[PlannedStep<S>]) -> Vec<PlannedChange> {
    let shown = |text: &Option<String>| text.as_ref().map(|t| t.chars().take(VALUE_LIMIT).collect::<String>());
    let changes = steps.iter().flat_map(|PlannedStep { step, why }| {
        let name = step.name().to_owned();
        let bare = why.is_empty().then(|| PlannedChange { step: name.clone(), ..PlannedChange::default() });
        bare.into_iter().chain(why.iter().map(move |d| PlannedChange {
            step: name.clone(),
            field: Some(d.field.clone()),
            from: shown(&d.from),
            to: shown(&d.to),
        }))
    });
    changes.take(PLANNED_LIMIT).collect()
}

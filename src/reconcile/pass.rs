//! The state of one pass over one object, and the facts that follow from it.
//!
//! Invariant: a pass works on one version of the object; what it wrote itself counts as read.

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::conditions;
use super::context::Context;
use super::drift::{self, DriftWatch};
use super::history::History;
use super::kind::{Identity, KindStatus, ManagedKind, Status};
use super::ledger::Ledger;
use super::notes::EventNote;
use super::outcome::{Outcome, Requeue, State};
use super::ownership::Claim;
use super::pending_create;
use super::record::{Record, Snapshot};
use super::referenced::Referenced;
use crate::api::conditions::{READY, find};
use crate::api::{CommonStatus, ManagedStatus, Reason, Subject};
use crate::kubernetes::WriteError;

/// Check intervals without an observation after which the state of the resource is unknown.
const BLIND_INTERVALS: u32 = 3;

/// The state of one pass.
pub(super) struct Pass<'a, M: ManagedKind> {
    pub(super) kind: &'a M,
    pub(super) context: &'a Context<M::Resource>,
    pub(super) subject: &'a Subject<M::Resource>,
    pub(super) snapshot: Snapshot,
    pub(super) previous: Option<Record<Status<M>>>,
    pub(super) started: Instant,
    pub(super) ledger: Ledger<'a, M::Resource>,
    pub(super) progress: Progress,
    /// The steps tried, in this pass or before it.
    pub(super) history: History,
    /// Published when the pass ends.
    pub(super) events: Vec<EventNote>,
    pub(super) drift: DriftWatch,
    /// What is known of the referenced objects.
    pub(super) referenced: Referenced,
}

/// What happened in a pass so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    knowledge: Knowledge,
    pub(super) sent: Sent,
    /// The kind knows of the request for a reconciliation.
    acknowledged: bool,
}

/// What a pass knows of the resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Knowledge {
    #[default]
    None,
    /// The pass observed it.
    Observed,
    /// The kind has brought the status up to date, too.
    Reported,
}

/// The most that a pass sent to the cloud.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sent {
    #[default]
    Nothing,
    /// A test, which changes nothing.
    Test,
    /// What may have changed the resource.
    Change,
}

impl Progress {
    /// The pass observed the resource.
    pub(super) fn observed(&mut self) {
        self.knowledge = self.knowledge.max(Knowledge::Observed);
    }

    /// The kind has brought the status up to date.
    pub(super) const fn reported(&mut self) {
        self.knowledge = Knowledge::Reported;
    }

    pub(super) fn is_observed(self) -> bool {
        self.knowledge >= Knowledge::Observed
    }

    pub(super) fn is_reported(self) -> bool {
        self.knowledge == Knowledge::Reported
    }

    /// The pass sent something that may have changed the resource.
    pub(super) fn may_have_changed(self) -> bool {
        self.sent == Sent::Change
    }
}

impl<'a, M: ManagedKind> Pass<'a, M> {
    pub(super) fn begin(
        kind: &'a M,
        context: &'a Context<M::Resource>,
        subject: &'a Subject<M::Resource>,
        snapshot: Snapshot,
        previous: Option<Record<Status<M>>>,
        started: Instant,
    ) -> Self {
        let same = previous.as_ref().filter(|r| r.snapshot == snapshot);
        let history = same.map(|record| record.history.clone());
        let referenced = previous.as_ref().map(|record| record.referenced);
        let referenced = Referenced {
            is_same: false,
            ..referenced.unwrap_or_default()
        };
        let mut ledger = Ledger::open(&context.client, subject, previous.as_ref());
        if previous.is_none() && ledger.has_finalizer() {
            let (read, now) = (ledger.read().common(), context.world.now());
            if !conditions::is_available(&read.conditions, snapshot.generation) {
                pending_create::suspect(ledger.draft.common_mut(), now);
            }
        }
        Self {
            kind,
            context,
            subject,
            ledger,
            snapshot,
            previous,
            started,
            progress: Progress::default(),
            history: history.unwrap_or_default(),
            events: Vec::new(),
            drift: DriftWatch::default(),
            referenced,
        }
    }

    /// The record of the last pass, where the object is still what it was then.
    pub(super) fn previous_of_same(&self) -> Option<&Record<Status<M>>> {
        let previous = self.previous.as_ref();
        previous.filter(|record| record.snapshot == self.snapshot)
    }

    /// Whether a person requests a reconciliation that no status acknowledges yet.
    pub(super) fn is_requested(&self) -> bool {
        self.snapshot
            .requests
            .are_new_to(self.ledger.read().common())
    }

    /// Lets the kind know, once, where a person requests a reconciliation.
    pub(super) fn acknowledge_request(&mut self) {
        if self.is_requested() && !self.progress.acknowledged {
            self.ledger.draft.acknowledge_request();
            self.progress.acknowledged = true;
        }
    }

    /// Whether the object was Ready before this pass for the same snapshot, or was not only because somebody
    /// else's edit is left or nobody could observe: what changed then is the cloud.
    pub(super) fn was_ready_for_this(&self) -> bool {
        let common = self.ledger.read().common();
        let generation = self.snapshot.generation;
        !self.snapshot.deleting
            && self.has_same_references()
            && (conditions::is_available(&common.conditions, generation)
                || is_stale(common, generation)
                || drift::is_reported(common, generation))
    }

    /// Whether the object was settled for all that it is now before this pass, and cloudfn has not
    /// begun to change the resource since: what differs then, somebody else changed.
    pub(super) fn was_settled(&self) -> bool {
        let common = self.ledger.read().common();
        let noted = common.settled_generation == Some(self.snapshot.generation)
            && self.has_same_references();
        !self.snapshot.deleting && (noted || self.was_ready_for_this())
    }

    /// Whether the referenced objects are what the status speaks of: at the same versions, or with the same in
    /// them.
    fn has_same_references(&self) -> bool {
        let known = &self.ledger.read().common().references;
        self.referenced.is_same || *known == self.snapshot.references
    }

    /// Whether nobody waits for what this pass observes.
    pub(super) fn is_background(&self) -> bool {
        self.was_ready_for_this()
            && !self.progress.may_have_changed()
            && (self.snapshot.requests).are_noted_in(self.ledger.read().common())
    }

    /// This object's claim on its resource.
    pub(super) fn claim(&self) -> Claim {
        let settings = &self.context.settings;
        Claim::new(
            &settings.cluster_name,
            &settings.instance,
            self.subject.namespace(),
            self.subject.name(),
        )
    }

    /// Where the resource lives, checked against the account of the credentials.
    pub(super) async fn identity(&self) -> Result<Identity, Outcome> {
        let place = self.ledger.draft.place();
        let account = self.kind.account(place.account.as_deref());
        let account = self.context.unless_stopped(account).await??;
        if let Some(other) = place.account.filter(|known| *known != account) {
            return Err(Outcome::wrong_account(format!(
                "the function lives in account {other} and the operator's credentials are for {account}; give it the right ones"
            )));
        }
        // Once something was sent, the region is fixed: a changed --aws-region moves nothing.
        let requested = self.subject.essentials.region.as_deref();
        Ok(Identity {
            provider: M::PROVIDER,
            account,
            region: place.region.unwrap_or_else(|| self.kind.region(requested)),
            name: self.subject.function_name().to_owned(),
        })
    }

    /// Waits until no other pass works on this resource.
    pub(super) async fn turn(&self, identity: &Identity) -> Result<OwnedMutexGuard<()>, Outcome> {
        let turn = self.context.locks.lock(identity);
        self.context.unless_stopped(turn).await
    }

    /// Takes our finalizer off. What has begun is finished: what follows from it must be said.
    pub(super) async fn unfinalize(&mut self) -> Result<Result<(), WriteError>, Outcome> {
        let context = self.context;
        context.once_begun(self.ledger.remove_finalizer()).await
    }

    /// Notes in the draft where the resource lives, so that no later pass searches elsewhere.
    pub(super) fn locate(&mut self, identity: &Identity) {
        let draft = &mut self.ledger.draft;
        draft.common_mut().account_id = Some(identity.account.clone());
        draft.set_region(&identity.region);
    }

    /// Where nobody could observe and nothing else is new, the conditions stay as they are; for a while.
    pub(super) fn keep_last_known(&self, outcome: Outcome) -> Outcome {
        let Outcome::Concluded { state, next } = outcome else {
            return outcome;
        };
        let sent = self.progress.sent != Sent::Nothing;
        if sent || !state.could_not_observe() || !self.was_ready_for_this() {
            return Outcome::Concluded { state, next };
        }
        let previous = self.previous.as_ref();
        let blind = previous.map_or(self.started, |r| r.observed_at).elapsed();
        let state = match state {
            _ if blind <= self.context.settings.check_interval * BLIND_INTERVALS => {
                State::KeepLastKnown
            }
            // It turns into Stalled, which says more.
            state if state.has_grace() => state,
            State::Reconciling(_, why) => State::ObservationStale(format!(
                "the function could not be read for three check intervals: {why}"
            )),
            other => other,
        };
        Outcome::Concluded { state, next }
    }

    /// Drafts the conditions of this state, and what every stored status says of the object.
    pub(super) fn draft_conditions(&mut self, state: &State) {
        let now = self.context.world.now();
        let generation = self.snapshot.generation;
        let old = &self.ledger.stored().common().conditions;
        let mut conditions = conditions::conditions(old, state, generation, now);
        // The kind's own conditions are those of its last report.
        if self.progress.is_reported() {
            let own = self.ledger.draft.conditions();
            let made = own
                .iter()
                .map(|own| conditions::kind_condition(old, own, generation, now));
            conditions.extend(made);
        } else if *state != State::KeepLastKnown {
            conditions.extend(conditions::of_types(old, M::CONDITIONS));
        }
        let name = self.subject.function_name().to_owned();
        let common = self.ledger.draft.common_mut();
        common.conditions = conditions;
        if !drift::are_planned_still(state, common, generation) {
            common.planned_changes.clear();
        }
        common.observed_generation = Some(generation);
        common.function_name = Some(name);
    }

    /// The pass waits until the cloud has done something.
    pub(super) fn waiting(&self) -> Outcome {
        let (reason, message) = if self.snapshot.deleting {
            (Reason::Deleting, "the cloud is deleting the function")
        } else {
            (Reason::Settling, "the cloud is working on the function")
        };
        Outcome::reconciling(
            reason,
            message,
            Requeue::Poll(std::time::Duration::from_secs(1)),
        )
    }
}

/// Whether the status says that nobody could observe the resource for too long.
fn is_stale(common: &CommonStatus, generation: i64) -> bool {
    find(&common.conditions, READY).is_some_and(|ready| {
        ready.reason == Reason::CannotObserve.as_str()
            && ready.observed_generation == Some(generation)
    })
}

//! One driver for one kind: what a pass needs, and how a pass begins.
//!
//! A pass reads like this: is there anything new? paused? deleting? references, what is wanted,
//! what is there, whose is it, a plan, steps, and in every case a conclusion.

use std::sync::Arc;
use std::time::Duration;

use kube::runtime::controller::Action;
use kube::{Api, Client, Resource};
use tokio::time::Instant;
use tracing::warn;

use super::backoff::Trouble;
use super::conclude::{self, Verdict};
use super::pass::{Ended, Pace, Pass, unreadable};
use super::seen::{Locks, Look, Records, Seen, until};
use super::settings::Settings;
use super::world::World;
use super::{Managed, Status, drift, references};
use crate::api::{
    DriftPolicy, FINALIZER, FunctionSpec, FunctionStatus, ManagementPolicy, Reason, Reference,
    ReferenceKind, Subject, conditions,
};
use crate::kubernetes::events::Events;
use crate::telemetry::metrics::Metrics;

/// Timers fire up to this much early or late; a look is not put off for so little.
const SLACK: Duration = Duration::from_millis(10);

/// Time between two corrections of a status that somebody else writes too: two operators of one
/// cluster (an upgrade, a lost lease) must not answer each other as fast as they can.
const PUT_RIGHT_PAUSE: Duration = Duration::from_secs(30);

/// Runs the passes of one kind.
pub struct Driver<M: Managed> {
    pub(super) kind: M,
    pub(super) client: Client,
    pub(super) settings: Settings,
    pub(super) world: Arc<dyn World>,
    pub(super) events: Events,
    pub(super) metrics: Arc<Metrics>,
    pub(super) records: Records<Status<M>>,
    pub(super) locks: Locks,
}

impl<M: Managed> Driver<M> {
    /// A driver that remembers nothing yet.
    pub fn new(
        kind: M,
        client: Client,
        settings: Settings,
        world: Arc<dyn World>,
        events: Events,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            kind,
            client,
            settings,
            world,
            events,
            metrics,
            records: Records::default(),
            locks: Locks::default(),
        }
    }

    /// The kind's name.
    #[must_use]
    pub fn kind_name() -> String {
        <M::Kind as Resource>::kind(&()).into_owned()
    }

    /// Forgets an object that is gone.
    pub fn forget(&self, subject: &Subject<M::Kind>) {
        self.forget_key(&subject.key());
    }

    /// Forgets the object of this namespace and name (`<namespace>/<name>`), which is gone.
    pub fn forget_key(&self, key: &str) {
        self.records.remove(key);
        self.metrics.object(&Self::kind_name(), key, None);
    }

    /// Brings one object a step further and says when to come again. Never fails: trouble is
    /// concluded like everything else.
    pub async fn pass(&self, subject: &Subject<M::Kind>) -> Action {
        if subject.deleting() && !subject.has_finalizer() {
            self.forget(subject);
            return Action::await_change();
        }
        let started = Instant::now();
        let mut previous = self.records.take(subject);
        let versions = self.reference_versions(subject).await;
        // What cannot be read counts as unchanged; the pass below says that it cannot be read.
        let known = || {
            previous
                .as_ref()
                .map(|seen| seen.look.references.clone())
                .or_else(|| Some(subject.status.as_ref()?.common().references.clone()))
        };
        let look = Look {
            generation: subject.generation(),
            deleting: subject.deleting(),
            paused: subject.paused().map(ToOwned::to_owned),
            request: subject.request().map(ToOwned::to_owned),
            references: versions
                .as_ref()
                .map_or_else(|_| known().unwrap_or_default(), Clone::clone),
            annotations: M::ANNOTATIONS
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), subject.annotation(name)?.to_owned())))
                .collect(),
        };
        if previous.is_none() {
            previous = self.first_look_later(subject, &look, started);
        }
        let unguarded = |seen: &Seen<_>| {
            seen.finalizers.iter().any(|f| f == FINALIZER)
                && !subject.has_finalizer()
                && !seen.is_older(subject.resource_version())
        };
        // What is remembered may be of the function that was there before another operator's create.
        let recreated = |seen: &Seen<Status<M>>| {
            let theirs = subject
                .status
                .as_ref()
                .and_then(|status| status.common().create_requested_at.as_ref());
            theirs.is_some()
                && theirs != seen.status.common().create_requested_at.as_ref()
                && !seen.is_older(subject.resource_version())
        };
        if let Some(seen) = previous.take_if(|seen| {
            seen.look == look
                && seen.next_look > started + SLACK
                && !unguarded(seen)
                && !recreated(seen)
        }) {
            return self.rest(subject, seen, started).await;
        }
        let mut pass = Pass::begin(self, subject, look, previous, started);
        if let Some(action) = pass.wait_for_one_change() {
            return action;
        }
        let ended = match versions {
            Ok(_) => pass.run().await,
            Err(error) => pass.or_unseen(unreadable(&error)),
        };
        let action = pass.conclude(ended).await;
        action.unwrap_or_else(Action::await_change)
    }

    async fn reference_versions(
        &self,
        subject: &Subject<M::Kind>,
    ) -> Result<Vec<Reference>, kube::Error> {
        match &subject.spec {
            // Deletion needs no reference, and a spec that cannot be read names none.
            Ok(spec) if !subject.deleting() => {
                references::versions(&self.client, subject.namespace(), &M::references(spec)).await
            }
            _ => Ok(Vec::new()),
        }
    }

    /// After a start, an object that was Ready for all that it is now (or whose drift was left) is looked at at a random
    /// point of its interval, so that a restart does not read everything at once.
    fn first_look_later(
        &self,
        subject: &Subject<M::Kind>,
        look: &Look,
        now: Instant,
    ) -> Option<Seen<Status<M>>> {
        let status = own_status::<M>(subject)?;
        let common = status.common();
        let available = conclude::is_available(&common.conditions, look.generation);
        let leaves = |spec: &super::Spec<M>| {
            self.drift_policy(spec) == DriftPolicy::Report
                && drift::is_reported(common, look.generation)
        };
        let unchanged = (available || subject.spec.as_ref().is_ok_and(leaves))
            && common.observed_generation == Some(look.generation)
            && common.references == look.references
            && common.last_handled_reconcile_at == look.request;
        let guarded =
            subject.has_finalizer() || self.observe_only(subject.essentials.management_policy);
        if !unchanged || !guarded || look.deleting || look.paused.is_some() {
            return None;
        }
        self.metrics.object(
            &Self::kind_name(),
            &subject.key(),
            Some(if available { "True" } else { "False" }),
        );
        Some(Seen {
            look: look.clone(),
            status,
            resource_version: subject.resource_version().to_owned(),
            older_versions: Vec::new(),
            finalizers: subject.metadata.finalizers.clone().unwrap_or_default(),
            next_look: now + self.settings.check_interval.mul_f64(self.world.random()),
            last_look: now,
            trouble: None,
            done: None,
            polls: 0,
            settling: None,
            put_right: None,
        })
    }

    /// Nothing is new: no cloud call. A status that somebody else changed is put right.
    async fn rest(
        &self,
        subject: &Subject<M::Kind>,
        mut seen: Seen<Status<M>>,
        now: Instant,
    ) -> Action {
        let mut wait = self.requeue(&seen, now);
        let found = own_status::<M>(subject).unwrap_or_default();
        // What could not be written down is nothing to go back to; the next look is near.
        let unwritten = matches!(seen.trouble, Some((Trouble::ApiServer, _, _)));
        if !unwritten && !seen.is_older(subject.resource_version()) {
            let status = remembered(&seen.status, &found);
            if found == status {
                seen.status = status;
            } else {
                let pause = seen
                    .put_right
                    .map_or(Duration::ZERO, |last| until(last + PUT_RIGHT_PAUSE, now));
                if pause.is_zero() {
                    self.put_right(subject, &mut seen, status, now).await;
                } else {
                    wait = wait.min(pause);
                }
            }
        }
        seen.settling = None;
        self.records.put(subject, seen);
        self.metrics
            .pass(&Self::kind_name(), "Unchanged", now.elapsed());
        Action::requeue(wait)
    }

    /// Writes the status that is remembered. The record has it only once it is written.
    async fn put_right(
        &self,
        subject: &Subject<M::Kind>,
        seen: &mut Seen<Status<M>>,
        status: Status<M>,
        now: Instant,
    ) {
        seen.put_right = Some(now);
        let written = crate::kubernetes::status::apply::<M::Kind>(
            &self.client,
            subject.namespace(),
            subject.name(),
            subject.resource_version(),
            &status,
        );
        match written.await {
            Ok(version) => {
                seen.status = status;
                seen.older_versions
                    .push(subject.resource_version().to_owned());
                seen.resource_version = version;
            }
            // The next version of the object brings the next pass.
            Err(error) => {
                warn!(%error, object = ?subject, "the remembered status was not written again")
            }
        }
    }

    /// Time to the next pass: the next look, or earlier the next look at a Secret's version.
    pub(super) fn requeue(&self, seen: &Seen<Status<M>>, now: Instant) -> Duration {
        let wait = until(seen.next_look, now);
        let has_secret = seen
            .look
            .references
            .iter()
            .any(|r| r.kind == ReferenceKind::Secret);
        if has_secret && seen.look.paused.is_none() {
            wait.min(self.settings.secret_interval)
        } else {
            wait
        }
    }

    /// The object as the API server has it now, if it is still the same object.
    pub(super) async fn read(
        &self,
        subject: &Subject<M::Kind>,
    ) -> Result<Option<Subject<M::Kind>>, kube::Error> {
        let api: Api<Subject<M::Kind>> = Api::namespaced(self.client.clone(), subject.namespace());
        Ok(api
            .get_opt(subject.name())
            .await?
            .filter(|fresh| fresh.uid() == subject.uid()))
    }

    /// Whether an object of this kind may exist in this cluster: where that may not be asked, it may.
    pub(super) async fn may_exist(&self, namespace: &str, name: &str) -> Result<bool, kube::Error> {
        let api: Api<Subject<M::Kind>> = Api::namespaced(self.client.clone(), namespace);
        match api.get_opt(name).await {
            Ok(found) => Ok(found.is_some()),
            Err(kube::Error::Api(status)) if status.is_forbidden() => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The refusal of what the operator's flags forbid, before any call.
    pub(super) fn forbidden(&self, spec: &impl FunctionSpec) -> Option<Ended> {
        let asked = spec.common().adoption_policy;
        (asked > self.settings.max_adoption_policy).then(|| {
            let allowed = self.settings.max_adoption_policy;
            let message =
                format!("adoptionPolicy {asked:?} is more than the operator's --max-adoption-policy={allowed:?} allows; lower one or raise the other");
            Ended::Said(Verdict::Stalled(Reason::NotAllowed, message), Pace::Trouble(Trouble::Blocked))
        })
    }

    /// Whether cloudfn may only look.
    pub(super) fn observe_only(&self, asked: ManagementPolicy) -> bool {
        asked.min(self.settings.management_policy) == ManagementPolicy::Observe
    }
}

/// What is remembered, together with what somebody else's status must not lose.
fn remembered<S: FunctionStatus + Clone>(known: &S, found: &S) -> S {
    let mut status = known.clone();
    let common = status.common_mut();
    // The same, said at another time, is no difference.
    conditions::keep_times(&mut common.conditions, &found.common().conditions);
    // What another operator of this cluster announced is not forgotten.
    common
        .managed
        .extend(found.common().managed.iter().cloned());
    drift::keep_of_another(common, found.common());
    status
}

/// The object's status with our own conditions only: those of others are theirs to write.
pub(super) fn own_status<M: Managed>(subject: &Subject<M::Kind>) -> Option<Status<M>> {
    let mut status = subject.status.clone()?;
    let common = status.common_mut();
    common.conditions = conclude::own(&common.conditions);
    Some(status)
}

//! Begins a pass over one object: is there anything new?
//!
//! A pass reads like this: is there anything new? paused? deleting? references, what is wanted,
//! what is there, whose is it, a plan, steps, and in every case a conclusion.

use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::close::close;
use super::conditions::is_available;
use super::context::{Context, kind_name};
use super::kind::{KindStatus, ManagedKind, Status};
use super::ledger::{self, own_status, without_foreign_names};
use super::log::log;
use super::outcome::Outcome;
use super::pass::Pass;
use super::queue::ObjectKey;
use super::record::{Record, Snapshot};
use super::retry::RetryClass;
use super::settings::Settings;
use super::world::World;
use super::{drift, lifecycle, pending_create, reference_change, references};
use crate::api::{CachedObject, DriftPolicy, ManagedStatus, Reference, Subject, conditions};
use crate::kubernetes::WriteError;
use crate::kubernetes::events::Events;
use crate::telemetry::metrics::Metrics;

/// Timers fire up to this much early or late; a check is not put off for so little.
const SLACK: Duration = Duration::from_millis(10);

/// Time until referenced objects are read again whose versions the API server did not hand out.
const READ_AGAIN: Duration = Duration::from_secs(5);

/// Time between two corrections of a status that somebody else writes too: two operators of one
/// cluster (an upgrade, a lost lease) must not answer each other as fast as they can.
const RESTORE_PAUSE: Duration = Duration::from_secs(30);

/// Runs the passes of one kind.
pub struct Driver<M: ManagedKind> {
    kind: M,
    context: Context<M::Resource>,
}

impl<M: ManagedKind> Driver<M> {
    /// A driver that remembers nothing yet, and begins nothing once `stop` is cancelled.
    pub fn new(
        kind: M,
        client: Client,
        settings: Settings,
        world: Arc<dyn World>,
        events: Events,
        metrics: Arc<Metrics>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            kind,
            context: Context::new(client, settings, world, events, metrics, stop),
        }
    }

    /// The kind's name.
    #[must_use]
    pub fn kind_name() -> String {
        kind_name::<M::Resource>()
    }

    /// Forgets an object that is gone.
    pub fn forget(&self, subject: &Subject<M::Resource>) {
        self.context.forget(&subject.key());
    }

    /// Forgets the object of this name, which is gone.
    pub fn forget_key(&self, key: &ObjectKey) {
        self.context.forget(&key.to_string());
    }

    /// Brings one object a step further and answers the time to the next pass; `None` where the object needs
    /// none of its own. Never fails: trouble is concluded like everything else. Once the operator is to stop,
    /// no step and no wait begins any more; a call to the cloud that is under way is finished.
    pub async fn pass(&self, object: &CachedObject<M::Resource>) -> Option<Duration> {
        let CachedObject { subject, spec } = object;
        if subject.deleting() && !subject.has_finalizer() {
            self.forget(subject);
            return None;
        }
        let started = Instant::now();
        let versions = self.reference_versions(subject);
        let Ok(versions) = self.context.unless_stopped(versions).await else {
            return None;
        };
        let mut previous = self.context.records.take(subject);
        // What cannot be read counts as unchanged for now; a pass that is due says that it cannot be read.
        let references = versions.as_ref().map_or_else(
            |_| known_references(previous.as_ref(), subject),
            Clone::clone,
        );
        let snapshot = Snapshot::of::<M>(subject, references);
        if previous.is_none() {
            previous = self.first_check_later(subject, &snapshot, started);
        }
        let is_unchanged = |record: &mut Record<_>| {
            record.snapshot == snapshot
                && record.next_check > started + SLACK
                && !record.lost_finalizer(subject)
                && (!record.is_recreated(subject) || record.history.waits_to_create())
        };
        if let Some(record) = previous.take_if(is_unchanged) {
            let wait = self.skip_unchanged(subject, record, started).await;
            // What could not be read may have changed.
            return Some(versions.map_or(wait.min(READ_AGAIN), |_| wait));
        }
        let (kind, context) = (&self.kind, &self.context);
        let mut pass = Pass::begin(kind, context, subject, snapshot, previous, started);
        if let Some(until) = reference_change::waits_until(&mut pass) {
            let wait = context
                .to_its_end(reference_change::wait(pass, until))
                .await;
            return wait.ok().flatten();
        }
        let outcome = match versions {
            Ok(_) => lifecycle::run(&mut pass, spec.as_ref()).await,
            Err(error) => pass.keep_last_known(Outcome::unreadable_reference(&error)),
        };
        let wait = context.to_its_end(close(pass, outcome)).await;
        wait.ok().flatten()
    }

    async fn reference_versions(
        &self,
        subject: &Subject<M::Resource>,
    ) -> Result<Vec<Reference>, kube::Error> {
        // Deletion needs no reference.
        if subject.deleting() {
            return Ok(Vec::new());
        }
        let (client, namespace) = (&self.context.client, subject.namespace());
        references::versions(client, namespace, &subject.references).await
    }

    /// After a start, an object that was Ready for all that it is now (or whose drift was left) is
    /// checked at a random point of its interval, so that a restart does not read everything at once.
    fn first_check_later(
        &self,
        subject: &Subject<M::Resource>,
        snapshot: &Snapshot,
        now: Instant,
    ) -> Option<Record<Status<M>>> {
        let settings = &self.context.settings;
        let status = without_foreign_names(own_status(subject)?);
        let common = status.common();
        let available = is_available(&common.conditions, snapshot.generation);
        let leaves_drift = subject.is_readable
            && settings.drift_policy(subject.essentials.drift_policy) == DriftPolicy::Report
            && drift::is_reported(common, snapshot.generation);
        let unchanged = (available || leaves_drift)
            && common.observed_generation == Some(snapshot.generation)
            && common.references == snapshot.references
            && snapshot.requests.are_noted_in(common);
        let guarded =
            subject.has_finalizer() || settings.observe_only(subject.essentials.management_policy);
        if !unchanged || !guarded || snapshot.deleting || snapshot.paused.is_some() {
            return None;
        }
        let ready = if available { "True" } else { "False" };
        let (metrics, key) = (&self.context.metrics, subject.key());
        metrics.object(&Self::kind_name(), &key, Some(ready));
        let next = now + settings.check_interval.mul_f64(self.context.world.random());
        Some(Record::new(subject, snapshot.clone(), status, now, next))
    }

    /// Nothing is new: no cloud call. A status that somebody else changed is restored.
    async fn skip_unchanged(
        &self,
        subject: &Subject<M::Resource>,
        mut record: Record<Status<M>>,
        now: Instant,
    ) -> Duration {
        let interval = self.context.settings.secret_interval;
        let mut wait = record.requeue_after(now, interval);
        let found = own_status(subject).unwrap_or_default();
        // After trouble with the API server the next check is near: until then nothing is restored, since
        // the remembered status may not be the newest.
        let unwritten = record
            .retry
            .is_some_and(|r| matches!(r.class, RetryClass::ApiServer | RetryClass::Refused));
        // Another operator tries the create that the cloud refused this one. Two that answer each other's
        // announcements would never rest, so this one goes on when its own next try is due.
        let is_theirs = record.is_recreated(subject);
        if !unwritten && !is_theirs && !record.seen.versions.is_older(subject.resource_version()) {
            let status = remembered(&record.status, &found, subject.status_has_strays);
            if record.status != status {
                record.history.note_overwritten();
            }
            if found == status {
                record.status = status;
            } else {
                let pause = record.restored_at.map_or(Duration::ZERO, |last| {
                    (last + RESTORE_PAUSE).saturating_duration_since(now)
                });
                if pause.is_zero() {
                    self.restore_status(subject, &mut record, status, now).await;
                    wait = wait.min(record.requeue_after(now, interval));
                } else {
                    wait = wait.min(pause);
                }
            }
        }
        record.referenced.end_wait(now);
        self.context.records.put(subject, record);
        let metrics = &self.context.metrics;
        metrics.pass(&Self::kind_name(), "Unchanged", now.elapsed());
        wait
    }

    /// Writes the status that is remembered. The record has it only once it is stored.
    async fn restore_status(
        &self,
        subject: &Subject<M::Resource>,
        record: &mut Record<Status<M>>,
        status: Status<M>,
        now: Instant,
    ) {
        record.restored_at = Some(now);
        let restored = ledger::restore(&self.context.client, subject, &status);
        let Ok(restored) = self.context.once_begun(restored).await else {
            return;
        };
        match restored {
            Ok(seen) => {
                record.status = status;
                record.seen = seen;
            }
            // The next version of the object brings the next pass.
            Err(WriteError::Stale | WriteError::Gone) => {}
            // What somebody else wrote must not stay: a whole pass says what can be said.
            Err(error) => {
                log!(
                    warn,
                    subject,
                    error = error.words(),
                    "the remembered status was not written again"
                );
                record.next_check = record.next_check.min(now + RESTORE_PAUSE);
            }
        }
    }
}

/// The references at the versions that are remembered, or else that the status names.
fn known_references<S: ManagedStatus, K>(
    previous: Option<&Record<S>>,
    subject: &Subject<K>,
) -> Vec<Reference>
where
    K: crate::api::ManagedResource<Status = S>,
{
    let remembered = previous.map(|record| &record.snapshot.references);
    let stored = || Some(&subject.status.as_ref()?.common().references);
    remembered.or_else(stored).cloned().unwrap_or_default()
}

/// What is remembered, together with what somebody else's status must not lose. `patched`: not only
/// operators wrote it.
fn remembered<S: KindStatus>(known: &S, found: &S, patched: bool) -> S {
    let mut status = known.clone();
    let common = status.common_mut();
    // The same, written at another time, is no difference.
    conditions::keep_times(&mut common.conditions, &found.common().conditions);
    // What another operator of this cluster announced is not forgotten.
    if !patched {
        let names = found.common().managed.iter();
        common
            .managed
            .extend(names.filter(|name| S::can_manage(name)).cloned());
        pending_create::keep_earlier(common, found.common().earlier_create_requested_at.as_ref());
    }
    drift::keep_of_another(common, found.common());
    status
}

//! What is remembered of each object between passes, in memory only.
//!
//! Losing a record (a restart) costs one read, never correctness.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::history::History;
use super::kind::ManagedKind;
use super::referenced::Referenced;
use super::retry::RetryClass;
use super::seen::Seen;
use crate::api::{
    FINALIZER, ManagedResource, ManagedStatus, Reference, ReferenceKind, Requests, Subject,
};

/// All of an object that a pass depends on: generation, deletion, pause, request, references and
/// annotations. Where it is the same again, there is nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// Generation of the spec.
    pub(super) generation: i64,
    /// Whether it was being deleted.
    pub(super) deleting: bool,
    /// Text of the pause.
    pub(super) paused: Option<String>,
    /// The requests for a reconciliation.
    pub(super) requests: Requests,
    /// Versions of the references.
    pub(super) references: Vec<Reference>,
    /// Annotations that change what is wanted.
    pub(super) annotations: BTreeMap<String, String>,
}

impl Snapshot {
    /// The object as the cache has it, with its references at these versions.
    pub(super) fn of<M: ManagedKind>(
        subject: &Subject<M::Resource>,
        references: Vec<Reference>,
    ) -> Self {
        let annotation =
            |name: &&str| Some(((*name).to_owned(), subject.annotation(name)?.to_owned()));
        Self {
            generation: subject.generation(),
            deleting: subject.deleting(),
            paused: subject.paused().map(ToOwned::to_owned),
            requests: subject.requests(),
            references,
            annotations: M::ANNOTATIONS.iter().filter_map(annotation).collect(),
        }
    }
}

/// The record of one object.
#[derive(Clone, Debug)]
pub(super) struct Record<S> {
    /// The object as the last pass read it.
    pub(super) snapshot: Snapshot,
    /// Status as last stored.
    pub(super) status: S,
    /// The create that was announced last, where the API server took no status that says so.
    pub(super) unstored_create: Option<String>,
    /// The object after the last write.
    pub(super) seen: Seen,
    /// When the cloud is due to be read again.
    pub(super) next_check: Instant,
    /// When somebody last observed the resource (or this process began to care).
    pub(super) observed_at: Instant,
    /// The trouble of the last pass.
    pub(super) retry: Option<Retry>,
    /// The steps that were tried since the object changed or was Ready last.
    pub(super) history: History,
    /// Reads of a busy resource in a row.
    pub(super) polls: u32,
    /// What is known of the referenced objects.
    pub(super) referenced: Referenced,
    /// When a status that somebody else had changed was last restored.
    pub(super) restored_at: Option<Instant>,
}

/// Trouble of one class, pass after pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retry {
    /// Its class.
    pub(super) class: RetryClass,
    /// Passes that met it before this one, in a row.
    pub(super) failures: u32,
    /// When the first of them began.
    pub(super) since: Instant,
}

impl<S> Record<S> {
    /// A record of an object that the API server shows as it is in `subject`.
    pub(super) fn new<K: ManagedResource>(
        subject: &Subject<K>,
        snapshot: Snapshot,
        status: S,
        now: Instant,
        next_check: Instant,
    ) -> Self {
        Self {
            snapshot,
            status,
            unstored_create: None,
            seen: Seen::of(subject),
            next_check,
            observed_at: now,
            retry: None,
            history: History::default(),
            polls: 0,
            referenced: Referenced::default(),
            restored_at: None,
        }
    }

    /// Whether somebody took our finalizer off after the last write.
    pub(super) fn lost_finalizer<K: ManagedResource>(&self, subject: &Subject<K>) -> bool {
        self.seen.finalizers.iter().any(|f| f == FINALIZER)
            && !subject.has_finalizer()
            && !self.seen.versions.is_older(subject.resource_version())
    }

    /// Time to the next pass: the next check, or earlier the next read of a Secret's version.
    pub(super) fn requeue_after(&self, now: Instant, secret_interval: Duration) -> Duration {
        let wait = self.next_check.saturating_duration_since(now);
        let references = &self.snapshot.references;
        let has_secret = references.iter().any(|r| r.kind == ReferenceKind::Secret);
        if has_secret && self.snapshot.paused.is_none() {
            wait.min(secret_interval)
        } else {
            wait
        }
    }
}

impl<S: ManagedStatus> Record<S> {
    /// Whether another operator announced a create since: what is remembered may be of the resource
    /// that was there before.
    pub(super) fn is_recreated<K: ManagedResource<Status = S>>(
        &self,
        subject: &Subject<K>,
    ) -> bool {
        let status = subject.status.as_ref();
        let theirs = status.and_then(|status| status.common().create_requested_at.as_ref());
        theirs.is_some()
            && theirs != self.status.common().create_requested_at.as_ref()
            && !self.seen.versions.is_older(subject.resource_version())
    }
}

/// Records by namespace and name, each with the uid of the object it is about.
pub(super) struct Records<S>(Mutex<HashMap<String, (String, Record<S>)>>);

impl<S> Default for Records<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<S> Records<S> {
    /// Takes a record out; a pass that is dropped midway loses it, as a restart would. The record of
    /// an earlier object of the same name is dropped.
    pub(super) fn take<K: ManagedResource>(&self, subject: &Subject<K>) -> Option<Record<S>> {
        let (uid, record) = self.remove(&subject.key())?;
        (uid == subject.uid()).then_some(record)
    }

    /// Drops a record.
    pub(super) fn remove(&self, key: &str) -> Option<(String, Record<S>)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key)
    }

    /// Puts a record back.
    pub(super) fn put<K: ManagedResource>(&self, subject: &Subject<K>, record: Record<S>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(subject.key(), (subject.uid().to_owned(), record));
    }
}

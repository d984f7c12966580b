//! The object's status and finalizer: as read, as stored, as drafted.
//!
//! Invariant: the only writer of both, within a pass and (`restore`) between two. A write goes onto the
//! version of the object that was read or written last; what the pass wrote itself counts as read.

use kube::{Api, Client};
use tokio::time::Instant;

use super::conditions;
use super::kind::KindStatus;
use super::pending_create;
use super::record::Record;
use super::seen::Seen;
use crate::api::conditions::keep_times;
use crate::api::{FINALIZER, ManagedResource, ManagedStatus, Subject};
use crate::kubernetes::{WriteError, finalizer, status};

/// How often a write is tried again on a newer version of the object.
const RETRIES: usize = 3;

/// When a status is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteTime {
    /// Before a step: not written where the object's generation has changed since it was read (a mark for
    /// deletion changes it, too).
    BeforeStep,
    /// At the end of a pass: what was found holds for the generation that the status names.
    AtEnd,
}

/// What the stored status says in advance of what a pass does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Announced {
    /// Nothing yet.
    Nothing,
    /// That the resource is being changed.
    Change,
    /// That it is being created, which others must know for a while.
    Create,
}

/// Status and finalizer of one object during one pass.
pub(super) struct Ledger<'a, K: ManagedResource> {
    client: &'a Client,
    subject: &'a Subject<K>,
    /// Status when the pass began, our conditions only.
    read: K::Status,
    /// Status as it was stored last.
    stored: K::Status,
    /// The status that was cleared, until one is stored again.
    cleared: Option<K::Status>,
    /// Status as it is to be.
    pub(super) draft: K::Status,
    /// The object that carries `stored`.
    seen: Seen,
    pub(super) announced: Announced,
    /// Until when what was announced last may be sent.
    pub(super) send_until: Option<Instant>,
}

impl<'a, K: ManagedResource<Status: KindStatus>> Ledger<'a, K> {
    /// The ledger of an object at the beginning of a pass. The cache may still show what the last pass
    /// began with: then what that pass wrote counts.
    pub(super) fn open(
        client: &'a Client,
        subject: &'a Subject<K>,
        previous: Option<&Record<K::Status>>,
    ) -> Self {
        let newer = previous.filter(|record| {
            let version = subject.resource_version();
            record.seen.versions.is_older(version)
        });
        let found = || own_status(subject).unwrap_or_default();
        let stored = newer.map_or_else(found, |record| record.status.clone());
        // What was cleared and not applied again, or lost, is still remembered.
        let known = previous.filter(|_| is_empty(&stored));
        let read = known.map_or_else(|| stored.clone(), |record| record.status.clone());
        let mut draft = without_foreign_names(read.clone());
        let unstored = previous.and_then(|record| record.unstored_create.as_ref());
        pending_create::keep_earlier(draft.common_mut(), unstored);
        Self {
            client,
            subject,
            stored,
            cleared: None,
            draft,
            read,
            seen: newer.map_or_else(|| Seen::of(subject), |record| record.seen.clone()),
            announced: Announced::Nothing,
            send_until: None,
        }
    }

    /// Status when the pass began, our conditions only.
    pub(super) const fn read(&self) -> &K::Status {
        &self.read
    }

    /// Status as it was stored last.
    pub(super) const fn stored(&self) -> &K::Status {
        &self.stored
    }

    /// Moves what is stored into a record.
    pub(super) fn close_into(self, record: &mut Record<K::Status>) {
        record.unstored_create = self.unstored_create();
        record.status = match self.cleared {
            Some(cleared) => cleared,
            None if is_empty(&self.stored) => self.read,
            None => self.stored,
        };
        record.seen = self.seen;
    }

    /// The object as the API server has it now, if it is still the same object.
    pub(super) async fn reread(&self) -> Result<Option<Subject<K>>, WriteError> {
        let api: Api<Subject<K>> = Api::namespaced(self.client.clone(), self.subject.namespace());
        let found = api.get_opt(self.subject.name()).await;
        let found = found.map_err(WriteError::unread)?;
        Ok(found.filter(|fresh| fresh.uid() == self.subject.uid()))
    }

    /// Whether the API server has the object as this pass knows it: generation, pause, finalizer and status.
    pub(super) async fn is_current(&self) -> Result<bool, WriteError> {
        let fresh = self.reread().await?;
        Ok(fresh.is_some_and(|fresh| {
            fresh.generation() == self.subject.generation()
                && fresh.paused() == self.subject.paused()
                && fresh.has_finalizer()
                && own_status(&fresh).unwrap_or_default() == self.stored
        }))
    }

    /// Goes on from the object as somebody else left it.
    pub(super) fn move_to(&mut self, fresh: &Subject<K>) {
        self.seen.move_to(fresh);
        self.stored = own_status(fresh).unwrap_or_default();
    }

    /// Drafts nothing but what was stored last, before it may have been cleared, and the create that may still
    /// arrive.
    pub(super) fn go_back_to_stored(&mut self) {
        let unstored = self.unstored_create();
        self.draft = self.cleared.clone().unwrap_or_else(|| self.stored.clone());
        pending_create::keep_earlier(self.draft.common_mut(), unstored.as_ref());
    }

    /// Whether the object has lost its status to this pass, which did not store another one yet.
    pub(super) const fn is_cleared(&self) -> bool {
        self.cleared.is_some()
    }

    /// The create announced last, where no stored status says so.
    fn unstored_create(&self) -> Option<String> {
        pending_create::unstored(self.draft.common(), self.stored.common())
    }

    /// Stores the draft if it differs from what is stored; on a newer version of the object where
    /// somebody was faster, unless a step is to follow and the object asks for something else.
    pub(super) async fn store(&mut self, when: WriteTime) -> Result<(), WriteError> {
        if self.draft == self.stored {
            return Ok(());
        }
        for _ in 0..RETRIES {
            let clear = self.seen.leaves(&self.draft);
            match self.write(clear).await {
                Ok(version) if clear => {
                    self.seen.cleared(version);
                    self.cleared = Some(std::mem::take(&mut self.stored));
                }
                Ok(version) => {
                    self.seen.versions.advance(version);
                    self.stored.clone_from(&self.draft);
                    self.cleared = None;
                    return Ok(());
                }
                Err(WriteError::Stale) => {
                    let fresh = self.reread().await?.ok_or(WriteError::Gone)?;
                    let moved = fresh.generation() != self.subject.generation();
                    if self.another_creates(&fresh) || (when == WriteTime::BeforeStep && moved) {
                        return Err(WriteError::Stale);
                    }
                    self.merge(&fresh);
                }
                Err(error) => return Err(error),
            }
        }
        Err(WriteError::Stale)
    }

    /// Writes the draft, or takes away what a patch of ours wrote before the draft is applied.
    async fn write(&self, clear: bool) -> Result<String, WriteError> {
        let (namespace, name) = (self.subject.namespace(), self.subject.name());
        let version = self.seen.versions.current();
        if clear {
            status::clear::<K>(self.client, namespace, name, version).await
        } else {
            status::apply::<K>(self.client, namespace, name, version, &self.draft).await
        }
    }

    /// Goes on from the object as somebody else left it, and keeps in the draft what they wrote.
    fn merge(&mut self, fresh: &Subject<K>) {
        let known = std::mem::take(&mut self.stored.common_mut().managed);
        let no_drift_noted = self.draft.common().last_drift == self.stored.common().last_drift;
        self.move_to(fresh);
        let (draft, stored) = (self.draft.common_mut(), self.stored.common());
        if no_drift_noted {
            draft.last_drift.clone_from(&stored.last_drift);
        }
        // What another operator of this cluster announced meanwhile is not forgotten either.
        if !fresh.status_has_strays {
            let names = stored.managed.difference(&known);
            let names = names.filter(|name| K::Status::can_manage(name));
            draft.managed.extend(names.cloned());
        }
        // Whoever wrote it: a time that is too far ahead counts as none.
        pending_create::keep_earlier(draft, stored.earlier_create_requested_at.as_ref());
        keep_times(&mut draft.conditions, &stored.conditions);
    }

    /// Whether another operator announced a create since this pass read the object: what this pass
    /// remembers may be of the resource that was there before.
    fn another_creates(&self, fresh: &Subject<K>) -> bool {
        let theirs =
            own_status(fresh).and_then(|status| status.common().create_requested_at.clone());
        theirs.is_some() && theirs != self.stored.common().create_requested_at
    }

    /// Whether our finalizer is on the object.
    pub(super) fn has_finalizer(&self) -> bool {
        self.seen.finalizers.iter().any(|f| f == FINALIZER)
    }

    /// Puts our finalizer on the object.
    pub(super) async fn add_finalizer(&mut self) -> Result<(), WriteError> {
        let ours = [FINALIZER.to_owned()];
        let finalizers = self.seen.finalizers.iter().cloned().chain(ours).collect();
        self.set_finalizers(finalizers).await
    }

    /// Takes our finalizer off, on whatever version of this generation the object has by now.
    pub(super) async fn remove_finalizer(&mut self) -> Result<(), WriteError> {
        for _ in 0..RETRIES {
            let others = self.seen.finalizers.iter().filter(|f| *f != FINALIZER);
            match self.set_finalizers(others.cloned().collect()).await {
                Err(WriteError::Stale) => {
                    let fresh = self.reread().await?.ok_or(WriteError::Gone)?;
                    let moved = fresh.generation() != self.subject.generation();
                    if self.another_creates(&fresh) || moved {
                        // Another spec, the mark for deletion, or a create of another operator may need
                        // the finalizer: the next pass decides.
                        return Err(WriteError::Stale);
                    }
                    self.move_to(&fresh);
                }
                result => return result,
            }
        }
        Err(WriteError::Stale)
    }

    async fn set_finalizers(&mut self, finalizers: Vec<String>) -> Result<(), WriteError> {
        let metadata = &self.subject.metadata;
        let current = self.seen.versions.current();
        let version = finalizer::set::<K>(self.client, metadata, current, &finalizers).await?;
        self.seen.versions.advance(version);
        self.seen.finalizers = finalizers;
        Ok(())
    }
}

/// Writes a status that is remembered, where somebody else changed it between two passes. Answers the object
/// as it is then.
pub(super) async fn restore<K: ManagedResource>(
    client: &Client,
    subject: &Subject<K>,
    remembered: &K::Status,
) -> Result<Seen, WriteError> {
    let (namespace, name) = (subject.namespace(), subject.name());
    let mut seen = Seen::of(subject);
    if seen.leaves(remembered) {
        let version = seen.versions.current();
        seen.cleared(status::clear::<K>(client, namespace, name, version).await?);
    }
    let version = seen.versions.current();
    let written = status::apply::<K>(client, namespace, name, version, remembered).await?;
    seen.versions.advance(written);
    Ok(seen)
}

/// The status without names in `managed` that the kind never puts there: they came by somebody else's
/// hand, and acting on them would take away what was never cloudfn's.
pub(super) fn without_foreign_names<S: KindStatus>(mut status: S) -> S {
    status
        .common_mut()
        .managed
        .retain(|name| S::can_manage(name));
    status
}

/// Whether a status says nothing: it was cleared, or lost.
fn is_empty<S: ManagedStatus>(status: &S) -> bool {
    let observed = status.common().observed_generation;
    observed.is_none_or(|generation| generation < 0)
}

/// The object's status with our own conditions only: those of others are theirs to write.
pub(super) fn own_status<K: ManagedResource>(subject: &Subject<K>) -> Option<K::Status> {
    let mut status = subject.status.clone()?;
    let common = status.common_mut();
    common.conditions = conditions::ours(&common.conditions);
    Some(status)
}

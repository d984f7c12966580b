//! The end of an object, and the finalizer that guards it.
//!
//! Invariant: deletion needs neither a valid spec nor a reference, and `deletionPolicy` is read
//! afresh before each delete call.

use super::backoff::Trouble;
use super::conclude::Verdict;
use super::pass::{Driven, Ended, Pace, Pass};
use super::{Goal, Managed};
use crate::api::{AdoptionPolicy, DeletionPolicy, Reason, Subject};
use crate::kubernetes::{WriteError, finalizer};

/// How often a write is tried again on a newer version of the object.
const RETRIES: usize = 3;

impl<M: Managed> Pass<'_, M> {
    /// The function shall be gone, then the finalizer.
    pub(super) async fn delete(&mut self) -> Ended {
        if self.driver.observe_only(self.subject.essentials.management_policy) {
            return self.release().await;
        }
        match &self.subject.essentials.deletion_policy {
            Ok(DeletionPolicy::Delete) => {}
            Ok(DeletionPolicy::Retain) => return self.release().await,
            Err(message) => return blocked(message),
        }
        let identity = match self.identity().await {
            Ok(identity) => identity,
            Err(ended) => return ended,
        };
        let _turn = self.driver.locks.lock(&identity).await;
        let claim = self.claim();
        match self.drive(&identity, Goal::Absent, Some((&claim, AdoptionPolicy::Never))).await {
            // What is not ours (any more) is left alone, and nothing holds the object.
            Driven::Settled | Driven::Retained | Driven::Refused(_) => self.release().await,
            Driven::Drifted(_) => Ended::Said(Verdict::Reconciling(Reason::Deleting, "the function is being deleted".to_owned()), Pace::Now),
            Driven::Ended(ended) => ended,
        }
    }

    /// Asks the API server whether deletion is still wanted; `None` means yes.
    pub(super) async fn still_to_be_deleted(&mut self) -> Option<Driven> {
        match self.driver.read(self.subject).await {
            Err(error) => Some(error.into()),
            Ok(None) => Some(WriteError::Gone.into()),
            Ok(Some(fresh)) => {
                self.move_to(&fresh);
                if let Some(text) = fresh.paused() {
                    self.look.paused = Some(text.to_owned());
                    return Some(Driven::Ended(Ended::Said(Verdict::Paused(text.to_owned()), Pace::Check)));
                }
                match &fresh.essentials.deletion_policy {
                    Ok(DeletionPolicy::Delete) => None,
                    Ok(DeletionPolicy::Retain) => Some(Driven::Retained),
                    Err(message) => Some(Driven::Ended(blocked(message))),
                }
            }
        }
    }

    /// Takes the finalizer off: the object may go.
    async fn release(&mut self) -> Ended {
        match self.remove_finalizer().await {
            Ok(()) | Err(WriteError::Gone) => Ended::Released,
            Err(error) => Ended::Unwritten(error),
        }
    }

    /// Puts our finalizer on the object.
    pub(super) async fn add_finalizer(&mut self) -> Result<(), WriteError> {
        let version = finalizer::add::<M::Kind>(&self.driver.client, &self.subject.metadata, &self.version).await?;
        self.advance(version);
        self.finalizer = true;
        Ok(())
    }

    /// Takes our finalizer off, on whatever version the object has by now.
    pub(super) async fn remove_finalizer(&mut self) -> Result<(), WriteError> {
        let mut metadata = self.subject.metadata.clone();
        for _ in 0..RETRIES {
            match finalizer::remove::<M::Kind>(&self.driver.client, &metadata, &self.version).await {
                Ok(version) => {
                    self.advance(version);
                    self.finalizer = false;
                    return Ok(());
                }
                Err(WriteError::Stale) => {
                    let fresh = self.driver.read(self.subject).await?.ok_or(WriteError::Gone)?;
                    self.move_to(&fresh);
                    metadata = fresh.metadata;
                }
                Err(error) => return Err(error),
            }
        }
        Err(WriteError::Stale)
    }

    /// The object is now at `version`, by our own write.
    pub(super) fn advance(&mut self, version: String) {
        if version != self.version {
            self.older.push(std::mem::replace(&mut self.version, version));
        }
    }

    /// Goes on from the object as somebody else left it.
    pub(super) fn move_to(&mut self, fresh: &Subject<M::Kind>) {
        self.advance(fresh.resource_version().to_owned());
        self.finalizer = fresh.has_finalizer();
    }
}

fn blocked(message: &str) -> Ended {
    Ended::Said(Verdict::Stalled(Reason::InvalidSpec, message.to_owned()), Pace::Trouble(Trouble::Blocked))
}

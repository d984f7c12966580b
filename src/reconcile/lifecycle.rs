//! The end of an object, and the finalizer that guards it.
//!
//! Invariant: deletion needs neither a valid spec nor a reference, and `deletionPolicy` is read
//! afresh before each delete call.

use std::time::Duration;

use jiff::Timestamp;
use tracing::info;

use super::backoff::Trouble;
use super::conclude::{Happening, Verdict};
use super::driver::own_status;
use super::pass::{Driven, Ended, Pace, Pass};
use super::settings::IN_FLIGHT;
use super::{Effect, Goal, Managed};
use crate::api::{AdoptionPolicy, DeletionPolicy, FINALIZER, FunctionStatus, Reason, Subject};
use crate::kubernetes::{WriteError, finalizer};

/// How often a write is tried again on a newer version of the object.
const RETRIES: usize = 3;

impl<M: Managed> Pass<'_, M> {
    /// The function shall be gone, then the finalizer.
    pub(super) async fn delete(&mut self) -> Ended {
        if self
            .driver
            .observe_only(self.subject.essentials.management_policy)
        {
            return self.leave("managementPolicy is Observe").await;
        }
        match &self.subject.essentials.deletion_policy {
            Ok(DeletionPolicy::Delete) => {}
            Ok(DeletionPolicy::Retain) => return self.retain().await,
            Err(message) => return blocked(message),
        }
        let identity = match self.identity().await {
            Ok(identity) => identity,
            Err(ended) => return ended,
        };
        let _turn = self.driver.locks.lock(&identity).await;
        let claim = self.claim();
        match self
            .drive(
                &identity,
                Goal::Absent,
                Some((&claim, AdoptionPolicy::Never)),
            )
            .await
        {
            Driven::Settled => {
                match self.still_in_flight() {
                    None => self.release().await,
                    Some(rest) => {
                        let message = "a create that was under way may still arrive; the deletion waits for it".to_owned();
                        Ended::Said(
                            Verdict::Reconciling(Reason::Deleting, message),
                            Pace::Poll(rest),
                        )
                    }
                }
            }
            Driven::Retained => self.retain().await,
            // What is not ours (any more) is left alone, and nothing holds the object.
            Driven::Refused(refusal) => self.leave(&refusal.message).await,
            Driven::Drifted(_) => Ended::Said(
                Verdict::Reconciling(Reason::Deleting, "the function is being deleted".to_owned()),
                Pace::Now,
            ),
            Driven::Ended(ended) => ended,
        }
    }

    /// How long a create of this object may still arrive, from an operator that was stopped, or from
    /// another one. That the cloud accepted a deletion says that the create announced last has arrived;
    /// of an earlier one it says nothing.
    fn still_in_flight(&self) -> Option<Duration> {
        let common = self.memory.common();
        let deleted = self
            .done
            .as_ref()
            .is_some_and(|done| done.effect == Effect::Delete);
        let last = common.create_requested_at.as_deref().filter(|_| !deleted);
        let announced = [last, common.earlier_create_requested_at.as_deref()];
        announced
            .into_iter()
            .flatten()
            .filter_map(|announced| self.in_flight(announced))
            .max()
    }

    /// Announces a create. One that somebody else announced before, and that may still arrive, stays known.
    pub(super) fn announce_create(&mut self) {
        let now = self
            .driver
            .world
            .now()
            .strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
            .to_string();
        let announced = self.create_announced.replace(now.clone());
        let before = self.memory.common_mut().create_requested_at.replace(now);
        let ours = before == announced
            || self
                .previous
                .as_ref()
                .is_some_and(|seen| seen.status.common().create_requested_at == before);
        if let Some(before) = before.filter(|before| !ours && self.in_flight(before).is_some()) {
            self.memory.common_mut().earlier_create_requested_at = Some(before);
        }
    }

    /// Forgets an earlier create that has arrived by now, or never will.
    pub(super) fn forget_earlier_create(&mut self) {
        let earlier = self.memory.common().earlier_create_requested_at.as_deref();
        if earlier.is_some_and(|earlier| self.in_flight(earlier).is_none()) {
            self.memory.common_mut().earlier_create_requested_at = None;
        }
    }

    /// How long a create that was announced then may still arrive.
    fn in_flight(&self, announced: &str) -> Option<Duration> {
        let announced: Timestamp = announced.parse().ok()?;
        let until = announced.checked_add(IN_FLIGHT).ok()?;
        let rest = Duration::try_from(until.duration_since(self.driver.world.now())).ok()?;
        // A time that far ahead is nobody's announcement: a restored or edited status must not hold the object.
        (!rest.is_zero() && rest <= 2 * IN_FLIGHT).then_some(rest)
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
                    return Some(Driven::Ended(Ended::Said(
                        Verdict::Paused(text.to_owned()),
                        Pace::Check,
                    )));
                }
                match &fresh.essentials.deletion_policy {
                    Ok(DeletionPolicy::Delete) => None,
                    Ok(DeletionPolicy::Retain) => Some(Driven::Retained),
                    Err(message) => Some(Driven::Ended(blocked(message))),
                }
            }
        }
    }

    /// Leaves the function, with its tags: where it never had ours, its manifest does not take it back.
    async fn retain(&mut self) -> Ended {
        let common = self.memory.common();
        let made = common.arn.is_some() || common.create_requested_at.is_some();
        let untagged = made && common.instance.is_none();
        let more = if untagged {
            "; cloudfn never saw its owner tags on it, and without them only adoptionPolicy IfUnowned takes it back"
        } else {
            ""
        };
        self.leave(&format!("deletionPolicy is Retain{more}")).await
    }

    /// Lets the object go and leaves the function, not without saying so.
    async fn leave(&mut self, why: &str) -> Ended {
        let name = self.subject.function_name();
        info!(object = ?self.subject, function = name, why, "the function is left in the cloud");
        self.happenings.push(Happening {
            warning: false,
            reason: "Left",
            note: format!("left the function {name} in the cloud: {why}"),
        });
        self.release().await
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
        let finalizers = self
            .finalizers
            .iter()
            .cloned()
            .chain([FINALIZER.to_owned()])
            .collect();
        self.set_finalizers(finalizers).await
    }

    /// Takes our finalizer off, on whatever version of this generation the object has by now.
    pub(super) async fn remove_finalizer(&mut self) -> Result<(), WriteError> {
        for _ in 0..RETRIES {
            let others = self
                .finalizers
                .iter()
                .filter(|f| *f != FINALIZER)
                .cloned()
                .collect();
            match self.set_finalizers(others).await {
                Err(WriteError::Stale) => {
                    let fresh = self
                        .driver
                        .read(self.subject)
                        .await?
                        .ok_or(WriteError::Gone)?;
                    if self.another_creates(&fresh) || fresh.generation() != self.look.generation {
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
        let version = finalizer::set::<M::Kind>(
            &self.driver.client,
            &self.subject.metadata,
            &self.version,
            &finalizers,
        )
        .await?;
        self.advance(version);
        self.finalizers = finalizers;
        Ok(())
    }

    /// Whether our finalizer is on the object.
    pub(super) fn is_guarded(&self) -> bool {
        self.finalizers.iter().any(|f| f == FINALIZER)
    }

    /// Whether another operator announced a create since this pass read the object: what this pass
    /// remembers may be of the function that was there before.
    pub(super) fn another_creates(&self, fresh: &Subject<M::Kind>) -> bool {
        let theirs =
            own_status::<M>(fresh).and_then(|status| status.common().create_requested_at.clone());
        theirs.is_some() && theirs != self.written.common().create_requested_at
    }

    /// The object is now at `version`, by our own write.
    pub(super) fn advance(&mut self, version: String) {
        if version != self.version {
            self.older
                .push(std::mem::replace(&mut self.version, version));
        }
    }

    /// Goes on from the object as somebody else left it.
    pub(super) fn move_to(&mut self, fresh: &Subject<M::Kind>) {
        self.advance(fresh.resource_version().to_owned());
        self.finalizers = fresh.metadata.finalizers.clone().unwrap_or_default();
        self.written = own_status::<M>(fresh).unwrap_or_default();
    }
}

fn blocked(message: &str) -> Ended {
    Ended::Said(
        Verdict::Stalled(Reason::InvalidSpec, message.to_owned()),
        Pace::Trouble(Trouble::Blocked),
    )
}

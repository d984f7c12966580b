//! One pass over one object: what is wanted, where it lives, and what came of driving it there.
//!
//! Invariant: a pass works on one version of the object; what it wrote itself counts as read.

use std::time::Duration;

use kube::runtime::controller::Action;
use tokio::time::Instant;

use super::backoff::Trouble;
use super::conclude::{Happening, Verdict};
use super::drift::{self, Watch};
use super::driver::{Driver, own_status};
use super::ownership::{Claim, Refusal};
use super::seen::{Done, Look, Seen};
use super::{Desired, Goal, Identity, Managed, Status, Unmet, conclude, references};
use crate::api::conditions::READY;
use crate::api::{FunctionSpec, FunctionStatus, PlannedChange, Reason, Subject, conditions};
use crate::cloud::{CloudError, Tags};
use crate::kubernetes::WriteError;

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
        Self::Ended(Ended::Said(
            Verdict::of(&error),
            Pace::Trouble(Trouble::from(&error)),
        ))
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

/// What the status says in advance of what a pass does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Announced {
    /// Nothing yet.
    Nothing,
    /// That the function is being changed.
    Change,
    /// That it is being created, which others must know for a while.
    Create,
}

/// The state of one pass.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
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
    pub(super) finalizers: Vec<String>,
    /// Somebody saw the function in this pass.
    pub(super) looked: bool,
    /// The kind has brought the status up to date in this pass.
    pub(super) reported: bool,
    /// Something was sent in this pass that may change the function.
    pub(super) acted: bool,
    /// The function was tried out in this pass.
    pub(super) tried: bool,
    /// The kind knows of the request for a look.
    pub(super) heard: bool,
    /// The step done last, in this pass or before it.
    pub(super) done: Option<Done>,
    pub(super) happenings: Vec<Happening>,
    pub(super) announced: Announced,
    /// When this pass announced a create last.
    pub(super) create_announced: Option<String>,
    pub(super) drift: Watch,
}

impl<'a, M: Managed> Pass<'a, M> {
    pub(super) fn begin(
        driver: &'a Driver<M>,
        subject: &'a Subject<M::Kind>,
        look: Look,
        previous: Option<Seen<Status<M>>>,
        started: Instant,
    ) -> Self {
        // The cache may still show what the last pass began with: then what that pass wrote counts.
        let stale = previous
            .as_ref()
            .filter(|seen| seen.is_older(subject.resource_version()));
        let (old, version, finalizers, older) = if let Some(seen) = stale {
            (
                seen.status.clone(),
                seen.resource_version.clone(),
                seen.finalizers.clone(),
                seen.older_versions.clone(),
            )
        } else {
            let finalizers = subject.metadata.finalizers.clone().unwrap_or_default();
            (
                own_status::<M>(subject).unwrap_or_default(),
                subject.resource_version().to_owned(),
                finalizers,
                Vec::new(),
            )
        };
        let done = previous
            .as_ref()
            .filter(|seen| seen.look == look)
            .and_then(|seen| seen.done.clone());
        Self {
            driver,
            subject,
            look,
            previous,
            done,
            started,
            written: old.clone(),
            memory: old.clone(),
            old,
            version,
            older,
            finalizers,
            looked: false,
            reported: false,
            acted: false,
            tried: false,
            heard: false,
            happenings: Vec::new(),
            announced: Announced::Nothing,
            create_announced: None,
            drift: Watch::default(),
        }
    }

    /// Where only the references of a Ready object changed, a new generation often follows (one
    /// commit changes both): wait a moment for it, so that it stays one change.
    pub(super) fn wait_for_one_change(&mut self) -> Option<Action> {
        let common = self.old.common();
        let generation = self.look.generation;
        let only_references = (conclude::is_available(&common.conditions, generation)
            || drift::is_reported(common, generation))
            && common.references != self.look.references
            && common.last_handled_reconcile_at == self.look.request
            && !self.look.deleting
            && self.look.paused.is_none();
        let seen = self.previous.as_mut().filter(|_| only_references)?;
        let due = *seen
            .settling
            .get_or_insert(self.started + self.driver.settings.reference_settle);
        if due <= self.started {
            return None;
        }
        let seen = self.previous.take()?;
        self.driver.records.put(self.subject, seen);
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
                return Ended::Said(
                    Verdict::Stalled(Reason::InvalidSpec, message),
                    Pace::Trouble(Trouble::Blocked),
                );
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
        let mut inputs =
            match references::contents(&self.driver.client, self.subject.namespace(), &names).await
            {
                Ok((inputs, versions)) => {
                    self.look.references.clone_from(&versions);
                    let common = self.memory.common_mut();
                    if common.references != versions {
                        common.settled_generation = None;
                    }
                    common.references = versions;
                    inputs
                }
                Err(error) => {
                    let ended = unreadable(&error);
                    return self.or_unseen(ended);
                }
            };
        inputs.annotations.clone_from(&self.look.annotations);
        let observe_only = self.driver.observe_only(spec.common().management_policy);
        let claim = self.claim();
        let claimed = if observe_only {
            Tags::new()
        } else {
            claim.tags()
        };
        let to_show = observe_only || self.watch_for_drift(self.driver.drift_policy(spec));
        let mut desired = match self.driver.kind.desired(spec, &inputs, &claimed) {
            Ok(desired) => desired,
            Err(Unmet::Invalid(message)) => {
                return Ended::Said(
                    Verdict::Stalled(Reason::InvalidSpec, message),
                    Pace::Trouble(Trouble::Blocked),
                );
            }
            Err(Unmet::Missing(message)) => {
                return Ended::Said(
                    Verdict::Reconciling(Reason::ReferenceNotFound, message),
                    Pace::Trouble(Trouble::NotReadyYet),
                );
            }
        };
        if to_show {
            desired.show_people();
        }
        if observe_only
            && self.is_guarded()
            && let Err(error) = self.remove_finalizer().await
        {
            return Ended::Unwritten(error);
        }
        let identity = match self.identity().await {
            Ok(identity) => identity,
            Err(ended) => return self.or_unseen(ended),
        };
        self.hear_the_request();
        let _turn = self.driver.locks.lock(&identity).await;
        let facts = (!observe_only).then_some((&claim, spec.common().adoption_policy));
        let driven = self.drive(&identity, Goal::Present(&desired), facts).await;
        match driven {
            Driven::Settled => {
                self.forget_earlier_create();
                if !observe_only {
                    // What is not wanted any more is forgotten only by a second look: a cloud that still
                    // shows the past would hide what is to be taken away.
                    let confirmed = self.stands() && !self.acted;
                    let common = self.memory.common_mut();
                    if confirmed {
                        common.managed.clear();
                    }
                    common.managed.extend(desired.managed());
                    common.settled_generation = Some(self.look.generation);
                }
                Ended::Said(Verdict::Ready, Pace::Check)
            }
            Driven::Drifted(changes) => {
                let message = self.drift_message(&changes);
                self.memory.common_mut().planned_changes = changes;
                Ended::Said(Verdict::Stalled(Reason::Drifted, message), Pace::Check)
            }
            Driven::Refused(refusal) => Ended::Said(
                Verdict::Stalled(refusal.reason, refusal.message),
                Pace::Trouble(Trouble::Blocked),
            ),
            // Only a deletion ends so; whatever it was, the next pass knows.
            Driven::Retained => Ended::Said(
                Verdict::Reconciling(Reason::Progressing, "cloudfn goes on".to_owned()),
                Pace::Now,
            ),
            Driven::Ended(ended) => self.or_unseen(ended),
        }
    }

    /// Tells the kind, once, where somebody asks for a look.
    pub(super) fn hear_the_request(&mut self) {
        let asked = self.look.request.is_some()
            && self.old.common().last_handled_reconcile_at != self.look.request;
        if asked && !self.heard {
            M::asked(&mut self.memory);
            self.heard = true;
        }
    }

    /// Whether the object was Ready for all that it is now before this pass, or was not because of
    /// somebody else's edit that is left: what changed then is the cloud.
    pub(super) fn stands(&self) -> bool {
        let common = self.old.common();
        let lost = || {
            conditions::find(&common.conditions, READY).is_some_and(|ready| {
                ready.reason == Reason::CannotObserve.as_str()
                    && ready.observed_generation == Some(self.look.generation)
            })
        };
        !self.look.deleting
            && common.references == self.look.references
            && (conclude::is_available(&common.conditions, self.look.generation)
                || lost()
                || drift::is_reported(common, self.look.generation))
    }

    /// Whether nobody waits for this look.
    pub(super) fn background(&self) -> bool {
        self.stands()
            && !self.acted
            && self.old.common().last_handled_reconcile_at == self.look.request
    }

    /// This object's claim on its function.
    pub(super) fn claim(&self) -> Claim {
        let settings = &self.driver.settings;
        Claim::new(
            &settings.cluster_name,
            &settings.instance,
            self.subject.namespace(),
            self.subject.name(),
        )
    }

    /// Where the function lives, checked against the account of the credentials.
    pub(super) async fn identity(&self) -> Result<Identity, Ended> {
        let account = self.driver.kind.account().await.map_err(|error| {
            Ended::Said(Verdict::of(&error), Pace::Trouble(Trouble::from(&error)))
        })?;
        let common = self.memory.common();
        let mut arn = common
            .arn
            .as_deref()
            .unwrap_or_default()
            .split(':')
            .skip(3)
            .map(str::to_owned);
        let (region, known) = (arn.next(), arn.next().or_else(|| common.account_id.clone()));
        if let Some(other) = known.filter(|known| *known != account) {
            let message = format!(
                "the function lives in account {other} and the operator's credentials are for {account}; give it the right ones"
            );
            return Err(Ended::Said(
                Verdict::Stalled(Reason::WrongAccount, message),
                Pace::Trouble(Trouble::Blocked),
            ));
        }
        // Once something was sent, the region stands: a changed --aws-region moves nothing.
        let region = region.or_else(|| self.memory.region().map(ToOwned::to_owned));
        let region = region.unwrap_or_else(|| {
            self.driver
                .kind
                .region(self.subject.essentials.region.as_deref())
        });
        Ok(Identity {
            account,
            region,
            name: self.subject.function_name().to_owned(),
        })
    }
}

/// A reference that the API server does not hand out.
pub(super) fn unreadable(error: &kube::Error) -> Ended {
    match error {
        kube::Error::Api(status) if status.is_forbidden() => {
            let message = format!(
                "a referenced object may not be read: {}; allow it to the operator",
                status.message
            );
            Ended::Said(
                Verdict::Stalled(Reason::AccessDenied, message),
                Pace::Trouble(Trouble::Blocked),
            )
        }
        _ => {
            let message =
                "the API server does not hand out a referenced object; cloudfn tries again"
                    .to_owned();
            Ended::Said(
                Verdict::Reconciling(Reason::ReferenceUnreadable, message),
                Pace::Trouble(Trouble::ApiServer),
            )
        }
    }
}

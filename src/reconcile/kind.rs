//! The contract between the driver and a kind of thing that lives in a cloud.
//!
//! [`ManagedKind`] is the loop (desired, observe, plan, act, fold, report). [`KindStatus`] is what a
//! kind remembers in the status from pass to pass, [`Observed`] what the cloud has, [`Step`] one change
//! of it. This file imports no other file of its room.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretSlice;
use tokio::time::Instant;

use crate::api::{ManagedResource, ManagedStatus, Reason, ReferenceName};
use crate::cloud::{BudgetMode, CloudError, Errand, Tags};

/// The `spec` of a kind's custom resource.
pub type Spec<M> = <<M as ManagedKind>::Resource as ManagedResource>::Spec;
/// That spec as read, or why it cannot be decoded.
pub type ReadSpec<M> = Result<Spec<M>, String>;
/// The `status` of a kind's custom resource.
pub type Status<M> = <<M as ManagedKind>::Resource as ManagedResource>::Status;

/// A kind of thing that lives in a cloud and is described by a custom resource.
///
/// The status is the kind's memory: it is handed in, and [`report`](ManagedKind::report) brings it up
/// to date. Losing it may cost calls, never correctness.
#[async_trait]
pub trait ManagedKind: Send + Sync + 'static {
    /// The custom resource.
    type Resource: ManagedResource<Status: KindStatus<Step = Self::Step, Observed = Self::Observed>>;
    /// What the spec and its references ask for. Making it finds everything that can be wrong.
    type Desired: Desired;
    /// What the cloud has. Made from answers alone, never from a copy of what is wanted.
    type Observed: Observed;
    /// One cloud mutation (or test), with all it needs.
    type Step: Step<Desired = Self::Desired, Observed = Self::Observed>;
    /// What the reply to a step says.
    type Change: Send;

    /// Annotations that change what is wanted.
    const ANNOTATIONS: &'static [&'static str] = &[];

    /// Types of the conditions that the kind writes beside Ready, Reconciling and Stalled.
    const CONDITIONS: &'static [&'static str] = &[];

    /// The cloud's name in an [`Identity`], for instance `aws`.
    const PROVIDER: &'static str;

    /// Account that the client's credentials belong to. `wanted` is where the resource lives, if the
    /// status says so: credentials for another account are loaded anew now and then.
    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError>;

    /// Region to use where the status names none; `requested` is `spec.region`.
    /// Empty for a kind without regions.
    fn region(&self, requested: Option<&str>) -> String;

    /// What is wanted. Pure. `claim` are the owner tags that the resource shall carry
    /// (empty where they do not count: `managementPolicy: Observe`).
    ///
    /// # Errors
    /// Where the spec cannot be carried out as it is.
    fn desired(
        &self,
        spec: &Spec<Self>,
        inputs: &Inputs,
        claim: &Tags,
    ) -> Result<Self::Desired, Unmet>;

    /// Reads from the cloud what `goal` and `status` leave open, no more, and only with credentials for
    /// the account of `identity`: "there is none" holds there and nowhere else.
    async fn observe(
        &self,
        identity: &Identity,
        status: &Status<Self>,
        goal: Goal<'_, Self::Desired>,
        mode: BudgetMode,
    ) -> Result<Option<Self::Observed>, CloudError>;

    /// What to do next, at the time `now`. Pure; deletion is a plan too.
    fn plan(
        goal: Goal<'_, Self::Desired>,
        status: &Status<Self>,
        observed: Option<&Self::Observed>,
        now: Timestamp,
    ) -> Plan<Self::Step>;

    /// Carries out one step: exactly one cloud mutation, with credentials for the account of `identity`,
    /// and sent until `until` or never.
    async fn act(
        &self,
        identity: &Identity,
        step: &Self::Step,
        until: Instant,
    ) -> Result<Self::Change, CloudError>;

    /// Brings `observed`, and `status` where a reply is to be remembered, up to date with a
    /// step's reply. Pure.
    fn fold(observed: &mut Option<Self::Observed>, status: &mut Status<Self>, change: Self::Change);

    /// Writes the kind's own fields of the status, and `arn`, from what was observed. Pure.
    /// The driver writes the other common fields.
    fn report(
        goal: Goal<'_, Self::Desired>,
        status: &mut Status<Self>,
        observed: Option<&Self::Observed>,
    );
}

/// What the refusal of a step means for the rest of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// It is the pass's outcome.
    Ends,
    /// The kind can do without the step and noted so: it is due no more, and the pass goes on.
    GoesOn,
}

/// What a kind remembers in its status. Pure.
pub trait KindStatus: ManagedStatus {
    /// The kind's steps.
    type Step: Step;
    /// What the kind observes.
    type Observed: Observed;

    /// Where the resource lives, as far as the status says.
    fn place(&self) -> Place;

    /// Whether [`Desired::managed`] can name this. Other names in `status.managed` are somebody else's,
    /// and count as not there.
    fn can_manage(name: &str) -> bool;

    /// Notes what must be in the status before `step` is sent.
    fn intend(&mut self, _step: &Self::Step) {}

    /// Notes that the cloud refused `step`.
    fn refused(&mut self, _step: &Self::Step, _error: &CloudError) -> AfterRefusal {
        AfterRefusal::Ends
    }

    /// A person requested a reconciliation: forgets what is to be found out anew for them.
    fn acknowledge_request(&mut self) {}

    /// The kind's own conditions, as of the last [`ManagedKind::report`].
    fn conditions(&self) -> Vec<KindCondition> {
        Vec::new()
    }

    /// Whether a resource without owner tags is one that this object's own create made.
    fn ours_by_intent(&self, _observed: &Self::Observed) -> bool {
        false
    }
}

/// What is wanted, as far as the driver cares.
pub trait Desired: Clone + Send + Sync {
    /// Names of what cloudfn puts there for the spec: `timeout`, `tags/team`, ...
    fn managed(&self) -> BTreeSet<String>;

    /// Makes plans tell nothing of a resource that is nobody's which its readers in the cloud alone may
    /// know: code, and all values that are never shown. Each counts as one difference, without a look
    /// at it, so nothing tells a right guess from a wrong one.
    fn outline(&mut self);

    /// Makes plans list every difference, for people to read. Our own tags are then a step of their own,
    /// since nothing else may be overwritten unasked.
    fn explain_all(&mut self) {}
}

/// What the cloud has, as far as the driver cares.
pub trait Observed: Send + Sync {
    /// The resource's ARN (or the cloud's equivalent).
    fn arn(&self) -> &str;

    /// Where it is, as the answer says.
    fn place(&self) -> Place;

    /// Its tags.
    ///
    /// # Errors
    /// The cloud's refusal to show them.
    fn tags(&self) -> Result<&Tags, CloudError>;
}

/// A step, as far as the driver cares.
pub trait Step: Send + Sync {
    /// What its kind wants.
    type Desired;
    /// What its kind observes.
    type Observed;

    /// Its name in plans and logs, from a closed set: `Create`, `UpdateCode`, ...
    fn name(&self) -> &'static str;

    /// What it does, for events and conditions.
    fn effect(&self) -> Effect;

    /// Whether it is due for nothing but what another step of the same plan will have done, so that it undoes nobody's
    /// edit.
    fn is_consequence(&self) -> bool {
        false
    }

    /// The code that this step would replace. Pure.
    fn replaced(&self, _desired: &Self::Desired, _observed: &Self::Observed) -> Option<Replaced> {
        None
    }

    /// What will probably not run of the code that this step deploys for these differences, a sentence
    /// each. An event shows them; only the cloud refuses code.
    fn lints(&self, _why: &[Difference]) -> Vec<String> {
        Vec::new()
    }
}

/// Code that is not what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// The field of the spec that asks for other code.
    pub field: &'static str,
    /// Its hash, as the status spells it.
    pub sha256: String,
    /// Unified diff from it to the wanted code, where both are text and at hand.
    pub diff: Option<String>,
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Makes the resource.
    Create,
    /// Changes it, tags included.
    Update,
    /// Tests it, which changes nothing.
    Test,
    /// Publishes it.
    Publish,
    /// Deletes it.
    Delete,
}

/// Where a resource lives: enough to read it and to delete it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The cloud: [`ManagedKind::PROVIDER`].
    pub provider: &'static str,
    /// Account.
    pub account: String,
    /// Empty for a kind without regions.
    pub region: String,
    /// Name in the cloud.
    pub name: String,
}

impl Identity {
    /// What its clients are asked for: calls about its account, sent until `until`.
    #[must_use]
    pub fn errand(&self, until: Option<Instant>) -> Errand<'_> {
        Errand {
            account: &self.account,
            until,
        }
    }

    /// Whether what is there may be this: of another account or region it cannot be.
    #[must_use]
    pub fn may_be_at(&self, place: &Place) -> bool {
        let same = |known: &Option<String>, own: &str| known.as_deref().is_none_or(|k| k == own);
        same(&place.account, &self.account) && same(&place.region, &self.region)
    }
}

/// Where a resource lives, as far as a status or an answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Account; `None` where nobody says.
    pub account: Option<String>,
    /// Region; empty for a kind without regions, `None` as for the account.
    pub region: Option<String>,
}

/// One content of an object: no other object, and no other content of this one, has the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectVersion {
    /// `metadata.uid`.
    pub uid: Option<String>,
    /// `metadata.resourceVersion`.
    pub resource_version: Option<String>,
}

/// The contents of the referenced objects that exist.
#[derive(Default)]
pub struct Inputs {
    /// ConfigMaps by name: `data` and `binaryData` together.
    pub config_maps: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// Secrets by name. A value need not be text.
    pub secrets: BTreeMap<String, BTreeMap<String, SecretSlice<u8>>>,
    /// The versions of those objects.
    pub versions: BTreeMap<ReferenceName, ObjectVersion>,
    /// Those of [`ManagedKind::ANNOTATIONS`] that the object has.
    pub annotations: BTreeMap<String, String>,
}

/// A condition of a kind's own, beside Ready, Reconciling and Stalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCondition {
    /// Its type, one of [`ManagedKind::CONDITIONS`].
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// Why.
    pub reason: Reason,
    /// One sentence.
    pub message: String,
    /// Whether an event reports that it has come to this reason and message.
    pub event: bool,
}

/// Why a spec cannot be carried out as it is. One sentence: what, and what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// The spec is wrong.
    Invalid(String),
    /// A referenced object or key does not exist (yet).
    Missing(String),
}

/// What a pass is for.
#[derive(Debug)]
pub enum Goal<'a, D> {
    /// The resource shall be there, like this.
    Present(&'a D),
    /// The resource shall be gone.
    Absent,
}

impl<D> Clone for Goal<'_, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Goal<'_, D> {}

/// What to do next.
#[derive(Debug)]
pub enum Plan<S> {
    /// Nothing: all is as wanted (or gone).
    Settled,
    /// The cloud is busy with it.
    Waiting {
        /// Why.
        reason: Reason,
        /// One sentence: for what.
        message: String,
        /// Time to the first read; later ones are 1.5 times longer each, up to 10 s.
        first: Duration,
    },
    /// A person must change something.
    Blocked {
        /// Which kind of trouble.
        reason: Reason,
        /// One sentence: what, and what to do.
        message: String,
    },
    /// What is known does not suffice (a reply made the ETag or RevisionId stale): read again in this pass.
    Read,
    /// Steps, in order. The driver does the first one, folds its reply in and plans again.
    Act(Vec<PlannedStep<S>>),
}

/// A step and why it is needed.
#[derive(Debug)]
pub struct PlannedStep<S> {
    /// The step.
    pub step: S,
    /// The differences that it removes; never an environment value.
    pub why: Vec<Difference>,
}

/// A difference between what is wanted and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Field of the spec.
    pub field: String,
    /// The cloud's value, where it may be shown.
    pub from: Option<String>,
    /// The spec's value, where it may be shown.
    pub to: Option<String>,
}

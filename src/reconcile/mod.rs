//! The driver: one loop for every kind. It knows no kind and no cloud.
//!
//! Invariant: every exit of a pass, errors and time-outs included, goes through
//! [`conclude`], and nothing but [`Managed::act`] changes a cloud.
//! May not import: `functions`, `runtime`, `cli`, any SDK.

pub mod backoff;
mod closing;
pub mod conclude;
mod drift;
mod drive;
mod driver;
mod lifecycle;
pub mod ownership;
mod pass;
pub mod references;
pub mod seen;
pub mod settings;
pub mod world;

pub use driver::Driver;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::api::{FunctionKind, Reason, ReferenceKind};
use crate::cloud::{BudgetMode, CloudError, Tags};

type Spec<M> = <<M as Managed>::Kind as FunctionKind>::Spec;
type Status<M> = <<M as Managed>::Kind as FunctionKind>::Status;

/// A kind of thing that lives in a cloud and is described by a custom resource.
///
/// The status is the memory: what a kind wants to remember from pass to pass stands there, is
/// handed in as `memory`, and is brought up to date by [`report`](Managed::report). Losing it may
/// cost calls, never correctness.
#[async_trait]
pub trait Managed: Send + Sync + 'static {
    /// The custom resource.
    type Kind: FunctionKind;
    /// What the spec and its references ask for; everything that can be wrong was found making it.
    type Desired: Desired;
    /// What the cloud has. Made from answers alone, never from a copy of what is wanted.
    type Observed: Owned;
    /// One cloud mutation (or trial), with all it needs.
    type Step: Step;
    /// What the reply to a step taught us.
    type Change: Send;

    /// Account that the client's credentials belong to: 12 digits.
    async fn account(&self) -> Result<String, CloudError>;

    /// Region to use where the object's ARN names none; `asked` is `spec.region`.
    /// Empty for a kind without regions.
    fn region(&self, asked: Option<&str>) -> String;

    /// Annotations that change what is wanted.
    const ANNOTATIONS: &'static [&'static str] = &[];

    /// The ConfigMaps and Secrets that the spec names.
    fn references(spec: &Spec<Self>) -> BTreeSet<ReferenceName>;

    /// What is wanted. Pure. `claim` are the owner tags that the function shall carry
    /// (empty where they do not count: `managementPolicy: Observe`).
    ///
    /// # Errors
    /// Where the spec cannot be carried out as it stands.
    fn desired(
        &self,
        spec: &Spec<Self>,
        inputs: &Inputs,
        claim: &Tags,
    ) -> Result<Self::Desired, Unmet>;

    /// Looks at the cloud: only what `goal` and `memory` leave open.
    async fn observe(
        &self,
        identity: &Identity,
        memory: &Status<Self>,
        goal: Goal<'_, Self::Desired>,
        mode: BudgetMode,
    ) -> Result<Option<Self::Observed>, CloudError>;

    /// What to do next. Pure; deletion is a plan too.
    fn plan(
        goal: Goal<'_, Self::Desired>,
        memory: &Status<Self>,
        observed: Option<&Self::Observed>,
    ) -> Plan<Self::Step>;

    /// Writes into `memory` what must be in the status before `step` is sent. Pure.
    fn intend(_memory: &mut Status<Self>, _step: &Self::Step) {}

    /// Carries out one step: exactly one cloud mutation.
    async fn act(&self, identity: &Identity, step: &Self::Step)
    -> Result<Self::Change, CloudError>;

    /// Brings `observed`, and `memory` where a reply is to be remembered, up to date with a step's reply. Pure.
    fn fold(observed: &mut Option<Self::Observed>, memory: &mut Status<Self>, change: Self::Change);

    /// Notes in `memory` that `step` was refused. Pure.
    fn refused(_memory: &mut Status<Self>, _step: &Self::Step, _error: &CloudError) {}

    /// Somebody asked for a look: forgets what that person wants to be found out anew. Pure.
    fn asked(_memory: &mut Status<Self>) {}

    /// Conditions of the kind's own, as of the last [`report`](Managed::report). Pure.
    fn conditions(_memory: &Status<Self>) -> Vec<Domain> {
        Vec::new()
    }

    /// The code that `step` would put in the place of other code. Pure.
    fn replaced(
        _desired: &Self::Desired,
        _observed: &Self::Observed,
        _step: &Self::Step,
    ) -> Option<Replaced> {
        None
    }

    /// What will probably not run of the code that `step` puts there, a sentence each. Only told: the
    /// cloud is the judge.
    fn doubts(_step: &Self::Step, _why: &[Difference]) -> Vec<String> {
        Vec::new()
    }

    /// Whether a function without owner tags is one that this object's own create made. Pure.
    fn ours_by_intent(_memory: &Status<Self>, _observed: &Self::Observed) -> bool {
        false
    }

    /// Writes the kind's own fields of the status, and `arn`, from what was observed. Pure.
    /// The driver writes the other common fields.
    fn report(
        goal: Goal<'_, Self::Desired>,
        memory: &mut Status<Self>,
        observed: Option<&Self::Observed>,
    );
}

/// What is wanted, as far as the driver cares.
pub trait Desired: Send + Sync {
    /// Names of what cloudfn puts there for the spec: `timeout`, `tags/team`, ...
    fn managed(&self) -> BTreeSet<String>;

    /// Nothing is overwritten for it unasked: a look shall show people all that differs, and our own
    /// tags are written alone.
    fn show_people(&mut self) {}
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

/// What the cloud has, as far as the driver cares.
pub trait Owned: Send + Sync {
    /// The function's ARN.
    fn arn(&self) -> &str;
    /// Its tags.
    ///
    /// # Errors
    /// Why they could not be read.
    fn tags(&self) -> Result<&Tags, &str>;
}

/// A step, as far as the driver cares.
pub trait Step: Send + Sync {
    /// Its name in plans and logs, from a closed set: `Create`, `UpdateCode`, ...
    fn name(&self) -> &'static str;
    /// What it does, for events and conditions.
    fn effect(&self) -> Effect;
}

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Makes the function.
    Create,
    /// Changes it, tags included.
    Update,
    /// Tries it out, which changes nothing.
    Test,
    /// Publishes it (LIVE, or a version).
    Publish,
    /// Deletes it.
    Delete,
}

/// Where a function lives: enough to look at it and to delete it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// 12 digits.
    pub account: String,
    /// Empty for a kind without regions.
    pub region: String,
    /// Name in the cloud.
    pub name: String,
}

/// An object that a spec names, in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceName {
    /// ConfigMap or Secret.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
}

/// The contents of the referenced objects that exist.
#[derive(Default)]
pub struct Inputs {
    /// ConfigMaps by name: `data` and `binaryData` together.
    pub config_maps: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// Secrets by name. Keys whose value is no UTF-8 text are left out.
    pub secrets: BTreeMap<String, BTreeMap<String, SecretString>>,
    /// Those of [`Managed::ANNOTATIONS`] that the object has.
    pub annotations: BTreeMap<String, String>,
}

/// A condition of a kind's own, beside Ready, Reconciling and Stalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its type, one of `api::conditions`.
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: &'static str,
    /// Why.
    pub reason: Reason,
    /// One sentence.
    pub message: String,
    /// Whether an event tells that it has come to this reason and message.
    pub tell: bool,
}

/// Why a spec cannot be carried out as it stands. One sentence: what, and what to change.
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
    /// The function shall be there, like this.
    Present(&'a D),
    /// The function shall be gone.
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
        /// Time to the first look; later ones are 1.5 times longer each, up to 10 s.
        first: Duration,
    },
    /// A person must change something.
    Blocked {
        /// Which kind of trouble.
        reason: Reason,
        /// One sentence: what, and what to do.
        message: String,
    },
    /// What is known does not suffice (a used-up guard): look again in this pass.
    Look,
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

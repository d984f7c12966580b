//! The contract of a part: what AWS Lambda keeps of a function beside its configuration and code.
//!
//! A part is a type without values that implements [`Part`], in a file of its own, and a row in
//! `parts/mod.rs`. What is wanted of it is a member of [`LambdaDesired`]; what is known of it, a member
//! of [`LambdaObserved`]: a [`Known`], where `GetFunction` does not show it. `observe` reads such a part
//! only where the spec or `status.managed` names it.

use async_trait::async_trait;

use super::known::Known;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{BudgetMode, CloudError};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::reconcile::{AfterRefusal, Goal, PlannedStep, Step};

/// When a part's steps are due, in this order. Configuration and code come after `First`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Before everything: what makes the function ours, and what its code is judged by.
    First,
    /// Before a version is published.
    BeforeVersions,
    /// Publishing.
    Versions,
    /// After everything.
    Last,
}

/// What a part plans from.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// What is wanted.
    pub desired: &'a LambdaDesired,
    /// What was known before this pass, and what steps of it are to be remembered.
    pub memory: &'a LambdaFunctionStatus,
    /// What the cloud has.
    pub observed: &'a LambdaObserved,
    /// The function runs the wanted code.
    pub code_is_current: bool,
    /// Configuration or code change in this plan.
    pub changes_function: bool,
    /// The cloud failed to carry out the last update, so no further one is due.
    pub update_failed: bool,
    /// Whether a version is published in this plan.
    pub publication: Publication,
}

/// Whether a version is published in a plan, before what is due in [`Turn::Last`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is.
    Due,
    /// No, or that is not known yet.
    NotDue,
}

impl Situation<'_> {
    /// Whether a version is published in this plan.
    pub fn publishes(&self) -> bool {
        self.publication == Publication::Due
    }
}

/// What a part needs in a turn.
pub enum Need<S> {
    /// These steps; none where all is as wanted.
    Steps(Vec<PlannedStep<S>>),
    /// A read, since what was read is used up, or nothing was read of the part. A read is no step:
    /// where nothing comes before it, the plan is to read again. The steps that are known to follow
    /// are for people.
    Read(Vec<PlannedStep<S>>),
    /// Something that only the cloud can provide: once nothing else is to be done,
    /// waiting. One sentence: for what.
    Wait(&'static str),
    /// A right to read the part: once nothing else is to be done, blocked. One sentence: which.
    Denied(String),
    /// What the cloud accepted and failed to carry out: once nothing else is to be done, blocked. One sentence: what,
    /// and what to change.
    Failed(String),
}

impl<S> Need<S> {
    /// What a part that is named and known so needs: a read, the steps that are due with what was read, or the
    /// right to read `what` by this operation of Lambda.
    pub fn of<T, D: IntoIterator<Item = PlannedStep<S>>>(
        known: &Known<T>,
        (what, operation): (&str, &str),
        due: impl FnOnce(&T) -> D,
    ) -> Self {
        match known {
            Known::Unread => Self::Read(Vec::new()),
            Known::Read(found) => Self::Steps(due(found).into_iter().collect()),
            Known::Denied(why) => Self::Denied(format!(
                "the function's {what} could not be read ({why}); allow lambda:{operation}"
            )),
        }
    }

    /// Whether steps are known to follow.
    pub const fn has_steps(&self) -> bool {
        matches!(self, Self::Steps(steps) | Self::Read(steps) if !steps.is_empty())
    }

    /// The same need, of steps of another type.
    pub fn map<T>(self, wrap: impl Fn(S) -> T) -> Need<T> {
        match self {
            Self::Steps(steps) => Need::Steps(map(steps, wrap)),
            Self::Read(steps) => Need::Read(map(steps, wrap)),
            Self::Wait(message) => Need::Wait(message),
            Self::Denied(message) => Need::Denied(message),
            Self::Failed(message) => Need::Failed(message),
        }
    }
}

/// The same steps, of another type.
pub fn map<S, T>(steps: Vec<PlannedStep<S>>, wrap: impl Fn(S) -> T) -> Vec<PlannedStep<T>> {
    let one = |planned: PlannedStep<S>| PlannedStep {
        step: wrap(planned.step),
        why: planned.why,
    };
    steps.into_iter().map(one).collect()
}

/// What is wanted of a part: what the spec names, or where it does so no more, what a fresh function has.
/// `None` where the part is not managed.
pub fn or_fresh<T: Clone + Default>(
    named: Option<&T>,
    name: &str,
    memory: &LambdaFunctionStatus,
) -> Option<T> {
    let is_managed = memory.common.managed.contains(name);
    named.cloned().or_else(|| is_managed.then(T::default))
}

/// What a part is read with.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// The cloud.
    pub cloud: &'a dyn LambdaApi,
    /// The function.
    pub name: &'a str,
    /// What is wanted.
    pub desired: &'a LambdaDesired,
    /// What is known.
    pub memory: &'a LambdaFunctionStatus,
    /// Whether the first call may give up for want of budget. Those after it may not.
    pub mode: BudgetMode,
}

/// A part of a function.
#[async_trait]
pub trait Part {
    /// One mutation, with all that it needs.
    type Step: Step;
    /// What the reply to a step says.
    type Change: Send;

    /// Names in `status.managed` of what dropping it from the spec takes away.
    const MANAGED: &'static [&'static str] = &[];

    /// Whether it writes this name into `status.managed`; such names that come by somebody else's hand count
    /// for nothing.
    fn can_manage(name: &str) -> bool {
        Self::MANAGED.contains(&name)
    }

    /// Whether the part has a read of its own, and the spec or `status.managed` names it. Pure.
    fn is_named(_desired: &LambdaDesired, _memory: &LambdaFunctionStatus) -> bool {
        false
    }

    /// Reads it into `observed`: one method of the port.
    async fn read(_of: &Reading<'_>, _observed: &mut LambdaObserved) -> Result<(), CloudError> {
        Ok(())
    }

    /// What is due in this turn. Pure.
    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Self::Step>;

    /// What is due once a function is created; for people, who read the whole plan. Pure.
    fn after_create(_desired: &LambdaDesired) -> Vec<PlannedStep<Self::Step>> {
        Vec::new()
    }

    /// Writes into `memory` what must be in the status before the step is sent. Pure.
    fn intend(_memory: &mut LambdaFunctionStatus, _step: &Self::Step) {}

    /// Notes in `memory` that the cloud refused the step. Pure.
    fn refused(
        _memory: &mut LambdaFunctionStatus,
        _step: &Self::Step,
        _error: &CloudError,
    ) -> AfterRefusal {
        AfterRefusal::Ends
    }

    /// Carries out one step: one method of the port.
    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Self::Step,
    ) -> Result<Self::Change, CloudError>;

    /// Remembers of a step's reply what later steps of the pass plan from, and no observation tells. Pure.
    fn remember(_memory: &mut LambdaFunctionStatus, _change: &Self::Change) {}

    /// Brings `observed` up to date with a step's reply. Pure.
    fn fold(observed: &mut LambdaObserved, change: Self::Change);

    /// Writes the part's own fields of the status. Pure.
    fn report(
        _goal: Goal<'_, LambdaDesired>,
        _status: &mut LambdaFunctionStatus,
        _observed: &LambdaObserved,
    ) {
    }
}

//! The part `reservedConcurrentExecutions`: how many calls may run at the same time.
//!
//! `GetFunction` shows it, without a qualifier. It belongs to the function and to no version (Lambda
//! Developer Guide, "Configuring reserved concurrency"), so versions are not made of it.

use async_trait::async_trait;

use super::part::{Need, Part, Situation, Turn};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::LambdaApi;
use crate::functions::lambda::desired::{LambdaDesired, RESERVED_CONCURRENCY};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// Reserved concurrency.
pub struct Concurrency;

/// A change of what is reserved.
pub enum Step {
    /// `PutFunctionConcurrency`.
    Put(i32),
    /// `DeleteFunctionConcurrency`: 0 would stop all calls.
    Delete,
}

impl Step {
    /// What makes this of a function.
    fn to(reserved: Option<i32>) -> Self {
        reserved.map_or(Self::Delete, Self::Put)
    }
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Put(_) => "PutConcurrency",
            Self::Delete => "DeleteConcurrency",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// Whether what is reserved is ours to say: the spec names it, or did so.
fn is_managed(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
    desired.reserved_concurrency.is_some() || memory.common.managed.contains(RESERVED_CONCURRENCY)
}

fn planned(from: Option<i32>, to: Option<i32>) -> PlannedStep<Step> {
    let shown = |reserved: Option<i32>| reserved.map(|number| number.to_string());
    PlannedStep {
        step: Step::to(to),
        why: vec![difference(RESERVED_CONCURRENCY, shown(from), shown(to))],
    }
}

#[async_trait]
impl Part for Concurrency {
    type Step = Step;
    /// What the function now has.
    type Change = Option<i32>;

    const MANAGED: &'static [&'static str] = &[RESERVED_CONCURRENCY];

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let (from, to) = (
            of.observed.reserved_concurrency,
            of.desired.reserved_concurrency,
        );
        let due = turn == Turn::Last && from != to && is_managed(of.desired, of.memory);
        Need::Steps(due.then(|| planned(from, to)).into_iter().collect())
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let due = desired.reserved_concurrency;
        due.map(|to| planned(None, Some(to))).into_iter().collect()
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<Option<i32>, CloudError> {
        match step {
            Step::Put(reserved) => cloud.put_concurrency(name, *reserved).await.map(Some),
            Step::Delete => cloud.delete_concurrency(name).await.map(|()| None),
        }
    }

    fn fold(observed: &mut LambdaObserved, reserved: Option<i32>) {
        observed.reserved_concurrency = reserved;
    }
}

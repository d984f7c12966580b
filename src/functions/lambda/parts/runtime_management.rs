//! The part `runtimeManagementConfig`: when the function gets newer versions of its runtime.
//!
//! `GetFunction` does not show it: it has a read of its own. It is written before a version is published, which
//! keeps the runtime that it was made with.

use async_trait::async_trait;

use super::known::{Known, answer_of};
use super::part::{Need, Part, Situation, Turn, or_fresh};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{LambdaApi, RuntimeManagement as Config};
use crate::cloud::{BudgetMode, CloudError};
use crate::functions::lambda::block::differences;
use crate::functions::lambda::desired::{LambdaDesired, RUNTIME_MANAGEMENT};
use crate::functions::lambda::observe::LambdaObserved;
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// The runtime management of a function.
pub struct RuntimeManagement;

/// `PutRuntimeManagementConfig`.
pub struct Step(Config);

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        "PutRuntimeManagementConfig"
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

fn wanted(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> Option<Config> {
    or_fresh(
        desired.runtime_management.as_ref(),
        RUNTIME_MANAGEMENT,
        memory,
    )
}

fn change(from: &Config, to: &Config) -> Option<PlannedStep<Step>> {
    (from != to).then(|| PlannedStep {
        step: Step(to.clone()),
        why: differences(RUNTIME_MANAGEMENT, Some(from), to),
    })
}

#[async_trait]
impl Part for RuntimeManagement {
    type Step = Step;
    /// What the function now has.
    type Change = Config;

    const MANAGED: &'static [&'static str] = &[RUNTIME_MANAGEMENT];

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        wanted(desired, memory).is_some()
    }

    async fn read(
        cloud: &dyn LambdaApi,
        name: &str,
        mode: BudgetMode,
        observed: &mut LambdaObserved,
    ) -> Result<(), CloudError> {
        observed.runtime_management = answer_of(cloud.runtime_management(name, mode).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let wanted = wanted(of.desired, of.memory);
        let Some(to) = wanted.filter(|_| turn == Turn::BeforeVersions) else {
            return Need::Steps(Vec::new());
        };
        let read = ("runtime management config", "GetRuntimeManagementConfig");
        let found = &of.observed.runtime_management;
        Need::of(found, read, |from| change(from, &to))
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let due = desired.runtime_management.as_ref();
        due.and_then(|to| change(&Config::default(), to))
            .into_iter()
            .collect()
    }

    async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<Config, CloudError> {
        cloud.put_runtime_management(name, &step.0).await?;
        Ok(step.0.clone())
    }

    fn fold(observed: &mut LambdaObserved, config: Config) {
        observed.runtime_management = Known::Read(config);
    }
}

//! The part `runtimeManagementConfig`: when the function gets newer versions of its runtime.
//!
//! `GetFunction` does not show it: it has a read of its own. It is written before a version is published, which
//! is made with it and keeps the mode that it was made with (each version has its own: Lambda API reference,
//! `PutRuntimeManagementConfig`, `Qualifier`).

use async_trait::async_trait;

use super::known::{Known, answer_of};
use super::part::{Need, Part, Reading, Situation, Turn, or_fresh};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::{LambdaApi, RuntimeManagement as Config};
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

/// Whether the plan changes the runtime.
fn changes_runtime(of: &Situation<'_>) -> bool {
    let (from, to) = (
        &of.observed.function.configuration,
        &of.desired.configuration,
    );
    of.changes_function && from.runtime != to.runtime
}

/// What makes a change of the runtime possible: AWS Lambda refuses one while a version of the old is pinned
/// ("Cannot change runtime identifier when runtime management configuration is set to 'Manual'", met by users of
/// Terraform's AWS provider, its issue 42699).
fn unpinned(from: &Config, to: &Config) -> Config {
    if !from.is_manual() {
        from.clone()
    } else if to.is_manual() {
        Config::on_update()
    } else {
        to.clone()
    }
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

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        observed.runtime_management =
            answer_of(of.cloud.runtime_management(of.name, of.mode).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let Some(to) = wanted(of.desired, of.memory) else {
            return Need::Steps(Vec::new());
        };
        let found = &of.observed.runtime_management;
        let read = ("runtimeManagementConfig", "GetRuntimeManagementConfig");
        match turn {
            Turn::First if changes_runtime(of) => {
                Need::of(found, read, |from| change(from, &unpinned(from, &to)))
            }
            Turn::BeforeVersions => Need::of(found, read, |from| change(from, &to)),
            _ => Need::Steps(Vec::new()),
        }
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

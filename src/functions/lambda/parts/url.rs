//! The part `functionUrlConfig`: an HTTPS endpoint of the function's own.
//!
//! `GetFunction` does not show it: it has a read of its own. The configuration is one block, and every
//! update has all of it.

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::{FunctionUrl, LambdaApi, UrlConfig};
use crate::functions::lambda::block::differences;
use crate::functions::lambda::desired::{FUNCTION_URL, LambdaDesired};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, Goal, PlannedStep, Step as DriverStep};

/// What only callers with a right in AWS may call.
const CLOSED: &str = "AWS_IAM";

/// The function URL.
pub struct Url;

/// A change of the function URL.
pub enum Step {
    /// `CreateFunctionUrlConfig`.
    Create(UrlConfig),
    /// `UpdateFunctionUrlConfig`.
    Update(UrlConfig),
    /// `DeleteFunctionUrlConfig`.
    Delete,
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "CreateUrl",
            Self::Update(_) => "UpdateUrl",
            Self::Delete => "DeleteUrl",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

fn created(config: &UrlConfig) -> PlannedStep<Step> {
    PlannedStep {
        step: Step::Create(config.clone()),
        why: differences(FUNCTION_URL, None, config),
    }
}

/// What makes the URL that there is the one that is wanted, where either is.
fn change(from: Option<&FunctionUrl>, to: Option<&UrlConfig>) -> Option<PlannedStep<Step>> {
    match (from, to) {
        (None, None) => None,
        (None, Some(to)) => Some(created(to)),
        (Some(from), Some(to)) if from.config == *to => None,
        (Some(from), Some(to)) => Some(PlannedStep {
            step: Step::Update(to.clone()),
            why: differences(FUNCTION_URL, Some(&from.config), to),
        }),
        (Some(from), None) => Some(PlannedStep {
            step: Step::Delete,
            why: vec![difference(FUNCTION_URL, Some(from.url.clone()), None)],
        }),
    }
}

/// Whether fewer may call it than before: the URL goes, or callers need a right from now on.
fn closes(from: Option<&FunctionUrl>, to: Option<&UrlConfig>) -> bool {
    from.is_some_and(|from| {
        to.is_none_or(|to| to.auth_type != from.config.auth_type && to.auth_type == CLOSED)
    })
}

#[async_trait]
impl Part for Url {
    type Step = Step;
    /// What there is now.
    type Change = Option<FunctionUrl>;

    const MANAGED: &'static [&'static str] = &[FUNCTION_URL];

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        desired.url.is_some() || memory.common.managed.contains(FUNCTION_URL)
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        observed.url = answer_of(if_there(of.cloud.url(of.name, of.mode).await))?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if !Self::is_named(of.desired, of.memory) {
            return Need::Steps(Vec::new());
        }
        let to = of.desired.url.as_ref();
        match (turn, &of.observed.url) {
            // Who may not call any more must not wait for what may be refused for long.
            (Turn::First, Known::Read(from)) => {
                let closing = change(from.as_ref(), to).filter(|_| closes(from.as_ref(), to));
                Need::Steps(closing.into_iter().collect())
            }
            (Turn::Last, known) => {
                let read = ("functionUrlConfig", "GetFunctionUrlConfig");
                Need::of(known, read, |from| {
                    change(from.as_ref(), to).filter(|_| !closes(from.as_ref(), to))
                })
            }
            _ => Need::Steps(Vec::new()),
        }
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        desired.url.as_ref().map(created).into_iter().collect()
    }

    /// Replies leave out the mode in which it answers, so what was sent counts until the next read.
    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<Option<FunctionUrl>, CloudError> {
        let (url, config) = match step {
            Step::Create(config) => (cloud.create_url(name, config).await?, config),
            Step::Update(config) => (cloud.update_url(name, config).await?, config),
            Step::Delete => {
                // Gone already is as good.
                if_there(cloud.delete_url(name).await)?;
                return Ok(None);
            }
        };
        Ok(Some(FunctionUrl {
            url,
            config: config.clone(),
        }))
    }

    fn fold(observed: &mut LambdaObserved, url: Option<FunctionUrl>) {
        observed.url = Known::Read(url);
    }

    /// What is not read stays as it was known, while it is named.
    fn report(
        goal: Goal<'_, LambdaDesired>,
        status: &mut LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) {
        match (&observed.url, goal) {
            (Known::Read(found), _) => {
                status.function_url = found.as_ref().map(|found| found.url.clone());
            }
            (_, Goal::Present(desired)) if !Self::is_named(desired, status) => {
                status.function_url = None;
            }
            _ => {}
        }
    }
}

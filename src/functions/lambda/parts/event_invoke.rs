//! The part `eventInvokeConfig`: what becomes of events that the function gets asynchronously.
//!
//! `GetFunction` does not show it: it has a read of its own. It is one block, which every write replaces as a
//! whole. A function without one has the defaults, so the defaults are written by taking it away.

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn, or_fresh};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::{EventInvokeConfig, LambdaApi};
use crate::functions::lambda::block::differences;
use crate::functions::lambda::desired::{EVENT_INVOKE, LambdaDesired};
use crate::functions::lambda::observe::LambdaObserved;
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// The configuration of asynchronous calls.
pub struct EventInvoke;

/// A change of it.
pub enum Step {
    /// `PutFunctionEventInvokeConfig`.
    Put(EventInvokeConfig),
    /// `DeleteFunctionEventInvokeConfig`: AWS takes none that says nothing.
    Delete,
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Put(_) => "PutEventInvokeConfig",
            Self::Delete => "DeleteEventInvokeConfig",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

fn wanted(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> Option<EventInvokeConfig> {
    or_fresh(desired.event_invoke.as_ref(), EVENT_INVOKE, memory)
}

/// What makes one configuration the other, if they differ.
fn change(from: &EventInvokeConfig, to: &EventInvokeConfig) -> Option<PlannedStep<Step>> {
    let step = if *to == EventInvokeConfig::default() {
        Step::Delete
    } else {
        Step::Put(to.clone())
    };
    (from != to).then(|| PlannedStep {
        step,
        why: differences(EVENT_INVOKE, Some(from), to),
    })
}

#[async_trait]
impl Part for EventInvoke {
    type Step = Step;
    /// What the function now has.
    type Change = EventInvokeConfig;

    const MANAGED: &'static [&'static str] = &[EVENT_INVOKE];

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        wanted(desired, memory).is_some()
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        let answer = if_there(of.cloud.event_invoke(of.name, of.mode).await);
        observed.event_invoke = answer_of(answer.map(Option::unwrap_or_default))?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let Some(to) = wanted(of.desired, of.memory).filter(|_| turn == Turn::Last) else {
            return Need::Steps(Vec::new());
        };
        let read = ("eventInvokeConfig", "GetFunctionEventInvokeConfig");
        let found = &of.observed.event_invoke;
        Need::of(found, read, |from| change(from, &to))
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let due = desired.event_invoke.as_ref();
        due.and_then(|to| change(&EventInvokeConfig::default(), to))
            .into_iter()
            .collect()
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<EventInvokeConfig, CloudError> {
        match step {
            Step::Put(config) => {
                cloud.put_event_invoke(name, config).await?;
                Ok(config.clone())
            }
            Step::Delete => {
                // Gone already is as good.
                if_there(cloud.delete_event_invoke(name).await)?;
                Ok(EventInvokeConfig::default())
            }
        }
    }

    fn fold(observed: &mut LambdaObserved, config: EventInvokeConfig) {
        observed.event_invoke = Known::Read(config);
    }
}

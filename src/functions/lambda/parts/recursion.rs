//! The part `recursiveLoop`: what Lambda does with a function that calls itself in a loop.
//!
//! `GetFunction` does not show it: it has a read of its own.

use async_trait::async_trait;

use super::known::{Known, answer_of};
use super::part::{Need, Part, Reading, Situation, Turn, or_fresh};
use crate::api::lambda::{LambdaFunctionStatus, RecursiveLoop, Word as _};
use crate::cloud::CloudError;
use crate::cloud::lambda::LambdaApi;
use crate::functions::lambda::desired::{LambdaDesired, RECURSIVE_LOOP};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// Recursive loop detection.
pub struct Recursion;

/// `PutFunctionRecursionConfig`.
pub struct Step(RecursiveLoop);

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        "PutRecursionConfig"
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

fn wanted(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> Option<RecursiveLoop> {
    or_fresh(desired.recursive_loop.as_ref(), RECURSIVE_LOOP, memory)
}

fn planned(from: Option<String>, to: RecursiveLoop) -> PlannedStep<Step> {
    PlannedStep {
        step: Step(to),
        why: vec![difference(
            RECURSIVE_LOOP,
            from,
            Some(to.as_str().to_owned()),
        )],
    }
}

#[async_trait]
impl Part for Recursion {
    type Step = Step;
    /// The word that the function now has.
    type Change = String;

    const MANAGED: &'static [&'static str] = &[RECURSIVE_LOOP];

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        wanted(desired, memory).is_some()
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        observed.recursive_loop = answer_of(of.cloud.recursive_loop(of.name, of.mode).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let Some(to) = wanted(of.desired, of.memory).filter(|_| turn == Turn::Last) else {
            return Need::Steps(Vec::new());
        };
        let read = ("recursiveLoop", "GetFunctionRecursionConfig");
        let found = &of.observed.recursive_loop;
        Need::of(found, read, |word| {
            (word != to.as_str()).then(|| planned(Some(word.clone()), to))
        })
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let due = desired
            .recursive_loop
            .filter(|wanted| *wanted != RecursiveLoop::default());
        due.map(|to| planned(None, to)).into_iter().collect()
    }

    async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<String, CloudError> {
        cloud.put_recursive_loop(name, step.0.as_str()).await
    }

    fn fold(observed: &mut LambdaObserved, word: String) {
        observed.recursive_loop = Known::Read(word);
    }
}

//! The part `codeSigningConfigArn`: whose signatures the code must have.
//!
//! `GetFunction` does not show it: it has a read of its own. A create carries it, so that already the first
//! code is looked at; and it is written before code, so that new code is judged by it.

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn, or_fresh};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::LambdaApi;
use crate::functions::lambda::desired::{CODE_SIGNING, LambdaDesired};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Difference, Effect, PlannedStep, Step as DriverStep};

/// The code signing configuration of a function.
pub struct CodeSigning;

/// A change of it.
pub enum Step {
    /// `PutFunctionCodeSigningConfig`: this ARN.
    Put(String),
    /// `DeleteFunctionCodeSigningConfig`.
    Delete,
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Put(_) => "PutCodeSigningConfig",
            Self::Delete => "DeleteCodeSigningConfig",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// Another configuration than before; no text is none.
#[must_use]
pub fn changed(from: &str, to: &str) -> Difference {
    let shown = |arn: &str| Some(arn.to_owned()).filter(|arn| !arn.is_empty());
    difference(CODE_SIGNING, shown(from), shown(to))
}

fn wanted(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> Option<String> {
    or_fresh(desired.code_signing.as_ref(), CODE_SIGNING, memory)
}

fn change(from: &str, to: &str) -> Option<PlannedStep<Step>> {
    let step = if to.is_empty() {
        Step::Delete
    } else {
        Step::Put(to.to_owned())
    };
    let why = vec![changed(from, to)];
    (from != to).then_some(PlannedStep { step, why })
}

#[async_trait]
impl Part for CodeSigning {
    type Step = Step;
    /// The ARN that the function now has, or no text.
    type Change = String;

    const MANAGED: &'static [&'static str] = &[CODE_SIGNING];

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        wanted(desired, memory).is_some()
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        observed.code_signing = answer_of(of.cloud.code_signing(of.name, of.mode).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let Some(to) = wanted(of.desired, of.memory).filter(|_| turn == Turn::First) else {
            return Need::Steps(Vec::new());
        };
        let read = ("codeSigningConfigArn", "GetFunctionCodeSigningConfig");
        Need::of(&of.observed.code_signing, read, |from| change(from, &to))
    }

    async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<String, CloudError> {
        match step {
            Step::Put(arn) => {
                cloud.put_code_signing(name, arn).await?;
                Ok(arn.clone())
            }
            Step::Delete => {
                // Gone already is as good.
                if_there(cloud.delete_code_signing(name).await)?;
                Ok(String::new())
            }
        }
    }

    fn fold(observed: &mut LambdaObserved, arn: String) {
        observed.code_signing = Known::Read(arn);
    }
}

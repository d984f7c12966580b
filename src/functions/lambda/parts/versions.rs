//! The part `publish`: versions of what is settled.
//!
//! Nothing is read for it: the status remembers what the last version was made of, and publishing
//! the same twice gives one version (Lambda API reference, PublishVersion).

use async_trait::async_trait;

use super::part::{Need, Part, Situation, Turn};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::CloudError;
use crate::cloud::lambda::LambdaApi;
use crate::functions::lambda::configuration::fingerprint::fingerprint;
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::{LambdaObserved, Published};
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, Goal, PlannedStep, Step as DriverStep};

/// Marks the versions that cloudfn published.
const DESCRIPTION: &str = "Published by cloudfn";

/// The published versions of a function.
pub struct Versions;

/// `PublishVersion`.
pub struct Step {
    /// Guard: the code that was observed.
    pub code_sha256: String,
    /// Guard.
    pub revision: Option<String>,
    /// Fingerprint of the observed configuration.
    pub configuration_sha256: String,
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        "PublishVersion"
    }

    fn effect(&self) -> Effect {
        Effect::Publish
    }
}

/// What was published belongs to a function that is gone, or is not known any more.
pub fn forget(memory: &mut LambdaFunctionStatus) {
    (memory.latest_version, memory.published) = (None, None);
}

#[async_trait]
impl Part for Versions {
    type Step = Step;
    type Change = Published;

    /// A version is due where the last one was made of other code or another configuration.
    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if turn != Turn::Versions || !of.desired.publish || of.update_failed {
            return Need::Steps(Vec::new());
        }
        let Some(code_sha256) = of.observed.function.code_sha256.clone() else {
            return Need::Wait(
                "AWS Lambda has not yet told the hash of the code, which guards publishing",
            );
        };
        let configuration_sha256 = fingerprint(&of.desired.configuration, &of.observed.function);
        let now = (code_sha256.as_str(), configuration_sha256.as_str());
        let published = of.observed.published.as_ref();
        let by_this_pass =
            published.map(|p| (p.code_sha256.as_str(), p.configuration_sha256.as_str()));
        let remembered = of
            .memory
            .published
            .as_ref()
            .map(|p| (p.code_sha256.as_str(), p.configuration_sha256.as_str()));
        if !of.changes_function && by_this_pass.or(remembered) == Some(now) {
            return Need::Steps(Vec::new());
        }
        let from = published
            .map(|p| p.version.clone())
            .or_else(|| of.memory.latest_version.clone());
        let revision = of.observed.function.revision_id.clone();
        let need = match revision {
            Some(_) => Need::Steps,
            None => Need::Read,
        };
        need(vec![PlannedStep {
            why: vec![difference("publish", from, Some("true".to_owned()))],
            step: Step {
                code_sha256,
                revision,
                configuration_sha256,
            },
        }])
    }

    /// By the time it is due, the function is observed and the guards are known.
    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let step = || PlannedStep {
            step: Step {
                code_sha256: String::new(),
                revision: None,
                configuration_sha256: String::new(),
            },
            why: vec![difference("publish", None, Some("true".to_owned()))],
        };
        desired.publish.then(step).into_iter().collect()
    }

    /// Should the answer be lost, it is not known any more what was published last.
    fn intend(memory: &mut LambdaFunctionStatus, _: &Step) {
        memory.published = None;
    }

    async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<Published, CloudError> {
        let version = cloud
            .publish_version(
                name,
                &step.code_sha256,
                step.revision.as_deref(),
                DESCRIPTION,
            )
            .await?;
        Ok(Published {
            version,
            code_sha256: step.code_sha256.clone(),
            configuration_sha256: step.configuration_sha256.clone(),
        })
    }

    fn fold(observed: &mut LambdaObserved, change: Published) {
        observed.published = Some(change);
    }

    fn report(
        goal: Goal<'_, LambdaDesired>,
        status: &mut LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) {
        if let Some(published) = &observed.published {
            status.latest_version = Some(published.version.clone());
            status.published = Some(PublishedStatus {
                code_sha256: published.code_sha256.clone(),
                configuration_sha256: published.configuration_sha256.clone(),
            });
        }
        // In Observe mode another function of the same name may be there: what was published is
        // about the one that the status describes.
        if let Goal::Present(desired) = goal
            && desired.claim.is_empty()
            && !observed.is_unchanged_since(status)
        {
            forget(status);
        }
    }
}

//! The kind `CloudFrontFunction`: one file for each step of the loop.
//!
//! Invariant: content means code, comment, runtime and associations together, and stages are
//! compared by content, never by `ETag`. An `ETag` only says that something already known has not moved.
//! May not import: any SDK, `kubernetes`, `runtime`, `cli`.

mod act;
mod desired;
mod diff;
mod intent;
mod observe;
mod plan;
mod report;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use crate::api::cloudfront::{CloudFrontFunctionSpec as Spec, CloudFrontFunctionStatus as Status};
use crate::api::{CloudFrontFunction, ReferenceKind};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::{CloudError, Patience, Tags};
use crate::reconcile::{Goal, Identity, Inputs, Managed, Plan, ReferenceName, Replaced, Unmet};

pub use act::{CloudFrontChange, CloudFrontStep};
pub use desired::{CloudFrontDesired, Source};
pub use observe::{CloudFrontObserved, CodeSeen, Development, Live, LiveSeen, Text};

/// Where the kind gets its clients from.
#[async_trait]
pub trait Clouds: Send + Sync + 'static {
    /// Account that the credentials belong to: 12 digits.
    async fn account(&self) -> Result<String, CloudError>;
    /// CloudFront Functions of that account.
    async fn cloudfront(&self) -> Result<Arc<dyn CloudFrontApi>, CloudError>;
}

/// The kind `CloudFrontFunction`.
pub struct CloudFrontFunctions {
    /// Where its clients come from.
    pub clouds: Arc<dyn Clouds>,
}

#[async_trait]
impl Managed for CloudFrontFunctions {
    type Kind = CloudFrontFunction;
    type Desired = CloudFrontDesired;
    type Observed = CloudFrontObserved;
    type Step = CloudFrontStep;
    type Change = CloudFrontChange;

    async fn account(&self) -> Result<String, CloudError> {
        self.clouds.account().await
    }

    fn region(&self, _asked: Option<&str>) -> String {
        String::new()
    }

    fn references(spec: &Spec) -> BTreeSet<ReferenceName> {
        let config_map = spec.code.config_map_key_ref.as_ref();
        config_map.map(|key| ReferenceName { kind: ReferenceKind::ConfigMap, name: key.name.clone() }).into_iter().collect()
    }

    fn desired(spec: &Spec, inputs: &Inputs, claim: &Tags) -> Result<CloudFrontDesired, Unmet> {
        desired::desired(spec, inputs, claim)
    }

    async fn observe(
        &self,
        identity: &Identity,
        memory: &Status,
        goal: Goal<'_, CloudFrontDesired>,
        patience: Patience,
    ) -> Result<Option<CloudFrontObserved>, CloudError> {
        let api = self.clouds.cloudfront().await?;
        observe::observe(api.as_ref(), &identity.name, memory, goal, patience).await
    }

    fn plan(goal: Goal<'_, CloudFrontDesired>, memory: &Status, observed: Option<&CloudFrontObserved>) -> Plan<CloudFrontStep> {
        plan::plan(goal, memory, observed)
    }

    fn intend(memory: &mut Status, step: &CloudFrontStep) {
        intent::intend(memory, step);
    }

    async fn act(&self, identity: &Identity, step: &CloudFrontStep) -> Result<CloudFrontChange, CloudError> {
        let api = self.clouds.cloudfront().await?;
        act::act(api.as_ref(), &identity.name, step).await
    }

    fn fold(observed: &mut Option<CloudFrontObserved>, change: CloudFrontChange) {
        act::fold(observed, change);
    }

    fn refused(memory: &mut Status, step: &CloudFrontStep, error: &CloudError) {
        intent::refused(memory, step, error);
    }

    fn replaced(desired: &CloudFrontDesired, observed: &CloudFrontObserved, step: &CloudFrontStep) -> Option<Replaced> {
        diff::replaced(desired, observed, step)
    }

    fn ours_by_intent(memory: &Status, observed: &CloudFrontObserved) -> bool {
        intent::ours_by_intent(memory, observed)
    }

    fn report(goal: Goal<'_, CloudFrontDesired>, memory: &mut Status, observed: Option<&CloudFrontObserved>) {
        report::report(goal, memory, observed);
    }
}

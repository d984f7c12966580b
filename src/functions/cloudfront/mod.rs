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
mod testing;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;

use crate::api::cloudfront::{CloudFrontFunctionSpec as Spec, CloudFrontFunctionStatus as Status};
use crate::api::{CloudFrontFunction, ReferenceKind, SKIP_TESTS};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::{BudgetMode, CloudError, Tags};
use crate::javascript;
use crate::reconcile::{
    Difference, Domain, Goal, Identity, Inputs, Managed, Plan, ReferenceName, Replaced, Unmet,
};

pub use act::{CloudFrontChange, CloudFrontStep};
pub use desired::{CloudFrontDesired, Source, desired};
pub use observe::{CloudFrontObserved, CodeSeen, Development, Live, LiveSeen, Text};
pub use testing::{Gate, Test};

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
    /// Where the cloud runs no tests, nothing waits for them.
    pub lenient: bool,
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

    const ANNOTATIONS: &'static [&'static str] = &[SKIP_TESTS];

    fn references(spec: &Spec) -> BTreeSet<ReferenceName> {
        let keys = spec.code.config_map_key_ref.iter().chain(
            spec.tests_from
                .iter()
                .map(|tests| &tests.config_map_key_ref),
        );
        keys.map(|key| ReferenceName {
            kind: ReferenceKind::ConfigMap,
            name: key.name.clone(),
        })
        .collect()
    }

    fn desired(
        &self,
        spec: &Spec,
        inputs: &Inputs,
        claim: &Tags,
    ) -> Result<CloudFrontDesired, Unmet> {
        desired::desired(spec, inputs, claim, self.lenient)
    }

    async fn observe(
        &self,
        identity: &Identity,
        memory: &Status,
        goal: Goal<'_, CloudFrontDesired>,
        mode: BudgetMode,
    ) -> Result<Option<CloudFrontObserved>, CloudError> {
        let api = self.clouds.cloudfront().await?;
        observe::observe(api.as_ref(), &identity.name, memory, goal, mode).await
    }

    fn plan(
        goal: Goal<'_, CloudFrontDesired>,
        memory: &Status,
        observed: Option<&CloudFrontObserved>,
    ) -> Plan<CloudFrontStep> {
        plan::plan(goal, memory, observed)
    }

    fn intend(memory: &mut Status, step: &CloudFrontStep) {
        intent::intend(memory, step);
    }

    async fn act(
        &self,
        identity: &Identity,
        step: &CloudFrontStep,
    ) -> Result<CloudFrontChange, CloudError> {
        let api = self.clouds.cloudfront().await?;
        act::act(api.as_ref(), &identity.name, step).await
    }

    fn fold(
        observed: &mut Option<CloudFrontObserved>,
        memory: &mut Status,
        change: CloudFrontChange,
    ) {
        act::fold(observed, memory, change);
    }

    fn refused(memory: &mut Status, step: &CloudFrontStep, error: &CloudError) {
        intent::refused(memory, step, error);
    }

    fn asked(memory: &mut Status) {
        testing::again(&mut memory.tests);
    }

    fn conditions(memory: &Status) -> Vec<Domain> {
        testing::condition(memory.tests.as_ref())
            .into_iter()
            .collect()
    }

    fn replaced(
        desired: &CloudFrontDesired,
        observed: &CloudFrontObserved,
        step: &CloudFrontStep,
    ) -> Option<Replaced> {
        diff::replaced(desired, observed, step)
    }

    fn doubts(step: &CloudFrontStep, why: &[Difference]) -> Vec<String> {
        let (CloudFrontStep::Create { config, code, .. }
        | CloudFrontStep::Update { config, code, .. }) = step
        else {
            return Vec::new();
        };
        if !why
            .iter()
            .any(|why| [desired::CODE, "runtime"].contains(&why.field.as_str()))
        {
            return Vec::new();
        }
        let lints = std::str::from_utf8(&code.bytes)
            .map(|code| javascript::cloudfront(code, &config.runtime))
            .unwrap_or_default();
        lints.iter().map(ToString::to_string).collect()
    }

    fn ours_by_intent(memory: &Status, observed: &CloudFrontObserved) -> bool {
        intent::ours_by_intent(memory, observed)
    }

    fn report(
        goal: Goal<'_, CloudFrontDesired>,
        memory: &mut Status,
        observed: Option<&CloudFrontObserved>,
    ) {
        report::report(goal, memory, observed);
    }
}

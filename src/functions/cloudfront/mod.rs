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
mod step;
mod tag_work;
mod testing;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use crate::api::cloudfront::{CloudFrontFunctionSpec as Spec, CloudFrontFunctionStatus as Status};
use crate::api::conditions::TESTED;
use crate::api::{CloudFrontFunction, SKIP_TESTS};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::{BudgetMode, CloudError, Errand, Tags};
use crate::functions::shared::{aws, tags};
use crate::reconcile::{
    AfterRefusal, Goal, Identity, Inputs, KindCondition, KindStatus, ManagedKind, Place, Plan,
    Unmet,
};

use desired::{COMMENT, STORES};

pub use desired::{CloudFrontDesired, MAX_CODE_BYTES, Source, desired, faults, unheeded_skip};
pub use observe::{CloudFrontObserved, CodeSeen, Development, Live, LiveSeen, Text};
pub use step::{CloudFrontChange, CloudFrontStep};
pub use testing::{Gate, Rule, Test, TestSettings};

/// Where the kind gets its clients from.
#[async_trait]
pub trait Clouds: Send + Sync + 'static {
    /// Account that the credentials belong to: 12 digits. `wanted` is where a function lives: those of
    /// another account are loaded anew now and then.
    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError>;
    /// CloudFront Functions, for this errand.
    ///
    /// # Errors
    /// [`Class::WrongAccount`](crate::cloud::Class::WrongAccount) where the credentials are not (or no
    /// longer) for its account; the client's own calls answer it, too.
    async fn cloudfront(&self, errand: &Errand<'_>) -> Result<Arc<dyn CloudFrontApi>, CloudError>;
}

/// The kind `CloudFrontFunction`.
pub struct CloudFrontFunctions {
    /// Where its clients come from.
    pub clouds: Arc<dyn Clouds>,
    /// What the operator's flags say of tests before LIVE.
    pub tests: TestSettings,
}

#[async_trait]
impl ManagedKind for CloudFrontFunctions {
    type Resource = CloudFrontFunction;
    type Desired = CloudFrontDesired;
    type Observed = CloudFrontObserved;
    type Step = CloudFrontStep;
    type Change = CloudFrontChange;

    const ANNOTATIONS: &'static [&'static str] = &[SKIP_TESTS];
    const CONDITIONS: &'static [&'static str] = &[TESTED];
    const PROVIDER: &'static str = aws::PROVIDER;

    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError> {
        self.clouds.account(wanted).await
    }

    fn region(&self, _requested: Option<&str>) -> String {
        String::new()
    }

    fn desired(
        &self,
        spec: &Spec,
        inputs: &Inputs,
        claim: &Tags,
    ) -> Result<CloudFrontDesired, Unmet> {
        desired::desired(spec, inputs, claim, self.tests)
    }

    async fn observe(
        &self,
        identity: &Identity,
        status: &Status,
        goal: Goal<'_, CloudFrontDesired>,
        mode: BudgetMode,
    ) -> Result<Option<CloudFrontObserved>, CloudError> {
        let errand = identity.errand(None);
        let api = self.clouds.cloudfront(&errand).await?;
        observe::observe(api.as_ref(), &identity.name, status, goal, mode).await
    }

    fn plan(
        goal: Goal<'_, CloudFrontDesired>,
        status: &Status,
        observed: Option<&CloudFrontObserved>,
        _now: Timestamp,
    ) -> Plan<CloudFrontStep> {
        plan::plan(goal, status, observed)
    }

    async fn act(
        &self,
        identity: &Identity,
        step: &CloudFrontStep,
        until: Instant,
    ) -> Result<CloudFrontChange, CloudError> {
        let errand = identity.errand(Some(until));
        let api = self.clouds.cloudfront(&errand).await?;
        act::act(api.as_ref(), &identity.name, step).await
    }

    fn fold(
        observed: &mut Option<CloudFrontObserved>,
        status: &mut Status,
        change: CloudFrontChange,
    ) {
        step::fold(observed, status, change);
    }

    fn report(
        goal: Goal<'_, CloudFrontDesired>,
        status: &mut Status,
        observed: Option<&CloudFrontObserved>,
    ) {
        report::report(goal, status, observed);
    }
}

impl KindStatus for Status {
    type Step = CloudFrontStep;
    type Observed = CloudFrontObserved;

    fn place(&self) -> Place {
        let (arn, account) = (
            self.common.arn.as_deref(),
            self.common.account_id.as_deref(),
        );
        aws::place(arn, account, None)
    }

    fn can_manage(name: &str) -> bool {
        [COMMENT, STORES].contains(&name) || tags::key_of(name).is_some()
    }

    fn intend(&mut self, step: &CloudFrontStep) {
        intent::intend(self, step);
    }

    fn refused(&mut self, step: &CloudFrontStep, error: &CloudError) -> AfterRefusal {
        intent::refused(self, step, error);
        AfterRefusal::Ends
    }

    fn acknowledge_request(&mut self) {
        testing::reset(&mut self.tests);
    }

    fn conditions(&self) -> Vec<KindCondition> {
        testing::condition(self.tests.as_ref())
            .into_iter()
            .collect()
    }

    fn ours_by_intent(&self, observed: &CloudFrontObserved) -> bool {
        intent::ours_by_intent(self, observed)
    }
}

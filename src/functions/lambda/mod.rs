//! AWS Lambda functions.
//!
//! One file for each step of the loop: `desired` → `observe` → `plan` → `act` (`work` has what differs,
//! `step` what is to be done and what replies say) → `report`. What a function is made of has a folder each: `code`,
//! `configuration`, and `parts` for the rest. Only `observe`, `act` and the parts' `act` reach the
//! cloud.

mod act;
mod block;
mod code;
mod configuration;
mod desired;
mod observe;
mod parts;
mod plan;
mod report;
mod step;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use self::configuration::compare;
use self::parts::part::Reading;

pub use self::code::Code;
pub use self::desired::{LambdaDesired, desired, faults};
pub use self::observe::LambdaObserved;
pub use self::step::{Change, Step};
use crate::api::lambda::{LambdaFunction, LambdaFunctionSpec, LambdaFunctionStatus};
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{BudgetMode, CloudError, Errand, Tags};
use crate::functions::shared::aws;
use crate::reconcile::{
    AfterRefusal, Goal, Identity, Inputs, KindStatus, ManagedKind, Place, Plan, Unmet,
};

/// The clouds that Lambda functions live in: one account, many regions.
#[async_trait]
pub trait Clouds: Send + Sync + 'static {
    /// Account that the credentials belong to: 12 digits. `wanted` is where a function lives: those of
    /// another account are loaded anew now and then.
    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError>;

    /// Region of functions whose spec names none.
    fn default_region(&self) -> &str;

    /// Lambda in this region, for this errand.
    ///
    /// # Errors
    /// [`Class::WrongAccount`](crate::cloud::Class::WrongAccount) where the credentials are not (or no
    /// longer) for its account; the client's own calls answer it, too.
    async fn lambda(
        &self,
        errand: &Errand<'_>,
        region: &str,
    ) -> Result<Arc<dyn LambdaApi>, CloudError>;
}

/// The kind `LambdaFunction`.
pub struct LambdaFunctions {
    clouds: Arc<dyn Clouds>,
}

impl LambdaFunctions {
    /// The kind, in these clouds.
    #[must_use]
    pub fn new(clouds: Arc<dyn Clouds>) -> Self {
        Self { clouds }
    }
}

#[async_trait]
impl ManagedKind for LambdaFunctions {
    type Resource = LambdaFunction;
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;
    type Step = Step;
    type Change = Change;

    const PROVIDER: &'static str = aws::PROVIDER;

    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError> {
        self.clouds.account(wanted).await
    }

    fn region(&self, requested: Option<&str>) -> String {
        requested
            .unwrap_or_else(|| self.clouds.default_region())
            .to_owned()
    }

    fn desired(
        &self,
        spec: &LambdaFunctionSpec,
        inputs: &Inputs,
        claim: &Tags,
    ) -> Result<LambdaDesired, Unmet> {
        desired::desired(spec, inputs, claim)
    }

    async fn observe(
        &self,
        identity: &Identity,
        memory: &LambdaFunctionStatus,
        goal: Goal<'_, LambdaDesired>,
        mode: BudgetMode,
    ) -> Result<Option<LambdaObserved>, CloudError> {
        let errand = identity.errand(None);
        let cloud = self.clouds.lambda(&errand, &identity.region).await?;
        let (cloud, name) = (cloud.as_ref(), identity.name.as_str());
        let mut observed = observe::observe(cloud, name, mode).await?;
        if let (Some(observed), Goal::Present(desired)) = (&mut observed, goal)
            && observed.is_ready()
        {
            let of = Reading {
                cloud,
                name,
                desired,
                memory,
                mode,
            };
            parts::read(of, observed).await?;
        }
        Ok(observed)
    }

    fn plan(
        goal: Goal<'_, LambdaDesired>,
        memory: &LambdaFunctionStatus,
        observed: Option<&LambdaObserved>,
        _now: Timestamp,
    ) -> Plan<Step> {
        plan::plan(goal, memory, observed)
    }

    async fn act(
        &self,
        identity: &Identity,
        step: &Step,
        until: Instant,
    ) -> Result<Change, CloudError> {
        let errand = identity.errand(Some(until));
        let cloud = self.clouds.lambda(&errand, &identity.region).await?;
        act::act(cloud.as_ref(), &identity.name, step).await
    }

    fn fold(
        observed: &mut Option<LambdaObserved>,
        memory: &mut LambdaFunctionStatus,
        change: Change,
    ) {
        step::remember(memory, &change);
        step::fold(observed, change);
    }

    fn report(
        goal: Goal<'_, LambdaDesired>,
        memory: &mut LambdaFunctionStatus,
        observed: Option<&LambdaObserved>,
    ) {
        report::report(goal, memory, observed);
    }
}

impl KindStatus for LambdaFunctionStatus {
    type Step = Step;
    type Observed = LambdaObserved;

    fn place(&self) -> Place {
        let (arn, account) = (
            self.common.arn.as_deref(),
            self.common.account_id.as_deref(),
        );
        aws::place(arn, account, self.region.as_deref())
    }

    fn can_manage(name: &str) -> bool {
        compare::can_manage(name) || parts::can_manage(name)
    }

    fn intend(&mut self, step: &Step) {
        step::intend(self, step);
    }

    fn refused(&mut self, step: &Step, error: &CloudError) -> AfterRefusal {
        step::refused(self, step, error)
    }
}

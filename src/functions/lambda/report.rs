//! What the status says of the function. Never an environment value. Pure.

use super::code::source;
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use super::parts;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::aws::arn::Arn;
use crate::reconcile::Goal;

/// Writes what was observed into `status`.
///
/// Where there is no function, the ARN stays: it says in which account and region "there is none"
/// may be believed.
pub fn report(
    goal: Goal<'_, LambdaDesired>,
    status: &mut LambdaFunctionStatus,
    observed: Option<&LambdaObserved>,
) {
    let Some(observed) = observed else {
        let common = std::mem::take(&mut status.common);
        *status = LambdaFunctionStatus {
            common,
            region: status.region.take(),
            // What a create was about to deploy: it is tried again, or may still arrive.
            code: status
                .code
                .take()
                .filter(|code| code.deployed_sha256.is_none()),
            recreations: status.recreations,
            ..LambdaFunctionStatus::default()
        };
        return;
    };
    // In Observe mode nothing is deployed, so `code` is recorded only for functions we own.
    if let Goal::Present(desired) = goal
        && !desired.claim.is_empty()
        && source::is_current(desired, status, observed)
    {
        status.code = Some(source::status(
            &desired.code,
            observed.function.code_sha256.clone(),
        ));
    }
    parts::report(goal, status, observed);
    let function = observed.function.clone();
    if matches!(
        function.state.as_deref(),
        Some("Active" | "Inactive" | "ActiveNonInvocable")
    ) {
        status.recreations = None;
    }
    status.region = region(&function.arn).or_else(|| status.region.take());
    status.common.arn = Some(function.arn);
    status.code_sha256 = said(function.code_sha256);
    status.code_size = Some(function.code_size);
    status.last_modified = said(function.last_modified);
    status.state = said(function.state);
    status.state_reason = said(function.state_reason);
    status.state_reason_code = said(function.state_reason_code);
    status.last_update_status = said(function.last_update_status);
    status.last_update_status_reason = said(function.last_update_status_reason);
    status.last_update_status_reason_code = said(function.last_update_status_reason_code);
}

/// An empty text says nothing.
fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// The region in an ARN, where it has one.
fn region(arn: &str) -> Option<String> {
    let region = Arn::parse(arn)?.region;
    (!region.is_empty()).then(|| region.to_owned())
}

//! What every cloud call passes: a token of its budget, a time-out, classification, observation.
//!
//! Invariant: a call that reaches the network has taken exactly one token, and the budget and
//! the observer get its outcome before the caller does. Arguments are never logged.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_lambda::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::Instant;

use super::errors;
use crate::cloud::lambda::Environment;
use crate::cloud::limit::{Budgets, Family, Key, NoToken};
use crate::cloud::{BudgetMode, CallObserver, Class, CloudError};

/// Time limit of one call, without the wait for its token. The SDK has the same limit; see
/// [`BELT`].
pub(super) const CALL: Duration = Duration::from_secs(30);

/// Our own limit, a little more than [`CALL`]: it ends a call whose limit the SDK failed to
/// enforce.
const BELT: Duration = Duration::from_secs(31);

/// One call, as the log and the classification need it.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The API operation, as the cloud names it.
    pub operation: &'static str,
    /// The function's name or ARN; for the log.
    pub function: &'a str,
    /// The budget it takes from.
    pub family: Family,
    /// Whether it may wait for a token.
    pub mode: BudgetMode,
    /// Environment values in the request: they are removed from error messages.
    pub secrets: Option<&'a Environment>,
}

/// The gate of one service in one account and region. Clones share the budgets.
#[derive(Clone)]
pub struct Gate {
    service: &'static str,
    budgets: Budgets,
    account: Arc<str>,
    region: Arc<str>,
    observer: Arc<dyn CallObserver>,
}

impl Gate {
    /// `service` is the cloud's name for it (`Lambda`, `CloudFront`).
    #[must_use]
    pub fn new(
        service: &'static str,
        budgets: Budgets,
        account: &str,
        region: &str,
        observer: Arc<dyn CallObserver>,
    ) -> Self {
        Self {
            service,
            budgets,
            account: account.into(),
            region: region.into(),
            observer,
        }
    }

    /// Takes a token, then runs `request`, for at most 30 s.
    ///
    /// # Errors
    /// Any [`CloudError`]. [`Class::Throttled`] has in `after` the time until the family opens. If
    /// there is no token for [`BudgetMode::Try`], it is [`Class::Throttled`] with the code
    /// `NoBudget`, and nothing was sent; nor was it with [`Class::Stopping`].
    pub fn call<'a, T, E>(
        &'a self,
        call: Call<'a>,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    ) -> impl Future<Output = Result<T, CloudError>> + Send + 'a
    where
        T: RequestId + Send + 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
    {
        // The SDK's futures have up to 26 KB: on the heap, so that the futures around them stay
        // small.
        self.run(call, Box::pin(request))
    }

    async fn run<T, E>(
        &self,
        call: Call<'_>,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
    ) -> Result<T, CloudError>
    where
        T: RequestId + Send,
        E: ProvideErrorMetadata + Error + Send + 'static,
    {
        let key = Key {
            account: self.account.clone(),
            region: self.region.clone(),
            family: call.family,
        };
        let waited = self
            .budgets
            .take(&key, call.mode)
            .await
            .map_err(|none| unsent(call.operation, none))?;
        self.observer.waited(call.family, waited.0);
        let mut outcome = attempt(self.service, &call, self.observer.as_ref(), request).await;
        match &mut outcome {
            Ok(_) => self.budgets.succeeded(&key),
            Err(CloudError {
                class: Class::Throttled { after },
                ..
            }) => {
                self.budgets.throttled(&key, *after);
                *after = Some(self.budgets.opens_in(&key));
            }
            // The cloud refused the call for another reason, so it did not throttle it.
            Err(error) if !matches!(error.class, Class::Unavailable | Class::Unauthenticated) => {
                self.budgets.succeeded(&key);
            }
            Err(_) => {}
        }
        outcome
    }
}

/// The error of a call that got no token: nothing was sent.
fn unsent(operation: &'static str, none: NoToken) -> CloudError {
    match none {
        NoToken::UsedUp { after } => CloudError {
            class: Class::Throttled { after: Some(after) },
            operation,
            code: errors::NO_BUDGET.to_owned(),
            message: "our own budget for this API family is used up for the moment".to_owned(),
            request_id: None,
        },
        NoToken::Stopping => CloudError::stopping(operation),
    }
}

/// Runs one request without a budget, and reports its outcome to the log and the observer.
pub(super) async fn attempt<T, E>(
    service: &'static str,
    call: &Call<'_>,
    observer: &dyn CallObserver,
    request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
) -> Result<T, CloudError>
where
    T: RequestId,
    E: ProvideErrorMetadata + Error + 'static,
{
    let start = Instant::now();
    let outcome = match tokio::time::timeout(BELT, request).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) => Err(errors::classify(call.operation, call.secrets, &error)),
        Err(_) => Err(CloudError {
            class: Class::Unavailable,
            operation: call.operation,
            code: errors::TIMEOUT.to_owned(),
            message: format!("no answer within {} s", BELT.as_secs()),
            request_id: None,
        }),
    };
    let elapsed = start.elapsed();
    let (result, code, request_id) = match &outcome {
        Ok(output) => ("Ok", "", output.request_id()),
        Err(error) => (
            error.class.name(),
            error.code.as_str(),
            error.request_id.as_deref(),
        ),
    };
    let label = if code.is_empty() {
        ""
    } else {
        errors::label(code)
    };
    observer.called(service, call.operation, result, label, elapsed);
    tracing::debug!(
        service,
        operation = call.operation,
        function = call.function,
        outcome = result,
        code,
        request_id = request_id.unwrap_or_default(),
        duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "cloud call"
    );
    outcome
}

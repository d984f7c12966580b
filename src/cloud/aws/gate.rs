//! What every cloud call passes: a token of its budget, its clearance, a time-out, classification,
//! observation.
//!
//! Invariant: a call that reaches the network has taken exactly one token and was cleared with the
//! key that signed it, and the budget and the observer get its outcome before the caller does.
//! Arguments are never logged.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_lambda::operation::RequestId;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::Instant;

use super::errors;
use crate::cloud::clearance::{Keys, Terms, Unsent};
use crate::cloud::lambda::Environment;
use crate::cloud::limit::{Budgets, Family, Key, LONGEST_WAIT, NoToken};
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
    /// The environment in the request: its secret values are removed from error messages.
    pub secrets: Option<&'a Environment>,
}

/// Sends a request of the SDK with the clearance that [`Gate::call`] hands out.
macro_rules! cleared {
    ($request:expr) => {
        |clearance| $request.customize().interceptor(clearance).send()
    };
}
pub(super) use cleared;

/// The gate of one service in one account and region. Clones share the budgets.
#[derive(Clone)]
pub struct Gate {
    /// The cloud's name for the service (`Lambda`, `CloudFront`).
    pub(super) service: &'static str,
    pub(super) budgets: Budgets,
    /// The account that all calls are about.
    pub(super) account: Arc<str>,
    pub(super) region: Arc<str>,
    /// Until when calls are sent; `None` is [`LONGEST_WAIT`] after the beginning of each.
    pub(super) until: Option<Instant>,
    pub(super) keys: Arc<Keys>,
    pub(super) observer: Arc<dyn CallObserver>,
}

impl Gate {
    /// Takes a token, then runs the request that `send` makes with its clearance, for at most 30 s.
    ///
    /// # Errors
    /// Any [`CloudError`]. [`Class::Throttled`] has in `after` the time until the family opens. If
    /// there is no token for [`BudgetMode::Try`], or none in time, it is [`Class::Throttled`] with
    /// the code `NoBudget`, and nothing was sent; nor was it for [`Class::WrongAccount`],
    /// [`Class::Late`] and [`Class::Stopping`].
    pub fn call<'a, T, E, F>(
        &'a self,
        call: Call<'a>,
        send: impl FnOnce(Clearance) -> F,
    ) -> impl Future<Output = Result<T, CloudError>> + Send + 'a
    where
        T: RequestId + Send + 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    {
        let terms = Terms {
            account: self.account.clone(),
            until: self.until.unwrap_or_else(|| Instant::now() + LONGEST_WAIT),
        };
        let until = terms.until;
        let keys = self.keys.clone();
        // The SDK's futures have up to 26 KB: on the heap, so that the futures around them stay
        // small.
        self.run(call, until, Box::pin(send(Clearance { terms, keys })))
    }

    async fn run<T, E>(
        &self,
        call: Call<'_>,
        until: Instant,
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
        if Instant::now() > until {
            return Err(Unsent::Late.error(call.operation));
        }
        let waited = self
            .budgets
            .take(&key, call.mode, until)
            .await
            .map_err(|none| unsent(call.operation, none))?;
        self.observer.waited(call.family, waited.0);
        let mut outcome = attempt(self.service, &call, self.observer.as_ref(), request).await;
        match &mut outcome {
            // It asked for the account first, and that was refused: this family was not called.
            Err(error) if error.operation != call.operation => {}
            Err(CloudError {
                class: Class::Throttled { after },
                ..
            }) => {
                self.budgets.throttled(&key, *after);
                *after = Some(self.budgets.opens_in(&key));
            }
            Err(CloudError {
                class:
                    Class::Unavailable | Class::Unauthenticated | Class::WrongAccount | Class::Late,
                ..
            }) => {}
            // The cloud did it, or refused it for another reason: it did not throttle it.
            _ => self.budgets.succeeded(&key),
        }
        outcome
    }
}

/// Looks at every attempt of a request, signed and about to be sent, and stops what may not be sent.
#[derive(Debug)]
pub struct Clearance {
    terms: Terms,
    keys: Arc<Keys>,
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Clearance {
    fn name(&self) -> &'static str {
        "Clearance"
    }

    // The last hook before the network: what counts is the key in the request itself.
    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let signature = context.request().headers().get("authorization");
        let key = signature.and_then(signing_key);
        self.terms.check(&self.keys, key, Instant::now())?;
        Ok(())
    }
}

/// The access key in the header `Authorization` of a signed request. Source: IAM User Guide, "AWS
/// Signature Version 4": `<algorithm> Credential=<key>/<scope>, ...`.
fn signing_key(authorization: &str) -> Option<&str> {
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split_once('/').map(|(key, _)| key)
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

//! The client of one account and region, and what its errors mean there.

use std::error::Error;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::{Builder, Region};
use aws_sdk_lambda::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::api::aws::is_known_region;
use crate::cloud::aws::arn::Arn;
use crate::cloud::aws::errors;
use crate::cloud::aws::gate::{Call, Clearance, Gate};
use crate::cloud::aws::sts::Sts;
use crate::cloud::lambda::Environment;
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, Class, CloudError};

/// Sends a request to the region of this client, with the clearance that the gate hands out.
macro_rules! sent {
    ($self:ident, $request:expr) => {
        |clearance| {
            $request
                .customize()
                .config_override($self.here())
                .interceptor(clearance)
                .send()
        }
    };
}
pub(super) use sent;

/// The operation that reads a function.
pub(super) const GET: &str = "GetFunction";

/// AWS Lambda in one account and region; made by [`Connection::lambda`](crate::cloud::aws::Connection::lambda).
#[derive(Clone)]
pub struct Lambda {
    pub(super) client: Client,
    gate: Gate,
    sts: Sts,
}

impl Lambda {
    pub(in crate::cloud::aws) const fn new(client: Client, gate: Gate, sts: Sts) -> Self {
        Self { client, gate, sts }
    }

    /// What a call to this region differs in from those to others.
    pub(super) fn here(&self) -> Builder {
        Builder::new().region(Region::new(self.gate.region.to_string()))
    }

    /// Runs the request that `send` makes through the gate. Credentials that the region does not know are not bad where STS
    /// takes them: then the region is what must change.
    pub(super) fn call<'a, T, E, F>(
        &'a self,
        call: Call<'a>,
        send: impl FnOnce(Clearance) -> F,
    ) -> impl Future<Output = Result<T, CloudError>> + Send + 'a
    where
        T: RequestId + Send + 'a,
        E: ProvideErrorMetadata + Error + Send + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    {
        let outcome = self.gate.call(call, send);
        async move { self.explain(call, outcome.await).await }
    }

    async fn explain<T>(
        &self,
        call: Call<'_>,
        outcome: Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        let (account, region) = (&*self.gate.account, &*self.gate.region);
        let not_served = |error: CloudError, message: String| CloudError {
            class: Class::NotServed,
            message,
            ..error
        };
        match outcome {
            Err(error) if errors::may_be_the_region(&error) && self.sts.account().await.is_ok() => {
                let message = format!(
                    "region {region} does not take the credentials, which STS takes ({}: {}); enable the region for account {account}, or create the object in another",
                    error.code,
                    error.message.trim_end_matches('.')
                );
                Err(not_served(error, message))
            }
            // A read comes before any write, so nothing was sent there that could have an effect.
            Err(error)
                if call.operation == GET
                    && errors::is_unconnected(&error)
                    && !is_known_region(region) =>
            {
                let message = format!(
                    "AWS Lambda cannot be reached in region {region}, of which this version of cloudfn does not know; where the name is wrong, create the object in the right one"
                );
                Err(not_served(error, message))
            }
            outcome => outcome.map_err(about_code_signing),
        }
    }

    /// Says so where the role that was refused is of another account.
    pub(super) fn about_role(&self, error: CloudError, role: Option<&String>) -> CloudError {
        let (ours, role) = (&*self.gate.account, role.and_then(|role| Arn::parse(role)));
        match role {
            Some(role)
                if errors::is_about_the_role(&error)
                    && !role.account.is_empty()
                    && role.account != ours =>
            {
                let message = format!(
                    "{}; the role is of account {} and the function of account {ours}, and Lambda takes only roles of the function's own account",
                    error.message.trim_end_matches('.'),
                    role.account
                );
                CloudError { message, ..error }
            }
            _ => error,
        }
    }
}

/// `GetFunction`, which has a budget of its own.
pub(super) const fn get(function: &str, mode: BudgetMode) -> Call<'_> {
    Call {
        operation: GET,
        function,
        family: Family::LambdaGet,
        mode,
        secrets: None,
    }
}

/// A call of a budget that Lambda shares out among all operations but `GetFunction`.
pub(super) const fn write<'a>(
    operation: &'static str,
    function: &'a str,
    secrets: Option<&'a Environment>,
) -> Call<'a> {
    Call {
        operation,
        function,
        family: Family::Lambda,
        mode: BudgetMode::Wait,
        secrets,
    }
}

/// Says what to change where the code's signature, or what it is judged by, is wrong.
fn about_code_signing(error: CloudError) -> CloudError {
    match errors::signing_advice(&error) {
        Some(advice) => CloudError {
            message: format!("{}; {advice}", error.message.trim_end_matches('.')),
            ..error
        },
        None => error,
    }
}

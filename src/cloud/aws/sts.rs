//! STS: whose the credentials are, and whether they are good anywhere.

use std::sync::Arc;

use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityOutput;

use super::gate::{self, Call};
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, CallObserver, CloudError};

/// The operation that each caller may use.
pub(super) const OPERATION: &str = "GetCallerIdentity";

/// STS, in the region of the connection. Clones share the client.
#[derive(Clone)]
pub(super) struct Sts {
    client: aws_sdk_sts::Client,
    observer: Arc<dyn CallObserver>,
}

impl Sts {
    pub(super) fn new(client: aws_sdk_sts::Client, observer: Arc<dyn CallObserver>) -> Self {
        Self { client, observer }
    }

    /// Asks for the caller. Needs no budget: few ask, and STS has a quota of its own.
    pub(super) async fn caller(&self) -> Result<GetCallerIdentityOutput, CloudError> {
        let call = Call {
            operation: OPERATION,
            function: "",
            family: Family::Lambda,
            mode: BudgetMode::Wait,
            secrets: None,
        };
        let request = self.client.get_caller_identity().send();
        gate::attempt("STS", &call, self.observer.as_ref(), request).await
    }
}

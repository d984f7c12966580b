//! STS: whose credentials are, and whether they are good anywhere.

use std::sync::Arc;

use aws_config::{Region, SdkConfig};

use super::arn::Arn;
use super::body::BoundedAnswer;
use super::errors;
use super::gate::{self, Call};
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, CallObserver, CloudError};

/// The operation that each caller may use.
pub(super) const OPERATION: &str = "GetCallerIdentity";

/// Region for which requests to global services of the commercial partition are signed, and whose
/// STS is used if no region is known.
pub(super) const GLOBAL: &str = "us-east-1";

/// The account of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// ARN of the user or the role's session that the credentials are of.
    pub caller: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// The default region; `None` where neither the caller nor the environment, the profile or
    /// the instance names one. A function then must name its own.
    pub region: Option<String>,
}

/// STS, in the region of the connection. Clones share the client.
#[derive(Clone)]
pub(super) struct Sts {
    client: aws_sdk_sts::Client,
    region: Option<String>,
    observer: Arc<dyn CallObserver>,
}

impl Sts {
    /// STS, asked with the credentials of `config`.
    pub(super) fn new(config: &SdkConfig, observer: Arc<dyn CallObserver>) -> Self {
        let region = config.region().cloned();
        let sts = aws_sdk_sts::config::Builder::from(config)
            .region(region.clone().unwrap_or_else(|| Region::new(GLOBAL)))
            .interceptor(BoundedAnswer)
            .build();
        Self {
            client: aws_sdk_sts::Client::from_conf(sts),
            region: region.map(|region| region.as_ref().to_owned()),
            observer,
        }
    }

    /// Asks whose the credentials are. Needs no budget: few ask, and STS has a quota of its own.
    pub(super) async fn account(&self) -> Result<Account, CloudError> {
        let call = Call {
            operation: OPERATION,
            function: "",
            family: Family::Lambda,
            mode: BudgetMode::Wait,
            secrets: None,
        };
        let request = self.client.get_caller_identity().send();
        let output = gate::attempt("STS", &call, self.observer.as_ref(), request).await?;
        let id = output
            .account
            .filter(|id| !id.is_empty())
            .ok_or_else(|| errors::incomplete(OPERATION, "Account"))?;
        let partition = output
            .arn
            .as_deref()
            .and_then(Arn::parse)
            .map(|arn| arn.partition)
            .filter(|partition| !partition.is_empty())
            .unwrap_or("aws")
            .to_owned();
        Ok(Account {
            id,
            caller: output.arn.unwrap_or_default(),
            partition,
            region: self.region.clone(),
        })
    }
}

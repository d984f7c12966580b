//! The kinds' clients, from one AWS connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::api::aws::partition_of;
use crate::cloud::aws::{self, Account, Connection};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{Class, CloudError, Errand, clearance};
use crate::functions::{cloudfront, lambda};

/// The operation that is not sent where there is no region for it.
const OPERATION: &str = "GetFunction";

/// The message for a function whose region nobody configured.
const NO_REGION: &str =
    "no region is known; set spec.region on a new object, or give the operator --aws-region";

/// AWS, in the accounts that are allowed.
pub(super) struct Aws {
    connection: Connection,
    allowed: BTreeSet<String>,
    stop: CancellationToken,
}

impl Aws {
    /// Nobody is asked for the account any more once `stop` is cancelled.
    pub(super) fn new(
        connection: Connection,
        allowed: BTreeSet<String>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            connection,
            allowed,
            stop,
        }
    }

    /// Refuses to start with credentials of an account that is not allowed. The operator does start
    /// with credentials that do not work (yet), and then knows no account: each call checks them again.
    pub(super) async fn refuse_foreign_account(&self) -> Result<Option<Account>, String> {
        match self.identity(None).await {
            Ok(account) => Ok(Some(account)),
            Err(error) if error.class == Class::WrongAccount => Err(error.message),
            Err(error) => {
                let wrong = aws::wrong_credentials(&error);
                let wrong = wrong.unwrap_or("the cloud account is not known yet");
                warn!(%error, "{wrong}");
                Ok(None)
            }
        }
    }

    /// The account of the credentials, where it is allowed; `wanted` is where a function lives.
    async fn identity(&self, wanted: Option<&str>) -> Result<Account, CloudError> {
        let right = |id: &str| {
            wanted.is_none_or(|wanted| wanted == id) && clearance::allow(id, &self.allowed).is_ok()
        };
        // On the heap: the SDK's futures are large.
        let identity = Box::pin(self.connection.identity(right));
        let identity = self.stop.run_until_cancelled(identity);
        let stopped = || Err(CloudError::stopping("GetCallerIdentity"));
        let account = identity.await.unwrap_or_else(stopped)?;
        clearance::allow(&account.id, &self.allowed)?;
        Ok(account)
    }

    /// The account of this errand, if the credentials are for it now.
    async fn account_of(&self, errand: &Errand<'_>) -> Result<Account, CloudError> {
        let account = self.identity(Some(errand.account)).await?;
        clearance::same(&account.id, errand)?;
        Ok(account)
    }
}

#[async_trait]
impl cloudfront::Clouds for Aws {
    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError> {
        Ok(self.identity(wanted).await?.id)
    }

    async fn cloudfront(&self, errand: &Errand<'_>) -> Result<Arc<dyn CloudFrontApi>, CloudError> {
        let account = self.account_of(errand).await?;
        Ok(Arc::new(self.connection.cloudfront(&account, errand.until)))
    }
}

#[async_trait]
impl lambda::Clouds for Aws {
    async fn account(&self, wanted: Option<&str>) -> Result<String, CloudError> {
        Ok(self.identity(wanted).await?.id)
    }

    fn default_region(&self) -> &str {
        self.connection.region().unwrap_or_default()
    }

    async fn lambda(
        &self,
        errand: &Errand<'_>,
        region: &str,
    ) -> Result<Arc<dyn LambdaApi>, CloudError> {
        let nowhere = |message: String| CloudError {
            class: Class::NoRegion,
            operation: OPERATION,
            code: "NoRegion".to_owned(),
            message,
            request_id: None,
        };
        if region.is_empty() {
            return Err(nowhere(NO_REGION.to_owned()));
        }
        let Some(partition) = partition_of(region) else {
            let message =
                format!("AWS has no region {region:?}; give the operator another --aws-region");
            return Err(nowhere(message));
        };
        let account = self.account_of(errand).await?;
        if partition != account.partition {
            let message = format!(
                "region {region} is of the partition {partition}, and the operator's credentials are of {}; create the object in a region of theirs",
                account.partition
            );
            return Err(nowhere(message));
        }
        let lambda = self.connection.lambda(&account, region, errand.until);
        Ok(Arc::new(lambda))
    }
}

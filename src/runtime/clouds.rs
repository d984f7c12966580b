//! The kinds' clients, from one AWS connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::cloud::aws::{self, Account, Connection};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{Class, CloudError};
use crate::functions::{cloudfront, lambda};

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
        match self.identity().await {
            Ok(account) => Ok(Some(account)),
            Err(error) if error.class == Class::Denied && !self.allowed.is_empty() => {
                Err(error.message)
            }
            Err(error) => {
                let wrong = aws::wrong_credentials(&error);
                let wrong = wrong.unwrap_or("the cloud account is not known yet");
                warn!(%error, "{wrong}");
                Ok(None)
            }
        }
    }

    async fn identity(&self) -> Result<Account, CloudError> {
        // On the heap: the SDK's futures are large.
        let identity = Box::pin(self.connection.identity());
        let identity = self.stop.run_until_cancelled(identity);
        let stopped = || Err(CloudError::stopping("GetCallerIdentity"));
        let account = identity.await.unwrap_or_else(stopped)?;
        if self.allowed.is_empty() || self.allowed.contains(&account.id) {
            return Ok(account);
        }
        Err(CloudError {
            class: Class::Denied,
            operation: "GetCallerIdentity",
            code: "AccountNotAllowed".to_owned(),
            message: format!(
                "the credentials are for account {}, which --allowed-account-ids does not name",
                account.id
            ),
            request_id: None,
        })
    }
}

#[async_trait]
impl cloudfront::Clouds for Aws {
    async fn account(&self) -> Result<String, CloudError> {
        Ok(self.identity().await?.id)
    }

    async fn cloudfront(&self) -> Result<Arc<dyn CloudFrontApi>, CloudError> {
        Ok(Arc::new(
            self.connection.cloudfront(&self.identity().await?),
        ))
    }
}

#[async_trait]
impl lambda::Clouds for Aws {
    async fn account(&self) -> Result<String, CloudError> {
        Ok(self.identity().await?.id)
    }

    fn default_region(&self) -> &str {
        self.connection.region().unwrap_or_default()
    }

    async fn lambda(&self, region: &str) -> Result<Arc<dyn LambdaApi>, CloudError> {
        if region.is_empty() {
            return Err(CloudError {
                class: Class::Invalid,
                operation: "GetFunction",
                code: "NoRegion".to_owned(),
                message: NO_REGION.to_owned(),
                request_id: None,
            });
        }
        Ok(Arc::new(
            self.connection.lambda(&self.identity().await?, region),
        ))
    }
}

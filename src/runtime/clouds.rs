//! The kinds' clients, from one AWS connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use tracing::warn;

use crate::api::aws::partition_of;
use crate::cloud::aws::{Account, Connection};
use crate::cloud::cloudfront::CloudFrontApi;
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{Class, CloudError};
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
}

impl Aws {
    pub(super) fn new(connection: Connection, allowed: BTreeSet<String>) -> Self {
        Self {
            connection,
            allowed,
        }
    }

    /// Refuses to start with credentials of an account that is not allowed. The operator does start
    /// with credentials that do not work (yet): each call checks them again.
    pub(super) async fn refuse_foreign_account(&self) -> Result<(), String> {
        match self.identity().await {
            Ok(_) => Ok(()),
            Err(error) if error.class == Class::Denied && !self.allowed.is_empty() => {
                Err(error.message)
            }
            Err(error) => {
                warn!(%error, "the cloud account is not known yet");
                Ok(())
            }
        }
    }

    async fn identity(&self) -> Result<Account, CloudError> {
        let account = self.connection.identity().await?;
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
        let account = self.identity().await?;
        if partition != account.partition {
            let message = format!(
                "region {region} is of the partition {partition}, and the operator's credentials are of {}; create the object in a region of theirs",
                account.partition
            );
            return Err(nowhere(message));
        }
        Ok(Arc::new(self.connection.lambda(&account, region)))
    }
}

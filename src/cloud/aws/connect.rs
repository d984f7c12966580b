//! The connection to an AWS account: credentials, region, account id, and the clients.
//!
//! Invariant: endpoint, profile and credentials come from where every AWS tool takes them
//! (environment and shared files, read by aws-config), never from an object; and no client
//! retries on its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use tokio::sync::OnceCell;

use super::arn::Arn;
use super::cloudfront::CloudFront;
use super::errors;
use super::gate::{self, Call, Gate};
use super::lambda::Lambda;
use crate::cloud::limit::{Budgets, Family};
use crate::cloud::{BudgetMode, CallObserver, CloudError};

/// Time for a TCP and TLS connection.
const CONNECT: Duration = Duration::from_secs(3);

/// Time for the instance metadata service, which is one hop away or does not exist.
const METADATA: Duration = Duration::from_secs(1);

/// Region for which requests to global services of the commercial partition are signed, and whose
/// STS is used if no region is known.
const GLOBAL: &str = "us-east-1";

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

/// Clients of one set of credentials.
pub struct Connection {
    config: SdkConfig,
    budgets: Budgets,
    observer: Arc<dyn CallObserver>,
    account: OnceCell<Account>,
    cloudfront: OnceLock<aws_sdk_cloudfront::Client>,
    lambdas: Mutex<HashMap<String, aws_sdk_lambda::Client>>,
}

/// Reads the usual AWS settings and makes a connection from them. `region` wins over what the
/// environment has. It sends nothing, except to the instance metadata service if no region is
/// configured anywhere else (at most a second or two).
pub async fn connect(
    region: Option<&str>,
    budgets: Budgets,
    observer: Arc<dyn CallObserver>,
) -> Connection {
    // One attempt of a second: a machine without the service must find out quickly.
    let metadata = imds::Client::builder()
        .max_attempts(1)
        .connect_timeout(METADATA)
        .read_timeout(METADATA)
        .operation_timeout(METADATA * 2)
        .operation_attempt_timeout(METADATA * 2)
        .build();
    let region =
        RegionProviderChain::first_try(region.map(|region| Region::new(region.to_owned())))
            .or_else(EnvironmentVariableRegionProvider::new())
            .or_else(ProfileFileRegionProvider::new())
            .or_else(
                ImdsRegionProvider::builder()
                    .imds_client(metadata.clone())
                    .build(),
            )
            .region()
            .await;
    let credentials = DefaultCredentialsChain::builder()
        .configure(
            ProviderConfig::without_region()
                .with_behavior_version(Some(BehaviorVersion::v2026_01_12())),
        )
        .region(region.clone())
        .imds_client(metadata)
        .build()
        .await;
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .region(region)
        .credentials_provider(credentials)
        .retry_config(RetryConfig::disabled());
    if let Ok(name) = AppName::new("cloudfn") {
        loader = loader.app_name(name);
    }
    Connection::over(&loader.load().await, budgets, observer)
}

impl Connection {
    /// A connection over these settings, with retries off and our time-outs.
    pub(super) fn over(
        config: &SdkConfig,
        budgets: Budgets,
        observer: Arc<dyn CallObserver>,
    ) -> Self {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(gate::CALL)
            .operation_timeout(gate::CALL)
            .build();
        let config = config
            .to_builder()
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts)
            // The 30 s bound a stalled call already; a second limit would only add false alarms,
            // for instance while Lambda unpacks a large archive.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build();
        Self {
            config,
            budgets,
            observer,
            account: OnceCell::new(),
            cloudfront: OnceLock::new(),
            lambdas: Mutex::default(),
        }
    }

    /// The default region, if there is one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(Region::as_ref)
    }

    /// Gets the account of the credentials from STS and keeps the first success. The call needs no
    /// budget: it is made once, and concurrent callers share the answer.
    ///
    /// # Errors
    /// [`Class::Unauthenticated`](crate::cloud::Class::Unauthenticated) without usable credentials,
    /// else any [`CloudError`].
    pub async fn identity(&self) -> Result<Account, CloudError> {
        self.account
            .get_or_try_init(|| self.caller_identity())
            .await
            .cloned()
    }

    async fn caller_identity(&self) -> Result<Account, CloudError> {
        const OPERATION: &str = "GetCallerIdentity";
        let region = self.region().unwrap_or(GLOBAL).to_owned();
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .region(Region::new(region))
            .build();
        let request = aws_sdk_sts::Client::from_conf(config)
            .get_caller_identity()
            .send();
        let call = Call {
            operation: OPERATION,
            function: "",
            family: Family::Lambda,
            mode: BudgetMode::Wait,
            secrets: None,
        };
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
            region: self.region().map(str::to_owned),
        })
    }

    /// CloudFront Functions of `account`, which [`identity`](Self::identity) returned. The service
    /// is global: `us-east-1`, in the partition of China `cn-northwest-1`.
    #[must_use]
    pub fn cloudfront(&self, account: &Account) -> CloudFront {
        let region = if account.partition == "aws-cn" {
            "cn-northwest-1"
        } else {
            GLOBAL
        };
        let client = self.cloudfront.get_or_init(|| {
            let config = aws_sdk_cloudfront::config::Builder::from(&self.config)
                .region(Region::new(region))
                .build();
            aws_sdk_cloudfront::Client::from_conf(config)
        });
        CloudFront::new(client.clone(), self.gate("CloudFront", account, region))
    }

    /// Lambda in a region of `account`, which [`identity`](Self::identity) returned. Clients are
    /// kept by region: each has its own host, so they have no connection to share.
    #[must_use]
    pub fn lambda(&self, account: &Account, region: &str) -> Lambda {
        let mut lambdas = self.lambdas.lock().unwrap_or_else(PoisonError::into_inner);
        let client = lambdas.entry(region.to_owned()).or_insert_with(|| {
            let config = aws_sdk_lambda::config::Builder::from(&self.config)
                .region(Region::new(region.to_owned()))
                .build();
            aws_sdk_lambda::Client::from_conf(config)
        });
        Lambda::new(client.clone(), self.gate("Lambda", account, region))
    }

    fn gate(&self, service: &'static str, account: &Account, region: &str) -> Gate {
        Gate::new(
            service,
            self.budgets.clone(),
            &account.id,
            region,
            self.observer.clone(),
        )
    }
}

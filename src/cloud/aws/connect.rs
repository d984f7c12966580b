//! The connection to an AWS account: credentials, region, account id, and the clients.
//!
//! Invariant: endpoint, profile and credentials come from where every AWS tool takes them
//! (environment and shared files, read by aws-config), never from an object; and no client
//! retries on its own. Who signs, and for which account, is the signer's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::region::EnvironmentVariableRegionProvider;
use aws_config::identity::IdentityCache;
use aws_config::imds;
use aws_config::imds::region::ImdsRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use tokio::time::Instant;

use super::cloudfront::CloudFront;
use super::gate::{self, Gate};
use super::lambda::Lambda;
use super::signer::{Account, GLOBAL, Signer};
use crate::cloud::limit::Budgets;
use crate::cloud::{CallObserver, CloudError};

/// Time for a TCP and TLS connection.
const CONNECT: Duration = Duration::from_secs(3);

/// Time for the instance metadata service, which is one hop away or does not exist.
const METADATA: Duration = Duration::from_secs(1);

/// Clients of one set of credentials.
pub struct Connection {
    config: SdkConfig,
    budgets: Budgets,
    observer: Arc<dyn CallObserver>,
    signer: Arc<Signer>,
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
            // The signer keeps the credentials, and alone knows when they are due.
            .identity_cache(IdentityCache::no_cache())
            .build();
        let signer = Arc::new(Signer::new(&config, observer.clone()));
        let provider: Arc<dyn ProvideCredentials> = signer.clone();
        let provider = SharedCredentialsProvider::new(provider);
        let config = config.to_builder().credentials_provider(provider).build();
        Self {
            config,
            budgets,
            observer,
            signer,
            cloudfront: OnceLock::new(),
            lambdas: Mutex::default(),
        }
    }

    /// The default region, if there is one.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(Region::as_ref)
    }

    /// The account of the credentials that sign now, as STS says. Those of an account that is not
    /// `right` are loaded anew now and then.
    ///
    /// # Errors
    /// [`Class::Unauthenticated`](crate::cloud::Class::Unauthenticated) without usable credentials,
    /// else any [`CloudError`].
    pub async fn identity(&self, right: impl Fn(&str) -> bool) -> Result<Account, CloudError> {
        self.signer.account(right).await
    }

    /// CloudFront Functions of `account`, which [`identity`](Self::identity) returned. The service
    /// is global: `us-east-1`, in the partition of China `cn-northwest-1`. Calls are sent until `until`,
    /// where it is given.
    #[must_use]
    pub fn cloudfront(&self, account: &Account, until: Option<Instant>) -> CloudFront {
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
        CloudFront::new(
            client.clone(),
            self.gate("CloudFront", account, region, until),
        )
    }

    /// Lambda in a region of `account`, which [`identity`](Self::identity) returned. Clients are
    /// kept by region: each has its own host, so they have no connection to share. Calls are sent until
    /// `until`, where it is given.
    #[must_use]
    pub fn lambda(&self, account: &Account, region: &str, until: Option<Instant>) -> Lambda {
        let mut lambdas = self.lambdas.lock().unwrap_or_else(PoisonError::into_inner);
        let client = lambdas.entry(region.to_owned()).or_insert_with(|| {
            let config = aws_sdk_lambda::config::Builder::from(&self.config)
                .region(Region::new(region.to_owned()))
                .build();
            aws_sdk_lambda::Client::from_conf(config)
        });
        Lambda::new(client.clone(), self.gate("Lambda", account, region, until))
    }

    fn gate(
        &self,
        service: &'static str,
        account: &Account,
        region: &str,
        until: Option<Instant>,
    ) -> Gate {
        Gate {
            service,
            budgets: self.budgets.clone(),
            account: account.id.as_str().into(),
            region: region.into(),
            until,
            keys: self.signer.keys.clone(),
            observer: self.observer.clone(),
        }
    }
}

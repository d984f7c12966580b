//! The credentials that sign, and the account that they belong to.
//!
//! Invariant: credentials are handed out only once AWS itself said whose their access key is. The
//! account belongs to the key: every new key is asked about, however long the process runs.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::arn::Arn;
use super::errors;
use super::gate::{self, Call};
use crate::cloud::clearance::Keys;
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, CallObserver, CloudError};

/// The operation that tells whose a key is.
const IDENTIFY: &str = "GetCallerIdentity";

/// Credentials are loaded anew this long before they expire, as the SDK's own cache does.
const BEFORE_EXPIRY: Duration = Duration::from_secs(10);

/// Credentials that name no expiry are loaded anew after this time, as by the SDK's own cache.
const WITHOUT_EXPIRY: Duration = Duration::from_mins(15);

/// Credentials of an account that is not the right one are loaded anew after this time: whoever puts
/// the right ones in place does not wait for the wrong ones to expire.
const OF_WRONG_ACCOUNT: Duration = Duration::from_secs(10);

/// Time for the chain: a process or a metadata service may hang.
const LOADING: Duration = Duration::from_secs(20);

/// Region for which requests to global services of the commercial partition are signed, and whose
/// STS is used if no region is known.
pub(super) const GLOBAL: &str = "us-east-1";

/// The account of the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// The default region; `None` where neither the caller nor the environment, the profile or
    /// the instance names one. A function then must name its own.
    pub region: Option<String>,
}

/// Provides the credentials of a chain once it is known whose they are.
#[derive(Debug)]
pub(super) struct Signer {
    chain: Option<SharedCredentialsProvider>,
    config: SdkConfig,
    observer: Observer,
    pub(super) keys: Arc<Keys>,
    state: Mutex<State>,
}

struct Observer(Arc<dyn CallObserver>);

impl std::fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Observer")
    }
}

#[derive(Debug, Default)]
struct State {
    loaded: Option<Loaded>,
    /// When nobody could load credentials or say whose they are, and why: who waited meanwhile
    /// gets the same answer.
    failed: Option<(Instant, CloudError)>,
}

#[derive(Clone, Debug)]
struct Loaded {
    credentials: Credentials,
    account: Account,
    since: Instant,
    /// When they are loaded anew.
    due: Instant,
    /// When they expire, if they say so.
    expire: Option<Instant>,
}

impl Signer {
    /// A signer with the credentials of `config`, which is also how STS is reached.
    pub(super) fn new(config: &SdkConfig, observer: Arc<dyn CallObserver>) -> Self {
        Self {
            chain: config.credentials_provider(),
            config: config.clone(),
            observer: Observer(observer),
            keys: Arc::default(),
            state: Mutex::default(),
        }
    }

    /// The account of the credentials that sign now. Those of an account that is not `right` are
    /// loaded anew, every ten seconds at most.
    pub(super) async fn account(
        &self,
        right: impl Fn(&str) -> bool,
    ) -> Result<Account, CloudError> {
        self.loaded(right).await.map(|loaded| loaded.account)
    }

    async fn loaded(&self, right: impl Fn(&str) -> bool) -> Result<Loaded, CloudError> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(held) = &state.loaded {
            let now = Instant::now();
            let wrong = !right(&held.account.id) && now >= held.since + OF_WRONG_ACCOUNT;
            if now < held.due && !wrong {
                return Ok(held.clone());
            }
        }
        if let Some((at, error)) = &state.failed
            && *at >= asked
        {
            return Err(error.clone());
        }
        // On the heap: the SDK's futures are large and deep, and this one lies within theirs.
        match Box::pin(self.load(state.loaded.as_ref())).await {
            Ok(loaded) => {
                state.loaded = Some(loaded.clone());
                Ok(loaded)
            }
            Err(error) => {
                let now = Instant::now();
                // What was verified and has not expired goes on for a moment.
                if let Some(held) = &mut state.loaded
                    && held.expire.map_or(now < held.due, |expire| now < expire)
                {
                    held.since = now;
                    held.due = held.due.max(now + OF_WRONG_ACCOUNT);
                    held.due = held.expire.map_or(held.due, |expire| held.due.min(expire));
                    return Ok(held.clone());
                }
                state.failed = Some((now, error.clone()));
                Err(error)
            }
        }
    }

    /// Loads credentials, and asks whose they are unless their key is the one of `held`.
    async fn load(&self, held: Option<&Loaded>) -> Result<Loaded, CloudError> {
        let asked = Instant::now();
        let credentials = match &self.chain {
            Some(chain) => {
                let loading = tokio::time::timeout(LOADING, chain.provide_credentials());
                loading.await.ok().and_then(Result::ok)
            }
            None => None,
        };
        let since = Instant::now();
        let Some(credentials) = credentials else {
            let error = errors::without_credentials(IDENTIFY);
            let (outcome, code) = (error.class.name(), errors::label(&error.code));
            let observer = self.observer.0.as_ref();
            observer.called("STS", IDENTIFY, outcome, code, since - asked);
            return Err(error);
        };
        let key = credentials.access_key_id();
        let account = match held.filter(|held| held.credentials.access_key_id() == key) {
            Some(held) => held.account.clone(),
            None => self.ask(&credentials).await?,
        };
        let clock = self.config.time_source();
        let expire = credentials.expiry().zip(clock).map(|(expiry, clock)| {
            let left = expiry.duration_since(clock.now()).unwrap_or_default();
            since + left
        });
        let due = expire.map_or(since + WITHOUT_EXPIRY, |expire| {
            expire.checked_sub(BEFORE_EXPIRY).unwrap_or(since)
        });
        Ok(Loaded {
            credentials,
            account,
            since,
            due,
            expire,
        })
    }

    /// Asks STS whose these credentials are, signed with exactly these. It needs no budget: it is asked
    /// once for each key.
    async fn ask(&self, credentials: &Credentials) -> Result<Account, CloudError> {
        let region = self.config.region().cloned();
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .region(region.unwrap_or_else(|| Region::new(GLOBAL)))
            .credentials_provider(credentials.clone())
            .build();
        let request = aws_sdk_sts::Client::from_conf(config)
            .get_caller_identity()
            .send();
        let call = Call {
            operation: IDENTIFY,
            function: "",
            family: Family::Lambda,
            mode: BudgetMode::Wait,
            secrets: None,
        };
        let output = gate::attempt("STS", &call, self.observer.0.as_ref(), request).await?;
        let id = output
            .account
            .filter(|id| !id.is_empty())
            .ok_or_else(|| errors::incomplete(IDENTIFY, "Account"))?;
        let partition = output
            .arn
            .as_deref()
            .and_then(Arn::parse)
            .map(|arn| arn.partition)
            .filter(|partition| !partition.is_empty())
            .unwrap_or("aws")
            .to_owned();
        self.keys.verified(credentials.access_key_id(), &id);
        Ok(Account {
            id,
            partition,
            region: self
                .config
                .region()
                .map(|region| region.as_ref().to_owned()),
        })
    }
}

impl ProvideCredentials for Signer {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let loaded = self.loaded(|_| true).await;
            loaded
                .map(|loaded| loaded.credentials)
                .map_err(CredentialsError::provider_error)
        })
    }
}

//! One namespace, one strict cloud, and the operator between them.
//!
//! Invariant: the operator is the release build, it reaches the cloud without anything in between, and
//! the API server through the bed's proxy, which counts.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudfn_bed::{Bed, Operator, Tenant};
use strict_cloud::front::server::Server;
use strict_cloud::{Cloud, Entry, Settings, Snapshot};

/// Milliseconds that an answer of the cloud is on its way, where the time of calls is compared: a round
/// figure, no measurement of AWS. Without any, the comparison would be of the API server alone.
pub const LATENCY: u64 = 100;

/// Functions that are worked on at once where calls are compared: what `--concurrency` is without being told.
pub const AT_ONCE: u16 = 16;

/// What bounds the operator's calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Budgets {
    /// The flags' defaults.
    Default,
    /// All that AWS allows to the whole account.
    Quota,
    /// None.
    Lifted,
}

impl Budgets {
    /// The flags, as a person writes them.
    pub const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Default => &[],
            Self::Quota => &["--lambda-rate=15", "--lambda-get-rate=100"],
            Self::Lifted => &[
                "--lambda-rate=0",
                "--lambda-get-rate=0",
                "--cloudfront-rate=0",
            ],
        }
    }
}

/// See the module.
pub struct Scene {
    pub tenant: Tenant,
    cloud: Server,
    budgets: Budgets,
}

impl Scene {
    pub async fn start(name: &str, budgets: Budgets) -> Self {
        Self::with_settings(name, budgets, Settings::default()).await
    }

    /// On a cloud whose answers are so long on their way.
    pub async fn distant(name: &str, budgets: Budgets, latency: Duration) -> Self {
        Self::with_settings(
            name,
            budgets,
            Settings {
                latency,
                ..Settings::default()
            },
        )
        .await
    }

    async fn with_settings(name: &str, budgets: Budgets, settings: Settings) -> Self {
        let tenant = Bed::get().tenant(name).await;
        let cloud = Arc::new(Mutex::new(Cloud::new(1, settings)));
        Self {
            tenant,
            cloud: Server::start(cloud, 0).expect("a port"),
            budgets,
        }
    }

    /// Starts an operator that looks at an unchanged object so often. It is killed when it is dropped.
    pub fn operator(&self, check_interval: &str) -> Operator {
        let interval = format!("--check-interval={check_interval}");
        // Where nothing else bounds it, what is compared with it must be bounded in the same way.
        let at_once = (self.budgets == Budgets::Lifted).then(|| format!("--concurrency={AT_ONCE}"));
        let flags: Vec<&str> = self
            .budgets
            .flags()
            .iter()
            .copied()
            .chain([interval.as_str()])
            .chain(at_once.as_deref())
            .collect();
        let mut settings = self.tenant.operator_settings(binary(), &flags);
        for (name, value) in &mut settings.environment {
            if name == "AWS_ENDPOINT_URL" {
                *value = self.cloud.url();
            }
        }
        self.tenant.spawn_operator(settings)
    }

    /// Where the cloud is.
    pub fn url(&self) -> String {
        self.cloud.url()
    }

    /// How long an answer of the cloud is on its way.
    pub fn latency(&self) -> Duration {
        self.with(|cloud| cloud.settings_mut().latency)
    }

    fn with<T>(&self, then: impl FnOnce(&mut Cloud) -> T) -> T {
        then(
            &mut self
                .cloud
                .cloud()
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Looks at the calls so far.
    pub fn calls<T>(&self, look: impl FnOnce(&[Entry]) -> T) -> T {
        self.with(|cloud| look(cloud.log()))
    }

    /// Takes the calls so far away.
    pub fn take_calls(&self) -> Vec<Entry> {
        self.with(Cloud::take_log)
    }

    pub fn snapshot(&self) -> Snapshot {
        self.with(|cloud| cloud.snapshot(self.tenant.account()))
    }
}

/// `CLOUDFN_BINARY`, or the release build beside the build of this bench.
pub fn binary() -> PathBuf {
    let built = || {
        Path::new(env!("CARGO_BIN_EXE_cloudfn"))
            .ancestors()
            .nth(2)
            .map(|target| target.join("release/cloudfn"))
    };
    let binary = std::env::var_os("CLOUDFN_BINARY")
        .map(PathBuf::from)
        .or_else(built)
        .expect("a target folder");
    assert!(
        binary.exists(),
        "there is no release build of the operator; run: cargo build --release --locked"
    );
    binary
}

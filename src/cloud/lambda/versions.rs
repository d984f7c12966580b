//! The port of a function's versions and of what points at them.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::blocks::{Block, Member};
use crate::cloud::{BudgetMode, CloudError};

/// An alias, as it is written: always whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Alias {
    /// The version that it is of: a number or `$LATEST`.
    pub version: String,
    /// Free text.
    pub description: String,
    /// The shares of the calls that other versions get, 0 to 1 each.
    pub weights: BTreeMap<String, f64>,
}

impl Block for Alias {
    fn members(&self) -> Vec<Member> {
        let version = ("functionVersion", self.version.clone());
        let description = ("description", self.description.clone());
        let weights = self.weights.iter();
        let weights = weights.map(|(version, weight)| format!("{version}: {weight}"));
        let weights = weights.collect::<Vec<_>>().join(", ");
        let weights = ("routingConfig.additionalVersionWeights", weights);
        let mut members = vec![version, description, weights];
        members.retain(|(_, value)| !value.is_empty());
        members
    }
}

/// An alias that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundAlias {
    /// What it says.
    pub alias: Alias,
    /// Its ARN.
    pub arn: String,
    /// The guard for its next change.
    pub revision_id: Option<String>,
}

/// Provisioned concurrency of a version or an alias.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provisioned {
    /// How many execution environments were asked for.
    pub requested: i32,
    /// `IN_PROGRESS`, `READY` or `FAILED`.
    pub status: String,
    /// Why it failed.
    pub reason: Option<String>,
}

impl Provisioned {
    /// AWS Lambda gave up on it.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.status == "FAILED"
    }

    /// All of it is there.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status == "READY"
    }
}

/// Whether a version can take calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionState {
    /// It can.
    Active,
    /// Not yet: AWS Lambda makes a snapshot of it, or fetches its image.
    Pending,
    /// Never, and why.
    Failed(Option<String>),
}

impl VersionState {
    /// AWS's word.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Pending => "Pending",
            Self::Failed(_) => "Failed",
        }
    }
}

/// A version that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number.
    pub number: u64,
    /// The text that it was published with.
    pub description: String,
}

/// Versions and aliases of functions, as in [`LambdaApi`](super::LambdaApi), which has the errors. Reads of lists are as
/// many calls as there are pages.
#[async_trait]
pub trait VersionsApi: Send + Sync + 'static {
    /// `PublishVersion`: a version of `$LATEST`, refused unless its code is `code_sha256`.
    /// Answers its number and state; unchanged since the last version, that one's.
    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<(String, VersionState), CloudError>;

    /// `GetFunction` of one version.
    async fn version_state(
        &self,
        name: &str,
        version: &str,
        mode: BudgetMode,
    ) -> Result<VersionState, CloudError>;

    /// `ListVersionsByFunction`: all but `$LATEST`.
    async fn versions(&self, name: &str, mode: BudgetMode) -> Result<Vec<Version>, CloudError>;

    /// `DeleteFunction` of one version. One that an alias is of is refused.
    async fn delete_version(&self, name: &str, version: u64) -> Result<(), CloudError>;

    /// `ListAliases`, by their names.
    async fn aliases(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, FoundAlias>, CloudError>;

    /// `CreateAlias`; answers what is there now. One of this name that is there already is
    /// [`Class::Exists`](crate::cloud::Class::Exists); a version that is not there,
    /// [`Class::NotFound`](crate::cloud::Class::NotFound).
    async fn create_alias(
        &self,
        name: &str,
        alias: &str,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError>;

    /// `UpdateAlias` with all of it; answers what is there now. `NotFound` is the alias or a version.
    async fn update_alias(
        &self,
        name: &str,
        alias: &str,
        revision_id: Option<&str>,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError>;

    /// `DeleteAlias`, with its URL, its policy and what becomes of its events.
    async fn delete_alias(&self, name: &str, alias: &str) -> Result<(), CloudError>;

    /// `ListProvisionedConcurrencyConfigs`, by the versions and aliases that have some.
    async fn provisioned(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, Provisioned>, CloudError>;

    /// `PutProvisionedConcurrencyConfig` of an alias; answers what is there now, on its way. An alias that shares its
    /// calls out is refused.
    async fn put_provisioned(
        &self,
        name: &str,
        alias: &str,
        executions: i32,
    ) -> Result<Provisioned, CloudError>;

    /// `DeleteProvisionedConcurrencyConfig` of an alias; none is as good.
    async fn delete_provisioned(&self, name: &str, alias: &str) -> Result<(), CloudError>;
}

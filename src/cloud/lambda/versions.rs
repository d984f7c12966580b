//! The port of a function's versions and of what points at them.

use std::collections::{BTreeMap, BTreeSet};

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
    /// Answers the number; unchanged since the last version, that one's.
    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<String, CloudError>;

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

    /// `ListProvisionedConcurrencyConfigs`: the versions and aliases that have some.
    async fn provisioned(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeSet<String>, CloudError>;
}

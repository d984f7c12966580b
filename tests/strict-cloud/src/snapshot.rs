//! What an account holds, by content: no id, no time and no ETag, so that two ways to the same end compare equal.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cloudfront::{self, FunctionConfig, Stage};
use crate::lambda::{
    AliasConfig, Configuration, EventInvokeConfig, RuntimeManagement, S3Object, UrlConfig, sha256,
};
use crate::model::Cloud;
use crate::tags::Tags;

/// A copy of a CloudFront function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeCopy {
    /// The configuration.
    pub config: FunctionConfig,
    /// Base64 of the SHA-256 of the code.
    pub code_sha256: String,
}

/// A CloudFront function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// DEVELOPMENT.
    pub development: EdgeCopy,
    /// LIVE, once something was published.
    pub live: Option<EdgeCopy>,
    /// Tags.
    pub tags: Tags,
}

/// A Lambda function.
#[derive(Clone, Debug, PartialEq)]
pub struct Regional {
    /// The configuration of $LATEST, in the form of replies.
    pub configuration: Configuration,
    /// CodeSha256 of $LATEST.
    pub code_sha256: String,
    /// SourceKMSKeyArn of $LATEST.
    pub source_kms_key_arn: Option<String>,
    /// ResolvedS3Object of $LATEST.
    pub object: Option<S3Object>,
    /// State.
    pub state: &'static str,
    /// LastUpdateStatus.
    pub last_update_status: Option<&'static str>,
    /// FunctionVersion, Description and RoutingConfig of each alias.
    pub aliases: BTreeMap<String, AliasConfig>,
    /// Configuration and code of each version.
    pub versions: BTreeMap<u64, (Configuration, String)>,
    /// Tags.
    pub tags: Tags,
    /// RecursiveLoop.
    pub recursive_loop: &'static str,
    /// ReservedConcurrentExecutions.
    pub reserved_concurrency: Option<i64>,
    /// ProvisionedConcurrentExecutions of each version and alias that has them.
    pub provisioned_concurrency: BTreeMap<String, i64>,
    /// AuthType, Cors and InvokeMode of its URL.
    pub url: Option<UrlConfig>,
    /// Statements of its own policy.
    pub policy: Vec<Value>,
    /// UpdateRuntimeOn and RuntimeVersionArn.
    pub runtime_management: RuntimeManagement,
    /// CodeSigningConfigArn.
    pub code_signing: Option<String>,
    /// What becomes of events of asynchronous calls of `$LATEST`.
    pub event_invoke: Option<EventInvokeConfig>,
}

/// Everything an account holds now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// CloudFront functions by name.
    pub cloudfront: BTreeMap<String, Edge>,
    /// Lambda functions by region and name.
    pub lambda: BTreeMap<(String, String), Regional>,
}

impl Cloud {
    /// What an account holds now. This is the test's own look: no call, no quota, no fault, no log.
    #[must_use]
    pub fn snapshot(&self, account: &str) -> Snapshot {
        let mut snapshot = Snapshot::default();
        for (name, function) in self
            .world
            .cloudfront
            .get(account)
            .into_iter()
            .flat_map(|shelf| &shelf.now)
        {
            let copy = |stage| {
                function
                    .copy(stage)
                    .map(|copy: &cloudfront::Copied| EdgeCopy {
                        config: copy.config.clone(),
                        code_sha256: sha256(&copy.code),
                    })
            };
            if let Some(development) = copy(Stage::Development) {
                snapshot.cloudfront.insert(
                    name.clone(),
                    Edge {
                        development,
                        live: copy(Stage::Live),
                        tags: function.tags.clone(),
                    },
                );
            }
        }
        for ((_, region), shelf) in self
            .world
            .lambda
            .iter()
            .filter(|((owner, _), _)| owner == account)
        {
            for (name, function) in &shelf.now {
                let mut function = function.clone();
                if !function.settle(self.world.ids, self.now) {
                    continue;
                }
                let latest = function.latest(self.world.ids, false);
                let versions = function.versions.iter().map(|(number, version)| {
                    let content = &version.content;
                    (
                        *number,
                        (content.configuration.clone(), content.code.sha256.clone()),
                    )
                });
                let aliases = function.aliases.iter();
                let provisioned = function.provisioned.iter();
                let regional = Regional {
                    provisioned_concurrency: provisioned
                        .map(|(qualifier, one)| (qualifier.clone(), one.requested))
                        .collect(),
                    aliases: aliases
                        .map(|(name, alias)| (name.clone(), alias.config()))
                        .collect(),
                    state: latest.state.as_ref().map_or("", |state| state.word),
                    last_update_status: latest
                        .last_update_status
                        .as_ref()
                        .map(|status| status.word),
                    versions: versions.collect(),
                    configuration: latest.configuration,
                    code_sha256: latest.code_sha256,
                    source_kms_key_arn: function.content.code.source_kms_key_arn,
                    object: function.content.code.object,
                    tags: function.tags,
                    recursive_loop: function.recursive_loop,
                    reserved_concurrency: function.reserved_concurrency,
                    url: function.urls.get(&None).map(|url| url.config.clone()),
                    policy: function.policies.get(&None).cloned().unwrap_or_default(),
                    runtime_management: function.runtime_management,
                    code_signing: function.code_signing,
                    event_invoke: function
                        .event_invoke
                        .get("$LATEST")
                        .map(|kept| kept.config.clone()),
                };
                snapshot
                    .lambda
                    .insert((region.clone(), name.clone()), regional);
            }
        }
        snapshot
    }

    /// The ARNs of everything an account holds now, in order.
    #[must_use]
    pub fn functions(&self, account: &str) -> Vec<String> {
        let edge = self
            .world
            .cloudfront
            .get(account)
            .into_iter()
            .flat_map(|shelf| shelf.now.values())
            .map(|function| function.arn.clone());
        let shelves = self
            .world
            .lambda
            .iter()
            .filter(|((owner, _), _)| owner == account);
        let regional = shelves
            .flat_map(|(_, shelf)| shelf.now.values())
            .filter(|function| (*function).clone().settle(self.world.ids, self.now));
        edge.chain(regional.map(|function| function.arn.clone()))
            .collect()
    }
}

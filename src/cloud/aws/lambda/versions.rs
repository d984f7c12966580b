//! Versions and aliases over the AWS SDK.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_lambda::operation::create_alias::CreateAliasOutput;
use aws_sdk_lambda::operation::put_provisioned_concurrency_config::PutProvisionedConcurrencyConfigOutput;
use aws_sdk_lambda::operation::update_alias::UpdateAliasOutput;
use aws_sdk_lambda::types::{
    AliasConfiguration, AliasRoutingConfiguration, ProvisionedConcurrencyConfigListItem,
};

use super::client::{GET, Lambda, get, sent, write};
use super::convert;
use crate::cloud::aws::errors;
use crate::cloud::aws::gate::Call;
use crate::cloud::lambda::{
    Alias, FoundAlias, Function, Provisioned, Version, VersionState, VersionsApi,
};
use crate::cloud::{BudgetMode, CloudError};

/// The three replies that describe an alias share all members but no type.
macro_rules! found {
    ($($reply:ty),*) => {$(
        impl From<$reply> for FoundAlias {
            fn from(reply: $reply) -> Self {
                let routing = reply.routing_config.and_then(|of| of.additional_version_weights);
                Self {
                    alias: Alias {
                        version: reply.function_version.unwrap_or_default(),
                        description: reply.description.unwrap_or_default(),
                        weights: routing.unwrap_or_default().into_iter().collect(),
                    },
                    arn: reply.alias_arn.unwrap_or_default(),
                    revision_id: convert::text(reply.revision_id),
                }
            }
        }
    )*};
}

found!(AliasConfiguration, CreateAliasOutput, UpdateAliasOutput);

/// So do the two that describe provisioned concurrency.
macro_rules! provisioned {
    ($($reply:ty),*) => {$(
        impl From<$reply> for Provisioned {
            fn from(reply: $reply) -> Self {
                Self {
                    requested: reply.requested_provisioned_concurrent_executions.unwrap_or_default(),
                    status: reply.status.map(|status| status.as_str().to_owned()).unwrap_or_default(),
                    reason: convert::text(reply.status_reason),
                }
            }
        }
    )*};
}

provisioned!(
    ProvisionedConcurrencyConfigListItem,
    PutProvisionedConcurrencyConfigOutput
);

/// All weights: none is written as an empty map, which takes away what was there.
fn routing_of(alias: &Alias) -> AliasRoutingConfiguration {
    let weights = alias.weights.clone().into_iter().collect();
    AliasRoutingConfiguration::builder()
        .set_additional_version_weights(Some(weights))
        .build()
}

/// The version or alias at the end of an ARN.
fn qualifier(arn: &str) -> Option<&str> {
    arn.rsplit(':').next().filter(|last| *last != arn)
}

/// Reads page after page. Only the first may give up for want of budget.
macro_rules! pages {
    ($self:ident, $operation:literal, $name:ident, $mode:ident, $request:ident, $items:ident, $each:expr) => {{
        let (mut found, mut mode, mut marker) = (Vec::new(), $mode, None);
        loop {
            let request = $self.client.$request().function_name($name);
            let request = request.set_marker(marker.take());
            let call = Call {
                mode,
                ..write($operation, $name, None)
            };
            let output = $self.call(call, sent!($self, request)).await?;
            found.extend(
                output
                    .$items
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map($each),
            );
            marker = convert::text(output.next_marker);
            if marker.is_none() {
                break found;
            }
            mode = BudgetMode::Wait;
        }
    }};
}

#[async_trait]
impl VersionsApi for Lambda {
    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<(String, VersionState), CloudError> {
        const OPERATION: &str = "PublishVersion";
        let request = self
            .client
            .publish_version()
            .function_name(name)
            .code_sha256(code_sha256)
            .set_revision_id(revision_id.map(str::to_owned))
            .description(description);
        let output = self
            .call(write(OPERATION, name, None), sent!(self, request))
            .await?;
        let version = Function::from(output);
        let state = version.version_state();
        let number = version.version;
        let number = number.ok_or_else(|| errors::incomplete(OPERATION, "Version"))?;
        Ok((number, state))
    }

    async fn version_state(
        &self,
        name: &str,
        version: &str,
        mode: BudgetMode,
    ) -> Result<VersionState, CloudError> {
        let request = self.client.get_function().function_name(name);
        let request = request.qualifier(version);
        let output = self.call(get(name, mode), sent!(self, request)).await?;
        let found = output.configuration.map(Function::from);
        found
            .map(|found| found.version_state())
            .ok_or_else(|| errors::incomplete(GET, "Configuration"))
    }

    async fn versions(&self, name: &str, mode: BudgetMode) -> Result<Vec<Version>, CloudError> {
        Ok(pages!(
            self,
            "ListVersionsByFunction",
            name,
            mode,
            list_versions_by_function,
            versions,
            |found| {
                Some(Version {
                    // `$LATEST` is no number.
                    number: found.version?.parse().ok()?,
                    description: found.description.unwrap_or_default(),
                })
            }
        ))
    }

    async fn delete_version(&self, name: &str, version: u64) -> Result<(), CloudError> {
        let request = self
            .client
            .delete_function()
            .function_name(name)
            .qualifier(version.to_string());
        let call = write("DeleteFunction", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn aliases(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, FoundAlias>, CloudError> {
        let found = pages!(
            self,
            "ListAliases",
            name,
            mode,
            list_aliases,
            aliases,
            |found| Some((found.name.clone()?, FoundAlias::from(found)))
        );
        Ok(found.into_iter().collect())
    }

    async fn create_alias(
        &self,
        name: &str,
        alias: &str,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError> {
        let request = self
            .client
            .create_alias()
            .function_name(name)
            .name(alias)
            .function_version(&wanted.version)
            .description(&wanted.description);
        let routing = (!wanted.weights.is_empty()).then(|| routing_of(wanted));
        let request = request.set_routing_config(routing);
        let call = write("CreateAlias", name, None);
        self.call(call, sent!(self, request)).await.map(Into::into)
    }

    async fn update_alias(
        &self,
        name: &str,
        alias: &str,
        revision_id: Option<&str>,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError> {
        let request = self
            .client
            .update_alias()
            .function_name(name)
            .name(alias)
            .function_version(&wanted.version)
            .description(&wanted.description)
            .routing_config(routing_of(wanted))
            .set_revision_id(revision_id.map(str::to_owned));
        let call = write("UpdateAlias", name, None);
        self.call(call, sent!(self, request)).await.map(Into::into)
    }

    async fn delete_alias(&self, name: &str, alias: &str) -> Result<(), CloudError> {
        let request = self.client.delete_alias().function_name(name).name(alias);
        let call = write("DeleteAlias", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn provisioned(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, Provisioned>, CloudError> {
        let found = pages!(
            self,
            "ListProvisionedConcurrencyConfigs",
            name,
            mode,
            list_provisioned_concurrency_configs,
            provisioned_concurrency_configs,
            |found| {
                let of = qualifier(found.function_arn.as_deref()?)?.to_owned();
                Some((of, Provisioned::from(found)))
            }
        );
        Ok(found.into_iter().collect())
    }

    async fn put_provisioned(
        &self,
        name: &str,
        alias: &str,
        executions: i32,
    ) -> Result<Provisioned, CloudError> {
        let request = self
            .client
            .put_provisioned_concurrency_config()
            .function_name(name)
            .qualifier(alias)
            .provisioned_concurrent_executions(executions);
        let call = write("PutProvisionedConcurrencyConfig", name, None);
        self.call(call, sent!(self, request)).await.map(Into::into)
    }

    async fn delete_provisioned(&self, name: &str, alias: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .delete_provisioned_concurrency_config()
            .function_name(name)
            .qualifier(alias);
        let call = write("DeleteProvisionedConcurrencyConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }
}

//! Lambda's port, of versions and aliases.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cloudfn::cloud::lambda::{Alias, FoundAlias, Provisioned, Version, VersionState, VersionsApi};
use cloudfn::cloud::limit::Family::{Lambda as CONTROL, LambdaGet};
use cloudfn::cloud::{BudgetMode, CloudError};
use serde_json::Value;
use strict_cloud::lambda::{self as model, Page};

use super::lambda::function;
use super::{Lambda, read, write};
use crate::aliases;

/// What a reply shows of provisioned concurrency.
fn provisioned(reply: &Value) -> Provisioned {
    let requested = reply["RequestedProvisionedConcurrentExecutions"].as_i64();
    Provisioned {
        requested: i32::try_from(requested.unwrap()).unwrap(),
        status: reply["Status"].as_str().unwrap().to_owned(),
        reason: reply["StatusReason"].as_str().map(str::to_owned),
    }
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
        let request = model::PublishVersion {
            function_name: name.to_owned(),
            code_sha256: Some(code_sha256.to_owned()),
            revision_id: revision_id.map(ToOwned::to_owned),
            description: Some(description.to_owned()),
        };
        let call = write("PublishVersion", CONTROL);
        let published = self.0.call(call, |cloud, caller| {
            cloud.lambda_publish_version(caller, &request)
        });
        let version = function(published.await?);
        let state = version.version_state();
        Ok((version.version.unwrap(), state))
    }

    async fn version_state(
        &self,
        name: &str,
        version: &str,
        mode: BudgetMode,
    ) -> Result<VersionState, CloudError> {
        let got = self
            .0
            .call(read("GetFunction", LambdaGet, mode), |cloud, caller| {
                cloud.lambda_get_function(caller, name, Some(version))
            });
        Ok(function(got.await?.configuration).version_state())
    }

    async fn versions(&self, name: &str, mode: BudgetMode) -> Result<Vec<Version>, CloudError> {
        let call = read("ListVersionsByFunction", CONTROL, mode);
        let listed = self.0.call(call, |cloud, caller| {
            cloud.lambda_list_versions_by_function(caller, name, &Page::default())
        });
        let version = |found: model::FunctionConfiguration| {
            let description = found.configuration.text("Description").unwrap_or_default();
            Some(Version {
                description: description.to_owned(),
                number: found.version.parse().ok()?,
            })
        };
        Ok(listed
            .await?
            .items
            .into_iter()
            .filter_map(version)
            .collect())
    }

    async fn delete_version(&self, name: &str, version: u64) -> Result<(), CloudError> {
        let (call, version) = (write("DeleteFunction", CONTROL), version.to_string());
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_function(caller, name, Some(&version))
            })
            .await
            .map(drop)
    }

    async fn aliases(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, FoundAlias>, CloudError> {
        let call = read("ListAliases", CONTROL, mode);
        let listed = self.0.call(call, |cloud, caller| {
            cloud.lambda_list_aliases(caller, name, None, &Page::default())
        });
        let listed = listed.await?;
        let found = listed["Aliases"].as_array().unwrap().iter();
        Ok(found
            .map(|alias| {
                (
                    alias["Name"].as_str().unwrap().to_owned(),
                    aliases::found(alias),
                )
            })
            .collect())
    }

    async fn create_alias(
        &self,
        name: &str,
        alias: &str,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError> {
        let (call, asked) = (
            write("CreateAlias", CONTROL),
            aliases::asked(Some(alias), wanted),
        );
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_create_alias(caller, name, &asked)
            })
            .await
            .map(|reply| aliases::found(&reply))
    }

    async fn update_alias(
        &self,
        name: &str,
        alias: &str,
        revision_id: Option<&str>,
        wanted: &Alias,
    ) -> Result<FoundAlias, CloudError> {
        let (call, asked) = (write("UpdateAlias", CONTROL), aliases::asked(None, wanted));
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_update_alias(caller, (name, alias), &asked, revision_id)
            })
            .await
            .map(|reply| aliases::found(&reply))
    }

    async fn delete_alias(&self, name: &str, alias: &str) -> Result<(), CloudError> {
        let call = write("DeleteAlias", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_alias(caller, name, alias)
            })
            .await
    }

    async fn provisioned(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<BTreeMap<String, Provisioned>, CloudError> {
        let call = read("ListProvisionedConcurrencyConfigs", CONTROL, mode);
        let listed = self.0.call(call, |cloud, caller| {
            cloud.lambda_list_provisioned_concurrency_configs(caller, name, &Page::default())
        });
        let listed = listed.await?;
        let found = listed["ProvisionedConcurrencyConfigs"]
            .as_array()
            .unwrap()
            .iter();
        let one = |one: &Value| {
            let (_, qualifier) = one["FunctionArn"].as_str().unwrap().rsplit_once(':')?;
            Some((qualifier.to_owned(), provisioned(one)))
        };
        Ok(found.filter_map(one).collect())
    }

    async fn put_provisioned(
        &self,
        name: &str,
        alias: &str,
        executions: i32,
    ) -> Result<Provisioned, CloudError> {
        let call = write("PutProvisionedConcurrencyConfig", CONTROL);
        let number = Some(i64::from(executions));
        self.0
            .call(call, |cloud, caller| {
                let of = (name, Some(alias));
                cloud.lambda_put_provisioned_concurrency_config(caller, of, number)
            })
            .await
            .map(|reply| provisioned(&reply))
    }

    async fn delete_provisioned(&self, name: &str, alias: &str) -> Result<(), CloudError> {
        let call = write("DeleteProvisionedConcurrencyConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_provisioned_concurrency_config(caller, (name, Some(alias)))
            })
            .await
    }
}

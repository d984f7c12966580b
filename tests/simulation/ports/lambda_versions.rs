//! Lambda's port, of versions and aliases.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use cloudfn::cloud::lambda::{Alias, FoundAlias, Version, VersionsApi};
use cloudfn::cloud::limit::Family::Lambda as CONTROL;
use cloudfn::cloud::{BudgetMode, CloudError};
use strict_cloud::lambda::{self as model, Page};

use super::{Lambda, read, write};
use crate::aliases;

#[async_trait]
impl VersionsApi for Lambda {
    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<String, CloudError> {
        let request = model::PublishVersion {
            function_name: name.to_owned(),
            code_sha256: Some(code_sha256.to_owned()),
            revision_id: revision_id.map(ToOwned::to_owned),
            description: Some(description.to_owned()),
        };
        let call = write("PublishVersion", CONTROL);
        Ok(self
            .0
            .call(call, |cloud, caller| {
                cloud.lambda_publish_version(caller, &request)
            })
            .await?
            .version)
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
    ) -> Result<BTreeSet<String>, CloudError> {
        let call = read("ListProvisionedConcurrencyConfigs", CONTROL, mode);
        let listed = self.0.call(call, |cloud, caller| {
            cloud.lambda_list_provisioned_concurrency_configs(caller, name, &Page::default())
        });
        let listed = listed.await?;
        let found = listed["ProvisionedConcurrencyConfigs"]
            .as_array()
            .unwrap()
            .iter();
        let arns = found.map(|one| one["FunctionArn"].as_str().unwrap());
        Ok(arns
            .filter_map(|arn| arn.rsplit(':').next())
            .map(str::to_owned)
            .collect())
    }
}

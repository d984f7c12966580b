//! Lambda's port, of the parts that have calls of their own.

use async_trait::async_trait;
use cloudfn::cloud::lambda::{EventInvokeConfig, PartsApi, Permission, Policy, RuntimeManagement};
use cloudfn::cloud::limit::Family::Lambda as CONTROL;
use cloudfn::cloud::{BudgetMode, CloudError};
use serde_json::json;
use strict_cloud::lambda as model;

use super::{Lambda, read, write};
use crate::event_invoke;
use crate::policy;

#[async_trait]
impl PartsApi for Lambda {
    async fn policy(&self, name: &str, mode: BudgetMode) -> Result<Policy, CloudError> {
        let call = read("GetPolicy", CONTROL, mode);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_get_policy(caller, (name, None))
            })
            .await
            .map(|reply| policy::found(&reply))
    }

    async fn add_permission(
        &self,
        name: &str,
        statement: &str,
        permission: &Permission,
    ) -> Result<Permission, CloudError> {
        let (call, asked) = (
            write("AddPermission", CONTROL),
            policy::asked(statement, permission),
        );
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_add_permission(caller, (name, None), &asked, None)
            })
            .await
            .map(|reply| Permission::parse(reply["Statement"].as_str().unwrap()).unwrap())
    }

    async fn remove_permission(&self, name: &str, statement: &str) -> Result<(), CloudError> {
        let call = write("RemovePermission", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_remove_permission(caller, (name, None), statement, None)
            })
            .await
    }

    async fn event_invoke(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<EventInvokeConfig, CloudError> {
        let call = read("GetFunctionEventInvokeConfig", CONTROL, mode);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_get_function_event_invoke_config(caller, (name, None))
            })
            .await
            .map(|reply| event_invoke::found(&reply))
    }

    async fn put_event_invoke(
        &self,
        name: &str,
        config: &EventInvokeConfig,
    ) -> Result<(), CloudError> {
        let (call, asked) = (
            write("PutFunctionEventInvokeConfig", CONTROL),
            event_invoke::asked(config),
        );
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_put_function_event_invoke_config(caller, (name, None), &asked)
            })
            .await
            .map(drop)
    }

    async fn delete_event_invoke(&self, name: &str) -> Result<(), CloudError> {
        let call = write("DeleteFunctionEventInvokeConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_function_event_invoke_config(caller, (name, None))
            })
            .await
    }

    async fn code_signing(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError> {
        let call = read("GetFunctionCodeSigningConfig", CONTROL, mode);
        let reply = self
            .0
            .call(call, |cloud, caller| {
                cloud.lambda_get_function_code_signing_config(caller, name)
            })
            .await?;
        let arn = reply["CodeSigningConfigArn"].as_str();
        Ok(arn.unwrap_or_default().to_owned())
    }

    async fn put_code_signing(&self, name: &str, arn: &str) -> Result<(), CloudError> {
        let call = write("PutFunctionCodeSigningConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_put_function_code_signing_config(caller, name, Some(arn))
            })
            .await
            .map(drop)
    }

    async fn delete_code_signing(&self, name: &str) -> Result<(), CloudError> {
        let call = write("DeleteFunctionCodeSigningConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_function_code_signing_config(caller, name)
            })
            .await
    }

    async fn runtime_management(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<RuntimeManagement, CloudError> {
        let call = read("GetRuntimeManagementConfig", CONTROL, mode);
        let reply = self
            .0
            .call(call, |cloud, caller| {
                cloud.lambda_get_runtime_management_config(caller, name)
            })
            .await?;
        let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
        Ok(RuntimeManagement {
            update_runtime_on: text("UpdateRuntimeOn"),
            runtime_version_arn: text("RuntimeVersionArn"),
        })
    }

    async fn put_runtime_management(
        &self,
        name: &str,
        config: &RuntimeManagement,
    ) -> Result<(), CloudError> {
        let mut asked = json!({"UpdateRuntimeOn": config.update_runtime_on});
        if !config.runtime_version_arn.is_empty() {
            asked["RuntimeVersionArn"] = json!(config.runtime_version_arn);
        }
        let asked = model::RuntimeManagement::of(asked);
        let call = write("PutRuntimeManagementConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_put_runtime_management_config(caller, name, &asked)
            })
            .await
            .map(drop)
    }
}

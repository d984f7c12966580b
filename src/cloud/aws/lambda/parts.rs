//! The parts of a function that have calls of their own, over the AWS SDK.

use async_trait::async_trait;

use super::client::{Lambda, sent, write};
use super::event_invoke;
use crate::cloud::aws::errors;
use crate::cloud::aws::gate::Call;
use crate::cloud::lambda::{EventInvokeConfig, PartsApi, Permission, Policy, RuntimeManagement};
use crate::cloud::{BudgetMode, CloudError};

const fn read<'a>(operation: &'static str, function: &'a str, mode: BudgetMode) -> Call<'a> {
    Call {
        mode,
        ..write(operation, function, None)
    }
}

#[async_trait]
impl PartsApi for Lambda {
    async fn policy(&self, name: &str, mode: BudgetMode) -> Result<Policy, CloudError> {
        const OPERATION: &str = "GetPolicy";
        let request = self.client.get_policy().function_name(name);
        let call = read(OPERATION, name, mode);
        let output = self.call(call, sent!(self, request)).await?;
        let policy = output.policy.as_deref().and_then(Policy::parse);
        policy.ok_or_else(|| errors::incomplete(OPERATION, "Policy"))
    }

    async fn add_permission(
        &self,
        name: &str,
        statement: &str,
        permission: &Permission,
    ) -> Result<Permission, CloudError> {
        let auth_type = permission.function_url_auth_type.as_deref();
        let request = self
            .client
            .add_permission()
            .function_name(name)
            .statement_id(statement)
            .action(&permission.action)
            .principal(permission.principal.clone())
            .set_source_arn(permission.source_arn.clone())
            .set_source_account(permission.source_account.clone())
            .set_principal_org_id(permission.principal_org_id.clone())
            .set_event_source_token(permission.event_source_token.clone())
            .set_function_url_auth_type(auth_type.map(Into::into))
            .set_invoked_via_function_url(permission.invoked_via_function_url.then_some(true));
        let call = write("AddPermission", name, None);
        let output = self.call(call, sent!(self, request)).await?;
        let now = output.statement.as_deref().and_then(Permission::parse);
        Ok(now.unwrap_or_else(|| permission.clone()))
    }

    async fn remove_permission(&self, name: &str, statement: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .remove_permission()
            .function_name(name)
            .statement_id(statement);
        let call = write("RemovePermission", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn event_invoke(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<EventInvokeConfig, CloudError> {
        let request = self
            .client
            .get_function_event_invoke_config()
            .function_name(name);
        let call = read("GetFunctionEventInvokeConfig", name, mode);
        let output = self.call(call, sent!(self, request)).await?;
        Ok(event_invoke::config_of(&output))
    }

    async fn put_event_invoke(
        &self,
        name: &str,
        config: &EventInvokeConfig,
    ) -> Result<(), CloudError> {
        let request = self
            .client
            .put_function_event_invoke_config()
            .function_name(name)
            .maximum_retry_attempts(config.maximum_retry_attempts)
            .maximum_event_age_in_seconds(config.maximum_event_age_in_seconds)
            .set_destination_config(event_invoke::destinations_of(config));
        let call = write("PutFunctionEventInvokeConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn delete_event_invoke(&self, name: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .delete_function_event_invoke_config()
            .function_name(name);
        let call = write("DeleteFunctionEventInvokeConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn code_signing(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError> {
        let request = self
            .client
            .get_function_code_signing_config()
            .function_name(name);
        let call = read("GetFunctionCodeSigningConfig", name, mode);
        let output = self.call(call, sent!(self, request)).await?;
        Ok(output.code_signing_config_arn)
    }

    async fn put_code_signing(&self, name: &str, arn: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .put_function_code_signing_config()
            .function_name(name)
            .code_signing_config_arn(arn);
        let call = write("PutFunctionCodeSigningConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn delete_code_signing(&self, name: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .delete_function_code_signing_config()
            .function_name(name);
        let call = write("DeleteFunctionCodeSigningConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn runtime_management(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<RuntimeManagement, CloudError> {
        const OPERATION: &str = "GetRuntimeManagementConfig";
        let request = self
            .client
            .get_runtime_management_config()
            .function_name(name);
        let call = read(OPERATION, name, mode);
        let output = self.call(call, sent!(self, request)).await?;
        let mode = output
            .update_runtime_on
            .ok_or_else(|| errors::incomplete(OPERATION, "UpdateRuntimeOn"))?;
        Ok(RuntimeManagement {
            update_runtime_on: mode.as_str().to_owned(),
            runtime_version_arn: output.runtime_version_arn.unwrap_or_default(),
        })
    }

    async fn put_runtime_management(
        &self,
        name: &str,
        config: &RuntimeManagement,
    ) -> Result<(), CloudError> {
        let arn = Some(config.runtime_version_arn.clone());
        let request = self
            .client
            .put_runtime_management_config()
            .function_name(name)
            .update_runtime_on(config.update_runtime_on.as_str().into())
            .set_runtime_version_arn(arn.filter(|arn| !arn.is_empty()));
        let call = write("PutRuntimeManagementConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }
}

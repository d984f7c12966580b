//! The port of a function's parts that `GetFunction` does not show: what reads and writes each.

use async_trait::async_trait;

use super::event_invoke::EventInvokeConfig;
use super::permissions::{Permission, Policy};
use super::runtime_management::RuntimeManagement;
use crate::cloud::{BudgetMode, CloudError};

/// Parts of functions, as in [`LambdaApi`](super::LambdaApi), which has the errors.
#[async_trait]
pub trait PartsApi: Send + Sync + 'static {
    /// `GetPolicy`, unqualified. There being none is [`Class::NotFound`](crate::cloud::Class::NotFound).
    async fn policy(&self, name: &str, mode: BudgetMode) -> Result<Policy, CloudError>;

    /// `AddPermission`; answers what the statement now allows. A statement of this id that is there already is
    /// [`Class::Exists`](crate::cloud::Class::Exists). Moves the function's revision id.
    async fn add_permission(
        &self,
        name: &str,
        statement: &str,
        permission: &Permission,
    ) -> Result<Permission, CloudError>;

    /// `RemovePermission`. Moves the function's revision id.
    async fn remove_permission(&self, name: &str, statement: &str) -> Result<(), CloudError>;

    /// `GetFunctionEventInvokeConfig`, unqualified. There being none is
    /// [`Class::NotFound`](crate::cloud::Class::NotFound).
    async fn event_invoke(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<EventInvokeConfig, CloudError>;

    /// `PutFunctionEventInvokeConfig`, unqualified: the one before is overwritten.
    async fn put_event_invoke(
        &self,
        name: &str,
        config: &EventInvokeConfig,
    ) -> Result<(), CloudError>;

    /// `DeleteFunctionEventInvokeConfig`, unqualified.
    async fn delete_event_invoke(&self, name: &str) -> Result<(), CloudError>;

    /// `GetFunctionCodeSigningConfig`: its ARN, or no text where there is none.
    async fn code_signing(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError>;

    /// `PutFunctionCodeSigningConfig`.
    async fn put_code_signing(&self, name: &str, arn: &str) -> Result<(), CloudError>;

    /// `DeleteFunctionCodeSigningConfig`.
    async fn delete_code_signing(&self, name: &str) -> Result<(), CloudError>;

    /// `GetRuntimeManagementConfig`, unqualified.
    async fn runtime_management(
        &self,
        name: &str,
        mode: BudgetMode,
    ) -> Result<RuntimeManagement, CloudError>;

    /// `PutRuntimeManagementConfig`, unqualified.
    async fn put_runtime_management(
        &self,
        name: &str,
        config: &RuntimeManagement,
    ) -> Result<(), CloudError>;
}

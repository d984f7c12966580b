//! The port to AWS Lambda: one method for each API operation that cloudfn uses.
//!
//! Source of shapes and limits: the Lambda API reference, version 2015-03-31.

pub mod blocks;
pub mod environment;
mod event_invoke;
pub mod fields;
pub mod members;
mod parts;
mod permissions;
mod runtime_management;
mod url;
mod versions;

use async_trait::async_trait;

pub use self::blocks::{
    Block, DurableConfig, FileSystem, FileSystems, ImageConfig, LoggingConfig, VpcConfig,
};
pub use self::environment::Environment;
pub use self::event_invoke::EventInvokeConfig;
pub use self::fields::{Configuration, ROWS, configuration_fields};
pub use self::parts::PartsApi;
pub use self::permissions::{Permission, Policy, Principal};
pub use self::runtime_management::RuntimeManagement;
pub use self::url::{Cors, FunctionUrl, UrlConfig};
pub use self::versions::{Alias, FoundAlias, Provisioned, Version, VersionState, VersionsApi};
use super::{BudgetMode, CloudError, Tags};

/// Where a function's code comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeSource {
    /// A zip archive, sent with the call; at most 50 MB.
    Zip(Vec<u8>),
    /// An object in S3, in the function's region.
    S3 {
        /// Bucket name.
        bucket: String,
        /// Object key.
        key: String,
        /// Object version; `None` is the newest at the time of the call.
        version: Option<String>,
    },
    /// A container image, by its URI in a registry of ECR.
    Image(String),
}

/// The input of `CreateFunction`.
#[derive(Clone, PartialEq, Eq)]
pub struct NewFunction {
    /// Configuration.
    pub configuration: Configuration,
    /// The code.
    pub code: CodeSource,
    /// ARN of the code signing configuration, if there is to be one.
    pub code_signing: Option<String>,
    /// Tags, written in the same call.
    pub tags: Tags,
}

/// A function as `GetFunction`, a create or an update describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Unqualified ARN.
    pub arn: String,
    /// The configuration; members the cloud left out are `None`. Of how the package is kept
    /// ([`Call::Package`](fields::Call)) only [`describe`](LambdaApi::describe) tells.
    pub configuration: Configuration,
    /// The cloud's code for why it does not show the environment (a key that may not be used), if so.
    pub environment_error: Option<String>,
    /// Whether it is made of a container image, not of an archive.
    pub is_image: bool,
    /// Base64 of the SHA-256 of the deployment package.
    pub code_sha256: Option<String>,
    /// Bytes of the deployment package.
    pub code_size: i64,
    /// The guard for the next write; moves by itself when a state settles.
    pub revision_id: Option<String>,
    /// `$LATEST` or a number.
    pub version: Option<String>,
    /// The cloud's own text of when the function was last changed.
    pub last_modified: Option<String>,
    /// `Pending`, `Active`, `Inactive`, `Failed`, ...
    pub state: Option<String>,
    /// Why, in words.
    pub state_reason: Option<String>,
    /// Why, as a code.
    pub state_reason_code: Option<String>,
    /// `Successful`, `Failed`, `InProgress`.
    pub last_update_status: Option<String>,
    /// Why, in words.
    pub last_update_status_reason: Option<String>,
    /// Why, as a code.
    pub last_update_status_reason_code: Option<String>,
    /// True where the function has a VPC configuration or is an image: it settles slowly.
    pub settles_slowly: bool,
}

impl Function {
    /// Whether it can take calls, where it is a published version.
    #[must_use]
    pub fn version_state(&self) -> VersionState {
        let update = self.last_update_status.as_deref();
        match (self.state.as_deref(), update) {
            (Some("Pending"), _) => VersionState::Pending,
            // A version with SnapStart that does not start has failed in its update too (users of Terraform's AWS
            // provider, its issue 49904).
            (Some("Failed"), _) | (_, Some("Failed")) => {
                let reason = self.state_reason.as_ref();
                let reason = reason.or(self.last_update_status_reason.as_ref());
                VersionState::Failed(reason.cloned())
            }
            _ => VersionState::Active,
        }
    }
}

impl Function {
    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arn.rsplit(':').next().unwrap_or_default()
    }
}

/// What `GetFunction` says: the function, and what is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The function.
    pub function: Function,
    /// The tags, or why they could not be read (`lambda:ListTags` is a permission of its own).
    pub tags: Result<Tags, String>,
    /// The concurrency that is reserved for it, if any; 0 stops all calls.
    pub reserved_concurrency: Option<i32>,
}

/// AWS Lambda in one account and one region.
///
/// Errors: every method answers [`CloudError`]; a stale `revision_id` is
/// [`Class::Conflict`](super::Class::Conflict), a running update
/// [`Class::Busy`](super::Class::Busy). Each write answers the function as the cloud then
/// described it; its `revision_id` must not be used for another write.
#[async_trait]
pub trait LambdaApi: PartsApi + VersionsApi {
    /// `GetFunction`, unqualified.
    async fn describe(&self, name: &str, mode: BudgetMode) -> Result<Described, CloudError>;

    /// `CreateFunction`.
    async fn create(&self, name: &str, new: &NewFunction) -> Result<Function, CloudError>;

    /// `UpdateFunctionConfiguration`: of the members that this call carries
    /// ([`Call::Configuration`](fields::Call)), those that are `Some` change.
    async fn update_configuration(
        &self,
        name: &str,
        revision_id: Option<&str>,
        changes: &Configuration,
    ) -> Result<Function, CloudError>;

    /// `UpdateFunctionCode`: the code, and of the members that this call carries
    /// ([`Call::Code`](fields::Call) and [`Call::Package`](fields::Call)), those that are `Some`. They cannot be
    /// changed without the code, and those of the package that are `None` go back to the fresh value.
    async fn update_code(
        &self,
        name: &str,
        revision_id: Option<&str>,
        code: &CodeSource,
        changes: &Configuration,
    ) -> Result<Function, CloudError>;

    /// `GetFunctionRecursionConfig`: `Allow` or `Terminate`.
    async fn recursive_loop(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError>;

    /// `PutFunctionRecursionConfig`: `Allow` or `Terminate`; answers what the function now has.
    async fn put_recursive_loop(
        &self,
        name: &str,
        recursive_loop: &str,
    ) -> Result<String, CloudError>;

    /// `PutFunctionConcurrency`: 0 or more; answers what the function now has.
    async fn put_concurrency(&self, name: &str, reserved: i32) -> Result<i32, CloudError>;

    /// `DeleteFunctionConcurrency`: nothing is reserved any more.
    async fn delete_concurrency(&self, name: &str) -> Result<(), CloudError>;

    /// `GetFunctionUrlConfig`, unqualified. There being none is
    /// [`Class::NotFound`](super::Class::NotFound).
    async fn url(&self, name: &str, mode: BudgetMode) -> Result<FunctionUrl, CloudError>;

    /// `CreateFunctionUrlConfig`; answers the URL. One that is there already is
    /// [`Class::Exists`](super::Class::Exists).
    async fn create_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError>;

    /// `UpdateFunctionUrlConfig` with all of it; answers the URL.
    async fn update_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError>;

    /// `DeleteFunctionUrlConfig`.
    async fn delete_url(&self, name: &str) -> Result<(), CloudError>;

    /// `DeleteFunction`, with all versions and aliases. May finish later than it answers.
    async fn delete(&self, name: &str) -> Result<(), CloudError>;

    /// `TagResource`.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError>;

    /// `UntagResource`.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError>;
}

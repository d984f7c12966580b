//! `LambdaFunction`: an AWS Lambda function.

mod alias;
mod blocks;
mod code;
mod environment;
mod event_invoke;
mod permission;
mod references;
mod runtime_management;
mod spec;
mod status;
mod url;
mod word;

pub use alias::{Alias, LATEST, NEWEST, PREVIOUS, RoutingConfig};
pub use blocks::{
    ApplicationLogLevel, DeadLetterConfig, DurableConfig, EphemeralStorage, FileSystemConfig,
    ImageConfig, LogFormat, LoggingConfig, SnapStart, SnapStartApplyOn, SystemLogLevel,
    TenancyConfig, TenantIsolationMode, TracingConfig, TracingMode, VpcConfig,
};
pub use code::{Code, InlineCode, S3ObjectStorageMode};
pub use environment::{Environment, ValueFrom, VariablesFrom};
pub use event_invoke::{Destination, DestinationConfig, EventInvokeConfig};
pub use permission::{INVOKE, Permission};
pub use references::{KeyRef, ObjectName};
pub use runtime_management::{RuntimeManagementConfig, UpdateRuntimeOn};
pub use spec::*;
pub use status::{
    AliasStatus, CleanedUpStatus, CodeStatus, LambdaFunctionStatus, ProvisionedConcurrencyStatus,
    PublishedReference, PublishedStatus,
};
pub use url::{Cors, CorsMethod, FunctionUrlAuthType, FunctionUrlConfig, InvokeMode};
pub use word::Word;

//! What users write and read: custom resources, conditions, reasons and names.
//!
//! Invariant: plain data. No client, no SDK, no clock; nothing here imports another room.

pub mod aws;
pub mod cached;
pub mod cloudfront;
pub mod common;
pub mod conditions;
pub mod crds;
pub mod digest;
pub mod forms;
pub mod lambda;
pub mod names;
pub mod reason;
pub mod reference;
pub mod requests;
pub mod served;
pub mod stored;
pub mod subject;
pub mod text;

pub use cached::CachedObject;
pub use cloudfront::{CloudFrontFunction, CloudFrontFunctionSpec, CloudFrontFunctionStatus};
pub use common::{
    AdoptionPolicy, CommonSpec, CommonStatus, DeletionPolicy, DriftPolicy, LastDrift,
    ManagedResource, ManagedSpec, ManagedStatus, ManagementPolicy, PlannedChange, Reference,
    ReferenceKind, ReferenceName,
};
pub use lambda::{LambdaFunction, LambdaFunctionSpec, LambdaFunctionStatus};
pub use names::{
    FIELD_MANAGER, FINALIZER, FLUX_REQUESTED_AT, GROUP, INSTANCE_TAG, OWNER_TAG, PAUSED,
    RECONCILE_REQUESTED_AT, SKIP_TESTS, SOURCE_TAG, is_namespace_name, is_object_name,
};
pub use reason::Reason;
pub use requests::Requests;
pub use subject::{FullObject, Subject};

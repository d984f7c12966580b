//! What users write and read: custom resources, conditions, reasons and names.
//!
//! Invariant: plain data. No client, no SDK, no clock; nothing here imports another room.

pub mod cloudfront;
pub mod common;
pub mod conditions;
pub mod crds;
pub mod digest;
pub mod lambda;
pub mod reason;
pub mod reference;
pub mod subject;

pub use cloudfront::{CloudFrontFunction, CloudFrontFunctionSpec, CloudFrontFunctionStatus};
pub use common::{
    AdoptionPolicy, CommonSpec, CommonStatus, DeletionPolicy, DriftPolicy, FunctionKind,
    FunctionSpec, FunctionStatus, LastDrift, ManagementPolicy, PlannedChange, Reference,
    ReferenceKind,
};
pub use lambda::{LambdaFunction, LambdaFunctionSpec, LambdaFunctionStatus};
pub use reason::Reason;
pub use subject::Subject;

/// API group of all kinds.
pub const GROUP: &str = "cloudfn.dev";
/// Keeps an object until its function is gone (or left, with `deletionPolicy: Retain`).
pub const FINALIZER: &str = "cloudfn.dev/finalizer";
/// Field manager of every write to the API server.
pub const FIELD_MANAGER: &str = "cloudfn";
/// Annotation: `"true"`, or any text as the reason, stops all work on the object.
pub const PAUSED: &str = "cloudfn.dev/paused";
/// Annotation: a new value asks for a look at once.
pub const RECONCILE_REQUESTED_AT: &str = "cloudfn.dev/reconcile-requested-at";
/// Flux's annotation of the same meaning.
pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";
/// Annotation: the SHA-256 (hexadecimal) of a code that is published without its tests.
pub const SKIP_TESTS: &str = "cloudfn.dev/skip-tests";
/// Tag in the cloud: `<cluster name>/<namespace>/<name>` of the owning object.
pub const OWNER_TAG: &str = "cloudfn.dev/owner";
/// Tag in the cloud: the cluster that may write (uid of its namespace `kube-system`).
pub const INSTANCE_TAG: &str = "cloudfn.dev/instance";
/// Tag in the cloud: hash of the outside source that the code came from.
pub const SOURCE_TAG: &str = "cloudfn.dev/source";

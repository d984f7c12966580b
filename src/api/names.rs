//! Names that users and the cloud see: the API group, annotations, tags, the finalizer.

/// API group of all kinds.
pub const GROUP: &str = "cloudfn.dev";
/// Finalizer: keeps an object until its function is deleted (or retained, with `deletionPolicy:
/// Retain`).
pub const FINALIZER: &str = "cloudfn.dev/finalizer";
/// Field manager of every write to the API server.
pub const FIELD_MANAGER: &str = "cloudfn";
/// Annotation: `"true"`, or any text as the reason, stops all work on the object.
pub const PAUSED: &str = "cloudfn.dev/paused";
/// Annotation: a new value requests a reconcile at once.
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

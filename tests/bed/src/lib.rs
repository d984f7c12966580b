//! The bed that cloudfn's end-to-end tests and its demo lie on.
//!
//! A real API server with etcd and a controller manager ([`ControlPlane`]), an
//! AWS emulator ([`Emulator`]), and two proxies ([`Proxy`] before the emulator,
//! [`ApiProxy`] before the API server) that log what passes, hold it, cut it,
//! and kill the operator at the n-th request. [`Bed::get`] starts all of it once
//! for a test binary; [`Bed::tenant`] gives each test a namespace, an AWS
//! account and an operator of its own:
//!
//! ```ignore
//! let tenant = Bed::get().tenant("creates_once").await;
//! let operator = tenant.operator(env!("CARGO_BIN_EXE_cloudfn"), &["--check-interval=1h"]).await;
//! let lost = tenant.inject(Fault::on("CreateFunction").then(Action::CutAfter));
//! tenant.apply(json!({"kind": "LambdaFunction", ...})).await;
//! tenant.wait_for("LambdaFunction", "orders", "to be ready", is_ready, MINUTE).await;
//! lost.assert_fired(1);
//! ```
//!
//! [`specs`] makes random valid specs from the schemas of the definitions.
//!
//! Invariant: the bed knows the operator only from outside: it depends neither
//! on cloudfn nor on an AWS SDK.

#![forbid(unsafe_code)]
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::panic,
    reason = "test support fails loudly, waits on the clock, and reads the environment to clean it"
)]

mod action;
mod api_proxy;
mod aws_proxy;
mod bed;
mod control_plane;
mod emulator;
mod gate;
mod objects;
mod operations;
mod operator;
pub mod process;
mod recorder;
pub mod specs;
mod tenant;
pub mod wire;

pub use action::{Action, Reply};
pub use api_proxy::{ApiCall, ApiProxy};
pub use aws_proxy::{Call, Proxy};
pub use bed::{Bed, install_crds};
pub use control_plane::{ControlPlane, kubeconfig};
pub use emulator::Emulator;
pub use gate::{Entry, Fault, Gate, Injected, Killer};
pub use objects::{condition, is_ready, reason};
pub use operations::Operation;
pub use operator::{Operator, Settings};
pub use recorder::Recorder;
pub use tenant::Tenant;

/// A usual patience.
pub const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);

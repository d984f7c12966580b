//! cloudfn: a Kubernetes operator for cloud functions.
//!
//! Data flows one way: what the user wrote, what is wanted, what is there, a plan, steps, status.
//! Imports point one way: `runtime, validate → reconcile, functions → cloud, kubernetes, telemetry → api`.

pub mod api;
pub mod cli;
pub mod cloud;
pub mod functions;
pub mod javascript;
pub mod kubernetes;
pub mod reconcile;
pub mod runtime;
pub mod telemetry;
#[cfg(feature = "validate")]
pub mod validate;

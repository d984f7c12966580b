//! The kinds: one folder each, and in it one file for each step of the loop.
//!
//! `desired`, `plan` and `report` are pure; only `observe` and `act` reach the cloud, through a port.

pub mod cloudfront;
pub mod lambda;
mod shared;

pub use shared::fault::Fault;

//! The configuration of a function: what is wanted of it, what differs, what a version is made of.
//!
//! Invariant: everything here expands the table in `cloud/lambda/fields.rs`; no file names a
//! single field, but for what only the environment has. Pure.

pub mod compare;
pub mod environment;
pub mod fingerprint;
mod value;
pub mod wanted;

//! AWS: the only place that names its SDK.
//!
//! - [`arn`]: resource names.
//! - [`connect`]: credentials, region, account id, and the clients.
//! - [`cloudfront`], [`lambda`]: the ports, one SDK call for each method; `lambda::fields` and
//!   `lambda::convert` have Lambda's types, from the SDK's to ours and back.
//! - [`gate`]: what every call goes through: budget, clearance, time-out, classification, observation.
//! - `signer`: the credentials, and whose they are.
//! - `errors`: classifies AWS's answers.
//!
//! Invariant: one method is one request. The SDK's own retries are off; the driver retries.

pub mod arn;
pub mod cloudfront;
pub mod connect;
mod errors;
pub mod gate;
pub mod lambda;
mod signer;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test server may sleep")]
mod tests;

pub use cloudfront::CloudFront;
pub use connect::{Connection, connect};
pub use lambda::Lambda;
pub use signer::Account;

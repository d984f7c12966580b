//! AWS: the only place that names its SDK.
//!
//! - [`connect`]: credentials, region, whose account it is, and the clients.
//! - [`cloudfront`], [`lambda`]: the ports, one SDK call for each method; `lambda::fields` and
//!   `lambda::convert` have Lambda's shapes, theirs to ours and back.
//! - [`gate`]: what every call passes: budget, time-out, classification, observation.
//! - `errors`: what AWS's answers mean.
//!
//! Invariant: one method is one request. The SDK's own retries are off; the driver retries.

pub mod cloudfront;
pub mod connect;
mod errors;
pub mod gate;
pub mod lambda;

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test server may sleep")]
mod tests;

pub use cloudfront::CloudFront;
pub use connect::{Account, Connection, connect};
pub use lambda::Lambda;

//! What a reader of JavaScript can tell without running it: whether the code parses, whether the
//! function that the cloud calls is there, and what CloudFront's runtimes do not know of the
//! language.
//!
//! Invariant: a [`Lint`] with [`Severity::Error`] is about code that does not compile; all others
//! are warnings and refuse nothing. Reads the source and runs nothing. The only room that names the
//! parser (`oxc`). May not import any other room.

mod cloudfront;
mod constructs;
mod dialect;
mod lint;
mod names;
mod nesting;
mod node;
mod parse;
mod running;

#[cfg(test)]
mod tests;

pub use cloudfront::{cloudfront, uncompilable};
pub use lint::{Lint, Severity};
pub use node::node;

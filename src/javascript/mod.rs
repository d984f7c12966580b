//! What a reader of JavaScript can tell without running it: whether the code parses, and whether the
//! function that the cloud calls is there.
//!
//! Invariant: a [`Lint`] is a warning and refuses nothing. CloudFront's dialect is its own, and
//! `TestFunction`, which runs the code, is the judge of it. Reads the source and runs nothing.
//! The only room that names the parser (`oxc`). Without the feature `lint` there is no parser, and no
//! code has a lint.
//! May not import any other room.

mod lint;
#[cfg(feature = "lint")]
mod nesting;
#[cfg(feature = "lint")]
mod parse;
#[cfg(feature = "lint")]
mod visitor;

#[cfg(all(test, feature = "lint"))]
mod tests;

pub use lint::Lint;
#[cfg(feature = "lint")]
pub use parse::{cloudfront, node};

/// No lints: this program was built without the feature `lint`.
#[cfg(not(feature = "lint"))]
#[must_use]
pub fn cloudfront(_code: &str, _runtime: &str) -> Vec<Lint> {
    Vec::new()
}

//! What a reader of JavaScript can tell without running it: whether the code parses, and whether
//! the function that the cloud calls is there.
//!
//! Invariant: a [`Lint`] is a warning and refuses nothing. CloudFront's dialect is its own, and
//! `TestFunction`, which runs the code, is the judge of it. Reads the source and runs nothing.
//! The only room that names the parser (`oxc`). May not import any other room.

mod lint;
mod nesting;
mod parse;
mod visitor;

#[cfg(test)]
mod tests;

pub use lint::Lint;
pub use parse::{cloudfront, node};

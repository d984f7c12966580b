//! What the two JavaScript runtimes of CloudFront Functions can read and what they have, as data.
//!
//! Invariant: the one place that says so. Who reads code (`javascript`) asks it, and so does the
//! model of the cloud (`tests/strict-cloud`), which includes this folder as it is. Each rule
//! names its source. Pure: no parser, no imports.

mod builtins;
mod pattern;
mod rules;
mod runtime;

pub(crate) use builtins::{globals, lacking, modules};
pub(crate) use pattern::{Pattern, in_pattern};
pub(crate) use rules::Construct;
pub(crate) use runtime::Runtime;

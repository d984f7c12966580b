//! What a published version was made of, beside its code.
//!
//! Invariant: a status has it, so no value that is hidden is part of a hash, salted or not: whoever reads
//! the object could try all that are likely.

use std::borrow::Cow;

use super::value::Value;
use crate::api::digest::sha256_of_parts;
use crate::api::lambda::PublishedReference;
use crate::cloud::lambda::fields::{Row, Visibility};
use crate::cloud::lambda::{Configuration, Function, ROWS, configuration_fields};

/// What the part of a published version was made of that its code hash does not cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// [`settings`].
    pub settings_sha256: String,
    /// Where the environment came from.
    pub environment: Origin,
}

/// Where an environment came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// SHA-256, hexadecimal, over the block of the spec; empty where the spec has none.
    pub sha256: String,
    /// The ConfigMaps and Secrets that it names.
    pub references: Vec<PublishedReference>,
}

/// SHA-256 over the function's ARN and the observed values of the members that the spec names and
/// that may be shown.
///
/// Observed, not wanted, so that an outside edit that was repaired needs no new version; only the
/// named members, so that an outside edit of what is not ours makes none, and a new field changes
/// no fingerprint of a spec without it.
pub fn settings(wanted: &Configuration, function: &Function) -> String {
    let observed = &function.configuration;
    let mut parts: Vec<Cow<'_, str>> =
        vec!["lambda settings 1".into(), function.arn.as_str().into()];
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if wanted.$field.is_some() && ROWS.$field.value == Visibility::Shown {
                parts.extend(named(observed.$field.as_ref(), &ROWS.$field));
            }
        )*};
    }
    configuration_fields!(collect;);
    sha256_of_parts(parts.iter().map(|part| part.as_bytes()))
}

fn named<'a, T: Value>(observed: Option<&'a T>, row: &Row<T>) -> Vec<Cow<'a, str>> {
    let mut parts = vec![row.name.into()];
    parts.extend(T::parts(observed, row));
    parts
}

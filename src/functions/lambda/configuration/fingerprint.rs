//! What a published version was made of, beside its code.

use std::borrow::Cow;

use super::value::Value;
use crate::api::digest::sha256_of_parts;
use crate::cloud::lambda::fields::Row;
use crate::cloud::lambda::{Configuration, Function, ROWS, configuration_fields};

/// SHA-256 over the function's ARN and the observed values of the members that the spec names:
/// the part of a published version that its code hash does not cover.
///
/// Observed, not wanted, so that an outside edit that was repaired needs no new version; only the
/// named members, so that an outside edit of what is not ours makes none, and a new field changes
/// no fingerprint of a spec without it. The ARN salts it, and environment values enter only
/// together with everything else.
pub fn fingerprint(wanted: &Configuration, function: &Function) -> String {
    let observed = &function.configuration;
    let mut parts: Vec<Cow<'_, str>> = vec![
        "lambda configuration 1".into(),
        function.arn.as_str().into(),
    ];
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if wanted.$field.is_some() {
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

//! What the API server makes of manifests: rules, defaults, columns; and what the operator makes of
//! an object that no rule would have let in.

mod accepted;
mod deep;
mod kubectl;
mod members;
mod offline;
mod refused;

mod undecodable;

use serde_json::{Value, json};

use crate::support::{CFF, cff, javascript, lfn, python};

/// A row of a table: a sentence, what is merged over the spec, and what the refusal says.
type Row = (&'static str, Value, &'static str);

/// A good manifest of this kind with `spec` merged over its spec.
fn manifest(kind: &str, name: &str, spec: Value) -> Value {
    if kind == CFF {
        cff(name, &javascript("one"), spec)
    } else {
        lfn(name, &python("one"), spec)
    }
}

/// That many tags.
fn tags(number: usize) -> Value {
    (0..number)
        .map(|i| (format!("tag-{i}"), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// One tag.
fn tag(key: &str, value: &str) -> Value {
    json!({"tags": {key: value}})
}

//! Objects that are too large for client-side `kubectl apply`.

use serde_json::Value;

use super::field_path::FieldPath;
use super::finding::{FieldFinding, Level};

/// Bytes that the annotations of an object may have together (Kubernetes, apimachinery,
/// `TotalAnnotationSizeLimitB`).
const LIMIT: usize = 262_144;

/// The annotation in which client-side `kubectl apply` keeps the whole object, as JSON.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A note, where only server-side apply can apply the object.
pub(super) fn check(object: &Value) -> Option<FieldFinding> {
    let annotations = object
        .pointer("/metadata/annotations")
        .and_then(Value::as_object);
    let others: usize = annotations
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != LAST_APPLIED)
        .map(|(name, value)| name.len() + value.as_str().map_or(0, str::len))
        .sum();
    let size = LAST_APPLIED.len() + written(object) + others;
    let message = format!(
        "client-side `kubectl apply` would keep it in an annotation, and its annotations would have {size} bytes of at most {LIMIT}; use `kubectl apply --server-side`"
    );
    (size > LIMIT).then(|| FieldFinding::new(Level::Note, FieldPath::default(), message))
}

/// Bytes of the object as kubectl writes it: Go's JSON spells `<`, `>` and `&` as `\u003c`.
fn written(object: &Value) -> usize {
    let json = object.to_string();
    json.len() + 5 * json.matches(['<', '>', '&']).count()
}

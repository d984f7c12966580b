//! Reads the documents of a source.

use serde_json::Value;
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Budget, UserMessageFormatter};

use super::finding::{FieldFinding, Finding, Level};
use super::located::{Located, Place, position};
use super::source::Source;
use crate::api::GROUP;

/// A document, and where it comes from.
pub(super) struct Document<'a> {
    pub(super) source: &'a str,
    pub(super) value: Value,
    place: Place,
}

impl Document<'_> {
    /// A finding about a field of this document.
    pub(super) fn finding(&self, found: FieldFinding) -> Finding {
        Finding {
            source: self.source.to_owned(),
            position: self.place.of(&found.path),
            level: found.level,
            object: title(&self.value),
            path: found.path,
            message: found.message,
        }
    }
}

/// All documents of a source, also those inside lists; or the finding that there are none to read.
pub(super) fn read(source: &Source) -> Result<Vec<Document<'_>>, Box<Finding>> {
    let text = source
        .text
        .as_ref()
        .map_err(|why| Box::new(Finding::about(&source.name, Level::Error, why)))?;
    let documents: Vec<Located> = serde_saphyr::from_multiple_with_options(text, options())
        .map_err(|error| Box::new(unreadable(source, text, &error)))?;
    let mut all = Vec::new();
    for mut document in documents {
        let is_list = self::text(&document.value, "/kind").ends_with("List");
        match document.value.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) if is_list => {
                let places = document.place.take_items("items");
                all.extend(
                    items
                        .into_iter()
                        .zip(places)
                        .map(|(value, place)| Located { value, place }),
                );
            }
            // Another kind may have a field `items`, but no kind that is checked here has one.
            _ => all.push(document),
        }
    }
    let documents = all.into_iter().filter(|one| !one.value.is_null());
    Ok(documents
        .map(|Located { value, place }| Document {
            source: &source.name,
            value,
            place,
        })
        .collect())
}

fn options() -> serde_saphyr::Options {
    // Enough for the manifests that a whole repository renders to.
    let mut budget = Budget::default();
    (budget.max_documents, budget.max_nodes, budget.max_events) = (100_000, 10_000_000, 50_000_000);
    serde_saphyr::options! {
        budget: Some(budget),
        // A hash such as 8234e7812 is a text, although YAML could read it as a number too large.
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    }
}

/// The finding about a text that is no YAML. It shows no value of the text.
fn unreadable(source: &Source, text: &str, error: &serde_saphyr::Error) -> Finding {
    if !text.contains(GROUP) {
        // A template, for instance, that only looks like a manifest and has no object of ours.
        let message = "it is no YAML, so it is not looked at";
        return Finding::about(&source.name, Level::Note, message);
    }
    let why = error.render_with_formatter(&UserMessageFormatter);
    let why = why.lines().next().unwrap_or_default();
    Finding {
        position: error.location().and_then(position),
        ..Finding::about(
            &source.name,
            Level::Error,
            format!("it cannot be read: {why}"),
        )
    }
}

/// The text at a JSON pointer; empty if there is none.
pub(super) fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// `Kind name`, or `Kind namespace/name`.
fn title(document: &Value) -> String {
    let (kind, namespace, name) = (
        text(document, "/kind"),
        text(document, "/metadata/namespace"),
        text(document, "/metadata/name"),
    );
    if namespace.is_empty() {
        format!("{kind} {name}")
    } else {
        format!("{kind} {namespace}/{name}")
    }
}

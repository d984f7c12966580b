//! Reads the documents of a source.

use serde_json::Value;
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Budget, UserMessageFormatter};

/// All documents of a text, also those inside lists. An error shows no value of the text.
pub(super) fn read(yaml: &str) -> Result<Vec<Value>, String> {
    // Enough for the manifests that a whole repository renders to.
    let mut budget = Budget::default();
    (budget.max_documents, budget.max_nodes, budget.max_events) = (100_000, 10_000_000, 50_000_000);
    let options = serde_saphyr::options! {
        budget: Some(budget),
        // A hash such as 8234e7812 is a text, although YAML could read it as a number too large.
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    let unreadable = |error: &serde_saphyr::Error| {
        format!(
            "it cannot be read: {}",
            first_line(&error.render_with_formatter(&UserMessageFormatter))
        )
    };
    let documents: Vec<Value> = serde_saphyr::from_multiple_with_options(yaml, options)
        .map_err(|error| unreadable(&error))?;
    let mut all = Vec::new();
    for mut document in documents {
        let is_list = text(&document, "/kind").ends_with("List");
        match document.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) if is_list => all.extend(items),
            // Another kind may have a field `items`, but no kind that is checked here has one.
            _ => all.push(document),
        }
    }
    all.retain(|document| !document.is_null());
    Ok(all)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The text at a JSON pointer; empty if there is none.
pub(super) fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// `Kind name`, or `Kind namespace/name`.
pub(super) fn title(document: &Value) -> String {
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

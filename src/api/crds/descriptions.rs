//! Descriptions as `kubectl explain` shows them: it wraps lines by itself, and shows no limits.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

use super::visit::every_schema;

/// Takes the line breaks out of each description's sentences, and adds the limits of the schema.
pub(super) fn complete(schema: &mut JSONSchemaProps) {
    every_schema(schema, &mut |schema| {
        let Some(text) = &schema.description else {
            return;
        };
        let mut text = unwrapped(text);
        for sentence in limits(schema) {
            text.push(' ');
            text.push_str(&sentence);
        }
        schema.description = Some(text);
    });
}

/// Each paragraph in one line.
fn unwrapped(text: &str) -> String {
    let paragraphs = text
        .split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// A sentence for each limit.
fn limits(schema: &JSONSchemaProps) -> Vec<String> {
    let own = [
        range(schema.min_length, schema.max_length, " character"),
        range(schema.min_items, schema.max_items, " entr"),
        range(schema.min_properties, schema.max_properties, " entr"),
        range(schema.minimum.map(whole), schema.maximum.map(whole), ""),
    ];
    let mut sentences: Vec<String> = own
        .into_iter()
        .flatten()
        .map(|limit| capital(&limit))
        .collect();
    let inner = match (&schema.items, &schema.additional_properties) {
        (Some(JSONSchemaPropsOrArray::Schema(item)), _) => Some(("entry", item)),
        (_, Some(JSONSchemaPropsOrBool::Schema(value))) => Some(("value", value)),
        _ => None,
    };
    if let Some((name, inner)) = inner
        && inner.description.is_none()
        && let Some(limit) = range(inner.min_length, inner.max_length, " character")
    {
        sentences.push(format!("Each {name} has {limit}."));
    }
    sentences
}

/// `at most 128 characters`, `1 to 64 characters`, `1 entry`.
fn range(least: Option<i64>, most: Option<i64>, what: &str) -> Option<String> {
    let counted = |number: i64| {
        let end = match (what.ends_with("entr"), number) {
            _ if what.is_empty() => "",
            (true, 1) => "y",
            (true, _) => "ies",
            (false, 1) => "",
            (false, _) => "s",
        };
        format!("{number}{what}{end}")
    };
    match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("exactly {}", counted(most))),
        (Some(least), Some(most)) => Some(format!("{least} to {}", counted(most))),
        (Some(least), None) => Some(format!("at least {}", counted(least))),
        (None, Some(most)) => Some(format!("at most {}", counted(most))),
        (None, None) => None,
    }
}

/// `At most 128 characters.`
fn capital(limit: &str) -> String {
    let mut letters = limit.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the limits of numbers in a schema are whole"
)]
fn whole(limit: f64) -> i64 {
    limit as i64
}

//! What a definition requires beyond JSON Schema: unique items in lists, and rules in CEL, the
//! Common Expression Language.

use std::collections::BTreeSet;

use cel::{Context, Program, Value as Cel};
use serde_json::Value;

use super::finding::FieldFinding;

/// All rules that a value breaks; the value is valid against the JSON Schema.
pub(super) fn check(schema: &Value, object: &Value) -> Vec<FieldFinding> {
    let mut found = Vec::new();
    walk(schema, object, "", &mut found);
    found
}

/// The path of a member.
pub(super) fn member(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn walk(schema: &Value, value: &Value, path: &str, found: &mut Vec<FieldFinding>) {
    for rule in schema["x-kubernetes-validations"]
        .as_array()
        .into_iter()
        .flatten()
    {
        found.extend(broken(rule, value, path));
    }
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let inner = schema["properties"]
                    .get(name)
                    .unwrap_or(&schema["additionalProperties"]);
                walk(inner, value, &member(path, name), found);
            }
        }
        Value::Array(items) => {
            found.extend(repeated(schema, items, path));
            for (index, item) in items.iter().enumerate() {
                walk(&schema["items"], item, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

/// The finding, if the value breaks the rule. Rules about an earlier state are skipped.
fn broken(rule: &Value, value: &Value, path: &str) -> Option<FieldFinding> {
    let expression = rule["rule"].as_str()?;
    if expression.contains("oldSelf") {
        return None;
    }
    let at = format!("{path}{}", rule["fieldPath"].as_str().unwrap_or_default());
    match holds(expression, value) {
        Ok(true) => None,
        Ok(false) => Some(FieldFinding::error(
            at,
            rule["message"].as_str().unwrap_or(expression),
        )),
        Err(why) => Some(FieldFinding::error(
            at,
            format!("the rule {expression} cannot be evaluated: {why}"),
        )),
    }
}

fn holds(expression: &str, value: &Value) -> Result<bool, String> {
    let program = Program::compile(expression).map_err(|error| error.to_string())?;
    let mut context = Context::default();
    context
        .add_variable("self", value)
        .map_err(|error| error.to_string())?;
    match program.execute(&context) {
        Ok(Cel::Bool(holds)) => Ok(holds),
        Ok(_) => Err("it is neither true nor false".to_owned()),
        // The error may quote the value.
        Err(_) => Err("it failed".to_owned()),
    }
}

/// Items that a set or a map-like list has twice.
fn repeated(schema: &Value, items: &[Value], path: &str) -> Vec<FieldFinding> {
    let keys: Vec<&str> = schema["x-kubernetes-list-map-keys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let identity = |item: &Value| match schema["x-kubernetes-list-type"].as_str() {
        Some("map") => Some(keys.iter().map(|key| item[*key].to_string()).collect()),
        Some("set") => Some(vec![item.to_string()]),
        _ => None,
    };
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    let twice = items
        .iter()
        .enumerate()
        .filter(|(_, item)| identity(item).is_some_and(|identity| !seen.insert(identity)));
    let what = if keys.is_empty() {
        "the same value".to_owned()
    } else {
        format!("the same {}", keys.join(" and "))
    };
    twice
        .map(|(index, _)| {
            FieldFinding::error(
                format!("{path}[{index}]"),
                format!("an earlier entry has {what}; remove one"),
            )
        })
        .collect()
}

//! What a definition requires beyond JSON Schema: unique items in lists, and rules in CEL, the
//! Common Expression Language.

use std::collections::BTreeSet;

use cel::{Context, Program, Value as Cel};
use serde_json::Value;

use super::field_path::{FieldPath, Step};
use super::finding::FieldFinding;

/// All rules that a value breaks. `broken` are the fields of a wrong type, or missing: a rule that
/// speaks of one of them is skipped, for it would say nothing of use.
pub(super) fn check(schema: &Value, object: &Value, broken: &[FieldPath]) -> Vec<FieldFinding> {
    let mut walk = Walk {
        broken,
        found: Vec::new(),
    };
    walk.value(schema, object, &FieldPath::default());
    walk.found
}

struct Walk<'a> {
    broken: &'a [FieldPath],
    found: Vec<FieldFinding>,
}

impl Walk<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &FieldPath) {
        if self.broken.contains(path) {
            return;
        }
        for rule in schema["x-kubernetes-validations"]
            .as_array()
            .into_iter()
            .flatten()
        {
            self.found.extend(self.rule(rule, value, path));
        }
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    let inner = schema["properties"]
                        .get(name)
                        .unwrap_or(&schema["additionalProperties"]);
                    self.value(inner, value, &path.member(name));
                }
            }
            Value::Array(items) => {
                self.found.extend(repeated(schema, items, path));
                for (number, item) in items.iter().enumerate() {
                    self.value(&schema["items"], item, &path.item(number));
                }
            }
            _ => {}
        }
    }

    /// The finding, if the value breaks the rule. Rules about an earlier state are skipped.
    fn rule(&self, rule: &Value, value: &Value, path: &FieldPath) -> Option<FieldFinding> {
        let expression = rule["rule"].as_str()?;
        if expression.contains("oldSelf") {
            return None;
        }
        let inside: Vec<&[Step]> = self
            .broken
            .iter()
            .filter_map(|broken| path.steps_to(broken))
            .collect();
        let speaks_of = |steps: &&[Step]| match steps.first() {
            Some(Step::Member(name)) => expression.contains(&format!("self.{name}")),
            _ => true,
        };
        if inside.iter().any(speaks_of) {
            return None;
        }
        let at = path.then(rule["fieldPath"].as_str().unwrap_or_default());
        match evaluate(expression, value) {
            Some(Cel::Bool(true)) => None,
            Some(Cel::Bool(false)) => Some(FieldFinding::error(at, message(rule, value))),
            // What is wrong inside may be why.
            None if !inside.is_empty() => None,
            _ => Some(FieldFinding::error(
                at,
                format!("the rule {expression} cannot be evaluated"),
            )),
        }
    }
}

/// What a broken rule says: with the value found, where it has words for that.
fn message(rule: &Value, value: &Value) -> String {
    let said = rule["messageExpression"]
        .as_str()
        .and_then(|expression| evaluate(expression, value));
    let plain = rule["message"].as_str().or(rule["rule"].as_str());
    match said {
        Some(Cel::String(said)) => said.to_string(),
        _ => plain.unwrap_or_default().to_owned(),
    }
}

/// The value of an expression, if it has one. No error is told: it may quote the value.
fn evaluate(expression: &str, value: &Value) -> Option<Cel> {
    let program = Program::compile(expression).ok()?;
    let mut context = Context::default();
    context.add_variable("self", value).ok()?;
    program.execute(&context).ok()
}

/// Items that a set or a map-like list has twice.
fn repeated(schema: &Value, items: &[Value], path: &FieldPath) -> Vec<FieldFinding> {
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
                path.item(index),
                format!("an earlier entry has {what}; remove one"),
            )
        })
        .collect()
}

//! What was answered, beside what AWS answered.
//!
//! `<revision 2>`, `<sha 1>`, `<runtime 1>` and `<vpc 1>` are ids: the first answer that has one
//! says what it is, every later one must have the same, and two ids of a kind are never the same.
//! `<date>`, `<time>` (in seconds), `<size>` and `<link>` are anything of that form.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::ask::Answered;
use crate::fixtures::{Asked, Expected};

/// The ids that are known, by kind and number.
#[derive(Default)]
pub struct Ids(BTreeMap<String, String>);

const KINDS: [&str; 4] = ["revision", "runtime", "sha", "vpc"];

/// Kind and number of a text that is an id and nothing else.
fn id(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    inner
        .split_once(' ')
        .filter(|(kind, number)| KINDS.contains(kind) && number.chars().all(|c| c.is_ascii_digit()))
}

impl Ids {
    /// A value with the ids that are known put in.
    pub fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(list) => Value::Array(list.iter().map(|one| self.filled(one)).collect()),
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, value)| (name.clone(), self.filled(value)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, (id, known)| text.replace(id, known))
    }

    /// What differs between what was expected and what was answered.
    pub fn compare(&mut self, asked: &Asked, answered: &Answered, later: &[String]) -> Vec<String> {
        let mut differences = Vec::new();
        if let Some(status) = asked
            .status
            .filter(|status| *status != u64::from(answered.status))
        {
            differences.push(format!(
                "{}: status {} is not {status}",
                asked.operation, answered.status
            ));
        }
        match (&asked.expected, &answered.body) {
            (None, Ok(_)) => {}
            (Some(Expected::Reply(expected)), Ok(found)) => {
                let found = before(found, later, &mut differences);
                self.value(&asked.operation, expected, &found, &mut differences);
            }
            (Some(Expected::Refusal(code, said)), Err((found, message))) => {
                let said = self.text(said);
                if (code, &said) != (found, message) {
                    differences.push(format!(
                        "{}: {found} {message:?} is not {code} {said:?}",
                        asked.operation
                    ));
                }
            }
            (Some(Expected::Breaches(code, list)), Err((found, message))) => {
                let listed: BTreeSet<&str> = message
                    .split_once(" detected: ")
                    .map_or("", |(_, list)| list)
                    .split("; ")
                    .collect();
                if code != found
                    || listed != list.iter().map(String::as_str).collect()
                    || listed.len() != list.len()
                {
                    differences.push(format!(
                        "{}: {found} {message:?} is not {code} {list:?}",
                        asked.operation
                    ));
                }
            }
            (_, found) => differences.push(format!(
                "{}: refused and not, or the other way: {found:?}",
                asked.operation
            )),
        }
        differences
    }

    fn value(
        &mut self,
        path: &str,
        expected: &Value,
        found: &Value,
        differences: &mut Vec<String>,
    ) {
        match (expected, found) {
            (Value::Object(expected), Value::Object(found)) => {
                for (name, value) in expected {
                    match found.get(name) {
                        Some(found) => {
                            self.value(&format!("{path}.{name}"), value, found, differences);
                        }
                        None => differences.push(format!("{path}.{name} is missing")),
                    }
                }
                differences.extend(
                    found
                        .keys()
                        .filter(|name| !expected.contains_key(*name))
                        .map(|name| format!("{path}.{name} is there")),
                );
            }
            (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
                for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                    self.value(&format!("{path}.{index}"), expected, found, differences);
                }
            }
            (Value::String(text), found) => {
                if let Err(why) = self.agrees(text, found) {
                    differences.push(format!("{path}: {why}"));
                }
            }
            _ if expected == found => {}
            _ => differences.push(format!("{path}: {found} is not {expected}")),
        }
    }

    fn agrees(&mut self, expected: &str, found: &Value) -> Result<(), String> {
        let text = found.as_str().unwrap_or_default();
        let holds = match expected {
            "<size>" | "<time>" => found.as_u64().is_some(),
            "<date>" => text.len() == 28 && text.starts_with("20") && text.ends_with("+0000"),
            "<link>" => text.starts_with("https://"),
            _ => match id(expected) {
                Some((kind, _)) if !self.0.contains_key(expected) => {
                    let same = self.0.iter().find(|(other, known)| {
                        id(other).is_some_and(|(other, _)| other == kind) && *known == text
                    });
                    if let Some((other, _)) = same {
                        return Err(format!("{expected} is also {other}"));
                    }
                    self.0.insert(expected.to_owned(), text.to_owned());
                    !text.is_empty()
                }
                _ => found.is_string() && self.text(expected) == text,
            },
        };
        if holds {
            Ok(())
        } else {
            Err(format!("{found} is not {expected:?}"))
        }
    }
}

/// A reply without the fields that AWS has had only since; it must have them now.
fn before(found: &Value, later: &[String], differences: &mut Vec<String>) -> Value {
    let mut found = found.clone();
    let configuration = if found.get("Configuration").is_some() {
        &mut found["Configuration"]
    } else {
        &mut found
    };
    for field in later {
        if configuration
            .as_object_mut()
            .and_then(|fields| fields.remove(field))
            .is_none()
        {
            differences.push(format!("{field} is missing"));
        }
    }
    found
}

//! An answer against what is expected of it.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::calls::Answer;
use super::script::Expected;

/// What earlier steps kept.
pub type Kept = BTreeMap<String, String>;

/// One thing that is not as AWS has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mismatch {
    pub scenario: &'static str,
    pub step: &'static str,
    /// `answer`, or where it is in the answer.
    pub place: String,
    pub expected: String,
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} / {} / {}: expected {}, found {}",
            self.scenario, self.step, self.place, self.expected, self.found
        )
    }
}

/// Place, expected, found.
type Difference = (String, String, String);

/// Everything in an answer that is not as expected.
pub fn differences(expected: &Expected, answer: &Answer, kept: &Kept) -> Vec<Difference> {
    match expected {
        Expected::Done(status, members) => {
            let wanted = if *status == 0 {
                "success".to_owned()
            } else {
                status.to_string()
            };
            if answer.code.is_some() || (*status != 0 && answer.status != *status) {
                return vec![("answer".to_owned(), wanted, answer.to_string())];
            }
            let mut found = Vec::new();
            members_of("", members, Some(&answer.fields), kept, &mut found);
            found
        }
        Expected::Refused(status, code) => {
            let same = answer.status == *status
                && (answer.code.as_deref() == Some(code)
                    || (*code == "*" && answer.code.is_some()));
            if same {
                Vec::new()
            } else {
                vec![(
                    "answer".to_owned(),
                    format!("{status} {code}"),
                    answer.to_string(),
                )]
            }
        }
    }
}

fn members_of(
    place: &str,
    expected: &Value,
    found: Option<&Value>,
    kept: &Kept,
    differences: &mut Vec<Difference>,
) {
    let found = found.filter(|found| !found.is_null());
    let mut differs =
        |expected: String, found: String| differences.push((place.to_owned(), expected, found));
    match (expected, found) {
        (Value::Null, None) => {}
        (Value::Null, Some(found)) => differs("absent".into(), shown(found)),
        (_, None) => differs(shown(expected), "absent".into()),
        (Value::String(text), Some(_)) if text == "*" => {}
        (Value::String(text), Some(found)) => {
            let (other, name) = text
                .strip_prefix('!')
                .map_or((false, text.as_str()), |rest| (true, rest));
            let wanted = fill(name, kept);
            if (found.as_str() == Some(wanted.as_str())) == other {
                // What was kept is another in each run.
                let same = if other { "the same" } else { "another" };
                differs(
                    text.clone(),
                    if name.contains('{') {
                        same.to_owned()
                    } else {
                        shown(found)
                    },
                );
            }
        }
        (Value::Object(members), Some(found)) => {
            for (name, member) in members {
                let deeper = if place.is_empty() {
                    name.clone()
                } else {
                    format!("{place}.{name}")
                };
                members_of(&deeper, member, found.get(name), kept, differences);
            }
        }
        (Value::Array(items), Some(Value::Array(others))) if items.len() == others.len() => {
            for (index, (item, other)) in items.iter().zip(others).enumerate() {
                members_of(
                    &format!("{place}.{index}"),
                    item,
                    Some(other),
                    kept,
                    differences,
                );
            }
        }
        (Value::Array(items), Some(Value::Array(others))) => differs(
            format!("{} items", items.len()),
            format!("{} items", others.len()),
        ),
        (expected, Some(found)) if expected == found => {}
        (expected, Some(found)) => differs(shown(expected), shown(found)),
    }
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Puts what was kept into a text.
pub fn fill(text: &str, kept: &Kept) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// Puts what was kept into a request.
pub fn filled(request: &Value, kept: &Kept) -> Value {
    match request {
        Value::String(text) => Value::String(fill(text, kept)),
        Value::Array(items) => items.iter().map(|item| filled(item, kept)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (fill(name, kept), filled(member, kept)))
            .collect(),
        other => other.clone(),
    }
}

/// What is at a place of an answer: `FunctionList.Items.0.Name`.
pub fn at(fields: &Value, place: &str) -> Option<String> {
    let found = place
        .split('.')
        .try_fold(fields, |value, name| match name.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(name),
        })?;
    found.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(expected: Value, found: Value) -> Vec<(String, String)> {
        let kept = Kept::from([("etag".to_owned(), "E1".to_owned())]);
        let answer = Answer {
            status: 200,
            code: None,
            fields: found,
        };
        differences(&Expected::Done(200, expected), &answer, &kept)
            .into_iter()
            .map(|(place, _, found)| (place, found))
            .collect()
    }

    #[test]
    fn every_kind_of_expectation_can_fail() {
        let rows = [
            (json!({"A": 1}), json!({"A": 1, "B": 2}), None),
            (json!({"A": 1}), json!({"A": 2}), Some(("A", "2"))),
            (json!({"A": "x"}), json!({"A": "y"}), Some(("A", "y"))),
            (json!({"A": "x"}), json!({}), Some(("A", "absent"))),
            (json!({"A": "*"}), json!({"A": 1}), None),
            (json!({"A": "*"}), json!({"A": null}), Some(("A", "absent"))),
            (json!({"A": null}), json!({}), None),
            (json!({"A": null}), json!({"A": ""}), Some(("A", ""))),
            (json!({"A": "{etag}"}), json!({"A": "E1"}), None),
            (
                json!({"A": "{etag}"}),
                json!({"A": "E2"}),
                Some(("A", "another")),
            ),
            (json!({"A": "!{etag}"}), json!({"A": "E2"}), None),
            (
                json!({"A": "!{etag}"}),
                json!({"A": "E1"}),
                Some(("A", "the same")),
            ),
            (json!({"A": "!{etag}"}), json!({}), Some(("A", "absent"))),
            (
                json!({"A": [{"B": 1}]}),
                json!({"A": [{"B": 2}]}),
                Some(("A.0.B", "2")),
            ),
            (json!({"A": []}), json!({"A": [1]}), Some(("A", "1 items"))),
        ];
        for (expected, found, difference) in rows {
            let wanted: Vec<(String, String)> = difference
                .into_iter()
                .map(|(place, found)| (place.to_owned(), found.to_owned()))
                .collect();
            assert_eq!(
                places(expected.clone(), found.clone()),
                wanted,
                "{expected} and {found}"
            );
        }
        let answer = Answer {
            status: 409,
            code: Some("Busy".into()),
            fields: Value::Null,
        };
        let found = |expected| differences(&expected, &answer, &Kept::new()).len();
        assert_eq!(
            (
                found(Expected::Refused(409, "Busy")),
                found(Expected::Refused(409, "*")),
                found(Expected::Refused(409, "Other"))
            ),
            (0, 0, 1)
        );
        assert_eq!(
            (
                found(Expected::Done(0, json!({}))),
                found(Expected::Refused(400, "*"))
            ),
            (1, 1)
        );
    }
}

//! Whether the tables know all that the schemas leave open, and nothing that is gone.
//!
//! Invariant: each sentence says where to add what. A kind whose schema passes needs no word here.

use fastrand::Rng;
use serde_json::Value;

use super::pattern::Pattern;
use super::rules::{self, KEPT, ORDER, ROWS, Rule};
use super::{bounds, kind, pattern, spec_schema, words};

/// What is to be added or dropped, a sentence each.
#[must_use]
pub fn check(definitions: &[Value]) -> Vec<String> {
    let mut found = Found::default();
    for definition in definitions {
        let root = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        found.rules("the root", root);
        found.walk(kind(definition), spec_schema(definition));
    }
    let known = |row: &str| found.paths.iter().any(|path| rules::fits(row, path));
    let rows = ROWS
        .iter()
        .map(|(row, _)| *row)
        .chain(ORDER.iter().map(|(row, _)| *row));
    let mut sentences: Vec<String> = rows
        .filter(|row| !known(row))
        .map(|row| format!("no schema has {row} any more: drop its row in specs/rules.rs"))
        .collect();
    let kept = |rule: &&(&str, &str)| !found.kept.contains(&rule.0);
    sentences.extend(KEPT.iter().filter(kept).map(|(rule, _)| {
        format!("no schema has the rule {rule:?} any more: drop it from KEPT in specs/rules.rs")
    }));
    sentences.extend(found.sentences);
    sentences
}

#[derive(Default)]
struct Found {
    paths: Vec<String>,
    kept: Vec<&'static str>,
    sentences: Vec<String>,
}

impl Found {
    fn say(&mut self, path: &str, what: &str) {
        self.sentences
            .push(format!("{path} {what} (tests/bed/src/specs/rules.rs)"));
    }

    fn walk(&mut self, path: &str, schema: &Value) {
        self.paths.push(path.to_owned());
        self.rules(path, schema);
        let rule = rules::row(ROWS, path);
        if let Some(Rule::Made(_) | Rule::Later) = rule {
            return;
        }
        match (schema["type"].as_str(), rule) {
            (Some("boolean"), _) | (Some("string"), Some(Rule::Text(_))) => {}
            (Some("integer"), _) if schema["minimum"].is_number() && schema["maximum"].is_number() => {}
            (Some("integer"), _) => self.say(path, "is a number without bounds: give it some, or a row that says which numbers make sense"),
            (Some("string"), Some(Rule::Mostly(word) | Rule::Not(word))) if !words(schema).iter().any(|one| one == word) => {
                self.say(path, &format!("has no word {word}: correct its row"));
            }
            (Some("string"), _) if !words(schema).is_empty() => {}
            (Some("string"), _) => self.text(path, schema),
            (Some("array"), _) => self.walk(&format!("{path}[]"), &schema["items"]),
            (Some("object"), _) if schema["properties"].is_object() => {
                if let Some(Rule::OneOf(sets)) = rule {
                    self.sets(path, schema, sets);
                }
                for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                    self.walk(&format!("{path}.{name}"), property);
                }
            }
            (Some("object"), Some(Rule::Keys(..))) if schema["additionalProperties"].is_object() => {
                self.walk(&format!("{path}{{}}"), &schema["additionalProperties"]);
            }
            (Some("object"), _) if schema["additionalProperties"].is_object() => self.say(path, "is a map: add a row Rule::Keys that makes its keys"),
            _ => self.say(path, "has a schema that nothing here can make: add a row Rule::Made"),
        }
    }

    /// A text without words and without a row.
    fn text(&mut self, path: &str, schema: &Value) {
        let Some(pattern) = pattern(schema) else {
            return self.say(path, "is text of unknown meaning: add a row, Rule::Text where any text will do, or Rule::Made with what the cloud knows");
        };
        match Pattern::read(pattern).map(|pattern| pattern.text(&mut Rng::with_seed(1), &bounds(schema, usize::MAX))) {
            Ok(Some(_)) => {}
            Ok(None) => self.say(path, "has a pattern and a length that chance does not bring together: add a row Rule::Made"),
            Err(why) => self.say(path, &format!("has a pattern that specs/pattern.rs cannot read ({why}): add a row Rule::Made")),
        }
    }

    fn sets(&mut self, path: &str, schema: &Value, sets: &[&[&str]]) {
        let named: Vec<&str> = sets
            .iter()
            .flat_map(|set| set.iter().map(|name| name.trim_end_matches('?')))
            .collect();
        let there = |name: &str| schema["properties"].get(name).is_some();
        for name in named.iter().filter(|name| !there(name)) {
            self.say(
                path,
                &format!("has no member {name} any more: correct its row Rule::OneOf"),
            );
        }
        for name in schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(|name| !named.contains(&name.as_str()))
        {
            self.say(
                path,
                &format!(
                    "has the member {name}: say in its row Rule::OneOf with which others it goes"
                ),
            );
        }
    }

    /// The CEL rules of one schema.
    fn rules(&mut self, path: &str, schema: &Value) {
        for rule in schema["x-kubernetes-validations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["rule"].as_str())
            .map(short)
        {
            match KEPT.iter().find(|(kept, _)| *kept == rule) {
                Some((kept, _)) => self.kept.push(kept),
                // Only a field of the spec itself that stands still is understood.
                None if rule.contains("oldSelf.") && !path.contains('.') => {}
                // The pattern of a text.
                None if pattern(schema).is_some_and(|pattern| rule.contains(pattern)) => {}
                // The list of words of a member that may be null.
                None if rule.starts_with("self in [") && !words(schema).is_empty() => {}
                None => self.say(path, &format!("has the rule {rule:?}, which nobody here knows: keep it, and name it in KEPT")),
            }
        }
    }
}

/// A rule as it is written: definitions have each `has(x)` with the word that x is not null.
fn short(rule: &str) -> String {
    let mut parts = rule.split("(has(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(") && dyn(").and_then(|(member, rest)| {
            Some((
                member,
                rest.strip_prefix(member)?.strip_prefix(") != null)")?,
            ))
        }) {
            Some((member, rest)) => text.extend(["has(", member, ")", rest]),
            None => text.extend(["(has(", part]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is said of a kind with one field.
    fn said(field: &Value) -> Vec<String> {
        let schema =
            json!({"properties": {"spec": {"type": "object", "properties": {"field": field}}}});
        let definition = json!({"spec": {"names": {"kind": "Kind"}, "versions": [{"schema": {"openAPIV3Schema": schema}}]}});
        check(&[definition])
            .into_iter()
            .filter(|sentence| sentence.starts_with("Kind"))
            .collect()
    }

    #[test]
    fn what_a_schema_says_in_full_needs_no_row() {
        let whole = json!({"type": "integer", "minimum": 1.0, "maximum": 9.0});
        let fields = [
            json!({"type": "boolean"}),
            whole.clone(),
            json!({"type": "string", "enum": ["a", "b"]}),
            json!({"type": "string", "x-kubernetes-validations": [{"rule": "self.matches(r'^a+$')"}], "minLength": 2, "maxLength": 4}),
            json!({"type": "array", "items": whole}),
            json!({"type": "object", "properties": {"inner": {"type": "boolean"}}}),
        ];
        for field in fields {
            assert_eq!(said(&field), Vec::<String>::new(), "{field}");
        }
    }

    #[test]
    fn what_a_schema_leaves_open_is_told_with_what_to_add() {
        let rows = [
            (
                json!({"type": "string"}),
                "Kind.field is text of unknown meaning: add a row",
            ),
            (
                json!({"type": "string", "x-kubernetes-validations": [{"rule": "self.matches(r'^a|b$')"}]}),
                "cannot read",
            ),
            (
                json!({"type": "string", "x-kubernetes-validations": [{"rule": "self.matches(r'^a$')"}], "minLength": 2}),
                "chance does not bring together",
            ),
            (
                json!({"type": "integer", "minimum": 1}),
                "is a number without bounds",
            ),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "is a map: add a row Rule::Keys",
            ),
            (
                json!({"x-kubernetes-int-or-string": true}),
                "nothing here can make",
            ),
            (
                json!({"type": "array", "items": {"type": "object", "properties": {"x": {"type": "string"}}}}),
                "Kind.field[].x is text",
            ),
            (
                json!({"type": "boolean", "x-kubernetes-validations": [{"rule": "self"}]}),
                "has the rule \"self\", which nobody here knows",
            ),
            (
                json!({"type": "boolean", "x-kubernetes-validations": [{"rule": "self == oldSelf.x"}]}),
                "which nobody here knows",
            ),
        ];
        for (field, part) in rows {
            let said = said(&field);
            assert!(
                matches!(said.as_slice(), [sentence] if sentence.contains(part)),
                "{field}: {said:?}"
            );
        }
    }

    #[test]
    fn what_no_schema_has_any_more_is_to_be_dropped() {
        let sentences = check(&[]);
        assert_eq!(
            sentences.len(),
            ROWS.len() + ORDER.len() + KEPT.len(),
            "{sentences:#?}"
        );
        assert!(
            sentences
                .iter()
                .all(|sentence| sentence.contains("any more: drop")),
            "{sentences:#?}"
        );
    }
}

//! Tests that stand in a ConfigMap: a list, in YAML or JSON. Pure.
//!
//! Invariant: what it takes to read a list is bounded by its length. YAML can repeat a part by its
//! name (`*a`, `<<: *a`), so that a short text would fill any memory, and whoever may edit a ConfigMap
//! must not be able to stop an operator that others use, too.

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::options::AliasLimits;
use serde_saphyr::{Budget, Error, UserMessageFormatter};

use crate::api::cloudfront::FunctionTest;
use crate::api::stored::drop_nulls;

/// Nodes that a list may have, each repetition counted. 32 tests with 40 KB of events have fewer, in
/// whatever way they are written.
const MAX_NODES: usize = 50_000;
/// Nodes that come from repetitions. A merge key copies what it repeats as often as merges are
/// stacked, so these are fewer.
const MAX_REPEATED: usize = 10_000;
/// Bytes of all texts, those of repetitions included: as much as a ConfigMap may have.
const MAX_TEXT: usize = 1_048_576;
/// Levels, one in the other; a test has ten.
const MAX_DEPTH: usize = 32;

/// The message for a text beyond these bounds.
const TOO_MUCH: &str = "it is too long or too deep, or repeats parts of itself (`*name`, `<<`) too often; shorten it, or write out what it repeats";

/// The tests of a list. A member that no test has is refused: a misspelt expectation would always hold.
pub(in super::super) fn listed(bytes: &[u8]) -> Result<Vec<FunctionTest>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    let items: Vec<Value> =
        serde_saphyr::from_str_with_options(text, options()).map_err(|error| said(&error))?;
    if items.is_empty() {
        return Err("it has no test; write one, or drop it from testsFrom".to_owned());
    }
    items.into_iter().map(test).collect()
}

fn options() -> serde_saphyr::Options {
    let mut budget = Budget::default();
    budget.max_nodes = MAX_NODES;
    budget.max_events = 2 * MAX_NODES;
    budget.max_total_scalar_bytes = MAX_TEXT;
    budget.max_recorded_anchor_bytes = MAX_TEXT;
    budget.max_recorded_anchor_events = MAX_NODES;
    budget.max_depth = MAX_DEPTH;
    budget.max_documents = 1;
    let mut aliases = AliasLimits::default();
    aliases.max_total_replayed_events = MAX_REPEATED;
    serde_saphyr::options! {
        budget: Some(budget),
        alias_limits: aliases,
        with_snippet: false,
    }
}

/// What is wrong with a text.
fn said(error: &Error) -> String {
    let message = error.render_with_formatter(&UserMessageFormatter);
    // Not by the error's variant: one that arises in a repeated part has become a text.
    if message.starts_with("YAML document too large or too complex") {
        return TOO_MUCH.to_owned();
    }
    first_line(&message).to_owned()
}

fn test(mut item: Value) -> Result<FunctionTest, String> {
    drop_nulls(&mut item);
    let unnamed = item.as_object_mut().is_some_and(|item| {
        !item.contains_key("name") && item.insert("name".into(), "".into()).is_none()
    });
    let test = FunctionTest::deserialize(&item)
        .map_err(|error| first_line(&error.to_string()).to_owned())?;
    let read = serde_json::to_value(&test).map_err(|error| error.to_string())?;
    match unread(&item, &read) {
        Some(path) => Err(format!(
            "a test has no member {path}; remove it, or correct its name"
        )),
        None if unnamed => Err("a test has no name; give it one".to_owned()),
        None => Ok(test),
    }
}

/// The path of a member that was written and not read. An empty list is no different from none.
fn unread(written: &Value, read: &Value) -> Option<String> {
    match (written, read) {
        (Value::Object(written), Value::Object(read)) => {
            written
                .iter()
                .find_map(|(name, written)| match read.get(name) {
                    Some(read) => unread(written, read).map(|rest| {
                        let dot = if rest.starts_with('[') { "" } else { "." };
                        format!("{name}{dot}{rest}")
                    }),
                    None => (!written.as_array().is_some_and(Vec::is_empty)).then(|| name.clone()),
                })
        }
        (Value::Array(written), Value::Array(read)) => written
            .iter()
            .zip(read)
            .enumerate()
            .find_map(|(number, (written, read))| {
                unread(written, read).map(|rest| format!("[{number}].{rest}"))
            }),
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches('.')
}

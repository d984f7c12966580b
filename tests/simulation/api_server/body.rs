//! How the API server reads a body: that of an apply is YAML, of which JSON is nearly a part.
//!
//! Source: go-yaml v2, `yaml_parser_update_buffer` (which characters are none) and
//! `yaml_parser_scan_flow_scalar` (line breaks within quotes, of which Unicode has three more than JSON).

use serde_json::Value;

use super::{Answer, failure};

/// The body, or why it cannot be read.
///
/// # Panics
/// On what is no JSON: cloudfn sends nothing else.
pub fn read(content_type: &str, bytes: &[u8]) -> Result<Value, Answer> {
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let text = str::from_utf8(bytes).unwrap();
    if content_type != "application/apply-patch+yaml" {
        return Ok(serde_json::from_str(text).unwrap());
    }
    if text.contains(is_refused) {
        let message = "error decoding YAML: yaml: control characters are not allowed";
        return Err(failure(400, "BadRequest", message));
    }
    Ok(serde_json::from_str(&folded(text)).unwrap())
}

fn is_refused(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}')
        || matches!(character, '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// Line breaks that JSON takes for characters, folded as within quotes: blanks around them go, and the
/// first NEL of a row becomes a space.
fn folded(text: &str) -> String {
    let is_break = |c: char| matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_break) {
        let (before, after) = rest.split_at(at);
        let row_end = after
            .find(|c: char| !is_break(c) && c != ' ' && c != '\t')
            .unwrap_or(after.len());
        let (row, next) = after.split_at(row_end);
        let mut breaks = row.chars().filter(|c| is_break(*c)).peekable();
        read.push_str(before.trim_end_matches([' ', '\t']));
        if breaks.peek() == Some(&'\u{85}') {
            breaks.next();
            if breaks.peek().is_none() {
                read.push(' ');
            }
        }
        for line_break in breaks {
            match line_break {
                '\u{85}' => read.push_str("\\n"),
                other => read.push(other),
            }
        }
        rest = next;
    }
    read.push_str(rest);
    read
}

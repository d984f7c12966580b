//! How long a function may be, and how many fields a type may have.

use crate::rules::{File, Violation};
use crate::source::{Token, is_word};

/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES: usize = 60;
/// Fields of a struct, or of a variant of an enum, in `src/reconcile`.
const FIELDS: usize = 12;

/// Functions that are too long.
pub fn long_functions(file: &File) -> Vec<Violation> {
    let named = |(_, pair): &(usize, &[Token])| pair[0].text == "fn" && is_word(&pair[1].text);
    file.tokens
        .windows(2)
        .enumerate()
        .filter(named)
        .filter_map(|(first, pair)| {
            let body = body(&file.tokens[first..])?;
            let lines = body.last()?.line - pair[0].line + 1;
            let message = format!(
                "{} has {lines} lines; a function has at most {FUNCTION_LINES}: give a part of it a name",
                pair[1].text
            );
            let violation = file.violation("function-length", pair[0].line, message);
            (lines > FUNCTION_LINES).then_some(violation)
        })
        .collect()
}

/// Types of `reconcile` with too many fields.
pub fn wide_types(file: &File) -> Vec<Violation> {
    if file.room() != "reconcile" {
        return Vec::new();
    }
    let named = |(_, pair): &(usize, &[Token])| {
        matches!(pair[0].text.as_str(), "struct" | "enum") && is_word(&pair[1].text)
    };
    file.tokens
        .windows(2)
        .enumerate()
        .filter(named)
        .filter_map(|(first, pair)| {
            let fields = most_fields(body(&file.tokens[first..])?);
            let message = format!(
                "{} has {fields} fields; a type in src/reconcile has at most {FIELDS}: put those that belong together into a type of their own",
                pair[1].text
            );
            let violation = file.violation("field-count", pair[0].line, message);
            (fields > FIELDS).then_some(violation)
        })
        .collect()
}

/// The braces of the item that begins here, with all between them; `None` where it ends without.
fn body(tokens: &[Token]) -> Option<&[Token]> {
    let (mut brackets, mut braces, mut first) = (0_usize, 0_usize, None);
    for (i, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" | "[" => brackets += 1,
            ")" | "]" => brackets = brackets.saturating_sub(1),
            ";" if first.is_none() && brackets == 0 => return None,
            "{" if first.is_some() || brackets == 0 => {
                first = first.or(Some(i));
                braces += 1;
            }
            "}" if first.is_some() => {
                braces -= 1;
                if braces == 0 {
                    return tokens.get(first?..=i);
                }
            }
            _ => {}
        }
    }
    None
}

/// Most `name: type` between one pair of braces.
fn most_fields(body: &[Token]) -> usize {
    let (mut open, mut most) = (Vec::new(), 0);
    for token in body {
        match token.text.as_str() {
            "{" | "(" | "[" => open.push((token.text.as_str(), 0)),
            "}" | ")" | "]" => drop(open.pop()),
            ":" => {
                if let Some(("{", fields)) = open.last_mut() {
                    *fields += 1;
                    most = most.max(*fields);
                }
            }
            _ => {}
        }
    }
    most
}

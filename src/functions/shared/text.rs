//! A cloud's texts as parts of our sentences. Pure.

/// Characters of a cloud's text that a message repeats.
const LENGTH: usize = 400;

/// The cloud's words as a part of a sentence: one line, without a full stop, not too long.
pub fn words(text: &str) -> String {
    let line: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LENGTH)
        .collect();
    line.trim_end_matches('.').to_owned()
}

/// ` (code: reason)`, as far as the cloud gives them; nothing where it gives neither.
pub fn in_brackets(code: Option<&str>, reason: Option<&str>) -> String {
    let parts: Vec<String> = [code, reason]
        .into_iter()
        .flatten()
        .map(words)
        .filter(|text| !text.is_empty())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(": "))
    }
}

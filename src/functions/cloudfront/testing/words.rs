//! What others say, as far as a message shows it. Pure.

use serde_json::Value;

use super::test::Test;

/// Characters of a value, and of a line of the log, in a message at most.
const SHOWN: usize = 200;
/// Of them, as many are the end of an error.
const END: usize = 40;
/// Last lines of the log in a message.
const LOG_LINES: usize = 3;

/// What CloudFront says before the engine's own words, as users report it: nothing of use.
const BOILERPLATE: &str = "The CloudFront function associated with the CloudFront distribution is invalid or could not run.";

/// The error of a run, in the engine's own words. A long one keeps its end, which names the line.
pub(super) fn error(text: &str) -> String {
    let text = text.trim();
    let own = text.strip_prefix(BOILERPLATE).map(str::trim_start);
    let own = own.filter(|own| !own.is_empty()).unwrap_or(text);
    let length = own.chars().count();
    if length <= SHOWN {
        return own.to_owned();
    }
    let start: String = own.chars().take(SHOWN - END).collect();
    let end: String = own.chars().skip(length - END).collect();
    format!("{start}…{end}")
}

/// A sentence and the last lines of the log, without the request id that CloudFront may write before
/// each.
pub(super) fn with_log(what: String, logs: &[String], test: &Test) -> String {
    if logs.is_empty() {
        return what;
    }
    let id = request_id(test);
    let shown = |line: &String| {
        let line = line.trim();
        let own = id.as_deref().and_then(|id| line.strip_prefix(id));
        cut(own.unwrap_or(line).trim())
    };
    let last = logs
        .iter()
        .skip(logs.len().saturating_sub(LOG_LINES))
        .map(shown)
        .collect::<Vec<_>>()
        .join(" | ");
    format!("{what}; log: {last}")
}

fn request_id(test: &Test) -> Option<String> {
    let event: Value = serde_json::from_slice(&test.event).ok()?;
    let id = event.get("context")?.get("requestId")?;
    id.as_str().map(str::to_owned)
}

/// A value, as JSON.
pub(super) fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

/// As much of a text as a message shows.
pub(super) fn cut(text: &str) -> String {
    let mut start: String = text.chars().take(SHOWN).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_engine_are_shown_and_not_what_stands_before_them() {
        let own = "SyntaxError: Token \"of\" not supported in this version in 3";
        assert_eq!(error(own), own);
        assert_eq!(error(&format!("{BOILERPLATE} {own}\n")), own);
        assert_eq!(
            error(BOILERPLATE),
            BOILERPLATE,
            "something must be said, and it is all there is"
        );
        let long = "x".repeat(SHOWN);
        assert_eq!(error(&format!("{BOILERPLATE} {long}")), long);
    }
}

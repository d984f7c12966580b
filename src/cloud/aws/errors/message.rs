//! Cleans a cloud's message for users: one line, no request id, no secret value, no control character.

use crate::api::text::without_controls;
use crate::cloud::lambda::Environment;

/// Longest message kept, in characters.
const LONGEST: usize = 500;

/// Replaces a value that users must not see.
const HIDDEN: &str = "***";

/// Fragments after which AWS echoes the caller's environment. Everything from here on is cut.
/// "String measured: " is in Lambda's guide, "Troubleshoot deployment issues in Lambda", under
/// `InvalidParameterValueException` or `RequestEntityTooLargeException`; real replies carry the
/// whole map behind it.
const ECHOES: [&str; 1] = ["string measured:"];

/// How a validation message names a member of the environment. The value is before it, as in
/// "Value '{..}' at 'environment.variables' failed to satisfy constraint".
/// Source: the shape of every AWS validation message; the member's name is the Lambda model's.
const MEMBER: &str = "' at 'environment";

/// Cleans a message. Values of `secrets` are removed first, while they are still whole; cutting the
/// message and joining its lines come after.
pub(super) fn clean(message: &str, secrets: Option<&Environment>) -> String {
    let message = cut_echo(message);
    let message = hide_member(message);
    let message = secrets.map_or_else(
        || message.clone(),
        |environment| hide_values(&message, environment),
    );
    let message = without_request_id(&without_controls(&message));
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    shorten(&message)
}

fn cut_echo(message: &str) -> &str {
    let lower = message.to_ascii_lowercase();
    let end = ECHOES.iter().filter_map(|echo| lower.find(echo)).min();
    end.and_then(|end| message.get(..end)).unwrap_or(message)
}

fn hide_member(message: &str) -> String {
    const VALUE: &str = "Value '";
    let mut rest = message;
    let mut shown = String::with_capacity(message.len());
    while let Some((before, after)) = rest.split_once(MEMBER) {
        // From the first value on: an inner quote must not end the hiding early.
        let kept = before.find(VALUE).map_or(0, |at| at + VALUE.len());
        shown.push_str(before.get(..kept).unwrap_or_default());
        shown.push_str(HIDDEN);
        shown.push_str(MEMBER);
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Replaces each secret value of the environment, also as JSON and XML write it, longest first so that no
/// part of a longer one remains. A value of less than four characters is replaced only as a whole
/// word: removing every `1` from a sentence would protect nothing and make it unreadable.
fn hide_values(message: &str, environment: &Environment) -> String {
    let mut values: Vec<String> = Vec::new();
    for value in environment.secrets() {
        let json = serde_json::to_string(value).unwrap_or_default();
        let json = json
            .trim_start_matches('"')
            .strip_suffix('"')
            .unwrap_or_default();
        let xml = value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;");
        let line = value.split_whitespace().collect::<Vec<_>>().join(" ");
        values.extend([value.to_owned(), json.to_owned(), xml, line]);
    }
    values.retain(|value| !value.trim().is_empty());
    values.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    values.dedup();
    let mut message = message.to_owned();
    for value in &values {
        message = if value.chars().count() < 4 {
            hide_word(&message, value)
        } else {
            message.replace(value, HIDDEN)
        };
    }
    message
}

fn hide_word(message: &str, word: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once(word) {
        shown.push_str(before);
        let joined =
            shown.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphanumeric);
        shown.push_str(if joined { word } else { HIDDEN });
        rest = after;
    }
    shown.push_str(rest);
    shown
}

/// Removes "(Service: ..; Request ID: ..)" and "Request ID: ..": they differ with each attempt, and
/// each new message is a new status and a new event.
fn without_request_id(message: &str) -> String {
    let mut message = message.to_owned();
    for opening in [
        "(Service:",
        "(RequestToken:",
        "(request id:",
        "(Request ID:",
        "(RequestId:",
    ] {
        while let Some((before, after)) = message.split_once(opening) {
            let rest = after.split_once(')').map_or("", |(_, rest)| rest);
            message = format!("{}{rest}", before.trim_end());
        }
    }
    for label in [
        "RequestId:",
        "RequestID:",
        "Request ID:",
        "request id:",
        "requestId:",
    ] {
        while let Some((before, after)) = message.split_once(label) {
            let rest = after.trim_start();
            let id = rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "-_=/+".contains(c)))
                .unwrap_or(rest.len());
            let rest = rest.get(id..).unwrap_or_default();
            message = format!("{}{rest}", before.trim_end_matches([' ', ',', ';']));
        }
    }
    message
}

fn shorten(message: &str) -> String {
    match message.char_indices().nth(LONGEST) {
        None => message.to_owned(),
        Some((end, _)) => message.get(..end).unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(values: &[&str]) -> Environment {
        Environment::secret(
            values
                .iter()
                .enumerate()
                .map(|(n, value)| (format!("V{n}"), (*value).to_owned().into()))
                .collect(),
        )
    }

    #[test]
    fn an_echoed_environment_is_cut_off() {
        let message = "Lambda was unable to configure your environment variables because the environment variables you have \
             provided exceeded the 4KB limit. String measured: {\"DB_PASSWORD\":\"hunter2\"}";
        let shown = clean(message, None);
        assert!(shown.ends_with("exceeded the 4KB limit."), "{shown}");
        assert!(!shown.contains("hunter2"));
    }

    #[test]
    fn a_validation_message_does_not_show_the_environment() {
        let message = "2 validation errors detected: Value '{A=it's, B=hunter2}' at 'environment.variables' failed to satisfy \
             constraint: keys; Value 'x' at 'timeout' failed";
        let shown = clean(message, None);
        assert_eq!(
            shown,
            "2 validation errors detected: Value '***' at 'environment.variables' failed to satisfy constraint: keys; Value 'x' at 'timeout' failed"
        );
    }

    #[test]
    fn values_of_the_request_are_hidden_wherever_they_stand() {
        let environment =
            environment(&["hunter2", "hunter2hunter2", "a \"quoted\"\nvalue", "", "1"]);
        let message = "1 error: hunter2hunter2, [hunter2], {\"a\": \"a \\\"quoted\\\"\\nvalue\"} and a \"quoted\"\nvalue at 10 or 1.";
        assert_eq!(
            clean(message, Some(&environment)),
            "*** error: ***, [***], {\"a\": \"***\"} and *** at 10 or ***."
        );
    }

    #[test]
    fn values_that_everybody_can_read_stay_in_the_sentence() {
        let mut environment = environment(&["python2.7", "supported", "functions", "hunter2"]);
        environment.plain = ["V0", "V1", "V2"].map(str::to_owned).into();
        let message =
            "The runtime parameter of python2.7 is no longer supported for functions (hunter2).";
        assert_eq!(
            clean(message, Some(&environment)),
            "The runtime parameter of python2.7 is no longer supported for functions (***)."
        );
    }

    #[test]
    fn a_value_that_the_cut_would_split_is_hidden_first() {
        let secret = "s".repeat(40);
        let message = format!("{}{secret}", "x ".repeat(240));
        assert!(!clean(&message, Some(&environment(&[&secret]))).contains('s'));
    }

    #[test]
    fn request_ids_are_taken_out() {
        for (message, wanted) in [
            (
                "Unable to delete f (Service: Lambda, Status Code: 400, Request ID: 83bd-04) now",
                "Unable to delete f now",
            ),
            ("Rate exceeded, RequestId: 83bd3112-aaa4", "Rate exceeded"),
            ("Denied; Request ID: 83bd.", "Denied."),
            ("plain", "plain"),
        ] {
            assert_eq!(clean(message, None), wanted, "{message}");
        }
    }

    #[test]
    fn a_message_is_one_line_of_at_most_five_hundred_characters() {
        assert_eq!(clean("a\n  b\tc ", None), "a b c");
        assert_eq!(clean("a\u{1b}[2J\u{85}b\u{9b}\u{ffff}c", None), "a[2J bc");
        assert_eq!(clean(&"ü".repeat(900), None).chars().count(), 500);
    }
}

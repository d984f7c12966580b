//! The check of code without tests: whether CloudFront compiles it, seen by running it on made-up events.
//!
//! CloudFront takes code that its engine cannot compile, publishes it, and answers 503 to whoever asks
//! for a page of the distribution. Source: reports of users (re:Post and GitHub) of functions with `await`
//! in arguments, `export`, destructuring, `for ... of` and `catch` without a name.
//! Pure.

use serde_json::{Map, Value, json};

use super::test::Test;
use crate::api::cloudfront::TestResult;

/// What runs on made-up events say of a code.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Finding<'a> {
    /// It has to run on a further event before anybody knows.
    Unknown,
    /// It answered one of them.
    Compiles,
    /// It ended with an error on each; maybe because they are made up. These are the results.
    MayFail(&'a [TestResult]),
    /// No event makes it run; the words are the engine's.
    Broken(&'a str),
}

/// What these results say of the code.
pub(super) fn finding(results: &[TestResult]) -> Finding<'_> {
    if results.iter().any(|result| result.passed) {
        return Finding::Compiles;
    }
    let errors: Vec<&str> = results
        .iter()
        .filter_map(|result| result.message.as_deref())
        .collect();
    match errors.as_slice() {
        [.., last] if is_refused(last) => Finding::Broken(last),
        [first, second, ..] if first == second && is_of_the_code(first) => Finding::Broken(first),
        [_, _, ..] => Finding::MayFail(results),
        _ => Finding::Unknown,
    }
}

/// Whether the engine cannot read the code: it names the line, as it does for nothing else that it calls
/// a `SyntaxError`. Source: errors of CloudFront Functions as users report them.
fn is_refused(error: &str) -> bool {
    let line = error.rsplit_once(" in ").map(|(_, line)| line);
    error.starts_with("SyntaxError: ")
        && line.is_some_and(|line| {
            let number = line.rsplit(':').next().unwrap_or(line);
            !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
        })
}

/// Whether an error that two different events met alike comes of the code itself, most of the time while
/// it is loaded: it names what is not there (`exports`, `module`, a missing `handler`), or cannot be
/// read. An event cannot be the cause, but of text that `JSON.parse` does not take: that error names
/// the position in the text (assumed: no report of another one was found).
fn is_of_the_code(error: &str) -> bool {
    error.starts_with("ReferenceError: ")
        || (error.starts_with("SyntaxError: ") && !error.contains(" at position "))
}

/// Why code that CloudFront cannot run is held back.
pub(super) fn broken(error: &str) -> String {
    format!(
        "CloudFront cannot compile or load the code, LIVE is unchanged: {error}; correct the code"
    )
}

/// What is told of code that ended with an error on each event.
pub(super) fn may_fail(results: &[TestResult]) -> String {
    let error = |result: &TestResult| result.message.clone().unwrap_or_default();
    let mut errors: Vec<String> = results.iter().map(error).collect();
    errors.dedup();
    format!(
        "the code compiles, and it may fail: on made-up events it ended with {}; write a test with an event that it is made for",
        errors.join(" and ")
    )
}

/// The tests of code without tests. The second is for code that the first leaves in doubt: it may be made
/// for responses.
pub(super) fn tests() -> Vec<Test> {
    let to_request = json!({
        "version": "1.0",
        "context": context("viewer-request"),
        "viewer": viewer(),
        "request": request(),
    });
    let to_response = json!({
        "version": "1.0",
        "context": context("viewer-response"),
        "viewer": viewer(),
        "request": request(),
        "response": {
            "statusCode": 200,
            "statusDescription": "OK",
            "headers": {
                "cache-control": {"value": "max-age=3600"},
                "content-type": {"value": "text/html; charset=utf-8"},
                "etag": {"value": "\"33a64df551425fcc55e4d42a148795d9\""},
                "server": {"value": "CustomServerName"},
            },
            "cookies": {
                "session": {"value": "example", "attributes": "Path=/; Secure; HttpOnly"},
            },
        },
    });
    [
        ("viewer-request", to_request),
        ("viewer-response", to_response),
    ]
    .map(|(name, event)| Test {
        name: name.to_owned(),
        event: event.to_string().into_bytes(),
        expect: Map::new(),
        expect_absent: Vec::new(),
        max_compute_utilization: None,
    })
    .into()
}

/// Source of the shapes: CloudFront Developer Guide, "Event structure".
fn context(event_type: &str) -> Value {
    json!({
        "distributionDomainName": "d111111abcdef8.cloudfront.net",
        "distributionId": "EDFDVBD6EXAMPLE",
        "eventType": event_type,
        "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
    })
}

fn viewer() -> Value {
    json!({"ip": "198.51.100.11"})
}

fn request() -> Value {
    json!({
        "method": "GET",
        "uri": "/index.html",
        "querystring": {"example": {"value": "1"}},
        "headers": {
            "accept": {"value": "text/html"},
            "accept-encoding": {"value": "gzip"},
            "accept-language": {"value": "en"},
            "host": {"value": "www.example.com"},
            "user-agent": {"value": "Mozilla/5.0"},
        },
        "cookies": {"session": {"value": "example"}},
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(messages: &[&str]) -> Vec<TestResult> {
        let failed = |message: &&str| TestResult {
            message: Some((*message).to_owned()),
            ..TestResult::default()
        };
        messages.iter().map(failed).collect()
    }

    #[test]
    fn what_no_event_can_cause_is_the_codes_own_fault() {
        let refused = "SyntaxError: await in arguments not supported in 7";
        let named = "SyntaxError: Unexpected token \"...\" in function.js:12";
        let missing = "ReferenceError: \"exports\" is not defined in 1";
        let unread = "SyntaxError: Unexpected token at position 0";
        let event = "TypeError: cannot get property \"value\" of undefined";
        let broken = [
            (vec![refused], refused),
            (vec![named], named),
            (vec![event, refused], refused),
            (vec![missing, missing], missing),
            (vec!["SyntaxError: x", "SyntaxError: x"], "SyntaxError: x"),
        ];
        for (errors, said) in broken {
            assert_eq!(
                finding(&failed(&errors)),
                Finding::Broken(said),
                "{errors:?}"
            );
        }
        for errors in [vec![], vec![missing], vec![unread], vec![event]] {
            assert_eq!(finding(&failed(&errors)), Finding::Unknown, "{errors:?}");
        }
        for errors in [
            [event, event],
            [event, missing],
            [missing, event],
            [unread, unread],
        ] {
            let results = failed(&errors);
            assert_eq!(finding(&results), Finding::MayFail(&results), "{errors:?}");
        }
        let mut results = failed(&[missing]);
        results.push(TestResult {
            passed: true,
            ..TestResult::default()
        });
        assert_eq!(finding(&results), Finding::Compiles, "one answer is enough");
    }

    #[test]
    fn the_made_up_events_are_events() {
        use crate::api::cloudfront::Event;

        for test in tests() {
            let event: Event = serde_json::from_slice(&test.event).unwrap();
            let again = serde_json::to_vec(&serde_json::to_value(&event).unwrap()).unwrap();
            let told = String::from_utf8(test.event).unwrap();
            assert_eq!(told, String::from_utf8(again).unwrap(), "{}", test.name);
        }
    }
}

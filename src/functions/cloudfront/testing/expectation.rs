//! What a test may expect. Pure.

use serde_json::{Map, Value};

/// Paths of a test that must be absent at most, and bytes of one.
const MAX_PATHS: usize = 32;
const MAX_PATH: usize = 256;

/// What is wrong with the expectations themselves.
pub(super) fn check(expect: &Map<String, Value>, absent: &[String]) -> Result<(), String> {
    if let Some(other) = absent.iter().find(|path| !is_in_an_answer(path)) {
        return Err(format!(
            "has the path {other} in expectAbsent, which no answer can have, so it is always absent; correct it, such as response.headers.server"
        ));
    }
    if absent.len() > MAX_PATHS || absent.iter().any(|path| path.len() > MAX_PATH) {
        return Err(format!(
            "has too much in expectAbsent; {MAX_PATHS} paths of {MAX_PATH} bytes are allowed"
        ));
    }
    if let Some(path) = absent.iter().find(|path| {
        path.split('.').nth(1) == Some("headers")
            && path.split('.').nth(2).is_some_and(has_capitals)
    }) {
        return Err(format!(
            "has the path {path} in expectAbsent; CloudFront writes header names in lower case"
        ));
    }
    for (message, expected) in expect {
        let names = expected["headers"]
            .as_object()
            .into_iter()
            .flat_map(Map::keys);
        if let Some(name) = names.into_iter().find(|name| has_capitals(name)) {
            return Err(format!(
                "expects the header {name} in {message}.headers; CloudFront writes header names in lower case"
            ));
        }
    }
    Ok(())
}

/// Whether an answer can have such a path. The schema asks the same of tests in the spec.
fn is_in_an_answer(path: &str) -> bool {
    let mut steps = path.splitn(3, '.');
    let (message, member, inner) = (steps.next().unwrap_or_default(), steps.next(), steps.next());
    let Some(member) = member else {
        return matches!(message, "request" | "response");
    };
    match (message, member) {
        ("request", "method" | "uri") | ("response", "statusCode" | "statusDescription") => {
            inner.is_none()
        }
        ("response", "body") => matches!(inner, None | Some("encoding" | "data")),
        // A name may hold dots itself.
        ("request", "querystring") | ("request" | "response", "headers" | "cookies") => {
            inner != Some("")
        }
        _ => false,
    }
}

fn has_capitals(name: &str) -> bool {
    name.chars().any(char::is_uppercase)
}

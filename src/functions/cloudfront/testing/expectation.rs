//! What a test may expect. Pure.

use serde_json::{Map, Value};

/// Paths of a test that must be absent at most, and bytes of one.
const MAX_PATHS: usize = 32;
const MAX_PATH: usize = 256;

/// What is wrong with the expectations themselves.
pub(super) fn check(expect: &Map<String, Value>, absent: &[String]) -> Result<(), String> {
    let known = |name: &str| matches!(name, "request" | "response");
    if let Some(other) = absent
        .iter()
        .find(|path| !known(path.split('.').next().unwrap_or_default()))
    {
        return Err(format!(
            "has the path {other} in expectAbsent; begin it with request or response"
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

fn has_capitals(name: &str) -> bool {
    name.chars().any(char::is_uppercase)
}

//! What CloudFront asks of a request.

use super::FunctionConfig;
use crate::javascript;
use crate::model::Problem;
use crate::settings::Settings;
use crate::world::World;

/// The ARN of a function in an account (CloudFront Developer Guide, "Tag functions").
pub(super) fn arn(account: &str, name: &str) -> String {
    format!("arn:aws:cloudfront::{account}:function/{name}")
}

/// The code is the API reference's; the sentence is assumed:cloudfront-texts.
pub(super) fn invalid(what: impl Into<String>) -> Problem {
    Problem::new(400, "InvalidArgument", what)
}

/// API reference, errors of DescribeFunction: 404.
pub(super) fn no_such_function() -> Problem {
    Problem::new(
        404,
        "NoSuchFunctionExists",
        "The specified function does not exist.",
    )
}

/// API reference, CreateFunction, Name: 1 to 64 characters of `[a-zA-Z0-9-_]`.
pub(super) fn name(name: &str) -> Result<(), Problem> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if fits {
        Ok(())
    } else {
        Err(invalid(
            "The parameter Name is invalid: 1 to 64 letters, digits, hyphens and underscores.",
        ))
    }
}

/// assumed:cloudfront-page: 100 by default and at most.
pub(super) fn max_items(text: Option<&str>) -> Result<usize, Problem> {
    let known = |text: &str| {
        text.parse::<usize>()
            .ok()
            .filter(|most| (1..=100).contains(most))
    };
    text.map_or(Some(100), known)
        .ok_or_else(|| invalid("The parameter MaxItems is invalid."))
}

/// API reference, FunctionConfig; which 400 a wrong runtime gets is assumed:cloudfront-runtime.
pub(super) fn config(config: &FunctionConfig, account: &str) -> Result<(), Problem> {
    if !["cloudfront-js-1.0", "cloudfront-js-2.0"].contains(&config.runtime.as_str()) {
        return Err(invalid(
            "The parameter Runtime is invalid: cloudfront-js-1.0 or cloudfront-js-2.0.",
        ));
    }
    // assumed:cloudfront-comment.
    if config.comment.chars().count() > 128 {
        return Err(invalid(
            "The parameter Comment is too long: 128 characters at most.",
        ));
    }
    if config.key_value_stores.is_empty() {
        return Ok(());
    }
    // CloudFront Developer Guide, "Amazon CloudFront KeyValueStore": runtime 2.0 only, one store for a function.
    if config.runtime != "cloudfront-js-2.0" {
        return Err(invalid(
            "Key value store associations need runtime cloudfront-js-2.0.",
        ));
    }
    if config.key_value_stores.len() > 1 {
        return Err(invalid(
            "A function can have one key value store association.",
        ));
    }
    // API reference, KeyValueStoreAssociation: the pattern. That the store must be of this account is assumed:kvs-account.
    let prefix = format!("arn:aws:cloudfront::{account}:key-value-store/");
    let fits = |arn: &String| {
        arn.strip_prefix(&prefix).is_some_and(|id| {
            id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        })
    };
    if config.key_value_stores.iter().all(fits) {
        Ok(())
    } else {
        Err(invalid("The key value store ARN is invalid."))
    }
}

/// Where a setting asks for it; how the refusal is called is assumed:missing-store.
pub(super) fn stores(config: &FunctionConfig, account: &str, world: &World) -> Result<(), Problem> {
    let known = |arn: &String| {
        store(arn).is_some_and(|id| {
            world
                .stores
                .contains_key(&(account.to_owned(), id.to_owned()))
        })
    };
    if !world.settings.key_value_stores_must_exist || config.key_value_stores.iter().all(known) {
        return Ok(());
    }
    Err(invalid("The specified key value store does not exist."))
}

/// The id of a store.
pub(super) fn store(arn: &str) -> Option<&str> {
    arn.rsplit_once('/').map(|(_, id)| id)
}

/// CloudFront Developer Guide, "Quotas on CloudFront Functions": 10 KB; 413 by the API reference.
/// The service model allows 40,960 bytes, but the quota is what counts.
pub(super) fn code(code: &[u8]) -> Result<(), Problem> {
    match code.len() {
        0 => Err(invalid("The parameter FunctionCode is empty.")),
        1..=10_240 => Ok(()),
        _ => Err(Problem::new(
            413,
            "FunctionSizeLimitExceeded",
            "The function code is larger than 10 KB.",
        )),
    }
}

/// Where a setting asks for it; the code of the refusal is assumed:syntax-error.
pub(super) fn syntax(
    config: &FunctionConfig,
    code: &[u8],
    settings: &Settings,
) -> Result<(), Problem> {
    let found = settings
        .refuse_syntax_errors
        .then(|| javascript::syntax(code, is_two(config)))
        .flatten();
    found.map_or(Ok(()), |fault| {
        Err(invalid(format!("The function code is invalid: {fault}")))
    })
}

/// Which of the two runtimes it is.
pub(super) fn is_two(config: &FunctionConfig) -> bool {
    config.runtime == "cloudfront-js-2.0"
}

/// API reference, TestFunctionRequest, EventObject: 40,960 bytes at most. That what is no JSON object is refused, and how, is
/// assumed:test-event.
pub(super) fn event(event: &[u8]) -> Result<&str, Problem> {
    if event.len() > 40_960 {
        return Err(invalid(
            "The parameter EventObject is too large: 40960 bytes at most.",
        ));
    }
    let text = std::str::from_utf8(event).ok();
    let object = text.filter(|text| {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
    });
    object.ok_or_else(|| invalid("The parameter EventObject is no JSON object."))
}

/// API reference, errors of UpdateFunction: missing 400, not current 412. That any other text than the current ETag
/// is 412 is assumed:if-match; the sentence of the 412 is what users report.
pub(super) fn if_match(sent: Option<&str>, current: &str) -> Result<(), Problem> {
    match sent {
        None | Some("") => Err(Problem::new(
            400,
            "InvalidIfMatchVersion",
            "The If-Match version is missing or not valid for the resource.",
        )),
        Some(etag) if etag == current => Ok(()),
        Some(_) => Err(Problem::new(
            412,
            "PreconditionFailed",
            "The request failed because it didn't meet the preconditions in one or more request-header fields.",
        )),
    }
}

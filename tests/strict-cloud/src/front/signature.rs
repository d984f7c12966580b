//! Who calls: the credential scope of a Signature Version 4, read and not verified.
//!
//! Invariant: no key is a secret here: the access key is the caller's name, and the account where it
//! has the form of one.
//!
//! Source: IAM User Guide, "AWS Signature Version 4", elements of the Authorization header.

use super::Home;
use super::refusal::refuse;
use super::request::Request;
use crate::model::{Answer, Caller, Cloud};

/// Whose calls those are that name no account.
const NOBODY: &str = "000000000000";

/// `<key>/<date>/<region>/<service>/aws4_request`.
pub(super) struct Scope<'a> {
    key: &'a str,
    region: &'a str,
    pub(super) service: &'a str,
}

/// The scope of a request that is signed.
pub(super) fn scope<'a>(request: &Request<'a>) -> Option<Scope<'a>> {
    let header = request
        .header("authorization")?
        .strip_prefix("AWS4-HMAC-SHA256 ")?;
    let credential = header
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="))?;
    let mut parts = credential.splitn(5, '/');
    let (key, _date, region, service) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let complete = parts.next() == Some("aws4_request") && ![key, region, service].contains(&"");
    complete.then_some(Scope {
        key,
        region,
        service,
    })
}

/// The caller, or the refusal of a request that says too little about who that is. Codes: "Common Errors" of the API references;
/// the forms of the names and the sentences are assumed:signatures.
pub(super) fn caller(cloud: &Cloud, request: &Request<'_>, home: Home) -> Answer<Caller> {
    let tail = if home == Home::Lambda {
        "Exception"
    } else {
        ""
    };
    if request.header("authorization").is_none() {
        let (code, said) = match home {
            Home::Lambda => (
                "MissingAuthenticationTokenException",
                "Missing Authentication Token",
            ),
            _ => (
                "MissingAuthenticationToken",
                "Request is missing Authentication Token",
            ),
        };
        return Err(refuse(cloud, request, 403, code, said));
    }
    let Some(scope) = scope(request) else {
        let code = if tail.is_empty() {
            "IncompleteSignature"
        } else {
            "IncompleteSignatureException"
        };
        return Err(refuse(
            cloud,
            request,
            403,
            code,
            "Authorization header requires 'Credential' parameter.",
        ));
    };
    if scope.service != home.scope() {
        let code = if tail.is_empty() {
            "SignatureDoesNotMatch"
        } else {
            "InvalidSignatureException"
        };
        return Err(refuse(
            cloud,
            request,
            403,
            code,
            format!(
                "Credential should be scoped to correct service: '{}'.",
                home.scope()
            ),
        ));
    }
    let account = if scope.key.len() == 12 && scope.key.bytes().all(|b| b.is_ascii_digit()) {
        scope.key
    } else {
        NOBODY
    };
    Ok(Caller::new(account, scope.region, scope.key))
}

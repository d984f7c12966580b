//! What is wrong with the operator's credentials.

use std::error::Error;

use crate::cloud::{Class, CloudError};

/// No credentials to sign with.
pub(super) const NO_CREDENTIALS: &str = "NoCredentials";
/// What users read where there are no credentials to sign with.
const WITHOUT_CREDENTIALS: &str = "no usable credentials: the chain (environment, profile, web identity, container, instance) gave none";
/// The credentials' source has only some that are past their time.
pub(super) const EXPIRED_CREDENTIALS: &str = "ExpiredCredentials";
/// What users read where the credentials' source has only expired ones.
const WITH_EXPIRED_CREDENTIALS: &str =
    "the credentials have expired, and their source gives no new ones";

/// Fragments of the errors that mean: no credentials. Their type is in a crate below the SDK's
/// interface, so only its `Display` is accessible; a test provokes the first one. Source:
/// aws-credential-types 1.3 `provider/error.rs`, `CredentialsError`; aws-smithy-runtime 1.16
/// `identity/cache/lazy.rs`; `orchestrator/auth.rs`.
const CREDENTIAL_FAILURES: [&str; 7] = [
    "the credential provider was not enabled",
    "credentials provider timed out",
    "the credentials provider was not properly configured",
    "an error occurred while loading credentials",
    "unexpected credentials error",
    "identity resolver timed out",
    "failed to select an auth scheme",
];

/// What is wrong with the credentials, for the log at the start; `None` where the error is another one.
#[must_use]
pub fn wrong_credentials(error: &CloudError) -> Option<&'static str> {
    if error.class != Class::Unauthenticated {
        return None;
    }
    Some(match error.code.as_str() {
        NO_CREDENTIALS => "the operator has no AWS credentials; give it some",
        EXPIRED_CREDENTIALS | "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            "the operator's AWS credentials have expired; give it new ones"
        }
        "RequestExpired" | "RequestTimeTooSkewed" => {
            "AWS refuses the operator's signatures: its clock is wrong"
        }
        _ => "AWS does not accept the operator's credentials; give it valid ones",
    })
}

/// No credentials, or none that could be had in time.
pub(in crate::cloud::aws) fn without_credentials(operation: &'static str) -> CloudError {
    CloudError {
        class: Class::Unauthenticated,
        operation,
        code: NO_CREDENTIALS.to_owned(),
        message: WITHOUT_CREDENTIALS.to_owned(),
        request_id: None,
    }
}

/// The error of a call that the credentials' source could not sign: for want of any, or since they are
/// past their time.
pub(in crate::cloud::aws) fn bad_credentials(
    operation: &'static str,
    error: &(dyn Error + 'static),
) -> CloudError {
    let without = without_credentials(operation);
    if !chain(error).to_ascii_lowercase().contains("expired") {
        return without;
    }
    CloudError {
        code: EXPIRED_CREDENTIALS.to_owned(),
        message: WITH_EXPIRED_CREDENTIALS.to_owned(),
        ..without
    }
}

pub(super) fn lacks_credentials(error: &(dyn Error + 'static)) -> bool {
    let said = chain(error);
    CREDENTIAL_FAILURES
        .iter()
        .any(|fragment| said.contains(fragment))
}

/// The texts of the error and its causes, without repetition.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = error.source();
    }
    said.join(": ")
}

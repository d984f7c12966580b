//! AWS's answers, classified.
//!
//! Invariant: this module alone decides what an answer means, by operation, code and status, and,
//! where AWS uses one code for several errors, by the listed fragments of the message. No other
//! room reads a code or a message.

mod credentials;
mod message;
mod table;

use std::error::Error;
use std::time::Duration;

use aws_sdk_lambda::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;

pub use credentials::wrong_credentials;
use credentials::{EXPIRED_CREDENTIALS, NO_CREDENTIALS, chain, lacks_credentials};
pub(super) use credentials::{bad_credentials, without_credentials};

use crate::cloud::clearance::{self, Unsent};
use crate::cloud::cloudfront::TestRun;
use crate::cloud::lambda::Environment;
use crate::cloud::{Class, CloudError};

/// Code of `TestFunction`'s answer if it could not run the function although the request was valid.
const TEST_FAILED: &str = "TestFunctionFailed";

/// Codes that clouds without `TestFunction` answer: the service model's own, and an emulator's for
/// a path that it does not know (for an unknown function, CloudFront has another code).
const NO_TESTS: [&str; 2] = ["UnsupportedOperation", "NoSuchResource"];

/// No answer in time.
pub(super) const TIMEOUT: &str = "Timeout";
/// No answer: no connection, or one that was lost.
const NO_CONNECTION: &str = "NoConnection";
/// The request could not be built.
const BAD_REQUEST: &str = "BadRequest";
/// The reply of a success could not be read, or lacks what it must have.
const BAD_REPLY: &str = "BadReply";
/// Our own budget declined the call.
pub(super) const NO_BUDGET: &str = "NoBudget";

/// The result of a test, if the error of `TestFunction` is one; else the error.
pub(super) fn untested(error: CloudError) -> Result<TestRun, CloudError> {
    match error.code.as_str() {
        TEST_FAILED => Ok(TestRun::Failed(error.message)),
        code if NO_TESTS.contains(&code) => Ok(TestRun::Unsupported(format!(
            "{} is answered {code}",
            error.operation
        ))),
        _ => Err(error),
    }
}

/// Messages of `InvalidParameterValueException` that mean: not yet. Source: the first four are what
/// Terraform's AWS provider retries `CreateFunction` and `UpdateFunctionConfiguration` for
/// (`internal/service/lambda/function.go`, `retryFunctionOp`). Then S3's own codes in Lambda's sentence ("S3
/// Error Code: NoSuchKey."), and that of an image ("Source image … does not exist. Provide a valid source
/// image."): a build may put it there a moment later. And a destination that does not exist ("The destination ARN …
/// is invalid.", what AWS answered to `LocalStack`'s test suite): another object may be about to make it.
const NOT_READY_YET: [&str; 8] = [
    "cannot be assumed by lambda",
    "role does not have permissions",
    "throttled by ec2",
    "kms key is invalid for creategrant",
    "s3 error code: nosuchkey",
    "s3 error code: nosuchbucket",
    "source image",
    "the destination arn",
];

/// Fragment of the message if a function would have more than 50 tags (recorded: "Number of tags exceeds resource tag
/// limit.").
const TAG_LIMIT: &str = "exceeds resource tag limit";

/// Fragment of `DeleteFunction`'s message while replicas of a Lambda@Edge function exist. Source:
/// Terraform's AWS provider, `resourceFunctionDelete`, retries `InvalidParameterValueException`
/// with it.
const REPLICATED: &str = "because it is a replicated function";

/// Fragment of `DeleteFunction`'s message while aliases are of the version. Source: the sentence in go-lambda-cleanup's
/// issue 45.
const ALIASED: &str = "aliases reference it";

/// Fragment of `PublishVersion`'s message if `$LATEST` does not have the code that the guard names.
/// Source: the sentence that `LocalStack` took from AWS (`services/lambda_/provider.py`).
const OTHER_CODE: &str = "is different from current codesha256";

/// Fragment of `PutFunctionConcurrency`'s message if too little would be left for the account's other
/// functions. Source: Lambda Developer Guide, "Configuring reserved concurrency": 100 stay unreserved;
/// the sentence is as users of every deployment tool report it.
const TOO_FEW_UNRESERVED: &str = "unreservedconcurrentexecution below its minimum";

/// Fragment of `CreateFunction`'s message, with `ResourceConflictException`, if the name is taken
/// ("Function already exist: ..", sic). Source: Lambda API reference, `ResourceConflictException`,
/// "already exists, or another operation is in progress"; the wording is covered both ways.
const ALREADY: &str = "already exist";

/// Fragment of `CreateFunctionUrlConfig`'s message, with `ResourceConflictException`, if the function
/// has a URL. Source: what AWS answered to `LocalStack`'s test suite (`test_url_config_lifecycle`).
const HAS_URL: &str = "functionurlconfig exists";

/// Fragment of the message if the role is of another account than the function, which AWS calls a denial
/// although no right would help. Source: recorded by users of every deployment tool ("Cross-account pass
/// role is not allowed.").
const CROSS_ACCOUNT: &str = "cross-account pass role";

/// Fragment of `AddPermission`'s message if there is no such user or role (as users of every deployment tool report
/// it).
const PRINCIPAL: &str = "provided principal was invalid";

/// How an emulator answers a route it does not have, with the code of a missing function: the
/// "function" is a path. Source: measured with ministack 1.5.33.
const UNROUTED_LAMBDA: &str = "function not found: /";
/// The same for CloudFront, with `NoSuchResource`. Source: measured with ministack 1.5.33.
const UNROUTED_CLOUDFRONT: &str = "no route";

/// An answer, taken out of the SDK's types.
#[derive(Clone, Debug, Default)]
struct Answer<'a> {
    status: u16,
    code: Option<&'a str>,
    message: &'a str,
    retry_after: Option<Duration>,
}

impl<'a> Answer<'a> {
    /// The message, which some answers lack.
    fn reason(&self) -> &'a str {
        if self.message.trim().is_empty() {
            "the cloud gave no reason"
        } else {
            self.message
        }
    }
}

/// Classifies the SDK's error of a failed call. Values of `secrets` are removed from the message.
pub(super) fn classify<E>(
    operation: &'static str,
    secrets: Option<&Environment>,
    error: &SdkError<E, HttpResponse>,
) -> CloudError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    if let Some(unsent) = cause::<Unsent>(error) {
        return unsent.error(operation);
    }
    // Whose the credentials are could not be found out: that answer is what people need.
    if let Some(why) = cause::<CloudError>(error) {
        return why.clone();
    }
    let failure = |class, code: &str| CloudError {
        class,
        operation,
        code: code.to_owned(),
        message: message::clean(&chain(error), secrets),
        request_id: error.request_id().map(str::to_owned),
    };
    match error {
        SdkError::ServiceError(service) => {
            let (meta, raw) = (service.err().meta(), service.raw());
            let answer = Answer {
                status: raw.status().as_u16(),
                code: meta.code().filter(|code| !code.is_empty()),
                message: meta.message().unwrap_or_default(),
                retry_after: raw.headers().get("retry-after").and_then(seconds),
            };
            let (class, code) = read(operation, &answer);
            let request_id = meta.extra("aws_request_id").or_else(|| error.request_id());
            CloudError {
                class,
                operation,
                code,
                message: message::clean(answer.reason(), secrets),
                request_id: request_id.map(str::to_owned),
            }
        }
        SdkError::TimeoutError(_) => failure(Class::Unavailable, TIMEOUT),
        SdkError::DispatchFailure(dispatch) if dispatch.is_timeout() => {
            failure(Class::Unavailable, TIMEOUT)
        }
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_)
            if lacks_credentials(error) =>
        {
            bad_credentials(operation, error)
        }
        SdkError::ConstructionFailure(_) => failure(Class::Bug, BAD_REQUEST),
        // A reply cut off on its way is the usual reason, and then the effect is unknown.
        SdkError::ResponseError(_) => failure(Class::Unavailable, BAD_REPLY),
        _ => failure(Class::Unavailable, NO_CONNECTION),
    }
}

/// Whether a refusal is about the role that the request names: `Cross-account pass role is not allowed`,
/// `The role defined for the function cannot be assumed by Lambda`.
pub(super) fn is_about_the_role(error: &CloudError) -> bool {
    let refused = matches!(
        error.class,
        Class::Denied | Class::Invalid | Class::NotReadyYet
    );
    refused && error.message.to_ascii_lowercase().contains("role")
}

/// What to change where the code's signature, or the configuration that it is judged by, is refused (Lambda
/// API reference, errors of `CreateFunction` and `UpdateFunctionCode`).
pub(super) fn signing_advice(error: &CloudError) -> Option<&'static str> {
    match error.code.as_str() {
        "CodeSigningConfigNotFoundException" => {
            Some("name one of this region in codeSigningConfigArn, or set it to \"\"")
        }
        "CodeVerificationFailedException" => Some(
            "sign the archive with a profile that the code signing configuration allows, or name another one in codeSigningConfigArn",
        ),
        "InvalidCodeSignatureException" => {
            Some("sign the archive anew, and do not change it afterwards")
        }
        _ => None,
    }
}

/// A reply that lacks what the operation must answer: as good as none, for a read, and of a write nobody
/// knows the effect.
pub(super) fn incomplete(operation: &'static str, what: &str) -> CloudError {
    CloudError {
        class: Class::Unavailable,
        operation,
        code: BAD_REPLY.to_owned(),
        message: format!("the reply has no {what}"),
        request_id: None,
    }
}

/// A request that lacks what the model requires: our types do not allow it, so a bug if it happens.
pub(super) fn unbuilt(operation: &'static str, error: &BuildError) -> CloudError {
    CloudError {
        class: Class::Bug,
        operation,
        code: BAD_REQUEST.to_owned(),
        message: message::clean(&chain(error), None),
        request_id: None,
    }
}

/// Cleans a message that came with a successful answer.
pub(super) fn shown(message: &str) -> String {
    message::clean(message, None)
}

/// The code as a metric label: from the table, one of our own, or `Other`.
pub(super) fn label(code: &str) -> &'static str {
    let ours = [
        TIMEOUT,
        NO_CONNECTION,
        NO_CREDENTIALS,
        EXPIRED_CREDENTIALS,
        BAD_REQUEST,
        BAD_REPLY,
        NO_BUDGET,
        clearance::LATE,
        clearance::UNVERIFIED_KEY,
        clearance::OTHER_ACCOUNT,
    ];
    table::find(code)
        .map(|(known, _, _)| *known)
        .or_else(|| ours.into_iter().find(|own| *own == code))
        .unwrap_or("Other")
}

/// What an answer means, by what stands in it: for models of the cloud that speak no HTTP.
#[must_use]
pub fn class_of(operation: &str, status: u16, code: Option<&str>, message: &str) -> Class {
    let answer = Answer {
        status,
        code: code.filter(|code| !code.is_empty()),
        message,
        retry_after: None,
    };
    read(operation, &answer).0
}

fn read(operation: &str, answer: &Answer<'_>) -> (Class, String) {
    let class = match answer.code {
        Some(code) => by_rule(operation, code, answer)
            .or_else(|| table::find(code).map(|(_, class, _)| *class))
            .or_else(|| code.starts_with("AccessDenied").then_some(Class::Denied))
            .unwrap_or_else(|| by_status(answer.status)),
        None => without_code(answer.status),
    };
    let class = match class {
        Class::Throttled { .. } => Class::Throttled {
            after: answer.retry_after,
        },
        other => other,
    };
    let code = match answer.code {
        Some(code) => code.chars().take(100).collect(),
        None if answer.status < 300 => BAD_REPLY.to_owned(),
        None => format!("HTTP {}", answer.status),
    };
    (class, code)
}

/// The class by the rules for codes that have several meanings.
fn by_rule(operation: &str, code: &str, answer: &Answer<'_>) -> Option<Class> {
    let said = answer.message.to_ascii_lowercase();
    let says = |fragment: &str| said.contains(fragment);
    match code {
        "ResourceConflictException"
            if says(HAS_URL)
                || says(ALREADY)
                    && (operation.starts_with("Create") || operation == "AddPermission") =>
        {
            Some(Class::Exists)
        }
        "InvalidParameterValueException" if operation == "DeleteFunction" && says(REPLICATED) => {
            Some(Class::InUse)
        }
        "ResourceConflictException" if operation == "DeleteFunction" && says(ALIASED) => {
            Some(Class::InUse)
        }
        "InvalidParameterValueException" if operation == "PublishVersion" && says(OTHER_CODE) => {
            Some(Class::Conflict)
        }
        "InvalidParameterValueException"
            if operation == "PutFunctionConcurrency" && says(TOO_FEW_UNRESERVED) =>
        {
            Some(Class::Quota)
        }
        // It has the words of a key that was just made, too.
        "InvalidParameterValueException" if says("aliases are not supported") => {
            Some(Class::Invalid)
        }
        "InvalidParameterValueException" if NOT_READY_YET.iter().any(|fragment| says(fragment)) => {
            Some(Class::NotReadyYet)
        }
        // A role that was just made, or one that another statement of the policy names and that is gone: AWS says the
        // same of both (Terraform's AWS provider, its issue 41617).
        "InvalidParameterValueException" if operation == "AddPermission" && says(PRINCIPAL) => {
            Some(Class::NotReadyYet)
        }
        // Taken away already.
        "CodeSigningConfigNotFoundException" if operation == "DeleteFunctionCodeSigningConfig" => {
            Some(Class::NotFound)
        }
        "InvalidParameterValueException" if says(TAG_LIMIT) => Some(Class::Quota),
        "ResourceNotFoundException" if says(UNROUTED_LAMBDA) => Some(Class::Unavailable),
        // What a new function needs (a layer, a key) is missing; the function itself cannot be.
        "ResourceNotFoundException" if operation == "CreateFunction" => Some(Class::Invalid),
        "NoSuchResource" if says(UNROUTED_CLOUDFRONT) => Some(Class::Unavailable),
        "NoSuchResource"
            if !matches!(
                operation,
                "TagResource" | "UntagResource" | "ListTagsForResource"
            ) =>
        {
            Some(Class::Unavailable)
        }
        "AccessDeniedException" if says(CROSS_ACCOUNT) => Some(Class::Invalid),
        _ => None,
    }
}

/// The class of an answer without a code. AWS's own have one: what answered is a proxy, a portal, a route
/// that is not there, or an answer that lost its body on its way. It says nothing of the function, of the
/// request or of a right: as good as no answer.
const fn without_code(status: u16) -> Class {
    match status {
        429 => Class::Throttled { after: None },
        _ => Class::Unavailable,
    }
}

/// The class by the HTTP status, for an answer with an unknown code.
///
/// 400 and 413 are Invalid, since a new kind of refusal is nearly always about the request, and
/// the user, who sees AWS's own sentence, can change that. 404 is Unavailable: a route that does not
/// exist must never pass for a function that does not exist. 409 is Busy: CloudFront has
/// answered create-with-tags so, and the next observation settles it either way.
const fn by_status(status: u16) -> Class {
    match status {
        400 | 413 => Class::Invalid,
        401 | 403 => Class::Denied,
        409 => Class::Busy,
        412 => Class::Conflict,
        429 => Class::Throttled { after: None },
        // Whether it took effect, only a read can tell.
        _ => Class::Unavailable,
    }
}

/// Codes with which a region answers credentials that it does not know, as one that the account has not
/// enabled does. Source: AWS General Reference, "Managing AWS Regions": credentials are distributed to a
/// region when it is enabled.
const UNKNOWN_CREDENTIALS: [&str; 3] = [
    "AuthFailure",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
];

/// Whether the region may be what is wrong with the credentials.
pub(super) fn may_be_the_region(error: &CloudError) -> bool {
    error.class == Class::Unauthenticated && UNKNOWN_CREDENTIALS.contains(&error.code.as_str())
}

/// Whether nobody answered.
pub(super) fn is_unconnected(error: &CloudError) -> bool {
    error.code == NO_CONNECTION
}

/// `Retry-After` in seconds; the form with a date is not used by these services.
fn seconds(header: &str) -> Option<Duration> {
    header
        .trim()
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

/// The error of this type among an error's causes.
fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

#[cfg(test)]
mod tests;

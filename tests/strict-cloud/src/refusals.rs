//! What either service may answer to any request.

use std::time::Duration;

use crate::model::{Caller, Problem, Request};
use crate::operation::Service;

/// Lambda API reference, "Common errors" of each operation: TooManyRequestsException, 429. CloudFront: HTTP 400,
/// `Throttling`, "Rate exceeded" (as users report it; not in the API reference), with no Retry-After.
pub(crate) fn throttled(service: Service, retry_after: Option<Duration>) -> Problem {
    match service {
        Service::Lambda => Problem {
            retry_after,
            ..Problem::new(429, "TooManyRequestsException", "Rate exceeded")
        },
        Service::CloudFront => Problem {
            retry_after,
            ..Problem::new(400, "Throttling", "Rate exceeded")
        },
    }
}

/// Lambda API reference: ServiceException, 500; the text is a recorded one. CloudFront: assumed:cloudfront-5xx.
pub(crate) fn broken(service: Service) -> Problem {
    match service {
        Service::Lambda => Problem::new(
            500,
            "ServiceException",
            "An error occurred and the request cannot be processed.",
        ),
        Service::CloudFront => Problem::new(
            500,
            "InternalError",
            "We encountered an internal error. Please try again.",
        ),
    }
}

/// API reference, errors of TestFunction: TestFunctionFailed, 500. The sentence is assumed:cloudfront-texts.
pub(crate) fn test_failed() -> Problem {
    Problem::new(500, "TestFunctionFailed", "The CloudFront function failed.")
}

/// assumed:unavailable.
pub(crate) fn unavailable(service: Service) -> Problem {
    let code = match service {
        Service::Lambda => "ServiceUnavailableException",
        Service::CloudFront => "ServiceUnavailable",
    };
    Problem::new(503, code, "Service is unable to handle request.")
}

/// "Common Errors" of the API references: ExpiredTokenException 403; CloudFront's XML protocol says ExpiredToken.
pub(crate) fn expired(service: Service) -> Problem {
    let code = match service {
        Service::Lambda => "ExpiredTokenException",
        Service::CloudFront => "ExpiredToken",
    };
    Problem::new(
        403,
        code,
        "The security token included in the request is expired",
    )
}

/// IAM User Guide, "Troubleshoot access denied error messages".
pub(crate) fn denied(service: Service, caller: &Caller, request: &Request<'_>) -> Problem {
    let (code, prefix) = match service {
        Service::Lambda => ("AccessDeniedException", "lambda"),
        Service::CloudFront => ("AccessDenied", "cloudfront"),
    };
    let action = format!("{prefix}:{}", request.operation.name);
    let (principal, resource) = (&caller.principal, &request.resource);
    Problem::new(
        403,
        code,
        format!(
            "User: {principal} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
        ),
    )
}

//! Every error code that is known, and what it means.
//!
//! Source of the codes: the service models (one row for each error of each operation that
//! configures a function), aws-runtime's lists of throttling and transient codes, and AWS's
//! "Common errors" pages. A code that means different things in different operations stands
//! here with the meaning it has where no rule in the parent module knows better.

use crate::cloud::Class;

/// A code, its class, and why: one sentence that a failing test prints.
pub(super) type Row = (&'static str, Class, &'static str);

/// The class of a throttled answer before its waiting time is known.
const THROTTLED: Class = Class::Throttled { after: None };

/// CloudFront's codes, by its API reference of 2020-05-31.
const CLOUDFRONT: &[Row] = &[
    (
        "FunctionAlreadyExists",
        Class::Exists,
        "a function of this name exists in the account",
    ),
    (
        "FunctionInUse",
        Class::InUse,
        "a distribution still uses the function",
    ),
    (
        "FunctionSizeLimitExceeded",
        Class::Invalid,
        "the code is larger than 10 KB",
    ),
    (
        "InvalidArgument",
        Class::Invalid,
        "an argument is wrong; also what a syntax error is answered with",
    ),
    (
        "InvalidIfMatchVersion",
        Class::Conflict,
        "the If-Match sent is missing or not the current one",
    ),
    ("InvalidTagging", Class::Invalid, "a tag is wrong"),
    (
        "MalformedXML",
        Class::Invalid,
        "a value does not fit the schema, for instance an unknown runtime",
    ),
    (
        "NoSuchFunctionExists",
        Class::NotFound,
        "the function or the stage does not exist",
    ),
    (
        "NoSuchResource",
        Class::NotFound,
        "the tagged resource does not exist; see the parent for other operations",
    ),
    (
        "PreconditionFailed",
        Class::Conflict,
        "the If-Match sent is stale",
    ),
    (
        "TestFunctionFailed",
        Class::Invalid,
        "the function could not be run on the test event",
    ),
    (
        "TooManyFunctions",
        Class::Quota,
        "100 functions in the account",
    ),
    (
        "UnsupportedOperation",
        Class::Bug,
        "the operation does not exist in this partition",
    ),
    (
        "OperationAborted",
        Class::Busy,
        "another operation on the resource is running",
    ),
    (
        "ConflictException",
        Class::Busy,
        "another operation on the resource is running",
    ),
];

/// Lambda's codes, by its API reference of 2015-03-31.
const LAMBDA: &[Row] = &[
    (
        "AliasLimitExceededException",
        Class::Quota,
        "too many aliases of one function",
    ),
    (
        "CapacityProviderLimitExceededException",
        Class::Quota,
        "too many capacity providers",
    ),
    (
        "CodeSigningConfigNotFoundException",
        Class::Invalid,
        "the code signing configuration that was named does not exist",
    ),
    (
        "CodeStorageExceededException",
        Class::Quota,
        "75 GB of code in the region",
    ),
    (
        "CodeVerificationFailedException",
        Class::Invalid,
        "the code's signature does not verify",
    ),
    (
        "FunctionVersionsPerCapacityProviderLimitExceededException",
        Class::Quota,
        "too many versions on the capacity provider",
    ),
    (
        "InvalidCodeSignatureException",
        Class::Invalid,
        "the code's signature is wrong; not the request's",
    ),
    (
        "InvalidParameterValueException",
        Class::Invalid,
        "a parameter is wrong; the parent lists the messages that mean to wait",
    ),
    (
        "InvalidRequestContentException",
        Class::Invalid,
        "the body is not what the operation takes",
    ),
    (
        "InvalidZipFileException",
        Class::Invalid,
        "the archive cannot be unzipped",
    ),
    (
        "PolicyLengthExceededException",
        Class::Quota,
        "the resource policy is larger than 20 KB",
    ),
    (
        "PreconditionFailedException",
        Class::Conflict,
        "the RevisionId sent is stale",
    ),
    (
        "ProvisionedConcurrencyConfigNotFoundException",
        Class::NotFound,
        "the version or alias has none",
    ),
    (
        "PublicPolicyException",
        Class::Denied,
        "the account blocks public access",
    ),
    (
        "ResourceConflictException",
        Class::Busy,
        "an update is in progress; the parent knows when it means exists",
    ),
    (
        "ResourceInUseException",
        Class::Busy,
        "the resource is changing",
    ),
    (
        "ResourceNotFoundException",
        Class::NotFound,
        "the function does not exist; see the parent for what else may not",
    ),
    (
        "ResourceNotReadyException",
        Class::Busy,
        "the function is not active yet",
    ),
    ("ServiceException", Class::Unavailable, "Lambda failed"),
];

/// Codes that any AWS service may answer with.
const COMMON: &[Row] = &[
    (
        "AccessDenied",
        Class::Denied,
        "the credentials may not do this",
    ),
    (
        "AccessDeniedException",
        Class::Denied,
        "the credentials may not do this, or may not pass the role",
    ),
    ("AccountProblem", Class::Denied, "the account is restricted"),
    (
        "AuthFailure",
        Class::Unauthenticated,
        "the credentials cannot be validated",
    ),
    (
        "BandwidthLimitExceeded",
        THROTTLED,
        "aws-runtime: throttling",
    ),
    (
        "CodeStorageExceeded",
        Class::Quota,
        "as CodeStorageExceededException",
    ),
    (
        "EC2ThrottledException",
        THROTTLED,
        "aws-runtime: throttling",
    ),
    (
        "EntityAlreadyExists",
        Class::Exists,
        "something of this name exists",
    ),
    (
        "ExpiredToken",
        Class::Unauthenticated,
        "the session has expired",
    ),
    (
        "ExpiredTokenException",
        Class::Unauthenticated,
        "the session has expired",
    ),
    (
        "IncompleteSignature",
        Class::Unauthenticated,
        "the signature is no signature",
    ),
    (
        "IncompleteSignatureException",
        Class::Unauthenticated,
        "the signature is no signature",
    ),
    (
        "InternalError",
        Class::Unavailable,
        "aws-runtime: transient",
    ),
    ("InternalFailure", Class::Unavailable, "the service failed"),
    (
        "InternalServerError",
        Class::Unavailable,
        "the service failed",
    ),
    (
        "InternalServerException",
        Class::Unavailable,
        "the service failed",
    ),
    (
        "InvalidAccessKeyId",
        Class::Unauthenticated,
        "the access key does not exist",
    ),
    (
        "InvalidAction",
        Class::Bug,
        "the operation does not exist there",
    ),
    (
        "InvalidClientTokenId",
        Class::Unauthenticated,
        "the access key does not exist",
    ),
    (
        "InvalidParameterCombination",
        Class::Invalid,
        "parameters exclude each other",
    ),
    (
        "InvalidParameterException",
        Class::Invalid,
        "a parameter is wrong",
    ),
    (
        "InvalidParameterValue",
        Class::Invalid,
        "a parameter is wrong",
    ),
    (
        "InvalidSignatureException",
        Class::Unauthenticated,
        "the request's signature is wrong: secret key or clock",
    ),
    (
        "InvalidToken",
        Class::Unauthenticated,
        "the session token is wrong",
    ),
    (
        "LimitExceededException",
        Class::Quota,
        "a limit of the account; in the control plane not a rate",
    ),
    (
        "MissingAuthenticationToken",
        Class::Unauthenticated,
        "the request was not signed",
    ),
    (
        "MissingAuthenticationTokenException",
        Class::Unauthenticated,
        "the request was not signed",
    ),
    (
        "MissingParameter",
        Class::Invalid,
        "a required parameter is missing",
    ),
    (
        "NoSuchEntity",
        Class::Invalid,
        "something that the request names does not exist, for instance a role",
    ),
    (
        "NoSuchEntityException",
        Class::Invalid,
        "something that the request names does not exist",
    ),
    (
        "NotAuthorized",
        Class::Denied,
        "the credentials may not do this",
    ),
    (
        "OptInRequired",
        Class::Denied,
        "the account has not enabled the region or service",
    ),
    (
        "PriorRequestNotComplete",
        THROTTLED,
        "aws-runtime: throttling",
    ),
    (
        "RequestEntityTooLargeException",
        Class::Invalid,
        "the request is larger than the operation takes (413)",
    ),
    (
        "RequestExpired",
        Class::Unauthenticated,
        "the request's time is too far from the service's",
    ),
    ("RequestLimitExceeded", THROTTLED, "aws-runtime: throttling"),
    ("RequestThrottled", THROTTLED, "aws-runtime: throttling"),
    (
        "RequestThrottledException",
        THROTTLED,
        "aws-runtime: throttling",
    ),
    (
        "RequestTimeTooSkewed",
        Class::Unauthenticated,
        "the clock is wrong",
    ),
    (
        "RequestTimeout",
        Class::Unavailable,
        "aws-runtime: transient",
    ),
    (
        "RequestTimeoutException",
        Class::Unavailable,
        "aws-runtime: transient",
    ),
    (
        "SerializationException",
        Class::Invalid,
        "a value has the wrong type",
    ),
    (
        "ServiceQuotaExceededException",
        Class::Quota,
        "a limit of the account is reached",
    ),
    (
        "ServiceUnavailable",
        Class::Unavailable,
        "the service is down",
    ),
    (
        "ServiceUnavailableException",
        Class::Unavailable,
        "the service is down",
    ),
    (
        "SignatureDoesNotMatch",
        Class::Unauthenticated,
        "the request's signature is wrong: secret key or clock",
    ),
    ("SlowDown", THROTTLED, "aws-runtime: throttling"),
    ("ThrottledException", THROTTLED, "aws-runtime: throttling"),
    (
        "Throttling",
        THROTTLED,
        "how CloudFront throttles: HTTP 400, Rate exceeded",
    ),
    ("ThrottlingException", THROTTLED, "aws-runtime: throttling"),
    (
        "TokenRefreshRequired",
        Class::Unauthenticated,
        "the session must be renewed",
    ),
    (
        "TooManyRequestsException",
        THROTTLED,
        "how Lambda throttles: HTTP 429, with Retry-After",
    ),
    (
        "UnauthorizedOperation",
        Class::Denied,
        "the credentials may not do this",
    ),
    (
        "UnrecognizedClientException",
        Class::Unauthenticated,
        "the access key does not exist",
    ),
    (
        "ValidationError",
        Class::Invalid,
        "a value breaks a constraint",
    ),
    (
        "ValidationException",
        Class::Invalid,
        "a value breaks a constraint",
    ),
];

/// All rows.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    CLOUDFRONT.iter().chain(LAMBDA).chain(COMMON)
}

/// The row of a code.
pub(super) fn find(code: &str) -> Option<&'static Row> {
    rows().find(|(known, _, _)| *known == code)
}

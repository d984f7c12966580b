//! Every error code that is known, and what it means.
//!
//! Source of the codes: the service models (one row for each error of each operation that
//! configures a function), aws-runtime's lists of throttling and transient codes, and AWS's
//! "Common errors" pages. Where a code means different things in different operations, the parent
//! module has a rule, and the row here is for all other operations.

use crate::cloud::Class;

/// A code, its class, and why: one sentence that a failing test prints.
pub(super) type Row = (&'static str, Class, &'static str);

/// A class by its name. How long a throttled caller waits is in the answer, not in the table.
macro_rules! class {
    (Throttled) => {
        Class::Throttled { after: None }
    };
    ($class:ident) => {
        Class::$class
    };
}

/// A row in each line: code, class, and why.
macro_rules! rows {
    ($($code:literal: $class:ident, $why:literal;)*) => { &[$(($code, class!($class), $why)),*] };
}

/// CloudFront's codes, by its API reference of 2020-05-31.
const CLOUDFRONT: &[Row] = rows! {
    "FunctionAlreadyExists": Exists, "a function of this name exists in the account";
    "FunctionInUse": InUse, "a distribution still uses the function";
    "FunctionSizeLimitExceeded": Invalid, "the code is larger than 10 KB";
    "InvalidArgument": Invalid, "an argument is wrong; also what a syntax error is answered with";
    "InvalidIfMatchVersion": Conflict, "the If-Match sent is missing or not the current one";
    "InvalidTagging": Invalid, "a tag is wrong";
    "MalformedXML": Invalid, "a value does not fit the schema, for instance an unknown runtime";
    "NoSuchFunctionExists": NotFound, "the function or the stage does not exist";
    "NoSuchResource": NotFound, "the tagged resource does not exist; see the parent for other operations";
    "PreconditionFailed": Conflict, "the If-Match sent is stale";
    "TestFunctionFailed": Invalid, "the function could not be run on the test event";
    "TooManyFunctions": Quota, "100 functions in the account";
    "UnsupportedOperation": NotServed, "the operation does not exist in this partition";
    "OperationAborted": Busy, "another operation on the resource is running";
    "ConflictException": Busy, "another operation on the resource is running";
};

/// Lambda's codes, by its API reference of 2015-03-31.
const LAMBDA: &[Row] = rows! {
    "AliasLimitExceededException": Quota, "too many aliases of one function";
    "CapacityProviderLimitExceededException": Quota, "too many capacity providers";
    "CodeSigningConfigNotFoundException": Invalid, "the code signing configuration that was named does not exist";
    "CodeStorageExceededException": Quota, "75 GB of code in the region";
    "CodeVerificationFailedException": Invalid, "the code's signature does not verify";
    "FunctionVersionsPerCapacityProviderLimitExceededException": Quota, "too many versions on the capacity provider";
    "InvalidCodeSignatureException": Invalid, "the code's signature is wrong; not the request's";
    "InvalidParameterValueException": Invalid, "a parameter is wrong; the parent lists the messages that mean to wait";
    "InvalidRequestContentException": Invalid, "the body is not what the operation takes";
    "InvalidZipFileException": Invalid, "the archive cannot be unzipped";
    "PolicyLengthExceededException": Invalid, "the resource policy is larger than 20 KB";
    "PreconditionFailedException": Conflict, "the RevisionId sent is stale";
    "ProvisionedConcurrencyConfigNotFoundException": NotFound, "the version or alias has none";
    "PublicPolicyException": Invalid, "the account blocks public access";
    "ResourceConflictException": Busy, "an update is in progress; the parent knows when it means exists";
    "ResourceInUseException": Busy, "the resource is changing";
    "ResourceNotFoundException": NotFound, "the function does not exist; see the parent for what else may not";
    "ResourceNotReadyException": Busy, "the function is not active yet";
    "ServiceException": Unavailable, "Lambda failed";
};

/// Codes that any AWS service may answer with.
const COMMON: &[Row] = rows! {
    "AccessDenied": Denied, "the credentials may not do this";
    "AccessDeniedException": Denied, "the credentials may not do this, or may not pass the role";
    "AccountProblem": Denied, "the account is restricted";
    "AuthFailure": Unauthenticated, "the credentials cannot be validated";
    "BandwidthLimitExceeded": Throttled, "aws-runtime: throttling";
    "CodeStorageExceeded": Quota, "as CodeStorageExceededException";
    "EC2ThrottledException": Throttled, "aws-runtime: throttling";
    "EntityAlreadyExists": Exists, "something of this name exists";
    "ExpiredToken": Unauthenticated, "the session has expired";
    "ExpiredTokenException": Unauthenticated, "the session has expired";
    "IncompleteSignature": Unauthenticated, "the signature is no signature";
    "IncompleteSignatureException": Unauthenticated, "the signature is no signature";
    "InternalError": Unavailable, "aws-runtime: transient";
    "InternalFailure": Unavailable, "the service failed";
    "InternalServerError": Unavailable, "the service failed";
    "InternalServerException": Unavailable, "the service failed";
    "InvalidAccessKeyId": Unauthenticated, "the access key does not exist";
    "InvalidAction": NotServed, "the operation does not exist there";
    "InvalidClientTokenId": Unauthenticated, "the access key does not exist";
    "InvalidParameterCombination": Invalid, "parameters exclude each other";
    "InvalidParameterException": Invalid, "a parameter is wrong";
    "InvalidParameterValue": Invalid, "a parameter is wrong";
    "InvalidSignatureException": Unauthenticated, "the request's signature is wrong: secret key or clock";
    "InvalidToken": Unauthenticated, "the session token is wrong";
    "LimitExceededException": Quota, "a limit of the account; in the control plane not a rate";
    "MissingAuthenticationToken": Unauthenticated, "the request was not signed";
    "MissingAuthenticationTokenException": Unauthenticated, "the request was not signed";
    "MissingParameter": Invalid, "a required parameter is missing";
    "NoSuchEntity": Invalid, "something that the request names does not exist, for instance a role";
    "NoSuchEntityException": Invalid, "something that the request names does not exist";
    "NotAuthorized": Denied, "the credentials may not do this";
    "OptInRequired": NotServed, "the account has not enabled the region or service";
    "PriorRequestNotComplete": Throttled, "aws-runtime: throttling";
    "RequestEntityTooLargeException": Invalid, "the request is larger than the operation takes (413)";
    "RequestExpired": Unauthenticated, "the request's time is too far from the service's";
    "RequestLimitExceeded": Throttled, "aws-runtime: throttling";
    "RequestThrottled": Throttled, "aws-runtime: throttling";
    "RequestThrottledException": Throttled, "aws-runtime: throttling";
    "RequestTimeTooSkewed": Unauthenticated, "the clock is wrong";
    "RequestTimeout": Unavailable, "aws-runtime: transient";
    "RequestTimeoutException": Unavailable, "aws-runtime: transient";
    "SerializationException": Invalid, "a value has the wrong type";
    "ServiceQuotaExceededException": Quota, "a limit of the account is reached";
    "ServiceUnavailable": Unavailable, "the service is down";
    "ServiceUnavailableException": Unavailable, "the service is down";
    "SignatureDoesNotMatch": Unauthenticated, "the request's signature is wrong: secret key or clock";
    "SlowDown": Throttled, "aws-runtime: throttling";
    "ThrottledException": Throttled, "aws-runtime: throttling";
    "Throttling": Throttled, "how CloudFront throttles: HTTP 400, Rate exceeded";
    "ThrottlingException": Throttled, "aws-runtime: throttling";
    "TokenRefreshRequired": Unauthenticated, "the session must be renewed";
    "TooManyRequestsException": Throttled, "how Lambda throttles: HTTP 429, with Retry-After";
    "UnauthorizedOperation": Denied, "the credentials may not do this";
    "UnrecognizedClientException": Unauthenticated, "the access key does not exist";
    "ValidationError": Invalid, "a value breaks a constraint";
    "ValidationException": Invalid, "a value breaks a constraint";
};

/// All rows.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    CLOUDFRONT.iter().chain(LAMBDA).chain(COMMON)
}

/// The row of a code.
pub(super) fn find(code: &str) -> Option<&'static Row> {
    rows().find(|(known, _, _)| *known == code)
}

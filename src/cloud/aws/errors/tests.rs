//! Every row of the table, and the rules for codes that have several meanings.

mod meanings;

use super::*;
use meanings::CODES_WITH_SEVERAL_MEANINGS;

fn answered(operation: &str, status: u16, code: &str, message: &str) -> Class {
    read(
        operation,
        &Answer {
            status,
            code: Some(code).filter(|code| !code.is_empty()),
            message,
            retry_after: None,
        },
    )
    .0
}

#[test]
fn no_code_stands_in_the_table_twice() {
    let mut codes: Vec<_> = table::rows().map(|(code, _, _)| *code).collect();
    let all = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all);
}

#[test]
fn every_row_is_what_an_answer_with_its_code_means() {
    for (code, class, why) in table::rows() {
        // TagResource has no rule of its own for any code, and the status must not matter.
        for status in [400, 403, 404, 500] {
            assert_eq!(
                answered("TagResource", status, code, "some text"),
                *class,
                "{code}: {why}"
            );
        }
        assert!(!why.is_empty(), "{code} has no sentence");
    }
}

/// Asserts that each variant of the SDK's error enums has a row. Seen with aws-sdk-lambda 1.156 and
/// aws-sdk-cloudfront 1.141. The match makes a variant that was renamed or removed an error here.
/// One that the SDK adds is not found (the enums are non-exhaustive): until it gets a row, its
/// status decides.
macro_rules! known {
    ($($error:path { $($variant:ident)* })*) => {$({
        #[allow(dead_code, reason = "compiled only, so that each variant is one of the SDK's")]
        fn exists(error: &$error) -> bool {
            use $error as E;
            matches!(error, $(E::$variant(_))|*)
        }
        $(assert!(table::find(stringify!($variant)).is_some(), "{}: {}", stringify!($error), stringify!($variant));)*
    })*};
}

#[test]
fn every_error_of_the_lambda_operations_in_use_is_in_the_table() {
    use aws_sdk_lambda::operation as lambda;
    known! {
        lambda::get_function::GetFunctionError { InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException }
        lambda::create_function::CreateFunctionError {
            CodeSigningConfigNotFoundException CodeStorageExceededException CodeVerificationFailedException
            FunctionVersionsPerCapacityProviderLimitExceededException InvalidCodeSignatureException InvalidParameterValueException
            ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::update_function_code::UpdateFunctionCodeError {
            CodeSigningConfigNotFoundException CodeStorageExceededException CodeVerificationFailedException InvalidCodeSignatureException
            InvalidParameterValueException PreconditionFailedException ResourceConflictException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::update_function_configuration::UpdateFunctionConfigurationError {
            CodeSigningConfigNotFoundException CodeVerificationFailedException InvalidCodeSignatureException InvalidParameterValueException
            PreconditionFailedException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::publish_version::PublishVersionError {
            CodeStorageExceededException FunctionVersionsPerCapacityProviderLimitExceededException InvalidParameterValueException
            PreconditionFailedException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::list_versions_by_function::ListVersionsByFunctionError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::list_aliases::ListAliasesError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::create_alias::CreateAliasError {
            AliasLimitExceededException InvalidParameterValueException ResourceConflictException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::update_alias::UpdateAliasError {
            InvalidParameterValueException PreconditionFailedException ResourceConflictException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::delete_alias::DeleteAliasError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::list_provisioned_concurrency_configs::ListProvisionedConcurrencyConfigsError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::put_provisioned_concurrency_config::PutProvisionedConcurrencyConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::delete_provisioned_concurrency_config::DeleteProvisionedConcurrencyConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::get_function_url_config::GetFunctionUrlConfigError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::create_function_url_config::CreateFunctionUrlConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::update_function_url_config::UpdateFunctionUrlConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::delete_function_url_config::DeleteFunctionUrlConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::put_function_concurrency::PutFunctionConcurrencyError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::delete_function_concurrency::DeleteFunctionConcurrencyError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::get_policy::GetPolicyError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::add_permission::AddPermissionError {
            InvalidParameterValueException PolicyLengthExceededException PreconditionFailedException PublicPolicyException
            ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::remove_permission::RemovePermissionError {
            InvalidParameterValueException PreconditionFailedException PublicPolicyException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::get_function_event_invoke_config::GetFunctionEventInvokeConfigError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::put_function_event_invoke_config::PutFunctionEventInvokeConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::delete_function_event_invoke_config::DeleteFunctionEventInvokeConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::get_function_code_signing_config::GetFunctionCodeSigningConfigError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::put_function_code_signing_config::PutFunctionCodeSigningConfigError {
            CodeSigningConfigNotFoundException InvalidParameterValueException ResourceConflictException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::delete_function_code_signing_config::DeleteFunctionCodeSigningConfigError {
            CodeSigningConfigNotFoundException InvalidParameterValueException ResourceConflictException ResourceNotFoundException
            ServiceException TooManyRequestsException
        }
        lambda::get_runtime_management_config::GetRuntimeManagementConfigError {
            InvalidParameterValueException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::put_runtime_management_config::PutRuntimeManagementConfigError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::delete_function::DeleteFunctionError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::tag_resource::TagResourceError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
        lambda::untag_resource::UntagResourceError {
            InvalidParameterValueException ResourceConflictException ResourceNotFoundException ServiceException TooManyRequestsException
        }
    }
}

#[test]
fn every_error_of_the_cloudfront_operations_in_use_is_in_the_table() {
    use aws_sdk_cloudfront::operation as cloudfront;
    known! {
        cloudfront::describe_function::DescribeFunctionError { NoSuchFunctionExists UnsupportedOperation }
        cloudfront::get_function::GetFunctionError { NoSuchFunctionExists UnsupportedOperation }
        cloudfront::list_tags_for_resource::ListTagsForResourceError { AccessDenied InvalidArgument InvalidTagging NoSuchResource }
        cloudfront::create_function::CreateFunctionError {
            FunctionAlreadyExists FunctionSizeLimitExceeded InvalidArgument TooManyFunctions UnsupportedOperation
        }
        cloudfront::update_function::UpdateFunctionError {
            FunctionSizeLimitExceeded InvalidArgument InvalidIfMatchVersion NoSuchFunctionExists PreconditionFailed UnsupportedOperation
        }
        cloudfront::publish_function::PublishFunctionError {
            InvalidArgument InvalidIfMatchVersion NoSuchFunctionExists PreconditionFailed UnsupportedOperation
        }
        cloudfront::test_function::TestFunctionError {
            InvalidArgument InvalidIfMatchVersion NoSuchFunctionExists TestFunctionFailed UnsupportedOperation
        }
        cloudfront::delete_function::DeleteFunctionError {
            FunctionInUse InvalidIfMatchVersion NoSuchFunctionExists PreconditionFailed UnsupportedOperation
        }
        cloudfront::tag_resource::TagResourceError { AccessDenied InvalidArgument InvalidTagging NoSuchResource }
        cloudfront::untag_resource::UntagResourceError { AccessDenied InvalidArgument InvalidTagging NoSuchResource }
    }
}

#[test]
fn one_code_with_several_meanings_is_told_apart() {
    for (operation, status, code, message, wanted, why) in CODES_WITH_SEVERAL_MEANINGS {
        assert_eq!(
            answered(operation, *status, code, message),
            *wanted,
            "{operation} {code} {message:?}: {why}"
        );
    }
}

#[test]
fn of_an_unknown_code_the_status_decides() {
    let throttled = Class::Throttled { after: None };
    for (status, wanted, why) in [
        (
            200,
            Class::Unavailable,
            "a success that cannot be read leaves the effect unknown",
        ),
        (301, Class::Unavailable, "nothing here redirects"),
        (400, Class::Invalid, "a new refusal is about the request"),
        (401, Class::Denied, "refused"),
        (403, Class::Denied, "refused"),
        (
            404,
            Class::Unavailable,
            "a route that is not there is not a function that is gone",
        ),
        (409, Class::Busy, "look again"),
        (412, Class::Conflict, "a guard failed"),
        (413, Class::Invalid, "too large"),
        (418, Class::Unavailable, "no rule expects it"),
        (429, throttled, "throttled"),
        (500, Class::Unavailable, "failed"),
        (503, Class::Unavailable, "failed"),
    ] {
        let class = answered("GetFunction", status, "NeverSeen", "");
        assert_eq!(class, wanted, "{status}: {why}");
    }
}

#[test]
fn an_answer_without_a_code_is_as_good_as_none() {
    for status in (200..600).filter(|status| *status != 429) {
        for operation in ["GetFunction", "CreateFunction", "TestFunction"] {
            let class = answered(operation, status, "", "a page of a proxy");
            assert_eq!(class, Class::Unavailable, "{operation} {status}");
        }
    }
    let throttled = Class::Throttled { after: None };
    assert_eq!(answered("GetFunction", 429, "", ""), throttled);
    let answer = Answer {
        status: 502,
        ..Answer::default()
    };
    assert_eq!(read("GetFunction", &answer).1, "HTTP 502");
}

#[test]
fn no_answer_is_our_own_mistake() {
    assert!(table::rows().all(|(_, class, _)| *class != Class::Bug));
    assert_eq!(incomplete("GetFunction", "ETag").class, Class::Unavailable);
}

#[test]
fn labels_are_a_closed_set() {
    for (code, wanted) in [
        ("Throttling", "Throttling"),
        ("Timeout", "Timeout"),
        ("HTTP 502", "Other"),
        ("x".repeat(900).as_str(), "Other"),
    ] {
        assert_eq!(label(code), wanted);
    }
}

#[test]
fn retry_after_is_seconds() {
    for (header, wanted) in [
        ("3", Some(3000)),
        (" 0.5 ", Some(500)),
        ("-1", None),
        ("soon", None),
        ("NaN", None),
    ] {
        assert_eq!(
            seconds(header),
            wanted.map(Duration::from_millis),
            "{header}"
        );
    }
}

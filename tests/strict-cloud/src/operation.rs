//! The operations of the model, by service and name.

/// A service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// CloudFront, API version 2020-05-31: global, one name space an account.
    CloudFront,
    /// Lambda, API version 2015-03-31: one name space an account and region.
    Lambda,
}

/// What an operation does to the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It reads one function.
    Read,
    /// It reads pages of many.
    List,
    /// It changes something.
    Write,
}

/// An operation of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operation {
    /// Whose it is.
    pub service: Service,
    /// The API's name (`CreateFunction`).
    pub name: &'static str,
    /// What it does.
    pub effect: Effect,
}

const fn of_cloudfront(name: &'static str, effect: Effect) -> Operation {
    Operation {
        service: Service::CloudFront,
        name,
        effect,
    }
}

const fn of_lambda(name: &'static str, effect: Effect) -> Operation {
    Operation {
        service: Service::Lambda,
        name,
        effect,
    }
}

/// CloudFront's operations.
#[expect(missing_docs, reason = "the name is all there is to say")]
pub mod cloudfront {
    use super::{
        Effect::{List, Read, Write},
        Operation, of_cloudfront,
    };

    pub const CREATE_FUNCTION: Operation = of_cloudfront("CreateFunction", Write);
    pub const DESCRIBE_FUNCTION: Operation = of_cloudfront("DescribeFunction", Read);
    pub const GET_FUNCTION: Operation = of_cloudfront("GetFunction", Read);
    pub const UPDATE_FUNCTION: Operation = of_cloudfront("UpdateFunction", Write);
    pub const PUBLISH_FUNCTION: Operation = of_cloudfront("PublishFunction", Write);
    /// It has no effect; what it reads is never stale, as its If-Match is checked.
    pub const TEST_FUNCTION: Operation = of_cloudfront("TestFunction", Read);
    pub const DELETE_FUNCTION: Operation = of_cloudfront("DeleteFunction", Write);
    pub const LIST_FUNCTIONS: Operation = of_cloudfront("ListFunctions", List);
    pub const LIST_DISTRIBUTIONS: Operation = of_cloudfront("ListDistributions", List);
    pub const TAG_RESOURCE: Operation = of_cloudfront("TagResource", Write);
    pub const UNTAG_RESOURCE: Operation = of_cloudfront("UntagResource", Write);
    pub const LIST_TAGS_FOR_RESOURCE: Operation = of_cloudfront("ListTagsForResource", Read);
}

/// Lambda's operations.
#[expect(missing_docs, reason = "the name is all there is to say")]
pub mod lambda {
    use super::{
        Effect::{List, Read, Write},
        Operation, of_lambda,
    };

    pub const CREATE_FUNCTION: Operation = of_lambda("CreateFunction", Write);
    pub const GET_FUNCTION: Operation = of_lambda("GetFunction", Read);
    pub const GET_FUNCTION_CONFIGURATION: Operation = of_lambda("GetFunctionConfiguration", Read);
    pub const UPDATE_FUNCTION_CONFIGURATION: Operation =
        of_lambda("UpdateFunctionConfiguration", Write);
    pub const UPDATE_FUNCTION_CODE: Operation = of_lambda("UpdateFunctionCode", Write);
    pub const PUBLISH_VERSION: Operation = of_lambda("PublishVersion", Write);
    pub const LIST_VERSIONS_BY_FUNCTION: Operation = of_lambda("ListVersionsByFunction", List);
    pub const DELETE_FUNCTION: Operation = of_lambda("DeleteFunction", Write);
    pub const CREATE_ALIAS: Operation = of_lambda("CreateAlias", Write);
    pub const GET_ALIAS: Operation = of_lambda("GetAlias", Read);
    pub const UPDATE_ALIAS: Operation = of_lambda("UpdateAlias", Write);
    pub const DELETE_ALIAS: Operation = of_lambda("DeleteAlias", Write);
    pub const LIST_ALIASES: Operation = of_lambda("ListAliases", List);
    pub const LIST_FUNCTIONS: Operation = of_lambda("ListFunctions", List);
    pub const GET_FUNCTION_RECURSION_CONFIG: Operation =
        of_lambda("GetFunctionRecursionConfig", Read);
    pub const PUT_FUNCTION_RECURSION_CONFIG: Operation =
        of_lambda("PutFunctionRecursionConfig", Write);
    pub const PUT_FUNCTION_CONCURRENCY: Operation = of_lambda("PutFunctionConcurrency", Write);
    pub const GET_FUNCTION_CONCURRENCY: Operation = of_lambda("GetFunctionConcurrency", Read);
    pub const DELETE_FUNCTION_CONCURRENCY: Operation =
        of_lambda("DeleteFunctionConcurrency", Write);
    pub const PUT_PROVISIONED_CONCURRENCY_CONFIG: Operation =
        of_lambda("PutProvisionedConcurrencyConfig", Write);
    pub const GET_PROVISIONED_CONCURRENCY_CONFIG: Operation =
        of_lambda("GetProvisionedConcurrencyConfig", Read);
    pub const LIST_PROVISIONED_CONCURRENCY_CONFIGS: Operation =
        of_lambda("ListProvisionedConcurrencyConfigs", List);
    pub const DELETE_PROVISIONED_CONCURRENCY_CONFIG: Operation =
        of_lambda("DeleteProvisionedConcurrencyConfig", Write);
    pub const CREATE_FUNCTION_URL_CONFIG: Operation = of_lambda("CreateFunctionUrlConfig", Write);
    pub const GET_FUNCTION_URL_CONFIG: Operation = of_lambda("GetFunctionUrlConfig", Read);
    pub const LIST_FUNCTION_URL_CONFIGS: Operation = of_lambda("ListFunctionUrlConfigs", List);
    pub const UPDATE_FUNCTION_URL_CONFIG: Operation = of_lambda("UpdateFunctionUrlConfig", Write);
    pub const DELETE_FUNCTION_URL_CONFIG: Operation = of_lambda("DeleteFunctionUrlConfig", Write);
    pub const ADD_PERMISSION: Operation = of_lambda("AddPermission", Write);
    pub const REMOVE_PERMISSION: Operation = of_lambda("RemovePermission", Write);
    pub const GET_POLICY: Operation = of_lambda("GetPolicy", Read);
    pub const GET_FUNCTION_EVENT_INVOKE_CONFIG: Operation =
        of_lambda("GetFunctionEventInvokeConfig", Read);
    pub const PUT_FUNCTION_EVENT_INVOKE_CONFIG: Operation =
        of_lambda("PutFunctionEventInvokeConfig", Write);
    pub const UPDATE_FUNCTION_EVENT_INVOKE_CONFIG: Operation =
        of_lambda("UpdateFunctionEventInvokeConfig", Write);
    pub const LIST_FUNCTION_EVENT_INVOKE_CONFIGS: Operation =
        of_lambda("ListFunctionEventInvokeConfigs", List);
    pub const DELETE_FUNCTION_EVENT_INVOKE_CONFIG: Operation =
        of_lambda("DeleteFunctionEventInvokeConfig", Write);
    pub const GET_FUNCTION_CODE_SIGNING_CONFIG: Operation =
        of_lambda("GetFunctionCodeSigningConfig", Read);
    pub const PUT_FUNCTION_CODE_SIGNING_CONFIG: Operation =
        of_lambda("PutFunctionCodeSigningConfig", Write);
    pub const DELETE_FUNCTION_CODE_SIGNING_CONFIG: Operation =
        of_lambda("DeleteFunctionCodeSigningConfig", Write);
    pub const GET_RUNTIME_MANAGEMENT_CONFIG: Operation =
        of_lambda("GetRuntimeManagementConfig", Read);
    pub const PUT_RUNTIME_MANAGEMENT_CONFIG: Operation =
        of_lambda("PutRuntimeManagementConfig", Write);
    pub const TAG_RESOURCE: Operation = of_lambda("TagResource", Write);
    pub const UNTAG_RESOURCE: Operation = of_lambda("UntagResource", Write);
    pub const LIST_TAGS: Operation = of_lambda("ListTags", Read);
}

/// Every operation, for matrices of operations and faults.
pub const ALL: [Operation; 56] = [
    cloudfront::CREATE_FUNCTION,
    cloudfront::DESCRIBE_FUNCTION,
    cloudfront::GET_FUNCTION,
    cloudfront::UPDATE_FUNCTION,
    cloudfront::PUBLISH_FUNCTION,
    cloudfront::TEST_FUNCTION,
    cloudfront::DELETE_FUNCTION,
    cloudfront::LIST_FUNCTIONS,
    cloudfront::LIST_DISTRIBUTIONS,
    cloudfront::TAG_RESOURCE,
    cloudfront::UNTAG_RESOURCE,
    cloudfront::LIST_TAGS_FOR_RESOURCE,
    lambda::CREATE_FUNCTION,
    lambda::GET_FUNCTION,
    lambda::GET_FUNCTION_CONFIGURATION,
    lambda::UPDATE_FUNCTION_CONFIGURATION,
    lambda::UPDATE_FUNCTION_CODE,
    lambda::PUBLISH_VERSION,
    lambda::LIST_VERSIONS_BY_FUNCTION,
    lambda::DELETE_FUNCTION,
    lambda::CREATE_ALIAS,
    lambda::GET_ALIAS,
    lambda::UPDATE_ALIAS,
    lambda::DELETE_ALIAS,
    lambda::LIST_ALIASES,
    lambda::LIST_FUNCTIONS,
    lambda::GET_FUNCTION_RECURSION_CONFIG,
    lambda::PUT_FUNCTION_RECURSION_CONFIG,
    lambda::PUT_FUNCTION_CONCURRENCY,
    lambda::GET_FUNCTION_CONCURRENCY,
    lambda::DELETE_FUNCTION_CONCURRENCY,
    lambda::PUT_PROVISIONED_CONCURRENCY_CONFIG,
    lambda::GET_PROVISIONED_CONCURRENCY_CONFIG,
    lambda::LIST_PROVISIONED_CONCURRENCY_CONFIGS,
    lambda::DELETE_PROVISIONED_CONCURRENCY_CONFIG,
    lambda::CREATE_FUNCTION_URL_CONFIG,
    lambda::GET_FUNCTION_URL_CONFIG,
    lambda::LIST_FUNCTION_URL_CONFIGS,
    lambda::UPDATE_FUNCTION_URL_CONFIG,
    lambda::DELETE_FUNCTION_URL_CONFIG,
    lambda::ADD_PERMISSION,
    lambda::REMOVE_PERMISSION,
    lambda::GET_POLICY,
    lambda::GET_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::PUT_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::UPDATE_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
    lambda::DELETE_FUNCTION_EVENT_INVOKE_CONFIG,
    lambda::GET_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::PUT_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::DELETE_FUNCTION_CODE_SIGNING_CONFIG,
    lambda::GET_RUNTIME_MANAGEMENT_CONFIG,
    lambda::PUT_RUNTIME_MANAGEMENT_CONFIG,
    lambda::TAG_RESOURCE,
    lambda::UNTAG_RESOURCE,
    lambda::LIST_TAGS,
];

//! What published pages say of CreateFunction and PublishFunction, where it holds today.
//!
//! Three pages: CloudFront's CreateFunction (of the Python SDK), Lambda's CreateFunction (of an old
//! developer guide), and CloudFront's PublishFunction (of a catalogue of APIs). Where a page is older
//! than the service or wrong, the step says what holds, and its comment what the page says. Errors
//! that no request can bring about are not here: UnsupportedOperation, CodeStorageExceeded (75 GB),
//! TooManyRequests and ServiceException.
//!
//! A fourth page, Tencent Cloud's CreateFunction for SCF, has no scenario: there is no model of SCF.

use serde_json::json;

use super::{code_sha256, edge, function};
use crate::support::javascript;
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "page: CloudFront CreateFunction",
            steps: cloudfront_create(),
        },
        Scenario {
            name: "page: CloudFront PublishFunction",
            steps: cloudfront_publish(),
        },
        Scenario {
            name: "page: Lambda CreateFunction",
            steps: lambda_create(),
        },
    ]
}

fn cloudfront_create() -> Vec<Step> {
    let create = "cloudfront:CreateFunction";
    let shown = |runtime: &str| {
        json!({
            "FunctionSummary": {
                "Name": "*", "Status": "*",
                "FunctionConfig": {"Comment": "one", "Runtime": runtime},
                "FunctionMetadata": {"FunctionARN": "*", "Stage": "DEVELOPMENT", "CreatedTime": "*", "LastModifiedTime": "*"},
            },
            "Location": "*", "ETag": "*",
        })
    };
    vec![
        done(
            "the only runtime of the page",
            create,
            edge("f1", json!({"Runtime": "cloudfront-js-1.0"})),
            201,
            shown("cloudfront-js-1.0"),
        ),
        // The page has cloudfront-js-1.0 as the only valid value; a second came in 2023.
        done(
            "the runtime since",
            create,
            edge("f2", anything()),
            201,
            shown("cloudfront-js-2.0"),
        ),
        // Required, and described as optional: it may be empty.
        done(
            "an empty comment",
            create,
            edge("f3", json!({"Comment": ""})),
            201,
            json!({"FunctionSummary": {"FunctionConfig": {"Comment": ""}}}),
        ),
        done(
            "it is in the DEVELOPMENT stage",
            "cloudfront:DescribeFunction",
            json!({"Name": "f1", "Stage": "DEVELOPMENT"}),
            200,
            json!({"ETag": "*"}),
        )
        .keeps("etag", "ETag"),
        refused(
            "and in no other",
            "cloudfront:DescribeFunction",
            json!({"Name": "f1", "Stage": "LIVE"}),
            404,
            "NoSuchFunctionExists",
        ),
        done(
            "there it can be updated",
            "cloudfront:UpdateFunction",
            edge("f1", json!({"IfMatch": "{etag}", "Comment": "two"})),
            200,
            anything(),
        ),
        refused(
            "FunctionAlreadyExists",
            create,
            edge("f1", anything()),
            409,
            "FunctionAlreadyExists",
        ),
        refused(
            "FunctionSizeLimitExceeded",
            create,
            edge("large", json!({"Code": null, "CodeSize": 10241})),
            413,
            "FunctionSizeLimitExceeded",
        ),
        refused(
            "InvalidArgument",
            create,
            edge("no name", anything()),
            400,
            "InvalidArgument",
        ),
        done(
            "a hundred functions",
            create,
            edge("more{n}", anything()),
            201,
            anything(),
        )
        .times(97),
        refused(
            "TooManyFunctions",
            create,
            edge("most", anything()),
            400,
            "TooManyFunctions",
        ),
    ]
}

fn cloudfront_publish() -> Vec<Step> {
    let publish = "cloudfront:PublishFunction";
    let at = |stage: &str| json!({"Name": "f", "Stage": stage});
    vec![
        done(
            "create",
            "cloudfront:CreateFunction",
            edge("f", anything()),
            201,
            anything(),
        ),
        // The page names ListFunctions, too, for the version; its items have no ETag, only DescribeFunction and GetFunction do.
        done(
            "the version",
            "cloudfront:DescribeFunction",
            at("DEVELOPMENT"),
            200,
            json!({"ETag": "*"}),
        )
        .keeps("etag", "ETag"),
        // If-Match is a header; the page makes it a part of the address, and a body {"success": ..., "data": ...} the answer.
        done(
            "name and version",
            publish,
            json!({"Name": "f", "IfMatch": "{etag}"}),
            200,
            json!({"FunctionSummary": {
                "Name": "f", "Status": "*",
                "FunctionConfig": {"Comment": "one", "Runtime": "cloudfront-js-2.0"},
                "FunctionMetadata": {"FunctionARN": "{cloudfront}/f", "Stage": "LIVE", "LastModifiedTime": "*"},
            }}),
        ),
        done(
            "the code was copied",
            "cloudfront:GetFunction",
            at("LIVE"),
            200,
            json!({"FunctionCode": javascript("one")}),
        ),
        done(
            "and is still there",
            "cloudfront:GetFunction",
            at("DEVELOPMENT"),
            200,
            json!({"FunctionCode": javascript("one")}),
        ),
        // The page has VALIDATION_ERROR for every error.
        refused(
            "no version",
            publish,
            json!({"Name": "f"}),
            400,
            "InvalidIfMatchVersion",
        ),
        refused(
            "another version",
            publish,
            json!({"Name": "f", "IfMatch": "E0000000000000"}),
            412,
            "PreconditionFailed",
        ),
        refused(
            "no such function",
            publish,
            json!({"Name": "none", "IfMatch": "{etag}"}),
            404,
            "NoSuchFunctionExists",
        ),
    ]
}

fn lambda_create() -> Vec<Step> {
    let create = "lambda:CreateFunction";
    let (breach, value) = ("ValidationException", "InvalidParameterValueException");
    let fields = json!({
        "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:{account}:letters"}, "Description": "all of the page", "Handler": "index.handler",
        "Environment": {"Variables": {"KEY": "value"}}, "KMSKeyArn": "arn:aws:kms:eu-west-1:{account}:key/11111111-2222-3333-4444-555555555555",
        "MemorySize": 192, "Role": "{role}", "Runtime": "python3.12", "Timeout": 5,
        "VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": ["sg-0123456789abcdef0"]},
    });
    let mut shown = fields.clone();
    for (name, answer) in [
        ("CodeSha256", json!(code_sha256("one"))),
        ("FunctionArn", json!("{lambda}:f")),
        ("FunctionName", json!("f")),
        ("LastModified", json!("*")),
        ("Version", json!("1")),
    ] {
        shown[name] = answer;
    }
    shown["VpcConfig"]["VpcId"] = json!("*");
    let mut sent = fields;
    sent["Publish"] = json!(true);
    vec![
        done(
            "every member of the page",
            create,
            function("f", sent),
            201,
            shown,
        ),
        settled(
            "it settles",
            "f",
            json!({"State": "Active", "Version": "$LATEST", "VpcConfig": {"VpcId": "*"}}),
        ),
        done(
            "Publish has made a version",
            "lambda:GetFunction",
            json!({"FunctionName": "f", "Qualifier": "1"}),
            200,
            json!({"Configuration": {"Version": "1"}}),
        ),
        refused(
            "ResourceConflictException",
            create,
            function("f", anything()),
            409,
            "ResourceConflictException",
        ),
        done(
            "names are case-sensitive",
            create,
            function("F", anything()),
            201,
            json!({"FunctionName": "F"}),
        ),
        done(
            "the defaults",
            create,
            function("defaults", anything()),
            201,
            json!({"MemorySize": 128, "Timeout": 3, "Description": ""}),
        ),
        done(
            "a name of 64 characters",
            create,
            function(&"n".repeat(64), anything()),
            201,
            anything(),
        ),
        refused(
            "a name of 65 characters",
            create,
            function(&"n".repeat(65), anything()),
            400,
            value,
        ),
        // The page has multiples of 64 up to 1,536; since 2020 it is every number up to 10,240.
        done(
            "memory of 129 MB",
            create,
            function("odd", json!({"MemorySize": 129})),
            201,
            json!({"MemorySize": 129}),
        ),
        done(
            "memory of 10,240 MB",
            create,
            function("big", json!({"MemorySize": 10240})),
            201,
            json!({"MemorySize": 10240}),
        ),
        refused(
            "memory of 127 MB",
            create,
            function("small", json!({"MemorySize": 127})),
            400,
            breach,
        ),
        refused(
            "no time",
            create,
            function("timeless", json!({"Timeout": 0})),
            400,
            breach,
        ),
        done(
            "a description of 256 characters",
            create,
            function("described", json!({"Description": "d".repeat(256)})),
            201,
            anything(),
        ),
        refused(
            "a description of 257 characters",
            create,
            function("more", json!({"Description": "d".repeat(257)})),
            400,
            breach,
        ),
        refused(
            "a handler of 129 characters",
            create,
            function("handled", json!({"Handler": "h".repeat(129)})),
            400,
            breach,
        ),
        // All seven runtimes of the page are retired.
        refused(
            "nodejs",
            create,
            function("r1", json!({"Runtime": "nodejs"})),
            400,
            value,
        ),
        refused(
            "nodejs4.3",
            create,
            function("r2", json!({"Runtime": "nodejs4.3"})),
            400,
            value,
        ),
        refused(
            "nodejs6.10",
            create,
            function("r3", json!({"Runtime": "nodejs6.10"})),
            400,
            value,
        ),
        refused(
            "java8",
            create,
            function("r4", json!({"Runtime": "java8"})),
            400,
            value,
        ),
        refused(
            "python2.7",
            create,
            function("r5", json!({"Runtime": "python2.7"})),
            400,
            value,
        ),
        refused(
            "dotnetcore1.0",
            create,
            function("r6", json!({"Runtime": "dotnetcore1.0"})),
            400,
            value,
        ),
        refused(
            "nodejs4.3-edge",
            create,
            function("r7", json!({"Runtime": "nodejs4.3-edge"})),
            400,
            value,
        ),
        refused(
            "subnets without security groups",
            create,
            function(
                "vpc",
                json!({"VpcConfig": {"SubnetIds": ["subnet-0123456789abcdef0"], "SecurityGroupIds": []}}),
            ),
            400,
            value,
        ),
        refused(
            "a key that is no ARN",
            create,
            function("key", json!({"KMSKeyArn": "key"})),
            400,
            breach,
        ),
    ]
}

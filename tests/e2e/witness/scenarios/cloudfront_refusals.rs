//! What CloudFront refuses.

use serde_json::json;

use super::edge;
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "cloudfront refusals",
            steps: refusals(),
        },
        Scenario {
            name: "cloudfront missing",
            steps: missing(),
        },
    ]
}

/// Names are of one scenario each, so that one that is taken after all changes no other step.
fn refusals() -> Vec<Step> {
    let store =
        "arn:aws:cloudfront::{account}:key-value-store/11111111-2222-3333-4444-555555555555";
    let create = "cloudfront:CreateFunction";
    vec![
        refused(
            "a name with a blank",
            create,
            edge("a b", anything()),
            400,
            "InvalidArgument",
        ),
        refused(
            "a name with a dot",
            create,
            edge("a.b", anything()),
            400,
            "InvalidArgument",
        ),
        refused(
            "a name of 65 characters",
            create,
            edge(&"n".repeat(65), anything()),
            400,
            "InvalidArgument",
        ),
        done(
            "a name of 64 characters",
            create,
            edge(&"n".repeat(64), anything()),
            201,
            anything(),
        ),
        // Which 400 it is, is not public, here and where another code is left open.
        refused(
            "an unknown runtime",
            create,
            edge("runtime", json!({"Runtime": "cloudfront-js-9.0"})),
            400,
            "*",
        ),
        refused(
            "code of 10,241 bytes",
            create,
            edge("large", json!({"Code": null, "CodeSize": 10241})),
            413,
            "FunctionSizeLimitExceeded",
        ),
        done(
            "code of 10,240 bytes",
            create,
            edge("full", json!({"Code": null, "CodeSize": 10240})),
            201,
            anything(),
        )
        .keeps("etag", "ETag"),
        refused(
            "an update to 10,241 bytes",
            "cloudfront:UpdateFunction",
            edge(
                "full",
                json!({"IfMatch": "{etag}", "Code": null, "CodeSize": 10241}),
            ),
            413,
            "FunctionSizeLimitExceeded",
        ),
        refused(
            "no code",
            create,
            edge("empty", json!({"Code": ""})),
            400,
            "*",
        ),
        refused(
            "a store with the older runtime",
            create,
            edge(
                "older",
                json!({"Runtime": "cloudfront-js-1.0", "KeyValueStores": [store]}),
            ),
            400,
            "InvalidArgument",
        ),
        refused(
            "a store that is no ARN",
            create,
            edge("store", json!({"KeyValueStores": ["store"]})),
            400,
            "InvalidArgument",
        ),
        refused(
            "tags with a star",
            create,
            edge("tagged", json!({"Tags": {"a*b": "x"}})),
            400,
            "*",
        ),
    ]
}

fn missing() -> Vec<Step> {
    let named = json!({"Name": "none", "Stage": "DEVELOPMENT"});
    let guarded = json!({"Name": "none", "IfMatch": "E0000000000000"});
    let code = "NoSuchFunctionExists";
    vec![
        refused(
            "describe",
            "cloudfront:DescribeFunction",
            named.clone(),
            404,
            code,
        ),
        refused("code", "cloudfront:GetFunction", named, 404, code),
        refused(
            "update",
            "cloudfront:UpdateFunction",
            edge("none", json!({"IfMatch": "E0000000000000"})),
            404,
            code,
        ),
        refused(
            "publish",
            "cloudfront:PublishFunction",
            guarded.clone(),
            404,
            code,
        ),
        refused("delete", "cloudfront:DeleteFunction", guarded, 404, code),
    ]
}

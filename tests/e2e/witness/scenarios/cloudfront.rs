//! CloudFront functions that do what they are asked to.

use serde_json::{Value, json};

use super::edge;
use crate::support::javascript;
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "cloudfront life",
            steps: life(),
        },
        Scenario {
            name: "cloudfront update",
            steps: update(),
        },
        Scenario {
            name: "cloudfront lists",
            steps: lists(),
        },
        Scenario {
            name: "cloudfront tags",
            steps: tags(),
        },
    ]
}

/// A FunctionSummary: status, comment, stage.
fn summary(status: &str, comment: &str, stage: &str) -> Value {
    json!({
        "Name": "f", "Status": status,
        "FunctionConfig": {"Comment": comment, "Runtime": "cloudfront-js-2.0"},
        "FunctionMetadata": {"FunctionARN": "{cloudfront}/f", "Stage": stage, "CreatedTime": "*", "LastModifiedTime": "*"},
    })
}

fn life() -> Vec<Step> {
    let at = |stage: &str| json!({"Name": "f", "Stage": stage});
    let shown = summary("UNPUBLISHED", "one", "DEVELOPMENT");
    vec![
        done("create", "cloudfront:CreateFunction", edge("f", anything()), 201, json!({"FunctionSummary": shown, "ETag": "*", "Location": "*"}))
            .keeps("etag", "ETag")
            .keeps("created", "FunctionSummary.FunctionMetadata.CreatedTime"),
        refused("the name is taken", "cloudfront:CreateFunction", edge("f", json!({"Comment": "two"})), 409, "FunctionAlreadyExists"),
        done("describe", "cloudfront:DescribeFunction", at("DEVELOPMENT"), 200, json!({"FunctionSummary": shown, "ETag": "{etag}"})),
        done("describe no stage", "cloudfront:DescribeFunction", json!({"Name": "f"}), 200, json!({"FunctionSummary": {"Name": "f"}, "ETag": "*"})),
        done("code", "cloudfront:GetFunction", at("DEVELOPMENT"), 200, json!({"FunctionCode": javascript("one"), "ETag": "{etag}", "ContentType": "*"})),
        refused("nothing is live", "cloudfront:DescribeFunction", at("LIVE"), 404, "NoSuchFunctionExists"),
        refused("no code is live", "cloudfront:GetFunction", at("LIVE"), 404, "NoSuchFunctionExists"),
        done(
            "publish",
            "cloudfront:PublishFunction",
            json!({"Name": "f", "IfMatch": "{etag}"}),
            200,
            json!({"FunctionSummary": summary("UNASSOCIATED", "one", "LIVE")}),
        ),
        done("live", "cloudfront:DescribeFunction", at("LIVE"), 200, json!({"FunctionSummary": summary("UNASSOCIATED", "one", "LIVE"), "ETag": "*"})),
        done("live code", "cloudfront:GetFunction", at("LIVE"), 200, json!({"FunctionCode": javascript("one"), "ETag": "*"})),
        done(
            "development is what is live",
            "cloudfront:DescribeFunction",
            at("DEVELOPMENT"),
            200,
            json!({"FunctionSummary": {"FunctionMetadata": {"Stage": "DEVELOPMENT", "CreatedTime": "{created}"}}, "ETag": "*"}),
        )
        .keeps("etag", "ETag"),
        done("delete", "cloudfront:DeleteFunction", json!({"Name": "f", "IfMatch": "{etag}"}), 204, anything()),
        refused("it is gone", "cloudfront:DescribeFunction", at("DEVELOPMENT"), 404, "NoSuchFunctionExists"),
        refused("it is gone from live", "cloudfront:GetFunction", at("LIVE"), 404, "NoSuchFunctionExists"),
        refused("delete again", "cloudfront:DeleteFunction", json!({"Name": "f", "IfMatch": "{etag}"}), 404, "NoSuchFunctionExists"),
        done("the name is free", "cloudfront:CreateFunction", edge("f", anything()), 201, json!({"ETag": "!{etag}"})),
    ]
}

fn update() -> Vec<Step> {
    let at = |stage: &str| json!({"Name": "f", "Stage": stage});
    let changed = |etag: &str, text: &str| {
        edge(
            "f",
            json!({"IfMatch": etag, "Comment": text, "Code": javascript(text)}),
        )
    };
    let unguarded = |text: &str| edge("f", json!({"Comment": text, "Code": javascript(text)}));
    let publish = |etag: &str| json!({"Name": "f", "IfMatch": etag});
    vec![
        done(
            "create",
            "cloudfront:CreateFunction",
            edge("f", anything()),
            201,
            anything(),
        )
        .keeps("first", "ETag"),
        refused(
            "no If-Match",
            "cloudfront:UpdateFunction",
            unguarded("two"),
            400,
            "InvalidIfMatchVersion",
        ),
        refused(
            "an ETag of nothing",
            "cloudfront:UpdateFunction",
            changed("E0000000000000", "two"),
            412,
            "PreconditionFailed",
        ),
        done(
            "still the first",
            "cloudfront:GetFunction",
            at("DEVELOPMENT"),
            200,
            json!({"FunctionCode": javascript("one"), "ETag": "{first}"}),
        ),
        done(
            "the right ETag",
            "cloudfront:UpdateFunction",
            changed("{first}", "two"),
            200,
            json!({"FunctionSummary": summary("UNPUBLISHED", "two", "DEVELOPMENT"), "ETag": "!{first}"}),
        ),
        done(
            "the second",
            "cloudfront:GetFunction",
            at("DEVELOPMENT"),
            200,
            json!({"FunctionCode": javascript("two"), "ETag": "!{first}"}),
        )
        .keeps("second", "ETag"),
        refused(
            "update with the old ETag",
            "cloudfront:UpdateFunction",
            changed("{first}", "three"),
            412,
            "PreconditionFailed",
        ),
        refused(
            "publish with the old ETag",
            "cloudfront:PublishFunction",
            publish("{first}"),
            412,
            "PreconditionFailed",
        ),
        refused(
            "publish with no If-Match",
            "cloudfront:PublishFunction",
            json!({"Name": "f"}),
            400,
            "InvalidIfMatchVersion",
        ),
        refused(
            "still nothing is live",
            "cloudfront:DescribeFunction",
            at("LIVE"),
            404,
            "NoSuchFunctionExists",
        ),
        done(
            "publish",
            "cloudfront:PublishFunction",
            publish("{second}"),
            200,
            json!({"FunctionSummary": {"FunctionMetadata": {"Stage": "LIVE"}}}),
        ),
        done(
            "after the publish",
            "cloudfront:DescribeFunction",
            at("DEVELOPMENT"),
            200,
            json!({"ETag": "*"}),
        )
        .keeps("second", "ETag"),
        done(
            "update what is published",
            "cloudfront:UpdateFunction",
            changed("{second}", "three"),
            200,
            json!({"FunctionSummary": summary("UNPUBLISHED", "three", "DEVELOPMENT")}),
        ),
        done(
            "live is as it was",
            "cloudfront:GetFunction",
            at("LIVE"),
            200,
            json!({"FunctionCode": javascript("two")}),
        ),
        done(
            "live says so",
            "cloudfront:DescribeFunction",
            at("LIVE"),
            200,
            json!({"FunctionSummary": {"FunctionConfig": {"Comment": "two"}}}),
        ),
        done(
            "development is the third",
            "cloudfront:GetFunction",
            at("DEVELOPMENT"),
            200,
            json!({"FunctionCode": javascript("three")}),
        )
        .keeps("third", "ETag"),
        done(
            "publish again",
            "cloudfront:PublishFunction",
            publish("{third}"),
            200,
            json!({"FunctionSummary": {"FunctionConfig": {"Comment": "three"}}}),
        ),
        done(
            "live is the third",
            "cloudfront:GetFunction",
            at("LIVE"),
            200,
            json!({"FunctionCode": javascript("three")}),
        ),
        done(
            "another runtime",
            "cloudfront:DescribeFunction",
            at("DEVELOPMENT"),
            200,
            anything(),
        )
        .keeps("third", "ETag"),
        done(
            "the older runtime",
            "cloudfront:UpdateFunction",
            edge(
                "f",
                json!({"IfMatch": "{third}", "Runtime": "cloudfront-js-1.0", "Comment": ""}),
            ),
            200,
            json!({"FunctionSummary": {"FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-1.0"}}}),
        ),
        refused(
            "delete with an old ETag",
            "cloudfront:DeleteFunction",
            publish("{first}"),
            412,
            "PreconditionFailed",
        ),
        refused(
            "delete with no If-Match",
            "cloudfront:DeleteFunction",
            json!({"Name": "f"}),
            400,
            "InvalidIfMatchVersion",
        ),
    ]
}

fn lists() -> Vec<Step> {
    let item = |name: &str, stage: &str| json!({"Name": name, "Status": "*", "FunctionMetadata": {"Stage": stage, "FunctionARN": format!("{{cloudfront}}/{name}")}});
    let (a, b, live, c) = (
        item("a", "DEVELOPMENT"),
        item("b", "DEVELOPMENT"),
        item("b", "LIVE"),
        item("c", "DEVELOPMENT"),
    );
    vec![
        done("an empty list", "cloudfront:ListFunctions", json!({}), 200, json!({"Items": [], "Quantity": 0, "NextMarker": null})),
        done("create a", "cloudfront:CreateFunction", edge("a", anything()), 201, anything()),
        done("create b", "cloudfront:CreateFunction", edge("b", anything()), 201, anything()).keeps("etag", "ETag"),
        done("create c", "cloudfront:CreateFunction", edge("c", anything()), 201, anything()),
        done("publish b", "cloudfront:PublishFunction", json!({"Name": "b", "IfMatch": "{etag}"}), 200, anything()),
        done("both stages", "cloudfront:ListFunctions", json!({}), 200, json!({"Items": [a, b, live, c], "Quantity": 4, "NextMarker": null})),
        done("live", "cloudfront:ListFunctions", json!({"Stage": "LIVE"}), 200, json!({"Items": [live], "Quantity": 1})),
        done("development", "cloudfront:ListFunctions", json!({"Stage": "DEVELOPMENT"}), 200, json!({"Items": [a, b, c], "Quantity": 3})),
        done(
            "the first page",
            "cloudfront:ListFunctions",
            json!({"Stage": "DEVELOPMENT", "MaxItems": 2}),
            200,
            json!({"Items": [anything(), anything()], "Quantity": 2, "MaxItems": 2, "NextMarker": "*"}),
        )
        .keeps("marker", "NextMarker"),
        done(
            "the last page",
            "cloudfront:ListFunctions",
            json!({"Stage": "DEVELOPMENT", "MaxItems": 2, "Marker": "{marker}"}),
            200,
            json!({"Items": [anything()], "Quantity": 1, "NextMarker": null}),
        ),
    ]
}

fn tags() -> Vec<Step> {
    let this = json!({"Resource": "{cloudfront}/f"});
    let with = |tags: Value| json!({"Resource": "{cloudfront}/f", "Tags": tags});
    vec![
        done(
            "create",
            "cloudfront:CreateFunction",
            edge("f", json!({"Tags": {"team": "shop", "stage": ""}})),
            201,
            anything(),
        ),
        done(
            "as created",
            "cloudfront:ListTagsForResource",
            this.clone(),
            200,
            json!({"Tags": {"team": "shop", "stage": ""}, "Count": 2}),
        ),
        done(
            "tag",
            "cloudfront:TagResource",
            with(json!({"team": "cart", "o/w:n=e+r@x": "a b.c_d-e"})),
            204,
            anything(),
        ),
        done(
            "tags are added",
            "cloudfront:ListTagsForResource",
            this.clone(),
            200,
            json!({"Tags": {"team": "cart", "stage": "", "o/w:n=e+r@x": "a b.c_d-e"}, "Count": 3}),
        ),
        done(
            "untag",
            "cloudfront:UntagResource",
            json!({"Resource": "{cloudfront}/f", "TagKeys": ["team", "stage"]}),
            204,
            anything(),
        ),
        done(
            "one is left",
            "cloudfront:ListTagsForResource",
            this,
            200,
            json!({"Tags": {"o/w:n=e+r@x": "a b.c_d-e"}, "Count": 1}),
        ),
        refused(
            "a key with a star",
            "cloudfront:TagResource",
            with(json!({"a*b": "x"})),
            400,
            "InvalidTagging",
        ),
        refused(
            "a key of AWS's own",
            "cloudfront:TagResource",
            with(json!({"aws:x": "x"})),
            400,
            "InvalidTagging",
        ),
        refused(
            "tags of nothing",
            "cloudfront:ListTagsForResource",
            json!({"Resource": "{cloudfront}/none"}),
            404,
            "NoSuchResource",
        ),
        refused(
            "tag nothing",
            "cloudfront:TagResource",
            json!({"Resource": "{cloudfront}/none", "Tags": {"a": "b"}}),
            404,
            "NoSuchResource",
        ),
        refused(
            "untag nothing",
            "cloudfront:UntagResource",
            json!({"Resource": "{cloudfront}/none", "TagKeys": ["a"]}),
            404,
            "NoSuchResource",
        ),
        refused(
            "tags of no ARN",
            "cloudfront:ListTagsForResource",
            json!({"Resource": "f"}),
            400,
            "InvalidArgument",
        ),
    ]
}

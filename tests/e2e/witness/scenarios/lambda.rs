//! Lambda functions from create to delete.

use serde_json::{Value, json};

use super::{code_sha256, function};
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, gone, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "whose credentials",
            steps: identity(),
        },
        Scenario {
            name: "lambda create",
            steps: create(),
        },
        Scenario {
            name: "lambda defaults",
            steps: defaults(),
        },
        Scenario {
            name: "lambda code in s3",
            steps: stored(),
        },
        Scenario {
            name: "lambda tags",
            steps: tags(),
        },
        Scenario {
            name: "lambda delete",
            steps: delete(),
        },
    ]
}

fn identity() -> Vec<Step> {
    vec![done(
        "ask",
        "sts:GetCallerIdentity",
        json!({}),
        200,
        json!({"Account": "{account}", "Arn": "*", "UserId": "*"}),
    )]
}

/// Every field that the operator sends.
fn create() -> Vec<Step> {
    let fields = json!({
        "PackageType": "Zip", "Runtime": "python3.13", "Handler": "index.handler", "Role": "{role}", "Description": "all of it",
        "Timeout": 9, "MemorySize": 256, "Environment": {"Variables": {"KEY": "value", "OTHER": ""}}, "Architectures": ["arm64"],
    });
    let mut sent = fields.clone();
    sent["Tags"] = json!({"team": "shop", "o/w:n=e+r@x": "a b"});
    let mut shown = fields;
    for (name, value) in [
        ("FunctionName", json!("f")),
        ("FunctionArn", json!("{lambda}:f")),
        ("Version", json!("$LATEST")),
        ("CodeSha256", json!(code_sha256("one"))),
        ("LastModified", json!("*")),
    ] {
        shown[name] = value;
    }
    let with = |over: Value| super::merged(shown.clone(), over);
    let pending = json!({"State": "Pending", "StateReasonCode": "Creating", "StateReason": "*", "LastUpdateStatus": null, "RevisionId": "*"});
    let active = json!({"State": "Active", "StateReason": null, "StateReasonCode": null, "LastUpdateStatus": "Successful", "LastUpdateStatusReasonCode": null});
    let reply = json!({
        "Configuration": {"FunctionName": "f"}, "Code": {"RepositoryType": "S3", "Location": "*"},
        "Tags": {"team": "shop", "o/w:n=e+r@x": "a b"},
    });
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", sent),
            201,
            with(pending),
        )
        .keeps("revision", "RevisionId"),
        refused(
            "the name is taken",
            "lambda:CreateFunction",
            function("f", anything()),
            409,
            "ResourceConflictException",
        ),
        done(
            "get",
            "lambda:GetFunction",
            json!({"FunctionName": "f"}),
            200,
            reply,
        ),
        settled(
            "settle",
            "f",
            super::merged(with(active), json!({"RevisionId": "!{revision}"})),
        ),
        done(
            "get its configuration",
            "lambda:GetFunctionConfiguration",
            json!({"FunctionName": "f"}),
            200,
            with(json!({"RevisionId": "{revision}"})),
        ),
        done(
            "get it by ARN",
            "lambda:GetFunction",
            json!({"FunctionName": "{lambda}:f"}),
            200,
            json!({"Configuration": {"FunctionArn": "{lambda}:f"}}),
        ),
        done(
            "get the latest",
            "lambda:GetFunction",
            json!({"FunctionName": "f", "Qualifier": "$LATEST"}),
            200,
            json!({"Configuration": {"FunctionArn": "{lambda}:f:$LATEST"}}),
        ),
        refused(
            "the name is still taken",
            "lambda:CreateFunction",
            function("f", anything()),
            409,
            "ResourceConflictException",
        ),
    ]
}

fn defaults() -> Vec<Step> {
    let shown = json!({
        "Description": "", "Timeout": 3, "MemorySize": 128, "PackageType": "Zip", "Architectures": ["x86_64"], "Environment": null, "KMSKeyArn": null,
        "EphemeralStorage": {"Size": 512}, "TracingConfig": {"Mode": "PassThrough"}, "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": "/aws/lambda/f"}, "DeadLetterConfig": null, "Layers": null,
    });
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            shown.clone(),
        ),
        settled(
            "settle",
            "f",
            super::merged(
                shown,
                json!({"RuntimeVersionConfig": {"RuntimeVersionArn": "*"}}),
            ),
        ),
        done(
            "no tags",
            "lambda:GetFunction",
            json!({"FunctionName": "f"}),
            200,
            json!({"Tags": null}),
        ),
    ]
}

fn stored() -> Vec<Step> {
    let at = |bucket: &str, key: &str| json!({"Code": {"S3Bucket": bucket, "S3Key": key}});
    let update =
        |key: &str| json!({"FunctionName": "f", "Code": {"S3Bucket": "{bucket}", "S3Key": key}});
    let code = "InvalidParameterValueException";
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", at("{bucket}", "one.zip")),
            201,
            json!({"CodeSha256": code_sha256("one")}),
        ),
        settled(
            "settle",
            "f",
            json!({"CodeSha256": code_sha256("one"), "State": "Active"}),
        ),
        done(
            "update",
            "lambda:UpdateFunctionCode",
            update("one.zip"),
            200,
            json!({"CodeSha256": code_sha256("one")}),
        ),
        settled(
            "settle again",
            "f",
            json!({"LastUpdateStatus": "Successful"}),
        ),
        refused(
            "update to no object",
            "lambda:UpdateFunctionCode",
            update("none.zip"),
            400,
            code,
        ),
        refused(
            "create from no object",
            "lambda:CreateFunction",
            function("g", at("{bucket}", "none.zip")),
            400,
            code,
        ),
        refused(
            "create from no bucket",
            "lambda:CreateFunction",
            function("h", at("no-such-bucket", "one.zip")),
            400,
            code,
        ),
    ]
}

fn tags() -> Vec<Step> {
    let (this, none) = (
        json!({"Resource": "{lambda}:f"}),
        json!({"Resource": "{lambda}:none"}),
    );
    let with = |over: Value| super::merged(json!({"Resource": "{lambda}:f"}), over);
    let missing = "ResourceNotFoundException";
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", json!({"Tags": {"team": "shop", "stage": "x"}})),
            201,
            anything(),
        ),
        settled("settle", "f", json!({"State": "Active"})),
        done(
            "as created",
            "lambda:ListTags",
            this.clone(),
            200,
            json!({"Tags": {"team": "shop", "stage": "x"}, "Count": 2}),
        ),
        done(
            "tag",
            "lambda:TagResource",
            with(json!({"Tags": {"team": "cart", "a b": ""}})),
            204,
            anything(),
        ),
        done(
            "tags are added",
            "lambda:ListTags",
            this.clone(),
            200,
            json!({"Tags": {"team": "cart", "stage": "x", "a b": ""}, "Count": 3}),
        ),
        done(
            "tags move the revision",
            "lambda:GetFunction",
            json!({"FunctionName": "f"}),
            200,
            json!({"Configuration": {"RevisionId": "!{revision}"}, "Tags": {"team": "cart"}}),
        ),
        done(
            "untag",
            "lambda:UntagResource",
            with(json!({"TagKeys": ["team", "stage", "none"]})),
            204,
            anything(),
        ),
        done(
            "one is left",
            "lambda:ListTags",
            this,
            200,
            json!({"Tags": {"a b": ""}, "Count": 1}),
        ),
        refused(
            "no tags at all",
            "lambda:TagResource",
            with(json!({"Tags": {}})),
            400,
            "InvalidParameterValueException",
        ),
        refused(
            "a key with a star",
            "lambda:TagResource",
            with(json!({"Tags": {"a*b": "x"}})),
            400,
            "*",
        ),
        refused(
            "tags of a version",
            "lambda:TagResource",
            json!({"Resource": "{lambda}:f:1", "Tags": {"a": "b"}}),
            400,
            "InvalidParameterValueException",
        ),
        refused(
            "tags of nothing",
            "lambda:ListTags",
            none.clone(),
            404,
            missing,
        ),
        refused(
            "tag nothing",
            "lambda:TagResource",
            super::merged(none.clone(), json!({"Tags": {"a": "b"}})),
            404,
            missing,
        ),
        refused(
            "untag nothing",
            "lambda:UntagResource",
            super::merged(none, json!({"TagKeys": ["a"]})),
            404,
            missing,
        ),
    ]
}

fn delete() -> Vec<Step> {
    let this = json!({"FunctionName": "f"});
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            anything(),
        ),
        settled("settle", "f", json!({"State": "Active"})),
        // 202 or 204: the service model leaves open how long it takes.
        done(
            "delete",
            "lambda:DeleteFunction",
            this.clone(),
            0,
            anything(),
        ),
        gone("it goes", "f"),
        refused(
            "delete again",
            "lambda:DeleteFunction",
            this,
            404,
            "ResourceNotFoundException",
        ),
        done(
            "the name is free",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            json!({"RevisionId": "!{revision}", "State": "Pending"}),
        ),
    ]
}

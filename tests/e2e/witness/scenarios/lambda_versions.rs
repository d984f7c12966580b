//! Versions of Lambda functions.

use serde_json::{Value, json};

use super::{code_sha256, function, merged};
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, gone, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "lambda versions",
            steps: versions(),
        },
        Scenario {
            name: "lambda publish guards",
            steps: guards(),
        },
        Scenario {
            name: "lambda delete latest",
            steps: latest(),
        },
    ]
}

const PUBLISH: &str = "lambda:PublishVersion";
const LIST: &str = "lambda:ListVersionsByFunction";

fn of_f(over: Value) -> Value {
    merged(json!({"FunctionName": "f"}), over)
}

fn versions() -> Vec<Step> {
    let (one, two) = (code_sha256("one"), code_sha256("two"));
    let numbers = |all: &[&str]| json!({"Versions": all.iter().map(|number| json!({"Version": number})).collect::<Vec<_>>(), "NextMarker": null});
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", json!({"Description": "first"})),
            201,
            anything(),
        ),
        settled("created", "f", json!({"Version": "$LATEST"})),
        done(
            "no version yet",
            LIST,
            of_f(json!({})),
            200,
            numbers(&["$LATEST"]),
        ),
        done(
            "publish",
            PUBLISH,
            of_f(json!({"CodeSha256": one})),
            201,
            json!({"Version": "1", "FunctionArn": "{lambda}:f:1", "CodeSha256": one, "Description": "first"}),
        ),
        done(
            "publish the same",
            PUBLISH,
            of_f(json!({})),
            201,
            json!({"Version": "1"}),
        ),
        done(
            "a publish moves the revision",
            "lambda:GetFunction",
            of_f(json!({})),
            200,
            json!({"Configuration": {"RevisionId": "!{revision}"}}),
        ),
        done(
            "upload",
            "lambda:UpdateFunctionCode",
            of_f(json!({"Code": {"Python": "two"}})),
            200,
            anything(),
        ),
        settled("uploaded", "f", json!({"CodeSha256": two})),
        done(
            "publish the second",
            PUBLISH,
            of_f(json!({"CodeSha256": two, "RevisionId": "{revision}", "Description": "second"})),
            201,
            json!({"Version": "2", "Description": "second", "CodeSha256": two}),
        ),
        done(
            "list",
            LIST,
            of_f(json!({})),
            200,
            json!({"Versions": [
                {"Version": "$LATEST", "FunctionArn": "{lambda}:f:$LATEST", "Description": "first", "State": null, "LastUpdateStatus": null},
                {"Version": "1", "FunctionArn": "{lambda}:f:1", "CodeSha256": one, "State": null, "LastUpdateStatus": null},
                {"Version": "2", "FunctionArn": "{lambda}:f:2", "CodeSha256": two, "State": null, "LastUpdateStatus": null},
            ]}),
        ),
        done(
            "the first page",
            LIST,
            of_f(json!({"MaxItems": 2})),
            200,
            json!({"Versions": [anything(), anything()], "NextMarker": "*"}),
        )
        .keeps("marker", "NextMarker"),
        done(
            "the last page",
            LIST,
            of_f(json!({"MaxItems": 2, "Marker": "{marker}"})),
            200,
            numbers(&["2"]),
        ),
        done(
            "the first version",
            "lambda:GetFunction",
            of_f(json!({"Qualifier": "1"})),
            200,
            json!({"Configuration": {"Version": "1", "CodeSha256": one}, "Tags": null}),
        ),
        done(
            "its configuration",
            "lambda:GetFunctionConfiguration",
            of_f(json!({"Qualifier": "1"})),
            200,
            json!({"Description": "first", "State": "Active"}),
        ),
        refused(
            "no such version",
            "lambda:GetFunction",
            of_f(json!({"Qualifier": "9"})),
            404,
            "ResourceNotFoundException",
        ),
        done(
            "delete the first",
            "lambda:DeleteFunction",
            of_f(json!({"Qualifier": "1"})),
            204,
            anything(),
        ),
        refused(
            "it is gone",
            "lambda:GetFunction",
            of_f(json!({"Qualifier": "1"})),
            404,
            "ResourceNotFoundException",
        ),
        done(
            "one is left",
            LIST,
            of_f(json!({})),
            200,
            numbers(&["$LATEST", "2"]),
        ),
        done(
            "all versions of all",
            "lambda:ListFunctions",
            json!({"FunctionVersion": "ALL"}),
            200,
            json!({"Functions": [anything(), anything()]}),
        ),
        done(
            "delete",
            "lambda:DeleteFunction",
            of_f(json!({})),
            0,
            anything(),
        ),
        gone("it goes", "f"),
        refused(
            "no versions of nothing",
            LIST,
            of_f(json!({})),
            404,
            "ResourceNotFoundException",
        ),
    ]
}

/// What is published is what the caller saw. Whatever is taken all the same is version 1 of the same content.
fn guards() -> Vec<Step> {
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            anything(),
        ),
        settled("created", "f", json!({"State": "Active"})),
        refused(
            "another code",
            PUBLISH,
            of_f(json!({"CodeSha256": code_sha256("two")})),
            400,
            "InvalidParameterValueException",
        ),
        refused(
            "another revision",
            PUBLISH,
            of_f(json!({"RevisionId": "00000000-0000-4000-8000-000000000000"})),
            412,
            "PreconditionFailedException",
        ),
        done(
            "both right",
            PUBLISH,
            of_f(json!({"RevisionId": "{revision}", "CodeSha256": code_sha256("one")})),
            201,
            json!({"Version": "1"}),
        ),
    ]
}

/// `$LATEST` goes only with the function.
fn latest() -> Vec<Step> {
    vec![
        done(
            "create",
            "lambda:CreateFunction",
            function("f", anything()),
            201,
            anything(),
        ),
        settled("created", "f", json!({"State": "Active"})),
        refused(
            "delete the latest",
            "lambda:DeleteFunction",
            of_f(json!({"Qualifier": "$LATEST"})),
            400,
            "InvalidParameterValueException",
        ),
    ]
}

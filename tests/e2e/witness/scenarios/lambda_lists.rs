//! Lists of Lambda functions.

use serde_json::{Value, json};

use super::function;
use crate::witness::anything;
use crate::witness::script::{Scenario, Step, done, refused, settled};

pub fn scenarios() -> Vec<Scenario> {
    vec![
        Scenario {
            name: "lambda lists",
            steps: lists(),
        },
        Scenario {
            name: "lambda long list",
            steps: long(),
        },
    ]
}

const LIST: &str = "lambda:ListFunctions";

fn lists() -> Vec<Step> {
    let item = json!({
        "FunctionName": "a", "FunctionArn": "{lambda}:a", "RevisionId": "*", "CodeSha256": "*", "LastModified": "*", "Description": "x",
        "State": null, "StateReason": null, "StateReasonCode": null,
        "LastUpdateStatus": null, "LastUpdateStatusReason": null, "LastUpdateStatusReasonCode": null, "RuntimeVersionConfig": null,
    });
    let page = |names: &[&str], marker: Value| json!({"Functions": names.iter().map(|name| json!({"FunctionName": name})).collect::<Vec<_>>(), "NextMarker": marker});
    vec![
        done(
            "an empty list",
            LIST,
            json!({}),
            200,
            page(&[], Value::Null),
        ),
        done(
            "create a",
            "lambda:CreateFunction",
            function("a", json!({"Description": "x"})),
            201,
            anything(),
        ),
        done(
            "create b",
            "lambda:CreateFunction",
            function("b", anything()),
            201,
            anything(),
        ),
        done(
            "create c",
            "lambda:CreateFunction",
            function("c", anything()),
            201,
            anything(),
        ),
        settled("a settles", "a", anything()),
        settled("b settles", "b", anything()),
        settled("c settles", "c", anything()),
        done(
            "without states",
            LIST,
            json!({}),
            200,
            json!({"Functions": [item, anything(), anything()], "NextMarker": null}),
        ),
        done(
            "the first page",
            LIST,
            json!({"MaxItems": 2}),
            200,
            page(&["a", "b"], json!("*")),
        )
        .keeps("marker", "NextMarker"),
        done(
            "the last page",
            LIST,
            json!({"MaxItems": 2, "Marker": "{marker}"}),
            200,
            page(&["c"], Value::Null),
        ),
        refused("a page of none", LIST, json!({"MaxItems": 0}), 400, "*"),
    ]
}

/// A page has 50 functions at most, whatever is asked for.
fn long() -> Vec<Step> {
    vec![
        done(
            "create 51",
            "lambda:CreateFunction",
            function("f{n}", anything()),
            201,
            anything(),
        )
        .times(51),
        done(
            "no size",
            LIST,
            json!({}),
            200,
            json!({"Functions": vec![anything(); 50], "NextMarker": "*"}),
        )
        .keeps("marker", "NextMarker"),
        done(
            "the last",
            LIST,
            json!({"Marker": "{marker}"}),
            200,
            json!({"Functions": [anything()], "NextMarker": null}),
        ),
        done(
            "a size above the bound",
            LIST,
            json!({"MaxItems": 200}),
            200,
            json!({"Functions": vec![anything(); 50], "NextMarker": "*"}),
        ),
    ]
}

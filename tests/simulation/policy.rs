//! Policies of functions: between the port, the strict cloud and specs.

use std::collections::BTreeMap;

use cloudfn::cloud::lambda::{Permission, Policy};
use serde_json::{Value, json};
use strict_cloud::lambda as model;
use strict_cloud::operation::lambda as op;
use strict_cloud::{Caller, Cloud};

use crate::run::Stage;
use crate::tally::{Check, Tally};

/// A statement that others put there, and no spec names.
pub const OF_OTHERS: &str = "of-others";

/// A request for this statement.
pub fn asked(statement: &str, permission: &Permission) -> model::Permission {
    let mut fields = json!({
        "StatementId": statement, "Action": permission.action, "Principal": permission.principal,
    });
    for (name, value) in [
        ("SourceArn", &permission.source_arn),
        ("SourceAccount", &permission.source_account),
        ("PrincipalOrgID", &permission.principal_org_id),
        ("EventSourceToken", &permission.event_source_token),
        ("FunctionUrlAuthType", &permission.function_url_auth_type),
    ] {
        if let Some(value) = value {
            fields[name] = json!(value);
        }
    }
    if permission.invoked_via_function_url {
        fields["InvokedViaFunctionUrl"] = json!(true);
    }
    model::Permission::of(fields)
}

/// What a read shows.
pub fn found(reply: &Value) -> Policy {
    Policy::parse(reply["Policy"].as_str().unwrap()).unwrap()
}

/// The statements that are there, by their ids, without what all have.
pub fn seen(cloud: &mut Cloud, caller: &Caller, name: &str) -> BTreeMap<String, Value> {
    let Ok(reply) = cloud.lambda_get_policy(caller, (name, None)) else {
        return BTreeMap::new();
    };
    let policy: Value = serde_json::from_str(reply["Policy"].as_str().unwrap()).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    statements
        .iter()
        .map(|one| (one["Sid"].as_str().unwrap().to_owned(), form(one)))
        .collect()
}

/// The statements that a spec asks for, likewise.
pub fn named(spec: &Value) -> BTreeMap<String, Value> {
    let mut named = BTreeMap::new();
    if spec["functionUrlConfig"]["authType"] == "NONE" {
        let of_url = json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}});
        let of_calls = json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}});
        for (id, action, condition) in [
            (
                "FunctionURLAllowPublicAccess",
                "lambda:InvokeFunctionUrl",
                of_url,
            ),
            (
                "FunctionURLInvokeAllowPublicAccess",
                "lambda:InvokeFunction",
                of_calls,
            ),
        ] {
            let statement = json!({"Action": action, "Principal": "*", "Condition": condition});
            named.insert(id.to_owned(), statement);
        }
    }
    for asked in spec["permissions"].as_array().into_iter().flatten() {
        let principal = asked["principal"].as_str().unwrap();
        let principal = match principal.split_once('.') {
            None if principal == "*" => json!("*"),
            None if principal.starts_with("arn:") => json!({"AWS": principal}),
            None => json!({"AWS": format!("arn:aws:iam::{principal}:root")}),
            Some(_) => json!({"Service": principal}),
        };
        let mut condition = json!({});
        for (member, operator, key) in [
            ("sourceArn", "ArnLike", "AWS:SourceArn"),
            ("sourceAccount", "StringEquals", "AWS:SourceAccount"),
            ("principalOrgId", "StringEquals", "aws:PrincipalOrgID"),
            (
                "eventSourceToken",
                "StringEquals",
                "lambda:EventSourceToken",
            ),
            (
                "functionUrlAuthType",
                "StringEquals",
                "lambda:FunctionUrlAuthType",
            ),
        ] {
            if asked[member].is_string() {
                condition[operator][key] = asked[member].clone();
            }
        }
        if asked["invokedViaFunctionUrl"] == true {
            condition["Bool"] = json!({"lambda:InvokedViaFunctionUrl": "true"});
        }
        let action = asked["action"].as_str().unwrap_or("lambda:InvokeFunction");
        let id = asked["statementId"].as_str().unwrap().to_owned();
        let statement = json!({"Action": action, "Principal": principal, "Condition": condition});
        named.insert(id, statement);
    }
    named
}

fn form(statement: &Value) -> Value {
    let condition = statement.get("Condition").cloned();
    json!({
        "Action": statement["Action"], "Principal": statement["Principal"],
        "Condition": condition.unwrap_or_else(|| json!({})),
    })
}

/// What a schedule's specs name; few, so that they meet.
pub fn some(rng: &mut fastrand::Rng) -> Value {
    let mut list = Vec::new();
    for id in ["s-0", "s-1"] {
        let mut statement = json!({"statementId": id, "principal": "sns.amazonaws.com"});
        match rng.u8(..5) {
            0 => {}
            1 => statement["sourceArn"] = json!("arn:aws:sns:eu-west-1:123456789012:topic"),
            2 => {
                statement["principal"] = json!("s3.amazonaws.com");
                statement["sourceArn"] = json!("arn:aws:s3:::bucket");
                statement["sourceAccount"] = json!("123456789012");
            }
            3 => {
                statement["principal"] = json!("123456789012");
                statement["action"] = json!("lambda:*");
            }
            _ => continue,
        }
        list.push(statement);
    }
    json!(list)
}

/// Statements of others that an operator took away.
pub fn taken(stage: &Stage, tally: &Tally) -> Vec<String> {
    let log = stage.world.clouds.log();
    let removals = log.iter().filter(|entry| {
        entry.principal.starts_with("op") && entry.operation == op::REMOVE_PERMISSION
    });
    let of_others = removals.filter(|entry| {
        tally.asserted(Check::Call);
        entry.arguments["StatementId"] == OF_OTHERS
    });
    of_others
        .map(|entry| format!("a statement of others was removed: {entry}"))
        .collect()
}

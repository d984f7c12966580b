//! A request of a fixture, sent over HTTP as the SDKs send it.
//!
//! Source of methods, paths and parameters: the Lambda API reference.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Request;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use strict_cloud::{Cloud, front};

use crate::ask::{ACCOUNT, Answered, REGION, archive_of, unpacked};

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// An archive is base64 there.
fn with_code(fields: &mut Map<String, Value>) {
    if let Some(Value::String(archive)) = fields.get_mut("ZipFile") {
        *archive = STANDARD.encode(archive_of(archive));
    }
}

/// What is left of the arguments, as a query.
fn query(fields: &Map<String, Value>) -> String {
    let pairs = fields.iter().flat_map(|(name, value)| match value {
        Value::Array(list) => list
            .iter()
            .map(|one| ("tagKeys".to_owned(), one.clone()))
            .collect(),
        other => vec![(name.clone(), other.clone())],
    });
    let pairs: Vec<String> = pairs
        .map(|(name, value)| {
            format!(
                "{name}={}",
                encoded(
                    &value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned)
                )
            )
        })
        .collect();
    if pairs.is_empty() {
        String::new()
    } else {
        format!("?{}", pairs.join("&"))
    }
}

/// Makes a request, and reads the response.
pub fn over_http(cloud: &mut Cloud, operation: &str, with: &Value) -> Answered {
    let mut with = with.as_object().unwrap().clone();
    with_code(&mut with);
    if let Some(Value::Object(code)) = with.get_mut("Code") {
        with_code(code);
    }
    let mut place = |list: &str, name: &str| {
        let name = with
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is missing"));
        format!("/{list}/{}", encoded(name.as_str().unwrap()))
    };
    let mut function = |rest: &str| place("2015-03-31/functions", "FunctionName") + rest;
    let (method, path) = match operation {
        "CreateFunction" => ("POST", "/2015-03-31/functions".to_owned()),
        "UpdateFunctionConfiguration" => ("PUT", function("/configuration")),
        "UpdateFunctionCode" => ("PUT", function("/code")),
        "PublishVersion" => ("POST", function("/versions")),
        "GetFunction" => ("GET", function("")),
        "GetFunctionConfiguration" => ("GET", function("/configuration")),
        "DeleteFunction" => ("DELETE", function("")),
        "CreateAlias" => ("POST", function("/aliases")),
        "GetAlias" | "UpdateAlias" | "DeleteAlias" => {
            let method = match operation {
                "GetAlias" => "GET",
                "UpdateAlias" => "PUT",
                _ => "DELETE",
            };
            let of = function("/aliases");
            (method, of + &place("", "Name")[1..])
        }
        "ListAliases" => ("GET", function("/aliases")),
        "GetFunctionRecursionConfig" => (
            "GET",
            place("2024-08-31/functions", "FunctionName") + "/recursion-config",
        ),
        "PutFunctionRecursionConfig" => (
            "PUT",
            place("2024-08-31/functions", "FunctionName") + "/recursion-config",
        ),
        "PutFunctionConcurrency" => (
            "PUT",
            place("2017-10-31/functions", "FunctionName") + "/concurrency",
        ),
        "GetFunctionConcurrency" => (
            "GET",
            place("2019-09-30/functions", "FunctionName") + "/concurrency",
        ),
        "PutProvisionedConcurrencyConfig" => (
            "PUT",
            place("2019-09-30/functions", "FunctionName") + "/provisioned-concurrency",
        ),
        "GetProvisionedConcurrencyConfig" => (
            "GET",
            place("2019-09-30/functions", "FunctionName") + "/provisioned-concurrency",
        ),
        "DeleteProvisionedConcurrencyConfig" => (
            "DELETE",
            place("2019-09-30/functions", "FunctionName") + "/provisioned-concurrency",
        ),
        "ListProvisionedConcurrencyConfigs" => {
            let of = place("2019-09-30/functions", "FunctionName") + "/provisioned-concurrency";
            with.insert("List".to_owned(), json!("ALL"));
            ("GET", of)
        }
        "CreateFunctionUrlConfig" => (
            "POST",
            place("2021-10-31/functions", "FunctionName") + "/url",
        ),
        "GetFunctionUrlConfig" => (
            "GET",
            place("2021-10-31/functions", "FunctionName") + "/url",
        ),
        "ListFunctionUrlConfigs" => (
            "GET",
            place("2021-10-31/functions", "FunctionName") + "/urls",
        ),
        "UpdateFunctionUrlConfig" => (
            "PUT",
            place("2021-10-31/functions", "FunctionName") + "/url",
        ),
        "DeleteFunctionUrlConfig" => (
            "DELETE",
            place("2021-10-31/functions", "FunctionName") + "/url",
        ),
        "AddPermission" => ("POST", function("/policy")),
        "RemovePermission" => {
            let of = function("/policy");
            ("DELETE", of + &place("", "StatementId")[1..])
        }
        "GetPolicy" => ("GET", function("/policy")),
        "GetFunctionEventInvokeConfig" => (
            "GET",
            place("2019-09-25/functions", "FunctionName") + "/event-invoke-config",
        ),
        "PutFunctionEventInvokeConfig" => (
            "PUT",
            place("2019-09-25/functions", "FunctionName") + "/event-invoke-config",
        ),
        "UpdateFunctionEventInvokeConfig" => (
            "POST",
            place("2019-09-25/functions", "FunctionName") + "/event-invoke-config",
        ),
        "ListFunctionEventInvokeConfigs" => (
            "GET",
            place("2019-09-25/functions", "FunctionName") + "/event-invoke-config/list",
        ),
        "DeleteFunctionEventInvokeConfig" => (
            "DELETE",
            place("2019-09-25/functions", "FunctionName") + "/event-invoke-config",
        ),
        "GetFunctionCodeSigningConfig" => (
            "GET",
            place("2020-06-30/functions", "FunctionName") + "/code-signing-config",
        ),
        "PutFunctionCodeSigningConfig" => (
            "PUT",
            place("2020-06-30/functions", "FunctionName") + "/code-signing-config",
        ),
        "DeleteFunctionCodeSigningConfig" => (
            "DELETE",
            place("2020-06-30/functions", "FunctionName") + "/code-signing-config",
        ),
        "ListVersionsByFunction" => ("GET", function("/versions")),
        "ListFunctions" => ("GET", "/2015-03-31/functions".to_owned()),
        "TagResource" => ("POST", place("2017-03-31/tags", "Resource")),
        "UntagResource" => ("DELETE", place("2017-03-31/tags", "Resource")),
        "ListTags" => ("GET", place("2017-03-31/tags", "Resource")),
        other => panic!("{other} is not replayed"),
    };
    let (query, body) = match method {
        "POST" | "PUT" => {
            // A qualifier is never part of a body.
            let qualifier = with.remove_entry("Qualifier").into_iter().collect();
            (query(&qualifier), Value::Object(with).to_string())
        }
        _ => (query(&with), String::new()),
    };
    let signed = format!(
        "AWS4-HMAC-SHA256 Credential={ACCOUNT}/20260101/{REGION}/lambda/aws4_request, SignedHeaders=host, Signature=0"
    );
    let request = Request::builder()
        .method(method)
        .uri(path + &query)
        .header("authorization", signed)
        .body(body.into_bytes())
        .unwrap();
    let response = front::answer(cloud, &request).unwrap();
    let status = response.status().as_u16();
    let read: Value = if response.body().is_empty() {
        json!({})
    } else {
        serde_json::from_slice(response.body()).unwrap()
    };
    let body = if status < 300 {
        // This one member of the reply is the status itself.
        Ok(match operation {
            "DeleteFunction" => json!({"StatusCode": status}),
            "AddPermission" => unpacked(read, "Statement"),
            "GetPolicy" => unpacked(read, "Policy"),
            _ => read,
        })
    } else {
        let said = read
            .get("Message")
            .or_else(|| read.get("message"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        Err((
            response.headers()["x-amzn-errortype"]
                .to_str()
                .unwrap()
                .to_owned(),
            said.to_owned(),
        ))
    };
    Answered { status, body }
}

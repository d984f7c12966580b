//! What no cloud has, for tests in other processes: whether the server is there, its call log, and
//! pairs for a key value store, whose own API is another service's.

use http::Response;
use serde_json::{Value, json};

use super::request::Request;
use super::response;
use crate::log::{Answered, Entry};
use crate::model::Cloud;
use crate::operation::Service;

/// Answers what is asked of the model itself; needs no signature and is no call.
pub(super) fn answer(cloud: &mut Cloud, request: &Request<'_>) -> Option<Response<Vec<u8>>> {
    let body = match (request.method(), request.path().as_slice()) {
        ("GET", ["_strict-cloud", "health"]) => {
            json!({"status": "ok", "now": cloud.now().rfc3339(), "calls": cloud.log().len()})
        }
        ("GET", ["_strict-cloud", "log"]) => Value::Array(cloud.log().iter().map(entry).collect()),
        ("PUT", ["_strict-cloud", "key-value-stores", account, id]) => {
            let Ok(pairs) = serde_json::from_slice(request.body()) else {
                let refusal = json!({"error": "the body is no JSON object of texts"});
                return Some(response(400, "application/json", refusal.to_string()));
            };
            cloud.put_key_value_store(account, id, &pairs);
            json!({"status": "ok"})
        }
        _ => return None,
    };
    Some(response(200, "application/json", body.to_string()))
}

fn entry(entry: &Entry) -> Value {
    let service = match entry.operation.service {
        Service::CloudFront => "cloudfront",
        Service::Lambda => "lambda",
    };
    let answer = match &entry.answer {
        Answered::Done(status) => json!({"status": status}),
        Answered::Refused(status, code) => json!({"status": status, "code": code}),
        Answered::Dropped { after_effect } => {
            json!({"dropped": if *after_effect { "after the effect" } else { "before the effect" }})
        }
    };
    json!({
        "seq": entry.seq,
        "at": entry.at.rfc3339(),
        "account": entry.account,
        "region": entry.region,
        "principal": entry.principal,
        "service": service,
        "operation": entry.operation.name,
        "function": entry.function,
        "arguments": entry.arguments,
        "answer": answer,
        "effect": entry.effect,
        "fault": entry.fault,
        "delayMillis": u64::try_from(entry.delay.as_millis()).unwrap_or(u64::MAX),
    })
}

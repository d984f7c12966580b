//! What a function returns, checked and written as FunctionOutput.
//!
//! Source: CloudFront Developer Guide, "Event structure". The sentence for header names is as users
//! report it; the others are made like it (assumed:invalid-values). What is filled in is assumed:test-output.

use base64::Engine as _;
use serde_json::{Map, Value, json};

const PREFIX: &str = "The CloudFront function returned an invalid value: ";

/// FunctionOutput, or what FunctionErrorMessage says of it.
pub(super) fn checked(returned: Option<&str>, event: &str) -> Result<String, String> {
    let value = returned.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let responds = of_response(event);
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    let checked = match &value {
        Some(Value::Object(fields)) if fields.contains_key("statusCode") => {
            response(fields).map(|members| ("response", members))
        }
        Some(Value::Object(fields)) if responds && !fields.contains_key("method") => {
            response(fields).map(|members| ("response", members))
        }
        Some(Value::Object(_)) if responds => {
            Err("the handler of a viewer response must return a response.".to_owned())
        }
        Some(Value::Object(fields)) => request(fields, &event).map(|members| ("request", members)),
        _ => Err("the handler must return a request or a response object.".to_owned()),
    };
    let (kind, members) = checked.map_err(|fault| format!("{PREFIX}{fault}"))?;
    let members: Vec<String> = members
        .iter()
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    Ok(format!("{{\"{kind}\":{{{}}}}}", members.join(",")))
}

/// Whether the event is that of a viewer response.
pub(super) fn of_response(event: &str) -> bool {
    let event: Value = serde_json::from_str(event).unwrap_or_default();
    event.pointer("/context/eventType").and_then(Value::as_str) == Some("viewer-response")
}

type Members = Vec<(&'static str, Value)>;

fn request(fields: &Map<String, Value>, event: &Value) -> Result<Members, String> {
    // "If your function code returns a request, it cannot modify this field."
    let method = event
        .pointer("/request/method")
        .or_else(|| fields.get("method"))
        .filter(|method| method.is_string());
    let Some(method) = method else {
        return Err("request.method is missing or is no string.".into());
    };
    // "The new uri value must begin with a forward slash."
    let uri = fields
        .get("uri")
        .and_then(Value::as_str)
        .ok_or("request.uri is missing or is no string.")?;
    if !uri.starts_with('/') {
        return Err("request.uri must begin with a forward slash.".into());
    }
    Ok(vec![
        ("method", method.clone()),
        ("uri", json!(uri)),
        ("querystring", query(fields)?),
        ("headers", headers(fields, "request")?),
        ("cookies", entries(fields, "request", "cookies")?),
    ])
}

/// A text, too: AWS's own example that normalizes query strings (amazon-cloudfront-functions,
/// "Normalize query string parameters") puts one there.
fn query(fields: &Map<String, Value>) -> Result<Value, String> {
    match fields.get("querystring") {
        Some(text @ Value::String(_)) => Ok(text.clone()),
        _ => entries(fields, "request", "querystring"),
    }
}

fn response(fields: &Map<String, Value>) -> Result<Members, String> {
    // "This value is an integer, not a string."
    let status = fields
        .get("statusCode")
        .and_then(Value::as_u64)
        .filter(|status| (100..=599).contains(status));
    let Some(status) = status else {
        return Err("response.statusCode must be an integer from 100 to 599.".into());
    };
    let mut members = vec![("statusCode", json!(status))];
    match fields.get("statusDescription") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => members.push(("statusDescription", json!(text))),
        Some(_) => return Err("response.statusDescription must be a string.".into()),
    }
    members.push(("headers", headers(fields, "response")?));
    members.push(("cookies", entries(fields, "response", "cookies")?));
    match fields.get("body") {
        None | Some(Value::Null) => {}
        Some(body) => members.push(("body", checked_body(body)?)),
    }
    Ok(members)
}

/// "The only valid encodings are text and base64"; or the text itself.
fn checked_body(body: &Value) -> Result<Value, String> {
    if body.is_string() {
        return Ok(json!({"encoding": "text", "data": body}));
    }
    let (encoding, data) = (
        body.get("encoding").and_then(Value::as_str),
        body.get("data").and_then(Value::as_str),
    );
    match (encoding, data) {
        (Some("text"), Some(_)) => Ok(body.clone()),
        (Some("base64"), Some(data))
            if base64::engine::general_purpose::STANDARD
                .decode(data)
                .is_ok() =>
        {
            Ok(body.clone())
        }
        (Some("base64"), Some(_)) => Err("response.body.data is no base64.".into()),
        _ => Err(
            "response.body must be a string, or have an encoding, text or base64, and data.".into(),
        ),
    }
}

fn headers(fields: &Map<String, Value>, of: &str) -> Result<Value, String> {
    let headers = entries(fields, of, "headers")?;
    let lower = headers
        .as_object()
        .into_iter()
        .flatten()
        .all(|(name, _)| !name.chars().any(char::is_uppercase));
    if lower {
        Ok(headers)
    } else {
        Err(format!(
            "{of}.headers must have header names in lower case."
        ))
    }
}

/// "Each field contains a value property"; `multiValue` and, of cookies, `attributes` may be there, too. What is absent is empty.
fn entries(fields: &Map<String, Value>, of: &str, name: &str) -> Result<Value, String> {
    let entries = match fields.get(name) {
        None | Some(Value::Null) => return Ok(json!({})),
        Some(Value::Object(entries)) => entries,
        Some(_) => return Err(format!("{of}.{name} must be an object.")),
    };
    for (key, entry) in entries {
        let text = |entry: &Value| {
            entry.get("value").is_some_and(Value::is_string)
                && entry.get("attributes").is_none_or(Value::is_string)
        };
        let many = entry.get("multiValue").map(|many| {
            many.as_array()
                .is_some_and(|many| !many.is_empty() && many.iter().all(text))
        });
        if many == Some(false) || many.is_none() && !text(entry) {
            return Err(format!(
                "{of}.{name}['{key}'] must have a value that is a string."
            ));
        }
    }
    let kept = entries
        .iter()
        .map(|(key, entry)| (key.clone(), kept(entry)));
    Ok(Value::Object(kept.collect()))
}

/// An entry with the members that the guide lists for it, and no other.
fn kept(entry: &Value) -> Value {
    let mut members = entry.as_object().cloned().unwrap_or_default();
    members.retain(|name, _| ["value", "multiValue", "attributes"].contains(&name.as_str()));
    if let Some(Value::Array(many)) = members.get_mut("multiValue") {
        for one in many {
            *one = kept(one);
        }
    }
    Value::Object(members)
}

//! The event that a test sends: what the user wrote, with all that CloudFront expects beside it.
//!
//! Source of shapes: CloudFront Developer Guide, "Event structure". Pure.

use serde_json::{Map, Value, json};

use crate::api::cloudfront::Members;

/// CloudFront's documented limit of an event, in bytes.
const MAX_EVENT_BYTES: usize = 40_960;

/// The whole event as JSON; or what is wrong with it.
pub(super) fn filled(mut event: Members) -> Result<Vec<u8>, String> {
    let responds = event.contains_key("response")
        || event
            .get("context")
            .is_some_and(|context| context["eventType"] == "viewer-response");
    let kind = if responds {
        "viewer-response"
    } else {
        "viewer-request"
    };
    event.entry("version").or_insert_with(|| json!("1.0"));
    let context = json!({
        "distributionDomainName": "d111111abcdef8.cloudfront.net",
        "distributionId": "EDFDVBD6EXAMPLE",
        "eventType": kind,
        "requestId": "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
    });
    fill(&mut event, "context", &context)?;
    fill(&mut event, "viewer", &json!({"ip": "198.51.100.11"}))?;
    fill(
        &mut event,
        "request",
        &json!({"method": "GET", "uri": "/", "querystring": {}, "headers": {}, "cookies": {}}),
    )?;
    if responds {
        fill(
            &mut event,
            "response",
            &json!({"statusCode": 200, "statusDescription": "OK", "headers": {}, "cookies": {}}),
        )?;
    }
    for message in ["request", "response"] {
        let names = event
            .get(message)
            .and_then(|message| message["headers"].as_object())
            .into_iter()
            .flat_map(Map::keys);
        if let Some(name) = names
            .into_iter()
            .find(|name| name.chars().any(char::is_uppercase))
        {
            return Err(format!(
                "has the header {name} in event.{message}.headers; CloudFront writes header names in lower case"
            ));
        }
    }
    let bytes = Value::Object(event).to_string().into_bytes();
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(format!(
            "has an event of {} bytes and CloudFront takes at most {MAX_EVENT_BYTES}; shorten it",
            bytes.len()
        ));
    }
    Ok(bytes)
}

/// Adds what a member of the event lacks.
fn fill(event: &mut Members, name: &str, defaults: &Value) -> Result<(), String> {
    let found = event.entry(name).or_insert_with(|| json!({}));
    let Some(found) = found.as_object_mut() else {
        return Err(format!(
            "has an event whose {name} is no object; write one, or leave it out"
        ));
    };
    for (key, value) in defaults.as_object().into_iter().flatten() {
        found.entry(key).or_insert_with(|| value.clone());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(event: Value) -> Result<Value, String> {
        let Value::Object(members) = event else {
            panic!("an object")
        };
        filled(members).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn what_is_left_out_is_filled_in_and_what_is_there_stays() {
        let request =
            event(json!({"request": {"uri": "/a", "headers": {"host": {"value": "example.com"}}}}))
                .unwrap();
        assert_eq!(request["context"]["eventType"], "viewer-request");
        assert_eq!(request["version"], "1.0");
        assert_eq!(request["request"]["uri"], "/a");
        assert_eq!(request["request"]["method"], "GET");
        assert_eq!(
            request["request"]["headers"]["host"]["value"],
            "example.com"
        );
        assert_eq!(request["request"]["cookies"], json!({}));
        assert!(request["response"].is_null());

        let response = event(json!({"response": {"statusCode": 404}})).unwrap();
        assert_eq!(response["context"]["eventType"], "viewer-response");
        assert_eq!(response["response"]["statusCode"], 404);
        assert_eq!(response["response"]["headers"], json!({}));
        assert_eq!(response["request"]["uri"], "/");

        let named =
            event(json!({"context": {"eventType": "viewer-response", "distributionId": "E1"}}))
                .unwrap();
        assert_eq!(
            (
                &named["response"]["statusCode"],
                &named["context"]["distributionId"]
            ),
            (&json!(200), &json!("E1"))
        );
    }

    #[test]
    fn an_event_that_cannot_be_one_is_refused_with_what_to_change() {
        let big = "x".repeat(MAX_EVENT_BYTES);
        let rows = [
            (
                json!({"request": "/"}),
                "has an event whose request is no object; write one, or leave it out",
            ),
            (
                json!({"request": {"headers": {"Host": {"value": "a"}}}}),
                "has the header Host in event.request.headers; CloudFront writes header names in lower case",
            ),
        ];
        for (given, message) in rows {
            assert_eq!(event(given).unwrap_err(), message);
        }
        assert!(
            event(json!({"request": {"uri": big}}))
                .unwrap_err()
                .ends_with("shorten it")
        );
    }
}

//! The event that a test sends: what the user wrote, with all that CloudFront expects beside it.
//!
//! Source of shapes: CloudFront Developer Guide, "Event structure". Pure.

use std::collections::BTreeMap;

use crate::api::cloudfront::{Event, EventType, Field};

/// CloudFront's documented limit of an event, in bytes.
const MAX_EVENT_BYTES: usize = 40_960;

/// The whole event as JSON; or what is wrong with it.
pub(super) fn filled(event: Option<Event>) -> Result<Vec<u8>, String> {
    let mut event = event.unwrap_or_default();
    let named = event
        .context
        .as_ref()
        .and_then(|context| context.event_type);
    let responds = event.response.is_some() || named == Some(EventType::ViewerResponse);
    set(&mut event.version, "1.0");
    let context = event.context.get_or_insert_default();
    set(
        &mut context.distribution_domain_name,
        "d111111abcdef8.cloudfront.net",
    );
    set(&mut context.distribution_id, "EDFDVBD6EXAMPLE");
    context.event_type.get_or_insert(if responds {
        EventType::ViewerResponse
    } else {
        EventType::ViewerRequest
    });
    set(
        &mut context.request_id,
        "EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==",
    );
    set(
        &mut event.viewer.get_or_insert_default().ip,
        "198.51.100.11",
    );
    let request = event.request.get_or_insert_default();
    set(&mut request.method, "GET");
    set(&mut request.uri, "/");
    request.querystring.get_or_insert_default();
    lower_case(request.headers.get_or_insert_default(), "request")?;
    request.cookies.get_or_insert_default();
    if responds {
        let response = event.response.get_or_insert_default();
        response.status_code.get_or_insert(200);
        set(&mut response.status_description, "OK");
        lower_case(response.headers.get_or_insert_default(), "response")?;
        response.cookies.get_or_insert_default();
    }
    // By way of a value: its members are in alphabetical order.
    let bytes = serde_json::to_value(&event)
        .map_err(|error| format!("has an event that is no JSON: {error}"))?
        .to_string()
        .into_bytes();
    if bytes.len() > MAX_EVENT_BYTES {
        return Err(format!(
            "has an event of {} bytes and CloudFront takes at most {MAX_EVENT_BYTES}; shorten it",
            bytes.len()
        ));
    }
    Ok(bytes)
}

/// Sets a member that is left out.
fn set(member: &mut Option<String>, default: &str) {
    member.get_or_insert_with(|| default.to_owned());
}

/// Refuses names of headers that CloudFront never makes.
fn lower_case(headers: &BTreeMap<String, Field>, message: &str) -> Result<(), String> {
    match headers
        .keys()
        .find(|name| name.chars().any(char::is_uppercase))
    {
        None => Ok(()),
        Some(name) => Err(format!(
            "has the header {name} in event.{message}.headers; CloudFront writes header names in lower case"
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(event: Value) -> Result<Value, String> {
        let event = serde_json::from_value(event).unwrap();
        filled(Some(event)).map(|bytes| serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn an_event_that_is_left_out_is_filled_in_like_an_empty_one() {
        assert_eq!(filled(None), filled(Some(Event::default())));
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
        for message in ["request", "response"] {
            assert_eq!(
                event(json!({message: {"headers": {"Host": {"value": "a"}}}})).unwrap_err(),
                format!(
                    "has the header Host in event.{message}.headers; CloudFront writes header names in lower case"
                )
            );
        }
        assert!(
            event(json!({"request": {"uri": big}}))
                .unwrap_err()
                .ends_with("shorten it")
        );
    }
}

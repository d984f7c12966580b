//! Refusals on the wire, in the form of each service.
//!
//! Source: Smithy's AWS REST-JSON and REST-XML protocols (where the code stands); the service model
//! of Lambda (which exceptions have `Message` and which `message`); recorded answers of the error
//! sequences for `Type`, which errors outside the model do not have.

use http::Response;
use serde_json::{Map, Value, json};

use super::request::Request;
use super::xml::Xml;
use super::{Home, cloudfront, response, set, sts};
use crate::model::{Cloud, Outcome, Refusal};

/// A refusal of the front itself: of what cannot be read as a request. It is no call, and stands in no log.
pub(super) fn refuse(
    cloud: &Cloud,
    request: &Request<'_>,
    status: u16,
    code: &'static str,
    message: impl Into<String>,
) -> Outcome {
    let request_id = cloud.request_id_of(&request.line());
    Outcome::Refused(Refusal {
        status,
        code,
        message: message.into(),
        retry_after: None,
        request_id,
    })
}

/// A path or method that the service does not have (assumed:no-route).
pub(super) fn unknown(cloud: &Cloud, request: &Request<'_>) -> Outcome {
    refuse(
        cloud,
        request,
        404,
        "UnknownOperationException",
        format!("There is no operation for {}", request.line()),
    )
}

/// Names the request in the answer.
pub(super) fn identify(response: &mut Response<Vec<u8>>, request_id: &str) {
    set(response, "x-amzn-requestid", request_id);
}

/// The answer to a refused request.
pub(super) fn on_the_wire(home: Home, refusal: &Refusal) -> Response<Vec<u8>> {
    if refusal.code.is_empty() {
        let body = if refusal.status < 300 {
            ""
        } else {
            refusal.message.as_str()
        };
        return response(refusal.status, "text/html", body);
    }
    let mut response = match home {
        Home::Lambda => json_form(refusal),
        Home::CloudFront => xml_form(cloudfront::NAMESPACE, refusal),
        Home::Sts => xml_form(sts::NAMESPACE, refusal),
    };
    identify(&mut response, &refusal.request_id);
    if let Some(after) = refusal.retry_after {
        set(&mut response, "retry-after", &after.as_secs().to_string());
    }
    response
}

/// The exceptions of Lambda's service model that the model answers.
const MODELLED: [&str; 7] = [
    "InvalidParameterValueException",
    "PreconditionFailedException",
    "ProvisionedConcurrencyConfigNotFoundException",
    "ResourceConflictException",
    "ResourceNotFoundException",
    "ServiceException",
    "TooManyRequestsException",
];

fn json_form(refusal: &Refusal) -> Response<Vec<u8>> {
    let mut body = Map::new();
    // Recorded answers: AccessDeniedException and ValidationException, which the service model does not have, come without Type.
    if MODELLED.contains(&refusal.code) {
        body.insert(
            "Type".into(),
            json!(if refusal.status < 500 {
                "User"
            } else {
                "Service"
            }),
        );
    }
    // Service model: these two have Message, all others message. Of what is not in it, only the null of AccessDeniedException is
    // recorded (test_function_arns); the SDKs take either.
    let member = if [
        "ResourceNotFoundException",
        "ServiceException",
        "AccessDeniedException",
    ]
    .contains(&refusal.code)
    {
        "Message"
    } else {
        "message"
    };
    body.insert(
        member.into(),
        if refusal.message.is_empty() {
            Value::Null
        } else {
            json!(refusal.message)
        },
    );
    if refusal.code == "TooManyRequestsException" {
        // assumed:throttle-reason.
        body.insert("Reason".into(), json!("CallerRateLimitExceeded"));
    }
    let mut response = response(
        refusal.status,
        "application/json",
        Value::Object(body).to_string(),
    );
    set(&mut response, "x-amzn-errortype", refusal.code);
    response
}

fn xml_form(namespace: &str, refusal: &Refusal) -> Response<Vec<u8>> {
    let mut xml = Xml::begin();
    xml.root("ErrorResponse", namespace, |xml| {
        xml.within("Error", |xml| {
            xml.leaf(
                "Type",
                if refusal.status < 500 {
                    "Sender"
                } else {
                    "Receiver"
                },
            );
            xml.leaf("Code", refusal.code);
            xml.leaf("Message", &refusal.message);
        });
        xml.leaf("RequestId", &refusal.request_id);
    });
    response(refusal.status, "text/xml", xml.text())
}

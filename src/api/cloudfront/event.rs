//! What a CloudFront function gets and answers, as far as tests name it.
//!
//! Source of the shapes: CloudFront Developer Guide, "CloudFront Functions event structure". Each
//! member may be left out: of an event the rest is filled in, and of an answer it does not matter.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The event that the function gets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Version of the event's structure; `1.0` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16))]
    pub version: Option<String>,
    /// The distribution and the request's id. An example where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventContext")]
    pub context: Option<EventContext>,
    /// Who sent the request. An example where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Viewer")]
    pub viewer: Option<Viewer>,
    /// The request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Request")]
    pub request: Option<Request>,
    /// The response; with it, the event is a `viewer-response`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Response")]
    pub response: Option<Response>,
}

/// What the function must answer: a request or a response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Expectation {
    /// The function answers a request, with these members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Request")]
    pub request: Option<Request>,
    /// The function answers a response, with these members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Response")]
    pub response: Option<Response>,
}

/// Where and why the function runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventContext {
    /// Domain name of a standard distribution, such as `d111111abcdef8.cloudfront.net`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub distribution_domain_name: Option<String>,
    /// Domain name of a connection group; CloudFront gives it for multi-tenant distributions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub endpoint: Option<String>,
    /// Id of the distribution, such as `EDFDVBD6EXAMPLE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub distribution_id: Option<String>,
    /// `viewer-request` or `viewer-response`; by the presence of a response where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "EventType")]
    pub event_type: Option<EventType>,
    /// Id of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub request_id: Option<String>,
}

/// When the function runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// Before CloudFront looks into its cache.
    ViewerRequest,
    /// Before CloudFront answers.
    ViewerResponse,
}

/// Who sent the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Viewer {
    /// IP address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub ip: Option<String>,
}

/// A request of a viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Method, such as `GET`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 256))]
    pub method: Option<String>,
    /// Path, without the query string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub uri: Option<String>,
    /// Parameters of the query string, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub querystring: Option<BTreeMap<String, Field>>,
    /// Headers, by name, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, Field>>,
    /// Cookies, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<BTreeMap<String, Cookie>>,
}

/// A response to a viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// HTTP status, a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 100, max = 599))]
    pub status_code: Option<i32>,
    /// Text of the status, such as `Moved Permanently`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub status_description: Option<String>,
    /// Headers, by name, in lower case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, Field>>,
    /// Cookies, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cookies: Option<BTreeMap<String, Cookie>>,
    /// The body; CloudFront shows a function none, and answers one that is a text as an object, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Body")]
    pub body: Option<Body>,
}

/// A header or a parameter of the query string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Field {
    /// Its value; the first one where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub value: Option<String>,
    /// All values, where it was given more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_value: Option<Vec<FieldValue>>,
}

/// One of several values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldValue {
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub value: Option<String>,
}

/// A cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cookie {
    /// Its value; the first one where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub value: Option<String>,
    /// Attributes of a response's cookie, one text: `Path=/; Secure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub attributes: Option<String>,
    /// All values, where it was given more than once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi_value: Option<Vec<CookieValue>>,
}

/// One of several values of a cookie.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CookieValue {
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub value: Option<String>,
    /// Attributes of a response's cookie, one text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub attributes: Option<String>,
}

/// A body.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// `text` or `base64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Encoding")]
    pub encoding: Option<Encoding>,
    /// The body itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 40960))]
    pub data: Option<String>,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// As it is.
    Text,
    /// In base64.
    Base64,
}

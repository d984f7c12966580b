//! A request, decoded: path segments, query, headers, body.
//!
//! Invariant: a path is split before it is decoded, so that an ARN with an encoded slash stays one
//! segment.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// A request as the fronts read it.
pub(super) struct Request<'a> {
    request: &'a http::Request<Vec<u8>>,
    path: Vec<Cow<'a, str>>,
    query: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Request<'a> {
    pub(super) fn of(request: &'a http::Request<Vec<u8>>) -> Self {
        let path = request
            .uri()
            .path()
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| percent_decode_str(part).decode_utf8_lossy());
        let query = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
        Self {
            request,
            path: path.collect(),
            query: query.collect(),
        }
    }

    pub(super) fn method(&self) -> &'a str {
        self.request.method().as_str()
    }

    /// The path's segments, decoded; empty ones left out.
    pub(super) fn path(&self) -> Vec<&str> {
        self.path.iter().map(AsRef::as_ref).collect()
    }

    /// Method and path as they came, for messages and ids.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.request.method(), self.request.uri().path())
    }

    /// The first parameter of a name.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_ref())
    }

    /// All parameters of a name, in their order.
    pub(super) fn parameters(&self, name: &str) -> Vec<String> {
        self.query
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone().into_owned())
            .collect()
    }

    pub(super) fn header(&self, name: &str) -> Option<&'a str> {
        self.request.headers().get(name)?.to_str().ok()
    }

    pub(super) fn body(&self) -> &'a [u8] {
        self.request.body()
    }

    /// The body as a form.
    pub(super) fn form(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.request.body())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The body as a JSON object; an empty one is an empty object, and null is absent.
    pub(super) fn json(&self) -> Option<Map<String, Value>> {
        if self.request.body().is_empty() {
            return Some(Map::new());
        }
        match serde_json::from_slice(self.request.body()).ok()? {
            Value::Object(mut fields) => {
                fields.retain(|_, value| !value.is_null());
                Some(fields)
            }
            _ => None,
        }
    }
}

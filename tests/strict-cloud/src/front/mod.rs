//! HTTP as the AWS SDKs speak it: a request in, at most one call of the [`Cloud`], a response out.
//!
//! Invariant: everything here is pure, except [`server`], which alone has sockets and a clock. The
//! fronts translate and judge nothing: what a request asks for is refused by the model, so that a
//! caller over HTTP and one in process get the same answers; only what cannot be read as a request
//! at all is refused here.
//!
//! Source of the wire forms: the service models (paths, members, headers), Smithy's descriptions of
//! REST-JSON, REST-XML and Query, and AWS's recorded answers for the members of error bodies.

mod cloudfront;
mod control;
mod lambda;
mod refusal;
mod request;
pub mod server;
mod signature;
mod sts;
mod xml;

use http::{HeaderValue, Response, StatusCode};

use crate::model::{Answer, Cloud, Outcome};
use request::Request;

/// The connection is closed without an answer; whether the request had its effect, the log knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection was closed by a fault")
    }
}

impl std::error::Error for Dropped {}

/// The services that are spoken, each in its own protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// REST-XML.
    CloudFront,
    /// REST-JSON.
    Lambda,
    /// Query.
    Sts,
}

impl Home {
    /// As the credential scope names it.
    const fn scope(self) -> &'static str {
        match self {
            Self::CloudFront => "cloudfront",
            Self::Lambda => "lambda",
            Self::Sts => "sts",
        }
    }

    /// Whose a request is: the path says so where it begins with an API version, else the signature.
    fn of(request: &Request<'_>) -> Self {
        match request.path().first() {
            Some(&"2020-05-31") => return Self::CloudFront,
            Some(version) if is_date(version) => return Self::Lambda,
            None if request.method() == "POST" => return Self::Sts,
            _ => {}
        }
        match signature::scope(request).map(|scope| scope.service) {
            Some("cloudfront") => Self::CloudFront,
            Some("sts") => Self::Sts,
            _ => Self::Lambda,
        }
    }
}

fn is_date(text: &str) -> bool {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    shape == "0000-00-00"
}

/// Answers one request.
///
/// # Errors
/// [`Dropped`] where a fault breaks the connection.
pub fn answer(
    cloud: &mut Cloud,
    request: &http::Request<Vec<u8>>,
) -> Result<Response<Vec<u8>>, Dropped> {
    let request = Request::of(request);
    if let Some(response) = control::answer(cloud, &request) {
        return Ok(response);
    }
    cloud.came();
    let home = Home::of(&request);
    let answer = signature::caller(cloud, &request, home).and_then(|caller| match home {
        Home::CloudFront => cloudfront::answer(cloud, &caller, &request),
        Home::Lambda => lambda::answer(cloud, &caller, &request),
        Home::Sts => sts::answer(cloud, &caller, &request),
    });
    match answer {
        Ok(mut response) => {
            refusal::identify(&mut response, &cloud.request_id());
            Ok(response)
        }
        Err(Outcome::Refused(refused)) => Ok(refusal::on_the_wire(home, &refused)),
        Err(Outcome::Dropped) => Err(Dropped),
    }
}

/// What the handlers of one service answer.
type Handled = Answer<Response<Vec<u8>>>;

/// A response with a body of a type.
fn response(
    status: u16,
    content_type: &'static str,
    body: impl Into<Vec<u8>>,
) -> Response<Vec<u8>> {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static(content_type),
    );
    response
}

/// A response without a body.
fn empty(status: u16) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// Adds a header; its name is lower-case, as HTTP has no case there.
fn set(response: &mut Response<Vec<u8>>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

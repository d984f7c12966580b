//! The front: requests as the SDKs send them, and what is on the wire for an answer.

mod bodies;
mod callers;
mod errors;
mod lists;
mod routes;
mod server;
mod testing;

use http::{Request, Response};
use serde_json::Value;
use strict_cloud::{Cloud, front};

use crate::support::ACCOUNT;

/// A request, signed for a service: `GET /path?query`.
pub fn request(line: &str, service: &str, body: &str) -> Request<Vec<u8>> {
    let credential = format!("{ACCOUNT}/20260101/eu-west-1/{service}/aws4_request");
    let mut request = unsigned(line, body);
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature=0123"
    );
    request
        .headers_mut()
        .insert("authorization", header.parse().unwrap());
    request
}

pub fn unsigned(line: &str, body: &str) -> Request<Vec<u8>> {
    let (method, target) = line.split_once(' ').unwrap();
    Request::builder()
        .method(method)
        .uri(target)
        .body(body.as_bytes().to_vec())
        .unwrap()
}

pub fn send(cloud: &mut Cloud, line: &str, service: &str, body: &str) -> Response<Vec<u8>> {
    front::answer(cloud, &request(line, service, body)).expect("an answer")
}

/// CloudFront, with an If-Match where one is given.
pub fn edge(
    cloud: &mut Cloud,
    line: &str,
    if_match: Option<&str>,
    body: &str,
) -> Response<Vec<u8>> {
    let mut request = request(line, "cloudfront", body);
    if let Some(etag) = if_match {
        request
            .headers_mut()
            .insert("if-match", etag.parse().unwrap());
    }
    front::answer(cloud, &request).expect("an answer")
}

pub fn lambda(cloud: &mut Cloud, line: &str, body: &str) -> Response<Vec<u8>> {
    send(cloud, line, "lambda", body)
}

pub fn text(response: &Response<Vec<u8>>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

pub fn json(response: &Response<Vec<u8>>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

pub fn header<'a>(response: &'a Response<Vec<u8>>, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

/// `<CreateFunctionRequest>` and `<UpdateFunctionRequest>` as the SDKs write them.
pub fn edge_body(root: &str, name: &str, members: &str) -> String {
    format!(
        "<{root} xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><FunctionCode>Y29kZQ==</FunctionCode><FunctionConfig><Comment>a &amp; b</Comment><Runtime>cloudfront-js-2.0</Runtime></FunctionConfig><Name>{name}</Name>{members}</{root}>"
    )
}

pub fn create_edge(cloud: &mut Cloud, name: &str) -> String {
    let made = edge(
        cloud,
        "POST /2020-05-31/function",
        None,
        &edge_body("CreateFunctionRequest", name, ""),
    );
    assert_eq!(made.status(), 201, "{}", text(&made));
    header(&made, "etag").unwrap().to_owned()
}

/// The body of a Lambda function that AWS takes.
pub fn lambda_body(name: &str) -> String {
    use base64::Engine as _;
    let zip = base64::engine::general_purpose::STANDARD.encode(crate::support::archive("1"));
    serde_json::json!({"FunctionName": name, "Runtime": "python3.13", "Handler": "index.handler", "Role": crate::support::ROLE, "Code": {"ZipFile": zip}})
        .to_string()
}

pub fn create_lambda(cloud: &mut Cloud, name: &str) -> Value {
    let made = lambda(cloud, "POST /2015-03-31/functions", &lambda_body(name));
    assert_eq!(made.status(), 201, "{}", text(&made));
    json(&made)
}

//! Who calls is read from the signature, and who says nothing about it is refused.

use std::time::Duration;

use strict_cloud::front;

use super::{json, lambda, request, send, text, unsigned};
use crate::support::cloud;

fn signed_by(key: &str) -> http::Request<Vec<u8>> {
    let mut request = unsigned("GET /2015-03-31/functions", "");
    let header = format!(
        "AWS4-HMAC-SHA256 Credential={key}/20260101/us-west-2/lambda/aws4_request,SignedHeaders=host,Signature=0"
    );
    request
        .headers_mut()
        .insert("authorization", header.parse().unwrap());
    request
}

#[test]
fn the_access_key_is_the_account_where_it_can_be() {
    let mut cloud = cloud();
    for (key, account) in [
        ("123456789012", "123456789012"),
        ("AKIDEXAMPLE", "000000000000"),
        ("1234", "000000000000"),
    ] {
        front::answer(&mut cloud, &signed_by(key)).unwrap();
        let entry = cloud.take_log().pop().unwrap();
        assert_eq!(
            (
                entry.account.as_str(),
                entry.region.as_str(),
                entry.principal.as_str()
            ),
            (account, "us-west-2", key)
        );
    }
}

#[test]
fn sts_says_whose_the_credentials_are() {
    let mut cloud = cloud();
    let identity = send(
        &mut cloud,
        "POST /",
        "sts",
        "Action=GetCallerIdentity&Version=2011-06-15",
    );
    assert_eq!(identity.status(), 200);
    let found = text(&identity);
    let member = "<Arn>arn:aws:iam::111111111111:user/111111111111</Arn><UserId>111111111111</UserId><Account>111111111111</Account>";
    assert!(
        found.contains(&format!(
            "<GetCallerIdentityResult>{member}</GetCallerIdentityResult>"
        )),
        "{found}"
    );
}

#[test]
fn a_request_without_a_usable_signature_is_forbidden() {
    let mut cloud = cloud();
    let rows = [
        (
            "GET /2015-03-31/functions",
            "lambda",
            "MissingAuthenticationTokenException",
            "IncompleteSignatureException",
            "InvalidSignatureException",
        ),
        (
            "GET /2020-05-31/function",
            "cloudfront",
            "MissingAuthenticationToken",
            "IncompleteSignature",
            "SignatureDoesNotMatch",
        ),
        (
            "POST /",
            "sts",
            "MissingAuthenticationToken",
            "IncompleteSignature",
            "SignatureDoesNotMatch",
        ),
    ];
    for (line, service, missing, incomplete, wrong) in rows {
        let mut broken = unsigned(line, "");
        broken.headers_mut().insert(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=111111111111/20260101/eu-west-1"
                .parse()
                .unwrap(),
        );
        for (request, code) in [
            (unsigned(line, ""), missing),
            (broken, incomplete),
            (request(line, "s3", ""), wrong),
        ] {
            let response = front::answer(&mut cloud, &request).unwrap();
            assert_eq!(response.status(), 403, "{line} {code}");
            if service == "lambda" {
                assert_eq!(
                    (
                        &response.headers()["x-amzn-errortype"],
                        json(&response).get("Type")
                    ),
                    (&code.parse().unwrap(), None)
                );
            } else {
                assert!(
                    text(&response)
                        .contains(&format!("<Error><Type>Sender</Type><Code>{code}</Code>")),
                    "{}",
                    text(&response)
                );
            }
        }
    }
    assert!(cloud.log().is_empty());
    assert_eq!(
        lambda(&mut cloud, "GET /2015-03-31/functions", "").status(),
        200
    );
}

#[test]
fn an_answer_to_what_is_no_call_is_as_long_on_its_way() {
    let mut cloud = cloud();
    let latency = Duration::from_millis(100);
    cloud.settings_mut().latency = latency;
    let rows = [
        (
            "a call",
            request("GET /2015-03-31/functions", "lambda", ""),
            latency,
        ),
        (
            "STS",
            request(
                "POST /",
                "sts",
                "Action=GetCallerIdentity&Version=2011-06-15",
            ),
            latency,
        ),
        (
            "a refusal of the front",
            unsigned("GET /2015-03-31/functions", ""),
            latency,
        ),
        (
            "the model itself",
            unsigned("GET /_strict-cloud/health", ""),
            Duration::ZERO,
        ),
    ];
    for (sentence, request, late) in rows {
        front::answer(&mut cloud, &request).unwrap();
        assert_eq!(cloud.take_delay(), late, "{sentence}");
    }
}

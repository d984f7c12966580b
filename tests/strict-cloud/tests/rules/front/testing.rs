//! TestFunction and ListDistributions on the wire.

use base64::Engine as _;
use strict_cloud::Cloud;

use super::{edge, text};
use crate::support::{ACCOUNT, cloud, me, new_edge};
use crate::testing::{coded, event};

fn body(event: &[u8], more: &str) -> String {
    let event = base64::engine::general_purpose::STANDARD.encode(event);
    format!(
        "<TestFunctionRequest xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><EventObject>{event}</EventObject>{more}</TestFunctionRequest>"
    )
}

fn tested(cloud: &mut Cloud, if_match: Option<&str>, body: &str) -> (u16, String) {
    let response = edge(cloud, "POST /2020-05-31/function/f/test", if_match, body);
    (response.status().as_u16(), text(&response).to_owned())
}

#[test]
fn a_test_has_its_result_in_xml() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(e) { console.log('<a>'); console.log('\\x01b'); return e.request; }",
    );
    let mut event = event();
    event["context"]["requestId"] = "id==".into();
    let (status, answer) = tested(
        &mut cloud,
        Some(&etag),
        &body(event.to_string().as_bytes(), "<Stage>DEVELOPMENT</Stage>"),
    );
    assert_eq!(status, 200, "{answer}");
    for part in [
        "<TestResult xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><FunctionSummary><Name>f</Name>",
        "<Stage>DEVELOPMENT</Stage>",
        "<ComputeUtilization>",
        "<FunctionExecutionLogs><member>&lt;a&gt;</member><member>\u{fffd}b</member></FunctionExecutionLogs>",
        "<FunctionErrorMessage></FunctionErrorMessage>",
        "<FunctionOutput>{\"request\":{\"method\":\"GET\",\"uri\":\"/a\",",
    ] {
        assert!(answer.contains(part), "{part} is not in {answer}");
    }
    let (status, failed) = tested(&mut cloud, Some(&etag), &body(b"{}", ""));
    assert_eq!(
        (status, failed.contains("<FunctionOutput>")),
        (200, false),
        "a function that fails is an answer"
    );
    assert!(
        failed
            .contains("<FunctionErrorMessage>The CloudFront function returned an invalid value: "),
        "{failed}"
    );
}

#[test]
fn a_test_that_is_refused_is_an_error() {
    let mut cloud = cloud();
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(e) { return e.request; }",
    );
    for (sentence, if_match, body, expected) in [
        (
            "no If-Match",
            None,
            body(b"{}", ""),
            (400, "InvalidIfMatchVersion"),
        ),
        (
            "a stale one",
            Some("E1"),
            body(b"{}", ""),
            (412, "PreconditionFailed"),
        ),
        (
            "no event",
            Some(etag.as_str()),
            "<TestFunctionRequest/>".to_owned(),
            (400, "MalformedXML"),
        ),
        (
            "no base64",
            Some(etag.as_str()),
            "<TestFunctionRequest><EventObject>!</EventObject></TestFunctionRequest>".to_owned(),
            (400, "MalformedXML"),
        ),
        (
            "no JSON",
            Some(etag.as_str()),
            body(b"a", ""),
            (400, "InvalidArgument"),
        ),
        (
            "no stage",
            Some(etag.as_str()),
            body(b"{}", "<Stage>OTHER</Stage>"),
            (400, "InvalidArgument"),
        ),
        (
            "nothing is LIVE",
            Some(etag.as_str()),
            body(b"{}", "<Stage>LIVE</Stage>"),
            (404, "NoSuchFunctionExists"),
        ),
    ] {
        let (status, answer) = tested(&mut cloud, if_match, &body);
        assert_eq!(status, expected.0, "{sentence}: {answer}");
        assert!(
            answer.contains(&format!("<Code>{}</Code>", expected.1)),
            "{sentence}: {answer}"
        );
    }
}

#[test]
fn a_list_of_distributions_has_every_member_that_a_summary_must_have() {
    let mut cloud = cloud();
    let empty = edge(&mut cloud, "GET /2020-05-31/distribution", None, "");
    assert!(
        text(&empty).ends_with("<Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>0</Quantity></DistributionList>"),
        "{}",
        text(&empty)
    );
    let etag = coded(
        &mut cloud,
        "2.0",
        "function handler(e) { return e.request; }",
    );
    assert_eq!(
        edge(
            &mut cloud,
            "POST /2020-05-31/function/f/publish",
            Some(&etag),
            ""
        )
        .status(),
        200
    );
    for id in ["E1", "E2"] {
        cloud.put_distribution(ACCOUNT, id, &["f"]).unwrap();
    }
    let first = edge(
        &mut cloud,
        "GET /2020-05-31/distribution?MaxItems=1",
        None,
        "",
    );
    let first = text(&first);
    assert!(first.contains("<NextMarker>E1</NextMarker><MaxItems>1</MaxItems><IsTruncated>true</IsTruncated><Quantity>1</Quantity>"), "{first}");
    for member in [
        "Id",
        "ARN",
        "Status",
        "LastModifiedTime",
        "DomainName",
        "Aliases",
        "Origins",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "CustomErrorResponses",
        "Comment",
        "PriceClass",
        "Enabled",
        "ViewerCertificate",
        "Restrictions",
        "WebACLId",
        "HttpVersion",
        "IsIPV6Enabled",
        "Staging",
    ] {
        assert!(
            first.contains(&format!("<{member}>")),
            "{member} is not in {first}"
        );
    }
    let association = "<FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>arn:aws:cloudfront::111111111111:function/f</FunctionARN><EventType>viewer-request</EventType></FunctionAssociation></Items></FunctionAssociations>";
    assert!(first.contains(association), "{first}");
    let last = edge(
        &mut cloud,
        "GET /2020-05-31/distribution?Marker=E1",
        None,
        "",
    );
    assert!(
        text(&last).contains(
            "<Marker>E1</Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated>"
        ) && text(&last).contains("<Id>E2</Id>")
    );
    let delete = edge(&mut cloud, "DELETE /2020-05-31/function/f", Some(&etag), "");
    assert_eq!(
        (
            delete.status().as_u16(),
            text(&delete).contains("<Code>FunctionInUse</Code>")
        ),
        (409, true)
    );
}

#[test]
fn pairs_are_put_into_a_store_over_http() {
    let mut cloud = cloud();
    let store = "01234567-89ab-cdef-0123-456789abcdef";
    let mut request = new_edge("f");
    request.config.key_value_stores = vec![format!(
        "arn:aws:cloudfront::{ACCOUNT}:key-value-store/{store}"
    )];
    request.code = b"import cf from 'cloudfront'; async function handler(e) { e.request.uri = await cf.kvs().get('to'); return e.request; }".to_vec();
    let etag = cloud
        .cloudfront_create_function(&me(), &request)
        .expect("a right request")
        .etag;
    let line = format!("PUT /_strict-cloud/key-value-stores/{ACCOUNT}/{store}");
    assert_eq!(edge(&mut cloud, &line, None, "{\"to\": 1}").status(), 400);
    assert_eq!(
        edge(&mut cloud, &line, None, "{\"to\": \"/there\"}").status(),
        200
    );
    let (status, answer) = tested(
        &mut cloud,
        Some(&etag),
        &body(event().to_string().as_bytes(), ""),
    );
    assert!(
        status == 200 && answer.contains("\"uri\":\"/there\""),
        "{answer}"
    );
}

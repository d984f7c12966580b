//! The form of each refusal, and of no answer at all.

use std::time::Duration;

use serde_json::{Value, json};
use strict_cloud::operation::{cloudfront as cf, lambda as op};
use strict_cloud::{Fault, FaultKind, front};

use super::{
    create_edge, create_lambda, edge, edge_body, header, json as body, lambda, lambda_body,
    request, text,
};
use crate::support::{cloud, settle};

#[test]
fn an_error_of_cloudfront_is_xml() {
    let mut cloud = cloud();
    let response = edge(
        &mut cloud,
        "GET /2020-05-31/function/f/describe?Stage=LIVE",
        None,
        "",
    );
    let id = header(&response, "x-amzn-requestid").unwrap();
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type><Code>NoSuchFunctionExists</Code><Message>The specified function does not exist.</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
    );
    assert_eq!(
        (
            response.status().as_u16(),
            text(&response),
            header(&response, "content-type")
        ),
        (404, expected.as_str(), Some("text/xml"))
    );
}

#[test]
fn each_refusal_of_cloudfront_has_its_status_and_code() {
    let mut cloud = cloud();
    let etag = create_edge(&mut cloud, "f");
    let new = edge_body("CreateFunctionRequest", "f", "");
    let old = edge_body("UpdateFunctionRequest", "", "");
    let rows: [(&str, Option<&str>, &str, u16, &str); 9] = [
        (
            "POST /2020-05-31/function",
            None,
            &new,
            409,
            "FunctionAlreadyExists",
        ),
        (
            "PUT /2020-05-31/function/f",
            None,
            &old,
            400,
            "InvalidIfMatchVersion",
        ),
        (
            "PUT /2020-05-31/function/f",
            Some("E0"),
            &old,
            412,
            "PreconditionFailed",
        ),
        (
            "PUT /2020-05-31/function/g",
            Some(&etag),
            &old,
            404,
            "NoSuchFunctionExists",
        ),
        (
            "POST /2020-05-31/function/f/publish",
            Some("E0"),
            "",
            412,
            "PreconditionFailed",
        ),
        (
            "DELETE /2020-05-31/function/f",
            None,
            "",
            400,
            "InvalidIfMatchVersion",
        ),
        (
            "GET /2020-05-31/function?MaxItems=many",
            None,
            "",
            400,
            "InvalidArgument",
        ),
        (
            "GET /2020-05-31/function/f?Stage=live",
            None,
            "",
            400,
            "InvalidArgument",
        ),
        (
            "GET /2020-05-31/tagging?Resource=arn:aws:cloudfront::111111111111:function/g",
            None,
            "",
            404,
            "NoSuchResource",
        ),
    ];
    for (line, if_match, sent, status, code) in rows {
        let response = edge(&mut cloud, line, if_match, sent);
        assert_eq!(response.status(), status, "{line}: {}", text(&response));
        assert!(
            text(&response).contains(&format!("<Code>{code}</Code>")),
            "{line}: {}",
            text(&response)
        );
    }
    let deleted = edge(&mut cloud, "DELETE /2020-05-31/function/f", Some(&etag), "");
    assert_eq!((deleted.status().as_u16(), deleted.body().len()), (204, 0));
}

#[test]
fn each_refusal_of_lambda_has_the_members_that_were_recorded() {
    let mut cloud = cloud();
    create_lambda(&mut cloud, "f");
    let stale = r#"{"Description":"x","RevisionId":"no"}"#;
    let foreign = "GET /2015-03-31/functions/arn:aws:lambda:eu-west-1:222222222222:function:f";
    let again = lambda_body("f");
    let rows: [(&str, &str, u16, &str, Value); 6] = [
        (
            "GET /2015-03-31/functions/g",
            "",
            404,
            "ResourceNotFoundException",
            json!({"Type": "User", "Message": "Function not found: arn:aws:lambda:eu-west-1:111111111111:function:g"}),
        ),
        (
            "POST /2015-03-31/functions",
            &again,
            409,
            "ResourceConflictException",
            json!({"Type": "User", "message": "Function already exist: f"}),
        ),
        (
            "PUT /2015-03-31/functions/f/configuration",
            stale,
            412,
            "PreconditionFailedException",
            json!({"Type": "User", "message": "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"}),
        ),
        (
            "DELETE /2015-03-31/functions/f?Qualifier=%24LATEST",
            "",
            400,
            "InvalidParameterValueException",
            json!({"Type": "User", "message": "$LATEST version cannot be deleted without deleting the function."}),
        ),
        (
            "GET /2015-03-31/functions?MaxItems=0",
            "",
            400,
            "ValidationException",
            json!({"message": "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"}),
        ),
        (
            foreign,
            "",
            403,
            "AccessDeniedException",
            json!({"Message": null}),
        ),
    ];
    for (line, sent, status, code, expected) in rows {
        let response = lambda(&mut cloud, line, sent);
        assert_eq!(
            (
                response.status().as_u16(),
                header(&response, "x-amzn-errortype")
            ),
            (status, Some(code)),
            "{line}"
        );
        assert_eq!(
            (body(&response), header(&response, "content-type")),
            (expected, Some("application/json")),
            "{line}"
        );
    }
}

#[test]
fn a_throttled_call_says_when_to_come_back_and_a_broken_one_whose_fault_it_is() {
    let mut cloud = cloud();
    let after = FaultKind::Throttle {
        retry_after: Some(Duration::from_secs(7)),
    };
    cloud.inject(Fault::next(op::LIST_FUNCTIONS, after));
    let throttled = lambda(&mut cloud, "GET /2015-03-31/functions", "");
    assert_eq!(
        (
            throttled.status().as_u16(),
            header(&throttled, "retry-after")
        ),
        (429, Some("7"))
    );
    assert_eq!(
        body(&throttled),
        json!({"Type": "User", "message": "Rate exceeded", "Reason": "CallerRateLimitExceeded"})
    );
    cloud.inject(Fault::next(op::LIST_FUNCTIONS, FaultKind::InternalError));
    let broken = lambda(&mut cloud, "GET /2015-03-31/functions", "");
    assert_eq!(
        (broken.status().as_u16(), &body(&broken)["Type"]),
        (500, &json!("Service"))
    );
    cloud.inject(Fault::next(
        cf::LIST_FUNCTIONS,
        FaultKind::Throttle { retry_after: None },
    ));
    let throttled = edge(&mut cloud, "GET /2020-05-31/function", None, "");
    assert_eq!(
        (
            throttled.status().as_u16(),
            header(&throttled, "retry-after")
        ),
        (400, None)
    );
    assert!(
        text(&throttled)
            .contains("<Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message>")
    );
    cloud.inject(Fault::next(cf::LIST_FUNCTIONS, FaultKind::Unavailable));
    assert!(
        text(&edge(&mut cloud, "GET /2020-05-31/function", None, ""))
            .contains("<Type>Receiver</Type><Code>ServiceUnavailable</Code>")
    );
}

#[test]
fn a_dropped_request_has_no_answer_whether_or_not_it_had_its_effect() {
    for (kind, exists) in [(FaultKind::DropBefore, false), (FaultKind::DropAfter, true)] {
        let mut cloud = cloud();
        cloud.inject(Fault::next(op::CREATE_FUNCTION, kind));
        let create = request("POST /2015-03-31/functions", "lambda", &lambda_body("f"));
        assert_eq!(
            front::answer(&mut cloud, &create).map(drop),
            Err(front::Dropped)
        );
        settle(&mut cloud);
        assert_eq!(
            lambda(&mut cloud, "GET /2015-03-31/functions/f", "").status() == 200,
            exists
        );
    }
}

#[test]
fn a_body_that_cannot_be_read_is_refused_and_is_no_call() {
    let mut cloud = cloud();
    let edges = [
        ("POST /2020-05-31/function", "no xml".to_owned(), "MalformedXML"),
        ("POST /2020-05-31/function", "<CreateFunctionRequest><Name>f</Name></CreateFunctionRequest>".to_owned(), "MalformedXML"),
        ("POST /2020-05-31/function", edge_body("CreateFunctionRequest", "f", "").replace("Y29kZQ==", "%%"), "MalformedXML"),
        ("PUT /2020-05-31/function/f", edge_body("UpdateFunctionRequest", "", "").replace("Runtime>", "Other>"), "MalformedXML"),
        (
            "POST /2020-05-31/function",
            edge_body("CreateFunctionRequest", "f", "")
                .replace("</FunctionConfig>", "<KeyValueStoreAssociations><Quantity>1</Quantity></KeyValueStoreAssociations></FunctionConfig>"),
            "InconsistentQuantities",
        ),
        ("POST /2020-05-31/tagging?Operation=Tag&Resource=x", "<Tags><Items><Tag><Value>a</Value></Tag></Items></Tags>".to_owned(), "MalformedXML"),
    ];
    for (line, sent, code) in edges {
        let response = edge(&mut cloud, line, Some("E0"), &sent);
        assert_eq!(response.status(), 400, "{sent}");
        assert!(
            text(&response).contains(&format!("<Code>{code}</Code>")),
            "{sent}: {}",
            text(&response)
        );
    }
    for (line, sent) in [
        ("POST /2015-03-31/functions", "{"),
        ("POST /2015-03-31/functions", "[]"),
        ("POST /2015-03-31/functions", r#"{"FunctionName":1}"#),
        (
            "POST /2015-03-31/functions",
            r#"{"FunctionName":"f","Code":{"ZipFile":"%%"}}"#,
        ),
        (
            "POST /2015-03-31/functions",
            r#"{"FunctionName":"f","Tags":{"a":1}}"#,
        ),
        (
            "PUT /2015-03-31/functions/f/code",
            r#"{"Architectures":"arm64"}"#,
        ),
        (
            "POST /2015-03-31/functions/f/versions",
            r#"{"Description":[]}"#,
        ),
        ("GET /2015-03-31/functions?MaxItems=many", ""),
    ] {
        let response = lambda(&mut cloud, line, sent);
        let found = (
            response.status().as_u16(),
            header(&response, "x-amzn-errortype"),
            body(&response),
        );
        assert_eq!(
            found,
            (
                400,
                Some("SerializationException"),
                json!({"message": null})
            ),
            "{sent}"
        );
    }
    assert!(cloud.log().is_empty());
    let version = lambda(
        &mut cloud,
        "GET /2015-03-31/functions?FunctionVersion=SOME",
        "",
    );
    assert_eq!(
        (
            version.status().as_u16(),
            header(&version, "x-amzn-errortype")
        ),
        (400, Some("ValidationException")),
        "a word is read, and refused by the model"
    );
}

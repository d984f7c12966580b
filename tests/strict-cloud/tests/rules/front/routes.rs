//! Paths, methods, and what is decoded on the way.

use std::collections::BTreeSet;

use strict_cloud::operation::{ALL, Service};

use super::{edge, edge_body, json, lambda, lambda_body, send, text};
use crate::support::cloud;

const EDGE_ARN: &str = "arn%3Aaws%3Acloudfront%3A%3A111111111111%3Afunction%2Ff";
const LAMBDA_ARN: &str = "arn%3Aaws%3Alambda%3Aeu-west-1%3A111111111111%3Afunction%3Af";

#[test]
fn every_operation_has_its_path_and_method() {
    let new_edge = edge_body("CreateFunctionRequest", "f", "");
    let old_edge = edge_body("UpdateFunctionRequest", "", "");
    let tags = "<Tags xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Items><Tag><Key>a</Key><Value>b</Value></Tag></Items></Tags>";
    let test = "<TestFunctionRequest xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><EventObject>e30=</EventObject></TestFunctionRequest>";
    let keys = "<TagKeys xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Items><Key>a</Key></Items></TagKeys>";
    let new_lambda = lambda_body("f");
    let rows: Vec<(&str, String, &str, &str, Option<&str>)> = vec![
        (
            "cloudfront",
            "POST /2020-05-31/function".into(),
            &new_edge,
            "CreateFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "GET /2020-05-31/function?MaxItems=1&Stage=LIVE".into(),
            "",
            "ListFunctions",
            None,
        ),
        (
            "cloudfront",
            "GET /2020-05-31/function/f/describe?Stage=DEVELOPMENT".into(),
            "",
            "DescribeFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "GET /2020-05-31/function/f?Stage=LIVE".into(),
            "",
            "GetFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "PUT /2020-05-31/function/f".into(),
            &old_edge,
            "UpdateFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "POST /2020-05-31/function/f/publish".into(),
            "",
            "PublishFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "POST /2020-05-31/function/f/test".into(),
            test,
            "TestFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "DELETE /2020-05-31/function/f".into(),
            "",
            "DeleteFunction",
            Some("f"),
        ),
        (
            "cloudfront",
            "GET /2020-05-31/distribution?MaxItems=1&Marker=E".into(),
            "",
            "ListDistributions",
            None,
        ),
        (
            "cloudfront",
            format!("POST /2020-05-31/tagging?Operation=Tag&Resource={EDGE_ARN}"),
            tags,
            "TagResource",
            Some("f"),
        ),
        (
            "cloudfront",
            format!("POST /2020-05-31/tagging?Operation=Untag&Resource={EDGE_ARN}"),
            keys,
            "UntagResource",
            Some("f"),
        ),
        (
            "cloudfront",
            format!("GET /2020-05-31/tagging?Resource={EDGE_ARN}"),
            "",
            "ListTagsForResource",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2015-03-31/functions".into(),
            &new_lambda,
            "CreateFunction",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/".into(),
            &new_lambda,
            "CreateFunction",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions?MaxItems=1&FunctionVersion=ALL".into(),
            "",
            "ListFunctions",
            None,
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f?Qualifier=%24LATEST".into(),
            "",
            "GetFunction",
            Some("f"),
        ),
        (
            "lambda",
            format!("GET /2015-03-31/functions/{LAMBDA_ARN}%3A3"),
            "",
            "GetFunction",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f/configuration".into(),
            "",
            "GetFunctionConfiguration",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2015-03-31/functions/f/configuration".into(),
            "{}",
            "UpdateFunctionConfiguration",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2015-03-31/functions/f/code".into(),
            "{}",
            "UpdateFunctionCode",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/f/versions".into(),
            "",
            "PublishVersion",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f/versions?Marker=x".into(),
            "",
            "ListVersionsByFunction",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/f/aliases".into(),
            "{}",
            "CreateAlias",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f/aliases?FunctionVersion=1&MaxItems=1".into(),
            "",
            "ListAliases",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f/aliases/live".into(),
            "",
            "GetAlias",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2015-03-31/functions/f/aliases/live".into(),
            "{}",
            "UpdateAlias",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2015-03-31/functions/f/aliases/live".into(),
            "",
            "DeleteAlias",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2024-08-31/functions/f/recursion-config".into(),
            "",
            "GetFunctionRecursionConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2024-08-31/functions/f/recursion-config".into(),
            "{}",
            "PutFunctionRecursionConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2017-10-31/functions/f/concurrency".into(),
            "{}",
            "PutFunctionConcurrency",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2017-10-31/functions/f/concurrency".into(),
            "",
            "DeleteFunctionConcurrency",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2019-09-30/functions/f/concurrency".into(),
            "",
            "GetFunctionConcurrency",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2019-09-30/functions/f/provisioned-concurrency?Qualifier=1".into(),
            "{}",
            "PutProvisionedConcurrencyConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2019-09-30/functions/f/provisioned-concurrency?Qualifier=1".into(),
            "",
            "GetProvisionedConcurrencyConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2019-09-30/functions/f/provisioned-concurrency?List=ALL&MaxItems=1".into(),
            "",
            "ListProvisionedConcurrencyConfigs",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2019-09-30/functions/f/provisioned-concurrency?Qualifier=1".into(),
            "",
            "DeleteProvisionedConcurrencyConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2021-10-31/functions/f/urls?MaxItems=1".into(),
            "",
            "ListFunctionUrlConfigs",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2019-09-25/functions/f/event-invoke-config".into(),
            "{}",
            "UpdateFunctionEventInvokeConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2019-09-25/functions/f/event-invoke-config/list?MaxItems=1".into(),
            "",
            "ListFunctionEventInvokeConfigs",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2021-10-31/functions/f/url".into(),
            "{}",
            "CreateFunctionUrlConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2021-10-31/functions/f/url".into(),
            "",
            "GetFunctionUrlConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2021-10-31/functions/f/url".into(),
            "{}",
            "UpdateFunctionUrlConfig",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2021-10-31/functions/f/url".into(),
            "",
            "DeleteFunctionUrlConfig",
            Some("f"),
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/f/policy".into(),
            "{}",
            "AddPermission",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2019-09-25/functions/f/event-invoke-config".into(),
            "",
            "GetFunctionEventInvokeConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2019-09-25/functions/f/event-invoke-config".into(),
            "{}",
            "PutFunctionEventInvokeConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2015-03-31/functions/f/policy".into(),
            "",
            "GetPolicy",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2015-03-31/functions/f/policy/s".into(),
            "",
            "RemovePermission",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2019-09-25/functions/f/event-invoke-config".into(),
            "",
            "DeleteFunctionEventInvokeConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2020-06-30/functions/f/code-signing-config".into(),
            "",
            "GetFunctionCodeSigningConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2020-06-30/functions/f/code-signing-config".into(),
            "{}",
            "PutFunctionCodeSigningConfig",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2020-06-30/functions/f/code-signing-config".into(),
            "",
            "DeleteFunctionCodeSigningConfig",
            Some("f"),
        ),
        (
            "lambda",
            "GET /2021-07-20/functions/f/runtime-management-config".into(),
            "",
            "GetRuntimeManagementConfig",
            Some("f"),
        ),
        (
            "lambda",
            "PUT /2021-07-20/functions/f/runtime-management-config".into(),
            "{}",
            "PutRuntimeManagementConfig",
            Some("f"),
        ),
        (
            "lambda",
            "DELETE /2015-03-31/functions/f?Qualifier=1".into(),
            "",
            "DeleteFunction",
            Some("f"),
        ),
        (
            "lambda",
            format!("GET /2017-03-31/tags/{LAMBDA_ARN}"),
            "",
            "ListTags",
            Some("f"),
        ),
        (
            "lambda",
            format!("POST /2017-03-31/tags/{LAMBDA_ARN}"),
            r#"{"Tags":{"a":"b"}}"#,
            "TagResource",
            Some("f"),
        ),
        (
            "lambda",
            format!("DELETE /2017-03-31/tags/{LAMBDA_ARN}?tagKeys=a&tagKeys=b"),
            "",
            "UntagResource",
            Some("f"),
        ),
    ];
    let mut reached = BTreeSet::new();
    for (service, line, body, operation, function) in rows {
        let mut cloud = cloud();
        let response = send(&mut cloud, &line, service, body);
        let entry = cloud
            .log()
            .first()
            .unwrap_or_else(|| panic!("{line} is no call: {}", text(&response)));
        assert_eq!(
            (entry.operation.name, entry.function.as_deref()),
            (operation, function),
            "{line}"
        );
        let spoken = match entry.operation.service {
            Service::CloudFront => "cloudfront",
            Service::Lambda => "lambda",
        };
        assert_eq!(spoken, service, "{line}");
        assert_eq!(response.headers()["x-amzn-requestid"].len(), 36, "{line}");
        reached.insert((entry.operation.service, operation));
    }
    assert_eq!(
        reached,
        ALL.iter().map(|one| (one.service, one.name)).collect()
    );
}

#[test]
fn what_no_service_has_is_refused_in_the_form_of_each() {
    let mut cloud = cloud();
    for (service, line) in [
        ("lambda", "GET /2015-03-31/functions/f/invocations"),
        ("lambda", "PATCH /2015-03-31/functions/f"),
        ("lambda", "POST /2015-03-31/functions/f/invocations"),
        ("lambda", "POST /2021-10-31/functions/f/urls"),
        ("lambda", "PUT /2017-03-31/tags/x"),
        ("lambda", "GET /elsewhere"),
    ] {
        let response = lambda(&mut cloud, line, "");
        assert_eq!(
            (
                response.status().as_u16(),
                &response.headers()["x-amzn-errortype"]
            ),
            (404, &"UnknownOperationException".parse().unwrap()),
            "{line}"
        );
        assert_eq!(
            json(&response)["message"].as_str(),
            Some(format!("There is no operation for {line}").as_str()),
            "{service}"
        );
    }
    for line in [
        "GET /2020-05-31/function/f/test",
        "PATCH /2020-05-31/function/f",
        "GET /2020-05-31/distribution/E",
        "POST /2020-05-31/tagging?Operation=Other",
        "GET /elsewhere",
    ] {
        let response = edge(&mut cloud, line, None, "");
        assert_eq!(response.status(), 404, "{line}");
        assert!(
            text(&response).contains("<Code>UnknownOperationException</Code>"),
            "{line}: {}",
            text(&response)
        );
    }
    let sts = send(
        &mut cloud,
        "POST /",
        "sts",
        "Action=AssumeRole&Version=2011-06-15",
    );
    assert_eq!(sts.status(), 400);
    assert!(text(&sts).contains("<Code>InvalidAction</Code><Message>Could not find operation AssumeRole for version 2011-06-15</Message>"));
    assert!(cloud.log().is_empty(), "none of it is a call");
}

#[test]
fn a_name_may_be_an_arn_and_a_marker_has_a_slash() {
    let mut cloud = cloud();
    super::create_lambda(&mut cloud, "f");
    let got = lambda(
        &mut cloud,
        &format!("GET /2015-03-31/functions/{LAMBDA_ARN}"),
        "",
    );
    assert_eq!(json(&got)["Configuration"]["FunctionName"], "f");
    super::create_edge(&mut cloud, "e");
    let list = edge(
        &mut cloud,
        "GET /2020-05-31/function?Marker=e%2FDEVELOPMENT",
        None,
        "",
    );
    assert!(
        text(&list).contains("<Quantity>0</Quantity>"),
        "{}",
        text(&list)
    );
    let wrong = lambda(&mut cloud, "GET /2015-03-31/functions/a%2Fb", "");
    assert_eq!(
        (
            wrong.status().as_u16(),
            json(&wrong)["message"]
                .as_str()
                .unwrap()
                .contains("Value 'a/b' at 'functionName'")
        ),
        (400, true)
    );
}

#[test]
fn the_health_and_the_log_are_there_without_a_signature() {
    let mut cloud = cloud();
    let ask = |cloud: &mut strict_cloud::Cloud, line| {
        strict_cloud::front::answer(cloud, &super::unsigned(line, "")).unwrap()
    };
    let health = ask(&mut cloud, "GET /_strict-cloud/health");
    assert_eq!(
        json(&health),
        serde_json::json!({"status": "ok", "now": "2026-01-01T00:00:00.000Z", "calls": 0})
    );
    super::create_edge(&mut cloud, "e");
    edge(
        &mut cloud,
        "GET /2020-05-31/function/none/describe",
        None,
        "",
    );
    let log = json(&ask(&mut cloud, "GET /_strict-cloud/log"));
    assert_eq!(log[0]["operation"], "CreateFunction");
    assert_eq!(
        (&log[0]["account"], &log[0]["principal"], &log[0]["effect"]),
        (&"111111111111".into(), &"111111111111".into(), &true.into())
    );
    assert_eq!(
        log[1]["answer"],
        serde_json::json!({"status": 404, "code": "NoSuchFunctionExists"})
    );
}

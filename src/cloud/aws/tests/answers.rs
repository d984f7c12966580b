//! Answers that are not the cloud's, or not whole; and what the cloud says of places and roles.

use std::sync::Arc;

use super::server::Reply;
use super::{SUMMARY, account, answer, connection, function_config, identity, server, sts};
use crate::cloud::cloudfront::{CloudFrontApi, Stage};
use crate::cloud::lambda::{CodeSource, Configuration, LambdaApi, NewFunction, VersionsApi as _};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};

const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:f";

fn new(role: &str) -> NewFunction {
    NewFunction {
        code_signing: None,
        configuration: Configuration {
            role: Some(role.to_owned()),
            ..Configuration::default()
        },
        code: CodeSource::Zip(vec![1]),
        tags: Tags::new(),
    }
}

/// What each operation makes of one answer. Those that need no body of a success are apart.
async fn outcomes(reply: Reply) -> (Vec<Result<(), CloudError>>, Vec<Result<(), CloudError>>) {
    let (url, _) = server(vec![reply]).await;
    let connection = connection(&url, &Arc::default());
    let (edge, lambda) = (
        connection.cloudfront(&account(), None),
        connection.lambda(&account(), "eu-west-1", None),
    );
    let (wait, latest) = (BudgetMode::Wait, Configuration::default());
    let zip = CodeSource::Zip(vec![1]);
    let (config, tags) = (
        function_config(),
        Tags::from([("a".to_owned(), "b".to_owned())]),
    );
    let whole = vec![
        edge.describe("f", Stage::Development, wait).await.map(drop),
        edge.code("f", Stage::Development, wait).await.map(drop),
        edge.tags("arn", wait).await.map(drop),
        edge.create("f", &config, b"code", &tags).await.map(drop),
        edge.update("f", "E1", &config, b"code").await.map(drop),
        edge.test("f", "E1", b"{}").await.map(drop),
        edge.distributions("arn").await.map(drop),
        edge.publish("f", "E1").await.map(drop),
        lambda.describe("f", wait).await.map(drop),
        lambda.create("f", &new("r")).await.map(drop),
        lambda
            .update_configuration("f", None, &latest)
            .await
            .map(drop),
        lambda.update_code("f", None, &zip, &latest).await.map(drop),
        lambda.publish_version("f", "s", None, "d").await.map(drop),
    ];
    let bare = vec![
        edge.delete("f", "E1").await,
        edge.tag("arn", &tags).await,
        edge.untag("arn", &["a".to_owned()]).await,
        lambda.delete("f").await,
        lambda.tag(ARN, &tags).await,
        lambda.untag(ARN, &["a".to_owned()]).await,
    ];
    (whole, bare)
}

fn unavailable(outcomes: &[Result<(), CloudError>], sentence: &str) {
    for (number, outcome) in outcomes.iter().enumerate() {
        let Err(error) = outcome else {
            panic!("{sentence}: operation {number} took it");
        };
        assert_eq!(error.class, Class::Unavailable, "{sentence}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_as_good_as_none() {
    for status in ["200 OK", "204 No Content"] {
        let (whole, bare) = outcomes(answer(status, "ETag: E1\r\n", "")).await;
        unavailable(&whole, status);
        assert!(bare.iter().all(Result::is_ok), "{status}: {bare:?}");
    }
    let page = "<html><h1>Sign in to the network</h1></html>";
    for status in [
        "301 Moved Permanently",
        "400 Bad Request",
        "403 Forbidden",
        "404 Not Found",
        "407 Proxy Authentication Required",
        "418 I'm a teapot",
        "502 Bad Gateway",
    ] {
        for body in ["", page, "{}", "{\"message\":\"Not Found\"}"] {
            let (whole, bare) = outcomes(answer(status, "", body)).await;
            unavailable(&whole, status);
            unavailable(&bare, status);
        }
    }
}

#[tokio::test]
async fn an_answer_without_end_is_given_up() {
    let code = "x".repeat(17 << 20);
    let (url, _) = server(vec![answer("200 OK", "ETag: E1\r\n", &code)]).await;
    let edge = connection(&url, &Arc::default()).cloudfront(&account(), None);
    let error = edge
        .code("f", Stage::Development, BudgetMode::Wait)
        .await
        .map(drop)
        .unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (Class::Unavailable, "BadReply"),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn a_region_that_does_not_know_the_credentials_is_what_is_wrong_if_sts_does() {
    let unknown = answer(
        "403 Forbidden",
        "x-amzn-errortype: UnrecognizedClientException\r\n",
        r#"{"message":"The security token included in the request is invalid."}"#,
    );
    let bad = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>";
    for (again, class, named) in [
        (identity(&account().id, "aws"), Class::NotServed, true),
        (
            answer("403 Forbidden", "", bad),
            Class::Unauthenticated,
            false,
        ),
    ] {
        // Whose the key is, what the region says, and what STS says once more.
        let first = identity(&account().id, "aws");
        let (url, requests) = sts(vec![first, unknown.clone(), again]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-south-2", None);
        let error = lambda.describe("f", BudgetMode::Wait).await.unwrap_err();
        assert_eq!(error.class, class, "{error:?}");
        assert_eq!(error.message.contains("region eu-south-2"), named);
        assert!(
            error
                .message
                .contains("The security token included in the request is invalid")
        );
        assert_eq!(requests.lock().unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_region_that_nobody_knows_and_that_does_not_answer_is_what_is_wrong() {
    let connection = connection("http://127.0.0.1:1", &Arc::default());
    for (region, class) in [
        ("eu-wset-1", Class::NotServed),
        ("eu-west-1", Class::Unavailable),
    ] {
        let lambda = connection.lambda(&account(), region, None);
        let error = lambda.describe("f", BudgetMode::Wait).await.unwrap_err();
        assert_eq!(error.class, class, "{error:?}");
        // Of a write, nobody knows whether it arrived.
        let error = lambda.delete("f").await.unwrap_err();
        assert_eq!(error.class, Class::Unavailable, "{error:?}");
    }
}

#[tokio::test]
async fn a_role_of_another_account_is_named_with_both_accounts() {
    let refused = answer(
        "403 Forbidden",
        "x-amzn-errortype: AccessDeniedException\r\n",
        r#"{"Message":"Cross-account pass role is not allowed."}"#,
    );
    let (url, _) = server(vec![refused]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let theirs = new("arn:aws:iam::222222222222:role/r");
    let created = lambda.create("f", &theirs).await.unwrap_err();
    let updated = lambda
        .update_configuration("f", None, &theirs.configuration)
        .await
        .unwrap_err();
    for error in [created, updated] {
        assert_eq!(error.class, Class::Invalid);
        assert_eq!(
            error.message,
            "Cross-account pass role is not allowed; the role is of account 222222222222 and the function of account 000000000000, and Lambda takes only roles of the function's own account"
        );
    }
}

#[tokio::test]
async fn one_client_serves_every_region() {
    let found = format!(r#"{{"Configuration":{{"FunctionArn":"{ARN}"}}}}"#);
    let (url, requests) = server(vec![answer("200 OK", "", &found)]).await;
    let connection = connection(&url, &Arc::default());
    for region in ["eu-west-1", "us-east-2", "ap-east-1"] {
        let lambda = connection.lambda(&account(), region, None);
        lambda.describe("f", BudgetMode::Wait).await.unwrap();
        let signed = requests.lock().unwrap().last().cloned().unwrap();
        assert!(
            signed.contains(&format!("/{region}/lambda/aws4_request")),
            "{signed}"
        );
    }
    let (url, _) = server(vec![answer("200 OK", "ETag: E1\r\n", SUMMARY)]).await;
    let edge = super::connection(&url, &Arc::default()).cloudfront(&account(), None);
    assert!(
        edge.describe("f", Stage::Live, BudgetMode::Wait)
            .await
            .is_ok()
    );
}

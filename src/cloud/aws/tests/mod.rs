//! The adapters against a server that answers what a test wrote down.

mod answers;
mod credentials;
mod lambda;
mod lambda_parts;
mod lambda_versions;
mod server;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_lambda::config::{Credentials, SharedCredentialsProvider};
use server::{Reply, answer, identity, server, sts};

use super::*;
use crate::cloud::cloudfront::{CloudFrontApi, FunctionConfig, Stage};
use crate::cloud::lambda::LambdaApi;
use crate::cloud::limit::{Budgets, Family, Rates};
use crate::cloud::{BudgetMode, CallObserver, Class};

/// Records the calls that it observes.
#[derive(Default)]
struct Recorder(Mutex<Vec<String>>);

impl CallObserver for Recorder {
    fn called(
        &self,
        service: &'static str,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        _: Duration,
    ) {
        self.0
            .lock()
            .unwrap()
            .push(format!("{service} {operation} {outcome} {code}"));
    }

    fn waited(&self, _: Family, _: Duration) {}
}

fn account() -> Account {
    Account {
        id: "000000000000".to_owned(),
        caller: "arn:aws:iam::000000000000:root".to_owned(),
        partition: "aws".to_owned(),
        region: Some("eu-west-1".to_owned()),
    }
}

fn connection(url: &str, recorder: &Arc<Recorder>) -> Connection {
    let credentials = Credentials::builder()
        .access_key_id("000000000000")
        .secret_access_key("test")
        .provider_name("test")
        .build();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build();
    Connection::over(
        &config,
        Budgets::new(Rates {
            lambda: 0.0,
            lambda_get: 0.0,
            cloudfront: 0.0,
        }),
        recorder.clone(),
    )
}

const SUMMARY: &str = r#"<?xml version="1.0"?><FunctionSummary xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Name>f</Name>
<Status>UNPUBLISHED</Status><FunctionConfig><Comment></Comment><Runtime>cloudfront-js-2.0</Runtime><KeyValueStoreAssociations>
<Quantity>1</Quantity><Items><KeyValueStoreAssociation><KeyValueStoreARN>arn:kvs</KeyValueStoreARN></KeyValueStoreAssociation></Items>
</KeyValueStoreAssociations></FunctionConfig><FunctionMetadata><FunctionARN>arn:aws:cloudfront::000000000000:function/f</FunctionARN>
<Stage>DEVELOPMENT</Stage><CreatedTime>2026-01-02T03:04:05Z</CreatedTime><LastModifiedTime>2026-01-02T03:04:06.789Z</LastModifiedTime>
</FunctionMetadata></FunctionSummary>"#;

fn function_config() -> FunctionConfig {
    FunctionConfig {
        comment: String::new(),
        runtime: "cloudfront-js-2.0".to_owned(),
        key_value_stores: ["arn:kvs".to_owned()].into(),
    }
}

#[tokio::test]
async fn an_update_that_only_has_the_plain_etag_header_has_an_etag() {
    for (headers, wanted, why) in [
        ("ETag: E2\r\n", Some("E2"), "only the plain header"),
        (
            "ETtag: E3\r\n",
            Some("E3"),
            "only the misspelt header, as AWS sends it",
        ),
        (
            "ETag: E2\r\nETtag: E3\r\n",
            Some("E3"),
            "the misspelt one is the model's",
        ),
        ("", None, "no header"),
    ] {
        let (url, requests) = server(vec![answer("200 OK", headers, SUMMARY)]).await;
        let cloudfront = connection(&url, &Arc::default()).cloudfront(&account(), None);
        let written = cloudfront
            .update("f", "E1", &function_config(), b"code")
            .await
            .unwrap();
        assert_eq!(written.etag.as_deref(), wanted, "{why}");
        assert!(
            requests.lock().unwrap()[0]
                .to_lowercase()
                .contains("if-match: e1\r\n")
        );
    }
}

#[tokio::test]
async fn a_function_is_described_in_our_words() {
    let (url, requests) = server(vec![answer("200 OK", "ETag: E1\r\n", SUMMARY)]).await;
    let cloudfront = connection(&url, &Arc::default()).cloudfront(&account(), None);
    let described = cloudfront
        .describe("f", Stage::Live, BudgetMode::Wait)
        .await
        .unwrap();
    assert_eq!(described.etag, "E1");
    assert_eq!(described.summary.config, function_config());
    assert_eq!(
        described.summary.created_time.as_deref(),
        Some("2026-01-02T03:04:05Z")
    );
    assert_eq!(
        described.summary.last_modified_time.as_deref(),
        Some("2026-01-02T03:04:06.789Z")
    );
    assert!(
        requests.lock().unwrap()[0].starts_with("GET /2020-05-31/function/f/describe?Stage=LIVE ")
    );
}

#[tokio::test]
async fn cloudfront_throttles_with_400_and_is_asked_once() {
    let body = "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error>\
                <RequestId>83bd3112</RequestId></ErrorResponse>";
    let (url, requests) = server(vec![answer(
        "400 Bad Request",
        "x-amzn-requestid: r-1\r\n",
        body,
    )])
    .await;
    let recorder = Arc::new(Recorder::default());
    let connection = connection(&url, &recorder);
    let cloudfront = connection.cloudfront(&account(), None);
    let error = cloudfront.publish("f", "E1").await.unwrap_err();
    let Class::Throttled { after: Some(after) } = error.class else {
        panic!("{error:?}")
    };
    assert!(
        after > Duration::from_millis(800) && after <= Duration::from_secs(1),
        "one second, since no header names one: {after:?}"
    );
    assert_eq!(
        (
            error.code.as_str(),
            error.message.as_str(),
            error.request_id.as_deref()
        ),
        ("Throttling", "Rate exceeded", Some("r-1"))
    );
    assert_eq!(requests.lock().unwrap().len(), 1, "no retry of the SDK's");
    // The family is closed for others too, and a background check is not even sent.
    let declined = connection
        .cloudfront(&account(), None)
        .describe("f", Stage::Live, BudgetMode::Try)
        .await
        .unwrap_err();
    assert_eq!(declined.code, "NoBudget");
    assert_eq!(requests.lock().unwrap().len(), 1);
    assert_eq!(
        *recorder.0.lock().unwrap(),
        [
            "STS GetCallerIdentity Ok ",
            "CloudFront PublishFunction Throttled Throttling"
        ]
    );
}

#[tokio::test]
async fn lambda_throttles_with_429_and_says_for_how_long() {
    let reply = answer(
        "429 Too Many Requests",
        "x-amzn-errortype: TooManyRequestsException\r\nretry-after: 7\r\n",
        r#"{"message":"Rate exceeded","Reason":"CallerRateLimitExceeded"}"#,
    );
    let (url, requests) = server(vec![reply]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let error = lambda.delete("f").await.unwrap_err();
    let Class::Throttled { after: Some(after) } = error.class else {
        panic!("{error:?}")
    };
    assert!(
        after > Duration::from_secs(6) && after <= Duration::from_secs(7),
        "{after:?}"
    );
    assert_eq!(requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_connection_and_a_server_error_are_unavailable_and_not_retried() {
    for (reply, code) in [
        (Reply::HangUp, "NoConnection"),
        (
            answer(
                "500 Internal Server Error",
                "x-amzn-errortype: ServiceException\r\n",
                "{}",
            ),
            "ServiceException",
        ),
        (
            answer("502 Bad Gateway", "", "<html>bad gateway</html>"),
            "HTTP 502",
        ),
        (answer("200 OK", "", "{\"Configuration\":"), "BadReply"),
    ] {
        let (url, requests) = server(vec![reply]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let error = lambda.describe("f", BudgetMode::Wait).await.unwrap_err();
        assert_eq!(
            (error.class, error.code.as_str()),
            (Class::Unavailable, code),
            "{error:?}"
        );
        assert_eq!(requests.lock().unwrap().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let lambda =
        connection("http://127.0.0.1:1", &Arc::default()).lambda(&account(), "eu-west-1", None);
    let error = lambda.delete("f").await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (Class::Unavailable, "NoConnection"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_server_that_never_answers_is_unavailable_after_thirty_seconds() {
    let (url, requests) = server(vec![Reply::Silence]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let call = tokio::spawn(async move { lambda.delete("f").await });
    while requests.lock().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (Class::Unavailable, "Timeout"),
        "{error:?}"
    );
    assert!(start.elapsed() <= Duration::from_secs(31));
}

#[tokio::test]
async fn identity_is_asked_once_and_a_failure_is_not_kept() {
    let expired = "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>";
    let (url, requests) = sts(vec![
        answer("403 Forbidden", "", expired),
        identity("123456789012", "aws-cn"),
    ])
    .await;
    let connection = connection(&url, &Arc::default());
    assert_eq!(
        connection.identity(|_| true).await.unwrap_err().class,
        Class::Unauthenticated
    );
    for _ in 0..3 {
        let account = connection.identity(|_| true).await.unwrap();
        assert_eq!(
            (
                account.id.as_str(),
                account.partition.as_str(),
                account.region.as_deref()
            ),
            ("123456789012", "aws-cn", Some("eu-west-1"))
        );
    }
    assert_eq!(requests.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn without_credentials_the_answer_is_quick() {
    // The usual chain, with an environment and files that hold nothing and no metadata service.
    let nothing = aws_config::provider_config::ProviderConfig::empty();
    let metadata = aws_config::imds::Client::builder()
        .configure(&aws_config::provider_config::ProviderConfig::without_region())
        .endpoint("http://127.0.0.1:1")
        .unwrap()
        .max_attempts(1)
        .build();
    let chain = aws_config::default_provider::credentials::DefaultCredentialsChain::builder()
        .configure(nothing)
        .region(Region::new("eu-west-1"))
        .imds_client(metadata)
        .build()
        .await;
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .endpoint_url("http://127.0.0.1:1")
        .credentials_provider(SharedCredentialsProvider::new(chain))
        .build();
    let connection = Connection::over(&config, Budgets::new(Rates::default()), Arc::new(()));
    let start = Instant::now();
    let error = connection.identity(|_| true).await.unwrap_err();
    assert_eq!(
        (error.class, error.code.as_str()),
        (Class::Unauthenticated, "NoCredentials"),
        "{error:?}"
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

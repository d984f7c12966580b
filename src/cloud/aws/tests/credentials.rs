//! Credentials that turn, and calls that come too late.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use tokio::time::Instant;

use super::super::*;
use super::server::{Reply, answer, server};
use super::{SUMMARY, function_config};
use crate::cloud::cloudfront::{CloudFrontApi, Stage};
use crate::cloud::lambda::{
    Alias, CodeSource, Configuration, Cors, EventInvokeConfig, LambdaApi, NewFunction, PartsApi,
    Permission, Principal, RuntimeManagement, UrlConfig, VersionsApi,
};
use crate::cloud::limit::{Budgets, Rates};
use crate::cloud::{BudgetMode, Class, CloudError, Tags};

const MINE: &str = "000000000000";
const THEIRS: &str = "999999999999";

/// Gives whatever key it holds now.
#[derive(Clone, Debug)]
struct Turning(Arc<Mutex<String>>);

impl Turning {
    fn to(&self, key: &str) {
        key.clone_into(&mut self.0.lock().unwrap());
    }
}

impl ProvideCredentials for Turning {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let key = self.0.lock().unwrap().clone();
        let credentials = Credentials::new(key, "secret", None, None, "test");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

fn account(id: &str) -> Account {
    Account {
        id: id.to_owned(),
        caller: format!("arn:aws:iam::{id}:user/u"),
        partition: "aws".to_owned(),
        region: Some("eu-west-1".to_owned()),
    }
}

fn connection(url: &str, chain: &Turning) -> Connection {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .endpoint_url(url)
        .credentials_provider(SharedCredentialsProvider::new(chain.clone()))
        .build();
    let rates = Rates {
        lambda: 0.0,
        lambda_get: 0.0,
        cloudfront: 0.0,
    };
    Connection::over(&config, Budgets::new(rates), Arc::new(()))
}

fn turning() -> Turning {
    Turning(Arc::new(Mutex::new(MINE.to_owned())))
}

/// Each method of both ports, as its error.
async fn every_call(cloudfront: &CloudFront, lambda: &Lambda) -> Vec<CloudError> {
    let (config, tags) = (function_config(), Tags::from([("a".into(), "b".into())]));
    let (arn, keys) = ("arn:aws:lambda:eu-west-1:0:function:f", ["a".to_owned()]);
    let (mode, code) = (BudgetMode::Wait, CodeSource::Zip(Vec::new()));
    let configuration = Configuration::default();
    let permission = Permission::new("lambda:*", Principal::Anyone);
    let alias = Alias::default();
    let (events, runtime) = (EventInvokeConfig::default(), RuntimeManagement::default());
    let url = UrlConfig {
        auth_type: "NONE".to_owned(),
        invoke_mode: "BUFFERED".to_owned(),
        cors: Cors::default(),
    };
    let new = NewFunction {
        code_signing: None,
        configuration: Configuration::default(),
        code: CodeSource::Zip(Vec::new()),
        tags: tags.clone(),
    };
    vec![
        cloudfront.describe("f", Stage::Live, mode).await.err(),
        cloudfront.code("f", Stage::Live, mode).await.err(),
        cloudfront.tags(arn, mode).await.err(),
        cloudfront.create("f", &config, b"", &tags).await.err(),
        cloudfront.update("f", "E1", &config, b"").await.err(),
        cloudfront.test("f", "E1", b"{}").await.err(),
        cloudfront.distributions(arn).await.err(),
        cloudfront.publish("f", "E1").await.err(),
        cloudfront.delete("f", "E1").await.err(),
        cloudfront.tag(arn, &tags).await.err(),
        cloudfront.untag(arn, &keys).await.err(),
        lambda.describe("f", mode).await.err(),
        lambda.create("f", &new).await.err(),
        lambda
            .update_configuration("f", None, &configuration)
            .await
            .err(),
        lambda
            .update_code("f", None, &code, &configuration)
            .await
            .err(),
        lambda.publish_version("f", "sha", None, "").await.err(),
        lambda.versions("f", mode).await.err(),
        lambda.delete_version("f", 1).await.err(),
        lambda.aliases("f", mode).await.err(),
        lambda.create_alias("f", "a", &alias).await.err(),
        lambda.update_alias("f", "a", None, &alias).await.err(),
        lambda.delete_alias("f", "a").await.err(),
        lambda.provisioned("f", mode).await.err(),
        lambda.put_provisioned("f", "a", 1).await.err(),
        lambda.delete_provisioned("f", "a").await.err(),
        lambda.version_state("f", "1", mode).await.err(),
        lambda.recursive_loop("f", mode).await.err(),
        lambda.put_recursive_loop("f", "Allow").await.err(),
        lambda.put_concurrency("f", 1).await.err(),
        lambda.delete_concurrency("f").await.err(),
        lambda.url("f", mode).await.err(),
        lambda.create_url("f", &url).await.err(),
        lambda.update_url("f", &url).await.err(),
        lambda.delete_url("f").await.err(),
        lambda.policy("f", mode).await.err(),
        lambda.add_permission("f", "s", &permission).await.err(),
        lambda.remove_permission("f", "s").await.err(),
        lambda.event_invoke("f", mode).await.err(),
        lambda.put_event_invoke("f", &events).await.err(),
        lambda.delete_event_invoke("f").await.err(),
        lambda.code_signing("f", mode).await.err(),
        lambda.put_code_signing("f", arn).await.err(),
        lambda.delete_code_signing("f").await.err(),
        lambda.runtime_management("f", mode).await.err(),
        lambda.put_runtime_management("f", &runtime).await.err(),
        lambda.delete("f").await.err(),
        lambda.tag(arn, &tags).await.err(),
        lambda.untag(arn, &keys).await.err(),
    ]
    .into_iter()
    .map(|error| error.expect("it is not sent"))
    .collect()
}

#[tokio::test]
async fn no_call_of_any_kind_is_sent_with_a_key_of_another_account() {
    let (url, requests) = server(vec![Reply::HangUp]).await;
    let chain = turning();
    let connection = connection(&url, &chain);
    let mine = connection.identity(|_| true).await.unwrap();
    let (cloudfront, lambda) = (
        connection.cloudfront(&mine, None),
        connection.lambda(&mine, "eu-west-1", None),
    );
    // The chain turns while both clients are in use.
    chain.to(THEIRS);
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(16)).await;
    tokio::time::resume();
    for error in every_call(&cloudfront, &lambda).await {
        assert_eq!(error.class, Class::WrongAccount, "{error:?}");
        assert!(
            error.message.contains(MINE) && error.message.contains(THEIRS),
            "{error:?}"
        );
    }
    assert_eq!(*requests.lock().unwrap(), Vec::<String>::new());
    assert_eq!(connection.identity(|_| true).await.unwrap().id, THEIRS);
}

#[tokio::test]
async fn no_call_of_any_kind_is_sent_after_its_deadline() {
    let (url, requests) = server(vec![Reply::HangUp]).await;
    let connection = connection(&url, &turning());
    let past = Instant::now().checked_sub(Duration::from_millis(1));
    assert!(past.is_some());
    let cloudfront = connection.cloudfront(&account(MINE), past);
    let lambda = connection.lambda(&account(MINE), "eu-west-1", past);
    for error in every_call(&cloudfront, &lambda).await {
        assert_eq!(error.class, Class::Late, "{error:?}");
    }
    assert_eq!(*requests.lock().unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_new_key_of_the_same_account_is_asked_about_and_goes_on() {
    let reply = answer("200 OK", "ETag: E1\r\n", SUMMARY);
    let (url, requests) = server(vec![reply]).await;
    let chain = turning();
    let connection = connection(&url, &chain);
    let mine = connection.identity(|_| true).await.unwrap();
    let cloudfront = connection.cloudfront(&mine, None);
    for key in [MINE, "AKIA000000000000", MINE] {
        chain.to(key);
        tokio::time::pause();
        tokio::time::advance(Duration::from_mins(16)).await;
        tokio::time::resume();
        let described = cloudfront
            .describe("f", Stage::Live, BudgetMode::Wait)
            .await;
        assert!(described.is_ok(), "{key}: {described:?}");
    }
    let requests = requests.lock().unwrap();
    let signed = |key: &str| {
        requests
            .iter()
            .filter(|r| r.contains(&format!("={key}/")))
            .count()
    };
    assert_eq!((signed(MINE), signed("AKIA000000000000")), (2, 1));
}

#[tokio::test]
async fn credentials_of_a_wrong_account_are_loaded_anew_soon_and_right_ones_late() {
    let (url, _) = server(vec![Reply::HangUp]).await;
    let chain = turning();
    chain.to(THEIRS);
    let connection = connection(&url, &chain);
    let right = |id: &str| id == MINE;
    assert_eq!(connection.identity(right).await.unwrap().id, THEIRS);
    chain.to(MINE);
    assert_eq!(
        connection.identity(right).await.unwrap().id,
        THEIRS,
        "not at once"
    );
    for (key, wanted, why) in [
        (MINE, MINE, "the wrong ones are not kept"),
        (THEIRS, MINE, "the right ones are, until they are due"),
    ] {
        chain.to(key);
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(11)).await;
        tokio::time::resume();
        assert_eq!(
            connection.identity(right).await.unwrap().id,
            wanted,
            "{why}"
        );
    }
}

//! A cloud, a caller, and requests that are right until a test breaks one thing.

use std::time::Duration;

use strict_cloud::lambda::{
    Code, Configuration, CreateFunction, FunctionConfiguration, PublishVersion,
    UpdateFunctionConfiguration,
};
use strict_cloud::{Answer, Caller, Cloud, Refusal, Settings, cloudfront, zip};

pub const ACCOUNT: &str = "111111111111";
pub const REGION: &str = "eu-west-1";
pub const ROLE: &str = "arn:aws:iam::111111111111:role/lambda";

/// No quotas, and everything takes exactly ten seconds.
pub fn calm() -> Settings {
    let ten = strict_cloud::Between::exactly(Duration::from_secs(10));
    Settings {
        lambda_quotas: false,
        create_takes: ten,
        update_takes: ten,
        provision_takes: ten,
        delete_takes: ten,
        ..Settings::default()
    }
}

pub fn cloud() -> Cloud {
    Cloud::new(7, calm())
}

pub fn me() -> Caller {
    Caller::new(ACCOUNT, REGION, "cloudfn")
}

pub fn archive(text: &str) -> Vec<u8> {
    zip::store(&[("index.py", text.as_bytes())])
}

pub fn python() -> Configuration {
    Configuration::new()
        .with("Runtime", "python3.13")
        .with("Handler", "index.handler")
        .with("Role", ROLE)
}

pub fn new_function(name: &str) -> CreateFunction {
    CreateFunction {
        function_name: name.into(),
        code: Some(Code::Zip(archive("1"))),
        configuration: python(),
        ..CreateFunction::default()
    }
}

/// Updates the description of `f`, and publishes that; answers the version.
pub fn publish(cloud: &mut Cloud, description: &str) -> String {
    let request = UpdateFunctionConfiguration {
        function_name: "f".into(),
        configuration: Configuration::new().with("Description", description),
        revision_id: None,
    };
    cloud
        .lambda_update_function_configuration(&me(), &request)
        .expect("a right request");
    settle(cloud);
    let request = PublishVersion {
        function_name: "f".into(),
        ..PublishVersion::default()
    };
    let published = cloud.lambda_publish_version(&me(), &request);
    published.expect("a right request").version
}

/// A function that is Active.
pub fn active(cloud: &mut Cloud, name: &str) -> FunctionConfiguration {
    cloud
        .lambda_create_function(&me(), &new_function(name))
        .expect("a right request");
    settle(cloud);
    get(cloud, name)
}

pub fn settle(cloud: &mut Cloud) {
    cloud.advance(Duration::from_secs(10));
}

pub fn get(cloud: &mut Cloud, name: &str) -> FunctionConfiguration {
    cloud
        .lambda_get_function(&me(), name, None)
        .expect("it exists")
        .configuration
}

/// State and LastUpdateStatus.
pub fn words(shown: &FunctionConfiguration) -> (&str, &str) {
    (
        shown.state.as_ref().map_or("-", |state| state.word),
        shown
            .last_update_status
            .as_ref()
            .map_or("-", |status| status.word),
    )
}

pub fn edge_config() -> cloudfront::FunctionConfig {
    cloudfront::FunctionConfig {
        comment: "a".into(),
        runtime: "cloudfront-js-2.0".into(),
        key_value_stores: vec![],
    }
}

pub fn new_edge(name: &str) -> cloudfront::CreateFunction {
    cloudfront::CreateFunction {
        name: name.into(),
        config: edge_config(),
        code: b"function handler(e) {}".to_vec(),
        ..Default::default()
    }
}

pub fn refused<T: std::fmt::Debug>(answer: Answer<T>) -> Refusal {
    answer
        .expect_err("a refusal")
        .refusal()
        .expect("a refusal, not a lost connection")
        .clone()
}

/// Status and code of an answer; 0 and nothing for success.
pub fn verdict<T>(answer: Answer<T>) -> (u16, &'static str) {
    match answer {
        Ok(_) => (0, ""),
        Err(outcome) => outcome
            .refusal()
            .map_or((0, "dropped"), |refusal| (refusal.status, refusal.code)),
    }
}

pub fn tags(pairs: &[(&str, &str)]) -> strict_cloud::Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

//! The calls alone: a script with the SDK brings tested functions to LIVE, as many at once as the operator
//! works on.
//!
//! Invariant: for each function the operations that the operator calls, in its order, each after the answer
//! to the one before: a look, a create, its tests, a publish.

use std::time::{Duration, Instant};

use aws_sdk_cloudfront::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudfront::operation::describe_function::DescribeFunctionError;
use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types::{FunctionConfig, FunctionRuntime, FunctionStage};
use aws_sdk_cloudfront::{Client, Config};
use futures::StreamExt as _;

use crate::counts::Calls;
use crate::fleet::{Fleet, Kind, TESTS};
use crate::scene::{AT_ONCE, Scene};

/// What the script took.
pub struct Bare {
    /// How long an answer of the cloud was on its way.
    pub latency: Duration,
    pub time: Duration,
    pub calls: Calls,
}

/// Makes the functions of a fleet, tests and publishes them, and deletes them again. Answers what the way
/// to LIVE took.
pub async fn to_live(scene: &Scene, fleet: Fleet) -> Bare {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(scene.url())
        .credentials_provider(Credentials::new(
            scene.tenant.account(),
            "test",
            None,
            None,
            "test",
        ))
        .build();
    let client = Client::from_conf(config);
    drop(scene.take_calls());
    let began = Instant::now();
    let functions = futures::stream::iter(fleet.names()).map(|name| one(client.clone(), name));
    let published: Vec<(String, String)> = functions
        .buffer_unordered(usize::from(AT_ONCE))
        .collect()
        .await;
    let took = Bare {
        latency: scene.latency(),
        time: began.elapsed(),
        calls: Calls::of(&scene.take_calls()),
    };
    for (name, etag) in published {
        client
            .delete_function()
            .name(name)
            .if_match(etag)
            .send()
            .await
            .expect("deleted");
    }
    took
}

async fn one(client: Client, name: String) -> (String, String) {
    let look = client
        .describe_function()
        .name(&name)
        .stage(FunctionStage::Development)
        .send()
        .await;
    assert!(
        look.is_err_and(|error| error
            .as_service_error()
            .is_some_and(DescribeFunctionError::is_no_such_function_exists)),
        "{name} is there"
    );
    let config = FunctionConfig::builder()
        .comment("")
        .runtime(FunctionRuntime::CloudfrontJs20)
        .build()
        .expect("a configuration");
    let code = Blob::new(Kind::javascript(&name, 1));
    let created = client
        .create_function()
        .name(&name)
        .function_config(config)
        .function_code(code)
        .send()
        .await
        .expect("created");
    let etag = created.e_tag.expect("an ETag");
    for uri in TESTS {
        let event = Blob::new(Kind::event(uri).to_string());
        let request = client
            .test_function()
            .name(&name)
            .if_match(&etag)
            .stage(FunctionStage::Development)
            .event_object(event);
        let result = request
            .send()
            .await
            .expect("tested")
            .test_result
            .expect("a result");
        assert!(
            result
                .function_output
                .is_some_and(|output| output.contains(uri)),
            "{name} does not answer {uri}"
        );
    }
    client
        .publish_function()
        .name(&name)
        .if_match(&etag)
        .send()
        .await
        .expect("published");
    (name, etag)
}

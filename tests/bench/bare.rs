//! The calls alone: what a script with the SDK needs to bring tested functions to LIVE, as many at once
//! as the operator works on.
//!
//! Invariant: no more calls than the work itself needs: a create, its tests, a publish.

use std::time::{Duration, Instant};

use aws_sdk_cloudfront::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types::{FunctionConfig, FunctionRuntime, FunctionStage};
use aws_sdk_cloudfront::{Client, Config};
use futures::StreamExt as _;

use crate::fleet::{Fleet, Kind, TESTS};
use crate::scene::Scene;

/// Functions that are worked on at once: the operator's default of `--concurrency`.
const AT_ONCE: usize = 16;

/// Makes the functions of a fleet, tests and publishes them, and deletes them again. Answers how long the
/// way to LIVE took.
pub async fn to_live(scene: &Scene, fleet: Fleet) -> Duration {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("us-east-1"))
        .endpoint_url(scene.url())
        .credentials_provider(Credentials::new(scene.tenant.account(), "test", None, None, "test"))
        .build();
    let client = Client::from_conf(config);
    let began = Instant::now();
    let published: Vec<(String, String)> = futures::stream::iter(fleet.names()).map(|name| one(client.clone(), name)).buffer_unordered(AT_ONCE).collect().await;
    let took = began.elapsed();
    for (name, etag) in published {
        client.delete_function().name(name).if_match(etag).send().await.expect("deleted");
    }
    took
}

async fn one(client: Client, name: String) -> (String, String) {
    let config = FunctionConfig::builder().comment("").runtime(FunctionRuntime::CloudfrontJs20).build().expect("a configuration");
    let code = Blob::new(Kind::javascript(&name, 1));
    let created = client.create_function().name(&name).function_config(config).function_code(code).send().await.expect("created");
    let etag = created.e_tag.expect("an ETag");
    for uri in TESTS {
        let event = Blob::new(Kind::event(uri).to_string());
        let request = client.test_function().name(&name).if_match(&etag).stage(FunctionStage::Development).event_object(event);
        let result = request.send().await.expect("tested").test_result.expect("a result");
        assert!(result.function_output.is_some_and(|output| output.contains(uri)), "{name} does not answer {uri}");
    }
    client.publish_function().name(&name).if_match(&etag).send().await.expect("published");
    (name, etag)
}

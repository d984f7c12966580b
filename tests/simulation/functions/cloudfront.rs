//! A CloudFront function: its two stages, its guards, its tags, and its tests before LIVE.

mod calls;
mod compile;
mod convergence;
mod deletion;
mod drift;
mod gate;
mod ownership;
mod refused_status;

use serde_json::{Value, json};
use strict_cloud::cloudfront::{Stage, UpdateFunction};
use strict_cloud::{Caller, Cloud, Tags};

use super::{Alone, alone};
use crate::schedule::{Kind, Outside, javascript};
use crate::world::ACCOUNT;

const NAME: &str = "f0";
const DEVELOPMENT: &str = "DescribeFunction DEVELOPMENT";
const LIVE: &str = "DescribeFunction LIVE";
const TAGS: &str = "ListTagsForResource";
const CODE: &str = "GetFunction DEVELOPMENT";
const LIVE_CODE: &str = "GetFunction LIVE";
const UPDATE: &str = "UpdateFunction";
const TEST: &str = "TestFunction";
const PUBLISH: &str = "PublishFunction";

/// A life of one CloudFront function.
fn edge(life: impl AsyncFnOnce(&mut Alone)) {
    alone(Kind::CloudFront, life);
}

/// A spec with code and nothing else.
fn plain(code: &str) -> Value {
    json!({"code": {"inline": code}})
}

/// A spec that names comment and tags, too.
fn full(code: &str) -> Value {
    with(
        plain(code),
        &json!({"comment": "Adds headers", "tags": {"team": "edge", "tier": "gold"}}),
    )
}

/// A spec with some fields replaced; `null` takes one away.
fn with(mut spec: Value, fields: &Value) -> Value {
    for (name, field) in fields.as_object().unwrap() {
        if field.is_null() {
            spec.as_object_mut().unwrap().remove(name);
        } else {
            spec[name] = field.clone();
        }
    }
    spec
}

fn arn() -> String {
    format!("arn:aws:cloudfront::{ACCOUNT}:function/{NAME}")
}

impl Alone {
    /// Somebody else changes DEVELOPMENT.
    fn edit_outside(&self, change: impl FnOnce(&mut UpdateFunction)) {
        self.others(|cloud, caller| edit(cloud, caller, change));
    }

    /// Somebody else changes the code in DEVELOPMENT.
    fn code_outside(&self, code: &str) {
        self.edit_outside(|update| update.code = code.into());
    }

    /// Somebody else publishes DEVELOPMENT.
    fn publish_outside(&self) {
        let stage = &self.stage;
        let slot = &stage.slots[0];
        let clouds = &stage.world.clouds;
        assert!(clouds.outside(&stage.world, slot, Outside::Publish));
    }

    /// Somebody else deletes the function.
    fn delete_outside(&self) {
        let stage = &self.stage;
        let slot = &stage.slots[0];
        let clouds = &stage.world.clouds;
        assert!(clouds.outside(&stage.world, slot, Outside::Delete));
    }

    /// Somebody else tags the function, or takes tags off it.
    fn tag_outside(&self, tags: &[(&str, &str)], untag: &[&str]) {
        let tags: Tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        let keys: Vec<String> = untag.iter().map(|key| (*key).to_owned()).collect();
        self.others(|cloud, caller| {
            if !tags.is_empty() {
                cloud
                    .cloudfront_tag_resource(caller, &arn(), &tags)
                    .unwrap();
            }
            if !keys.is_empty() {
                cloud
                    .cloudfront_untag_resource(caller, &arn(), &keys)
                    .unwrap();
            }
        });
    }

    /// the code in LIVE, if anything is.
    fn live_code(&self) -> Option<String> {
        self.function()["live"]["code"]
            .as_str()
            .map(ToOwned::to_owned)
    }
}

fn edit(cloud: &mut Cloud, caller: &Caller, change: impl FnOnce(&mut UpdateFunction)) {
    let development = Some(Stage::Development);
    let described = cloud
        .cloudfront_describe_function(caller, NAME, development)
        .unwrap();
    let code = cloud
        .cloudfront_get_function(caller, NAME, development)
        .unwrap();
    let mut update = UpdateFunction {
        name: NAME.to_owned(),
        if_match: Some(described.etag),
        config: described.summary.config,
        code: code.bytes.to_vec(),
    };
    change(&mut update);
    cloud.cloudfront_update_function(caller, &update).unwrap();
}

/// Somebody else updates, publishes, and puts DEVELOPMENT back: what is LIVE is theirs.
fn replace_live(alone: &Alone) {
    let function = alone.function();
    let ours = function["development"]["code"].as_str().unwrap();
    alone.code_outside(&javascript(900));
    alone.publish_outside();
    alone.code_outside(ours);
}

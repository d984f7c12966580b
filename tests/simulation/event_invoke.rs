//! What becomes of events of asynchronous calls: between the port, the strict cloud and specs.

use cloudfn::cloud::lambda::EventInvokeConfig;
use serde_json::{Value, json};
use strict_cloud::lambda as model;

/// A request for this, as the adapter makes it.
pub fn asked(config: &EventInvokeConfig) -> model::EventInvokeConfig {
    let mut asked = json!({
        "MaximumRetryAttempts": config.maximum_retry_attempts,
        "MaximumEventAgeInSeconds": config.maximum_event_age_in_seconds,
    });
    let arns = [
        ("OnSuccess", &config.on_success),
        ("OnFailure", &config.on_failure),
    ];
    for (when, arn) in arns.into_iter().filter(|(_, arn)| !arn.is_empty()) {
        asked["DestinationConfig"][when] = json!({"Destination": arn});
    }
    model::EventInvokeConfig::of(asked)
}

/// What a read shows.
pub fn found(reply: &Value) -> EventInvokeConfig {
    let form = seen(reply);
    let number = |name: &str| i32::try_from(form[name].as_i64().unwrap()).unwrap();
    let text = |name: &str| form[name].as_str().unwrap().to_owned();
    EventInvokeConfig {
        maximum_retry_attempts: number("maximumRetryAttempts"),
        maximum_event_age_in_seconds: number("maximumEventAgeInSeconds"),
        on_success: text("onSuccess"),
        on_failure: text("onFailure"),
    }
}

/// `eventInvokeConfig` of a spec, with every member; where it is not named, what a function without one does.
pub fn named(spec: &Value) -> Value {
    form(&spec["eventInvokeConfig"], str::to_owned)
}

/// The same of what the cloud has; null where it has none.
pub fn seen(config: &Value) -> Value {
    form(config, |name| name[..1].to_uppercase() + &name[1..])
}

fn form(config: &Value, spelt: fn(&str) -> String) -> Value {
    let member = |of: &Value, name: &str| of[spelt(name).as_str()].clone();
    let number = |name: &str, usual: i64| member(config, name).as_i64().unwrap_or(usual);
    let destinations = member(config, "destinationConfig");
    let arn = |when: &str| {
        let destination = member(&member(&destinations, when), "destination");
        destination.as_str().unwrap_or_default().to_owned()
    };
    json!({
        "maximumRetryAttempts": number("maximumRetryAttempts", 2),
        "maximumEventAgeInSeconds": number("maximumEventAgeInSeconds", 21_600),
        "onSuccess": arn("onSuccess"),
        "onFailure": arn("onFailure"),
    })
}

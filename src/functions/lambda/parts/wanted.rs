//! What the spec asks for of parts that are blocks. Pure.

use crate::api::lambda::{self as api, Word};
use crate::cloud::lambda::{Cors, EventInvokeConfig, RuntimeManagement, UrlConfig};

/// The function URL; what is omitted has the cloud's default.
#[must_use]
pub fn url(spec: &api::FunctionUrlConfig) -> UrlConfig {
    UrlConfig {
        auth_type: spec.auth_type.as_str().to_owned(),
        invoke_mode: spec.invoke_mode.as_str().to_owned(),
        cors: spec.cors.as_ref().map(cors).unwrap_or_default(),
    }
}

fn cors(spec: &api::Cors) -> Cors {
    let set = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
    // AWS keeps names of headers in lower case (observed by users of drift tools), and their case means nothing.
    let headers = |list: &Option<Vec<String>>| {
        let names = list.iter().flatten();
        names.map(|name| name.to_ascii_lowercase()).collect()
    };
    let methods = spec.allow_methods.iter().flatten();
    Cors {
        allow_credentials: spec.allow_credentials.unwrap_or_default(),
        allow_headers: headers(&spec.allow_headers),
        allow_methods: methods.map(|word| word.as_str().to_owned()).collect(),
        allow_origins: set(&spec.allow_origins),
        expose_headers: headers(&spec.expose_headers),
        max_age: spec.max_age.unwrap_or_default(),
    }
}

/// What becomes of events of asynchronous calls; what is omitted has its default.
#[must_use]
pub fn events(spec: &api::EventInvokeConfig) -> EventInvokeConfig {
    let default = EventInvokeConfig::default();
    let destinations = spec.destination_config.as_ref();
    let arn = |of: Option<&Option<api::Destination>>| {
        let destination = of.and_then(Option::as_ref);
        destination.map_or_else(String::new, |destination| destination.destination.clone())
    };
    EventInvokeConfig {
        maximum_retry_attempts: spec
            .maximum_retry_attempts
            .unwrap_or(default.maximum_retry_attempts),
        maximum_event_age_in_seconds: spec
            .maximum_event_age_in_seconds
            .unwrap_or(default.maximum_event_age_in_seconds),
        on_success: arn(destinations.map(|of| &of.on_success)),
        on_failure: arn(destinations.map(|of| &of.on_failure)),
    }
}

/// When the runtime is updated.
#[must_use]
pub fn runtime(spec: &api::RuntimeManagementConfig) -> RuntimeManagement {
    RuntimeManagement {
        update_runtime_on: spec.update_runtime_on.as_str().to_owned(),
        runtime_version_arn: spec.runtime_version_arn.clone().unwrap_or_default(),
    }
}

//! What becomes of events of asynchronous calls: the SDK's shapes to ours and back.

use aws_sdk_lambda::operation::get_function_event_invoke_config::GetFunctionEventInvokeConfigOutput;
use aws_sdk_lambda::types::{DestinationConfig, OnFailure, OnSuccess};

use crate::cloud::lambda::EventInvokeConfig;

/// What an answer shows.
pub(super) fn config_of(output: &GetFunctionEventInvokeConfigOutput) -> EventInvokeConfig {
    let default = EventInvokeConfig::default();
    let destinations = output.destination_config();
    let success = destinations.and_then(DestinationConfig::on_success);
    let failure = destinations.and_then(DestinationConfig::on_failure);
    let arn = |arn: Option<&str>| arn.unwrap_or_default().to_owned();
    EventInvokeConfig {
        maximum_retry_attempts: output
            .maximum_retry_attempts()
            .unwrap_or(default.maximum_retry_attempts),
        maximum_event_age_in_seconds: output
            .maximum_event_age_in_seconds()
            .unwrap_or(default.maximum_event_age_in_seconds),
        on_success: arn(success.and_then(OnSuccess::destination)),
        on_failure: arn(failure.and_then(OnFailure::destination)),
    }
}

/// The destinations of a request, if there are any: a write replaces what was there, so what is left out is none.
pub(super) fn destinations_of(config: &EventInvokeConfig) -> Option<DestinationConfig> {
    let arn = |arn: &String| Some(arn.clone()).filter(|arn| !arn.is_empty());
    let success = arn(&config.on_success);
    let failure = arn(&config.on_failure);
    let some = success.is_some() || failure.is_some();
    some.then(|| {
        DestinationConfig::builder()
            .set_on_success(success.map(|arn| OnSuccess::builder().destination(arn).build()))
            .set_on_failure(failure.map(|arn| OnFailure::builder().destination(arn).build()))
            .build()
    })
}

//! What becomes of events that a function gets asynchronously, in the spec.
//!
//! Source of shapes, limits and defaults: the Lambda API reference, `PutFunctionEventInvokeConfig`.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::forms;

/// What becomes of events that the function gets asynchronously: one block, of which what is omitted has the
/// cloud's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventInvokeConfig {
    /// How often an event whose call failed is tried again. Omitted: 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 2))]
    pub maximum_retry_attempts: Option<i32>,

    /// Seconds for which an event is kept for the function. Omitted: 21600, six hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 60, max = 21600))]
    pub maximum_event_age_in_seconds: Option<i32>,

    /// Where records of what was done go to. Omitted: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "DestinationConfig")]
    pub destination_config: Option<DestinationConfig>,
}

/// Where records of asynchronous calls go to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!has(self.onSuccess) || !self.onSuccess.destination.contains(':s3:::')")
    .message("a bucket takes records of failures only; name it in onFailure, or another destination here")
    .field_path(".onSuccess"))]
pub struct DestinationConfig {
    /// For calls that succeeded; no bucket. Omitted: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Destination")]
    pub on_success: Option<Destination>,

    /// For events that failed, or became too old. Omitted: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Destination")]
    pub on_failure: Option<Destination>,
}

/// What gets records of asynchronous calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("!self.destination.endsWith('.fifo')")
    .message("a destination is a standard queue or topic, none that is first-in, first-out; name another one")
    .field_path(".destination"))]
pub struct Destination {
    /// ARN of a standard SQS queue, a standard SNS topic, a Lambda function, an event bus or a bucket; the role
    /// needs the right to write there. Empty: none.
    #[schemars(length(max = 350), regex(pattern = forms::DESTINATION.pattern))]
    pub destination: String,
}

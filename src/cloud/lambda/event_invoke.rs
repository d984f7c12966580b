//! What becomes of events that a function gets asynchronously, in the port's words.

use super::blocks::{Block, Member};

/// What becomes of events that a function gets asynchronously, always whole: what the cloud leaves out has its
/// default, and so has all of a function without one.
///
/// Source of the defaults: Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous
/// invocation".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventInvokeConfig {
    /// How often an event is tried again, 0 to 2.
    pub maximum_retry_attempts: i32,
    /// Seconds for which an event is kept, 60 to 21600.
    pub maximum_event_age_in_seconds: i32,
    /// ARN of what gets the results; empty is none.
    pub on_success: String,
    /// ARN of what gets the events that failed; empty is none.
    pub on_failure: String,
}

impl Default for EventInvokeConfig {
    fn default() -> Self {
        Self {
            maximum_retry_attempts: 2,
            maximum_event_age_in_seconds: 21_600,
            on_success: String::new(),
            on_failure: String::new(),
        }
    }
}

impl Block for EventInvokeConfig {
    fn members(&self) -> Vec<Member> {
        let number = |name, number: i32| Some((name, number.to_string()));
        let arn = |name, arn: &String| (!arn.is_empty()).then(|| (name, arn.clone()));
        [
            number("maximumRetryAttempts", self.maximum_retry_attempts),
            number(
                "maximumEventAgeInSeconds",
                self.maximum_event_age_in_seconds,
            ),
            arn("destinationConfig.onSuccess.destination", &self.on_success),
            arn("destinationConfig.onFailure.destination", &self.on_failure),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

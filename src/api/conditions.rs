//! Conditions: reading them, and writing them so that `lastTransitionTime` moves only with `status`.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// Summary condition: the function is as the spec asks.
pub const READY: &str = "Ready";
/// Present while true: cloudfn is working on it.
pub const RECONCILING: &str = "Reconciling";
/// Present while true: a person must change something.
pub const STALLED: &str = "Stalled";

/// Present where the spec has tests: whether they passed for what is published.
pub const TESTED: &str = "Tested";

/// The conditions that cloudfn writes; others belong to others.
pub const OURS: [&str; 4] = [READY, RECONCILING, STALLED, TESTED];

/// The condition of this type.
#[must_use]
pub fn find<'a>(conditions: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    conditions.iter().find(|c| c.type_ == kind)
}

/// Whether the condition of this type is there and `True`.
#[must_use]
pub fn is_true(conditions: &[Condition], kind: &str) -> bool {
    find(conditions, kind).is_some_and(|c| c.status == "True")
}

/// A condition, keeping the transition time of `old` where the status is the same.
#[must_use]
pub fn condition(old: &[Condition], kind: &str, status: &str, reason: &str, message: &str, generation: i64, now: Timestamp) -> Condition {
    // The API server keeps whole seconds: a fraction would make what was written differ from what is read.
    let moment = Time(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let since = find(old, kind).filter(|c| c.status == status).map_or(moment, |c| c.last_transition_time.clone());
    Condition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        observed_generation: Some(generation),
        last_transition_time: since,
    }
}

/// Gives each condition whose status is the same in `old` the transition time that it has there.
pub fn keep_times(conditions: &mut [Condition], old: &[Condition]) {
    for condition in conditions {
        if let Some(same) = find(old, &condition.type_).filter(|c| c.status == condition.status) {
            condition.last_transition_time = same.last_transition_time.clone();
        }
    }
}

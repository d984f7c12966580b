//! Conditions: reading them, and writing them so that `lastTransitionTime` moves only with
//! `status`.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::text::without_controls;

/// Summary condition: the function is as the spec asks.
pub const READY: &str = "Ready";
/// Present while true: cloudfn is working on it.
pub const RECONCILING: &str = "Reconciling";
/// Present while true: a person must change something.
pub const STALLED: &str = "Stalled";

/// Present if the spec has tests: whether they passed for the content that the spec asks for.
pub const TESTED: &str = "Tested";

/// Characters of a message at most. A message may quote a cloud or a ConfigMap, and the API server
/// refuses a status that is too large.
const MESSAGE_LIMIT: usize = 1024;

/// The types of the conditions that cloudfn writes; conditions of other types belong to other
/// programs.
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
pub fn condition(
    old: &[Condition],
    kind: &str,
    status: &str,
    reason: &str,
    message: &str,
    generation: i64,
    now: Timestamp,
) -> Condition {
    // The API server keeps whole seconds: a fraction would make what was written differ from what
    // is read.
    let moment = Time(Timestamp::from_second(now.as_second()).unwrap_or(now));
    let since = find(old, kind)
        .filter(|c| c.status == status)
        .map_or(moment, |c| c.last_transition_time.clone());
    Condition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: reason.to_owned(),
        message: bounded(message),
        observed_generation: Some(generation),
        last_transition_time: since,
    }
}

/// A message as conditions have it: without control characters, and cut where it is too long.
#[must_use]
pub fn bounded(message: &str) -> String {
    let message = without_controls(message);
    match message.char_indices().nth(MESSAGE_LIMIT) {
        Some((end, _)) => format!("{}…", &message[..end]),
        None => message,
    }
}

/// Keeps the transition time that a condition has in `old`, if its status is the same there.
pub fn keep_times(conditions: &mut [Condition], old: &[Condition]) {
    for condition in conditions {
        if let Some(same) = find(old, &condition.type_).filter(|c| c.status == condition.status) {
            condition.last_transition_time = same.last_transition_time.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_a_person_reads() {
        let made = |message: &str| {
            condition(
                &[],
                READY,
                "False",
                "InvalidSpec",
                message,
                1,
                Timestamp::UNIX_EPOCH,
            )
            .message
        };
        assert_eq!(made(&"é".repeat(MESSAGE_LIMIT)), "é".repeat(MESSAGE_LIMIT));
        assert_eq!(
            made(&"é".repeat(MESSAGE_LIMIT + 1)),
            "é".repeat(MESSAGE_LIMIT) + "…"
        );
        assert_eq!(
            made("a cloud\u{85}says\u{9b}31m\u{fffe}"),
            "a cloud says31m"
        );
    }
}

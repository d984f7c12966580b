//! The conditions that a pass writes. Pure.
//!
//! Invariant: Ready is always there; Ready=True means neither Reconciling nor Stalled; where Ready
//! is not True, exactly one of Reconciling and Stalled is there, unless the object is paused.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::kind::KindCondition;
use super::outcome::State;
use crate::api::Reason;
use crate::api::conditions::{OURS, READY, RECONCILING, STALLED, condition, find};

/// Characters of a pause's text at most: it is a person's, and may be as long as an annotation.
const PAUSE_LIMIT: usize = 256;

/// The conditions that a state makes of the old ones.
pub(super) fn conditions(
    old: &[Condition],
    state: &State,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let make = |kind: &str, status: &str, reason: Reason, message: &str| {
        condition(old, kind, status, reason.as_str(), message, generation, now)
    };
    match state {
        State::Ready => vec![make(
            READY,
            "True",
            Reason::Available,
            "the function is as the spec asks",
        )],
        State::Reconciling(reason, message) => vec![
            make(READY, "False", *reason, message),
            make(RECONCILING, "True", *reason, message),
        ],
        State::Stalled(reason, message) => vec![
            make(READY, "False", *reason, message),
            make(STALLED, "True", *reason, message),
        ],
        State::KeepLastKnown => ours(old),
        State::ObservationStale(message) => vec![
            make(READY, "Unknown", Reason::CannotObserve, message),
            make(RECONCILING, "True", Reason::CannotObserve, message),
        ],
        State::Paused { text, deleting } => {
            let known =
                find(old, READY).filter(|ready| ready.observed_generation == Some(generation));
            let status = known.map_or("Unknown", |ready| ready.status.as_str());
            let message = paused(text, *deleting);
            vec![make(READY, status, Reason::Paused, &message)]
        }
    }
}

fn paused(text: &str, deleting: bool) -> String {
    let why = if text == "true" {
        "paused".to_owned()
    } else {
        format!("paused: {}", cut(text))
    };
    let waits = if deleting {
        "; the deletion waits, too"
    } else {
        ""
    };
    format!("{why}{waits}; remove the annotation cloudfn.dev/paused to go on")
}

/// As much of a pause's text as a message repeats.
fn cut(text: &str) -> String {
    match text.char_indices().nth(PAUSE_LIMIT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A condition of the kind's own.
pub(super) fn kind_condition(
    old: &[Condition],
    own: &KindCondition,
    generation: i64,
    now: Timestamp,
) -> Condition {
    condition(
        old,
        own.kind,
        own.status,
        own.reason.as_str(),
        &own.message,
        generation,
        now,
    )
}

/// Those of the given types among all.
pub(super) fn of_types(conditions: &[Condition], types: &[&str]) -> Vec<Condition> {
    let wanted = |c: &&Condition| types.contains(&c.type_.as_str());
    conditions.iter().filter(wanted).cloned().collect()
}

/// Those that cloudfn writes among all, in the order in which it writes them: an API server that merges
/// them into what is there may keep another one.
pub(super) fn ours(conditions: &[Condition]) -> Vec<Condition> {
    let known = OURS.iter().filter_map(|kind| find(conditions, kind));
    known.cloned().collect()
}

/// Whether the conditions say Ready for this generation because somebody observed it.
pub(super) fn is_available(conditions: &[Condition], generation: i64) -> bool {
    find(conditions, READY).is_some_and(|ready| {
        ready.status == "True"
            && ready.reason == Reason::Available.as_str()
            && ready.observed_generation == Some(generation)
    })
}

/// The status of Ready: `True`, `False` or `Unknown` (also where it is missing).
pub(super) fn ready_status(conditions: &[Condition]) -> &'static str {
    match find(conditions, READY).map(|ready| ready.status.as_str()) {
        Some("True") => "True",
        Some("False") => "False",
        _ => "Unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::conditions::is_true;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn all_states() -> Vec<State> {
        let text = || "because".to_owned();
        let mut all = vec![
            State::Ready,
            State::KeepLastKnown,
            State::ObservationStale(text()),
            State::Paused {
                text: text(),
                deleting: false,
            },
        ];
        for reason in <Reason as strum::IntoEnumIterator>::iter() {
            all.push(State::Reconciling(reason, text()));
            all.push(State::Stalled(reason, text()));
        }
        all
    }

    #[test]
    fn the_contract_holds_after_any_two_states() {
        for first in all_states() {
            let before = match conditions(&[], &first, 1, at(1)) {
                none if none.is_empty() => conditions(&[], &State::Ready, 1, at(1)),
                some => some,
            };
            for second in all_states() {
                let after = conditions(&before, &second, 2, at(2));
                let sentence = format!("{first:?} then {second:?}: {after:?}");
                let ready = find(&after, READY).unwrap_or_else(|| panic!("{sentence}"));
                let extra = usize::from(is_true(&after, RECONCILING))
                    + usize::from(is_true(&after, STALLED));
                let paused = ready.reason == "Paused";
                if ready.status == "True" {
                    assert_eq!(extra, 0, "{sentence}");
                } else if !paused {
                    assert_eq!(extra, 1, "{sentence}");
                }
                for c in &after {
                    let same = find(&before, &c.type_).is_some_and(|old| old.status == c.status);
                    assert_eq!(
                        same,
                        c.last_transition_time.0 == at(1),
                        "the time moves with the status only: {sentence}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_pause_keeps_what_is_known_of_this_generation_only() {
        let ready = conditions(&[], &State::Ready, 4, at(1));
        let paused = |generation| {
            conditions(
                &ready,
                &State::Paused {
                    text: "true".to_owned(),
                    deleting: false,
                },
                generation,
                at(2),
            )[0]
            .status
            .clone()
        };
        assert_eq!(paused(4), "True");
        assert_eq!(paused(5), "Unknown");
    }

    #[test]
    fn a_long_pause_text_is_cut() {
        let message = |text: &str| {
            conditions(
                &[],
                &State::Paused {
                    text: text.to_owned(),
                    deleting: false,
                },
                1,
                at(1),
            )[0]
            .message
            .clone()
        };
        let end = "; remove the annotation cloudfn.dev/paused to go on";
        assert_eq!(
            message(&"ä".repeat(256)),
            format!("paused: {}{end}", "ä".repeat(256))
        );
        assert_eq!(
            message(&"ä".repeat(257)),
            format!("paused: {}…{end}", "ä".repeat(256))
        );
    }
}

//! How a pass ends: what the conditions say and which events tell of it. Pure.
//!
//! Invariant: Ready is always there; Ready=True means neither Reconciling nor Stalled; where Ready
//! is not True, exactly one of them is there, unless the object is paused.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::Domain;
use crate::api::Reason;
use crate::api::conditions::{OURS, READY, RECONCILING, STALLED, TESTED, bounded, condition, find};
use crate::cloud::{Class, CloudError};

/// Reasons that tell of trouble with looking, not with the function.
const NOT_LOOKED: [Reason; 4] = [
    Reason::Throttled,
    Reason::CloudUnavailable,
    Reason::Unauthenticated,
    Reason::ReferenceUnreadable,
];

/// What a pass found out about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is as wanted.
    Ready,
    /// cloudfn or the cloud works on it; it needs nobody.
    Reconciling(Reason, String),
    /// A person must change something.
    Stalled(Reason, String),
    /// Nobody could look, and nothing else has changed: what was known stands.
    Unseen,
    /// Nobody could look for so long that nobody knows.
    Lost(String),
    /// Somebody paused it; the text is theirs.
    Paused(String),
}

impl Verdict {
    /// A word from a closed set, for metrics.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Reconciling(reason, _) | Self::Stalled(reason, _) => reason.as_str(),
            Self::Unseen => "Unseen",
            Self::Lost(_) => Reason::CannotObserve.as_str(),
            Self::Paused(_) => Reason::Paused.as_str(),
        }
    }

    /// What a failed cloud call means for the object.
    #[must_use]
    pub fn of(error: &CloudError) -> Self {
        let CloudError {
            operation,
            code,
            message,
            ..
        } = error;
        let refused = |what: &str| format!("{operation} {what}: {message}");
        match error.class {
            Class::Busy | Class::Conflict | Class::Exists | Class::NotFound => Self::Reconciling(
                Reason::Busy,
                format!(
                    "{operation} met another change of the function ({code}); cloudfn looks again"
                ),
            ),
            Class::NotReadyYet => Self::Reconciling(Reason::NotReadyYet, refused("has to wait")),
            Class::Throttled { .. } => Self::Reconciling(
                Reason::Throttled,
                format!("{operation} has to wait for its turn; cloudfn goes on by itself"),
            ),
            Class::Unavailable => Self::Reconciling(
                Reason::CloudUnavailable,
                format!("{operation} got no answer ({code}); cloudfn tries again"),
            ),
            Class::Unauthenticated => Self::Reconciling(
                Reason::Unauthenticated,
                format!(
                    "{operation} needs valid cloud credentials ({code}); give the operator some"
                ),
            ),
            Class::Denied => Self::Stalled(
                Reason::AccessDenied,
                refused("is not allowed; allow it to the operator's role"),
            ),
            Class::Invalid => {
                Self::Stalled(Reason::Rejected, refused("was refused; change the spec"))
            }
            Class::Quota => Self::Stalled(
                Reason::QuotaExceeded,
                refused("met a limit of the account; raise it or remove something"),
            ),
            Class::InUse => Self::Reconciling(
                Reason::DeletionBlocked,
                refused("has to wait until the function is released"),
            ),
            Class::Bug => Self::Stalled(
                Reason::InternalError,
                refused(&format!(
                    "got an answer that cloudfn does not know ({code})"
                )),
            ),
        }
    }

    /// Whether the trouble is one of looking, not of the function: what was known may stand.
    #[must_use]
    pub fn could_not_look(&self) -> bool {
        matches!(self, Self::Reconciling(reason, _) if NOT_LOOKED.contains(reason))
    }

    /// Whether the trouble usually ends by itself, so that it is shown as Stalled only after a while.
    #[must_use]
    pub const fn has_grace(&self) -> bool {
        matches!(
            self,
            Self::Reconciling(Reason::NotReadyYet | Reason::ReferenceNotFound, _)
        )
    }

    /// The same trouble, shown as one for a person.
    #[must_use]
    pub fn stalled(self) -> Self {
        match self {
            Self::Reconciling(reason, message) => Self::Stalled(reason, message),
            other => other,
        }
    }
}

/// The conditions that a verdict makes of the old ones.
#[must_use]
pub fn conditions(
    old: &[Condition],
    verdict: &Verdict,
    generation: i64,
    now: Timestamp,
) -> Vec<Condition> {
    let make = |kind: &str, status: &str, reason: Reason, message: &str| {
        condition(old, kind, status, reason.as_str(), message, generation, now)
    };
    match verdict {
        Verdict::Ready => vec![make(
            READY,
            "True",
            Reason::Available,
            "the function is as the spec asks",
        )],
        Verdict::Reconciling(reason, message) => vec![
            make(READY, "False", *reason, message),
            make(RECONCILING, "True", *reason, message),
        ],
        Verdict::Stalled(reason, message) => vec![
            make(READY, "False", *reason, message),
            make(STALLED, "True", *reason, message),
        ],
        Verdict::Unseen => own(old),
        Verdict::Lost(message) => {
            vec![
                make(READY, "Unknown", Reason::CannotObserve, message),
                make(RECONCILING, "True", Reason::CannotObserve, message),
            ]
        }
        Verdict::Paused(text) => {
            let known =
                find(old, READY).filter(|ready| ready.observed_generation == Some(generation));
            let status = known.map_or("Unknown", |ready| ready.status.as_str());
            let message = if text == "true" {
                "paused; remove the annotation cloudfn.dev/paused to go on".to_owned()
            } else {
                format!("paused: {text}")
            };
            vec![make(READY, status, Reason::Paused, &message)]
        }
    }
}

/// A condition of the kind's own.
#[must_use]
pub fn domain(old: &[Condition], own: &Domain, generation: i64, now: Timestamp) -> Condition {
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

/// The conditions that a kind made among all.
pub fn of_kind(conditions: &[Condition]) -> impl Iterator<Item = Condition> {
    conditions.iter().filter(|c| c.type_ == TESTED).cloned()
}

/// The event for a condition of the kind's own, where it has come to a reason that is worth one, or to
/// the same for something else.
#[must_use]
pub fn news(old: &[Condition], own: &Domain) -> Option<Happening> {
    let known = find(old, own.kind)
        .is_some_and(|c| c.reason == own.reason.as_str() && c.message == bounded(&own.message));
    (own.tell && !known).then(|| Happening {
        warning: true,
        reason: own.reason.as_str(),
        note: own.message.clone(),
    })
}

/// The conditions of ours among all.
#[must_use]
pub fn own(conditions: &[Condition]) -> Vec<Condition> {
    conditions
        .iter()
        .filter(|c| OURS.contains(&c.type_.as_str()))
        .cloned()
        .collect()
}

/// Whether the conditions say Ready for this generation because somebody looked.
#[must_use]
pub fn is_available(conditions: &[Condition], generation: i64) -> bool {
    find(conditions, READY).is_some_and(|ready| {
        ready.status == "True"
            && ready.reason == Reason::Available.as_str()
            && ready.observed_generation == Some(generation)
    })
}

/// Something worth an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Normal or Warning.
    pub warning: bool,
    /// Word from a closed set.
    pub reason: &'static str,
    /// One sentence.
    pub note: String,
}

/// The event that a change of conditions calls for, if any: a new trouble, once.
#[must_use]
pub fn happening(old: &[Condition], new: &[Condition]) -> Option<Happening> {
    let told = |conditions: &[Condition]| {
        let trouble = find(conditions, STALLED).or_else(|| {
            find(conditions, RECONCILING).filter(|c| c.reason == Reason::DeletionBlocked.as_str())
        })?;
        // The words of most troubles are the cloud's and may differ each time; another failing test is news.
        let which =
            (trouble.reason == Reason::TestFailed.as_str()).then(|| trouble.message.clone());
        Some((trouble.reason.clone(), which))
    };
    // Where nobody could look in between, the kind's own condition still has what was told before.
    let before = || {
        let blind = find(old, READY).is_some_and(|ready| {
            NOT_LOOKED
                .iter()
                .any(|reason| ready.reason == reason.as_str())
        });
        let tested = find(old, TESTED)
            .filter(|tested| blind && tested.reason == Reason::TestFailed.as_str())?;
        Some((tested.reason.clone(), Some(tested.message.clone())))
    };
    let now = told(new)?;
    if told(old).or_else(before).as_ref() == Some(&now) {
        return None;
    }
    let (now, _) = now;
    let message = find(new, READY)
        .map(|c| c.message.clone())
        .unwrap_or_default();
    let reason: Reason = now.parse().ok()?;
    Some(Happening {
        warning: true,
        reason: reason.as_str(),
        note: message,
    })
}

/// The status of Ready; empty where it is missing.
#[must_use]
pub fn ready_status(conditions: &[Condition]) -> &str {
    find(conditions, READY).map_or("", |ready| ready.status.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    use crate::api::conditions::is_true;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn all_verdicts() -> Vec<Verdict> {
        let text = || "because".to_owned();
        let mut all = vec![
            Verdict::Ready,
            Verdict::Unseen,
            Verdict::Lost(text()),
            Verdict::Paused(text()),
        ];
        for reason in Reason::iter() {
            all.push(Verdict::Reconciling(reason, text()));
            all.push(Verdict::Stalled(reason, text()));
        }
        all
    }

    #[test]
    fn the_contract_holds_after_any_two_verdicts() {
        for first in all_verdicts() {
            let before = match conditions(&[], &first, 1, at(1)) {
                none if none.is_empty() => conditions(&[], &Verdict::Ready, 1, at(1)),
                some => some,
            };
            for second in all_verdicts() {
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
        let ready = conditions(&[], &Verdict::Ready, 4, at(1));
        let paused = |generation| {
            conditions(&ready, &Verdict::Paused("true".into()), generation, at(2))[0]
                .status
                .clone()
        };
        assert_eq!(paused(4), "True");
        assert_eq!(paused(5), "Unknown");
    }

    #[test]
    fn a_trouble_is_told_once() {
        let calm = conditions(&[], &Verdict::Ready, 1, at(1));
        let stalled = conditions(
            &calm,
            &Verdict::Stalled(Reason::AccessDenied, "no".into()),
            1,
            at(2),
        );
        assert_eq!(
            happening(&calm, &stalled).map(|h| h.reason),
            Some("AccessDenied")
        );
        let again = conditions(
            &stalled,
            &Verdict::Stalled(Reason::AccessDenied, "no, still".into()),
            1,
            at(3),
        );
        assert_eq!(happening(&stalled, &again), None);
        assert_eq!(happening(&stalled, &calm), None);
    }

    #[test]
    fn what_is_let_through_is_told_once_for_each_content() {
        let own = |message: &str| Domain {
            kind: TESTED,
            status: "Unknown",
            reason: Reason::TestsSkipped,
            message: message.to_owned(),
            tell: true,
        };
        let long = "x".repeat(5000);
        for message in ["this code, one", long.as_str()] {
            let told = [domain(&[], &own(message), 1, at(1))];
            assert!(news(&[], &own(message)).is_some());
            assert_eq!(news(&told, &own(message)), None);
            assert!(news(&told, &own("this code, two")).is_some());
        }
    }

    #[test]
    fn a_failed_test_is_told_once_whatever_was_not_seen_in_between() {
        let failed = |message: &str| {
            let own = Domain {
                kind: TESTED,
                status: "False",
                reason: Reason::TestFailed,
                message: message.to_owned(),
                tell: false,
            };
            let stalled = conditions(
                &[],
                &Verdict::Stalled(Reason::TestFailed, message.to_owned()),
                1,
                at(1),
            );
            stalled
                .into_iter()
                .chain([domain(&[], &own, 1, at(1))])
                .collect::<Vec<_>>()
        };
        let after = |reason| {
            let one = failed("one");
            let said = conditions(&one, &Verdict::Reconciling(reason, String::new()), 1, at(2));
            said.into_iter().chain(of_kind(&one)).collect::<Vec<_>>()
        };
        for reason in NOT_LOOKED {
            assert_eq!(
                happening(&after(reason), &failed("one")),
                None,
                "{reason:?}"
            );
            assert!(
                happening(&after(reason), &failed("two")).is_some(),
                "another test fails: {reason:?}"
            );
        }
        assert!(
            happening(&after(Reason::Progressing), &failed("one")).is_some(),
            "the pass that ran the tests may have ended before it could tell"
        );
    }

    #[test]
    fn every_class_has_a_verdict_that_shows_no_request_id() {
        let error = |class| CloudError {
            class,
            operation: "UpdateFunction",
            code: "Code".into(),
            message: "words".into(),
            request_id: Some("secret-request".into()),
        };
        for class in [
            Class::NotFound,
            Class::Throttled { after: None },
            Class::Denied,
            Class::Unavailable,
            Class::Bug,
            Class::InUse,
            Class::Quota,
        ] {
            let text = format!("{:?}", Verdict::of(&error(class)));
            assert!(
                text.contains("UpdateFunction") && !text.contains("secret-request"),
                "{text}"
            );
        }
    }
}

//! What the log says of an object: one line for each change of verdict. Pure.
//!
//! Invariant: a retry that ends as the try before it says nothing; nothing that a person should know of
//! ends without a line.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use crate::api::Reason;
use crate::api::conditions::STALLED;
use crate::api::conditions::{READY, find, is_true};

/// Reasons for which nobody can say or do anything about the resource until the cloud, the API server or
/// somebody else lets go. Waiting for budget is none: it is the operator's own.
const LOST: [Reason; 5] = [
    Reason::CloudUnavailable,
    Reason::Unauthenticated,
    Reason::CannotObserve,
    Reason::ReferenceUnreadable,
    Reason::DeletionBlocked,
];

/// What conditions say in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict<'a> {
    Ready,
    /// Trouble; the message where another one is another trouble.
    Trouble(&'a str, Option<&'a str>),
    /// Everything that needs nobody.
    Working,
}

/// A line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// A warning, or else news.
    pub(super) warning: bool,
    /// The reason in the conditions.
    pub(super) reason: &'a str,
    /// The message in the conditions.
    pub(super) message: &'a str,
}

/// The line that a change of conditions calls for: a warning where the object became Stalled or lost its
/// cloud, news where it became Ready.
pub(super) fn line<'a>(old: &[Condition], new: &'a [Condition]) -> Option<Line<'a>> {
    let (before, now) = (verdict(old), verdict(new));
    if before == now || now == Verdict::Working {
        return None;
    }
    let ready = find(new, READY)?;
    Some(Line {
        warning: now != Verdict::Ready,
        reason: &ready.reason,
        message: &ready.message,
    })
}

fn verdict(conditions: &[Condition]) -> Verdict<'_> {
    let Some(ready) = find(conditions, READY) else {
        return Verdict::Working;
    };
    let reason: Option<Reason> = ready.reason.parse().ok();
    let is_lost = reason.is_some_and(|reason| LOST.contains(&reason));
    if is_true(conditions, STALLED) || is_lost {
        let matters = reason.is_some_and(Reason::message_matters);
        return Verdict::Trouble(&ready.reason, matters.then_some(&ready.message));
    }
    if ready.status == "True" && reason == Some(Reason::Available) {
        return Verdict::Ready;
    }
    Verdict::Working
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::reconcile::conditions::conditions;
    use crate::reconcile::outcome::State;

    fn of(state: &State) -> Vec<Condition> {
        conditions(&[], state, 1, Timestamp::UNIX_EPOCH)
    }

    fn stalled(reason: Reason, message: &str) -> Vec<Condition> {
        of(&State::Stalled(reason, message.to_owned()))
    }

    fn busy(reason: Reason) -> Vec<Condition> {
        of(&State::Reconciling(reason, "words".to_owned()))
    }

    #[test]
    fn whatever_becomes_stalled_is_a_warning_once() {
        let ready = of(&State::Ready);
        for reason in Reason::iter() {
            let now = stalled(reason, "words");
            let line_of = |old: &[Condition]| line(old, &now).map(|l| (l.warning, l.message));
            for old in [&[][..], &ready, &busy(Reason::Updating)] {
                assert_eq!(line_of(old), Some((true, "words")), "{reason:?}");
            }
            assert_eq!(line_of(&now), None, "{reason:?}");
            assert_eq!(line(&now, &busy(Reason::Updating)), None, "{reason:?}");
            let back = line(&now, &ready);
            assert_eq!(
                back.map(|l| (l.warning, l.reason)),
                Some((false, "Available"))
            );
        }
        assert_eq!(line(&ready, &ready), None);
    }

    #[test]
    fn another_reason_is_news_and_other_words_only_where_they_matter() {
        let (one, two) = (Reason::Rejected, Reason::QuotaExceeded);
        assert!(line(&stalled(one, "a"), &stalled(two, "a")).is_some());
        assert_eq!(line(&stalled(one, "a"), &stalled(one, "b")), None);
        let failed = |message| stalled(Reason::TestFailed, message);
        assert!(line(&failed("a"), &failed("b")).is_some());
    }

    #[test]
    fn a_lost_cloud_is_a_warning_and_waiting_is_none() {
        let ready = of(&State::Ready);
        for reason in Reason::iter() {
            let warns = line(&ready, &busy(reason)).is_some_and(|line| line.warning);
            assert_eq!(warns, LOST.contains(&reason), "{reason:?}");
        }
        let stale = of(&State::ObservationStale("words".to_owned()));
        assert!(line(&ready, &stale).is_some_and(|line| line.warning));
        assert_eq!(
            line(
                &ready,
                &of(&State::Paused {
                    text: "true".to_owned(),
                    deleting: false
                })
            ),
            None
        );
    }
}

//! The events of a pass: which there are, and their text. Pure.
//!
//! Invariant: one event for each transition, never one for each pass; no event names a value of the
//! environment.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use super::kind::{Effect, KindCondition};
use super::outcome::NOT_OBSERVED;
use super::ownership::Adoption;
use crate::api::Reason;
use crate::api::conditions::{READY, RECONCILING, STALLED, bounded, find};

/// Something worth an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventNote {
    /// Normal or Warning.
    pub(super) warning: bool,
    /// Word from a closed set.
    pub(super) reason: &'static str,
    /// One sentence.
    pub(super) note: String,
}

impl EventNote {
    /// An event of type Normal.
    pub(super) fn normal(reason: &'static str, note: String) -> Self {
        Self {
            warning: false,
            reason,
            note,
        }
    }

    /// Whether it tells of a change of the resource.
    fn is_change(&self) -> bool {
        ["Updated", "DriftRepaired"].contains(&self.reason)
    }

    /// An event of type Warning.
    pub(super) fn warning(reason: &'static str, note: String) -> Self {
        Self {
            warning: true,
            reason,
            note,
        }
    }
}

/// The same events, with what steps of one reason after each other did told by one: an object with many parts has more
/// steps than events, and what comes later is news, too.
pub(super) fn joined(notes: Vec<EventNote>) -> Vec<EventNote> {
    let mut joined: Vec<EventNote> = Vec::new();
    for next in notes {
        match joined.last_mut() {
            Some(last) if last.is_change() && last.reason == next.reason => {
                last.note.push_str("; ");
                last.note.push_str(&next.note);
            }
            _ => joined.push(next),
        }
    }
    joined
}

/// A step that the cloud accepted.
pub(super) struct StepDone<'a> {
    /// Name of the resource in the cloud.
    pub(super) name: &'a str,
    /// The step's name.
    pub(super) step: &'static str,
    /// What it did.
    pub(super) effect: Effect,
    /// The fields that it changed, joined by commas; empty for our own tags, which are no field of the spec.
    pub(super) fields: &'a str,
    /// How the resource became ours by it.
    pub(super) adoption: Option<Adoption>,
    /// It repaired what somebody else had changed.
    pub(super) repairs_drift: bool,
}

impl StepDone<'_> {
    /// The events of the step.
    pub(super) fn events(&self) -> impl Iterator<Item = EventNote> {
        let adopted = self.adoption_event();
        adopted
            .into_iter()
            .chain([EventNote::normal(self.reason(), self.note())])
    }

    fn adoption_event(&self) -> Option<EventNote> {
        let name = self.name;
        let (reason, note) = match self.adoption? {
            Adoption::Adopted => ("Adopted", format!("adopted the function {name}")),
            Adoption::TookOver => (
                "TookOver",
                format!("took the function {name} over from another cluster"),
            ),
            Adoption::OwnCreate => return None,
        };
        Some(EventNote::normal(reason, note))
    }

    fn reason(&self) -> &'static str {
        match self.effect {
            _ if self.repairs_drift => "DriftRepaired",
            Effect::Create => "Created",
            Effect::Update | Effect::Test => "Updated",
            Effect::Publish => "Published",
            Effect::Delete => "Deleted",
        }
    }

    fn note(&self) -> String {
        let Self {
            name, step, fields, ..
        } = self;
        match self.effect {
            Effect::Create => format!("created the function {name}"),
            Effect::Update | Effect::Test if fields.is_empty() => {
                format!("changed the function {name} ({step})")
            }
            Effect::Update | Effect::Test => {
                format!("changed the function {name} ({step}): {fields}")
            }
            Effect::Publish => format!("published the function {name}"),
            Effect::Delete => format!("deleted the function {name}"),
        }
    }
}

/// The event for a condition of the kind's own, where it has come to a reason that is worth one, or to
/// the same for something else.
pub(super) fn kind_condition_event(old: &[Condition], own: &KindCondition) -> Option<EventNote> {
    let known = find(old, own.kind).is_some_and(|condition| {
        condition.reason == own.reason.as_str() && condition.message == bounded(&own.message)
    });
    (own.event && !known).then(|| EventNote::warning(own.reason.as_str(), own.message.clone()))
}

/// The event that a change of conditions calls for, if any: a new trouble, once, and its end. `kind_types` are
/// the types of the kind's own conditions.
pub(super) fn condition_event(
    old: &[Condition],
    new: &[Condition],
    kind_types: &[&str],
) -> Option<EventNote> {
    let Some(now) = trouble(new) else {
        return recovery(old, new);
    };
    let before = trouble(old).or_else(|| trouble_before_outage(old, kind_types));
    if before.as_ref() == Some(&now) {
        return None;
    }
    let message = find(new, READY)
        .map(|c| c.message.clone())
        .unwrap_or_default();
    Some(EventNote::warning(now.reason.as_str(), message))
}

/// The end of a trouble: the object is Ready.
fn recovery(old: &[Condition], new: &[Condition]) -> Option<EventNote> {
    let before = trouble(old)?;
    let ready = find(new, READY).filter(|ready| ready.status == "True")?;
    (ready.reason == Reason::Available.as_str()).then(|| {
        let note = format!("{}; it was {}", ready.message, before.reason.as_str());
        EventNote::normal(Reason::Available.as_str(), note)
    })
}

/// What identifies a trouble, so that an event reports it once.
#[derive(PartialEq, Eq)]
struct Trouble {
    reason: Reason,
    /// Present where another message is another trouble. The words of most troubles are the cloud's
    /// and may differ each time.
    message: Option<String>,
}

impl Trouble {
    fn of(condition: &Condition) -> Option<Self> {
        let reason: Reason = condition.reason.parse().ok()?;
        let message = reason.message_matters().then(|| condition.message.clone());
        Some(Self { reason, message })
    }
}

fn trouble(conditions: &[Condition]) -> Option<Trouble> {
    let blocked = |c: &&Condition| c.reason == Reason::DeletionBlocked.as_str();
    let condition =
        find(conditions, STALLED).or_else(|| find(conditions, RECONCILING).filter(blocked))?;
    Trouble::of(condition)
}

/// During an outage Ready has another reason; the kind's own condition still has the trouble of before, so
/// that no event reports it twice.
fn trouble_before_outage(old: &[Condition], kind_types: &[&str]) -> Option<Trouble> {
    let ready = find(old, READY)?;
    if !NOT_OBSERVED.iter().any(|r| ready.reason == r.as_str()) {
        return None;
    }
    let known = kind_types.iter().filter_map(|kind| find(old, kind));
    known
        .filter_map(Trouble::of)
        .find(|trouble| trouble.message.is_some())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::api::conditions::TESTED;
    use crate::reconcile::conditions::{conditions, kind_condition, of_types};
    use crate::reconcile::outcome::State;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_steps_did_one_after_the_other_is_one_event() {
        let note = |reason, note: &str| EventNote::normal(reason, note.to_owned());
        let notes = vec![
            note("Updated", "changed a"),
            note("Updated", "changed b"),
            note("Published", "published"),
            note("Published", "published"),
            note("Updated", "changed c"),
        ];
        let told: Vec<String> = joined(notes).into_iter().map(|note| note.note).collect();
        let expected = [
            "changed a; changed b",
            "published",
            "published",
            "changed c",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn an_event_reports_a_trouble_once() {
        let calm = conditions(&[], &State::Ready, 1, at(1));
        let stalled = conditions(
            &calm,
            &State::Stalled(Reason::AccessDenied, "no".into()),
            1,
            at(2),
        );
        assert_eq!(
            condition_event(&calm, &stalled, &[TESTED]).map(|h| h.reason),
            Some("AccessDenied")
        );
        let again = conditions(
            &stalled,
            &State::Stalled(Reason::AccessDenied, "no, still".into()),
            1,
            at(3),
        );
        assert_eq!(condition_event(&stalled, &again, &[TESTED]), None);
        let over = condition_event(&stalled, &calm, &[TESTED]).unwrap();
        assert_eq!((over.warning, over.reason), (false, "Available"));
        assert!(over.note.ends_with("it was AccessDenied"), "{}", over.note);
        assert_eq!(condition_event(&calm, &calm, &[TESTED]), None);
    }

    #[test]
    fn what_skips_its_tests_gets_one_event_for_each_content() {
        let own = |message: &str| KindCondition {
            kind: TESTED,
            status: "Unknown",
            reason: Reason::TestsSkipped,
            message: message.to_owned(),
            event: true,
        };
        let long = "x".repeat(5000);
        for message in ["this code, one", long.as_str()] {
            let told = [kind_condition(&[], &own(message), 1, at(1))];
            assert!(kind_condition_event(&[], &own(message)).is_some());
            assert_eq!(kind_condition_event(&told, &own(message)), None);
            assert!(kind_condition_event(&told, &own("this code, two")).is_some());
        }
    }

    #[test]
    fn a_failed_test_gets_one_event_also_across_an_outage() {
        let failed = |message: &str| {
            let own = KindCondition {
                kind: TESTED,
                status: "False",
                reason: Reason::TestFailed,
                message: message.to_owned(),
                event: false,
            };
            let stalled = conditions(
                &[],
                &State::Stalled(Reason::TestFailed, message.to_owned()),
                1,
                at(1),
            );
            stalled
                .into_iter()
                .chain([kind_condition(&[], &own, 1, at(1))])
                .collect::<Vec<_>>()
        };
        let after = |reason| {
            let one = failed("one");
            let said = conditions(&one, &State::Reconciling(reason, String::new()), 1, at(2));
            said.into_iter()
                .chain(of_types(&one, &[TESTED]))
                .collect::<Vec<_>>()
        };
        for reason in NOT_OBSERVED {
            assert_eq!(
                condition_event(&after(reason), &failed("one"), &[TESTED]),
                None,
                "{reason:?}"
            );
            assert!(
                condition_event(&after(reason), &failed("two"), &[TESTED]).is_some(),
                "another test fails: {reason:?}"
            );
        }
        assert!(
            condition_event(&after(Reason::Progressing), &failed("one"), &[TESTED]).is_some(),
            "the pass that ran the tests may have ended before it could tell"
        );
    }
}

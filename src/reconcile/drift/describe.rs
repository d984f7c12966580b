//! What drift and planned changes look like in the status: fields, hashes, values, diffs. Pure.
//!
//! Invariant: never an environment value; every text is cut where it would be too long for a status;
//! control characters are spelt out, so that what differs in them is seen.

use jiff::Timestamp;

use super::super::kind::{Difference, Effect, Goal, ManagedKind, PlannedStep, Replaced, Step};
use crate::api::text::spelt_out;
use crate::api::{LastDrift, PlannedChange};

/// Entries of `status.plannedChanges` at most.
const PLANNED_LIMIT: usize = 50;
/// Bytes of a value in `status.plannedChanges` at most; two of them and the names stay under 4 KB.
const VALUE_LIMIT: usize = 1024;
/// Bytes of a diff in `status.plannedChanges` at most: two hashes are beside it, and line ends and
/// quotes take two bytes each in JSON.
const PLANNED_DIFF_LIMIT: usize = 3072;
/// Planned changes that a message tells.
const TOLD: usize = 3;
/// Bytes of a value that a message tells.
const TOLD_VALUE: usize = 40;
/// Bytes of the diff in `status.lastDrift` at most.
const DRIFT_DIFF_LIMIT: usize = 4096;
/// Room for the line that says how much was cut off.
const CUT_LINE: usize = 64;
/// How the fields of our own tags begin: they are no field of the spec.
const OUR_TAGS: &str = "tags/cloudfn.dev/";
/// The field that is listed for a function that is gone.
const NAME: &str = "functionName";

/// Whether a step writes nothing but our own tags.
pub(super) fn writes_only_our_tags<S: Step>(planned: &PlannedStep<S>) -> bool {
    planned.step.effect() == Effect::Update && planned.why.iter().all(is_our_tag)
}

/// Whether a step only tests.
pub(super) fn is_test<S: Step>(planned: &PlannedStep<S>) -> bool {
    planned.step.effect() == Effect::Test
}

fn is_our_tag(difference: &Difference) -> bool {
    difference.field.starts_with(OUR_TAGS)
}

/// Whether the function was gone.
pub(super) fn is_gone(drift: &LastDrift) -> bool {
    drift.fields == [NAME]
}

/// The differences that count as drift, each with its step: not our own tags, and nothing that only follows
/// from the steps before it.
fn differing<S: Step>(steps: &[PlannedStep<S>]) -> Vec<(&S, &Difference)> {
    let mut found: Vec<(&S, &Difference)> = Vec::new();
    for PlannedStep { step, why } in steps.iter().filter(|planned| !is_test(planned)) {
        let publishes = step.effect() == Effect::Publish && why.len() == 1;
        let follows = !found.is_empty() && (publishes || step.is_consequence());
        for difference in why.iter().filter(|difference| !is_our_tag(difference)) {
            if !follows
                || found
                    .iter()
                    .any(|(_, known)| known.field == difference.field)
            {
                found.push((step, difference));
            }
        }
    }
    found
}

/// What was found, for `status.lastDrift`.
pub(super) fn found<M: ManagedKind>(
    now: Timestamp,
    desired: &M::Desired,
    observed: Option<&M::Observed>,
    steps: &[PlannedStep<M::Step>],
) -> LastDrift {
    let time = Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string();
    let Some(observed) = observed else {
        return LastDrift {
            time,
            fields: vec![NAME.to_owned()],
            ..LastDrift::default()
        };
    };
    let mut drift = LastDrift {
        time,
        ..LastDrift::default()
    };
    let (mut lines, mut texts) = (String::new(), String::new());
    for (step, difference) in differing(steps) {
        let Difference { field, from, to } = difference;
        if !drift.fields.contains(field) {
            drift.fields.push(field.clone());
        }
        let replaced = step
            .replaced(desired, observed)
            .filter(|replaced| replaced.field == field);
        if let Some(Replaced { sha256, diff, .. }) = replaced {
            let seen = drift.code_sha256.as_ref() == Some(&sha256);
            let hash = if step.effect() == Effect::Publish {
                &mut drift.live_code_sha256
            } else {
                &mut drift.code_sha256
            };
            *hash = Some(sha256);
            if let Some(diff) = diff {
                // DEVELOPMENT and LIVE with the same code differ in the same way.
                texts.push_str(&if seen { String::new() } else { lines_of(&diff) });
                continue;
            }
        }
        for (sign, value) in [('-', from), ('+', to)] {
            let Some(value) = value else { continue };
            let line = format!("{sign}{field}: {}\n", one_line(value));
            if !lines
                .lines()
                .any(|known| known == line.trim_end_matches('\n'))
            {
                lines.push_str(&line);
            }
        }
    }
    lines.push_str(&texts);
    drift.diff = (!lines.is_empty()).then(|| cut(&lines, DRIFT_DIFF_LIMIT));
    drift
}

/// Changes that are planned and left.
pub(in super::super) struct Planned {
    /// Those that `status.plannedChanges` lists.
    pub(in super::super) listed: Vec<PlannedChange>,
    /// How many there are.
    pub(in super::super) total: usize,
    /// The resource is nobody's, and what it has is told in outline.
    pub(in super::super) is_outline: bool,
    /// There is no such resource.
    pub(in super::super) is_absent: bool,
}

impl Planned {
    /// What is and what should be, field by field, as far as a message has room for it.
    pub(super) fn told(&self) -> String {
        // Two stages with the same content differ in the same way.
        let mut told: Vec<String> = self.listed.iter().filter_map(tell).collect();
        told.dedup();
        let more = told.len() > TOLD || self.listed.len() < self.total;
        told.truncate(TOLD);
        let more = if more {
            ", and more in status.plannedChanges"
        } else {
            ""
        };
        format!("{}{more}", told.join(", "))
    }

    /// The message of an object that only observes.
    pub(super) fn message(&self) -> String {
        let (total, listed) = (self.total, self.listed.len());
        let see = if listed < total {
            format!("status.plannedChanges lists the first {listed}")
        } else {
            "see status.plannedChanges".to_owned()
        };
        let outline = if self.is_outline {
            "; the function is nobody's, so its code and its variables are not compared unless the operator has --observe-unowned"
        } else {
            ""
        };
        if self.is_absent {
            return "managementPolicy is Observe and there is no such function; set it to Manage to have it made, or correct functionName, account and region".to_owned();
        }
        format!("managementPolicy is Observe and {total} changes are planned; {see}{outline}")
    }
}

/// What the steps would do, for `status.plannedChanges`.
pub(in super::super) fn planned<M: ManagedKind>(
    goal: Goal<'_, M::Desired>,
    observed: Option<&M::Observed>,
    steps: &[PlannedStep<M::Step>],
) -> Planned {
    let changes = steps
        .iter()
        .filter(|planned| !writes_only_our_tags(planned) && !is_test(planned))
        .flat_map(|PlannedStep { step, why }| {
            let name = step.name().to_owned();
            let replaced = match (goal, observed) {
                (Goal::Present(desired), Some(observed)) => step.replaced(desired, observed),
                _ => None,
            };
            let bare = why.is_empty().then(|| PlannedChange {
                step: name.clone(),
                ..PlannedChange::default()
            });
            let listed = why.iter().filter(|difference| !is_our_tag(difference));
            bare.into_iter().chain(listed.map(move |difference| {
                PlannedChange {
                    step: name.clone(),
                    field: Some(difference.field.clone()),
                    from: difference.from.as_deref().map(value),
                    to: difference.to.as_deref().map(value),
                    diff: replaced
                        .as_ref()
                        .filter(|replaced| replaced.field == difference.field)
                        .and_then(|replaced| {
                            Some(cut(&lines_of(replaced.diff.as_ref()?), PLANNED_DIFF_LIMIT))
                        }),
                }
            }))
        });
    let mut listed: Vec<PlannedChange> = changes.collect();
    let total = listed.len();
    listed.truncate(PLANNED_LIMIT);
    Planned {
        listed,
        total,
        is_outline: false,
        is_absent: observed.is_none(),
    }
}

/// A planned change in words.
fn tell(change: &PlannedChange) -> Option<String> {
    let field = change.field.as_ref()?;
    let short = |text: &&String| text.len() <= TOLD_VALUE && !text.contains('\n');
    let (from, to) = (change.from.as_ref(), change.to.as_ref());
    Some(match (from.filter(short), to.filter(short)) {
        (Some(from), Some(to)) => format!("{field} is {from} and should be {to}"),
        (Some(from), None) if to.is_none() => format!("{field} is {from} and should not be there"),
        (None, Some(to)) if from.is_none() => format!("{field} is missing and should be {to}"),
        _ => format!("{field} differs"),
    })
}

fn value(text: &str) -> String {
    let text = spelt_out(start(text, VALUE_LIMIT), &['\n', '\t']);
    start(&text, VALUE_LIMIT).to_owned()
}

fn one_line(text: &str) -> String {
    spelt_out(start(text, VALUE_LIMIT), &['\t'])
}

/// A diff: its lines and their indentation stay.
fn lines_of(diff: &str) -> String {
    spelt_out(diff, &['\n', '\t'])
}

/// As much of the beginning as fits into so many bytes.
pub(super) fn start(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// A text of at most so many bytes; where it is cut, its last line says so.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = start(text, limit.saturating_sub(CUT_LINE));
    format!(
        "{kept}\n... cut off here: {} bytes more\n",
        text.len() - kept.len()
    )
}

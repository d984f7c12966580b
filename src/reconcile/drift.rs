//! Drift: what somebody else changed while an object was settled.
//!
//! Invariant: only what was settled can drift. `status.settledGeneration` says that it was, and is
//! gone from the status before cloudfn sends a change of its own, so a change of ours that is half
//! done is never taken for somebody else's. What is overwritten stands in `status.lastDrift` first.

use jiff::Timestamp;

use super::conclude::{self, Happening};
use super::pass::Pass;
use super::{Difference, Driver, Effect, Goal, Managed, PlannedStep, Replaced, Step};
use crate::api::conditions::{READY, RECONCILING, find, is_true};
use crate::api::{
    CommonStatus, DriftPolicy, FunctionSpec, FunctionStatus, LastDrift, PlannedChange, Reason,
};

/// Entries of `status.plannedChanges` at most.
const PLANNED_LIMIT: usize = 50;
/// Bytes of a value in `status.plannedChanges` at most; two of them and the names stay under 4 KB.
const VALUE_LIMIT: usize = 1024;
/// Bytes of a diff in `status.plannedChanges` at most: it stands beside two hashes, and line ends and
/// quotes take two bytes each in JSON.
const PLANNED_DIFF_LIMIT: usize = 3072;
/// Bytes of the diff in `status.lastDrift` at most.
const DRIFT_DIFF_LIMIT: usize = 4096;
/// Room for the line that says how much was cut off.
const CUT_LINE: usize = 64;
/// How the fields of our own tags begin: they are no field of the spec.
const OUR_TAGS: &str = "tags/cloudfn.dev/";
/// The field that stands for a function that is gone.
const NAME: &str = "functionName";

/// What a pass does about drift.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watch {
    /// Differences are told and left.
    reports: bool,
    /// Somebody who was told of them asks to have them put right.
    asked: bool,
    /// `status.lastDrift` is of this pass.
    noted: bool,
}

impl<M: Managed> Driver<M> {
    /// What is to be done about outside edits of an object with this spec.
    pub(super) fn drift_policy(&self, spec: &impl FunctionSpec) -> DriftPolicy {
        spec.common()
            .drift_policy
            .unwrap_or(self.settings.default_drift_policy)
    }
}

impl<M: Managed> Pass<'_, M> {
    /// Whether the object was settled for all that it is now before this pass, and cloudfn has not
    /// begun to change the function since: what differs then, somebody else changed.
    pub(super) fn was_settled(&self) -> bool {
        let common = self.old.common();
        let noted = common.settled_generation == Some(self.look.generation)
            && common.references == self.look.references;
        !self.look.deleting && (noted || self.stands())
    }

    /// Decides what this pass does about drift. Whether the look shall show people all of it.
    pub(super) fn watch_for_drift(&mut self, policy: DriftPolicy) -> bool {
        let leaves = policy == DriftPolicy::Report && self.was_settled();
        let common = self.old.common();
        // Only who could read of the drift can ask to have it overwritten.
        let told = !common.planned_changes.is_empty();
        let requested =
            self.look.request.is_some() && common.last_handled_reconcile_at != self.look.request;
        self.drift = Watch {
            reports: leaves && !(told && requested),
            asked: leaves && told && requested,
            noted: false,
        };
        if self.drift.reports {
            // Before anything is written, our own tags included.
            self.memory.common_mut().settled_generation = Some(self.look.generation);
        }
        leaves
    }

    /// The changes to tell of instead of making them, if these steps are to be left.
    pub(super) fn left_as_found(
        &mut self,
        goal: Goal<'_, M::Desired>,
        observed: Option<&M::Observed>,
        steps: &[PlannedStep<M::Step>],
    ) -> Option<Vec<PlannedChange>> {
        // Our own tags are put back: they say whose function it is, and nobody's edit is lost by it. A
        // trial changes nothing.
        let left = self.drift.reports
            && !steps
                .first()
                .is_none_or(|first| is_ours_alone(first) || is_trial(first));
        left.then(|| {
            self.note_drift(goal, observed, steps);
            planned_changes::<M>(goal, observed, steps)
        })
    }

    /// Before the first of these steps is announced: from here on the function is not settled, and
    /// what the steps overwrite is kept. `fresh`: nothing was done since the function was looked at.
    pub(super) fn before_step(
        &mut self,
        goal: Goal<'_, M::Desired>,
        observed: Option<&M::Observed>,
        steps: &[PlannedStep<M::Step>],
        fresh: bool,
    ) {
        if steps
            .first()
            .is_none_or(|first| is_ours_alone(first) || is_trial(first))
        {
            return;
        }
        if fresh {
            self.note_drift(goal, observed, steps);
        }
        self.memory.common_mut().settled_generation = None;
    }

    /// Whether the status as written has what [`before_step`](Self::before_step) put into it.
    pub(super) fn drift_is_written(&self) -> bool {
        let (memory, written) = (self.memory.common(), self.written.common());
        memory.last_drift == written.last_drift
            && memory.settled_generation == written.settled_generation
    }

    fn note_drift(
        &mut self,
        goal: Goal<'_, M::Desired>,
        observed: Option<&M::Observed>,
        steps: &[PlannedStep<M::Step>],
    ) {
        let Goal::Present(desired) = goal else { return };
        if !self.was_settled() {
            return;
        }
        let found = found::<M>(self.driver.world.now(), desired, observed, steps);
        let is_of_now = self.drift.noted || !self.old.common().planned_changes.is_empty();
        let common = self.memory.common_mut();
        let known = common.last_drift.as_ref().filter(|_| is_of_now);
        // A part of it was put right already: what is left is no other drift.
        let same = known.is_some_and(|known| {
            if self.acted {
                covers(known, &found)
            } else {
                *known
                    == LastDrift {
                        time: known.time.clone(),
                        ..found.clone()
                    }
            }
        });
        if same {
            return;
        }
        if self.drift.reports {
            let name = self.subject.function_name();
            let note = if is_gone(&found) {
                format!("somebody else deleted the function {name}; it is not made again unasked")
            } else {
                format!(
                    "somebody else changed the function {name} and it is left so: {}",
                    found.fields.join(", ")
                )
            };
            self.happenings.push(Happening {
                warning: true,
                reason: "DriftReported",
                note,
            });
        }
        common.last_drift = Some(found);
        self.drift.noted = true;
    }

    /// What the conditions say of drift that is left.
    pub(super) fn drift_message(&self, changes: &[PlannedChange]) -> String {
        if !self.drift.reports {
            return format!(
                "managementPolicy is Observe and {} changes are planned; see status.plannedChanges",
                changes.len()
            );
        }
        let what = match &self.memory.common().last_drift {
            Some(drift) if is_gone(drift) => "deleted the function".to_owned(),
            Some(drift) => format!("changed {}", drift.fields.join(", ")),
            None => "changed the function".to_owned(),
        };
        format!(
            "somebody else {what} and driftPolicy is Report; undo it, edit the object, or set cloudfn.dev/reconcile-requested-at to have it put right"
        )
    }

    /// Whether an event of its own tells of the drift.
    pub(super) fn is_told_as_drift(&self, happening: &Happening) -> bool {
        self.drift.reports && happening.reason == Reason::Drifted.as_str()
    }

    /// Before a verdict is said: who asked to have drift put right need not ask again because it
    /// could not be done at once.
    pub(super) fn keep_the_request(&mut self, settled: bool) {
        if self.drift.asked && !settled {
            self.memory.common_mut().settled_generation = None;
        }
    }
}

/// Whether a status says that drift of this generation was found and left.
pub(super) fn is_reported(common: &CommonStatus, generation: i64) -> bool {
    common.settled_generation == Some(generation)
        && find(&common.conditions, READY).is_some_and(|ready| {
            ready.reason == Reason::Drifted.as_str()
                && ready.observed_generation == Some(generation)
        })
}

/// Whether planned changes are still what is known after this verdict.
pub(super) fn are_planned_still(
    verdict: &conclude::Verdict,
    common: &CommonStatus,
    generation: i64,
) -> bool {
    use conclude::Verdict;
    match verdict {
        Verdict::Stalled(Reason::Drifted, _)
        | Verdict::Unseen
        | Verdict::Lost(_)
        | Verdict::Paused(_) => true,
        Verdict::Ready => false,
        Verdict::Reconciling(..) | Verdict::Stalled(..) => {
            common.settled_generation == Some(generation)
        }
    }
}

/// Keeps in a remembered status what another operator of this cluster wrote meanwhile: the drift
/// that it overwrites, and that it has begun to.
pub(super) fn keep_of_another(remembered: &mut CommonStatus, found: &CommonStatus) {
    if found.last_drift.is_some() {
        remembered.last_drift.clone_from(&found.last_drift);
    }
    if is_true(&found.conditions, RECONCILING) {
        remembered.settled_generation = remembered.settled_generation.and(found.settled_generation);
    }
}

/// Whether a step writes nothing but our own tags.
fn is_ours_alone<S: Step>(planned: &PlannedStep<S>) -> bool {
    planned.step.effect() == Effect::Update && planned.why.iter().all(is_our_tag)
}

fn is_trial<S: Step>(planned: &PlannedStep<S>) -> bool {
    planned.step.effect() == Effect::Test
}

fn is_our_tag(difference: &Difference) -> bool {
    difference.field.starts_with(OUR_TAGS)
}

fn is_gone(drift: &LastDrift) -> bool {
    drift.fields == [NAME]
}

/// Whether all of `found` is told by `known`. What a function that was made again still lacks is ours to do.
fn covers(known: &LastDrift, found: &LastDrift) -> bool {
    if is_gone(known) {
        return true;
    }
    let hashes = [&known.code_sha256, &known.live_code_sha256];
    let has = |hash: &Option<String>| hash.is_none() || hashes.contains(&hash);
    found
        .fields
        .iter()
        .all(|field| known.fields.contains(field))
        && has(&found.code_sha256)
        && has(&found.live_code_sha256)
}

/// The differences that count as drift, each with its step: not our own tags, and no publish that
/// only follows from the step before it.
fn differing<S: Step>(steps: &[PlannedStep<S>]) -> Vec<(&S, &Difference)> {
    let mut found: Vec<(&S, &Difference)> = Vec::new();
    for PlannedStep { step, why } in steps.iter().filter(|planned| !is_trial(planned)) {
        let follows = step.effect() == Effect::Publish && !found.is_empty() && why.len() == 1;
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
fn found<M: Managed>(
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
        let replaced =
            M::replaced(desired, observed, step).filter(|replaced| replaced.field == field);
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
                texts.push_str(if seen { "" } else { &diff });
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

/// What the steps would do, for `status.plannedChanges`.
pub(super) fn planned_changes<M: Managed>(
    goal: Goal<'_, M::Desired>,
    observed: Option<&M::Observed>,
    steps: &[PlannedStep<M::Step>],
) -> Vec<PlannedChange> {
    let changes = steps
        .iter()
        .filter(|planned| !is_ours_alone(planned) && !is_trial(planned))
        .flat_map(|PlannedStep { step, why }| {
            let name = step.name().to_owned();
            let replaced = match (goal, observed) {
                (Goal::Present(desired), Some(observed)) => M::replaced(desired, observed, step),
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
                            Some(cut(replaced.diff.as_ref()?, PLANNED_DIFF_LIMIT))
                        }),
                }
            }))
        });
    changes.take(PLANNED_LIMIT).collect()
}

fn value(text: &str) -> String {
    start(text, VALUE_LIMIT).to_owned()
}

fn one_line(text: &str) -> String {
    start(text, VALUE_LIMIT)
        .replace('\r', "\\r")
        .replace('\n', "\\n")
}

/// As much of the beginning as fits into so many bytes.
fn start(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))
        .unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

/// A text of at most so many bytes; where it is cut, its last line says so.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let kept = start(text, limit.saturating_sub(CUT_LINE));
    format!(
        "{kept}\n... cut off here: {} bytes more\n",
        text.len() - kept.len()
    )
}

#[cfg(test)]
mod tests;

//! Drift: what somebody else changed while an object was settled. Decisions on plain data. Pure.
//!
//! Invariant: only what was settled can drift. `status.settledGeneration` says that it was, and is
//! gone from the status before cloudfn sends a change of its own, so a change of ours that is half
//! done is never taken for somebody else's. What is overwritten is in `status.lastDrift` first.

mod describe;

use jiff::Timestamp;

use self::describe::{found, is_gone, is_test, writes_only_our_tags};
use super::kind::{Goal, ManagedKind, PlannedStep};
use super::notes::EventNote;
use super::outcome::State;
use crate::api::conditions::{READY, RECONCILING, find, is_true};
use crate::api::{CommonStatus, DriftPolicy, LastDrift, Reason, Requests};

pub(super) use self::describe::{Planned, planned};

/// What a pass does about drift.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DriftWatch {
    /// The object was settled for all that it is now before the pass, so what differs was changed by
    /// somebody else.
    settled: bool,
    response: Response,
    /// This pass has written `status.lastDrift`.
    noted: bool,
}

/// What a pass does about differences of a settled resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Response {
    /// Repairs them.
    #[default]
    Repair,
    /// Repairs them, although the policy is Report: somebody who could read of them requests it.
    RepairOnRequest,
    /// Reports them and leaves them.
    Report,
}

/// What a pass observed, and what it would do about it.
pub(super) struct Finding<'a, M: ManagedKind> {
    /// What the pass is for.
    pub(super) goal: Goal<'a, M::Desired>,
    /// What the cloud has.
    pub(super) observed: Option<&'a M::Observed>,
    /// The planned steps.
    pub(super) steps: &'a [PlannedStep<M::Step>],
}

impl<M: ManagedKind> Finding<'_, M> {
    /// The steps, for `status.plannedChanges`.
    pub(super) fn planned(&self) -> Planned {
        planned::<M>(self.goal, self.observed, self.steps)
    }

    /// Whether the first step overwrites nobody's edit: it only tests, or it only puts our own tags back,
    /// which every policy does since they say whose function it is.
    fn begins_with_no_overwrite(&self) -> bool {
        self.steps
            .first()
            .is_none_or(|first| writes_only_our_tags(first) || is_test(first))
    }
}

/// What a pass knows beside its finding.
pub(super) struct Situation<'a> {
    /// Name of the resource in the cloud.
    pub(super) name: &'a str,
    /// Wall-clock time.
    pub(super) now: Timestamp,
    /// The status had planned changes when the pass began.
    pub(super) had_planned_changes: bool,
    /// The pass sent something that may have changed the resource.
    pub(super) changed: bool,
}

impl DriftWatch {
    /// Decides what a pass does about drift. `read` is the status when the pass began, `requests` the
    /// requests for a reconciliation.
    pub(super) fn new(
        policy: DriftPolicy,
        settled: bool,
        read: &CommonStatus,
        requests: &Requests,
    ) -> Self {
        let leaves = policy == DriftPolicy::Report && settled;
        let requested = requests.are_new_to(read);
        // Only who could read of the drift can request that it is overwritten.
        let repair = !read.planned_changes.is_empty() && requested;
        Self {
            settled,
            response: match (leaves, repair) {
                (false, _) => Response::Repair,
                (true, true) => Response::RepairOnRequest,
                (true, false) => Response::Report,
            },
            noted: false,
        }
    }

    /// Whether the object was settled for all that it is now before the pass.
    pub(super) const fn was_settled(self) -> bool {
        self.settled
    }

    /// Whether differences are reported and left.
    pub(super) fn reports(self) -> bool {
        self.response == Response::Report
    }

    /// Whether the plan shall list every difference for people.
    pub(super) fn explains_all(self) -> bool {
        self.response != Response::Repair
    }

    /// The changes to report instead of making them, if these steps are to be left.
    pub(super) fn leave<M: ManagedKind>(
        &mut self,
        finding: &Finding<'_, M>,
        situation: &Situation<'_>,
        draft: &mut CommonStatus,
    ) -> Option<(Planned, Option<EventNote>)> {
        if !self.reports() || finding.begins_with_no_overwrite() {
            return None;
        }
        let event = self.note(finding, situation, draft);
        Some((finding.planned(), event))
    }

    /// Before the first of these steps is announced: from here on the resource is not settled, and
    /// what the steps overwrite is kept. `fresh`: nothing was done since it was observed.
    pub(super) fn before_step<M: ManagedKind>(
        &mut self,
        finding: &Finding<'_, M>,
        situation: &Situation<'_>,
        draft: &mut CommonStatus,
        fresh: bool,
    ) -> Option<EventNote> {
        if finding.begins_with_no_overwrite() {
            return None;
        }
        let event = fresh
            .then(|| self.note(finding, situation, draft))
            .flatten();
        draft.settled_generation = None;
        event
    }

    /// Keeps in the status what was found, where it is news.
    fn note<M: ManagedKind>(
        &mut self,
        finding: &Finding<'_, M>,
        situation: &Situation<'_>,
        draft: &mut CommonStatus,
    ) -> Option<EventNote> {
        let Goal::Present(desired) = finding.goal else {
            return None;
        };
        if !self.settled {
            return None;
        }
        let found = found::<M>(situation.now, desired, finding.observed, finding.steps);
        let is_of_now = self.noted || situation.had_planned_changes;
        let known = draft.last_drift.as_ref().filter(|_| is_of_now);
        // A part of it was repaired already: what is left is no other drift.
        let same = known.is_some_and(|known| {
            if situation.changed {
                covers(known, &found)
            } else {
                let same_time = LastDrift {
                    time: known.time.clone(),
                    ..found.clone()
                };
                *known == same_time
            }
        });
        if same {
            return None;
        }
        let event = self
            .reports()
            .then(|| EventNote::warning("DriftReported", reported(situation.name, &found)));
        draft.last_drift = Some(found);
        self.noted = true;
        event
    }

    /// The message of the conditions of an object whose differences are left. `repair`: the command that has
    /// them repaired.
    pub(super) fn message(self, draft: &CommonStatus, planned: &Planned, repair: &str) -> String {
        if !self.reports() {
            return planned.message();
        }
        let what = match &draft.last_drift {
            Some(found) if is_gone(found) => "deleted the function".to_owned(),
            _ => format!("changed the function: {}", planned.told()),
        };
        format!(
            "somebody else {what}; driftPolicy is Report, so it is left: undo it, edit the object, or have it repaired with: {repair}"
        )
    }

    /// Whether the event `DriftReported` says what this one would.
    pub(super) fn reports_instead_of(self, event: &EventNote) -> bool {
        self.reports() && event.reason == Reason::Drifted.as_str()
    }

    /// Keeps a request for repair open where the pass could not finish the repair.
    pub(super) fn keep_repair_request(self, ready: bool, draft: &mut CommonStatus) {
        if self.response == Response::RepairOnRequest && !ready {
            draft.settled_generation = None;
        }
    }
}

fn reported(name: &str, found: &LastDrift) -> String {
    if is_gone(found) {
        return format!("somebody else deleted the function {name}; it is not made again unasked");
    }
    format!(
        "somebody else changed the function {name} and it is left so: {}",
        found.fields.join(", ")
    )
}

/// Whether `stored` has what [`DriftWatch::before_step`] put into `draft`.
pub(super) fn is_stored(draft: &CommonStatus, stored: &CommonStatus) -> bool {
    draft.last_drift == stored.last_drift && draft.settled_generation == stored.settled_generation
}

/// Whether a status says that drift of this generation was found and left.
pub(super) fn is_reported(common: &CommonStatus, generation: i64) -> bool {
    common.settled_generation == Some(generation)
        && find(&common.conditions, READY).is_some_and(|ready| {
            ready.reason == Reason::Drifted.as_str()
                && ready.observed_generation == Some(generation)
        })
}

/// Whether planned changes are still what is known in this state.
pub(super) fn are_planned_still(state: &State, common: &CommonStatus, generation: i64) -> bool {
    match state {
        State::Stalled(Reason::Drifted | Reason::FunctionNotFound, _)
        | State::KeepLastKnown
        | State::ObservationStale(_)
        | State::Paused { .. } => true,
        State::Ready => false,
        State::Reconciling(..) | State::Stalled(..) => {
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

/// Whether all of `found` is in `known`. If the drift was a deletion, what the new function still lacks
/// is our own unfinished work.
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

#[cfg(test)]
mod tests;

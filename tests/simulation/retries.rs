//! What is done again and again: a retry of what the cloud refused shows nowhere, and steps that undo each
//! other come to an end.
//!
//! Invariant: read from the versions that every object had and the cloud's call log between them; no
//! status is believed but for what it claims.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use cloudfn::reconcile::settings::MAX_REPEATS;
use serde_json::{Value, json};
use strict_cloud::operation::{cloudfront as cf, lambda};
use strict_cloud::{Entry, Operation};

use crate::api_server::Change;
use crate::invariants::condition;
use crate::judge::Place;
use crate::run::Stage;
use crate::tally::{Check, Tally};
use crate::world::{Moment, World, lock};

/// Reasons for which a status shows a step that is about to be sent.
const ANNOUNCED: [&str; 3] = ["Creating", "Updating", "Deleting"];
/// Reasons that follow from a cloud's refusal of a step.
const REFUSED: [&str; 5] = [
    "Rejected",
    "AccessDenied",
    "QuotaExceeded",
    "NotReadyYet",
    "DeletionBlocked",
];
/// Steps that could undo each other.
const TAGGING: [Operation; 4] = [
    cf::TAG_RESOURCE,
    cf::UNTAG_RESOURCE,
    lambda::TAG_RESOURCE,
    lambda::UNTAG_RESOURCE,
];

/// What is known of one object.
#[derive(Default)]
struct Known {
    /// What a person said of it last.
    asked: Value,
    /// Its annotations changed since this generation began: a pass that had read the older ones may have
    /// written what came after.
    annotated: bool,
    status: Value,
    /// The version that brought the last one that says something.
    written: usize,
    refused: Option<Refused>,
}

/// A refusal that a status shows.
struct Refused {
    /// Reason, message, and the references that were used.
    verdict: Value,
    /// When it was written.
    moment: Moment,
    /// Something else went on meanwhile, so the next retry may be shown.
    unsettled: bool,
    /// The status showed another step since.
    announced: bool,
}

impl Known {
    /// Takes the next version of the object, and answers the refusal that the status showed before it
    /// shows one again.
    fn step(&mut self, object: &Value, moment: Moment) -> Option<Refused> {
        let asked = by_a_person(object);
        if self.asked != asked {
            self.refused = None;
            self.annotated = self.asked[0] == asked[0];
            self.asked = asked;
        }
        let status = &object["status"];
        if self.status == *status {
            return None;
        }
        self.status.clone_from(status);
        let Some(ready) = condition(object, "Ready") else {
            // Cleared, and about to be written anew.
            self.refused = None;
            return None;
        };
        self.written = moment.versions;
        let reason = ready["reason"].as_str().unwrap_or_default();
        if ANNOUNCED.contains(&reason) {
            if let Some(refused) = &mut self.refused {
                refused.announced = true;
            }
            return None;
        }
        let is_current = ready["observedGeneration"] == object["metadata"]["generation"];
        if self.annotated || !is_current || !REFUSED.contains(&reason) {
            self.refused = None;
            return None;
        }
        let now = Refused {
            verdict: json!([reason, ready["message"], status["references"]]),
            moment,
            unsettled: false,
            announced: false,
        };
        let verdict = now.verdict.clone();
        let before = self.refused.replace(now);
        before.filter(|before| before.verdict == verdict)
    }
}

/// Retries that showed in a status, although nothing had changed and the answer was the same.
pub fn shown(stage: &Stage, tally: &Tally) -> Vec<String> {
    let log = stage.world.clouds.log();
    let mut objects: BTreeMap<String, Known> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, (position, change)) in lock(&stage.world.versions).iter().enumerate() {
        let Some((uid, object)) = function_object(change) else {
            continue;
        };
        let known = objects.entry(uid).or_default();
        let moment = Moment {
            versions: number,
            calls: *position,
        };
        let written = known.written;
        let before = known.step(object, moment);
        let Some(now) = &mut known.refused else {
            continue;
        };
        if now.moment.versions == number {
            tally.asserted(Check::Retry);
            now.unsettled = excuse(&stage.world, written..=number).is_some();
        }
        let Some(before) = before else {
            continue;
        };
        if let Some(why) = excuse(&stage.world, before.moment.versions..=number) {
            now.unsettled = true;
            // Begun afresh, an announcement may be right: whether it was cannot be told.
            tally.excused(Check::Retry, why, None);
            continue;
        }
        let place = Place::of_object(object);
        let mut between = log[before.moment.calls..*position].iter();
        // Another answer meanwhile, or a change.
        let other = |entry: &Entry| {
            let of_place = entry.function.as_deref() == Some(&place.name);
            is_effect(entry, &place) || (of_place && entry.fault.is_some())
        };
        if before.announced && !before.unsettled && !between.any(other) {
            wrong.push(format!(
                "a retry that met the same refusal was shown in the status: {} {}",
                change.key.name, object["status"]["conditions"]
            ));
        }
    }
    wrong
}

/// Why a retry may be shown while these versions were written.
fn excuse(world: &World, versions: RangeInclusive<usize>) -> Option<&'static str> {
    let disturbed = lock(&world.disturbed);
    if disturbed.iter().any(|m| versions.contains(&m.versions)) {
        Some("an operator that starts or dies, a status of others, or an API server that fails")
    } else if is_crowded(&lock(&world.operators), &versions) {
        Some("two operators")
    } else {
        None
    }
}

/// Whether two operators were at work at once while these versions were written.
fn is_crowded(operators: &[(usize, bool)], versions: &RangeInclusive<usize>) -> bool {
    let mut alive = 0_u32;
    let ends = operators
        .iter()
        .skip(1)
        .map(|(at, _)| *at)
        .chain([usize::MAX]);
    operators.iter().zip(ends).any(|((from, comes), to)| {
        alive = if *comes {
            alive + 1
        } else {
            alive.saturating_sub(1)
        };
        alive > 1 && from <= versions.end() && *versions.start() <= to
    })
}

/// Tags that were written, or taken away, again and again, although nobody else did anything.
pub fn circles(stage: &Stage) -> Vec<String> {
    let (world, log) = (&stage.world, stage.world.clouds.log());
    let causes = causes(stage);
    let disturbed: Vec<usize> = lock(&world.disturbed).iter().map(|m| m.calls).collect();
    let mut done: BTreeMap<(Place, String), Vec<usize>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, entry) in log.iter().enumerate() {
        let places: BTreeSet<Place> = stage.slots.iter().map(Place::of).collect();
        for place in places.into_iter().filter(|place| is_effect(entry, place)) {
            if !entry.principal.starts_with("op") {
                done.retain(|(of, _), _| *of != place);
                continue;
            }
            if !TAGGING.contains(&entry.operation) {
                continue;
            }
            let what = format!("{} {}", entry.operation.name, entry.arguments);
            let times = done.entry((place.clone(), what)).or_default();
            let is_cause = |at: &usize| *at <= number && times.last().is_some_and(|last| last < at);
            if disturbed.iter().any(is_cause)
                || causes.get(&place).into_iter().flatten().any(is_cause)
            {
                times.clear();
            }
            times.push(number);
            if times.len() > usize::try_from(MAX_REPEATS).unwrap() {
                wrong.push(format!(
                    "this was done {} times without a cause: {entry}",
                    times.len()
                ));
            }
        }
    }
    wrong
}

/// Places in the call log at which an object of a function changed by a person's hand.
fn causes(stage: &Stage) -> BTreeMap<Place, Vec<usize>> {
    let mut causes: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    for (position, change) in lock(&stage.world.versions).iter() {
        let Some((uid, object)) = function_object(change) else {
            continue;
        };
        let inputs = inputs(object);
        if known.insert(uid, inputs.clone()) != Some(inputs) {
            let place = Place::of_object(object);
            causes.entry(place).or_default().push(*position);
        }
    }
    causes
}

fn function_object(change: &Change) -> Option<(String, &Arc<Value>)> {
    let object = change.object.as_ref()?;
    let uid = object["metadata"]["uid"].as_str()?.to_owned();
    change
        .key
        .plural
        .ends_with("functions")
        .then_some((uid, object))
}

/// All of an object that a pass depends on.
fn inputs(object: &Value) -> Value {
    json!([by_a_person(object), object["status"]["references"]])
}

/// What a person says of an object.
fn by_a_person(object: &Value) -> Value {
    let metadata = &object["metadata"];
    json!([metadata["generation"], metadata["annotations"]])
}

fn is_effect(entry: &Entry, place: &Place) -> bool {
    crate::reported_drift::is_effect(entry, place)
}

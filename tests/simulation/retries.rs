//! What is done again and again: a retry of what the cloud refused shows nowhere, and steps that undo each
//! other come to an end.
//!
//! Invariant: read from the versions that every object had and the cloud's call log between them; no
//! status is believed but for what it claims.

use std::collections::BTreeMap;
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
use crate::world::{Moment, lock};

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

/// An object of which the cloud refused something.
struct Refused {
    /// All that a retry depends on.
    inputs: Value,
    /// What the status says of it: reason and message.
    verdict: Value,
    /// When this was written.
    moment: Moment,
    /// The pass may have begun before a person's last change.
    may_be_older: bool,
    /// The status showed another step since.
    announced: bool,
}

/// Retries that showed in a status, although nothing had changed and the answer was the same.
pub fn shown(stage: &Stage, tally: &Tally) -> Vec<String> {
    let (world, log) = (&stage.world, stage.world.clouds.log());
    let (versions, disturbed) = (lock(&world.versions), lock(&world.disturbed));
    let operators = lock(&world.operators);
    let mut refused: BTreeMap<String, Refused> = BTreeMap::new();
    let mut statuses: BTreeMap<String, Value> = BTreeMap::new();
    let mut asked: BTreeMap<String, (Value, bool)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (number, (position, change)) in versions.iter().enumerate() {
        let Some((uid, object)) = function_object(change) else {
            continue;
        };
        let request = by_a_person(object);
        let (before, changed) = asked
            .entry(uid.clone())
            .or_insert_with(|| (request.clone(), false));
        *changed |= *before != request;
        *before = request;
        let status = object["status"].clone();
        let is_written = statuses.insert(uid.clone(), status.clone()) != Some(status);
        let ready = condition(object, "Ready").unwrap_or(&Value::Null);
        let reason = ready["reason"].as_str().unwrap_or_default();
        let now = Refused {
            inputs: inputs(object),
            verdict: json!([reason, ready["message"]]),
            moment: Moment {
                versions: number,
                calls: *position,
            },
            may_be_older: asked.get(&uid).is_some_and(|(_, changed)| *changed),
            announced: false,
        };
        let known = refused.get(&uid);
        if known.is_some_and(|known| known.inputs != now.inputs) {
            refused.remove(&uid);
        }
        if !is_written {
            continue;
        }
        if ANNOUNCED.contains(&reason) {
            if let Some(before) = refused.get_mut(&uid) {
                before.announced = true;
            }
            continue;
        }
        if !REFUSED.contains(&reason) {
            refused.remove(&uid);
            continue;
        }
        tally.asserted(Check::Retry);
        if let Some((_, changed)) = asked.get_mut(&uid) {
            *changed = false;
        }
        let (verdict, place) = (now.verdict.clone(), Place::of_object(object));
        let Some(before) = refused
            .insert(uid, now)
            .filter(|b| b.verdict == verdict && !b.may_be_older)
        else {
            continue;
        };
        let range = before.moment.versions..=number;
        let why = if disturbed.iter().any(|m| range.contains(&m.versions)) {
            "an operator that starts or dies, a status of others, or an API server that fails"
        } else if is_crowded(&operators, &range) {
            "two operators"
        } else if log[before.moment.calls..*position]
            .iter()
            .any(|entry| is_effect(entry, &place) || is_other_answer(entry, &place))
        {
            continue;
        } else {
            if before.announced {
                wrong.push(format!(
                    "a retry that met the same refusal was shown in the status: {} {}",
                    change.key.name, object["status"]["conditions"]
                ));
            }
            continue;
        };
        tally.excused(Check::Retry, why, Some(!before.announced));
    }
    wrong
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
        let places = stage.slots.iter().map(Place::of);
        for place in places.filter(|place| is_effect(entry, place)) {
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

/// Whether a call about the function met a fault: then the answer was not the same.
fn is_other_answer(entry: &Entry, place: &Place) -> bool {
    entry.fault.is_some() && entry.function.as_ref() == Some(&place.name)
}

fn is_effect(entry: &Entry, place: &Place) -> bool {
    crate::reported_drift::is_effect(entry, place)
}

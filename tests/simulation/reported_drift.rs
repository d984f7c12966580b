//! Drift: only what was settled and then changed by others is noted; under `driftPolicy: Report` it is
//! reported and not overwritten.
//!
//! Invariant: read from the versions that every object had and the cloud's call log between them;
//! no status is believed but for what it claims.

use std::collections::{BTreeMap, BTreeSet};

use cloudfn::api::{FLUX_REQUESTED_AT, RECONCILE_REQUESTED_AT};
use serde_json::{Value, json};
use strict_cloud::{Entry, Service};

use crate::api_server::Change;
use crate::clouds::OTHERS;
use crate::invariants::{condition, is_available};
use crate::judge::Place;
use crate::run::Stage;
use crate::schedule::Kind;
use crate::tally::{Check, Tally};
use crate::world::lock;

/// Operations that change nothing but tags.
const TAGS: [&str; 2] = ["TagResource", "UntagResource"];

/// An object that was Ready, and what became of it.
struct Settled {
    report: bool,
    generation: Value,
    references: Value,
    /// Place in the call log from which on others may have changed the function.
    since: usize,
    /// The requests answered when its drift was reported.
    reported: Option<Value>,
    /// The drift that was noted last, whatever became of the status.
    noted: Value,
    /// There is a cause for writes since: another generation, other references, a request, a lost status.
    cause: bool,
}

/// What is wrong. Excused once a second operator or an answer of the past was at work.
pub fn wrongs(stage: &Stage, tally: &Tally) -> Vec<String> {
    let log = stage.world.clouds.log();
    let versions = lock(&stage.world.versions);
    let arrived_late = lock(&stage.world.arrived_late);
    let mut wrong = Vec::new();
    let mut settled: BTreeMap<String, Settled> = BTreeMap::new();
    // The drift that objects of each name noted.
    let mut notes = BTreeSet::new();
    // For each object the place in the call log at which its status last followed from a read of the
    // function: what the status says now was read after that.
    let mut before: BTreeMap<String, (usize, Value)> = BTreeMap::new();
    // Where the log was at each one's version before.
    let mut versioned: BTreeMap<String, usize> = BTreeMap::new();
    let mut current: BTreeMap<&str, Value> = BTreeMap::new();
    for (number, (position, Change { key, object })) in versions.iter().enumerate() {
        if key.plural == "configmaps" || key.plural == "secrets" {
            current.insert(
                &key.name,
                object.as_ref().map_or(Value::Null, |object| {
                    object["metadata"]["resourceVersion"].clone()
                }),
            );
            for one in settled.values_mut() {
                one.cause |= moved(&one.references, &current);
            }
            continue;
        }
        let Some(object) = object
            .as_ref()
            .filter(|_| key.plural.ends_with("functions"))
        else {
            continue;
        };
        let place = Place::of_object(object);
        if stage
            .slots
            .iter()
            .filter(|slot| Place::of(slot) == place)
            .count()
            != 1
        {
            let why = "a function that two objects name";
            tally.excused(Check::Drift, why, None);
            continue;
        }
        let right = wrong.len();
        let uid = object["metadata"]["uid"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let start = before.get(&uid).map_or(*position, |(start, _)| *start);
        let since_version = versioned
            .insert(uid.clone(), *position)
            .unwrap_or(*position);
        // What arrived late was decided on when it was sent: before the function was settled, it needs no
        // cause since; and what is sent without one is wrong whenever it arrives.
        let sent = |place: usize| *arrived_late.get(&place).unwrap_or(&place);
        let written = || {
            log.iter().enumerate().find_map(|(number, entry)| {
                let is_new = (since_version..*position).contains(&sent(number));
                let is_ours = entry.principal.starts_with("op");
                (is_new && is_ours && is_change(entry, &place)).then_some(entry)
            })
        };
        if let Some(one) = settled.get(&uid)
            && !one.cause
            && one.report
            && let Some(entry) = written()
        {
            wrong.push(format!(
                "{} was settled, its driftPolicy is Report, and this was written without a cause: {entry}",
                key.name
            ));
        }
        // By others, and after the last change of the same by our hand: that one may be half done.
        let by_others = |since: usize, fields: &Value| {
            // An outsider who takes our tag off makes us forget what we published last.
            let is_theirs = |entry: &Entry| entry.principal == OTHERS && is_effect(entry, &place);
            // What arrived late was sent before.
            let in_time = (since..*position).filter(|at| !arrived_late.contains_key(at));
            let mut changes = in_time
                .filter_map(|at| log.get(at))
                .filter(|entry| is_change(entry, &place) || is_theirs(entry))
                .filter(|entry| concerns(entry, fields));
            changes
                .next_back()
                .is_some_and(|entry| entry.principal == OTHERS)
        };
        let note = (key.name.clone(), object["status"]["lastDrift"].clone());
        // What an object of this name said before, somebody restored.
        let is_news = !note.1.is_null() && notes.insert(json!(note).to_string());
        if let Some(what) = step(&mut settled, &uid, (object, is_news), start, by_others) {
            wrong.push(format!("{what}: {} {}", key.name, object["status"]));
        }
        if let Some(one) = settled.get_mut(&uid) {
            one.cause |= moved(&one.references, &current);
        }
        let is_new = |status: &Value| *status != object["status"] && follows_a_read(object);
        if before.get(&uid).is_none_or(|(_, status)| is_new(status)) {
            before.insert(uid, (*position, object["status"].clone()));
        }
        let moment = &stage.history.concurrent_or_stale;
        if moment.is_some_and(|moment| number >= moment.versions) {
            let why = "a second operator, or an answer of the past";
            tally.excused(Check::Drift, why, Some(wrong.len() == right));
            wrong.truncate(right);
        } else {
            tally.asserted(Check::Drift);
        }
    }
    wrong
}

/// Whether a status says what a read of the function found. The announcement of a step is written after
/// the read that its pass began with, and the pass may end Ready by that same read: a change by others
/// in between goes unseen. A lost status follows from no read.
fn follows_a_read(object: &Value) -> bool {
    condition(object, "Ready").is_some_and(|ready| {
        !["Creating", "Updating", "Deleting"]
            .iter()
            .any(|step| ready["reason"] == *step)
    })
}

/// Whether a reference is another than it was when it was last used.
fn moved(references: &Value, current: &BTreeMap<&str, Value>) -> bool {
    let mut used = references.as_array().into_iter().flatten();
    used.any(|used| {
        current
            .get(used["name"].as_str().unwrap_or_default())
            .unwrap_or(&Value::Null)
            != &used["resourceVersion"]
    })
}

/// Takes the next version of an object, which may note drift that none of its name noted before. What is wrong
/// with it, if anything.
fn step(
    settled: &mut BTreeMap<String, Settled>,
    uid: &str,
    (object, is_news): (&Value, bool),
    start: usize,
    others_since: impl Fn(usize, &Value) -> bool,
) -> Option<&'static str> {
    let (status, generation) = (&object["status"], &object["metadata"]["generation"]);
    if object["spec"]["managementPolicy"] == "Observe" {
        settled.remove(uid);
        return None;
    }
    let report = object["spec"]["driftPolicy"] == "Report";
    let annotations = &object["metadata"]["annotations"];
    let request = &json!([
        annotations[RECONCILE_REQUESTED_AT],
        annotations[FLUX_REQUESTED_AT]
    ]);
    let handled = || {
        json!([
            status["lastHandledReconcileAt"],
            status["lastHandledFluxReconcileAt"]
        ])
    };
    let some = *request != json!([null, null]);
    if is_available(object) {
        let known = settled
            .get(uid)
            .filter(|one| one.generation == *generation && one.references == status["references"]);
        let since = known.map_or(start, |one| one.since);
        let noted = settled
            .get(uid)
            .map_or(&status["lastDrift"], |one| &one.noted)
            .clone();
        let references = status["references"].clone();
        let one = Settled {
            report,
            generation: generation.clone(),
            references,
            since,
            reported: None,
            noted,
            cause: false,
        };
        settled.insert(uid.to_owned(), one);
    }
    let mut one = settled.get_mut(uid);
    if let Some(one) = one
        .as_mut()
        .filter(|one| is_news && one.noted != status["lastDrift"])
    {
        one.noted = status["lastDrift"].clone();
        let is_settled = one.generation == status["observedGeneration"]
            && one.references == status["references"];
        if !is_settled || !others_since(one.since, &status["lastDrift"]["fields"]) {
            return Some("drift was noted that was not somebody else's");
        }
    }
    let ready = condition(object, "Ready");
    if report
        && ready.is_some_and(|ready| {
            ready["reason"] == "Drifted" && ready["observedGeneration"] == *generation
        })
    {
        let Some(one) = one
            .filter(|one| one.generation == *generation && one.references == status["references"])
        else {
            return Some("drift was reported of what was not settled");
        };
        if !others_since(one.since, &status["lastDrift"]["fields"]) {
            return Some("drift was reported and nobody else changed the function");
        }
        if status["plannedChanges"]
            .as_array()
            .is_none_or(Vec::is_empty)
            || status["lastDrift"].is_null()
        {
            return Some("drift was reported without planned changes or lastDrift");
        }
        one.reported.get_or_insert_with(handled);
        one.cause |= one.reported.as_ref() != Some(request) && some;
        return None;
    }
    if let Some(one) = one {
        let requested = one
            .reported
            .as_ref()
            .is_some_and(|handled| handled != request && some);
        let lost = status["observedGeneration"] == -1 || ready.is_none();
        one.cause |= requested
            || lost
            || one.generation != *generation
            || !object["metadata"]["deletionTimestamp"].is_null();
    }
    None
}

/// Parts of a function with calls of their own, by the field of the spec and a word in the names of the calls.
const PARTS: [(&str, &str); 9] = [
    ("functionUrlConfig", "FunctionUrlConfig"),
    ("permissions", "Permission"),
    ("reservedConcurrentExecutions", "FunctionConcurrency"),
    ("recursiveLoop", "FunctionRecursionConfig"),
    ("runtimeManagementConfig", "RuntimeManagementConfig"),
    ("codeSigningConfigArn", "FunctionCodeSigningConfig"),
    ("eventInvokeConfig", "FunctionEventInvokeConfig"),
    ("aliases", "Alias"),
    ("aliases", "ProvisionedConcurrencyConfig"),
];

/// Whether a call can have changed one of these fields: those of a part are changed by the part's own calls, and
/// by what makes or deletes the function.
fn concerns(entry: &Entry, fields: &Value) -> bool {
    let name = entry.operation.name;
    let whole = ["CreateFunction", "DeleteFunction"].contains(&name);
    let part_of_call = PARTS.iter().find(|(_, call)| name.ends_with(call));
    let fields: Vec<&str> = (fields.as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    let is_of = |field: &str, part: &str| field.split(['.', '/']).next() == Some(part);
    let concerned = |field: &str| match part_of_call {
        Some((part, _)) => is_of(field, part),
        None => !PARTS.iter().any(|(part, _)| is_of(field, part)),
    };
    whole || fields.is_empty() || fields.into_iter().any(concerned)
}

/// Whether a call changed the function at a place, and more than its tags.
fn is_change(entry: &Entry, place: &Place) -> bool {
    is_effect(entry, place) && !TAGS.contains(&entry.operation.name)
}

/// Whether a call changed anything of the function at a place.
pub fn is_effect(entry: &Entry, place: &Place) -> bool {
    let service = if place.kind == Kind::Lambda {
        Service::Lambda
    } else {
        Service::CloudFront
    };
    entry.effect
        && entry.operation.service == service
        && entry.function.as_deref() == Some(&place.name)
}

/// How often drift was reported, for the summary.
pub fn count(stage: &Stage) {
    let versions = lock(&stage.world.versions);
    let mut reported: BTreeMap<&str, bool> = BTreeMap::new();
    for object in versions
        .iter()
        .filter_map(|(_, change)| change.object.as_ref())
    {
        let Some(uid) = object["metadata"]["uid"].as_str() else {
            continue;
        };
        let is = object["spec"]["driftPolicy"] == "Report"
            && object["spec"]["managementPolicy"] != "Observe";
        let drifted =
            is && condition(object, "Ready").is_some_and(|ready| ready["reason"] == "Drifted");
        let was = reported.insert(uid, drifted).unwrap_or_default();
        if drifted && !was {
            stage.world.record().counts.add("drift", "reported");
        } else if was && !drifted {
            let next = condition(object, "Ready")
                .map_or("lost", |ready| ready["reason"].as_str().unwrap_or_default());
            stage
                .world
                .record()
                .counts
                .add("drift", format!("reported, then {next}"));
        }
        if is && is_available(object) {
            reported.insert(uid, false);
        }
    }
}

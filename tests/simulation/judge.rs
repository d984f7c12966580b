//! The judge: how everything must end once nothing goes wrong any more.
//!
//! Invariant: the judge reads the cloud and the API server behind everybody's back, and believes
//! no status: each status is compared with what the judge finds.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudfn::api::{FLUX_REQUESTED_AT, INSTANCE_TAG, OWNER_TAG, RECONCILE_REQUESTED_AT};
use serde_json::{Value, json};

use crate::invariants::condition;
use crate::run::{CHECK, Stage, settings};
use crate::schedule::{FAILS_TO_START, FAILS_TO_UPDATE, Kind, Slot};
use crate::tally::{Check, Tally};
use crate::world::{NAMESPACE, World};
use crate::{
    aliases, call_rules, credentials, expected, observation, outsiders, policy, ready_claims,
    reported_drift, retries, unrunnable,
};

/// Why a function may stay as outsiders left it.
const LEFT: &str = "drift that driftPolicy Report leaves";

/// Longest time until everything is as the specs ask, once nothing goes wrong any more.
const SETTLE_LIMIT: Duration = Duration::from_hours(1);

/// A function's place in the cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Kind.
    pub kind: Kind,
    /// Name.
    pub name: String,
}

impl Place {
    /// The place of an object's function.
    pub fn of(slot: &Slot) -> Self {
        Self {
            kind: slot.kind,
            name: slot.function().to_owned(),
        }
    }

    /// The place of the function that an object describes.
    pub fn of_object(object: &Value) -> Self {
        let kind = if object["kind"] == "LambdaFunction" {
            Kind::Lambda
        } else {
            Kind::CloudFront
        };
        let name = object["spec"]["functionName"]
            .as_str()
            .or(object["metadata"]["name"].as_str());
        Self {
            kind,
            name: name.unwrap_or_default().to_owned(),
        }
    }
}

/// The function at a place, as the cloud has it now.
pub fn function_at(world: &World, place: &Place) -> Option<Value> {
    world.clouds.peek(world, |cloud, caller| {
        observation::function(cloud, caller, place)
    })
}

/// Whether a function carries an owner tag.
pub fn has_owner_tag(seen: &Value) -> bool {
    seen["tags"].get(OWNER_TAG).is_some()
}

/// The owner tag of an object.
fn owner(slot: &Slot) -> String {
    format!("{}/{NAMESPACE}/{}", settings().cluster_name, slot.name)
}

/// Waits until everything is as the specs ask, then for three more checks, in which nothing may be
/// written, and checks all properties of the run.
pub async fn settle_and_check(stage: &mut Stage) {
    let until = stage.world.elapsed() + SETTLE_LIMIT;
    let mut wrong = wrongs(stage, &Tally::default());
    while !wrong.is_empty() && stage.world.elapsed() < until {
        tokio::time::sleep(Duration::from_secs(20)).await;
        wrong = wrongs(stage, &Tally::default());
    }
    for sentence in wrong {
        stage.world.violation(sentence);
    }
    // The next check may still find an outsider's edit of what no spec names, and publish it; the
    // one after a publish learns LIVE's own ETag and writes it down.
    tokio::time::sleep(CHECK * 5 / 2).await;
    let writes = stage.world.record().writes;
    stage
        .world
        .trace("judge", "from here on nothing may be written");
    tokio::time::sleep(CHECK * 3 + CHECK / 2).await;
    let more = stage.world.record().writes - writes;
    if more > 0 {
        stage
            .world
            .violation(format!("{more} writes after everything was as asked for"));
    }
    // Only what is there in the end counts.
    let tally = Tally::default();
    for sentence in wrongs(stage, &tally) {
        stage.world.violation(format!("later: {sentence}"));
    }
    let sentences = [
        expected::unrequested_publishes(stage, &tally),
        unrunnable::published(stage, &tally),
        ready_claims::overstated(stage, &tally),
        call_rules::broken(&stage.world.clouds.log(), &tally),
        credentials::broken(stage, &tally),
        policy::taken(stage, &tally),
        aliases::in_use_deleted(stage, &tally),
        reported_drift::wrongs(stage, &tally),
        retries::shown(stage, &tally),
        retries::circles(stage),
    ];
    for sentence in sentences.concat() {
        stage.world.violation(sentence);
    }
    stage.world.record().counts.join(&tally.counts());
    count(stage);
    reported_drift::count(stage);
}

/// Waits until the first object's status reports its generation: Ready, or Stalled until a person
/// changes something.
pub async fn until_reported(stage: &Stage) {
    let until = stage.world.elapsed() + SETTLE_LIMIT;
    let rests = |object: &Value| {
        let current = object["status"]["observedGeneration"] == object["metadata"]["generation"];
        current
            && condition(object, "Reconciling").is_none()
            && condition(object, "Ready").is_some()
    };
    while !stage.object(0).is_some_and(|object| rests(&object)) && stage.world.elapsed() < until {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// All that is not as it should be in the end.
fn wrongs(stage: &Stage, tally: &Tally) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut known: BTreeSet<Place> = outsiders::bystanders().into_iter().collect();
    for (number, slot) in stage.slots.iter().enumerate() {
        let place = Place::of(slot);
        let function = function_at(&stage.world, &place);
        let ours = function.as_ref().is_some_and(|f| {
            f["tags"][OWNER_TAG] == owner(slot)
                && f["tags"][INSTANCE_TAG] != outsiders::ANOTHER_CLUSTER
        });
        let sentence = if let Some(object) = stage.object(number) {
            object_wrong(stage, number, &object, function.as_ref(), tally)
        } else {
            tally.asserted(Check::EndState);
            gone_wrong(stage, number, ours)
        };
        wrong.extend(sentence.map(|sentence| format!("{:?} {}: {sentence}", slot.kind, slot.name)));
        known.insert(place);
    }
    for (place, was) in &stage.history.foreign {
        let Some(was) = was else {
            let why = "a function that was disowned while it may have been written";
            tally.excused(Check::EndState, why, None);
            continue;
        };
        let now = function_at(&stage.world, place);
        let same = now.as_ref().map(lasting) == Some(lasting(was));
        if may_be_taken(stage, place) {
            let why = "a foreign function that a spec may adopt";
            tally.excused(Check::EndState, why, Some(same));
            continue;
        }
        tally.asserted(Check::EndState);
        if !same {
            wrong.push(format!(
                "the foreign function {place:?} was changed from {was} to {now:?}"
            ));
        }
    }
    for place in stage.world.clouds.peek(&stage.world, observation::places) {
        tally.asserted(Check::EndState);
        if !known.contains(&place) {
            wrong.push(format!("nobody asked for the function {place:?}"));
        }
    }
    for place in outsiders::bystanders() {
        tally.asserted(Check::EndState);
        let now = function_at(&stage.world, &place);
        if now.is_none_or(|now| now["tags"] != json!({"team": "others"})) {
            wrong.push(format!("the bystander {place:?} was touched"));
        }
    }
    wrong
}

/// What of a function changes only by somebody's hand.
fn lasting(function: &Value) -> Value {
    let mut lasting = function.clone();
    for field in ["state", "lastUpdateStatus"] {
        if let Some(map) = lasting.as_object_mut() {
            map.remove(field);
        }
    }
    lasting
}

/// Whether some spec ever allowed to take the function that was found.
fn may_be_taken(stage: &Stage, place: &Place) -> bool {
    let of_place = stage
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| Place::of(slot) == *place);
    of_place
        .flat_map(|(number, _)| stage.history.specs.get(&number).into_iter().flatten())
        .any(|spec| spec["adoptionPolicy"] == "IfUnowned")
}

/// An object that is gone: with Delete its function too.
fn gone_wrong(stage: &Stage, number: usize, ours: bool) -> Option<String> {
    let specs = stage.history.last_specs.get(&number)?;
    let deletes = specs
        .iter()
        .all(|spec| spec["deletionPolicy"] != "Retain" && spec["managementPolicy"] != "Observe");
    (ours && deletes).then(|| "it was deleted and its function is still there".to_owned())
}

/// What is wrong with an object that is there.
fn object_wrong(
    stage: &Stage,
    number: usize,
    object: &Value,
    function: Option<&Value>,
    tally: &Tally,
) -> Option<String> {
    let slot = &stage.slots[number];
    let Some(ready) = condition(object, "Ready") else {
        return Some("nobody said anything about it".to_owned());
    };
    let says = format!(
        "{}/{}",
        ready["status"].as_str().unwrap_or_default(),
        ready["reason"].as_str().unwrap_or_default()
    );
    let mismatch = |expected: &str| {
        Some(format!(
            "expected {expected}, and it says {says}: {} {}",
            ready["message"], object["spec"]
        ))
    };
    let is_or = |expected: &[&str], weaker: &[&str], why: &str| {
        if expected.contains(&says.as_str()) {
            tally.asserted(Check::EndState);
            None
        } else if weaker.contains(&says.as_str()) {
            tally.excused(Check::EndState, why, Some(false));
            None
        } else {
            mismatch(&[expected, weaker].concat().join(" or "))
        }
    };
    let is = |expected: &[&str]| is_or(expected, &[], "");
    let annotation = &object["metadata"]["annotations"]["cloudfn.dev/paused"];
    if annotation.is_string() {
        return is(&["True/Paused", "False/Paused", "Unknown/Paused"]);
    }
    if !object["metadata"]["deletionTimestamp"].is_null() {
        return Some(format!(
            "it is still being deleted: {says}: {}",
            ready["message"]
        ));
    }
    let generation = &object["metadata"]["generation"];
    if ready["observedGeneration"] != *generation
        || object["status"]["observedGeneration"] != *generation
    {
        return mismatch(&format!("generation {generation}"));
    }
    let annotations = &object["metadata"]["annotations"];
    let requested = [RECONCILE_REQUESTED_AT, FLUX_REQUESTED_AT].map(|key| &annotations[key]);
    let handled = ["lastHandledReconcileAt", "lastHandledFluxReconcileAt"];
    if requested != handled.map(|field| &object["status"][field]) {
        return mismatch("every request to be handled");
    }
    let spec = &object["spec"];
    if spec["adoptionPolicy"] == "Always" {
        return is(&["False/NotAllowed"]);
    }
    let skips = object["metadata"]["annotations"]["cloudfn.dev/skip-tests"].as_str();
    let wanted = match expected::wanted(stage, slot.kind, spec, skips) {
        // A while after it began, it is for a person.
        expected::Wanted::Missing if condition(object, "Stalled").is_none() => {
            return mismatch("Stalled");
        }
        expected::Wanted::Missing => return is(&["False/ReferenceNotFound"]),
        expected::Wanted::Refused => {
            // The cloud refuses it only where the operator tries it: where the function is its own, or not there.
            let weaker = [
                "False/NotOwned",
                "False/OwnedByAnother",
                "False/TakenOver",
                "False/Drifted",
                "False/FunctionNotFound",
            ];
            let why = "a spec that the cloud refuses, of a function that is not ours to change";
            return is_or(&["False/Rejected"], &weaker, why);
        }
        expected::Wanted::Function(wanted) => wanted,
    };
    if spec["managementPolicy"] == "Observe" {
        if function.is_none() {
            return is(&["False/FunctionNotFound"]);
        }
        return is(&[
            "True/Available",
            "False/Drifted",
            "False/CreateFailed",
            "False/UpdateFailed",
            "False/OwnedByAnother",
        ]);
    }
    let touched = stage.history.touched.contains_key(&Place::of(slot));
    let is_left = says == "False/Drifted"
        && spec["driftPolicy"] == "Report"
        && (touched || stage.history.concurrent_or_stale.is_some());
    if is_left
        && object["status"]["plannedChanges"]
            .as_array()
            .is_none_or(Vec::is_empty)
    {
        return mismatch("planned changes");
    }
    let Some(function) = function else {
        return if is_left {
            tally.excused(Check::EndState, LEFT, Some(false));
            None
        } else {
            mismatch("a function, which is not there")
        };
    };
    let tags = &function["tags"];
    // A function that the cloud failed to create or update stays so until a person changes something.
    // Two operators at once may lose what the status knew of a create that failed: then neither of
    // them makes it anew.
    let said = |description: &str| {
        stage
            .history
            .specs
            .values()
            .flatten()
            .any(|spec| spec["description"] == description)
    };
    let failed = |field: &str, description: &str| {
        function[field] == "Failed"
            && (touched
                || spec["description"] == description
                || (stage.history.concurrent_or_stale.is_some() && said(description)))
    };
    let is_failed = |reasons: &[&str], description: &str| {
        if spec["description"] == description {
            is_or(&reasons[..1], &reasons[1..], "a failed function of others")
        } else {
            is_or(&[], reasons, "a failure that outsiders may have caused")
        }
    };
    if failed("state", FAILS_TO_START)
        && (tags[OWNER_TAG] == owner(slot) || spec["adoptionPolicy"] == "IfUnowned")
    {
        let reasons = [
            "False/CreateFailed",
            "False/OwnedByAnother",
            "False/TakenOver",
        ];
        return is_failed(&reasons, FAILS_TO_START);
    }
    if tags[OWNER_TAG] != owner(slot) {
        if has_owner_tag(function) {
            return is(&["False/OwnedByAnother"]);
        }
        let strange = stage.history.foreign.contains_key(&Place::of(slot));
        return if strange && spec["adoptionPolicy"] != "IfUnowned" {
            is(&["False/NotOwned"])
        } else {
            mismatch("the owner tag")
        };
    }
    if tags[INSTANCE_TAG] == outsiders::ANOTHER_CLUSTER {
        return is(&["False/TakenOver"]);
    }
    let managed = object["status"]["managed"].as_array();
    let is_ours = managed.is_some_and(|names| names.contains(&json!("runtimeManagementConfig")));
    let is_pinned = function["runtimeManagementConfig"]["updateRuntimeOn"] == "Manual";
    let names_it = is_ours || !spec["runtimeManagementConfig"].is_null();
    if is_pinned && !names_it && function["runtime"] != spec["runtime"] && !is_left {
        // Lambda changes no runtime while a version of it is pinned, which nobody asked cloudfn to end.
        return is(&["False/Rejected"]);
    }
    if is_left {
        // An outsider's edit of what the spec does not name is one, too, where LIVE would follow it, or
        // where the spec named it before: what cloudfn put there is its own to take away. An outsider's
        // change of anything makes a version due.
        let differs = expected::difference(&wanted, spec, function, false, &Tally::default())
            .is_some()
            || function["development"] != function["live"]
            || spec["publish"] == true;
        return if differs {
            tally.excused(Check::EndState, LEFT, Some(false));
            None
        } else {
            mismatch("True/Available, since nothing differs")
        };
    }
    if failed("lastUpdateStatus", FAILS_TO_UPDATE) {
        return is_failed(&["False/UpdateFailed"], FAILS_TO_UPDATE);
    }
    // Associations that are not the spec's to take away keep it from the older runtime.
    let others = function["development"]["stores"]
        .as_array()
        .is_some_and(|stores| !stores.is_empty());
    if spec["runtime"] == "cloudfront-js-1.0"
        && spec["keyValueStoreAssociations"].is_null()
        && others
        && touched
    {
        let why = "stores of others that keep a function from the older runtime";
        return is_or(&[], &["False/Rejected"], why);
    }
    let ends = |expected: &str, spec: &Value| {
        if says != expected {
            return mismatch(expected);
        }
        tally.asserted(Check::EndState);
        let wrong = expected::difference(&wanted, spec, function, touched, tally).or_else(|| {
            let is_lambda = slot.kind == Kind::Lambda;
            is_lambda.then(|| aliases::difference(object, function, touched, tally))?
        });
        wrong.map(|what| format!("it says {says}, and the cloud has {what}: {spec} {function}"))
    };
    // What never runs may be LIVE by another's hand, or because the cloud could not run it.
    let held = wanted["held"] == true && function["live"] != function["development"];
    if wanted["fails"] == true || held {
        let mut held = spec.clone();
        held["stage"] = json!("DEVELOPMENT");
        return ends("False/TestFailed", &held);
    }
    if says == "True/Available" && tags[INSTANCE_TAG] != settings().instance {
        return mismatch("the instance tag");
    }
    ends("True/Available", spec)
}

/// How it ended, for the summary.
fn count(stage: &Stage) {
    for (number, _) in stage.slots.iter().enumerate() {
        let outcome = match stage.object(number) {
            None => "gone".to_owned(),
            Some(object) => condition(&object, "Ready").map_or("none".to_owned(), |ready| {
                ready["reason"].as_str().unwrap_or_default().to_owned()
            }),
        };
        stage.world.record().counts.add("outcome", outcome);
    }
}

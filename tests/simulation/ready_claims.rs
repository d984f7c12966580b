//! Ready is true at the moment at which it is written: each object that became Ready, against the
//! function that the cloud had then.

use std::sync::Arc;

use serde_json::Value;

use crate::expected;
use crate::judge::Place;
use crate::run::{Moment, Stage};
use crate::tally::{Check, Tally};
use crate::world::lock;

/// Objects that became Ready before the cloud had what they ask for.
pub fn overstated(stage: &Stage, tally: &Tally) -> Vec<String> {
    let claims = lock(&stage.world.claims);
    claims
        .iter()
        .enumerate()
        .filter_map(|(number, (object, function))| {
            claim(stage, number, object, function.as_ref(), tally)
        })
        .collect()
}

/// What is wrong with one claim. It is excused where somebody else had been at work on the function
/// before it, and where the object names ConfigMaps or Secrets: those may have changed since.
fn claim(
    stage: &Stage,
    number: usize,
    object: &Arc<Value>,
    function: Option<&Value>,
    tally: &Tally,
) -> Option<String> {
    let (place, spec) = (Place::of_object(object), &object["spec"]);
    if spec["managementPolicy"] == "Observe" {
        return None;
    }
    let alone = spec["code"].get("inline").is_some()
        && spec["environment"].get("variablesFrom").is_none()
        && spec["testsFrom"].is_null();
    if !alone {
        let why = "what a spec refers to may have changed since";
        tally.excused(Check::ReadyClaim, why, None);
        return None;
    }
    let expected::Wanted::Function(wanted) = expected::wanted(stage, place.kind, spec, None) else {
        return None;
    };
    let mut skipped = stage.history.skipped.values().flatten();
    let missing = match function {
        _ if wanted["fails"] == true && !skipped.any(|code| *code == wanted["code"]) => {
            Some("a code that fails its tests".to_owned())
        }
        None => Some("no function".to_owned()),
        Some(function) => expected::difference(&wanted, spec, function, false, &Tally::default()),
    };
    let since = |moment: &Moment| number >= moment.claims;
    let why = if stage
        .history
        .concurrent_or_stale
        .as_ref()
        .is_some_and(since)
    {
        "a second operator, or an answer of the past"
    } else if stage.history.touched.get(&place).is_some_and(since) {
        "a function that outsiders touched"
    } else {
        tally.asserted(Check::ReadyClaim);
        return missing.map(|what| {
            format!(
                "{} of {place:?} said Ready, and the cloud had {what}: {spec}",
                object["metadata"]["name"]
            )
        });
    };
    tally.excused(Check::ReadyClaim, why, Some(missing.is_none()));
    None
}

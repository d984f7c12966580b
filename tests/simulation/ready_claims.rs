//! Ready is true at the moment at which it is written: each object that became Ready, against the
//! function that the cloud had then.

use std::sync::Arc;

use serde_json::Value;

use crate::expected;
use crate::judge::Place;
use crate::run::Stage;
use crate::tally::{Check, Tally};
use crate::world::lock;

/// Objects that became Ready before the cloud had what they ask for.
pub fn overstated(stage: &Stage, tally: &Tally) -> Vec<String> {
    let claims = lock(&stage.world.claims);
    claims
        .iter()
        .filter_map(|(object, function)| claim(stage, object, function.as_ref(), tally))
        .collect()
}

/// What is wrong with one claim. It is excused where somebody else may have changed the function since
/// the operator read it, and where the object names ConfigMaps or Secrets: they may have changed, too.
fn claim(
    stage: &Stage,
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
    let why = if stage.history.concurrent_or_stale {
        "a second operator, or an answer of the past"
    } else if stage.history.touched.contains(&place) {
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

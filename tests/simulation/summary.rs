//! What was met over many schedules, with its count; what should have been met stands here.

use std::collections::BTreeSet;

use cloudfn::api::Reason;
use strum::VariantArray;

use crate::faults;
use crate::trouble;
use crate::world::Counts;

/// Ways in which objects end when all trouble is over.
const OUTCOMES: [Reason; 11] = [
    Reason::Available,
    Reason::Paused,
    Reason::ReferenceNotFound,
    Reason::Rejected,
    Reason::NotOwned,
    Reason::OwnedByAnother,
    Reason::TakenOver,
    Reason::NotAllowed,
    Reason::Drifted,
    Reason::CreateFailed,
    Reason::UpdateFailed,
];
/// Error classes. `Bug` is for answers that nobody knows; the strict cloud gives none.
const CLASSES: [&str; 12] = [
    "NotFound",
    "Exists",
    "Conflict",
    "Busy",
    "Throttled",
    "Unauthenticated",
    "Unavailable",
    "Invalid",
    "Denied",
    "InUse",
    "Quota",
    "NotReadyYet",
];
/// What happens beside faults of the cloud and the API server.
const OTHER_FAULTS: [&str; 6] = [
    "operator crash at a request",
    "operator crash at a write",
    "operator crash at a poll",
    "second operator",
    "stale cache",
    "status lost",
];
/// What outsiders do.
const OUTSIDE: [&str; 7] = [
    "Edit", "Code", "Publish", "Delete", "Create", "Disown", "TakeOver",
];
/// What schedules are made of.
const STEPS: [&str; 3] = ["acts", "passes", "requests"];

/// All that many schedules must meet.
fn wanted() -> Vec<(&'static str, String)> {
    let of = |what: &'static str, names: &[&str]| {
        names
            .iter()
            .map(|name| (what, (*name).to_owned()))
            .collect::<Vec<_>>()
    };
    let cloud: BTreeSet<&str> = faults::kinds()
        .iter()
        .map(strict_cloud::FaultKind::name)
        .collect();
    let mut wanted = of("step", &STEPS);
    wanted.extend(of("fault", &cloud.into_iter().collect::<Vec<_>>()));
    let api = trouble::Kind::VARIANTS.iter().map(|kind| kind.name());
    wanted.extend(of("fault", &api.collect::<Vec<_>>()));
    wanted.extend(of("fault", &OTHER_FAULTS));
    wanted.extend(of("outside", &OUTSIDE));
    wanted.extend(of("class", &CLASSES));
    wanted.extend(
        OUTCOMES
            .iter()
            .map(|reason| ("outcome", reason.as_str().to_owned())),
    );
    wanted.push(("outcome", "gone".to_owned()));
    wanted
}

/// All counts, one a line; what should have been met and was not stands there with a zero.
pub fn table(counts: &Counts) -> String {
    let all: BTreeSet<_> = wanted()
        .into_iter()
        .chain(counts.0.keys().cloned())
        .collect();
    let line = |(what, which): &(&str, String)| {
        let count = counts
            .0
            .iter()
            .find(|((a, b), _)| a == what && b == which)
            .map_or(0, |(_, count)| *count);
        format!("{what:>8}  {which:<44} {count:>9}")
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What should have been met and was not.
pub fn missing(counts: &Counts) -> Vec<String> {
    wanted()
        .into_iter()
        .filter(|key| !counts.0.contains_key(key))
        .map(|(what, name)| format!("{what} {name}"))
        .collect()
}

//! What was met over many schedules, with its count.

use crate::faults;
use crate::trouble;
use crate::world::Counts;

/// Ways in which objects end.
const OUTCOMES: [&str; 9] = ["Available", "gone", "Paused", "ReferenceNotFound", "Rejected", "NotOwned", "OwnedByAnother", "NotAllowed", "Drifted"];
/// Error classes that schedules can bring about.
const CLASSES: [&str; 11] = ["NotFound", "Exists", "Conflict", "Busy", "Throttled", "Unauthenticated", "Unavailable", "Invalid", "Denied", "InUse", "Quota"];
/// What happens beside faults of the cloud and the API server.
const OTHER_FAULTS: [&str; 3] = ["operator crash", "second operator", "stale cache"];
/// What outsiders do.
const OUTSIDE: [&str; 6] = ["Edit", "Code", "Publish", "Delete", "Create", "Disown"];

/// All counts, one a line.
pub fn table(counts: &Counts) -> String {
    let lines: Vec<String> = counts.0.iter().map(|((what, which), count)| format!("{what:>8}  {which:<40} {count:>9}")).collect();
    lines.join("\n")
}

/// What should have been met and was not.
pub fn missing(counts: &Counts) -> Vec<String> {
    let faults = faults::kinds().into_iter().map(|kind| kind.name()).chain(trouble::Kind::ALL.map(trouble::Kind::name)).chain(OTHER_FAULTS);
    let wanted = faults.map(|name| ("fault", name)).chain(OUTCOMES.map(|name| ("outcome", name)));
    let wanted = wanted.chain(CLASSES.map(|name| ("class", name))).chain(OUTSIDE.map(|name| ("outside", name)));
    wanted.filter(|(what, name)| !counts.0.contains_key(&(*what, (*name).to_owned()))).map(|(what, name)| format!("{what} {name}")).collect()
}

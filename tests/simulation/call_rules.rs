//! Rules for the operator's calls, whatever the cloud answers: read from the call log.

use std::collections::BTreeSet;

use strict_cloud::log::Answered;
use strict_cloud::operation::{Effect, cloudfront as cf, lambda};
use strict_cloud::{Entry, Operation};

use crate::tally::{Check, Tally};

/// Calls whose answer has a function's owner tag.
const READS_THE_OWNER: [Operation; 2] = [cf::LIST_TAGS_FOR_RESOURCE, lambda::GET_FUNCTION];
/// Lambda's calls that a RevisionId guards (Lambda API reference, PublishVersion and the two updates).
const GUARDED: [Operation; 3] = [
    lambda::UPDATE_FUNCTION_CONFIGURATION,
    lambda::UPDATE_FUNCTION_CODE,
    lambda::PUBLISH_VERSION,
];

/// What operators did that they must not do.
pub fn broken(log: &[Entry], tally: &Tally) -> Vec<String> {
    let mut wrong = Vec::new();
    // Operators that had a guard refused, each with the function whose owner it has not read since.
    let mut blind = BTreeSet::new();
    for entry in log.iter().filter(|entry| entry.principal.starts_with("op")) {
        let place = (
            entry.principal.as_str(),
            entry.operation.service,
            entry.function.as_deref(),
        );
        let gone = entry.operation.effect == Effect::Read
            && matches!(entry.answer, Answered::Refused(404, _));
        if gone || READS_THE_OWNER.contains(&entry.operation) {
            blind.remove(&place);
        }
        if entry.operation.effect != Effect::Write {
            continue;
        }
        tally.asserted(Check::Call);
        if blind.contains(&place) {
            wrong.push(format!(
                "after a refused guard the owner was not read again before this: {entry}"
            ));
        }
        if GUARDED.contains(&entry.operation)
            && entry
                .arguments
                .get("RevisionId")
                .is_none_or(serde_json::Value::is_null)
        {
            wrong.push(format!(
                "a write without the guard that the cloud offers: {entry}"
            ));
        }
        if matches!(entry.answer, Answered::Refused(412, _)) {
            blind.insert(place);
        }
    }
    wrong
}

//! Code that no event makes run never goes LIVE by the operator's hand: a distribution with such code answers
//! nothing but errors. Read from the call log.

use std::collections::{BTreeMap, BTreeSet};

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use strict_cloud::log::Answered;
use strict_cloud::operation::cloudfront as cf;
use strict_cloud::{Entry, Service};

use crate::clouds::OTHERS;
use crate::run::Stage;
use crate::schedule::never_runs;
use crate::tally::{Check, Tally};

/// Times that TestFunction fails before the operator publishes code without tests that nobody ran.
const TRIES: usize = 3;

/// What operators published although it never runs.
pub fn published(stage: &Stage, tally: &Tally) -> Vec<String> {
    let codes = unrunnable(stage);
    let mut content: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut wrong = Vec::new();
    let log = stage.world.clouds.log();
    for (number, entry) in log.iter().enumerate() {
        let Some(name) = entry.function.as_deref() else {
            continue;
        };
        if !entry.effect || entry.operation.service != Service::CloudFront {
            continue;
        }
        if entry.operation == cf::CREATE_FUNCTION || entry.operation == cf::UPDATE_FUNCTION {
            content.insert(name, &entry.arguments["code"]);
        }
        if entry.operation != cf::PUBLISH_FUNCTION || entry.principal == OTHERS {
            continue;
        }
        tally.asserted(Check::Publish);
        let Some(code) = content.get(name).and_then(|hash| codes.get(hash.as_str()?)) else {
            continue;
        };
        // A person named it, or nobody could run it.
        if is_skipped(stage, code) || could_not_be_run(&log[..number], name) {
            continue;
        }
        wrong.push(format!(
            "{} published what never runs: {code}",
            entry.principal
        ));
    }
    wrong
}

/// Codes of this run that never run, by their hash.
fn unrunnable(stage: &Stage) -> BTreeMap<String, String> {
    let specs = stage.history.specs.values().flatten();
    let inline = specs.filter_map(|spec| spec["code"]["inline"].as_str());
    let maps = stage.history.maps.values().flatten();
    let mapped = maps.filter_map(|data| data["code"].as_str());
    let codes: BTreeSet<&str> = inline
        .chain(mapped)
        .filter(|code| never_runs(code))
        .collect();
    codes
        .into_iter()
        .map(|code| (STANDARD.encode(Sha256::digest(code)), code.to_owned()))
        .collect()
}

/// Whether somebody ever let this code pass.
fn is_skipped(stage: &Stage, code: &str) -> bool {
    stage
        .history
        .skipped
        .values()
        .any(|codes| codes.contains(code))
}

/// Whether TestFunction had refused to run this function, or had failed often enough.
fn could_not_be_run(before: &[Entry], name: &str) -> bool {
    let refusals = before.iter().filter(|entry| {
        entry.operation == cf::TEST_FUNCTION
            && entry.function.as_deref() == Some(name)
            && entry.principal != OTHERS
    });
    let codes: Vec<&str> = refusals
        .filter_map(|entry| match entry.answer {
            Answered::Refused(_, code) => Some(code),
            _ => None,
        })
        .collect();
    let failed = codes.iter().filter(|code| **code == "TestFunctionFailed");
    failed.count() >= TRIES
        || codes
            .iter()
            .any(|code| ["UnsupportedOperation", "AccessDenied"].contains(code))
}

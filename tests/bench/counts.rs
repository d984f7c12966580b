//! Calls to the cloud and writes to the API server, counted.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use cloudfn_bed::ApiCall;
use strict_cloud::log::Answered;
use strict_cloud::operation::Effect;
use strict_cloud::{Entry, Time};

/// Codes with which the two services throttle.
const THROTTLES: [&str; 2] = ["TooManyRequestsException", "Throttling"];

/// Calls to the cloud.
#[derive(Default)]
pub struct Calls {
    pub operations: BTreeMap<&'static str, usize>,
    /// Refusals by code.
    pub refusals: BTreeMap<&'static str, usize>,
    /// Writes that were done.
    pub written: usize,
}

impl Calls {
    pub fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut calls = Self::default();
        for entry in entries {
            *calls.operations.entry(entry.operation.name).or_default() += 1;
            match entry.answer {
                Answered::Refused(_, code) => *calls.refusals.entry(code).or_default() += 1,
                Answered::Done(_) => {
                    calls.written += usize::from(entry.operation.effect == Effect::Write);
                }
                Answered::Dropped { .. } => {}
            }
        }
        calls
    }

    pub fn all(&self) -> usize {
        self.operations.values().sum()
    }

    pub fn throttled(&self) -> usize {
        THROTTLES
            .iter()
            .filter_map(|code| self.refusals.get(code))
            .sum()
    }
}

/// The calls of the first look at each function: those within `span` of its first call. Looks are
/// further apart than that.
pub fn first_looks<'a>(entries: &'a [Entry], span: Duration) -> Calls {
    let mut first: HashMap<&'a str, Time> = HashMap::new();
    let mut is_first = |entry: &'a Entry| {
        let Some(function) = entry.function.as_deref() else {
            return true;
        };
        entry.at.since(*first.entry(function).or_insert(entry.at)) < span
    };
    Calls::of(entries.iter().filter(|entry| is_first(entry)))
}

/// Writes to the API server.
#[derive(Default)]
pub struct Writes {
    pub statuses: usize,
    pub events: usize,
    /// Finalizers.
    pub others: usize,
    /// Those of all of them that were not answered with a success.
    pub refused: usize,
}

impl Writes {
    pub fn of(writes: &[ApiCall]) -> Self {
        let mut counted = Self::default();
        for write in writes {
            let place = match (write.resource.as_str(), write.subresource.as_deref()) {
                ("events", _) => &mut counted.events,
                (_, Some("status")) => &mut counted.statuses,
                _ => &mut counted.others,
            };
            *place += 1;
            counted.refused += usize::from(
                !write
                    .status
                    .is_some_and(|status| (200..300).contains(&status)),
            );
        }
        counted
    }
}

//! How much the judge asserts of a run, and how much of that it excuses.
//!
//! Outsiders, a second operator and answers of the past can make it unknown how a run must end. There
//! the judge leaves an assertion out, or is content with a weaker one: the assertion is *excused*.
//! Where the strict assertion can be evaluated all the same and does not hold, the excuse is *needed*:
//! only a needed excuse can hide a defect. `summary` has a bound for each.

use std::cell::RefCell;

use crate::world::Counts;

/// Rows of the summary for whole runs: all, those with an excused assertion, those with a needed excuse.
pub const JUDGED_RUN: &str = "judged";
/// See [`JUDGED_RUN`].
pub const EXCUSED_RUN: &str = "with an assertion excused";
/// See [`JUDGED_RUN`].
pub const NEEDED_RUN: &str = "with an excuse needed";

/// What an assertion is about.
#[derive(Clone, Copy)]
pub enum Check {
    /// Functions and statuses in the end.
    EndState,
    /// What the cloud had when an object became Ready.
    ReadyClaim,
    /// What is reported as drift, and what is left under `driftPolicy: Report`.
    Drift,
    /// What reaches LIVE.
    Publish,
    /// What each write to the cloud keeps.
    Call,
    /// What a retry shows.
    Retry,
}

impl Check {
    /// Its name in the summary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EndState => "end state",
            Self::ReadyClaim => "ready claim",
            Self::Drift => "drift",
            Self::Publish => "publish",
            Self::Call => "call",
            Self::Retry => "retry",
        }
    }
}

/// The assertions of one run.
#[derive(Default)]
pub struct Tally(RefCell<Counts>);

impl Tally {
    /// One assertion in its strict form.
    pub fn asserted(&self, check: Check) {
        self.0.borrow_mut().add("asserted", check.name());
    }

    /// One assertion that is left out or weakened, and why; `holds` says whether it would hold in its
    /// strict form, where that is known.
    pub fn excused(&self, check: Check, why: &str, holds: Option<bool>) {
        let mut counts = self.0.borrow_mut();
        let row = format!("{}: {why}", check.name());
        if holds == Some(false) {
            counts.add("needed", row.clone());
        }
        counts.add("excused", row);
    }

    /// All counts, with those of this run as a whole.
    pub fn counts(self) -> Counts {
        let mut counts = self.0.into_inner();
        let has = |what: &str| counts.0.keys().any(|(key, _)| *key == what);
        let (excused, needed) = (has("excused"), has("needed"));
        counts.add("run", JUDGED_RUN);
        if excused {
            counts.add("run", EXCUSED_RUN);
        }
        if needed {
            counts.add("run", NEEDED_RUN);
        }
        counts
    }
}

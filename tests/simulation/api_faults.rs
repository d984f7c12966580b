//! Faults of the API server: what kind, how often, until when.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};
use tokio::time::Instant;

/// What goes wrong.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
pub enum Kind {
    /// 500, nothing done.
    #[strum(serialize = "api 500")]
    Error,
    /// 409 on a write, nothing done: as if somebody had been faster.
    #[strum(serialize = "api 409")]
    Conflict,
    /// The connection breaks before the effect.
    #[strum(serialize = "api connection lost before the effect")]
    LostRequest,
    /// The connection breaks after the effect.
    #[strum(serialize = "api connection lost after the effect")]
    LostAnswer,
    /// A slow answer.
    #[strum(serialize = "api slow")]
    Slow,
    /// 400 on a status, nothing done: as if it could not be read.
    #[strum(serialize = "api 400 of a status")]
    Refused,
}

impl Kind {
    /// For the summary.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A status that is refused: one with this field is answered so.
#[derive(Clone, Copy)]
pub struct Refusal {
    /// The field.
    pub field: &'static str,
    /// The answer.
    pub code: u16,
}

/// Which requests a fault may meet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A read.
    Read,
    /// A write, but of no status.
    Write,
    /// A write of a status.
    Status,
}

/// Faults at work.
#[derive(Default)]
pub struct Trouble {
    faults: Vec<(Kind, u64, Instant)>,
    refusal: Option<Refusal>,
    stale_until: Option<Instant>,
}

impl Trouble {
    /// From now on for `time`, `percent` of the requests meet `kind`.
    pub fn add(&mut self, kind: Kind, percent: u64, time: Duration) {
        self.faults.push((kind, percent, Instant::now() + time));
    }

    /// From now on for `time`, caches lag behind by seconds.
    pub fn lag(&mut self, time: Duration) {
        self.stale_until = Some(Instant::now() + time);
    }

    /// From now on this status is refused, or none.
    pub fn refuse(&mut self, refusal: Option<Refusal>) {
        self.refusal = refusal;
    }

    /// The status that is refused now.
    pub fn refusal(&self) -> Option<Refusal> {
        self.refusal
    }

    /// Nothing goes wrong any more.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// Whether nothing goes wrong now.
    pub fn is_over(&self) -> bool {
        let now = Instant::now();
        self.refusal.is_none() && self.faults.iter().all(|(_, _, until)| *until <= now)
    }

    /// Whether caches lag now.
    pub fn lags(&self) -> bool {
        self.stale_until.is_some_and(|until| Instant::now() < until)
    }

    /// The fault that a request meets; `roll` is a number below 100.
    pub fn fault(&mut self, sort: Sort, mut roll: u64) -> Option<Kind> {
        let now = Instant::now();
        self.faults.retain(|(_, _, until)| now < *until);
        for (kind, percent, _) in &self.faults {
            let meets = match kind {
                Kind::Conflict => sort != Sort::Read,
                Kind::Refused => sort == Sort::Status,
                _ => true,
            };
            if roll < *percent && meets {
                return Some(*kind);
            }
            roll = roll.saturating_sub(*percent);
        }
        None
    }
}

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
}

impl Kind {
    /// For the summary.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Faults at work.
#[derive(Default)]
pub struct Trouble {
    faults: Vec<(Kind, u64, Instant)>,
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

    /// Nothing goes wrong any more.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// Whether caches lag now.
    pub fn lags(&self) -> bool {
        self.stale_until.is_some_and(|until| Instant::now() < until)
    }

    /// The fault that a request meets; `roll` is a number below 100.
    pub fn fault(&mut self, write: bool, mut roll: u64) -> Option<Kind> {
        let now = Instant::now();
        self.faults.retain(|(_, _, until)| now < *until);
        for (kind, percent, _) in &self.faults {
            if roll < *percent && (write || *kind != Kind::Conflict) {
                return Some(*kind);
            }
            roll = roll.saturating_sub(*percent);
        }
        None
    }
}

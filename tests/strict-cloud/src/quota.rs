//! Request quotas: token buckets in the model's time.

use std::time::Duration;

use crate::time::Time;

/// A bucket that holds one second's worth of calls.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    rate: u32,
    /// In billionths of a call.
    tokens: u128,
    at: Time,
}

const ONE: u128 = 1_000_000_000;

impl Bucket {
    /// A full bucket; assumed:quota-burst.
    pub(crate) fn new(rate: u32, now: Time) -> Self {
        Self {
            rate,
            tokens: u128::from(rate) * ONE,
            at: now,
        }
    }

    /// Takes a call, or says how long it takes until there is one.
    pub(crate) fn take(&mut self, now: Time) -> Result<(), Duration> {
        let rate = u128::from(self.rate.max(1));
        self.tokens = (self.tokens + now.since(self.at).as_nanos() * rate).min(rate * ONE);
        self.at = now;
        match self.tokens.checked_sub(ONE) {
            Some(rest) => {
                self.tokens = rest;
                Ok(())
            }
            None => Err(Duration::from_nanos(
                u64::try_from((ONE - self.tokens).div_ceil(rate)).unwrap_or(u64::MAX),
            )),
        }
    }
}

//! Budgets: how many calls a second cloudfn may send to one API family of one account and region.
//!
//! Invariant: callers get tokens in the order of their requests, no lock is held over an await, a
//! family that the cloud throttled is closed for every caller until it opens again, and nobody gets a
//! token once the operator is to stop. The clock is tokio's, so tests can run this on a paused clock.
//! Imports nothing of this crate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use strum::IntoStaticStr;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// First closing time after a throttled answer that names none; doubles with each one that follows.
const FIRST_CLOSING: Duration = Duration::from_secs(1);
/// Longest closing time of our own making.
const LONGEST_CLOSING: Duration = Duration::from_secs(30);
/// Longest wait for a token where the caller has no deadline of its own.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longest `Retry-After` that is obeyed: a mistaken header must not stop a family for a day.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(5);

/// Whether a call may wait for its turn in the budget of its API family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetMode {
    /// An object waits for the outcome: queue for a token.
    Wait,
    /// A background check: with no token left, fail at once with [`NoToken`].
    Try,
}

/// API operations that share one quota of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
pub enum Family {
    /// Lambda `GetFunction`: 100 calls a second of its own.
    LambdaGet,
    /// All other calls of Lambda's control plane together: 15 a second.
    Lambda,
    /// CloudFront's control plane: unpublished, a few a second.
    CloudFront,
}

impl Family {
    /// The family's name, as used for metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Calls a second for each family; 0 (or less, or not a number) is no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// [`Family::Lambda`].
    pub lambda: f64,
    /// [`Family::LambdaGet`].
    pub lambda_get: f64,
    /// [`Family::CloudFront`].
    pub cloudfront: f64,
}

impl Default for Rates {
    /// 10 of the 15 Lambda calls that AWS gives to everybody in the account, 80 of the 100
    /// `GetFunction` calls, and 10 for CloudFront, whose quota is not published.
    fn default() -> Self {
        Self {
            lambda: 10.0,
            lambda_get: 80.0,
            cloudfront: 10.0,
        }
    }
}

impl Rates {
    /// Time between two tokens; zero is no limit.
    fn interval(&self, family: Family) -> Duration {
        let rate = match family {
            Family::LambdaGet => self.lambda_get,
            Family::Lambda => self.lambda,
            Family::CloudFront => self.cloudfront,
        };
        if rate > 0.0 {
            Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::ZERO)
        } else {
            Duration::ZERO
        }
    }
}

/// One budget: an account, a region and a family.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Account id.
    pub account: Arc<str>,
    /// Region; a global service has the one it is signed for.
    pub region: Arc<str>,
    /// Family.
    pub family: Family,
}

/// A token was taken, after this wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited(pub Duration);

/// Why a caller gets no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// The caller does not wait, or would wait too long.
    #[error("the call budget is used up for {after:?}")]
    UsedUp {
        /// Time until a new caller would get a token.
        after: Duration,
    },
    /// The operator stops: it begins no call any more.
    #[error("the operator stops")]
    Stopping,
}

/// The budgets of a process. Clones share them.
#[derive(Clone, Debug)]
pub struct Budgets {
    rates: Rates,
    stop: CancellationToken,
    buckets: Arc<Mutex<HashMap<Key, Bucket>>>,
}

/// A token bucket kept as one point in time: `full_at` is when the bucket would be full if nobody
/// took another token. Time does not count while a family is closed: `stopped`, the total of all
/// closed times, delays every slot that is reserved and not yet used, and keeps their order.
#[derive(Debug)]
struct Bucket {
    interval: Duration,
    full_at: Instant,
    closed_until: Instant,
    stopped: Duration,
    throttles: u32,
}

impl Bucket {
    fn new(interval: Duration, now: Instant) -> Self {
        Self {
            interval,
            full_at: now,
            closed_until: now,
            stopped: Duration::ZERO,
            throttles: 0,
        }
    }

    /// Whether it is full, and nobody remembers that it was closed: no caller waits for it then.
    fn is_as_new(&self, now: Instant) -> bool {
        self.full_at <= now && self.closed_until + LONGEST_RETRY_AFTER <= now
    }

    /// Size of a burst, as the time that its tokens take to refill: one second's worth of tokens,
    /// less one as a reserve, and at least one. Calls do not arrive as evenly as they leave, so a
    /// cloud with the same count would throttle the last call of a full burst.
    fn burst(&self) -> Duration {
        if self.interval.is_zero() {
            Duration::ZERO
        } else {
            Duration::from_secs(1).saturating_sub(self.interval * 2)
        }
    }

    /// When the next caller gets a token.
    fn next(&self, now: Instant) -> Instant {
        let empty_since = self.full_at.max(now);
        empty_since
            .checked_sub(self.burst())
            .unwrap_or(now)
            .max(now)
            .max(self.closed_until)
    }

    fn take(&mut self, now: Instant) -> Instant {
        let slot = self.next(now);
        self.full_at = self.full_at.max(now) + self.interval;
        slot
    }

    fn close(&mut self, now: Instant, retry_after: Option<Duration>) {
        // Answers that arrive while the family is closed are of calls sent before: they count once.
        let fresh = now >= self.closed_until;
        let closing = retry_after.filter(|after| !after.is_zero()).map_or_else(
            || {
                let doublings = if fresh {
                    self.throttles
                } else {
                    self.throttles.saturating_sub(1)
                };
                FIRST_CLOSING
                    .saturating_mul(1 << doublings.min(10))
                    .min(LONGEST_CLOSING)
            },
            |after| after.min(LONGEST_RETRY_AFTER),
        );
        if fresh {
            self.throttles = self.throttles.saturating_add(1);
        }
        let opens = now + closing;
        let stop = opens.saturating_duration_since(self.closed_until.max(now));
        if fresh {
            // The bucket is emptied, so that no burst follows when the family opens.
            self.full_at = self.full_at.max(now + self.burst());
        }
        self.full_at += stop;
        self.stopped += stop;
        self.closed_until = self.closed_until.max(opens);
    }
}

impl Budgets {
    /// Full budgets at these rates.
    #[must_use]
    pub fn new(rates: Rates) -> Self {
        Self {
            rates,
            stop: CancellationToken::new(),
            buckets: Arc::default(),
        }
    }

    /// The same, which give no token any more once `stop` is cancelled.
    #[must_use]
    pub fn until(self, stop: CancellationToken) -> Self {
        Self { stop, ..self }
    }

    fn with<T>(&self, key: &Key, then: impl FnOnce(&mut Bucket, Instant) -> T) -> T {
        let now = Instant::now();
        let mut buckets: MutexGuard<'_, HashMap<Key, Bucket>> =
            self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(key) {
            return then(bucket, now);
        }
        // Objects may name as many regions as they like: what is as a new one would be is not kept.
        buckets.retain(|_, bucket| !bucket.is_as_new(now));
        let bucket = buckets
            .entry(key.clone())
            .or_insert_with(|| Bucket::new(self.rates.interval(key.family), now));
        then(bucket, now)
    }

    /// Takes a token: reserves the next free slot, in the order of the callers, and sleeps until
    /// then. If the family is closed meanwhile, all reserved slots move behind the closed time.
    ///
    /// A slot is lost if its caller is cancelled while it waits, or gives up since the slot moved
    /// behind `until`: the budget is never exceeded.
    ///
    /// # Errors
    /// [`NoToken::UsedUp`]: for [`BudgetMode::Try`] if there is no token at once, and for every caller if
    /// its slot is or moves behind `until`: what is to be sent by then is not sent later. Nothing is
    /// reserved for a slot that is behind `until` from the beginning. [`NoToken::Stopping`] once the
    /// operator is to stop, for those who wait, too.
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place where a caller sleeps for its turn; the clock is tokio's"
    )]
    pub async fn take(
        &self,
        key: &Key,
        mode: BudgetMode,
        until: Instant,
    ) -> Result<Waited, NoToken> {
        let start = Instant::now();
        let (mut slot, mut stopped) = self.with(key, |bucket, now| {
            let next = bucket.next(now);
            if next > until || (mode == BudgetMode::Try && next > now) {
                return Err(NoToken::UsedUp { after: next - now });
            }
            Ok((bucket.take(now), bucket.stopped))
        })?;
        while slot > Instant::now() {
            let turn = tokio::time::sleep_until(slot);
            if self.stop.run_until_cancelled(turn).await.is_none() {
                break;
            }
            let total = self.with(key, |bucket, _| bucket.stopped);
            slot += total.saturating_sub(stopped);
            stopped = total;
            if slot.max(Instant::now()) > until {
                return Err(NoToken::UsedUp {
                    after: self.opens_in(key),
                });
            }
        }
        if self.stop.is_cancelled() {
            return Err(NoToken::Stopping);
        }
        Ok(Waited(start.elapsed()))
    }

    /// The cloud throttled a call of this family: the budget is emptied and closed for
    /// `retry_after`, or, where the cloud named no time, for 1 s doubling to 30 s with each
    /// throttled answer after an opening. Answers that arrive while it is closed count once.
    pub fn throttled(&self, key: &Key, retry_after: Option<Duration>) {
        self.with(key, |bucket, now| bucket.close(now, retry_after));
    }

    /// The cloud accepted a call of this family: once the family is open again, the next closing
    /// starts at 1 s.
    pub fn succeeded(&self, key: &Key) {
        self.with(key, |bucket, now| {
            if now >= bucket.closed_until {
                bucket.throttles = 0;
            }
        });
    }

    /// Time until a new caller would get a token; zero if at once.
    #[must_use]
    pub fn opens_in(&self, key: &Key) -> Duration {
        self.with(key, |bucket, now| {
            bucket.next(now).saturating_duration_since(now)
        })
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests let the paused clock run")]
mod tests;

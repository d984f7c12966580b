//! When to try again after trouble: one table of delays. Pure.

use std::time::Duration;

use crate::cloud::{Class, CloudError};

/// Classes of trouble, each with a retry delay of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryClass {
    /// Another operation is in the way.
    Busy,
    /// Something needed is not usable yet.
    NotReadyYet,
    /// Too many calls.
    Throttled(Option<Duration>),
    /// The cloud does not answer.
    Unavailable,
    /// No credentials, or those of another account.
    Unauthenticated,
    /// The region does not serve the account.
    NotServed,
    /// A person must change something.
    Blocked,
    /// The function is in use while it is being deleted.
    InUse,
    /// Something that no rule expects.
    Bug,
    /// The API server did not take a write.
    ApiServer,
    /// The API server refuses to take it.
    Refused,
}

impl From<&CloudError> for RetryClass {
    fn from(error: &CloudError) -> Self {
        match error.class {
            Class::Busy | Class::Conflict | Class::Exists | Class::NotFound => Self::Busy,
            Class::NotReadyYet => Self::NotReadyYet,
            Class::Throttled { after } => Self::Throttled(after),
            Class::Stopping | Class::Late => Self::Throttled(None),
            Class::Unavailable => Self::Unavailable,
            Class::Unauthenticated | Class::WrongAccount => Self::Unauthenticated,
            Class::Denied | Class::Invalid | Class::Quota | Class::NoRegion => Self::Blocked,
            Class::NotServed => Self::NotServed,
            Class::InUse => Self::InUse,
            Class::Bug => Self::Bug,
        }
    }
}

impl RetryClass {
    /// Whether two troubles are of the same class, so that the delay goes on growing.
    #[must_use]
    pub fn same_class(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
    }

    /// Time to the next try after `failures` tries of this class before this one;
    /// `random` is from 0 up to 1 (full jitter).
    #[must_use]
    pub fn delay(self, failures: u32, random: f64, check_interval: Duration) -> Duration {
        let seconds = Duration::from_secs;
        match self {
            Self::Busy if failures == 0 => Duration::ZERO,
            Self::Busy => jittered(seconds(1), seconds(30), failures - 1, random),
            Self::NotReadyYet => jittered(seconds(2), seconds(30), failures, random),
            // `cloud::limit` decides how long no call of this API family is sent; the jitter spreads those
            // who wait for it.
            Self::Throttled(after) => {
                after.unwrap_or(seconds(1)) + Duration::from_secs(1).mul_f64(random)
            }
            Self::Unavailable => jittered(seconds(1), seconds(300), failures, random),
            Self::Unauthenticated => jittered(seconds(10), seconds(60), failures, random),
            Self::NotServed => jittered(seconds(10), check_interval, failures, random),
            Self::Blocked => jittered(seconds(60), check_interval, failures, random),
            Self::InUse => jittered(seconds(30), seconds(300), failures, random),
            Self::Bug => check_interval,
            Self::ApiServer => jittered(seconds(1), seconds(30), failures, random),
            Self::Refused => jittered(seconds(5), check_interval, failures, random),
        }
    }
}

/// Full jitter over an exponential cap, but never below a fifth of it: a try at once helps nobody.
fn jittered(base: Duration, most: Duration, failures: u32, random: f64) -> Duration {
    let cap = base
        .saturating_mul(2_u32.saturating_pow(failures.min(20)))
        .min(most.max(base));
    cap.mul_f64(0.2 + 0.8 * random)
}

/// Time to the next read of a resource that the cloud works on: 1.5 times longer each, up to 10 s.
#[must_use]
pub fn poll(first: Duration, polls: u32) -> Duration {
    let factor = 1.5_f64.powi(i32::try_from(polls.min(16)).unwrap_or(16));
    first
        .mul_f64(factor)
        .min(Duration::from_secs(10).max(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(5);

    #[test]
    fn each_class_keeps_its_delay_and_its_bound() {
        let rows = [
            ("busy looks at once first", RetryClass::Busy, 0, 0),
            ("busy then waits up to a second", RetryClass::Busy, 1, 1),
            ("busy never waits over 30 s", RetryClass::Busy, 30, 30),
            ("a new role gets two seconds", RetryClass::NotReadyYet, 0, 2),
            (
                "a new role never waits over 30 s",
                RetryClass::NotReadyYet,
                9,
                30,
            ),
            (
                "an outage starts at a second",
                RetryClass::Unavailable,
                0,
                1,
            ),
            (
                "an outage never waits over five minutes",
                RetryClass::Unavailable,
                40,
                300,
            ),
            (
                "missing credentials start at ten seconds",
                RetryClass::Unauthenticated,
                0,
                10,
            ),
            (
                "missing credentials never wait over a minute",
                RetryClass::Unauthenticated,
                9,
                60,
            ),
            (
                "a blocked object waits a minute",
                RetryClass::Blocked,
                0,
                60,
            ),
            (
                "a blocked object never waits over the check interval",
                RetryClass::Blocked,
                9,
                300,
            ),
            (
                "a function in use waits half a minute",
                RetryClass::InUse,
                0,
                30,
            ),
            (
                "a status that is refused is tried again soon",
                RetryClass::Refused,
                0,
                5,
            ),
            (
                "a status that is refused never waits over the check interval",
                RetryClass::Refused,
                9,
                300,
            ),
            (
                "an unknown answer waits a check interval",
                RetryClass::Bug,
                3,
                300,
            ),
        ];
        for (sentence, class, failures, most) in rows {
            let longest = class.delay(failures, 1.0, INTERVAL);
            assert_eq!(longest, Duration::from_secs(most), "{sentence}");
            assert!(
                class.delay(failures, 0.0, INTERVAL) <= longest,
                "{sentence}"
            );
        }
    }

    #[test]
    fn polls_grow_by_half_up_to_ten_seconds() {
        let first = Duration::from_secs(1);
        assert_eq!(poll(first, 0), first);
        assert_eq!(poll(first, 1), Duration::from_millis(1500));
        assert_eq!(poll(first, 50), Duration::from_secs(10));
    }
}

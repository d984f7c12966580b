//! The observer of cloud calls, for metrics.
//!
//! Invariant: every text that an observer gets is from a closed set, so each can be a label.

use std::time::Duration;

use super::limit::Family;

/// Gets every cloud call. Telemetry implements it; `()` ignores all calls.
pub trait CallObserver: Send + Sync {
    /// A call ended. `service` and `operation` are the cloud's names (`Lambda`, `CreateFunction`),
    /// `outcome` is `Ok` or a [`Class`](super::Class) name, `code` is empty on success, else a code
    /// from the known table, one of ours, or `Other`; `elapsed` is without the wait for a token.
    fn called(
        &self,
        service: &'static str,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        elapsed: Duration,
    );

    /// A call of this family waited for its token, `elapsed` long.
    fn waited(&self, family: Family, elapsed: Duration);
}

impl CallObserver for () {
    fn called(
        &self,
        _: &'static str,
        _: &'static str,
        _: &'static str,
        _: &'static str,
        _: Duration,
    ) {
    }

    fn waited(&self, _: Family, _: Duration) {}
}

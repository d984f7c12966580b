//! What is told about calls while they happen, for metrics.
//!
//! Invariant: every text handed to an observer is from a closed set, so each may be a label.

use std::time::Duration;

use super::limit::Family;

/// Told about every cloud call. Telemetry implements it; `()` listens to nothing.
pub trait CallObserver: Send + Sync {
    /// A call ended. `service` and `operation` are the cloud's names (`Lambda`, `CreateFunction`),
    /// `outcome` is `Ok` or a [`Class`](super::Class) name, `code` is empty on success, else a
    /// code from the known table, one of ours, or `Other`; `elapsed` is without the wait for a token.
    fn called(
        &self,
        service: &'static str,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        elapsed: Duration,
    );

    /// A call of this family waited so long for its token.
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

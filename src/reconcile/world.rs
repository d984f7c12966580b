//! Time and randomness, so that a simulation can replace them.
//!
//! Durations are measured with tokio's clock, which a paused runtime controls.

use jiff::Timestamp;

/// What a pass needs of the world besides the cloud and the API server.
pub trait World: Send + Sync + 'static {
    /// Wall-clock time, for conditions and events.
    fn now(&self) -> Timestamp;
    /// A number from 0 up to, but not including, 1.
    fn random(&self) -> f64;
}

/// The real world.
pub struct Real;

impl World for Real {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}

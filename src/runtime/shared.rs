//! What the controllers of all kinds share.

use std::sync::Arc;

use kube::Client;
use tokio_util::sync::CancellationToken;

use super::health::Health;
use super::options::Options;
use crate::kubernetes::events::Events;
use crate::reconcile::settings::Settings;
use crate::reconcile::world::World;
use crate::telemetry::metrics::Metrics;

/// One of these for each process.
pub(super) struct Shared {
    /// For requests: an answer must come within a time limit.
    pub(super) client: Client,
    /// For watches: their answers have no time limit.
    pub(super) watcher: Client,
    pub(super) settings: Settings,
    pub(super) world: Arc<dyn World>,
    pub(super) events: Events,
    pub(super) metrics: Arc<Metrics>,
    pub(super) health: Arc<Health>,
    pub(super) options: Options,
    /// Cancelled when the process is to end.
    pub(super) stop: CancellationToken,
}

//! What is remembered of the objects that an object refers to. Pure.

use tokio::time::Instant;

/// What is known of the referenced objects, beside their versions.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Referenced {
    /// Fingerprint of what was read in them last. Its key is of this process alone: it tells whether two
    /// contents are the same, and nothing else.
    pub(super) contents: Option<u64>,
    /// This pass found in them what the last one did, whatever their versions.
    pub(super) is_same: bool,
    /// Until when a change waits.
    pub(super) waits_until: Option<Instant>,
}

impl Referenced {
    /// A wait that is over waits no more.
    pub(super) fn end_wait(&mut self, now: Instant) {
        self.waits_until = self.waits_until.filter(|until| *until > now);
    }
}

//! The object as the API server had it last, as far as a pass or a record depends on it.

use serde::Serialize;
use serde_json::{Value, json};

use super::versions::Versions;
use crate::api::{ManagedResource, Subject};
use crate::kubernetes::status;

/// What was read or written last of the object beside our status. It stays together: the cache may still show
/// an older version, whose parts say nothing of this one.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Up to the version of the last read or write.
    pub(super) versions: Versions,
    /// Its finalizers.
    pub(super) finalizers: Vec<String>,
    /// Its whole status as it was read last, where parts of it are somebody else's: an apply of ours leaves there
    /// what it does not name.
    strays: Option<Value>,
}

impl Seen {
    /// The object as it is in `subject`.
    pub(super) fn of<K: ManagedResource>(subject: &Subject<K>) -> Self {
        Self {
            versions: Versions::at(subject.resource_version()),
            finalizers: subject.metadata.finalizers.clone().unwrap_or_default(),
            strays: strays(subject),
        }
    }

    /// Goes on from the object as somebody else left it.
    pub(super) fn move_to<K: ManagedResource>(&mut self, fresh: &Subject<K>) {
        self.versions.advance(fresh.resource_version().to_owned());
        self.finalizers = fresh.metadata.finalizers.clone().unwrap_or_default();
        self.strays = strays(fresh);
    }

    /// Its status was cleared, which made this version.
    pub(super) fn cleared(&mut self, version: String) {
        self.versions.advance(version);
        self.strays = None;
    }

    /// Whether something of its status stays when `wanted` is applied.
    pub(super) fn leaves(&self, wanted: &impl Serialize) -> bool {
        self.strays
            .as_ref()
            .is_some_and(|live| status::has_leftovers(live, &json!(wanted)))
    }
}

fn strays<K: ManagedResource>(subject: &Subject<K>) -> Option<Value> {
    (subject.status_has_strays && subject.is_readable).then(|| json!(subject.status))
}

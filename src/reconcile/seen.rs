//! What the driver remembers of each object between passes, in memory only.
//!
//! Losing a record (a restart) costs one look, never correctness.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Trouble;
use super::{Difference, Effect, Identity};
use crate::api::{FunctionKind, Reference, Subject};

/// What an object looked like to a pass: if it still looks so, there is nothing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Generation of the spec.
    pub generation: i64,
    /// Whether it was being deleted.
    pub deleting: bool,
    /// Text of the pause.
    pub paused: Option<String>,
    /// Request for a look.
    pub request: Option<String>,
    /// Versions of the references.
    pub references: Vec<Reference>,
    /// Annotations that change what is wanted.
    pub annotations: BTreeMap<String, String>,
}

/// The record of one object.
#[derive(Clone, Debug)]
pub struct Seen<S> {
    /// What the object looked like.
    pub look: Look,
    /// Status as last written, and the version of the object that carries it.
    pub status: S,
    /// Version of the object after the last write.
    pub resource_version: String,
    /// Versions of the object that the last pass read or made on its way: older than `resource_version`.
    pub older_versions: Vec<String>,
    /// Finalizers of the object after the last write.
    pub finalizers: Vec<String>,
    /// When the cloud is due to be looked at again.
    pub next_look: Instant,
    /// When somebody last saw the function (or this process began to care).
    pub last_look: Instant,
    /// The trouble of the last pass, how often in a row, and since when.
    pub trouble: Option<(Trouble, u32, Instant)>,
    /// The step that was done last for differences that were still there at the next look, and how often.
    pub done: Option<Done>,
    /// Looks at a busy function in a row.
    pub polls: u32,
    /// Changed references wait until then for a new generation.
    pub settling: Option<Instant>,
    /// When a status that somebody else had changed was last put right.
    pub put_right: Option<Instant>,
}

/// A step that was done, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The step's name.
    pub step: &'static str,
    /// What it did.
    pub effect: Effect,
    /// The differences that it was to remove.
    pub why: Vec<Difference>,
    /// How often in a row.
    pub times: u32,
}

impl<S> Seen<S> {
    /// Whether this version is older than the last write: the cache has not caught up yet. The last pass
    /// read or made it on its way, or it is another writer's in between.
    ///
    /// Versions of one resource can be compared as numbers (Kubernetes API concepts, "Resource versions").
    /// Were it otherwise somewhere, the write that follows is refused, and the object is read anew.
    pub fn is_older(&self, resource_version: &str) -> bool {
        let listed = self
            .older_versions
            .iter()
            .any(|version| version == resource_version);
        let number = |version: &str| version.parse::<u128>().ok();
        listed
            || number(resource_version)
                .zip(number(&self.resource_version))
                .is_some_and(|(read, written)| read < written)
    }
}

/// Records by namespace and name, each with the uid of the object it is about.
pub struct Records<S>(Mutex<HashMap<String, (String, Seen<S>)>>);

impl<S> Default for Records<S> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<S> Records<S> {
    /// Takes a record out; a pass that is dropped midway loses it, as a restart would. The record of
    /// an earlier object of the same name is dropped.
    pub fn take<K: FunctionKind>(&self, subject: &Subject<K>) -> Option<Seen<S>> {
        let (uid, seen) = self.remove(&subject.key())?;
        (uid == subject.uid()).then_some(seen)
    }

    /// Drops a record.
    pub fn remove(&self, key: &str) -> Option<(String, Seen<S>)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(key)
    }

    /// Puts a record back.
    pub fn put<K: FunctionKind>(&self, subject: &Subject<K>, seen: Seen<S>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(subject.key(), (subject.uid().to_owned(), seen));
    }
}

/// One lock for each cloud identity, made when needed and dropped when nobody holds it.
#[derive(Default)]
pub struct Locks(Mutex<HashMap<Identity, Weak<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits until no other pass works on this function.
    pub async fn lock(&self, identity: &Identity) -> tokio::sync::OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let found = locks.get(identity).and_then(Weak::upgrade);
            found.unwrap_or_else(|| {
                locks.retain(|_, lock| lock.strong_count() > 0);
                let lock = Arc::new(tokio::sync::Mutex::new(()));
                locks.insert(identity.clone(), Arc::downgrade(&lock));
                lock
            })
        };
        lock.lock_owned().await
    }
}

/// The time from `now` until `then`, zero if it is past.
#[must_use]
pub fn until(then: Instant, now: Instant) -> Duration {
    then.saturating_duration_since(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_older_by_the_list_or_by_their_number() {
        let seen = |version: &str| Seen {
            look: Look {
                generation: 1,
                deleting: false,
                paused: None,
                request: None,
                references: Vec::new(),
                annotations: BTreeMap::new(),
            },
            status: (),
            resource_version: version.to_owned(),
            older_versions: vec!["abc".to_owned()],
            finalizers: Vec::new(),
            next_look: Instant::now(),
            last_look: Instant::now(),
            trouble: None,
            done: None,
            polls: 0,
            settling: None,
            put_right: None,
        };
        let rows = [
            (
                "100",
                "99",
                true,
                "a lower number is older, whoever wrote it",
            ),
            (
                "100",
                "100",
                false,
                "the version that was written is current",
            ),
            ("100", "101", false, "a higher number is newer"),
            ("100", "abc", true, "what is listed is older, number or not"),
            (
                "100",
                "def",
                false,
                "what is neither listed nor a number may be newer",
            ),
            ("xyz", "99", false, "a number is compared with numbers only"),
        ];
        for (written, read, older, sentence) in rows {
            assert_eq!(seen(written).is_older(read), older, "{sentence}");
        }
    }
}

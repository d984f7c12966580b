//! Remembers every version of every function object in one namespace.
//!
//! Invariant: versions are in the order in which the API server sent them. A
//! watch that had to list anew may have missed some: `gaps` says how often.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::{StreamExt as _, TryStreamExt as _};
use kube::api::{ApiResource, DynamicObject};
use kube::runtime::watcher;
use kube::{Api, ResourceExt as _};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::gate::lock;

type Versions = HashMap<(String, String), Vec<DynamicObject>>;

#[derive(Debug, Default)]
struct Inner {
    versions: Mutex<Versions>,
    gaps: AtomicUsize,
    listed: Notify,
}

/// The recorder; it stops when it is dropped.
#[derive(Debug)]
pub struct Recorder {
    inner: Arc<Inner>,
    tasks: Vec<JoinHandle<()>>,
}

impl Recorder {
    /// Starts to watch these kinds; returns when nothing can be missed any more.
    /// Must be called within the runtime on which it shall live.
    pub(crate) async fn start(
        client: &kube::Client,
        namespace: &str,
        kinds: &[ApiResource],
    ) -> io::Result<Self> {
        let mut recorder = Self {
            inner: Arc::default(),
            tasks: Vec::new(),
        };
        for kind in kinds {
            let inner = Arc::new(Inner::default());
            // One list per kind: share the log, wait for this kind's own list.
            let shared = Arc::clone(&recorder.inner);
            let listed = Arc::clone(&inner);
            let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, kind);
            let name = kind.kind.clone();
            let task = tokio::spawn(async move {
                let mut lists = 0_usize;
                // The list comes through the watch itself. A watch that follows a list of its own is refused
                // while the API server has just begun to serve the kind, and would have to list anew.
                let config = watcher::Config::default().streaming_lists();
                let mut events = watcher(api, config).boxed();
                loop {
                    match events.try_next().await {
                        Ok(Some(watcher::Event::Init)) => {
                            lists += 1;
                            if lists > 1 {
                                shared.gaps.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                        Ok(Some(watcher::Event::InitDone)) => listed.listed.notify_one(),
                        Ok(Some(
                            watcher::Event::Apply(object)
                            | watcher::Event::InitApply(object)
                            | watcher::Event::Delete(object),
                        )) => {
                            let mut versions = lock(&shared.versions);
                            let of_one = versions
                                .entry((name.clone(), object.name_any()))
                                .or_default();
                            if of_one.last().map(ResourceVersion::of)
                                != Some(ResourceVersion::of(&object))
                            {
                                of_one.push(object);
                            }
                        }
                        Ok(None) => return,
                        Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                    }
                }
            });
            recorder.tasks.push(task);
            tokio::time::timeout(Duration::from_secs(30), inner.listed.notified())
                .await
                .map_err(|_| {
                    io::Error::other(format!("{} cannot be watched in {namespace}", kind.plural))
                })?;
        }
        Ok(recorder)
    }

    /// Every version of one object, the last one before it was gone included.
    #[must_use]
    pub fn versions(&self, kind: &str, name: &str) -> Vec<DynamicObject> {
        lock(&self.inner.versions)
            .get(&(kind.to_owned(), name.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    /// Every version of every object: `((kind, name), versions)`.
    #[must_use]
    pub fn all(&self) -> Vec<((String, String), Vec<DynamicObject>)> {
        let mut all: Vec<_> = lock(&self.inner.versions)
            .iter()
            .map(|(key, of)| (key.clone(), of.clone()))
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// The statuses that one object has had, each once in a row, `null` for none.
    #[must_use]
    pub fn statuses(&self, kind: &str, name: &str) -> Vec<Value> {
        let versions = self.versions(kind, name);
        let mut statuses: Vec<Value> = versions
            .iter()
            .map(|object| object.data.get("status").cloned().unwrap_or_default())
            .collect();
        statuses.dedup();
        statuses
    }

    /// How often a watch had to list anew, and so may have missed a version.
    #[must_use]
    pub fn gaps(&self) -> usize {
        self.inner.gaps.load(Ordering::SeqCst)
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

#[derive(PartialEq, Eq)]
struct ResourceVersion(Option<String>, Option<String>);

impl ResourceVersion {
    fn of(object: &DynamicObject) -> Self {
        Self(object.uid(), object.resource_version())
    }
}

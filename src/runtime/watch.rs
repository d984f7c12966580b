//! One watch of one resource: everything that is there, then every change, for ever.
//!
//! Invariant: a watch knows nothing of any other one and has a backoff of its own; it says itself when it
//! cannot run and when it runs again. An expired resource version is listed anew at once.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::BoxStream;
use futures::{Stream, StreamExt, stream};
use k8s_openapi::NamespaceResourceScope;
use kube::api::{ListParams, ObjectList, WatchEvent, WatchParams};
use kube::core::Resource;
use kube::runtime::watcher::Event;
use kube::{Api, Client, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};
use tracing::{debug, info, warn};

use super::api_server::said;
use super::health::Health;
use crate::reconcile::world::World;
use crate::telemetry::metrics::Metrics;

/// Longest wait for a page of a list.
const LIST: Duration = Duration::from_mins(1);
/// Longest wait until the API server accepts a watch.
const START: Duration = Duration::from_secs(5);
/// Seconds after which the API server ends a watch, which is then begun again.
const LIFETIME: u32 = 290;
/// After this time without a word, not even the end, the connection is dead.
const SILENCE: Duration = Duration::from_secs(295);
/// Objects of one page: an object may have 1.5 MB, and the text of a page is in memory at once.
const PAGE: u32 = 20;
/// Objects of one page where only their metadata is asked for.
const METADATA_PAGE: u32 = 500;
/// First pause after a failure; it doubles with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause. With the time that a connection may take, an edit is seen within 5 s after the API server
/// is back.
const LONGEST_PAUSE: Duration = Duration::from_millis(1500);
/// A watch that ran for so long begins with the first pause again.
const STEADY: Duration = Duration::from_secs(10);

/// What a watch tells, and to whom.
pub(super) struct Report {
    pub(super) health: Arc<Health>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) world: Arc<dyn World>,
    /// The kind of the controller that watches.
    pub(super) kind: String,
}

/// A watch of one resource, in one namespace or in all.
pub(super) struct Watch<K> {
    api: Api<K>,
    report: Report,
    /// What is watched, for people.
    name: String,
    next: Next<K>,
    failures: u32,
    /// The last failure was an expired version.
    expired: bool,
    /// When the API server accepted the watch last.
    running_since: Option<Instant>,
}

/// What a watch does next.
enum Next<K> {
    List,
    Page(VecDeque<K>, Option<String>, String),
    Start(String),
    Wait(String, BoxStream<'static, kube::Result<WatchEvent<K>>>),
}

/// Why a watch does not run.
struct Failure {
    why: String,
    expired: bool,
}

impl<K> Watch<K>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned
        + Send
        + 'static,
{
    /// A watch that does not run yet, which the health knows from now on.
    pub(super) fn new(client: Client, namespace: Option<&str>, report: Report) -> Self {
        let (plural, kind) = (K::plural(&()), &report.kind);
        let place = namespace.map_or_else(
            || "all namespaces".to_owned(),
            |namespace| format!("namespace {namespace}"),
        );
        let name = format!("watch of {plural} in {place} for {kind}s");
        let waits = format!("the {name} has not listed its objects yet");
        report.health.lacks(&name, &waits);
        Self {
            api: match namespace {
                None => Api::all(client),
                Some(namespace) => Api::namespaced(client, namespace),
            },
            report,
            name,
            next: Next::List,
            failures: 0,
            expired: false,
            running_since: None,
        }
    }

    /// All that it sees; the stream never ends.
    pub(super) fn events(self) -> impl Stream<Item = Event<K>> + Send {
        stream::unfold(self, |mut watch| async move {
            let event = watch.event().await;
            Some((event, watch))
        })
    }

    async fn event(&mut self) -> Event<K> {
        loop {
            match self.step().await {
                Ok(Some(event)) => return event,
                Ok(None) => {}
                Err(failure) => self.pause_after(&failure).await,
            }
        }
    }

    async fn step(&mut self) -> Result<Option<Event<K>>, Failure> {
        match std::mem::replace(&mut self.next, Next::List) {
            Next::List => {
                self.next = self.page(None).await?;
                Ok(Some(Event::Init))
            }
            Next::Page(mut objects, token, version) => {
                if let Some(object) = objects.pop_front() {
                    self.next = Next::Page(objects, token, version);
                    return Ok(Some(Event::InitApply(object)));
                }
                if token.is_some() {
                    self.next = self.page(token).await?;
                    return Ok(None);
                }
                self.next = Next::Start(version);
                Ok(Some(Event::InitDone))
            }
            Next::Start(version) => self.start(version).await.map(|()| None),
            Next::Wait(version, changes) => self.wait(version, changes).await,
        }
    }

    async fn page(&mut self, token: Option<String>) -> Result<Next<K>, Failure> {
        let params = ListParams {
            continue_token: token,
            ..ListParams::default().limit(if K::metadata_api() {
                METADATA_PAGE
            } else {
                PAGE
            })
        };
        let list = timeout(LIST, self.api.list(&params)).await;
        let list: ObjectList<K> = list.map_err(|_| Failure::silence(LIST))??;
        let token = list.metadata.continue_.filter(|token| !token.is_empty());
        let version = list.metadata.resource_version.unwrap_or_default();
        Ok(Next::Page(list.items.into(), token, version))
    }

    /// Begins to watch from this version. Where the API server does not let it, the version stays what the
    /// next try begins with.
    async fn start(&mut self, version: String) -> Result<(), Failure> {
        let params = WatchParams::default().timeout(LIFETIME);
        let started = timeout(START, self.api.watch(&params, &version)).await;
        let started = started
            .map_err(|_| Failure::silence(START))
            .and_then(|answer| answer.map_err(Failure::from));
        match started {
            Ok(changes) => {
                self.next = Next::Wait(version, changes.boxed());
                self.runs();
                Ok(())
            }
            Err(failure) => {
                if !failure.expired {
                    self.next = Next::Start(version);
                }
                Err(failure)
            }
        }
    }

    async fn wait(
        &mut self,
        version: String,
        mut changes: BoxStream<'static, kube::Result<WatchEvent<K>>>,
    ) -> Result<Option<Event<K>>, Failure> {
        // Where nothing came, the same version is watched again.
        let change = timeout(SILENCE, changes.next()).await.unwrap_or(None);
        let (version, event) = match change {
            Some(Ok(WatchEvent::Added(object) | WatchEvent::Modified(object))) => (
                object.resource_version().unwrap_or(version),
                Some(Event::Apply(object)),
            ),
            Some(Ok(WatchEvent::Deleted(object))) => (
                object.resource_version().unwrap_or(version),
                Some(Event::Delete(object)),
            ),
            Some(Ok(WatchEvent::Bookmark(mark))) => (mark.metadata.resource_version, None),
            Some(Ok(WatchEvent::Error(status))) => {
                let failure = Failure::from(kube::Error::Api(status.boxed()));
                if !failure.expired {
                    self.next = Next::Start(version);
                }
                return Err(failure);
            }
            Some(Err(error)) => {
                self.next = Next::Start(version);
                return Err(error.into());
            }
            None => {
                self.next = Next::Start(version);
                if self.ran_steadily() {
                    return Ok(None);
                }
                return Err(Failure {
                    why: "the API server ended it at once".to_owned(),
                    expired: false,
                });
            }
        };
        self.next = Next::Wait(version, changes);
        Ok(event)
    }

    fn ran_steadily(&self) -> bool {
        self.running_since
            .is_some_and(|since| since.elapsed() >= STEADY)
    }

    fn runs(&mut self) {
        self.running_since = Some(Instant::now());
        if self.report.health.found(&self.name) {
            info!(watch = self.name, "the watch runs");
        }
    }

    async fn pause_after(&mut self, failure: &Failure) {
        let Report {
            health,
            metrics,
            world,
            kind,
        } = &self.report;
        metrics.watch_failed(kind);
        if self.ran_steadily() {
            (self.failures, self.expired) = (0, false);
        }
        self.running_since = None;
        let first_expired = failure.expired && !self.expired;
        self.expired = failure.expired;
        if first_expired {
            debug!(watch = self.name, "the version expired; listing anew");
            return;
        }
        let why = &failure.why;
        if health.lacks(
            &self.name,
            &format!("the {} does not run: {why}", self.name),
        ) {
            warn!(
                watch = self.name,
                why, "a watch does not run; cloudfn tries again"
            );
        }
        let pause = FIRST_PAUSE
            .saturating_mul(1 << self.failures.min(10))
            .min(LONGEST_PAUSE)
            .mul_f64(0.5 + 0.5 * world.random());
        self.failures = self.failures.saturating_add(1);
        wait_for(pause).await;
    }
}

impl Failure {
    fn silence(limit: Duration) -> Self {
        Self {
            why: format!("no answer within {} s", limit.as_secs()),
            expired: false,
        }
    }
}

impl From<kube::Error> for Failure {
    fn from(error: kube::Error) -> Self {
        let code = match &error {
            kube::Error::Api(status) => Some(status.code),
            _ => None,
        };
        Self {
            why: if code == Some(404) {
                "the API server does not know the resource; apply the files in crds/".to_owned()
            } else {
                said(&error)
            },
            expired: code == Some(410),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what failed is tried again after a while; nobody says when the API server is back"
)]
async fn wait_for(pause: Duration) {
    tokio::time::sleep(pause).await;
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests let the paused clock run")]
mod tests;

//! What every pass of a kind needs: the way to the API server, settings, events, what is remembered.

use std::collections::HashMap;
use std::hash::RandomState;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::core::PartialObjectMeta;
use kube::{Api, Client};
use tokio_util::sync::CancellationToken;

use super::kind::Identity;
use super::outcome::Outcome;
use super::record::Records;
use super::settings::{ENDING, Settings};
use super::world::World;
use crate::api::{ManagedResource, Subject, is_namespace_name, is_object_name};
use crate::kubernetes::events::Events;
use crate::telemetry::metrics::Metrics;

/// What the passes of one kind share.
pub(super) struct Context<K: ManagedResource> {
    pub(super) client: Client,
    pub(super) settings: Settings,
    pub(super) world: Arc<dyn World>,
    pub(super) events: Events,
    pub(super) metrics: Arc<Metrics>,
    /// Cancelled when nothing new may begin any more: at the end of the process.
    pub(super) stop: CancellationToken,
    /// The key of fingerprints that are kept in memory.
    pub(super) fingerprints: RandomState,
    pub(super) records: Records<K::Status>,
    pub(super) locks: Locks,
}

impl<K: ManagedResource> Context<K> {
    /// A context that remembers no object yet.
    pub(super) fn new(
        client: Client,
        settings: Settings,
        world: Arc<dyn World>,
        events: Events,
        metrics: Arc<Metrics>,
        stop: CancellationToken,
    ) -> Self {
        Self {
            client,
            settings,
            world,
            events,
            metrics,
            stop,
            fingerprints: RandomState::new(),
            records: Records::default(),
            locks: Locks::default(),
        }
    }

    /// What changes nothing in a cloud: it does not begin after a stop, and is dropped at a stop.
    pub(super) async fn unless_stopped<T>(
        &self,
        work: impl Future<Output = T>,
    ) -> Result<T, Outcome> {
        tokio::select! {
            // First the stop: what has several requests must not begin the next one.
            biased;
            () = self.stop.cancelled() => Err(Outcome::Stopped),
            ended = work => Ok(ended),
        }
    }

    /// A write to the API server that may take several requests: it does not begin after a stop, and once it
    /// has begun, it is brought to its end: an object must not be left between two of them.
    pub(super) async fn once_begun<T>(&self, work: impl Future<Output = T>) -> Result<T, Outcome> {
        if self.stop.is_cancelled() {
            return Err(Outcome::Stopped);
        }
        self.to_its_end(work).await
    }

    /// What has begun: at a stop it is given a few seconds, so that what was done is written down.
    pub(super) async fn to_its_end<T>(&self, work: impl Future<Output = T>) -> Result<T, Outcome> {
        let mut work = pin!(work);
        if let Some(ended) = self.stop.run_until_cancelled(work.as_mut()).await {
            return Ok(ended);
        }
        let ended = tokio::time::timeout(ENDING, work).await;
        ended.map_err(|_| Outcome::Stopped)
    }

    /// Forgets the object of this namespace and name (`<namespace>/<name>`), which is gone.
    pub(super) fn forget(&self, key: &str) {
        self.records.remove(key);
        self.metrics.object(&kind_name::<K>(), key, None);
    }

    /// Whether the definition of this kind is being deleted, or is gone: then all of its objects go,
    /// and nobody asked for that of a single one. To be read when it is needed: the API server marks
    /// the definition before it deletes the objects.
    pub(super) async fn definition_goes(&self) -> Result<bool, kube::Error> {
        let api: Api<PartialObjectMeta<CustomResourceDefinition>> = Api::all(self.client.clone());
        let name = format!("{}.{}", K::plural(&()), K::group(&()));
        let found = api.get_opt(&name).await?;
        Ok(found.is_none_or(|definition| definition.metadata.deletion_timestamp.is_some()))
    }

    /// Whether an object of this kind may exist in this cluster: where the operator may not read it, it may.
    pub(super) async fn may_exist(&self, namespace: &str, name: &str) -> Result<bool, kube::Error> {
        // A tag names it, and anybody who may tag functions writes that.
        if !is_namespace_name(namespace) || !is_object_name(name) {
            return Ok(false);
        }
        let api: Api<Subject<K>> = Api::namespaced(self.client.clone(), namespace);
        match api.get_opt(name).await {
            Ok(found) => Ok(found.is_some()),
            Err(kube::Error::Api(status)) if status.is_forbidden() => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// The name of a kind of custom resource, for metrics and logs.
pub(super) fn kind_name<K: ManagedResource>() -> String {
    K::kind(&()).into_owned()
}

/// One lock for each cloud identity, made when needed and dropped when nobody holds it.
#[derive(Default)]
pub(super) struct Locks(Mutex<HashMap<Identity, Weak<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits until no other pass works on this resource.
    pub(super) async fn lock(&self, identity: &Identity) -> tokio::sync::OwnedMutexGuard<()> {
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

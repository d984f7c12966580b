//! The controller of each kind: what its watches see, and what triggers a pass.
//!
//! Invariant: a pass reads the object as the watch saw it last, and an object that a new list lacks is
//! forgotten.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::runtime::reflector::{ObjectRef, Store, store::Writer};
use kube::runtime::watcher::Event;
use tracing::{debug, error};

use super::passes::{Ended, Passes};
use super::shared::Shared;
use super::watch::{Report, Watch};
use crate::api::stored::Header;
use crate::api::{CachedObject, ManagedResource, ReferenceName};
use crate::reconcile::{Driver, ManagedKind, ObjectKey, dispatch};

/// What a controller needs.
struct Context<M: ManagedKind> {
    driver: Driver<M>,
    passes: Arc<Passes>,
    shared: Arc<Shared>,
}

/// A controller, which runs until it is dropped.
pub(super) struct Task {
    /// For people.
    pub(super) name: String,
    pub(super) work: BoxFuture<'static, ()>,
}

/// The controller of one kind, whose passes are run by `passes`.
pub(super) fn of<M: ManagedKind>(
    shared: &Arc<Shared>,
    driver: Driver<M>,
    passes: &Arc<Passes>,
) -> Task {
    let context = Arc::new(Context {
        driver,
        passes: passes.clone(),
        shared: shared.clone(),
    });
    Task {
        name: format!("controller of {}s", Driver::<M>::kind_name()),
        work: control(context).boxed(),
    }
}

async fn control<M: ManagedKind>(context: Arc<Context<M>>) {
    let namespaces = context.shared.options.namespaces();
    // Without a list, one watch of all namespaces.
    let namespaces: Vec<Option<&str>> = if namespaces.is_empty() {
        vec![None]
    } else {
        namespaces.into_iter().map(Some).collect()
    };
    let (stores, due): (HashMap<_, _>, Vec<_>) = namespaces
        .into_iter()
        .map(|namespace| {
            let (store, due) = watched(&context, namespace);
            ((namespace.map(ToOwned::to_owned), store), due)
        })
        .unzip();
    let objects = Arc::new(Objects(stores));
    context.passes.may_begin().await;
    let concurrency = usize::from(context.shared.options.concurrency);
    dispatch(stream::select_all(due), concurrency, |object| {
        pass(context.clone(), objects.clone(), object).boxed()
    })
    .await;
}

/// The objects of one kind as the watches saw them last, by watched namespace; `None` is all of them.
struct Objects<K: ManagedResource>(HashMap<Option<String>, Store<CachedObject<K>>>);

impl<K: ManagedResource> Objects<K> {
    fn get(&self, object: &ObjectKey) -> Option<Arc<CachedObject<K>>> {
        let own = self.0.get(&Some(object.namespace.clone()));
        let store = own.or_else(|| self.0.get(&None))?;
        store.get(&ObjectRef::new(&object.name).within(&object.namespace))
    }
}

/// Watches the objects of one namespace, or of all, and the ConfigMaps that they may name: the objects as
/// they are seen, and those for which something happened.
fn watched<M: ManagedKind>(
    context: &Context<M>,
    namespace: Option<&str>,
) -> (
    Store<CachedObject<M::Resource>>,
    BoxStream<'static, ObjectKey>,
) {
    let shared = &context.shared;
    let report = || Report {
        health: shared.health.clone(),
        metrics: shared.metrics.clone(),
        world: shared.world.clone(),
        kind: Driver::<M>::kind_name(),
    };
    let cache = Writer::<CachedObject<M::Resource>>::default();
    let store = cache.as_reader();
    let mut seen = Seen::new(cache);
    let objects = Watch::new(shared.watcher.clone(), namespace, report())
        .events()
        .flat_map(move |event| stream::iter(seen.event(&event)));
    let known = store.clone();
    let references = Watch::new(shared.watcher.clone(), namespace, report())
        .events()
        .flat_map(move |event: Event<Header<ConfigMap>>| {
            let named = changed(&event).map(|map| named_by::<M>(&known, map));
            stream::iter(named.unwrap_or_default())
        });
    let due = stream::select(objects.boxed(), references.boxed());
    (store, due.boxed())
}

/// Keeps the cache as one watch sees the objects.
struct Seen<K: ManagedResource> {
    cache: Writer<CachedObject<K>>,
    /// What a list has shown that is still coming in, in its order.
    listed: Vec<ObjectKey>,
}

impl<K: ManagedResource> Seen<K> {
    fn new(cache: Writer<CachedObject<K>>) -> Self {
        Self {
            cache,
            listed: Vec::new(),
        }
    }

    /// Takes an event in, and answers the objects for which something happened. What a list shows is in the
    /// cache only once all of it has come in; what is in the cache and not in the list is gone.
    fn event(&mut self, event: &Event<CachedObject<K>>) -> Vec<ObjectKey> {
        let due = match event {
            Event::Init => {
                self.listed.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                self.listed.push(key(object));
                Vec::new()
            }
            Event::InitDone => {
                let known = self.cache.as_reader().state();
                self.listed.extend(known.iter().map(|object| key(object)));
                std::mem::take(&mut self.listed)
            }
            Event::Apply(object) | Event::Delete(object) => vec![key(object)],
        };
        self.cache.apply_watcher_event(event);
        due
    }
}

fn key<K: ManagedResource>(object: &CachedObject<K>) -> ObjectKey {
    ObjectKey {
        namespace: object.subject.namespace().to_owned(),
        name: object.subject.name().to_owned(),
    }
}

/// The object that an event is about.
fn changed<K>(event: &Event<K>) -> Option<&K> {
    match event {
        Event::Apply(object) | Event::InitApply(object) | Event::Delete(object) => Some(object),
        Event::Init | Event::InitDone => None,
    }
}

/// A pass over an object, if it is still there.
async fn pass<M: ManagedKind>(
    context: Arc<Context<M>>,
    objects: Arc<Objects<M::Resource>>,
    object: ObjectKey,
) -> Option<Duration> {
    context.passes.may_begin().await;
    let kind = Driver::<M>::kind_name();
    let ObjectKey { namespace, name } = &object;
    let Some(cached) = objects.get(&object) else {
        debug!(kind, namespace, name, "gone");
        context.driver.forget_key(&object);
        return None;
    };
    let driving = context.clone();
    let pass = async move { driving.driver.pass(&cached).await };
    match context.passes.run(pass).await {
        Ended::Done(wait) => wait,
        Ended::Stopped => None,
        Ended::Panicked(message) => {
            error!(
                kind,
                namespace,
                name,
                message,
                "a pass panicked; the object is looked at again at the next check"
            );
            Some(context.shared.settings.check_interval)
        }
    }
}

/// The objects that name this ConfigMap.
fn named_by<M: ManagedKind>(
    objects: &Store<CachedObject<M::Resource>>,
    map: &Header<ConfigMap>,
) -> Vec<ObjectKey> {
    let namespace = map.namespace();
    let reference = ReferenceName::config_map(&map.name_any());
    let refers = |CachedObject { subject, .. }: &CachedObject<M::Resource>| {
        Some(subject.namespace()) == namespace.as_deref() && subject.references.contains(&reference)
    };
    let all = objects.state();
    let referring = all.iter().filter(|object| refers(object));
    referring.map(|object| key(object)).collect()
}

//! One controller for each kind and watched namespace, and what triggers a pass.

use std::convert::Infallible;
use std::sync::Arc;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, stream};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::ResourceExt;
use kube::runtime::applier;
use kube::runtime::controller::{self, Action, Error};
use kube::runtime::reflector::{ObjectRef, Store, store::Writer};
use kube::runtime::watcher::Event;
use tracing::{debug, error, warn};

use super::passes::{Ended, Passes};
use super::shared::Shared;
use super::watch::{Report, Watch};
use crate::api::stored::Header;
use crate::api::{ManagedResource, ReferenceKind, Subject};
use crate::kubernetes::words;
use crate::reconcile::{Driver, ManagedKind, ReferenceName};

/// What the closures of a controller need.
struct Context<M: ManagedKind> {
    driver: Arc<Driver<M>>,
    passes: Arc<Passes>,
    shared: Arc<Shared>,
}

/// A controller, which runs until it is dropped.
pub(super) struct Task {
    /// For people.
    pub(super) name: String,
    pub(super) work: BoxFuture<'static, ()>,
}

/// The controllers of one kind, whose passes are run by `passes`.
pub(super) fn of<M: ManagedKind>(
    shared: &Arc<Shared>,
    driver: Driver<M>,
    passes: &Arc<Passes>,
) -> Vec<Task> {
    let context = Arc::new(Context {
        driver: Arc::new(driver),
        passes: passes.clone(),
        shared: shared.clone(),
    });
    let namespaces = shared.options.namespaces();
    // Without a list, one controller for all namespaces.
    let namespaces: Vec<Option<String>> = if namespaces.is_empty() {
        vec![None]
    } else {
        let named = namespaces.into_iter().map(ToOwned::to_owned);
        named.map(Some).collect()
    };
    let kind = Driver::<M>::kind_name();
    let task = |namespace: Option<String>| Task {
        name: namespace.as_ref().map_or_else(
            || format!("controller of {kind}s"),
            |namespace| format!("controller of {kind}s in namespace {namespace}"),
        ),
        work: control(context.clone(), namespace.as_deref()),
    };
    namespaces.into_iter().map(task).collect()
}

fn control<M: ManagedKind>(
    context: Arc<Context<M>>,
    namespace: Option<&str>,
) -> BoxFuture<'static, ()> {
    let shared = &context.shared;
    let report = || Report {
        health: shared.health.clone(),
        metrics: shared.metrics.clone(),
        world: shared.world.clone(),
        kind: Driver::<M>::kind_name(),
    };
    let mut cache = Writer::<Subject<M::Resource>>::default();
    let store = cache.as_reader();
    let objects = Watch::new(shared.watcher.clone(), namespace, report())
        .events()
        .filter_map(move |event: Event<Subject<M::Resource>>| {
            cache.apply_watcher_event(&event);
            std::future::ready(object(&event).map(ObjectRef::from))
        });
    let known = store.clone();
    let references = Watch::new(shared.watcher.clone(), namespace, report())
        .events()
        .flat_map(move |event: Event<Header<ConfigMap>>| {
            let named = object(&event).map(|map| named_by::<M>(&known, map));
            stream::iter(named.unwrap_or_default())
        });
    let due = stream::select(objects.boxed(), references.boxed()).map(Ok::<_, Infallible>);
    let config = controller::Config::default().concurrency(shared.options.concurrency);
    let passes = applier(
        |subject, context| reconcile::<M>(subject, context).boxed(),
        |_, error: &Infallible, _| match *error {},
        context.clone(),
        store,
        due,
        config,
    );
    let work = passes.for_each(move |result| {
        log_outcome::<M>(&context, result);
        std::future::ready(())
    });
    work.boxed()
}

/// The object that an event is about.
fn object<K>(event: &Event<K>) -> Option<&K> {
    match event {
        Event::Apply(object) | Event::InitApply(object) | Event::Delete(object) => Some(object),
        Event::Init | Event::InitDone => None,
    }
}

async fn reconcile<M: ManagedKind>(
    subject: Arc<Subject<M::Resource>>,
    context: Arc<Context<M>>,
) -> Result<Action, Infallible> {
    let (driver, object) = (context.driver.clone(), subject.clone());
    let pass = async move { driver.pass(&object).await };
    Ok(match context.passes.run(pass).await {
        Ended::Done(action) => action,
        Ended::Stopped => Action::await_change(),
        Ended::Panicked(message) => {
            error!(
                kind = Driver::<M>::kind_name(),
                namespace = subject.namespace(),
                name = subject.name(),
                message,
                "a pass panicked; the object is looked at again at the next check"
            );
            Action::requeue(context.shared.settings.check_interval)
        }
    })
}

/// The objects that name this ConfigMap.
fn named_by<M: ManagedKind>(
    objects: &Store<Subject<M::Resource>>,
    map: &Header<ConfigMap>,
) -> Vec<ObjectRef<Subject<M::Resource>>> {
    let namespace = map.namespace();
    let reference = ReferenceName {
        kind: ReferenceKind::ConfigMap,
        name: map.name_any(),
    };
    let names = |object: &Subject<M::Resource>| {
        Some(object.namespace()) == namespace.as_deref()
            && object
                .spec
                .as_ref()
                .is_ok_and(|spec| M::references(spec).contains(&reference))
    };
    objects
        .state()
        .iter()
        .filter(|object| names(object))
        .map(|object| ObjectRef::from(object.as_ref()))
        .collect()
}

type Outcome<K> = Result<(ObjectRef<Subject<K>>, Action), Error<Infallible, Infallible>>;

fn log_outcome<M: ManagedKind>(context: &Context<M>, result: Outcome<M::Resource>)
where
    M::Resource: ManagedResource,
{
    match result {
        Ok(_) => {}
        Err(Error::ObjectNotFound(object)) => {
            debug!(
                kind = Driver::<M>::kind_name(),
                namespace = object.namespace,
                name = object.name,
                "gone"
            );
            context.driver.forget_key(&format!(
                "{}/{}",
                object.namespace.as_deref().unwrap_or_default(),
                object.name
            ));
        }
        Err(Error::ReconcilerFailed(never, _) | Error::QueueError(never)) => match never {},
        Err(Error::RunnerError(error)) => {
            let error = words(&error);
            warn!(
                error,
                kind = Driver::<M>::kind_name(),
                "the controller could not run a pass"
            );
        }
    }
}

//! One controller for each kind and watched namespace, and what triggers a pass.

use std::convert::Infallible;
use std::sync::Arc;

use futures::StreamExt;
use futures::future::join_all;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::PartialObjectMeta;
use kube::runtime::controller::{self, Action, Controller, Error};
use kube::runtime::reflector::{ObjectRef, Store};
use kube::runtime::watcher;
use kube::{Api, ResourceExt};
use tokio::sync::Semaphore;
use tracing::{debug, warn};

use super::shared::Shared;
use crate::api::{ManagedResource, ReferenceKind, Subject};
use crate::kubernetes::words;
use crate::reconcile::{Driver, ManagedKind, ReferenceName};

/// What the closures of a controller need.
struct Context<M: ManagedKind> {
    driver: Arc<Driver<M>>,
    /// Bounds the passes of a kind over all its namespaces.
    slots: Semaphore,
}

/// Runs the controllers of one kind until shutdown; running passes end first.
pub(super) async fn run<M: ManagedKind>(shared: &Shared, driver: Arc<Driver<M>>) {
    let context = Arc::new(Context {
        driver,
        slots: Semaphore::new(usize::from(shared.options.concurrency)),
    });
    let namespaces = shared.options.namespaces();
    // Without a list, one controller for all namespaces.
    let namespaces: Vec<Option<&str>> = if namespaces.is_empty() {
        vec![None]
    } else {
        namespaces.into_iter().map(Some).collect()
    };
    join_all(
        namespaces
            .into_iter()
            .map(|namespace| control(shared, namespace, context.clone())),
    )
    .await;
}

async fn control<M: ManagedKind>(
    shared: &Shared,
    namespace: Option<&str>,
    context: Arc<Context<M>>,
) {
    let controller = Controller::new(
        api::<Subject<M::Resource>>(shared, namespace),
        watcher::Config::default(),
    );
    let store = controller.store();
    shared.health.watch_wanted();
    let ready = async {
        if store.wait_until_ready().await.is_ok() {
            shared.health.watch_runs();
        }
        std::future::pending::<()>().await;
    };
    let objects = controller.store();
    let work = controller
        .with_config(controller::Config::default().concurrency(shared.options.concurrency))
        .watches(
            api::<PartialObjectMeta<ConfigMap>>(shared, namespace),
            watcher::Config::default(),
            move |map| named_by::<M>(&objects, &map),
        )
        .graceful_shutdown_on(shared.stop.clone().cancelled_owned())
        .run(
            reconcile::<M>,
            |_, error: &Infallible, _| match *error {},
            context.clone(),
        )
        .for_each(|result| {
            log_outcome::<M>(shared, &context, result);
            std::future::ready(())
        });
    tokio::select! {
        () = work => {}
        () = ready => {}
    }
}

fn api<K>(shared: &Shared, namespace: Option<&str>) -> Api<K>
where
    K: kube::Resource<DynamicType = (), Scope = k8s_openapi::NamespaceResourceScope>,
{
    match namespace {
        None => Api::all(shared.watcher.clone()),
        Some(namespace) => Api::namespaced(shared.watcher.clone(), namespace),
    }
}

async fn reconcile<M: ManagedKind>(
    subject: Arc<Subject<M::Resource>>,
    context: Arc<Context<M>>,
) -> Result<Action, Infallible> {
    // The semaphore is never closed, so a slot is never an error.
    let _slot = context.slots.acquire().await;
    Ok(context.driver.pass(&subject).await)
}

/// The objects that name this ConfigMap.
fn named_by<M: ManagedKind>(
    objects: &Store<Subject<M::Resource>>,
    map: &PartialObjectMeta<ConfigMap>,
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

type Outcome<K> = Result<(ObjectRef<Subject<K>>, Action), Error<Infallible, watcher::Error>>;

fn log_outcome<M: ManagedKind>(shared: &Shared, context: &Context<M>, result: Outcome<M::Resource>)
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
        Err(Error::ReconcilerFailed(never, _)) => match never {},
        Err(Error::QueueError(error)) => {
            shared.metrics.watch_failed(&Driver::<M>::kind_name());
            let error = words(&error);
            warn!(
                error,
                kind = Driver::<M>::kind_name(),
                "a watch failed and is begun again"
            );
        }
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

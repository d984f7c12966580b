//! One operator: its drivers, its caches, and its own dispatching of passes.
//!
//! Invariant: dropping the operator drops all that it knows. Watches and their caches lag behind, by chance.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudfn::api::{CachedObject, FullObject, ReferenceName, Subject};
use cloudfn::functions::cloudfront::{CloudFrontFunctions, TestSettings};
use cloudfn::functions::lambda::LambdaFunctions;
use cloudfn::kubernetes::events::Events;
use cloudfn::reconcile::settings::Settings;
use cloudfn::reconcile::{Driver, ManagedKind, ObjectKey, dispatch};
use cloudfn::telemetry::metrics::Metrics;
use futures::stream;
use kube::{Client, Resource as _};
use serde::Deserialize as _;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;
use tokio::time::Instant;

use crate::api_server::{Change, Key};
use crate::clouds::Access;
use crate::wire::{Fuse, Wire};
use crate::world::{NAMESPACE, World, lock};

/// `--concurrency`, as it is by default.
const CONCURRENCY: usize = 16;
/// Time to the end after a stop, beside the call to the cloud that is under way.
const STOPS_WITHIN: Duration = Duration::from_secs(15);

/// A running operator. Dropping it is its crash.
pub struct Operator {
    life: Arc<Life>,
}

/// What its tasks share.
struct Life {
    world: Arc<World>,
    who: String,
    fuse: Arc<Fuse>,
    cache: Mutex<BTreeMap<Key, Arc<Value>>>,
    tasks: Mutex<Vec<AbortHandle>>,
    cloudfront: Arc<Bounded<CloudFrontFunctions>>,
    lambda: Arc<Bounded<LambdaFunctions>>,
}

/// A driver, how many passes it runs at once, and for whom.
struct Bounded<M: ManagedKind> {
    driver: Driver<M>,
    slots: Semaphore,
    due: UnboundedSender<ObjectKey>,
}

impl Operator {
    /// Starts an operator that remembers nothing.
    pub fn start(world: &Arc<World>, who: &str, fuse: Arc<Fuse>, settings: &Settings) -> Self {
        let wire = Wire {
            world: world.clone(),
            who: who.to_owned(),
            fuse: fuse.clone(),
        };
        let client = Client::new(wire, NAMESPACE);
        let access = Arc::new(Access::new(world.clone(), who, fuse.clone()));
        let metrics = Metrics::new();
        let events = Events::new(client.clone(), who.to_owned());
        let cloudfront = CloudFrontFunctions {
            clouds: access.clone(),
            tests: TestSettings {
                skip_unsupported: false,
                compile_check: true,
            },
        };
        let cloudfront = Driver::new(
            cloudfront,
            client.clone(),
            settings.clone(),
            world.clone(),
            events.clone(),
            metrics.clone(),
            fuse.stop.clone(),
        );
        let lambda = Driver::new(
            LambdaFunctions::new(access),
            client,
            settings.clone(),
            world.clone(),
            events,
            metrics,
            fuse.stop.clone(),
        );
        let (for_cloudfront, due_cloudfront) = unbounded_channel();
        let (for_lambda, due_lambda) = unbounded_channel();
        let life = Arc::new(Life {
            world: world.clone(),
            who: who.to_owned(),
            fuse,
            cache: Mutex::default(),
            tasks: Mutex::default(),
            cloudfront: Arc::new(Bounded {
                driver: cloudfront,
                slots: Semaphore::new(CONCURRENCY),
                due: for_cloudfront,
            }),
            lambda: Arc::new(Bounded {
                driver: lambda,
                slots: Semaphore::new(CONCURRENCY),
                due: for_lambda,
            }),
        });
        world.trace(who, "starts");
        world.operator(true);
        life.work(&life.cloudfront, due_cloudfront);
        life.work(&life.lambda, due_lambda);
        let changes = world.watch();
        let listed = world.api(|api| {
            let kinds = ["cloudfrontfunctions", "lambdafunctions"];
            let all = kinds.into_iter().flat_map(|kind| {
                api.all(kind).map(|(key, object)| Change {
                    key: key.clone(),
                    object: Some(object.clone()),
                })
            });
            all.collect::<Vec<_>>()
        });
        let watching = tokio::spawn(life.clone().watch(listed, changes));
        lock(&life.tasks).push(watching.abort_handle());
        Self { life }
    }
}

impl Operator {
    /// Waits for the end of an operator that was asked to: until no pass is running.
    pub async fn end(&self) {
        let Life { world, fuse, .. } = &*self.life;
        world.trace(&self.life.who, "is asked to end");
        let asked = Instant::now();
        let all = u32::try_from(CONCURRENCY).unwrap();
        let ended = async {
            let cloudfront = self.life.cloudfront.slots.acquire_many(all).await;
            let lambda = self.life.lambda.slots.acquire_many(all).await;
            drop((cloudfront.unwrap(), lambda.unwrap()));
        };
        // It may crash on its way.
        let crashed = async {
            while !fuse.is_dead() {
                fuse.blown.notified().await;
            }
        };
        tokio::select! {
            () = ended => {}
            () = crashed => return,
            () = tokio::time::sleep(Duration::from_mins(10)) => {}
        }
        let answered = (*lock(&fuse.answered)).map_or(asked, |last| last.max(asked));
        if answered.elapsed() > STOPS_WITHIN {
            world.violation("an operator that was asked to end did not in time");
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        for task in lock(&self.life.tasks).drain(..) {
            task.abort();
        }
        self.life.world.trace(&self.life.who, "is dead");
        self.life.world.operator(false);
    }
}

impl Life {
    /// Receives changes, late, and in their order.
    async fn watch(
        self: Arc<Self>,
        listed: Vec<Change>,
        mut changes: UnboundedReceiver<(Instant, Change)>,
    ) {
        for change in listed {
            self.receive(change);
        }
        while let Some((happened, change)) = changes.recv().await {
            let lags = lock(&self.world.trouble).lags();
            let lag = if lags {
                self.world.roll(20_000)
            } else {
                1 + self.world.roll(30)
            };
            if lags {
                self.world.record().counts.add("fault", "stale cache");
            }
            tokio::time::sleep_until(happened + Duration::from_millis(lag)).await;
            self.receive(change);
        }
    }

    fn receive(self: &Arc<Self>, change: Change) {
        let Change { key, object } = change;
        match key.plural.as_str() {
            "cloudfrontfunctions" | "lambdafunctions" => {
                match object {
                    Some(object) => lock(&self.cache).insert(key.clone(), object),
                    None => lock(&self.cache).remove(&key),
                };
                self.trigger(&key);
            }
            "configmaps" => {
                let names = |key: &Key, value: &Value| match key.plural.as_str() {
                    "lambdafunctions" => names::<LambdaFunctions>(value),
                    _ => names::<CloudFrontFunctions>(value),
                };
                let reference = ReferenceName::config_map(&key.name);
                let cache = lock(&self.cache);
                let due: Vec<Key> = cache
                    .iter()
                    .filter(|(key, value)| names(key, value).contains(&reference))
                    .map(|(key, _)| key.clone())
                    .collect();
                drop(cache);
                for key in &due {
                    self.trigger(key);
                }
            }
            _ => {}
        }
    }

    /// A pass is due for this object.
    fn trigger(&self, key: &Key) {
        let due = match key.plural.as_str() {
            "lambdafunctions" => &self.lambda.due,
            _ => &self.cloudfront.due,
        };
        let object = ObjectKey {
            namespace: key.namespace.clone(),
            name: key.name.clone(),
        };
        // An operator whose passes panicked receives nothing; that is a violation of its own.
        let _ = due.send(object);
    }

    /// Runs the passes of a kind, as the operator does.
    fn work<M: ManagedKind>(
        self: &Arc<Self>,
        kind: &Arc<Bounded<M>>,
        due: UnboundedReceiver<ObjectKey>,
    ) {
        let (life, kind) = (self.clone(), kind.clone());
        let due = stream::unfold(due, |mut due| async { Some((due.recv().await?, due)) });
        let working = tokio::spawn(async move {
            let pass = |object| life.pass(&kind, object);
            dispatch(due, CONCURRENCY, pass).await;
        });
        lock(&self.tasks).push(working.abort_handle());
        let world = self.world.clone();
        drop(tokio::spawn(async move {
            if working.await.is_err_and(|error| error.is_panic()) {
                world.violation("a pass panicked");
            }
        }));
    }

    /// A pass over one object: what is there by the time of its turn is what it reads.
    async fn pass<M: ManagedKind>(&self, kind: &Bounded<M>, object: ObjectKey) -> Option<Duration> {
        let _slot = kind.slots.acquire().await.unwrap();
        let key = Key {
            plural: M::Resource::plural(&()).into_owned(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
        };
        let found = lock(&self.cache).get(&key).cloned();
        let Some(found) = found else {
            kind.driver.forget_key(&object);
            return None;
        };
        let full: FullObject<M::Resource> = FullObject::deserialize(&*found).unwrap();
        let cached = CachedObject::keeping(full, self.world.spec_limit);
        self.world.record().counts.add("step", "passes");
        let wait = self.fuse.polling(kind.driver.pass(&cached)).await;
        self.world.trace(
            &self.who,
            format!(
                "  pass over {} at rv={}; next: {wait:?}",
                object.name,
                cached.subject.resource_version()
            ),
        );
        wait
    }
}

fn names<M: ManagedKind>(object: &Value) -> std::collections::BTreeSet<ReferenceName> {
    let subject: Result<Subject<M::Resource>, _> = Subject::deserialize(object);
    subject.map_or_else(
        |_| std::collections::BTreeSet::new(),
        |subject| subject.references,
    )
}

//! Connects the parts and runs them: clouds, controllers, HTTP server, shutdown.

mod api_server;
mod clouds;
mod controllers;
mod definitions;
mod health;
mod http;
mod options;
mod passes;
mod shared;
mod startup;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::cloud::aws;
use crate::cloud::limit::Budgets;
use crate::functions::cloudfront::CloudFrontFunctions;
use crate::functions::lambda::LambdaFunctions;
use crate::kubernetes::events::Events;
use crate::reconcile::world::Real;
use crate::reconcile::{Driver, ManagedKind};
use crate::telemetry::metrics::Metrics;
use clouds::Aws;
use controllers::Task;
use definitions::Definition;
use health::Health;
pub use options::Options;
use passes::Passes;
use shared::Shared;

/// Longest wait for running passes after a stop: a call to a cloud has 31 s, and what follows it 15 s.
const LAST_PASSES: Duration = Duration::from_secs(50);

/// Runs the operator until `stop` is cancelled; then it lets calls that are under way end, and returns.
///
/// # Errors
/// If it cannot start: no way to the API server, the address is taken, or the credentials are for
/// an account that is not allowed; or if a controller ends by itself. One sentence.
pub async fn run(options: Options, stop: CancellationToken) -> Result<(), String> {
    let metrics = Metrics::new();
    let health = Arc::new(Health::default());
    // Probes are answered while the last passes end.
    let serving = CancellationToken::new();
    let address = options.http_address;
    let server = http::serve(address, health.clone(), metrics.clone(), serving.clone()).await?;
    // On the heap: the SDK's futures are large.
    let started = Box::pin(start(options, health, metrics, &stop));
    let started = stop.run_until_cancelled(started);
    let ended = match started.await {
        None => Ok(()),
        Some(Ok((shared, aws))) => operate(&shared, &aws).await,
        Some(Err(error)) => Err(error),
    };
    serving.cancel();
    if let Err(error) = server.await {
        warn!(%error, "the HTTP server did not end well");
    }
    info!("stopped");
    ended
}

/// Connects to everything that the controllers need.
async fn start(
    options: Options,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    stop: &CancellationToken,
) -> Result<(Arc<Shared>, Arc<Aws>), String> {
    let (kubeconfig, context) = (options.kubeconfig.as_deref(), options.context.as_deref());
    let api_server = api_server::connect(kubeconfig, context).await?;
    let budgets = Budgets::new(options.rates()).until(stop.clone());
    let region = options.aws_region.as_deref();
    let connection = aws::connect(region, budgets, metrics.clone()).await;
    let region = connection.region().unwrap_or("none").to_owned();
    let aws = Aws::new(connection, options.allowed_accounts(), stop.clone());
    let account = aws.refuse_foreign_account().await?;
    let client = api_server.client;
    let settings = options.settings(startup::instance(&client, &health).await);
    let unknown = || ("unknown".to_owned(), "unknown".to_owned());
    let (account, caller) = account.map_or_else(unknown, |account| (account.id, account.caller));
    let namespaces: Vec<&str> = options.namespaces().into_iter().collect();
    info!(
        version = env!("CARGO_PKG_VERSION"),
        api_server = api_server.url,
        namespaces = if namespaces.is_empty() {
            "all".to_owned()
        } else {
            namespaces.join(",")
        },
        account,
        caller,
        region,
        cluster = settings.cluster_name,
        instance = settings.instance,
        management_policy = <&str>::from(settings.management_policy),
        max_adoption_policy = <&str>::from(settings.max_adoption_policy),
        default_drift_policy = <&str>::from(settings.default_drift_policy),
        "started"
    );
    let shared = Shared {
        events: Events::new(client.clone(), format!("cloudfn-{}", std::process::id())),
        client,
        watcher: api_server.watcher,
        settings,
        world: Arc::new(Real),
        metrics,
        health,
        options,
        stop: stop.clone(),
    };
    Ok((Arc::new(shared), Arc::new(aws)))
}

/// Runs the controllers until the stop, and then waits for the passes that are running.
async fn operate(shared: &Arc<Shared>, aws: &Arc<Aws>) -> Result<(), String> {
    let kinds = kinds(shared, aws);
    let (passes, tasks): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
    let tasks = tasks.into_iter().flatten().collect();
    shared.health.started();
    let supervised = supervise(tasks, &shared.health, &shared.stop).await;
    let ended = async {
        for passes in passes {
            passes.ended().await;
        }
    };
    if timeout(LAST_PASSES, ended).await.is_err() {
        error!(
            "the running passes did not end in time; what they were doing is found out after the next start"
        );
    }
    supervised
}

/// Runs the controllers until the stop. One that ends before, by a panic or by itself, stops all: what
/// it should work on would be left alone, while everything looks well.
async fn supervise(
    tasks: Vec<Task>,
    health: &Health,
    stop: &CancellationToken,
) -> Result<(), String> {
    let mut running = FuturesUnordered::new();
    for Task { name, work } in tasks {
        let work = tokio::spawn(stop.clone().run_until_cancelled_owned(work));
        running.push(async move { (name, work.await) });
    }
    let mut dead = Vec::new();
    while let Some((name, ended)) = running.next().await {
        // `None` is the stop.
        if !matches!(ended, Ok(None)) {
            error!(
                controller = name,
                "a controller has ended although nobody asked it to; the operator stops"
            );
            health.died(&name);
            dead.push(name);
            stop.cancel();
        }
    }
    if dead.is_empty() {
        return Ok(());
    }
    let names = dead.join(" and the ");
    Err(format!("the {names} ended although nobody asked for it"))
}

/// Passes and tasks of one kind.
type Kind = (Arc<Passes>, [Task; 2]);

/// Passes and controllers of all kinds. A new kind is one line here.
fn kinds(shared: &Arc<Shared>, aws: &Arc<Aws>) -> Vec<Kind> {
    vec![
        kind(
            shared,
            CloudFrontFunctions {
                clouds: aws.clone(),
                tests: shared.options.tests(),
            },
        ),
        kind(shared, LambdaFunctions::new(aws.clone())),
    ]
}

fn kind<M: ManagedKind>(shared: &Arc<Shared>, kind: M) -> Kind {
    let driver = Driver::new(
        kind,
        shared.client.clone(),
        shared.settings.clone(),
        shared.world.clone(),
        shared.events.clone(),
        shared.metrics.clone(),
        shared.stop.clone(),
    );
    let (concurrency, stop) = (shared.options.concurrency, shared.stop.clone());
    let pulse = shared.health.pulse(&Driver::<M>::kind_name());
    let definition = Definition::of::<M::Resource>(&shared.health);
    let usable = definition.usable();
    let passes = Arc::new(Passes::new(concurrency, usable, stop, pulse));
    let controller = controllers::of(shared, driver, &passes);
    let (client, watcher) = (shared.client.clone(), shared.watcher.clone());
    (passes, [controller, definition.task(client, watcher)])
}

/// Cancels `stop` on SIGTERM or SIGINT; a second signal ends the process at once.
pub fn stop_on_signals(stop: CancellationToken) {
    tokio::spawn(async move {
        if let Err(error) = next_signal().await {
            error!(%error, "signals cannot be received");
            return;
        }
        info!("stopping: calls that are under way end first");
        stop.cancel();
        if next_signal().await.is_ok() {
            std::process::exit(1);
        }
    });
}

async fn next_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    fn task(name: &str, work: impl Future<Output = ()> + Send + 'static) -> Task {
        Task {
            name: name.to_owned(),
            work: work.boxed(),
        }
    }

    #[tokio::test]
    async fn controllers_end_with_the_stop() {
        let stop = CancellationToken::new();
        let health = Health::default();
        let tasks = vec![task("one", std::future::pending())];
        let stopping = async { stop.cancel() };
        let (ended, ()) = tokio::join!(supervise(tasks, &health, &stop), stopping);
        assert_eq!(ended, Ok(()));
        assert_eq!(health.ill(), None);
    }

    #[tokio::test]
    async fn one_dead_controller_of_two_stops_the_operator() {
        let panics = || task("controller of Lambdas", async { panic!("odd") });
        let returns = || task("controller of Lambdas", async {});
        for dies in [panics(), returns()] {
            let stop = CancellationToken::new();
            let health = Health::default();
            let tasks = vec![task("controller of others", std::future::pending()), dies];
            let ended = supervise(tasks, &health, &stop).await;
            assert!(
                ended
                    .unwrap_err()
                    .contains("the controller of Lambdas ended")
            );
            assert!(stop.is_cancelled());
            assert!(health.ill().unwrap().contains("controller of Lambdas"));
        }
    }
}

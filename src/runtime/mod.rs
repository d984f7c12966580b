//! Connects the parts and runs them: clouds, controllers, HTTP server, shutdown.

mod clouds;
mod controllers;
mod http;
mod options;
mod shared;
mod startup;

use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use kube::{Client, Config};
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
use http::Health;
pub use options::Options;
use shared::Shared;

/// Longest wait for an answer of the API server, watches excepted: a request without an answer must
/// not hold a pass for ever.
const API_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs the operator until `stop` is cancelled; then it waits for the running passes and returns.
///
/// # Errors
/// If it cannot start: no way to the API server, the address is taken, or the credentials are for
/// an account that is not allowed. One sentence.
pub async fn run(options: Options, stop: CancellationToken) -> Result<(), String> {
    let metrics = Metrics::new();
    let health = Arc::new(Health::default());
    let server = http::serve(
        options.http_address,
        health.clone(),
        metrics.clone(),
        stop.clone(),
    )
    .await?;
    let (client, watcher) = api_server_clients().await?;
    let aws = connect_to_aws(&options, metrics.clone()).await?;

    let startup = async {
        let instance = startup::instance(&client).await;
        startup::definitions(&client, &health).await;
        instance
    };
    let Some(instance) = stop.run_until_cancelled(startup).await else {
        return Ok(());
    };
    let settings = options.settings(instance);
    info!(
        cluster = settings.cluster_name,
        instance = settings.instance,
        "started"
    );
    let shared = Shared {
        events: Events::new(client.clone(), format!("cloudfn-{}", std::process::id())),
        client,
        watcher,
        settings,
        world: Arc::new(Real),
        metrics,
        health,
        options,
        stop: stop.clone(),
    };
    join_all(kinds(&shared, &aws)).await;
    if !stop.is_cancelled() {
        return Err("a controller ended although nobody asked it to".to_owned());
    }
    if let Err(error) = server.await {
        warn!(%error, "the HTTP server did not end well");
    }
    info!("stopped");
    Ok(())
}

/// Two clients of the API server: one for requests, and one for watches, which has no time limit.
async fn api_server_clients() -> Result<(Client, Client), String> {
    let mut config = Config::infer()
        .await
        .map_err(|error| format!("no way to a Kubernetes API server: {error}"))?;
    let watcher = Client::try_from(config.clone()).map_err(|error| error.to_string())?;
    config.read_timeout = Some(API_READ_TIMEOUT);
    config.reset_reader_on_write = true;
    let client = Client::try_from(config).map_err(|error| error.to_string())?;
    Ok((client, watcher))
}

/// The connection to AWS, whose credentials are of an account that the options allow.
async fn connect_to_aws(options: &Options, metrics: Arc<Metrics>) -> Result<Arc<Aws>, String> {
    let budgets = Budgets::new(options.rates());
    let connection = aws::connect(options.aws_region.as_deref(), budgets, metrics).await;
    let aws = Arc::new(Aws::new(connection, options.allowed_accounts()));
    aws.refuse_foreign_account().await?;
    Ok(aws)
}

/// The controllers of all kinds. A new kind is one line here.
fn kinds<'a>(shared: &'a Shared, aws: &Arc<Aws>) -> Vec<BoxFuture<'a, ()>> {
    vec![
        kind(
            shared,
            CloudFrontFunctions {
                clouds: aws.clone(),
                skip_unsupported_tests: shared.options.skip_unsupported_tests(),
            },
        ),
        kind(shared, LambdaFunctions::new(aws.clone())),
    ]
}

fn kind<M: ManagedKind>(shared: &Shared, kind: M) -> BoxFuture<'_, ()> {
    let driver = Driver::new(
        kind,
        shared.client.clone(),
        shared.settings.clone(),
        shared.world.clone(),
        shared.events.clone(),
        shared.metrics.clone(),
    );
    Box::pin(controllers::run(shared, Arc::new(driver)))
}

/// Cancels `stop` on SIGTERM or SIGINT; a second signal ends the process at once.
pub fn stop_on_signals(stop: CancellationToken) {
    tokio::spawn(async move {
        if let Err(error) = next_signal().await {
            error!(%error, "signals cannot be received");
            return;
        }
        info!("stopping: running passes end first");
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

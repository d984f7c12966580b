//! Puts the rooms together and runs them: clouds, controllers, HTTP server, shutdown.

mod clouds;
mod controllers;
mod http;
mod startup;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use kube::{Client, Config};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::api::{AdoptionPolicy, DriftPolicy, ManagementPolicy};
use crate::cloud::aws;
use crate::cloud::limit::{Budgets, Rates};
use crate::functions::cloudfront::CloudFrontFunctions;
use crate::functions::lambda::LambdaFunctions;
use crate::kubernetes::events::Events;
use crate::reconcile::settings::Settings;
use crate::reconcile::world::{Real, World};
use crate::reconcile::{Driver, ManagedKind};
use crate::telemetry::metrics::Metrics;
use clouds::Aws;
use http::Health;

/// Longest answer of the API server, watches excepted: a hung request must not hold a pass for ever.
const API_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// What the operator is told by its flags.
#[derive(Clone, Debug)]
pub struct Options {
    /// Namespaces to work in; empty is all.
    pub namespaces: Vec<String>,
    /// AWS region of functions that name none.
    pub aws_region: Option<String>,
    /// AWS accounts to work in; empty is any.
    pub allowed_accounts: BTreeSet<String>,
    /// Name of this cluster in owner tags; the uid of `kube-system` where it is omitted.
    pub cluster_name: Option<String>,
    /// Time between two looks at an unchanged object.
    pub check_interval: Duration,
    /// Time that changed references of a Ready object wait for a new generation.
    pub reference_settle: Duration,
    /// Time between two looks at the version of a referenced Secret.
    pub secret_interval: Duration,
    /// Objects of a kind that are worked on at once.
    pub concurrency: u16,
    /// Budgets.
    pub rates: Rates,
    /// Cap on `managementPolicy`.
    pub management_policy: ManagementPolicy,
    /// Cap on `adoptionPolicy`.
    pub max_adoption_policy: AdoptionPolicy,
    /// Where CloudFront runs no tests, nothing waits for them.
    pub skip_unsupported_tests: bool,
    /// `driftPolicy` of objects that name none.
    pub default_drift_policy: DriftPolicy,
    /// Where `/livez`, `/readyz` and `/metrics` are served.
    pub http_address: SocketAddr,
}

/// What the kinds share.
struct Shared {
    client: Client,
    watcher: Client,
    settings: Settings,
    world: Arc<dyn World>,
    events: Events,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    options: Options,
    stop: CancellationToken,
}

/// Runs the operator until `stop` is cancelled; then running passes end, and it returns.
///
/// # Errors
/// Where it cannot start: no way to the API server, the address is taken, or the credentials are
/// for an account that is not allowed. One sentence.
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

    let mut config = Config::infer()
        .await
        .map_err(|error| format!("no way to a Kubernetes API server: {error}"))?;
    let watcher = Client::try_from(config.clone()).map_err(|error| error.to_string())?;
    config.read_timeout = Some(API_READ_TIMEOUT);
    config.reset_reader_on_write = true;
    let client = Client::try_from(config).map_err(|error| error.to_string())?;

    let connection = aws::connect(
        options.aws_region.as_deref(),
        Budgets::new(options.rates),
        metrics.clone(),
    )
    .await;
    let aws = Arc::new(Aws::new(connection, options.allowed_accounts.clone()));
    aws.refuse_foreign_account().await?;

    let Some(instance) = stop.run_until_cancelled(startup::instance(&client)).await else {
        return Ok(());
    };
    if stop
        .run_until_cancelled(startup::definitions(&client, &health))
        .await
        .is_none()
    {
        return Ok(());
    }
    let settings = Settings {
        cluster_name: options
            .cluster_name
            .clone()
            .unwrap_or_else(|| instance.clone()),
        instance,
        check_interval: options.check_interval,
        reference_settle: options.reference_settle,
        secret_interval: options.secret_interval,
        pass_limit: Duration::from_secs(90),
        management_policy: options.management_policy,
        max_adoption_policy: options.max_adoption_policy,
        default_drift_policy: options.default_drift_policy,
    };
    info!(
        cluster = settings.cluster_name,
        instance = settings.instance,
        "started"
    );
    let events = Events::new(client.clone(), format!("cloudfn-{}", std::process::id()));
    let shared = Shared {
        client,
        watcher,
        settings,
        world: Arc::new(Real),
        events,
        metrics,
        health,
        options,
        stop: stop.clone(),
    };

    // A new kind is one line here.
    let kinds: Vec<BoxFuture<'_, ()>> = vec![
        kind(
            &shared,
            CloudFrontFunctions {
                clouds: aws.clone(),
                skip_unsupported_tests: shared.options.skip_unsupported_tests,
            },
        ),
        kind(&shared, LambdaFunctions::new(aws.clone())),
    ];
    join_all(kinds).await;
    if !stop.is_cancelled() {
        return Err("a controller ended although nobody asked it to".to_owned());
    }
    if let Err(error) = server.await {
        warn!(%error, "the HTTP server did not end well");
    }
    info!("stopped");
    Ok(())
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

/// Cancels `stop` when the process is asked to end; a second request ends it at once.
pub fn stop_on_signals(stop: CancellationToken) {
    tokio::spawn(async move {
        if let Err(error) = signalled().await {
            error!(%error, "signals cannot be received");
            return;
        }
        info!("stopping: running passes end first");
        stop.cancel();
        if signalled().await.is_ok() {
            std::process::exit(1);
        }
    });
}

async fn signalled() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

//! `/livez`, `/readyz` and `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::telemetry::metrics::Metrics;

/// What must be true before the operator is ready.
#[derive(Default)]
pub(super) struct Health {
    definitions: AtomicBool,
    watches_wanted: AtomicUsize,
    watches_running: AtomicUsize,
}

impl Health {
    pub(super) fn definitions_found(&self) {
        self.definitions.store(true, Ordering::Release);
    }

    pub(super) fn watch_wanted(&self) {
        self.watches_wanted.fetch_add(1, Ordering::AcqRel);
    }

    pub(super) fn watch_runs(&self) {
        self.watches_running.fetch_add(1, Ordering::AcqRel);
    }

    /// Why the operator is not ready, if it is not.
    fn missing(&self) -> Option<&'static str> {
        if !self.definitions.load(Ordering::Acquire) {
            return Some("the custom resource definitions are not established\n");
        }
        let (wanted, running) = (
            self.watches_wanted.load(Ordering::Acquire),
            self.watches_running.load(Ordering::Acquire),
        );
        (wanted == 0 || running < wanted).then_some("a watch has not listed its objects yet\n")
    }
}

/// Serves until `stop` is cancelled.
///
/// # Errors
/// If the address cannot be listened on.
pub(super) async fn serve(
    address: SocketAddr,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> Result<JoinHandle<std::io::Result<()>>, String> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("--http-address {address} cannot be listened on: {error}"))?;
    let router = Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(async move || ready(&health)))
        .route("/metrics", get(async move || text(&metrics)));
    Ok(tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await
    }))
}

fn ready(health: &Health) -> Response {
    match health.missing() {
        None => "ok\n".into_response(),
        Some(missing) => (StatusCode::SERVICE_UNAVAILABLE, missing).into_response(),
    }
}

fn text(metrics: &Metrics) -> Response {
    match metrics.text() {
        Ok(text) => (
            [(
                header::CONTENT_TYPE,
                "application/openmetrics-text; version=1.0.0; charset=utf-8",
            )],
            text,
        )
            .into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

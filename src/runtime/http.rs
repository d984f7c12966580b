//! The HTTP server of `/livez`, `/readyz` and `/metrics`.
//!
//! Invariant: whoever connects takes a bounded share of the process: a connection has time limits, and
//! where there are too many, the oldest gives way, so that a probe always gets through.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::health::Health;
use crate::telemetry::metrics::Metrics;

/// Connections at once.
const MOST_CONNECTIONS: usize = 64;
/// Time for the head of a request, and for the next one on the same connection.
const HEAD: Duration = Duration::from_secs(5);
/// Longest connection, whatever it does: a client that does not read its answer must not keep it.
const LIFETIME: Duration = Duration::from_mins(2);
/// Time that answers under way have at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(1);
/// Pause after a connection that could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` is cancelled, and a second longer at most.
///
/// # Errors
/// If the address cannot be listened on.
pub(super) async fn serve(
    address: SocketAddr,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, String> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("--http-address {address} cannot be listened on: {error}"))?;
    let alive = health.clone();
    let router = Router::new()
        .route("/livez", get(async move || verdict(alive.ill())))
        .route("/readyz", get(async move || verdict(health.missing())))
        .route("/metrics", get(async move || text(&metrics)));
    Ok(tokio::spawn(accept(listener, router, stop)))
}

async fn accept(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    let mut oldest = VecDeque::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let connection = match accepted {
            Ok((connection, _)) => connection,
            Err(error) => {
                debug!(%error, "a connection could not be accepted");
                // The reason may be a want of files, which ends only with connections.
                let pause = std::future::pending::<()>();
                drop(timeout(ACCEPT_PAUSE, pause).await);
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        oldest.retain(|handle: &tokio::task::AbortHandle| !handle.is_finished());
        if oldest.len() >= MOST_CONNECTIONS
            && let Some(first) = oldest.pop_front()
        {
            first.abort();
        }
        let work = answer(connection, router.clone(), stop.clone());
        oldest.push_back(connections.spawn(work));
    }
    drop(listener);
    // What is not answered by then is cut off, as the set is dropped.
    let answered = async { while connections.join_next().await.is_some() {} };
    drop(timeout(LAST_ANSWERS, answered).await);
}

async fn answer(connection: TcpStream, router: Router, stop: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .serve_connection(TokioIo::new(connection), TowerToHyperService::new(router));
    let served = async {
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = stop.cancelled() => {}
        }
        connection.as_mut().graceful_shutdown();
        connection.await
    };
    match timeout(LIFETIME, served).await {
        Ok(Ok(())) | Err(_) => {}
        Ok(Err(error)) => debug!(%error, "a connection ended"),
    }
}

/// 200 where nothing is wrong.
fn verdict(wrong: Option<String>) -> Response {
    match wrong {
        None => "ok\n".into_response(),
        Some(wrong) => (StatusCode::SERVICE_UNAVAILABLE, wrong + "\n").into_response(),
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

#[cfg(test)]
mod tests;

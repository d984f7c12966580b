//! Plain HTTP/1.1 on loopback: the little of it that the bed needs.
//!
//! Invariant: a handler that answers `Err(Cut)` closes the connection and
//! writes nothing. A handler runs to its end even where the caller has gone:
//! a request that was read is a request that happened.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// A body that is held or streams.
pub type Body = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Close the connection without an answer.
#[derive(Debug, Clone, Copy)]
pub struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut by the bed")
    }
}

impl std::error::Error for Cut {}

/// A body that is all there.
#[must_use]
pub fn full(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// Listens on a free port of 127.0.0.1 and serves every connection in the
/// background until the runtime ends. A notification on `sever` closes all
/// connections that are open at that moment.
pub async fn serve<H, R>(handler: H, sever: Arc<Notify>) -> io::Result<SocketAddr>
where
    H: Fn(Request<Incoming>) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Response<Body>, Cut>> + Send + 'static,
{
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let handler = Arc::new(handler);
    tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
                continue;
            };
            let _ = stream.set_nodelay(true);
            let handler = Arc::clone(&handler);
            let sever = Arc::clone(&sever);
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = tokio::spawn(handler(request));
                    async move { answer.await.unwrap_or(Err(Cut)) }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::select! {
                    _ = connection => {}
                    () = sever.notified() => {}
                }
            });
        }
    });
    Ok(address)
}

/// A client for plain HTTP, with a pool.
#[must_use]
pub fn client() -> Client<HttpConnector, Full<Bytes>> {
    // Shorter than any server's own patience with an idle connection, so that no
    // request is lost on one that is just being closed.
    Client::builder(TokioExecutor::new())
        .pool_idle_timeout(std::time::Duration::from_secs(1))
        .build_http()
}

/// GET; status and text.
pub async fn get(url: &str) -> io::Result<(u16, String)> {
    send(Request::get(url)).await
}

/// POST with an empty body; status and text.
pub async fn post(url: &str) -> io::Result<(u16, String)> {
    send(Request::post(url)).await
}

async fn send(request: http::request::Builder) -> io::Result<(u16, String)> {
    let request = request
        .body(Full::new(Bytes::new()))
        .map_err(io::Error::other)?;
    let exchange = async {
        let response = client().request(request).await.map_err(io::Error::other)?;
        let status = response.status().as_u16();
        let bytes = response
            .into_body()
            .collect()
            .await
            .map_err(io::Error::other)?
            .to_bytes();
        Ok((status, String::from_utf8_lossy(&bytes).into_owned()))
    };
    match tokio::time::timeout(std::time::Duration::from_secs(10), exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in 10 s")),
    }
}

/// Headers that belong to one connection and are not forwarded.
pub fn strip_hop_by_hop(headers: &mut http::HeaderMap) {
    for name in [
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "proxy-connection",
        "expect",
    ] {
        headers.remove(name);
    }
}

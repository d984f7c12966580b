//! A cloud on loopback, for callers in other processes or behind a real SDK.
//!
//! Invariant: the only file of the crate with a socket and a clock. Real time drives the model: each
//! request finds the cloud advanced to as long after the start as it came. The cloud is never locked
//! while anything is waited for.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::Notify;

use super::{Dropped, answer};
use crate::model::Cloud;
use crate::time::Time;

/// A cloud that is served until this is dropped.
///
/// It runs on a thread and a runtime of its own, so it may be started from anywhere, and a caller
/// whose runtime is busy, or whose time is paused, neither slows nor stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    cloud: Arc<Mutex<Cloud>>,
    stop: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves a cloud on a port of 127.0.0.1; port 0 is a free one.
    ///
    /// # Errors
    /// The port is taken, or there is no thread or runtime to be had.
    pub fn start(cloud: Arc<Mutex<Cloud>>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = Arc::new(Notify::new());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let clock = Arc::new(Clock::of(Arc::clone(&cloud)));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("strict-cloud".into())
            .spawn(move || {
                // Connections are tasks of the runtime, and end with it.
                runtime.block_on(async {
                    tokio::select! {
                        () = serve(listener, clock) => {}
                        () = stopped.notified() => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            cloud,
            stop,
            thread: Some(thread),
        })
    }

    /// `http://127.0.0.1:<port>`, the endpoint for an SDK.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The cloud, to lay faults, change settings and read the log. It is to be locked briefly: while it is, no request is answered.
    #[must_use]
    pub fn cloud(&self) -> &Arc<Mutex<Cloud>> {
        &self.cloud
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The cloud, and when it began to be served.
struct Clock {
    cloud: Arc<Mutex<Cloud>>,
    started: Instant,
    from: Time,
}

impl Clock {
    fn of(cloud: Arc<Mutex<Cloud>>) -> Self {
        let from = cloud.lock().unwrap_or_else(PoisonError::into_inner).now();
        Self {
            cloud,
            started: Instant::now(),
            from,
        }
    }

    /// Answers a request now; says, too, how late the answer is to come.
    fn answer(
        &self,
        request: &Request<Vec<u8>>,
    ) -> (Result<Response<Vec<u8>>, Dropped>, std::time::Duration) {
        let mut cloud = self.cloud.lock().unwrap_or_else(PoisonError::into_inner);
        cloud.advance_to(self.from.after(self.started.elapsed()));
        let answer = answer(&mut cloud, request);
        (answer, cloud.take_delay())
    }
}

async fn serve(listener: TcpListener, clock: Arc<Clock>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: others are closed meanwhile.
            wait(std::time::Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let clock = Arc::clone(&clock);
        tokio::spawn(async move {
            let service = service_fn(move |request| one(Arc::clone(&clock), request));
            // An error of a handler closes the connection, and nothing is written.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn one(
    clock: Arc<Clock>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Dropped> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|_| Dropped)?
        .to_bytes()
        .to_vec();
    let (answer, delay) = clock.answer(&Request::from_parts(head, body));
    if !delay.is_zero() {
        wait(delay).await;
    }
    answer.map(|response| response.map(|body| Full::new(Bytes::from(body))))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a delay that the latency or a fault asked for is one"
)]
async fn wait(time: std::time::Duration) {
    tokio::time::sleep(time).await;
}

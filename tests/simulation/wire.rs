//! The way from an operator's `kube::Client` to the API server: delays, faults, crash points; and what an
//! operator that is to stop may still send there.
//!
//! A tower service, so the client above it is the real one.

use std::collections::BTreeMap;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http::{Request, Response};
use kube::client::Body;
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::api_faults::{Kind, Sort};
use crate::api_server::{self, Answer, Key};
use crate::schedule::Point;
use crate::world::{World, lock};

/// The code of an answer to a write that goes onto a version that is not the newest.
const CONFLICT: u16 = 409;

/// How an operator ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At once.
    Crash,
    /// It is asked to, and has some time.
    Stop,
}

/// How a status is closed after a stop.
#[derive(Default)]
struct Closing {
    writes: u32,
    refused: bool,
}

impl Closing {
    /// Counts one more write. Whether closing takes that many: conflicts are tried again; and where the API server
    /// refuses what was found, the conditions alone are written, which say so, in as many.
    fn takes_another(&mut self) -> bool {
        self.writes += 1;
        self.writes <= if self.refused { 8 } else { 4 }
    }
}

/// Ends an operator at a chosen point of its work.
#[derive(Default)]
pub struct Fuse {
    /// The kind of the points that count, how many are still passed, and what the next one does.
    end: Mutex<Option<(Point, u64, End)>>,
    writes: AtomicU64,
    dead: AtomicBool,
    /// Cancelled once the operator is asked to end.
    pub stop: CancellationToken,
    /// When the cloud answered last.
    pub answered: Mutex<Option<Instant>>,
    /// What is written of each status after the stop, by path.
    closing: Mutex<BTreeMap<String, Closing>>,
    /// Notified once the fuse has blown.
    pub blown: Notify,
}

impl Fuse {
    /// Never blows.
    pub fn never() -> Arc<Self> {
        Arc::default()
    }

    /// Blows after so many points.
    pub fn after(point: Point, points: u64) -> Arc<Self> {
        Arc::new(Self {
            end: Mutex::new(Some((point, points, End::Crash))),
            ..Self::default()
        })
    }

    /// Asks the operator to end after so many points.
    pub fn stop_after(point: Point, points: u64) -> Arc<Self> {
        let fuse = Self::never();
        fuse.shorten(point, points, End::Stop);
        fuse
    }

    /// Ends the operator after this many further points.
    pub fn shorten(&self, point: Point, points: u64, end: End) {
        *lock(&self.end) = Some((point, points, end));
    }

    /// Never blows any more.
    pub fn spare(&self) {
        *lock(&self.end) = None;
    }

    /// Blows now.
    pub fn blow(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.blown.notify_one();
    }

    /// Whether the operator crashed.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Points before and after writes passed so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// The API server refused a status.
    fn refused(&self, path: &str) {
        if self.stop.is_cancelled() {
            lock(&self.closing)
                .entry(path.to_owned())
                .or_default()
                .refused = true;
        }
    }

    /// A point before or after a request; a dead operator goes no further.
    pub async fn point(&self, write: bool) {
        if self.ends(Point::Request) || (write && self.ends(Point::Write)) {
            std::future::pending::<()>().await;
        }
        if write {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A pass that is polled no more once the end has come.
    pub async fn polling<T>(&self, pass: impl Future<Output = T>) -> T {
        let mut pass = pin!(pass);
        std::future::poll_fn(|context| {
            if self.ends(Point::Poll) {
                return Poll::Pending;
            }
            pass.as_mut().poll(context)
        })
        .await
    }

    /// Whether this point is the end, or behind it.
    fn ends(&self, point: Point) -> bool {
        if self.dead.load(Ordering::Relaxed) {
            return true;
        }
        let mut end = lock(&self.end);
        match &mut *end {
            Some((kind, left, _)) if *kind == point && *left > 0 => *left -= 1,
            Some((kind, _, End::Crash)) if *kind == point => self.blow(),
            Some((kind, _, End::Stop)) if *kind == point => {
                *end = None;
                drop(end);
                self.stop.cancel();
                self.blown.notify_one();
            }
            _ => {}
        }
        self.dead.load(Ordering::Relaxed)
    }
}

/// One operator's way to the API server.
#[derive(Clone)]
pub struct Wire {
    /// The world.
    pub world: Arc<World>,
    /// The operator's name in the trace.
    pub who: String,
    /// Its end.
    pub fuse: Arc<Fuse>,
}

impl tower::Service<Request<Body>> for Wire {
    type Response = Response<Body>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Response<Body>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let wire = self.clone();
        Box::pin(async move { wire.send(request).await })
    }
}

impl Wire {
    async fn send(self, request: Request<Body>) -> io::Result<Response<Body>> {
        let request = read(request).await?;
        let write = request.method != "GET";
        if self.fuse.stop.is_cancelled() {
            self.only_what_closes(&request);
        }
        self.world.pause().await;
        if !self.world.step() {
            self.fuse.blow();
        }
        self.fuse.point(write).await;
        let roll = self.world.roll(100);
        let sort = match write {
            true if request.method == "PATCH" && request.path.ends_with("/status") => Sort::Status,
            true => Sort::Write,
            false => Sort::Read,
        };
        let fault = lock(&self.world.trouble).fault(sort, roll);
        let refusal = lock(&self.world.trouble).refusal().filter(|refusal| {
            sort == Sort::Status && request.body["status"].get(refusal.field).is_some()
        });
        if let Some(kind) = fault {
            self.world.record().counts.add("fault", kind.name());
            self.world.disturb();
            self.world.forgive(&request.path);
        }
        let answer = match fault {
            Some(Kind::Error) => {
                api_server::failure(500, "InternalError", "the simulated API server failed")
            }
            Some(Kind::Conflict) => api_server::failure(
                CONFLICT,
                "Conflict",
                "the object has been modified; please apply your changes to the latest version",
            ),
            Some(Kind::LostRequest) => {
                self.trace(&request, "lost before the effect");
                return Err(io::Error::new(
                    io::ErrorKind::ConnectionReset,
                    "connection reset before the effect",
                ));
            }
            Some(Kind::Refused) => refused(400),
            None | Some(Kind::LostAnswer | Kind::Slow) => refusal.map_or_else(
                || self.world.request(&self.who, &request),
                |refusal| refused(refusal.code),
            ),
        };
        self.trace(&request, &outcome(&answer));
        if sort == Sort::Status && answer.status >= 300 && answer.status != CONFLICT {
            self.fuse.refused(&request.path);
        }
        self.fuse.point(write).await;
        if fault == Some(Kind::Slow) {
            tokio::time::sleep(Duration::from_millis(self.world.roll(8000))).await;
        }
        self.world.pause().await;
        if fault == Some(Kind::LostAnswer) {
            self.world.trace(&self.who, "  and the answer was lost");
            return Err(io::Error::new(
                io::ErrorKind::ConnectionReset,
                "connection reset after the effect",
            ));
        }
        let bytes = serde_json::to_vec(&*answer.body).map_err(io::Error::other)?;
        Response::builder()
            .status(answer.status)
            .header("content-type", "application/json")
            .body(Body::from(bytes))
            .map_err(io::Error::other)
    }

    /// An operator that is to stop writes down what it did, and no more.
    fn only_what_closes(&self, request: &api_server::Request) {
        let path = &request.path;
        let begins = match request.method.as_str() {
            "GET" => path.contains("/configmaps/") || path.contains("/secrets/"),
            "PATCH" if path.ends_with("/status") => {
                let mut closing = lock(&self.fuse.closing);
                !closing.entry(path.clone()).or_default().takes_another()
            }
            "PATCH" => request.body["metadata"]["finalizers"]
                .as_array()
                .is_some_and(|all| all.iter().any(|one| one == cloudfn::api::FINALIZER)),
            _ => !path.ends_with("/events"),
        };
        if begins {
            let method = &request.method;
            self.world
                .violation(format!("after the stop, a new request: {method} {path}"));
        }
    }

    fn trace(&self, request: &api_server::Request, outcome: &str) {
        let path = request
            .path
            .split("/namespaces/team/")
            .nth(1)
            .unwrap_or(&request.path);
        let what = match (request.method.as_str(), request.partial) {
            ("GET", true) => format!("GET {path} (metadata)"),
            ("POST", _) => format!(
                "POST {path} {}: {}",
                text(&request.body["reason"]),
                text(&request.body["note"])
            ),
            (method, _) => format!("{method} {path}"),
        };
        self.world.trace(&self.who, format!("{what}: {outcome}"));
        if request.method != "GET" {
            self.world.record().written.push(request.body.to_string());
        }
    }
}

/// The answer to a status that the API server does not take.
fn refused(code: u16) -> Answer {
    let reason = match code {
        400 => "BadRequest",
        403 => "Forbidden",
        422 => "Invalid",
        _ => "InternalError",
    };
    api_server::failure(code, reason, "the status has a field that it does not take")
}

/// The request taken out of HTTP.
pub async fn read(request: Request<Body>) -> io::Result<api_server::Request> {
    let (parts, body) = request.into_parts();
    let header = |name: &str| {
        parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    let bytes = body.collect_bytes().await.map_err(io::Error::other)?;
    let content_type = header("content-type");
    let body = api_server::body::read(&content_type, &bytes);
    Ok(api_server::Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        partial: header("accept").contains("as=PartialObjectMetadata"),
        content_type,
        unreadable: body.as_ref().err().cloned(),
        body: body.unwrap_or_default(),
    })
}

/// The object that a path names.
pub fn key_of(path: &str) -> Option<Key> {
    let mut parts = path.rsplit('/');
    let (name, plural, namespace) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Key {
        plural: plural.to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}

/// An answer in a few words.
fn outcome(answer: &Answer) -> String {
    let body = &answer.body;
    if answer.status >= 300 {
        return format!("{} {}", answer.status, text(&body["reason"]));
    }
    let mut words = format!(
        "{} rv={}",
        answer.status,
        text(&body["metadata"]["resourceVersion"])
    );
    let conditions = body["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten();
    for condition in conditions {
        let said = [
            &condition["type"],
            &condition["status"],
            &condition["reason"],
        ]
        .map(text);
        words = words + " " + said[0] + "=" + said[1] + "/" + said[2];
    }
    words
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

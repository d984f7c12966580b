//! Watches against an API server that goes away and comes back, in virtual time.

use std::io;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body as Answer, Bytes};
use futures::StreamExt as _;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use http::{Request, Response};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::client::Body;
use serde_json::{Value, json};

use super::*;

/// A try to connect that hangs ends after this time (`api_server::CONNECT_TIMEOUT`).
const CONNECTING: Duration = Duration::from_secs(3);
/// From the return of the API server to the first edit that is seen.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

struct Half;

impl World for Half {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn random(&self) -> f64 {
        1.0
    }
}

/// How requests fail while the API server is away.
#[derive(Clone, Copy, Debug)]
enum Away {
    Refused,
    Hanging,
}

/// An API server with ConfigMaps and no right to any Secret.
#[derive(Default)]
struct Server {
    away: Option<Away>,
    version: u64,
    /// Versions below this one have expired.
    oldest: u64,
    /// Every version has expired when it is watched.
    forgetful: bool,
    watchers: Vec<UnboundedSender<io::Result<Bytes>>>,
    lists: usize,
    requests: usize,
}

type Shared = Arc<Mutex<Server>>;

fn lock(server: &Shared) -> std::sync::MutexGuard<'_, Server> {
    server.lock().unwrap_or_else(PoisonError::into_inner)
}

fn line(kind: &str, object: &Value) -> Bytes {
    let event = json!({"type": kind, "object": object});
    Bytes::from(format!("{event}\n"))
}

fn expired() -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Expired", "code": 410,
        "message": "too old resource version"})
}

impl Server {
    fn object(&self) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "f", "namespace": "team", "resourceVersion": self.version.to_string()}})
    }

    fn edit(&mut self) {
        self.version += 1;
        let object = self.object();
        self.watchers
            .retain(|one| one.unbounded_send(Ok(line("MODIFIED", &object))).is_ok());
    }

    /// Every connection is lost, and none is accepted.
    fn leave(&mut self, how: Away) {
        self.away = Some(how);
        for watcher in self.watchers.drain(..) {
            let lost = io::Error::from(io::ErrorKind::ConnectionReset);
            drop(watcher.unbounded_send(Err(lost)));
        }
    }

    /// It is there again, and knows only its newest version.
    fn come_back(&mut self) {
        self.away = None;
        self.version += 1;
        self.oldest = self.version;
    }

    fn answer(&mut self, request: &Request<Body>) -> Response<Answer> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        if request.uri().path().ends_with("/secrets") {
            let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden",
                "code": 403, "message": "secrets is forbidden: User \"cloudfn\" cannot list resource \"secrets\""});
            return reply(403, &body);
        }
        if !query.contains("watch=true") {
            self.lists += 1;
            let version = self.version.to_string();
            return reply(
                200,
                &json!({"kind": "ConfigMapList", "apiVersion": "v1",
                "metadata": {"resourceVersion": version}, "items": [self.object()]}),
            );
        }
        let version = query.split('&').find_map(|pair| {
            let version = pair.strip_prefix("resourceVersion=")?;
            version.parse::<u64>().ok()
        });
        let (sender, lines) = unbounded();
        if self.forgetful || version.is_none_or(|version| version < self.oldest) {
            sender
                .unbounded_send(Ok(line("ERROR", &expired())))
                .unwrap();
        } else {
            self.watchers.push(sender);
        }
        Response::new(Answer::from_stream(lines))
    }
}

fn reply(status: u16, body: &Value) -> Response<Answer> {
    let answer = Response::builder().status(status);
    answer.body(Answer::from(body.to_string())).unwrap()
}

fn client(server: &Shared) -> Client {
    let server = server.clone();
    let service = tower::service_fn(move |request: Request<Body>| {
        let server = server.clone();
        async move {
            let away = {
                let mut server = lock(&server);
                server.requests += 1;
                server.away
            };
            match away {
                None => Ok(lock(&server).answer(&request)),
                Some(Away::Refused) => Err(io::Error::from(io::ErrorKind::ConnectionRefused)),
                Some(Away::Hanging) => {
                    tokio::time::sleep(CONNECTING).await;
                    Err(io::Error::from(io::ErrorKind::TimedOut))
                }
            }
        }
    });
    Client::new(service, "team")
}

fn report(health: &Arc<Health>) -> Report {
    Report {
        health: health.clone(),
        metrics: Metrics::new(),
        world: Arc::new(Half),
        kind: "LambdaFunction".to_owned(),
    }
}

/// A watch of ConfigMaps and one of Secrets, which has no right; the versions that are seen.
fn versions(server: &Shared, health: &Arc<Health>) -> impl Stream<Item = u64> + Unpin + use<> {
    let maps = Watch::<ConfigMap>::new(client(server), None, report(health));
    let secrets = Watch::<Secret>::new(client(server), None, report(health));
    let version = |metadata: Option<String>| metadata.and_then(|version| version.parse().ok());
    let maps = maps.events().filter_map(move |event| {
        let version = match event {
            Event::Apply(map) | Event::InitApply(map) => version(map.metadata.resource_version),
            _ => None,
        };
        std::future::ready(version)
    });
    let secrets = secrets
        .events()
        .filter_map(|_| std::future::ready(None::<u64>));
    stream::select(maps.boxed(), secrets.boxed())
}

async fn outage(lasts: Duration, how: Away) -> Duration {
    let (server, health) = (Shared::default(), Arc::new(Health::default()));
    health.started();
    let mut seen = versions(&server, &health);
    assert_eq!(seen.next().await, Some(0));
    // It runs for a while, and then the API server goes.
    let quiet = tokio::time::timeout(Duration::from_mins(1), seen.next()).await;
    assert!(quiet.is_err(), "nothing happens");
    let missing = health.missing().unwrap();
    assert!(
        missing.contains("watch of secrets") && missing.contains("no right"),
        "{missing}"
    );
    assert!(!missing.contains("configmaps"), "{missing}");
    lock(&server).leave(how);
    let requests = lock(&server).requests;
    let quiet = tokio::time::timeout(lasts, seen.next()).await;
    assert!(quiet.is_err(), "nothing is seen while it is away");
    if lasts >= Duration::from_secs(1) {
        let missing = health.missing().unwrap();
        assert!(missing.contains("watch of configmaps"), "{missing}");
    }
    let tries = lock(&server).requests - requests;
    assert!(
        tries < 12 + 2 * usize::try_from(lasts.as_secs()).unwrap() * 2,
        "{tries} tries"
    );
    let back = Instant::now();
    lock(&server).come_back();
    lock(&server).edit();
    let edited = lock(&server).version;
    while seen.next().await != Some(edited) {}
    let took = back.elapsed();
    let quiet = tokio::time::timeout(Duration::from_secs(1), seen.next()).await;
    assert!(quiet.is_err());
    let missing = health.missing().unwrap();
    assert!(!missing.contains("configmaps"), "it runs again: {missing}");
    took
}

#[tokio::test(start_paused = true)]
async fn the_first_edit_after_any_outage_is_seen_within_five_seconds() {
    for how in [Away::Refused, Away::Hanging] {
        for tenths in (1..100).chain((100..1300).step_by(37)) {
            let lasts = Duration::from_millis(100 * tenths);
            let took = outage(lasts, how).await;
            assert!(
                took <= SEEN_WITHIN,
                "{how:?} for {lasts:?}: seen after {took:?}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_version_is_listed_anew_at_once() {
    let (server, health) = (Shared::default(), Arc::new(Health::default()));
    let mut seen = versions(&server, &health);
    assert_eq!(seen.next().await, Some(0));
    {
        let mut server = lock(&server);
        server.come_back();
        server.watchers.clear();
    }
    // The connection ends, the version has expired meanwhile: what follows takes a pause for the end only.
    let before = Instant::now();
    assert_eq!(seen.next().await, Some(1));
    assert!(before.elapsed() <= FIRST_PAUSE, "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_version_that_expires_again_and_again_is_not_listed_as_fast_as_possible() {
    let server = Shared::default();
    lock(&server).forgetful = true;
    let mut seen = versions(&server, &Arc::new(Health::default()));
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(1) {
        seen.next().await;
    }
    let lists = lock(&server).lists;
    assert!(lists < 60, "{lists} lists in a minute");
}

//! A reverse proxy between the operator and the AWS emulator.
//!
//! Invariant: the account is the access key of the signature, so that tests
//! which share the proxy neither see nor disturb each other. A request that was
//! forwarded is logged with its status before anyone gets the answer.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::sync::Notify;

use crate::gate::{Entry, Fault, Gate, Injected, Killer, lock};
use crate::operations;
use crate::wire::{self, Cut};

/// One AWS call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its number among all calls of the bed.
    pub seq: u64,
    /// The 12-digit access key it was signed with.
    pub account: String,
    /// The region it was signed for.
    pub region: String,
    /// `cloudfront`, `lambda`, `sts` or `unknown`.
    pub service: &'static str,
    /// `CreateFunction`, ...
    pub operation: String,
    /// The function it is about, where the request says so.
    pub function: Option<String>,
    /// `PUT /path?query`.
    pub request: String,
    /// The answer's status; `None` while there is none, or where there never was one.
    pub status: Option<u16>,
    /// The fault that acted on it.
    pub fault: Option<&'static str>,
}

impl Call {
    /// Whether it can change the cloud: everything but Get, List, Describe and TestFunction.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !["Get", "List", "Describe", "TestFunction"]
            .iter()
            .any(|prefix| self.operation.starts_with(prefix))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5} {}:{}", self.seq, self.service, self.operation)?;
        if let Some(function) = &self.function {
            write!(f, " {function}")?;
        }
        match self.status {
            Some(status) => write!(f, " -> {status}")?,
            None => write!(f, " -> (no answer)")?,
        }
        if let Some(fault) = self.fault {
            write!(f, " [{fault}]")?;
        }
        Ok(())
    }
}

impl Entry for Call {
    fn seq(&self) -> u64 {
        self.seq
    }
    fn answered(&mut self, status: u16) {
        self.status = Some(status);
    }
    fn faulted(&mut self, action: &'static str) {
        self.fault = Some(action);
    }
}

impl Fault<Call> {
    /// Meets calls of one operation, of whatever service has it.
    #[must_use]
    pub fn on(operation: &str) -> Self {
        let wanted = operation.to_owned();
        Self::any().and(operation, move |call| call.operation == wanted)
    }

    /// Meets calls that can change the cloud.
    #[must_use]
    pub fn on_write() -> Self {
        Self::any().and("a write", Call::is_write)
    }

    /// Only those about this function.
    #[must_use]
    pub fn function(self, name: &str) -> Self {
        let wanted = name.to_owned();
        self.and(format!("of {name}"), move |call| {
            call.function.as_deref() == Some(wanted.as_str())
        })
    }

    /// Only those to this service.
    #[must_use]
    pub fn service(self, service: &str) -> Self {
        let wanted = service.to_owned();
        self.and(format!("at {service}"), move |call| call.service == wanted)
    }
}

#[derive(Debug)]
struct Inner {
    upstream: Mutex<String>,
    client: Client<HttpConnector, Full<Bytes>>,
    gates: Mutex<HashMap<String, Arc<Gate<Call>>>>,
    seq: AtomicU64,
    url: String,
}

/// The proxy; clones are the same one.
#[derive(Debug, Clone)]
pub struct Proxy(Arc<Inner>);

impl Proxy {
    /// Listens on a free port of 127.0.0.1 and forwards to `upstream` (`http://host:port`).
    pub async fn start(upstream: &str) -> io::Result<Self> {
        let cell: Arc<std::sync::OnceLock<Self>> = Arc::default();
        let handlers = Arc::clone(&cell);
        let handler = move |request| {
            let proxy = handlers.get().cloned();
            async move {
                match proxy {
                    Some(proxy) => proxy.handle(request).await,
                    None => Err(Cut),
                }
            }
        };
        let address = wire::serve(handler, Arc::new(Notify::new())).await?;
        let proxy = Self(Arc::new(Inner {
            upstream: Mutex::new(upstream.to_owned()),
            client: wire::client(),
            gates: Mutex::default(),
            seq: AtomicU64::new(0),
            url: format!("http://{address}"),
        }));
        let _ = cell.set(proxy.clone());
        Ok(proxy)
    }

    /// `http://127.0.0.1:<port>`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// Forwards to another server from now on.
    pub fn set_upstream(&self, upstream: &str) {
        upstream.clone_into(&mut lock(&self.0.upstream));
    }

    /// One account's log and faults.
    #[must_use]
    pub fn gate(&self, account: &str) -> Arc<Gate<Call>> {
        Arc::clone(lock(&self.0.gates).entry(account.to_owned()).or_default())
    }

    /// The account's calls so far, in the order in which they arrived.
    #[must_use]
    pub fn calls(&self, account: &str) -> Vec<Call> {
        self.gate(account).log()
    }

    /// How often each operation was called: `"lambda:CreateFunction" -> 1`.
    #[must_use]
    pub fn counts(&self, account: &str) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for call in self.calls(account) {
            *counts
                .entry(format!("{}:{}", call.service, call.operation))
                .or_default() += 1;
        }
        counts
    }

    /// How often one operation was called, of whatever service.
    #[must_use]
    pub fn count(&self, account: &str, operation: &str) -> usize {
        self.calls(account)
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// Empties the account's log; faults stay.
    pub fn clear(&self, account: &str) {
        self.gate(account).clear();
    }

    /// Adds a fault.
    pub fn inject(&self, account: &str, fault: Fault<Call>) -> Injected {
        self.gate(account).inject(fault)
    }

    /// Says what `KillBefore` and `KillAfter` call for this account.
    pub fn on_kill(&self, account: &str, killer: Killer) {
        self.gate(account).on_kill(killer);
    }

    /// While on, the account's connections are closed at once.
    pub fn set_unreachable(&self, account: &str, on: bool) {
        self.gate(account).set_unreachable(on);
    }

    async fn handle(&self, request: Request<Incoming>) -> Result<Response<wire::Body>, Cut> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let path = head.uri.path().to_owned();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let operation = operations::name(head.method.as_str(), &path, &query, &body);
        let (account, region) = signer(&head.headers);
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned();
        let gate = self.gate(&account);
        let passage = gate.enter(Call {
            seq: self.0.seq.fetch_add(1, Ordering::SeqCst),
            account,
            region,
            service: operation.service,
            operation: operation.name,
            function: operation.function,
            request: format!("{} {target}", head.method),
            status: None,
            fault: None,
        })?;
        if let Some(reply) = passage.before().await? {
            return Ok(reply.map(wire::full));
        }
        let upstream = lock(&self.0.upstream).clone();
        head.uri = format!("{upstream}{target}").parse().map_err(|_| Cut)?;
        wire::strip_hop_by_hop(&mut head.headers);
        let forwarded = Request::from_parts(head, Full::new(body));
        let (mut head, body) = self
            .0
            .client
            .request(forwarded)
            .await
            .map_err(|_| Cut)?
            .into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        passage.answered(head.status.as_u16());
        wire::strip_hop_by_hop(&mut head.headers);
        let mut response = passage.after(Response::from_parts(head, body)).await?;
        // The answer may have been rewritten; hyper counts it anew. A HEAD or 204 has none.
        if !response.body().is_empty() {
            response.headers_mut().remove("content-length");
        }
        Ok(response.map(wire::full))
    }
}

/// Access key and region of `AWS4-HMAC-SHA256 Credential=<key>/<date>/<region>/<service>/aws4_request, ...`.
fn signer(headers: &http::HeaderMap) -> (String, String) {
    let text = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let scope = text.split_once("Credential=").map_or("", |(_, rest)| rest);
    let mut parts = scope
        .split([',', ' '])
        .next()
        .unwrap_or_default()
        .split('/');
    let key = parts.next().unwrap_or_default().to_owned();
    let region = parts.nth(1).unwrap_or_default().to_owned();
    (key, region)
}

#[cfg(test)]
mod tests {
    use super::signer;

    #[test]
    fn account_and_region_come_from_the_signature() {
        let mut headers = http::HeaderMap::new();
        let value = "AWS4-HMAC-SHA256 Credential=123456789012/20260101/eu-west-1/lambda/aws4_request, SignedHeaders=host, Signature=x";
        headers.insert("authorization", value.parse().expect("a header"));
        assert_eq!(
            signer(&headers),
            ("123456789012".to_owned(), "eu-west-1".to_owned())
        );
        assert_eq!(
            signer(&http::HeaderMap::new()),
            (String::new(), String::new())
        );
    }
}

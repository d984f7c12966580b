//! A reverse proxy between one operator and the API server.
//!
//! Invariant: the operator's own token is what the API server sees; watches
//! stream through unbuffered. Plain HTTP on this side, TLS on the other.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::{Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::sync::Notify;

use crate::gate::{Entry, Fault, Gate, Injected, Killer};
use crate::wire::{self, Cut};

/// One request to the API server.
#[derive(Debug, Clone, Default)]
pub struct ApiCall {
    /// Its number among the requests of this proxy.
    pub seq: u64,
    /// get, list, watch, create, update, patch, delete or deletecollection.
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The plural; empty for what is no resource (`/version`).
    pub resource: String,
    /// `status`, ...
    pub subresource: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The object.
    pub name: Option<String>,
    /// `PATCH /path?query`.
    pub request: String,
    /// The answer's status; `None` while there is none, or where there never was one.
    pub status: Option<u16>,
    /// The fault that acted on it.
    pub fault: Option<&'static str>,
}

impl ApiCall {
    /// Whether it changes something.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self.verb.as_str(), "get" | "list" | "watch")
    }

    fn parse(method: &str, path: &str, query: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (group, rest): (&str, &[&str]) = match parts.as_slice() {
            ["api", _, rest @ ..] => ("", rest),
            ["apis", group, _, rest @ ..] => (group, rest),
            _ => ("", &[]),
        };
        let (namespace, rest) = match rest {
            // A namespace's own object and its subresources are not in a namespace.
            ["namespaces", _] | ["namespaces", _, "status" | "finalize"] => (None, rest),
            ["namespaces", namespace, rest @ ..] => (Some((*namespace).to_owned()), rest),
            _ => (None, rest),
        };
        let name = rest.get(1).map(|name| (*name).to_owned());
        let watch = query
            .split('&')
            .any(|pair| pair == "watch=true" || pair == "watch=1");
        let verb = match (method, &name) {
            ("GET", _) if watch => "watch",
            ("GET", None) => "list",
            ("GET", Some(_)) => "get",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", Some(_)) => "delete",
            ("DELETE", None) => "deletecollection",
            _ => "other",
        };
        Self {
            verb: verb.to_owned(),
            group: group.to_owned(),
            resource: rest
                .first()
                .map(|resource| (*resource).to_owned())
                .unwrap_or_default(),
            subresource: rest.get(2).map(|name| (*name).to_owned()),
            namespace,
            name,
            ..Self::default()
        }
    }
}

impl fmt::Display for ApiCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>5} {} {}", self.seq, self.verb, self.resource)?;
        if let Some(subresource) = &self.subresource {
            write!(f, "/{subresource}")?;
        }
        if let Some(name) = &self.name {
            write!(f, " {name}")?;
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

impl Entry for ApiCall {
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

impl Fault<ApiCall> {
    /// Meets requests that change something.
    #[must_use]
    pub fn on_api_write() -> Self {
        Self::any().and("a write", ApiCall::is_write)
    }

    /// Only this verb.
    #[must_use]
    pub fn verb(self, verb: &str) -> Self {
        let wanted = verb.to_owned();
        self.and(verb, move |call| call.verb == wanted)
    }

    /// Only this resource (plural).
    #[must_use]
    pub fn resource(self, resource: &str) -> Self {
        let wanted = resource.to_owned();
        self.and(resource, move |call| call.resource == wanted)
    }

    /// Only this subresource; the object itself where it is empty.
    #[must_use]
    pub fn subresource(self, subresource: &str) -> Self {
        let wanted = subresource.to_owned();
        self.and(format!("/{subresource}"), move |call| {
            call.subresource.as_deref().unwrap_or_default() == wanted
        })
    }

    /// Only the object of this name.
    #[must_use]
    pub fn object(self, name: &str) -> Self {
        let wanted = name.to_owned();
        self.and(format!("of {name}"), move |call| {
            call.name.as_deref() == Some(wanted.as_str())
        })
    }
}

#[derive(Debug)]
struct Inner {
    gate: Arc<Gate<ApiCall>>,
    seq: AtomicU64,
    sever: Arc<Notify>,
    url: String,
}

/// The proxy; clones are the same one.
#[derive(Debug, Clone)]
pub struct ApiProxy(Arc<Inner>);

impl ApiProxy {
    /// Listens on a free port of 127.0.0.1. `upstream` is a client without
    /// credentials (`ControlPlane::anonymous_client`).
    pub async fn start(upstream: kube::Client) -> io::Result<Self> {
        let cell: Arc<std::sync::OnceLock<Self>> = Arc::default();
        let handlers = Arc::clone(&cell);
        let handler = move |request| {
            let proxy = handlers.get().cloned();
            let upstream = upstream.clone();
            async move {
                match proxy {
                    Some(proxy) => proxy.handle(request, upstream).await,
                    None => Err(Cut),
                }
            }
        };
        let sever = Arc::new(Notify::new());
        let address = wire::serve(handler, Arc::clone(&sever)).await?;
        let proxy = Self(Arc::new(Inner {
            gate: Arc::new(Gate::default()),
            seq: AtomicU64::new(0),
            sever,
            url: format!("http://{address}"),
        }));
        let _ = cell.set(proxy.clone());
        Ok(proxy)
    }

    /// `http://127.0.0.1:<port>`: the `server` of the operator's kubeconfig.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }

    /// The requests so far, in the order in which they arrived.
    #[must_use]
    pub fn calls(&self) -> Vec<ApiCall> {
        self.0.gate.log()
    }

    /// The requests that change something.
    #[must_use]
    pub fn writes(&self) -> Vec<ApiCall> {
        self.calls().into_iter().filter(ApiCall::is_write).collect()
    }

    /// Empties the log; faults stay.
    pub fn clear(&self) {
        self.0.gate.clear();
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault<ApiCall>) -> Injected {
        self.0.gate.inject(fault)
    }

    /// Says what `KillBefore` and `KillAfter` call.
    pub fn on_kill(&self, killer: Killer) {
        self.0.gate.on_kill(killer);
    }

    /// While on, every connection is closed at once, watches included.
    pub fn set_unreachable(&self, on: bool) {
        self.0.gate.set_unreachable(on);
        if on {
            self.sever();
        }
    }

    /// Closes all open connections, as a restarting API server does.
    pub fn sever(&self) {
        self.0.sever.notify_waiters();
    }

    async fn handle(
        &self,
        request: Request<Incoming>,
        upstream: kube::Client,
    ) -> Result<Response<wire::Body>, Cut> {
        let (mut head, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let target = head
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str())
            .to_owned();
        let mut call = ApiCall::parse(
            head.method.as_str(),
            head.uri.path(),
            head.uri.query().unwrap_or_default(),
        );
        call.seq = self.0.seq.fetch_add(1, Ordering::SeqCst);
        call.request = format!("{} {target}", head.method);
        let passage = self.0.gate.enter(call)?;
        if let Some(reply) = passage.before().await? {
            return Ok(reply.map(wire::full));
        }
        head.uri = target.parse().map_err(|_| Cut)?;
        head.version = http::Version::HTTP_11;
        wire::strip_hop_by_hop(&mut head.headers);
        head.headers.remove("host");
        let forwarded = Request::from_parts(head, kube::client::Body::from(body));
        let (mut head, body) = upstream
            .send(forwarded)
            .await
            .map_err(|_| Cut)?
            .into_parts();
        passage.answered(head.status.as_u16());
        wire::strip_hop_by_hop(&mut head.headers);
        head.version = http::Version::HTTP_11;
        if !passage.acts_on_the_answer() {
            return Ok(Response::from_parts(
                head,
                body.map_err(Into::into).boxed_unsync(),
            ));
        }
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let mut response = passage.after(Response::from_parts(head, body)).await?;
        response.headers_mut().remove("content-length");
        Ok(response.map(wire::full))
    }
}

#[cfg(test)]
mod tests {
    use super::ApiCall;

    #[test]
    fn a_path_says_verb_resource_namespace_and_name() {
        let rows = [
            (
                "GET",
                "/apis/cloudfn.dev/v1alpha1/namespaces/a/lambdafunctions",
                "watch=true",
                "watch cloudfn.dev lambdafunctions - a -",
            ),
            (
                "GET",
                "/apis/cloudfn.dev/v1alpha1/namespaces/a/lambdafunctions",
                "",
                "list cloudfn.dev lambdafunctions - a -",
            ),
            (
                "PATCH",
                "/apis/cloudfn.dev/v1alpha1/namespaces/a/lambdafunctions/f/status",
                "",
                "patch cloudfn.dev lambdafunctions status a f",
            ),
            (
                "GET",
                "/api/v1/namespaces/kube-system",
                "",
                "get  namespaces - - kube-system",
            ),
            (
                "POST",
                "/api/v1/namespaces/a/events",
                "",
                "create  events - a -",
            ),
            (
                "GET",
                "/api/v1/namespaces/a/secrets/s",
                "",
                "get  secrets - a s",
            ),
            (
                "DELETE",
                "/api/v1/namespaces/a/configmaps",
                "",
                "deletecollection  configmaps - a -",
            ),
            ("GET", "/version", "", "list   - - -"),
        ];
        for (method, path, query, expected) in rows {
            let call = ApiCall::parse(method, path, query);
            let dash = || "-".to_owned();
            let found = format!(
                "{} {} {} {} {} {}",
                call.verb,
                call.group,
                call.resource,
                call.subresource.unwrap_or_else(dash),
                call.namespace.unwrap_or_else(dash),
                call.name.unwrap_or_else(dash)
            );
            assert_eq!(found, expected, "{method} {path}?{query}");
        }
    }
}

//! Many objects of one kind: their manifests, and waiting until all of them are as wanted.
//!
//! Invariant: a wait watches from before the first change, so it ends with the version that completed
//! the fleet, and not a look later.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use cloudfn_bed::Tenant;
use futures::StreamExt as _;
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use kube::runtime::{WatchStreamExt as _, watcher};
use serde_json::{Value, json};
use strict_cloud::Snapshot;

/// Requests of a person that are under way at once.
const AT_ONCE: usize = 32;
/// Far more than a fleet takes: 1,000 functions at 10 writes a second take 100 s.
const FLEET_LIMIT: Duration = Duration::from_mins(30);

/// A kind of function.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Lambda,
    CloudFront,
    /// CloudFront functions with a test for each of [`TESTS`].
    Tested,
}

/// URIs that the tests of a function ask for.
pub const TESTS: [&str; 2] = ["/one", "/two"];

/// Objects `f-0` and so on, of one kind.
#[derive(Clone, Copy)]
pub struct Fleet {
    pub kind: Kind,
    pub size: usize,
}

/// What a person does to each object of a fleet.
#[derive(Clone, Copy)]
pub enum Deed {
    /// Applies the manifest of this generation, which differs from the one before in one field.
    Apply(i64),
    /// Asks for a look.
    Ask(&'static str),
    /// Deletes it.
    Delete,
}

impl Kind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lambda => "LambdaFunction",
            Self::CloudFront | Self::Tested => "CloudFrontFunction",
        }
    }

    /// The one field that changes from generation to generation, as the spec has it and as the cloud shows it.
    fn memory(generation: i64) -> i64 {
        128 * generation
    }

    pub fn javascript(name: &str, generation: i64) -> String {
        format!(
            "function handler(event) {{ event.request.headers['x-mark'] = {{value: '{name} {generation}'}}; return event.request; }}\n"
        )
    }

    /// An event, complete.
    pub fn event(uri: &str) -> Value {
        json!({
            "version": "1.0", "context": {"eventType": "viewer-request"}, "viewer": {"ip": "198.51.100.11"},
            "request": {"method": "GET", "uri": uri, "querystring": {}, "headers": {}, "cookies": {}},
        })
    }

    fn manifest(self, account: &str, name: &str, generation: i64) -> Value {
        let spec = match self {
            Self::Lambda => json!({
                "runtime": "python3.13", "handler": "index.handler", "role": format!("arn:aws:iam::{account}:role/lambda"),
                "timeout": 10, "memorySize": Self::memory(generation), "environment": {"variables": {"MODE": "bench"}},
                "code": {"inline": {"files": {"index.py": format!("def handler(event, context):\n    return '{name}'\n")}}},
            }),
            Self::CloudFront => json!({"code": {"inline": Self::javascript(name, generation)}}),
            Self::Tested => {
                let test = |uri: &str| json!({"name": uri.trim_start_matches('/'), "event": Self::event(uri), "expect": {"request": {"uri": uri}}});
                json!({"code": {"inline": Self::javascript(name, generation)}, "tests": TESTS.map(test)})
            }
        };
        json!({"kind": self.name(), "metadata": {"name": name}, "spec": spec})
    }
}

impl Fleet {
    pub fn names(self) -> impl Iterator<Item = String> {
        (0..self.size).map(|n| format!("f-{n}"))
    }

    /// Does it to all, and waits until all show it. Answers how long the requests alone took.
    pub async fn complete(self, tenant: &Tenant, deed: Deed) -> Duration {
        tokio::join!(self.request(tenant, deed), self.settle(tenant, deed)).0
    }

    async fn request(self, tenant: &Tenant, deed: Deed) -> Duration {
        let began = Instant::now();
        let kind = self.kind.name();
        let one = |name: String| async move {
            match deed {
                Deed::Apply(generation) => drop(
                    tenant
                        .apply(self.kind.manifest(tenant.account(), &name, generation))
                        .await,
                ),
                Deed::Ask(token) => {
                    let change = json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}});
                    drop(tenant.patch(kind, &name, change).await);
                }
                Deed::Delete => tenant.delete(kind, &name).await,
            }
        };
        futures::stream::iter(self.names())
            .map(one)
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<()>>()
            .await;
        began.elapsed()
    }

    async fn settle(self, tenant: &Tenant, deed: Deed) {
        let shown = |object: &DynamicObject| match deed {
            Deed::Apply(generation) => {
                object.metadata.generation == Some(generation) && cloudfn_bed::is_ready(object)
            }
            Deed::Ask(token) => {
                object.data["status"]["lastHandledReconcileAt"] == token
                    && cloudfn_bed::is_ready(object)
            }
            Deed::Delete => false,
        };
        let mut there: HashMap<String, DynamicObject> = HashMap::new();
        let mut done: HashSet<String> = HashSet::new();
        let all = async {
            let mut versions = watcher(tenant.api(self.kind.name()), watcher::Config::default())
                .default_backoff()
                .boxed();
            let mut listed = false;
            while let Some(version) = versions.next().await {
                match version {
                    Ok(watcher::Event::Init) => (there.clear(), done.clear()).0,
                    Ok(watcher::Event::InitDone) => listed = true,
                    Ok(watcher::Event::InitApply(object) | watcher::Event::Apply(object)) => {
                        let stalled = cloudfn_bed::condition(&object, "Stalled");
                        assert!(
                            stalled.is_none(),
                            "{} needs a person: {}\n{}",
                            object.name_any(),
                            object.data["status"],
                            tenant.operator_logs(20)
                        );
                        if shown(&object) {
                            done.insert(object.name_any())
                        } else {
                            done.remove(&object.name_any())
                        };
                        there.insert(object.name_any(), object);
                    }
                    Ok(watcher::Event::Delete(object)) => {
                        there.remove(&object.name_any());
                        done.remove(&object.name_any());
                    }
                    Err(_) => {}
                }
                let wanted = if matches!(deed, Deed::Delete) {
                    there.is_empty()
                } else {
                    done.len() == self.size
                };
                if listed && wanted {
                    return;
                }
            }
        };
        if tokio::time::timeout(FLEET_LIMIT, all).await.is_ok() {
            return;
        }
        let other = there.iter().find(|(name, _)| !done.contains(*name));
        let other = other
            .map(|(name, object)| format!("{name}: {}", object.data["status"]))
            .unwrap_or_default();
        panic!(
            "{} of {} are done, {} are there\n{other}\n{}",
            done.len(),
            self.size,
            there.len(),
            tenant.operator_logs(20)
        );
    }

    /// Whether the cloud has what this generation asks for, of each function, and nothing else.
    pub fn check(self, cloud: &Snapshot, generation: i64) {
        let mut have: Vec<&String> = match self.kind {
            Kind::Lambda => cloud.lambda.keys().map(|(_, name)| name).collect(),
            Kind::CloudFront | Kind::Tested => cloud.cloudfront.keys().collect(),
        };
        let mut want: Vec<String> = self.names().collect();
        have.sort();
        want.sort();
        assert!(
            have.len() == want.len() && have.iter().zip(&want).all(|(have, want)| *have == want),
            "the cloud has {} functions, the fleet {}",
            have.len(),
            want.len()
        );
        for function in cloud.lambda.values() {
            assert_eq!(
                (function.state, function.last_update_status),
                ("Active", Some("Successful"))
            );
            assert_eq!(
                function.configuration.number("MemorySize"),
                Some(Kind::memory(generation))
            );
        }
        for (name, function) in &cloud.cloudfront {
            let wanted =
                strict_cloud::lambda::sha256(Kind::javascript(name, generation).as_bytes());
            assert_eq!(
                function.live.as_ref().map(|live| &live.code_sha256),
                Some(&wanted),
                "LIVE of {name}"
            );
        }
    }
}

//! Metrics in OpenMetrics text.
//!
//! Invariant: every label value is from a closed set; no object's name and no cloud text is one.

use std::collections::HashMap;
use std::fmt::Error;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};

use crate::cloud::{CallObserver, limit};

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Pass {
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Event {
    kind: String,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Readiness {
    kind: String,
    ready: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    service: &'static str,
    operation: &'static str,
    outcome: &'static str,
    code: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Service {
    service: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Budget {
    family: &'static str,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;

/// All metrics of a process.
pub struct Metrics {
    registry: Registry,
    passes: Family<Pass, Counter>,
    pass_seconds: Durations<Kind>,
    events: Family<Event, Counter>,
    calls: Family<Call, Counter>,
    call_seconds: Durations<Service>,
    throttles: Family<Service, Counter>,
    budget_waits: Durations<Budget>,
    objects: Family<Readiness, Gauge>,
    readiness: Mutex<HashMap<(String, String), &'static str>>,
    unauthenticated: Gauge,
    watch_errors: Family<Kind, Counter>,
}

/// Registers each metric as it is made.
struct Registrar(Registry);

impl Registrar {
    fn metric<M>(&mut self, name: &str, help: &str) -> M
    where
        M: Metric + Clone + Default,
    {
        let metric = M::default();
        self.0.register(name, help, metric.clone());
        metric
    }

    fn durations<L>(&mut self, name: &str, help: &str) -> Durations<L>
    where
        L: Clone + Hash + Eq,
        Durations<L>: Metric,
    {
        let durations: Durations<L> = Family::new_with_constructor(seconds);
        self.0
            .register_with_unit(name, help, Unit::Seconds, durations.clone());
        durations
    }
}

fn seconds() -> Histogram {
    Histogram::new([0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 30.0, 90.0])
}

impl Metrics {
    /// New metrics, all zero.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut new = Registrar(Registry::with_prefix("cloudfn"));
        Arc::new(Self {
            passes: new.metric("passes", "Passes over objects by kind and outcome"),
            pass_seconds: new.durations("pass_duration", "Length of passes"),
            events: new.metric(
                "events",
                "What happened to objects, by kind and reason of the event that tells of it",
            ),
            calls: new.metric(
                "cloud_calls",
                "Cloud calls by operation, outcome and error code",
            ),
            call_seconds: new.durations(
                "cloud_call_duration",
                "Length of cloud calls, the wait for a token excluded",
            ),
            throttles: new.metric("cloud_throttles", "Cloud calls that were throttled"),
            budget_waits: new.durations("budget_wait", "Waits for a token of the call budget"),
            objects: new.metric(
                "objects",
                "Objects by kind and status of their Ready condition",
            ),
            unauthenticated: new.metric(
                "unauthenticated",
                "1 while the cloud refuses the operator's credentials",
            ),
            watch_errors: new.metric("watch_errors", "Failures of the watches on the API server"),
            readiness: Mutex::default(),
            registry: new.0,
        })
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// If the text cannot be written, which only a lack of memory can cause.
    pub fn text(&self) -> Result<String, Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    /// A pass ended. `outcome` is from a closed set.
    pub fn pass(&self, kind: &str, outcome: &'static str, length: Duration) {
        self.passes
            .get_or_create(&Pass {
                kind: kind.to_owned(),
                outcome,
            })
            .inc();
        self.pass_seconds
            .get_or_create(&Kind {
                kind: kind.to_owned(),
            })
            .observe(length.as_secs_f64());
    }

    /// Something happened that is worth an event. `reason` is from a closed set.
    pub fn happened(&self, kind: &str, reason: &'static str) {
        self.events
            .get_or_create(&Event {
                kind: kind.to_owned(),
                reason,
            })
            .inc();
    }

    /// The Ready condition of the object `<namespace>/<name>` is now `ready`: `True`, `False` or
    /// `Unknown`; `None` if the object is gone.
    pub fn object(&self, kind: &str, key: &str, ready: Option<&'static str>) {
        let mut readiness = self
            .readiness
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let old = match ready {
            Some(ready) => readiness.insert((kind.to_owned(), key.to_owned()), ready),
            None => readiness.remove(&(kind.to_owned(), key.to_owned())),
        };
        if let Some(ready) = old {
            self.objects
                .get_or_create(&Readiness {
                    kind: kind.to_owned(),
                    ready,
                })
                .dec();
        }
        if let Some(ready) = ready {
            self.objects
                .get_or_create(&Readiness {
                    kind: kind.to_owned(),
                    ready,
                })
                .inc();
        }
    }

    /// A watch on objects of `kind` failed and starts again.
    pub fn watch_failed(&self, kind: &str) {
        self.watch_errors
            .get_or_create(&Kind {
                kind: kind.to_owned(),
            })
            .inc();
    }
}

impl CallObserver for Metrics {
    fn called(
        &self,
        service: &'static str,
        operation: &'static str,
        outcome: &'static str,
        code: &'static str,
        elapsed: Duration,
    ) {
        self.calls
            .get_or_create(&Call {
                service,
                operation,
                outcome,
                code,
            })
            .inc();
        self.call_seconds
            .get_or_create(&Service { service })
            .observe(elapsed.as_secs_f64());
        if outcome == "Throttled" {
            self.throttles.get_or_create(&Service { service }).inc();
        }
        match outcome {
            "Unauthenticated" => {
                if self.unauthenticated.set(1) == 0 {
                    tracing::warn!(
                        service,
                        operation,
                        code,
                        "the cloud refuses the operator's credentials"
                    );
                }
            }
            // These answers say nothing about the credentials.
            "Unavailable" | "Throttled" | "Late" => {}
            _ => {
                self.unauthenticated.set(0);
            }
        }
    }

    fn waited(&self, family: limit::Family, elapsed: Duration) {
        self.budget_waits
            .get_or_create(&Budget {
                family: family.name(),
            })
            .observe(elapsed.as_secs_f64());
    }
}

//! Metrics in OpenMetrics text.
//!
//! Invariant: every label value is from a closed set; no object's name and no cloud text is one.

use std::collections::HashMap;
use std::fmt::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

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

fn seconds() -> Histogram {
    Histogram::new([0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 30.0, 90.0])
}

impl Metrics {
    /// Fresh metrics, shared by everybody who counts.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut registry = Registry::with_prefix("cloudfn");
        let passes = Family::default();
        let pass_seconds: Durations<Kind> = Family::new_with_constructor(seconds);
        let events = Family::default();
        let calls = Family::default();
        let call_seconds: Durations<Service> = Family::new_with_constructor(seconds);
        let throttles = Family::default();
        let budget_waits: Durations<Budget> = Family::new_with_constructor(seconds);
        let objects = Family::default();
        let unauthenticated = Gauge::default();
        let watch_errors = Family::default();
        registry.register(
            "passes",
            "Passes over objects by kind and outcome",
            passes.clone(),
        );
        registry.register_with_unit(
            "pass_duration",
            "Length of passes",
            Unit::Seconds,
            pass_seconds.clone(),
        );
        registry.register(
            "events",
            "What happened to objects, by kind and reason of the event that tells of it",
            events.clone(),
        );
        registry.register(
            "cloud_calls",
            "Cloud calls by operation, outcome and error code",
            calls.clone(),
        );
        registry.register_with_unit(
            "cloud_call_duration",
            "Length of cloud calls, the wait for a token excluded",
            Unit::Seconds,
            call_seconds.clone(),
        );
        registry.register(
            "cloud_throttles",
            "Cloud calls that were throttled",
            throttles.clone(),
        );
        registry.register_with_unit(
            "budget_wait",
            "Waits for a token of the call budget",
            Unit::Seconds,
            budget_waits.clone(),
        );
        registry.register(
            "objects",
            "Objects by kind and status of their Ready condition",
            objects.clone(),
        );
        registry.register(
            "unauthenticated",
            "1 while the cloud refuses the operator's credentials",
            unauthenticated.clone(),
        );
        registry.register(
            "watch_errors",
            "Failures of the watches on the API server",
            watch_errors.clone(),
        );
        Arc::new(Self {
            registry,
            passes,
            pass_seconds,
            events,
            calls,
            call_seconds,
            throttles,
            budget_waits,
            objects,
            readiness: Mutex::default(),
            unauthenticated,
            watch_errors,
        })
    }

    /// Everything as OpenMetrics text.
    ///
    /// # Errors
    /// Where the text cannot be written, which memory alone could cause.
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

    /// The Ready condition of the object `<namespace>/<name>` is now so: `True`, `False` or `Unknown`;
    /// `None` where the object is gone.
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

    /// A watch on objects of `kind` failed and is begun again.
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
            // Nobody knows what an unanswered call would have said of the credentials.
            "Unavailable" | "Throttled" => {}
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

//! Publishes events.
//!
//! Invariant: a failure to publish has no effect on the caller. Each text is an event of its own;
//! kube's recorder would repeat the first text of a reason for all later ones.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use k8s_openapi::api::events::v1;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::PostParams;
use kube::core::ObjectMeta;
use kube::{Api, Client};
use tokio::time::Instant;
use tracing::{debug, warn};

use super::words;
use crate::api::text::without_controls;

/// Events of one object at once, at most.
const BURST: f64 = 10.0;
/// Seconds after which an object may have one event more.
const REFILL_SECONDS: f64 = 30.0;
/// Longest wait for the API server.
const PUBLISH_TIMEOUT: Duration = Duration::from_secs(3);
/// Longest note that the API server takes, in bytes.
const NOTE_LIMIT: usize = 1024;

/// One event, as the operator publishes it.
#[derive(Clone, Debug)]
pub struct Event {
    /// The object that it is about.
    pub regarding: ObjectReference,
    /// Its type: Warning if true, else Normal.
    pub warning: bool,
    /// The reason, from a closed set.
    pub reason: &'static str,
    /// What cloudfn did, from a closed set.
    pub action: &'static str,
    /// One sentence.
    pub note: String,
}

/// The publisher: one for each process.
#[derive(Clone)]
pub struct Events {
    client: Client,
    instance: String,
    allowances: Arc<Mutex<HashMap<String, (f64, Instant)>>>,
}

impl Events {
    /// A publisher that names `instance` (the pod) as its source.
    #[must_use]
    pub fn new(client: Client, instance: String) -> Self {
        Self {
            client,
            instance,
            allowances: Arc::default(),
        }
    }

    /// Publishes, unless the object has used up its allowance. Failure is only logged.
    pub async fn publish(&self, event: Event, now: Timestamp, random: f64) {
        let uid = event.regarding.uid.clone().unwrap_or_default();
        if !self.allowed(&uid) {
            debug!(
                namespace = event.regarding.namespace,
                name = event.regarding.name,
                event = event.reason,
                "event held back: the object told much lately"
            );
            return;
        }
        let namespace = event.regarding.namespace.clone().unwrap_or_default();
        let event = self.object(event, now, random);
        let api: Api<v1::Event> = Api::namespaced(self.client.clone(), &namespace);
        match tokio::time::timeout(PUBLISH_TIMEOUT, api.create(&PostParams::default(), &event))
            .await
        {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => warn!(error = words(&error), "an event was not published"),
            Err(_) => warn!("an event was not published in time"),
        }
    }

    fn object(&self, event: Event, now: Timestamp, random: f64) -> v1::Event {
        let name = event.regarding.name.clone().unwrap_or_default();
        // Unique enough without reading the clock twice: time and 32 random bits.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number from 0 up to 1 fills 32 bits"
        )]
        let suffix = format!(
            "{:x}{:08x}",
            now.as_microsecond(),
            (random * 4_294_967_296.0) as u32
        );
        let prefix: String = name.chars().take(200).collect();
        v1::Event {
            metadata: ObjectMeta {
                name: Some(format!("{prefix}.{suffix}")),
                namespace: event.regarding.namespace.clone(),
                ..ObjectMeta::default()
            },
            event_time: Some(MicroTime(now)),
            type_: Some(if event.warning { "Warning" } else { "Normal" }.to_owned()),
            reason: Some(event.reason.to_owned()),
            action: Some(event.action.to_owned()),
            note: Some(shortened(without_controls(&event.note))),
            regarding: Some(event.regarding),
            reporting_controller: Some("cloudfn.dev/cloudfn".to_owned()),
            reporting_instance: Some(self.instance.clone()),
            ..v1::Event::default()
        }
    }

    fn allowed(&self, uid: &str) -> bool {
        let now = Instant::now();
        let mut allowances = self
            .allowances
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        allowances.retain(|_, (tokens, since)| refilled(*tokens, *since, now) < BURST);
        let (tokens, since) = allowances.entry(uid.to_owned()).or_insert((BURST, now));
        *tokens = refilled(*tokens, *since, now);
        *since = now;
        let allowed = *tokens >= 1.0;
        if allowed {
            *tokens -= 1.0;
        }
        allowed
    }
}

fn refilled(tokens: f64, since: Instant, now: Instant) -> f64 {
    (tokens + now.duration_since(since).as_secs_f64() / REFILL_SECONDS).min(BURST)
}

fn shortened(mut note: String) -> String {
    if note.len() > NOTE_LIMIT {
        let end = (0..=NOTE_LIMIT - 3)
            .rev()
            .find(|i| note.is_char_boundary(*i))
            .unwrap_or_default();
        note.truncate(end);
        note.push_str("...");
    }
    note
}

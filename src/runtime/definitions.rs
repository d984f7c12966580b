//! The definitions of the kinds, as the cluster serves them.
//!
//! Invariant: no pass over an object begins while its definition would drop a part of what it says, or of
//! what the operator writes: then nobody could tell what was made in the cloud.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::runtime::conditions::is_crd_established;
use kube::runtime::wait::Condition;
use kube::runtime::watcher::Event;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;
use tracing::{info, warn};

use super::api_server::said;
use super::controllers::Task;
use super::health::Health;
use crate::api::{ManagedResource, crds, served};
use crate::kubernetes::words;

/// Time between two attempts to read a definition at the start.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);
/// Of what a definition lacks, as many are named.
const NAMED: usize = 5;

/// Whether the definition of one kind can be relied on.
pub(super) struct Definition {
    own: CustomResourceDefinition,
    /// What the health calls it.
    name: String,
    health: Arc<Health>,
    usable: watch::Sender<bool>,
}

impl Definition {
    /// The definition of a kind, of which nothing is known yet.
    pub(super) fn of<K: ManagedResource>(health: &Arc<Health>) -> Self {
        let name = format!("{}.{}", K::plural(&()), K::group(&()));
        let own = crds::all().into_iter().find(|crd| crd.name_any() == name);
        let what = format!("definition {name}");
        health.lacks(&what, &format!("the {what} has not been read yet"));
        Self {
            // A test checks that each kind has one.
            own: own.unwrap_or_default(),
            name: what,
            health: health.clone(),
            usable: watch::Sender::new(false),
        }
    }

    /// Says when passes may begin, and when no more.
    pub(super) fn usable(&self) -> watch::Receiver<bool> {
        self.usable.subscribe()
    }

    /// Waits until the definition can be relied on, and goes on looking at it, for ever. The operator installs
    /// none itself: that is the task of the cluster's administrators.
    pub(super) fn task(self, client: Client, watcher: Client) -> Task {
        Task {
            name: format!("watch of the {}", self.name),
            work: Box::pin(async move {
                self.wait(&client).await;
                self.watch(watcher).await;
            }),
        }
    }

    async fn wait(&self, client: &Client) {
        let api: Api<CustomResourceDefinition> = Api::all(client.clone());
        while !*self.usable.borrow() {
            match api.get_opt(&self.own.name_any()).await {
                Ok(found) => self.judge(found.as_ref()),
                Err(error) => self.lacks(&format!(
                    "the {} cannot be read: {}",
                    self.name,
                    said(&error)
                )),
            }
            if !*self.usable.borrow() {
                pause().await;
            }
        }
    }

    async fn watch(&self, client: Client) {
        let api: Api<CustomResourceDefinition> = Api::all(client);
        let only = format!("metadata.name={}", self.own.name_any());
        let config = watcher::Config::default().fields(&only);
        let mut events = watcher(api, config).default_backoff().boxed();
        let (mut listed, mut told) = (false, None);
        while let Some(event) = events.next().await {
            if event.is_ok() {
                told = None;
            }
            match event {
                Ok(Event::Init) => listed = false,
                Ok(Event::Apply(found) | Event::InitApply(found)) => {
                    listed = true;
                    self.judge(Some(&found));
                }
                Ok(Event::Delete(_)) => self.judge(None),
                Ok(Event::InitDone) if !listed => self.judge(None),
                Ok(Event::InitDone) => {}
                Err(error) => {
                    let why = words(&error);
                    if told.as_ref() != Some(&why) {
                        warn!("whether the {} changes is not seen: {why}", self.name);
                    }
                    told = Some(why);
                }
            }
        }
    }

    fn judge(&self, found: Option<&CustomResourceDefinition>) {
        if found.is_some_and(|found| found.metadata.deletion_timestamp.is_some()) {
            // It waits for its objects to go, which the passes let go.
            self.usable.send_replace(true);
            return;
        }
        if let Some(found) = found.filter(|found| is_crd_established().matches_object(Some(found)))
        {
            let lacking = served::lacks(&self.own, found);
            if lacking.is_empty() {
                self.found();
            } else {
                self.lacks(&older(&self.name, &lacking));
            }
        } else {
            self.lacks(&format!(
                "the {} is not established; apply the files in crds/",
                self.name
            ));
        }
    }

    fn found(&self) {
        self.health.found(&self.name);
        if !self.usable.send_replace(true) {
            info!("the {} has all that the operator needs", self.name);
        }
    }

    fn lacks(&self, why: &str) {
        self.usable.send_replace(false);
        // Once for each reason, not for each attempt.
        if self.health.lacks(&self.name, why) {
            warn!("{why}");
        }
    }
}

fn older(name: &str, lacking: &[String]) -> String {
    let more = lacking.len().saturating_sub(NAMED);
    let named = lacking
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    format!(
        "the {name} is older than the operator: it lacks {named}{more}; apply the files in crds/ of the operator's version. Until then nothing is changed in the cloud, nor deleted"
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "a definition or a permission that may not be watched can only be polled"
)]
async fn pause() {
    tokio::time::sleep(RETRY_INTERVAL).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lacking_is_named_and_what_to_do() {
        let lacking: Vec<String> = (0..7).map(|number| format!("spec.f{number}")).collect();
        let text = older("definition d", &lacking);
        assert!(
            text.starts_with("the definition d is older than the operator: it lacks spec.f0, "),
            "{text}"
        );
        assert!(text.contains("spec.f4 and 2 more; apply"), "{text}");
    }
}

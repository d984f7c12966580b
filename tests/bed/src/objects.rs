//! What a test does with Kubernetes objects, as the administrator.
//!
//! Invariant: waiting watches, it does not poll; and a wait that fails shows
//! all that one would look at next: the object, its conditions, the events, the
//! operator's log and the calls that were made.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use kube::api::{
    ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, Patch, PatchParams,
};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, ResourceExt as _};
use serde_json::Value;

use crate::tenant::Tenant;

/// The field manager of what tests apply.
const TEST_MANAGER: &str = "test";

/// The resource of a kind: one of the core group that tests use, else the project's own.
pub(crate) fn resource(kind: &str) -> ApiResource {
    let core = [
        "ConfigMap",
        "Secret",
        "Event",
        "Namespace",
        "ServiceAccount",
    ]
    .contains(&kind);
    let (group, version) = if core {
        ("", "v1")
    } else {
        ("cloudfn.dev", "v1alpha1")
    };
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

/// The resource of an object, by its own apiVersion; without one, by its kind.
pub(crate) fn resource_of(object: &Value) -> ApiResource {
    let kind = object["kind"].as_str().unwrap_or_default();
    match object["apiVersion"].as_str() {
        None => resource(kind),
        Some(api_version) => {
            let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
            ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
        }
    }
}

/// One condition of an object's status.
#[must_use]
pub fn condition<'a>(object: &'a DynamicObject, kind: &str) -> Option<&'a Value> {
    let conditions = object.data.get("status")?.get("conditions")?.as_array()?;
    conditions
        .iter()
        .find(|condition| condition["type"] == kind)
}

/// The reason of one condition.
#[must_use]
pub fn reason<'a>(object: &'a DynamicObject, kind: &str) -> Option<&'a str> {
    condition(object, kind)?["reason"].as_str()
}

/// Ready, and for the generation that it has.
#[must_use]
pub fn is_ready(object: &DynamicObject) -> bool {
    let observed = object
        .data
        .pointer("/status/observedGeneration")
        .and_then(Value::as_i64);
    condition(object, "Ready").is_some_and(|ready| ready["status"] == "True")
        && observed.is_some()
        && observed == object.metadata.generation
}

impl Tenant {
    /// The API of one kind in the tenant's namespace, as the administrator.
    #[must_use]
    pub fn api(&self, kind: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client(), self.namespace(), &resource(kind))
    }

    /// Server-side apply as a person does it; the namespace is added, and for
    /// the project's own kinds the apiVersion too. The refusal is the API server's.
    pub async fn try_apply(&self, mut object: Value) -> Result<DynamicObject, kube::Error> {
        let kind = resource_of(&object);
        object["apiVersion"] = Value::from(kind.api_version.clone());
        object["metadata"]["namespace"] = Value::from(self.namespace());
        let name = object["metadata"]["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let api: Api<DynamicObject> = Api::namespaced_with(self.client(), self.namespace(), &kind);
        api.patch(
            &name,
            &PatchParams::apply(TEST_MANAGER).force(),
            &Patch::Apply(&object),
        )
        .await
    }

    /// `try_apply` that panics on a refusal.
    pub async fn apply(&self, object: Value) -> DynamicObject {
        self.try_apply(object)
            .await
            .unwrap_or_else(|error| panic!("apply: {error}"))
    }

    /// Applies every document of a YAML text.
    pub async fn apply_yaml(&self, text: &str) -> Vec<DynamicObject> {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text)
            .unwrap_or_else(|error| panic!("no YAML: {error}\n{text}"));
        let mut applied = Vec::new();
        for document in documents {
            applied.push(self.apply(document).await);
        }
        applied
    }

    /// The object as it is now; `None` where there is none.
    pub async fn find(&self, kind: &str, name: &str) -> Option<DynamicObject> {
        self.api(kind)
            .get_opt(name)
            .await
            .unwrap_or_else(|error| panic!("get {kind} {name}: {error}"))
    }

    /// `find` that panics where there is none.
    pub async fn get(&self, kind: &str, name: &str) -> DynamicObject {
        self.find(kind, name)
            .await
            .unwrap_or_else(|| panic!("there is no {kind} {name}"))
    }

    /// A merge patch.
    pub async fn patch(&self, kind: &str, name: &str, change: Value) -> DynamicObject {
        let patched = self
            .api(kind)
            .patch(name, &PatchParams::default(), &Patch::Merge(change))
            .await;
        patched.unwrap_or_else(|error| panic!("patch {kind} {name}: {error}"))
    }

    /// A merge patch of the status subresource: `{"status": ...}`.
    pub async fn patch_status(&self, kind: &str, name: &str, change: Value) -> DynamicObject {
        let patched = self
            .api(kind)
            .patch_status(name, &PatchParams::default(), &Patch::Merge(change))
            .await;
        patched.unwrap_or_else(|error| panic!("patch the status of {kind} {name}: {error}"))
    }

    /// Asks for its deletion and does not wait.
    pub async fn delete(&self, kind: &str, name: &str) {
        let deleted = self.api(kind).delete(name, &DeleteParams::default()).await;
        if let Err(error) = deleted {
            panic!("delete {kind} {name}: {error}");
        }
    }

    /// The namespace's events, oldest first, as `type reason object: note`.
    pub async fn events(&self) -> Vec<String> {
        let listed = self.api("Event").list(&ListParams::default()).await;
        let mut events = listed.map(|list| list.items).unwrap_or_default();
        events.sort_by_key(|event| event.metadata.creation_timestamp.clone());
        events.iter().map(event_line).collect()
    }

    /// Waits until at least `count` events (each a line, as `events` has them) are as `wanted` says,
    /// and returns them all. An event is told after the status is written, so what a status shows may
    /// be told a moment later.
    ///
    /// # Panics
    /// After `patience`, with all events there are.
    pub async fn wait_events(
        &self,
        count: usize,
        wanted: impl Fn(&str) -> bool,
        patience: Duration,
    ) -> Vec<String> {
        let mut changes = watcher(self.api("Event"), watcher::Config::default())
            .default_backoff()
            .applied_objects()
            .boxed();
        let mut found = BTreeMap::new();
        let enough = async {
            while let Some(change) = changes.next().await {
                let Ok(event) = change else { continue };
                let line = event_line(&event);
                if wanted(&line) {
                    found.insert(event.name_any(), line);
                }
                if found.len() >= count {
                    return;
                }
            }
        };
        let in_time = tokio::time::timeout(patience, enough).await.is_ok();
        let events = self.events().await;
        assert!(
            in_time,
            "waited {patience:?} for {count} events, found {found:#?} of {events:#?}"
        );
        events.into_iter().filter(|line| wanted(line)).collect()
    }

    /// Waits until the object is as `wanted` says, and returns that version.
    ///
    /// # Panics
    /// After `patience`, with `what` was awaited and all there is to see.
    pub async fn wait_for(
        &self,
        kind: &str,
        name: &str,
        what: &str,
        wanted: impl Fn(&DynamicObject) -> bool,
        patience: Duration,
    ) -> DynamicObject {
        let found = self
            .watch(kind, name, |object| object.is_some_and(&wanted), patience)
            .await;
        match found {
            Some(Some(object)) => object,
            _ => panic!(
                "waited {patience:?} for {kind} {name} {what}\n{}",
                self.describe(kind, name).await
            ),
        }
    }

    /// Waits until the object is ready for the generation that it then has.
    pub async fn wait_ready(&self, kind: &str, name: &str, patience: Duration) -> DynamicObject {
        self.wait_for(kind, name, "to be ready", is_ready, patience)
            .await
    }

    /// Waits until one condition has this reason.
    pub async fn wait_reason(
        &self,
        kind: &str,
        name: &str,
        of: &str,
        wanted: &str,
        patience: Duration,
    ) -> DynamicObject {
        let what = format!("to show {of} with reason {wanted}");
        self.wait_for(
            kind,
            name,
            &what,
            |object| reason(object, of) == Some(wanted),
            patience,
        )
        .await
    }

    /// Waits until there is no such object.
    ///
    /// # Panics
    /// After `patience`, with all there is to see.
    pub async fn wait_gone(&self, kind: &str, name: &str, patience: Duration) {
        match self
            .watch(kind, name, |object| object.is_none(), patience)
            .await
        {
            Some(_) => {}
            None => panic!(
                "waited {patience:?} for {kind} {name} to be gone\n{}",
                self.describe(kind, name).await
            ),
        }
    }

    /// The first version (or absence) that is wanted; `None` after `patience`.
    async fn watch(
        &self,
        kind: &str,
        name: &str,
        wanted: impl Fn(Option<&DynamicObject>) -> bool,
        patience: Duration,
    ) -> Option<Option<DynamicObject>> {
        let deadline = Instant::now() + patience;
        let mut versions = watcher::watch_object(self.api(kind), name)
            .default_backoff()
            .boxed();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match tokio::time::timeout(left, versions.next()).await {
                Ok(Some(Ok(version))) if wanted(version.as_ref()) => return Some(version),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// All that there is to see about one object.
    pub async fn describe(&self, kind: &str, name: &str) -> String {
        let mut text = String::new();
        match self.find(kind, name).await {
            Some(mut object) => {
                object.managed_fields_mut().clear();
                let _ = writeln!(
                    text,
                    "{}",
                    serde_json::to_string_pretty(&object).unwrap_or_default()
                );
                for condition in object
                    .data
                    .pointer("/status/conditions")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                {
                    let _ = writeln!(
                        text,
                        "condition {}={} {}: {}",
                        condition["type"].as_str().unwrap_or_default(),
                        condition["status"].as_str().unwrap_or_default(),
                        condition["reason"].as_str().unwrap_or_default(),
                        condition["message"].as_str().unwrap_or_default()
                    );
                }
            }
            None => drop(writeln!(text, "(there is no {kind} {name})")),
        }
        for event in self.events().await {
            let _ = writeln!(text, "event {event}");
        }
        for call in self.calls() {
            let _ = writeln!(text, "aws {call}");
        }
        let _ = writeln!(text, "{}", self.operator_logs(60));
        text
    }
}

/// `Normal Created CloudFrontFunction/edge: message`.
fn event_line(event: &DynamicObject) -> String {
    let text = |path: &str| {
        event
            .data
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let object = format!(
        "{}/{}",
        text("/involvedObject/kind"),
        text("/involvedObject/name")
    );
    format!(
        "{} {} {object}: {}",
        text("/type"),
        text("/reason"),
        text("/message")
    )
}

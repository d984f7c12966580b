//! What every status keeps, whatever happens: checked on each version that was written.

use cloudfn_bed::{Tenant, condition};
use kube::ResourceExt as _;
use kube::api::DynamicObject;
use serde_json::Value;

/// Every environment value and every Secret of the tests holds this text, and nothing public does.
pub const SENTINEL: &str = "sentinel-value";

/// Checks all that was recorded in a namespace, its events, and the operator's log.
pub async fn check(tenant: &Tenant) {
    assert_eq!(
        tenant.recorder().gaps(),
        0,
        "the recorder may have missed a version"
    );
    for ((kind, name), versions) in tenant.recorder().all() {
        for version in &versions {
            one(&kind, &name, version);
        }
        for pair in versions.windows(2) {
            let [before, after] = pair else { continue };
            if before.uid() == after.uid() {
                transitions(&kind, &name, before, after);
            }
        }
    }
    let events = tenant.events().await.join("\n");
    assert!(
        !events.contains(SENTINEL),
        "an event shows a secret: {events}"
    );
    let log = tenant.operator_logs(usize::MAX);
    assert!(!log.contains(SENTINEL), "the log shows a secret");
}

fn one(kind: &str, name: &str, object: &DynamicObject) {
    let status = &object.data["status"];
    let message = |what: &str| format!("{kind} {name}: {what}: {status:#}");
    let observed = status["observedGeneration"].as_i64().unwrap_or(-1);
    if status.is_null() || observed == -1 {
        return;
    }
    assert!(
        !status.to_string().contains(SENTINEL),
        "{kind} {name}: the status shows a secret"
    );
    assert!(
        observed <= object.metadata.generation.unwrap_or_default(),
        "{}",
        message("observedGeneration is ahead of the generation")
    );
    let of = |kind: &str| condition(object, kind);
    let Some(ready) = of("Ready") else {
        panic!("{}", message("Ready is missing"))
    };
    let extra = ["Reconciling", "Stalled"]
        .iter()
        .filter(|kind| of(kind).is_some())
        .count();
    if ready["status"] == "True" {
        assert_eq!(extra, 0, "{}", message("Ready, but Reconciling or Stalled"));
        for condition in status["conditions"].as_array().into_iter().flatten() {
            assert_eq!(
                condition["observedGeneration"].as_i64(),
                Some(observed),
                "{}",
                message("a condition of another generation")
            );
        }
    } else if ready["reason"] != "Paused" {
        assert_eq!(
            extra,
            1,
            "{}",
            message("not Ready, and not exactly one of Reconciling and Stalled")
        );
    }
}

fn transitions(kind: &str, name: &str, before: &DynamicObject, after: &DynamicObject) {
    for new in after.data["status"]["conditions"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let type_ = new["type"].as_str().unwrap_or_default();
        let Some(old) = condition(before, type_) else {
            continue;
        };
        let (same, moved) = (old["status"] == new["status"], time(old) != time(new));
        assert!(
            !(same && moved),
            "{kind} {name}: lastTransitionTime of {type_} moved without its status: {old} {new}"
        );
    }
}

fn time(condition: &Value) -> &Value {
    &condition["lastTransitionTime"]
}

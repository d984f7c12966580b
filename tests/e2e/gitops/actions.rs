//! The actions that people press in Argo CD, on real objects: what they offer, what Argo CD sends, and what the
//! operator makes of it.

use cloudfn_bed::condition;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::stage::Stage;
use super::tool::{act, enabled, status};
use crate::ownership::either::BOTH;
use crate::support::TIMEOUT;

const PAUSED: &str = "cloudfn.dev/paused";
const REQUESTED: &str = "cloudfn.dev/reconcile-requested-at";

impl Stage {
    async fn now(&self, kind: &str) -> Value {
        serde_json::to_value(self.tenant.get(kind, "f").await).expect("JSON")
    }

    /// Runs an action on the object as Argo CD does: from what is there, a merge patch. Answers the patch.
    async fn press(&self, kind: &str, action: &str) -> Value {
        let object = self.now(kind).await;
        assert!(enabled(&object).contains(&action.to_owned()), "{action}");
        let patch = act(&object, action).patch;
        self.tenant.patch(kind, "f", patch.clone()).await;
        patch
    }

    async fn make_ready(&self, kind: &str, mark: &str, spec: Value) -> DynamicObject {
        self.tenant
            .apply(self.manifest(kind, "f", mark, spec))
            .await;
        self.tenant.wait_ready(kind, "f", TIMEOUT).await
    }
}

/// What a patch sets this annotation to, if it does nothing else.
fn only_annotation<'a>(patch: &'a Value, key: &str) -> &'a str {
    let value = &patch["metadata"]["annotations"][key];
    assert_eq!(patch, &json!({"metadata": {"annotations": {key: value}}}));
    value.as_str().expect("a text")
}

#[tokio::test]
async fn sync_has_the_function_looked_at_and_an_outside_edit_put_right() {
    let stage = Stage::start("gitops-sync").await;
    for kind in BOTH {
        let object = stage
            .make_ready(kind, "one", json!({"tags": {"team": "ours"}}))
            .await;
        stage.tag(&object, "team", "theirs");
        let reads = stage.reads("f");

        let patch = stage.press(kind, "sync").await;
        let asked = only_annotation(&patch, REQUESTED);
        assert!(asked.parse::<jiff::Timestamp>().is_ok(), "{asked}");
        let answered = |object: &DynamicObject| {
            object.data["status"]["lastHandledReconcileAt"] == asked
                && cloudfn_bed::is_ready(object)
        };
        let wait = stage
            .tenant
            .wait_for(kind, "f", "to be looked at", answered, TIMEOUT);
        let object = wait.await;
        assert!(stage.reads("f") > reads, "{kind}: nobody looked");
        assert_eq!(
            stage.tag_of(&object, "team").as_deref(),
            Some("ours"),
            "{kind}"
        );
        assert_eq!(
            object.data["status"]["lastDrift"]["fields"],
            json!(["tags/team"])
        );
    }
    stage.end().await;
}

#[tokio::test]
async fn sync_has_a_reported_edit_overwritten() {
    let stage = Stage::start("gitops-sync-report").await;
    for kind in BOTH {
        let spec = json!({"tags": {"team": "ours"}, "driftPolicy": "Report"});
        let object = stage.make_ready(kind, "one", spec).await;
        stage.tag(&object, "team", "theirs");
        stage.look(kind, "f", "1").await;
        let reported = stage.now(kind).await;
        assert_eq!(status(&[reported])[0].health.status, "Degraded", "{kind}");
        stage.press(kind, "sync").await;
        let object = stage.tenant.wait_ready(kind, "f", TIMEOUT).await;
        assert_eq!(
            stage.tag_of(&object, "team").as_deref(),
            Some("ours"),
            "{kind}"
        );
    }
    stage.end().await;
}

#[tokio::test]
async fn pause_keeps_an_edit_from_the_cloud_and_resume_carries_it_out() {
    let stage = Stage::start("gitops-pause").await;
    for kind in BOTH {
        stage.make_ready(kind, "one", json!({})).await;
        assert_eq!(enabled(&stage.now(kind).await), ["pause", "sync"], "{kind}");

        let patch = stage.press(kind, "pause").await;
        let text = only_annotation(&patch, PAUSED).to_owned();
        let paused = |status: &'static str| {
            move |object: &DynamicObject| {
                let ready = condition(object, "Ready");
                ready.is_some_and(|ready| ready["reason"] == "Paused" && ready["status"] == status)
            }
        };
        let wait = stage
            .tenant
            .wait_for(kind, "f", "to be paused", paused("True"), TIMEOUT);
        wait.await;
        let writes = stage.writes();
        let edited = stage.manifest(kind, "f", "two", json!({"tags": {"team": "ours"}}));
        stage.tenant.apply(edited).await;
        let wait = stage
            .tenant
            .wait_for(kind, "f", "to wait", paused("Unknown"), TIMEOUT);
        let object = wait.await;
        assert_eq!(stage.tag_of(&object, "team"), None, "{kind}");
        assert_eq!(stage.writes(), writes, "{kind}: a pause writes nothing");
        let now = stage.now(kind).await;
        assert_eq!(enabled(&now), ["resume"], "{kind}");
        let health = status(&[now])[0].health.clone();
        assert_eq!(health.status, "Suspended", "{kind}");
        assert!(health.message.contains(&text), "{kind}: {}", health.message);

        let patch = stage.press(kind, "resume").await;
        assert_eq!(only_annotation(&patch, PAUSED), "false");
        let object = stage.tenant.wait_ready(kind, "f", TIMEOUT).await;
        assert_eq!(
            stage.tag_of(&object, "team").as_deref(),
            Some("ours"),
            "{kind}"
        );
        assert!(stage.writes() > writes, "{kind}");
        let now = stage.now(kind).await;
        assert_eq!(enabled(&now), ["pause", "sync"], "{kind}");
        assert_eq!(status(&[now])[0].health.status, "Healthy", "{kind}");
    }
    stage.end().await;
}

#[test]
fn an_action_changes_its_annotation_alone_whatever_is_empty_in_the_object() {
    for kind in BOTH {
        // An empty table of Lua is a list and a map at once.
        let object = |annotations: Value| {
            json!({
                "apiVersion": "cloudfn.dev/v1alpha1", "kind": kind,
                "metadata": {"name": "f", "generation": 1, "annotations": annotations},
                "spec": {
                    "tags": {}, "layers": [], "environment": {"variables": {}}, "comment": "",
                    "permissions": [{"principal": "*", "condition": {}}],
                },
                "status": {"observedGeneration": 1, "conditions": [], "references": []},
            })
        };
        for annotations in [Value::Null, json!({}), json!({"team": "a"})] {
            let synced = act(&object(annotations.clone()), "sync");
            only_annotation(&synced.patch, REQUESTED);
            let paused = act(&object(annotations.clone()), "pause");
            only_annotation(&paused.patch, PAUSED);
        }
        let resumed = act(&object(json!({PAUSED: "true"})), "resume");
        assert_eq!(only_annotation(&resumed.patch, PAUSED), "false");
    }
}

#[test]
fn text_that_does_not_pause_offers_a_pause() {
    for kind in BOTH {
        let with = |text: &str| {
            json!({
                "apiVersion": "cloudfn.dev/v1alpha1", "kind": kind,
                "metadata": {"name": "f", "annotations": {PAUSED: text}},
            })
        };
        for text in ["false", ""] {
            assert_eq!(enabled(&with(text)), ["pause", "sync"], "{kind} {text:?}");
        }
        for text in ["true", "False", "no"] {
            assert_eq!(enabled(&with(text)), ["resume"], "{kind} {text:?}");
        }
    }
}

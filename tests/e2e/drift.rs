//! `driftPolicy`: what others change is reported and left, or repaired with what it was kept.

use std::time::Duration;

use aws_sdk_lambda::client::Waiters as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::Environment;
use cloudfn_bed::{Action, Fault, MINUTE, is_ready};
use kube::api::DynamicObject;
use serde_json::{Value, json};

use crate::invariants::SENTINEL;
use crate::ownership::either::{
    BOTH, INSTANCE, exists, has_finalizer, is_stalled, manifest, message, runs, state, tags, untag,
};
use crate::support::{
    BINARY, CFF, LFN, Scene, TIMEOUT, archive, cff, javascript, lfn, python, quiet_with,
};

/// Checks come soon, so that nobody needs to ask for them.
const CHECKS: [&str; 1] = ["--check-interval=1s"];

fn reporting(mut spec: Value) -> Value {
    spec["driftPolicy"] = json!("Report");
    spec
}

/// Somebody else deploys code of this mark (and publishes it).
async fn edit(scene: &Scene, kind: &str, name: &str, mark: &str) {
    if kind == CFF {
        scene.replace_live(name, &javascript(mark)).await;
    } else {
        let zip = Blob::new(archive("index.py", &python(mark)));
        scene
            .cloud
            .lambda
            .update_function_code()
            .function_name(name)
            .zip_file(zip)
            .send()
            .await
            .expect("edited");
        settled(scene, name).await;
    }
}

async fn settled(scene: &Scene, name: &str) {
    let wait = scene
        .cloud
        .lambda
        .wait_until_function_updated_v2()
        .function_name(name)
        .wait(MINUTE);
    wait.await.expect("the outside change settles");
}

/// Somebody else deletes it.
async fn remove(scene: &Scene, kind: &str, name: &str) {
    if kind == CFF {
        scene.cloud.delete_cloudfront(name).await;
    } else {
        scene
            .cloud
            .lambda
            .delete_function()
            .function_name(name)
            .send()
            .await
            .expect("deleted");
    }
}

async fn request(scene: &Scene, kind: &str, name: &str, token: &str) {
    scene
        .tenant
        .patch(
            kind,
            name,
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}}),
        )
        .await;
}

fn fields(object: &DynamicObject) -> Vec<&str> {
    let fields = object.data["status"]["lastDrift"]["fields"].as_array();
    fields
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Steps and fields of the planned changes.
fn planned(object: &DynamicObject) -> Vec<(&str, &str)> {
    let changes = object.data["status"]["plannedChanges"].as_array();
    changes
        .into_iter()
        .flatten()
        .map(|change| {
            (
                change["step"].as_str().unwrap_or("-"),
                change["field"].as_str().unwrap_or("-"),
            )
        })
        .collect()
}

/// Waits until this many events of this reason tell of the objects of this name; there must not be more.
async fn expect_events(scene: &Scene, reason: &str, name: &str, times: usize) {
    let wanted =
        |line: &str| line.contains(&format!(" {reason} ")) && line.contains(&format!("/{name}: "));
    let events = scene.tenant.wait_events(times, wanted, TIMEOUT).await;
    assert_eq!(events.len(), times, "{events:#?}");
}

/// Waits until the functions of each kind were looked at so many times more.
async fn looked_at(scene: &Scene, times: usize) {
    let looks = ["cloudfront", "lambda"].map(|service| {
        scene.tenant.inject(
            Fault::any()
                .service(service)
                .always()
                .then(Action::Delay(Duration::ZERO)),
        )
    });
    for look in &looks {
        look.arrived(times, TIMEOUT).await;
        look.remove();
    }
}

/// A scene with both kinds Ready as `name`, `driftPolicy: Report`.
async fn both(title: &str, name: &str, spec: &Value, flags: &[&str]) -> Scene {
    let scene = Scene::with(title, flags).await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, name, "ours", spec.clone()))
            .await;
        scene.ready(kind, name).await;
    }
    scene.tenant.clear_calls();
    scene
}

#[tokio::test]
async fn a_reported_edit_stays_over_checks_and_restarts_until_somebody_asks() {
    let scene = both("drift-report", "f", &reporting(json!({})), &CHECKS).await;
    for kind in BOTH {
        edit(&scene, kind, "f", "theirs").await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert!(
            is_stalled(&object, "Drifted") && has_finalizer(&object),
            "{object:?}"
        );
        assert_eq!(fields(&object), ["code"]);
        assert!(
            message(&object, "Stalled").contains("changed the function: code differs;")
                && message(&object, "Stalled").contains("kubectl annotate "),
            "{}",
            message(&object, "Stalled")
        );
        let drift = &object.data["status"]["lastDrift"];
        let change = &object.data["status"]["plannedChanges"][0];
        if kind == CFF {
            assert_eq!(planned(&object), [("Update", "code"), ("Publish", "code")]);
            let theirs = crate::support::sha256_hex(&javascript("theirs"));
            assert_eq!(
                (&drift["codeSha256"], &drift["liveCodeSha256"]),
                (&json!(theirs), &json!(theirs))
            );
            assert_eq!(
                object.data["status"]["live"]["codeSha256"],
                json!(theirs),
                "the status says what is LIVE"
            );
            assert_eq!(object.data["status"]["live"]["state"], "Different");
            for diff in [&drift["diff"], &change["diff"]] {
                let diff = diff.as_str().unwrap_or_default();
                assert!(
                    diff.contains("\n-") && diff.contains("'theirs'") && diff.contains("'ours'"),
                    "{diff}"
                );
            }
        } else {
            assert_eq!(planned(&object), [("UpdateCode", "code")]);
            assert_eq!(drift["codeSha256"], change["from"]);
            assert!(change["diff"].is_null(), "an archive is no text");
        }
        scene.event_with(kind, "f", "DriftReported", "code").await;
    }
    let found: Vec<Value> = [
        scene.tenant.get(CFF, "f").await,
        scene.tenant.get(LFN, "f").await,
    ]
    .map(|object| object.data["status"].clone())
    .to_vec();
    // Some checks, and an operator that knows only what stands in the status.
    looked_at(&scene, 3).await;
    scene.operator.kill();
    scene.operator.exited(TIMEOUT).await;
    let unreachable = scene.tenant.inject(Fault::any().always());
    scene.operator.restart().await;
    unreachable.arrived(2, TIMEOUT).await;
    unreachable.remove();
    looked_at(&scene, 3).await;
    for (kind, found) in BOTH.into_iter().zip(found) {
        let object = scene.tenant.get(kind, "f").await;
        assert_eq!(object.data["status"], found, "{kind}");
        assert!(runs(&scene.cloud, kind, "f", "theirs").await);
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    // Once for each.
    expect_events(&scene, "DriftReported", "f", 2).await;
    expect_events(&scene, "Drifted", "f", 0).await;

    for kind in BOTH {
        let before = scene.tenant.get(kind, "f").await;
        request(&scene, kind, "f", "now").await;
        let object = scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
        assert_eq!(object.data["status"]["lastHandledReconcileAt"], "now");
        assert!(planned(&object).is_empty(), "{:?}", planned(&object));
        assert_eq!(
            object.data["status"]["lastDrift"], before.data["status"]["lastDrift"],
            "what was found is kept"
        );
        scene.event_with(kind, "f", "DriftRepaired", "code").await;
    }
    assert_eq!(
        scene.writes(),
        ["UpdateFunction", "PublishFunction", "UpdateFunctionCode"]
    );
    scene.end().await;
}

#[tokio::test]
async fn a_request_of_what_was_not_reported_yet_only_looks() {
    let scene = both("drift-ask", "f", &reporting(json!({})), &[]).await;
    for kind in BOTH {
        edit(&scene, kind, "f", "theirs").await;
        let object = scene.look(kind, "f", "1").await;
        assert!(
            is_stalled(&object, "Drifted"),
            "nobody knew of it: {:#}",
            object.data["status"]
        );
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert!(
            is_ready(&scene.look(kind, "f", "2").await),
            "and now somebody does"
        );
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
        scene.tenant.clear_calls();
    }
    scene.end().await;
}

#[tokio::test]
async fn an_edit_that_is_undone_outside_is_ready_again_by_itself() {
    let scene = both("drift-undone", "f", &reporting(json!({})), &CHECKS).await;
    // Another archive of the same files is other code.
    let edit = async |kind: &str, mark: &str| {
        if kind == CFF {
            return edit(&scene, kind, "f", mark).await;
        }
        let handler = if mark == "ours" {
            "index.handler".to_owned()
        } else {
            format!("{mark}.handler")
        };
        scene
            .cloud
            .lambda
            .update_function_configuration()
            .function_name("f")
            .handler(handler)
            .send()
            .await
            .expect("edited");
        settled(&scene, "f").await;
    };
    for (kind, field) in [(CFF, "code"), (LFN, "handler")] {
        edit(kind, "theirs").await;
        scene.reason(kind, "f", "Drifted").await;
        edit(kind, "ours").await;
        let object = scene
            .tenant
            .wait_for(kind, "f", "to be ready again", is_ready, TIMEOUT)
            .await;
        assert!(
            planned(&object).is_empty() && fields(&object) == [field],
            "{:#}",
            object.data["status"]
        );
        edit(kind, "others").await;
        scene.reason(kind, "f", "Drifted").await;
    }
    looked_at(&scene, 2).await;
    // Each edit is told once.
    expect_events(&scene, "DriftReported", "f", 4).await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_others_deleted_is_not_made_again_until_an_edit() {
    let scene = both("drift-gone", "f", &reporting(json!({})), &CHECKS).await;
    for kind in BOTH {
        remove(&scene, kind, "f").await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert_eq!(fields(&object), ["functionName"]);
        assert!(
            planned(&object).iter().any(|(step, _)| *step == "Create"),
            "{:?}",
            planned(&object)
        );
        scene
            .event_with(kind, "f", "DriftReported", "deleted")
            .await;
    }
    looked_at(&scene, 3).await;
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    assert_eq!(scene.writes(), Vec::<String>::new());
    for kind in BOTH {
        scene
            .apply(manifest(kind, "f", "second", reporting(json!({}))))
            .await;
        scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "second").await);
    }
    scene.end().await;
}

#[tokio::test]
async fn an_object_whose_drift_is_left_can_be_deleted() {
    let scene = both("drift-delete", "f", &reporting(json!({})), &CHECKS).await;
    for kind in BOTH {
        scene
            .apply(manifest(kind, "gone", "ours", reporting(json!({}))))
            .await;
        scene.ready(kind, "gone").await;
        remove(&scene, kind, "gone").await;
        edit(&scene, kind, "f", "theirs").await;
        for name in ["f", "gone"] {
            scene.reason(kind, name, "Drifted").await;
        }
        scene.delete(kind, "f").await;
        assert!(!exists(&scene.cloud, kind, "f").await);
    }
    // Both at once: a create of this minute may still arrive, and is waited for.
    futures::future::join_all(BOTH.map(|kind| scene.delete(kind, "gone"))).await;
    assert_eq!(scene.cloud.names().await, Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn a_changed_reference_repairs_what_was_reported() {
    let scene = Scene::with("drift-reference", &CHECKS).await;
    let map = |mark: &str| json!({"kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"f.js": javascript(mark), "index.py": python(mark)}});
    scene.apply(map("ours")).await;
    scene
        .apply(cff(
            "f",
            "",
            reporting(json!({"code": {"configMapKeyRef": {"name": "code", "key": "f.js"}}})),
        ))
        .await;
    scene
        .apply(lfn(
            "f",
            "",
            reporting(json!({"code": {"configMapRef": {"name": "code"}}})),
        ))
        .await;
    for kind in BOTH {
        scene.ready(kind, "f").await;
        if kind == CFF {
            edit(&scene, kind, "f", "theirs").await;
        } else {
            scene
                .cloud
                .lambda
                .update_function_configuration()
                .function_name("f")
                .handler("theirs.handler")
                .send()
                .await
                .expect("edited");
            settled(&scene, "f").await;
        }
        scene.reason(kind, "f", "Drifted").await;
    }
    scene.apply(map("later")).await;
    let live = scene
        .tenant
        .wait_for(CFF, "f", "to be ready again", is_ready, TIMEOUT)
        .await;
    assert_eq!(
        (scene.cloud.live("f").await, fields(&live)),
        (Some(javascript("later")), vec!["code"])
    );
    scene
        .tenant
        .wait_for(LFN, "f", "to be ready again", is_ready, TIMEOUT)
        .await;
    assert_eq!(
        scene.cloud.configuration("f").await.handler.as_deref(),
        Some("index.handler")
    );
    scene.end().await;
}

#[tokio::test]
async fn a_foreign_publish_is_left_and_shown() {
    let scene = both("drift-live", "f", &reporting(json!({})), &CHECKS).await;
    edit(&scene, CFF, "f", "theirs").await;
    scene
        .cloud
        .update_cloudfront("f", "", &javascript("ours"))
        .await;
    let only_live = |object: &DynamicObject| planned(object) == [("Publish", "code")];
    let object = scene
        .tenant
        .wait_for(CFF, "f", "to plan a publish alone", only_live, TIMEOUT)
        .await;
    let status = &object.data["status"];
    assert_eq!(
        status["lastDrift"]["liveCodeSha256"],
        status["live"]["codeSha256"]
    );
    assert!(
        status["plannedChanges"][0]["diff"]
            .as_str()
            .is_some_and(|diff| diff.starts_with("--- LIVE\n+++ spec\n")),
        "{status:#}"
    );
    assert_eq!(scene.cloud.live("f").await, Some(javascript("theirs")));
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn environment_values_are_neither_reported_nor_kept() {
    for policy in ["Report", "Repair"] {
        let scene = Scene::start(&format!("drift-env-{policy}").to_lowercase()).await;
        let spec = json!({"driftPolicy": policy, "timeout": 5, "environment": {"variables": {"KEPT": format!("{SENTINEL}-ours")}}});
        scene.apply(lfn("f", &python("ours"), spec)).await;
        scene.ready(LFN, "f").await;
        let variables = Environment::builder()
            .variables("KEPT", format!("{SENTINEL}-theirs"))
            .variables("NEW", format!("{SENTINEL}-new"))
            .build();
        let edit = scene
            .cloud
            .lambda
            .update_function_configuration()
            .function_name("f")
            .timeout(9)
            .environment(variables);
        edit.send().await.expect("edited");
        settled(&scene, "f").await;
        let object = scene.look(LFN, "f", "1").await;
        assert_eq!(
            fields(&object),
            [
                "timeout",
                "environment.variables.KEPT",
                "environment.variables.NEW"
            ]
        );
        assert_eq!(
            object.data["status"]["lastDrift"]["diff"],
            "-timeout: 9\n+timeout: 5\n"
        );
        assert_eq!(is_ready(&object), policy == "Repair");
        // That no value is anywhere is looked at where the scene ends.
        scene.end().await;
    }
}

#[tokio::test]
async fn what_names_no_policy_has_the_operators() {
    let scene = both(
        "drift-default",
        "f",
        &json!({}),
        &["--default-drift-policy=Report"],
    )
    .await;
    for kind in BOTH {
        scene
            .apply(manifest(
                kind,
                "named",
                "ours",
                json!({"driftPolicy": "Repair"}),
            ))
            .await;
        scene.ready(kind, "named").await;
        scene.tenant.clear_calls();
        for name in ["f", "named"] {
            edit(&scene, kind, name, "theirs").await;
        }
        assert!(is_stalled(&scene.look(kind, "f", "1").await, "Drifted"));
        assert_eq!(scene.writes(), Vec::<String>::new());
        assert!(is_ready(&scene.look(kind, "named", "1").await));
        assert!(
            runs(&scene.cloud, kind, "named", "ours").await
                && runs(&scene.cloud, kind, "f", "theirs").await
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn our_own_tags_are_put_back_and_nothing_else_with_them() {
    let scene = both(
        "drift-tags",
        "f",
        &reporting(json!({"tags": {"team": "edge"}})),
        &[],
    )
    .await;
    for kind in BOTH {
        let ours = tags(&scene.cloud, kind, "f").await;
        untag(&scene.cloud, kind, "f", INSTANCE).await;
        assert!(
            is_ready(&scene.look(kind, "f", "1").await),
            "that alone is no drift"
        );
        assert_eq!(tags(&scene.cloud, kind, "f").await, ours);

        untag(&scene.cloud, kind, "f", INSTANCE).await;
        crate::ownership::either::tag(&scene.cloud, kind, "f", "team", "theirs").await;
        let object = scene.look(kind, "f", "2").await;
        assert!(
            is_stalled(&object, "Drifted"),
            "{:#}",
            object.data["status"]
        );
        assert_eq!(
            (fields(&object), planned(&object)),
            (vec!["tags/team"], vec![("Tag", "tags/team")])
        );
        let mut expected = ours.clone();
        expected.insert("team".to_owned(), "theirs".to_owned());
        assert_eq!(tags(&scene.cloud, kind, "f").await, expected);
        let before = state(&scene.cloud, kind, "f").await;
        assert!(is_ready(&scene.look(kind, "f", "3").await));
        assert_ne!(state(&scene.cloud, kind, "f").await, before);
        assert_eq!(tags(&scene.cloud, kind, "f").await, ours);
    }
    scene.end().await;
}

#[tokio::test]
async fn what_a_repair_overwrites_is_in_the_status_before_it_is_overwritten() {
    let scene = both("drift-kept", "f", &json!({}), &[]).await;
    for (kind, operation) in [(CFF, "UpdateFunction"), (LFN, "UpdateFunctionCode")] {
        edit(&scene, kind, "f", "theirs").await;
        let fault = scene
            .tenant
            .inject(Fault::on(operation).then(Action::KillBefore));
        request(&scene, kind, "f", "1").await;
        assert!(
            scene.operator.exited(TIMEOUT).await.is_some(),
            "{kind}: the repair was not sent"
        );
        fault.assert_fired(1);
        let before = scene.tenant.get(kind, "f").await;
        let drift = before.data["status"]["lastDrift"].clone();
        assert_eq!(fields(&before), ["code"]);
        assert!(
            drift["codeSha256"].is_string()
                && drift["diff"]
                    .as_str()
                    .is_some_and(|diff| kind == LFN || diff.contains("'theirs'")),
            "{drift:#}"
        );
        assert!(
            runs(&scene.cloud, kind, "f", "theirs").await,
            "nothing is overwritten yet"
        );
        scene.operator.restart().await;
        let object = scene.ready(kind, "f").await;
        assert_eq!(
            object.data["status"]["lastDrift"], drift,
            "and stays until the next drift"
        );
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
    }
    scene.end().await;
}

/// A change of ours that was cut short is gone on with, whatever the policy.
#[tokio::test]
async fn a_change_of_ours_that_is_half_done_is_no_drift() {
    let scene = both("drift-half", "f", &reporting(json!({})), &[]).await;
    for (kind, operation) in [(CFF, "PublishFunction"), (LFN, "UpdateFunctionCode")] {
        let fault = scene
            .tenant
            .inject(Fault::on(operation).then(Action::KillBefore));
        let changed = if kind == LFN {
            json!({"timeout": 9})
        } else {
            json!({})
        };
        scene
            .apply(manifest(kind, "f", "second", reporting(changed)))
            .await;
        assert!(scene.operator.exited(TIMEOUT).await.is_some());
        fault.assert_fired(1);
        scene.operator.restart().await;
        let object = scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "second").await);
        assert!(
            object.data["status"]["lastDrift"].is_null(),
            "{:#}",
            object.data["status"]
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn a_pause_does_not_forget_what_was_settled() {
    let scene = both("drift-pause", "f", &reporting(json!({})), &[]).await;
    let pause = |text: Value| json!({"metadata": {"annotations": {"cloudfn.dev/paused": text}}});
    for kind in BOTH {
        scene
            .tenant
            .patch(kind, "f", pause(json!("an emergency")))
            .await;
        scene.reason(kind, "f", "Paused").await;
        edit(&scene, kind, "f", "theirs").await;
        scene.tenant.patch(kind, "f", pause(Value::Null)).await;
        let object = scene.reason(kind, "f", "Drifted").await;
        assert_eq!(
            fields(&object),
            ["code"],
            "what was done during the pause is left"
        );
        scene.tenant.patch(kind, "f", pause(json!("true"))).await;
        scene.reason(kind, "f", "Paused").await;
        scene.tenant.patch(kind, "f", pause(Value::Null)).await;
        scene.reason(kind, "f", "Drifted").await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    // A pause makes no new drift.
    expect_events(&scene, "DriftReported", "f", 2).await;
    scene.end().await;
}

/// The first start with another default finds objects that an operator without it left Ready.
#[tokio::test]
async fn an_operator_that_now_reports_leaves_what_another_would_have_repaired() {
    let mut scene = both("drift-switch", "f", &json!({}), &[]).await;
    assert!(scene.operator.terminate().await.success());
    for kind in BOTH {
        edit(&scene, kind, "f", "theirs").await;
    }
    scene.operator = scene
        .tenant
        .operator(
            BINARY,
            &quiet_with(&["--default-drift-policy=Report", "--check-interval=1s"]),
        )
        .await;
    for kind in BOTH {
        scene.reason(kind, "f", "Drifted").await;
    }
    assert_eq!(scene.writes(), Vec::<String>::new());
    assert!(scene.operator.terminate().await.success());
    scene.operator = scene.tenant.operator(BINARY, &quiet_with(&[])).await;
    for kind in BOTH {
        scene.ready(kind, "f").await;
        assert!(runs(&scene.cloud, kind, "f", "ours").await);
    }
    scene.end().await;
}

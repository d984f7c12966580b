//! What AWS refuses: what passes by itself is waited for, what a person must change is told.

use cloudfn_bed::{Action, Fault, MINUTE, reason};
use serde_json::json;

use super::{accepted, assert_never_stalled, message, reasons, writes_of};
use crate::invariants::SENTINEL;
use crate::support::{LFN, Scene, lfn, python};

const INVALID: &str = "InvalidParameterValueException";

fn refuse(status: u16, code: &str, text: &str) -> Action {
    Action::error("lambda", status, code, text)
}

#[tokio::test]
async fn a_function_that_is_busy_is_changed_when_it_is_free() {
    let scene = Scene::start("lfn-busy").await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    let text =
        "The operation cannot be performed at this time. An update is in progress for resource: f";
    let busy = scene.tenant.inject(
        Fault::on("UpdateFunctionConfiguration")
            .times(2)
            .then(refuse(409, "ResourceConflictException", text)),
    );
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 9})))
        .await;
    scene.ready(LFN, "f").await;
    busy.assert_fired(2);
    assert_eq!(scene.cloud.configuration("f").await.timeout, Some(9));
    assert!(
        reasons(&scene, "f").contains(&"Busy".to_owned()),
        "{:?}",
        reasons(&scene, "f")
    );
    assert_never_stalled(&scene, "f");
    scene.end().await;
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_yet_is_waited_for() {
    let scene = Scene::start("lfn-role").await;
    let role = refuse(
        400,
        INVALID,
        "The role defined for the function cannot be assumed by Lambda.",
    );
    let role = scene
        .tenant
        .inject(Fault::on("CreateFunction").times(3).then(role));
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    for (turn, token) in ["1", "2"].into_iter().enumerate() {
        let object = scene.reason(LFN, "f", "NotReadyYet").await;
        assert_eq!(reason(&object, "Reconciling"), Some("NotReadyYet"));
        role.arrived(turn + 1, MINUTE).await;
        // A request for a look shortens the wait.
        scene
            .tenant
            .patch(
                LFN,
                "f",
                json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}}),
            )
            .await;
    }
    scene.ready(LFN, "f").await;
    role.assert_fired(3);
    assert_eq!(accepted(&scene, "f", "CreateFunction"), 1);
    assert_never_stalled(&scene, "f");
    scene.end().await;
}

#[tokio::test]
async fn throttling_is_no_error() {
    let scene = Scene::start("lfn-throttled").await;
    let create = scene.tenant.inject(
        Fault::on("CreateFunction")
            .function("f")
            .then(Action::lambda_throttle(Some(1))),
    );
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    create.assert_fired(1);
    let update = scene.tenant.inject(
        Fault::on("UpdateFunctionCode")
            .function("f")
            .then(Action::lambda_throttle(Some(1))),
    );
    let read = scene.tenant.inject(
        Fault::on("GetFunction")
            .function("f")
            .then(Action::lambda_throttle(Some(1))),
    );
    scene.apply(lfn("f", &python("two"), json!({}))).await;
    scene.ready(LFN, "f").await;
    update.assert_fired(1);
    read.assert_fired(1);
    assert_eq!(super::mark(&scene, "f").await, "two");
    assert_never_stalled(&scene, "f");
    scene.end().await;
}

#[tokio::test]
async fn what_a_person_must_change_is_told_in_the_words_of_aws_and_an_edit_gets_out() {
    let scene = Scene::start("lfn-refused").await;
    let rows = [
        (
            "rejected",
            "CreateFunction",
            400,
            INVALID,
            "The layer is too old for this runtime.",
            "Rejected",
        ),
        (
            "denied",
            "CreateFunction",
            403,
            "AccessDeniedException",
            "User x is not authorized to perform: lambda:CreateFunction",
            "AccessDenied",
        ),
        (
            "denied-update",
            "UpdateFunctionConfiguration",
            403,
            "AccessDeniedException",
            "User x is not authorized",
            "AccessDenied",
        ),
        (
            "quota",
            "CreateFunction",
            400,
            "CodeStorageExceededException",
            "Code storage limit exceeded.",
            "QuotaExceeded",
        ),
        (
            "unreadable",
            "GetFunction",
            403,
            "AccessDeniedException",
            "User x is not authorized to perform: lambda:GetFunction",
            "AccessDenied",
        ),
    ];
    for (name, operation, status, code, text, _) in rows {
        scene.tenant.inject(
            Fault::on(operation)
                .function(name)
                .then(refuse(status, code, text)),
        );
        scene.apply(lfn(name, &python("one"), json!({}))).await;
    }
    scene.ready(LFN, "denied-update").await;
    scene
        .apply(lfn("denied-update", &python("one"), json!({"timeout": 8})))
        .await;
    for (name, operation, _, _, text, expected) in rows {
        let said = message(&scene, name, expected).await;
        assert!(
            said.contains(operation) && said.contains(text),
            "{name}: {said}"
        );
        let object = scene.tenant.get(LFN, name).await;
        assert_eq!(reason(&object, "Stalled"), Some(expected), "{name}");
        scene.event(LFN, name, expected).await;
        // The edit is looked at at once, although the next look would be much later.
        scene
            .apply(lfn(name, &python("one"), json!({"timeout": 9})))
            .await;
    }
    for (name, ..) in rows {
        scene.ready(LFN, name).await;
        assert_eq!(
            scene.cloud.configuration(name).await.timeout,
            Some(9),
            "{name}"
        );
        assert_eq!(
            accepted(&scene, name, "CreateFunction"),
            1,
            "{name}: {:?}",
            writes_of(&scene, name)
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn a_message_that_echoes_a_value_of_a_secret_is_shown_without_it() {
    let scene = Scene::start("lfn-echo").await;
    let data = json!({"KEY": format!("{SENTINEL}-1")});
    scene
        .apply(json!({"kind": "Secret", "metadata": {"name": "s"}, "stringData": data}))
        .await;
    let measured = format!(
        "Lambda was unable to configure your environment variables because they exceeded the 4KB limit. String measured: {{\"KEY\":\"{SENTINEL}-1\"}}"
    );
    let plain = format!("Value of KEY is odd ({SENTINEL}-1); remove it.");
    let member = format!(
        "1 validation error detected: Value '{{KEY={SENTINEL}-1}}' at 'environment.variables' failed"
    );
    let rows = [
        ("measured", &measured, "4KB limit"),
        ("plain", &plain, "remove it"),
        ("member", &member, "at 'environment.variables'"),
    ];
    let spec = json!({"environment": {"variablesFrom": [
        {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "KEY"}}}
    ]}});
    for operation in ["CreateFunction", "UpdateFunctionConfiguration"] {
        for (name, text, part) in rows {
            if operation != "CreateFunction" {
                scene.apply(lfn(name, &python("one"), json!({}))).await;
                scene.ready(LFN, name).await;
            }
            let echo = scene.tenant.inject(
                Fault::on(operation)
                    .function(name)
                    .then(refuse(400, INVALID, text)),
            );
            scene.apply(lfn(name, &python("one"), spec.clone())).await;
            let said = message(&scene, name, "Rejected").await;
            assert!(
                said.contains(operation) && said.contains(part) && !said.contains(SENTINEL),
                "{name}: {said}"
            );
            let told = scene.event(LFN, name, "Rejected").await;
            assert!(!told.contains(SENTINEL), "{told}");
            echo.assert_fired(1);
        }
    }
    // The end of the scene looks for the value in every status, event and line of the log.
    scene.end().await;
}

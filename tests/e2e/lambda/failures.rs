//! What AWS accepts and then fails to carry out.

use cloudfn_bed::{Action, Fault, reason};
use serde_json::{Value, json};

use super::{accepted, message};
use crate::support::{LFN, Scene, lfn, python};

/// Changes what GetFunction says of the configuration.
fn says(members: Value) -> Action {
    Action::rewrite(move |reply| {
        if !reply.status().is_success() {
            return reply;
        }
        let (head, body) = reply.into_parts();
        let mut value: Value = serde_json::from_slice(&body).expect("JSON");
        for (key, member) in members.as_object().into_iter().flatten() {
            value["Configuration"][key] = member.clone();
        }
        http::Response::from_parts(head, value.to_string().into())
    })
}

#[tokio::test]
async fn an_update_that_fails_is_told_and_an_edit_gets_out_of_it() {
    let scene = Scene::start("lfn-update-failed").await;
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 5})))
        .await;
    scene.ready(LFN, "f").await;
    let text = "The subnet is gone.";
    let failed = says(json!({
        "State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": text, "LastUpdateStatusReasonCode": "InvalidSubnet",
    }));
    // The look before the update is still true; all after it say Failed.
    let failed = scene.tenant.inject(
        Fault::on("GetFunction")
            .function("f")
            .nth(2)
            .always()
            .then(failed),
    );
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 6})))
        .await;
    let said = message(&scene, "f", "UpdateFailed").await;
    assert!(
        said.contains("InvalidSubnet") && said.contains("The subnet is gone"),
        "{said}"
    );
    let object = scene.tenant.get(LFN, "f").await;
    assert_eq!(reason(&object, "Stalled"), Some("UpdateFailed"));
    assert_eq!(object.data["status"]["lastUpdateStatus"], "Failed");
    scene.event(LFN, "f", "UpdateFailed").await;
    // A look alone does not repeat the update.
    scene.look(LFN, "f", "1").await;
    assert_eq!(accepted(&scene, "f", "UpdateFunctionConfiguration"), 1);
    // The edit is sent although the last update failed; from then on the cloud tells the truth.
    let held = scene.tenant.inject(
        Fault::on("UpdateFunctionConfiguration")
            .function("f")
            .then(Action::Hold),
    );
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 7})))
        .await;
    held.arrived(1, cloudfn_bed::MINUTE).await;
    failed.remove();
    held.release();
    scene.ready(LFN, "f").await;
    assert_eq!(scene.cloud.configuration("f").await.timeout, Some(7));
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_fails_to_start_is_made_again_three_times() {
    let scene = Scene::start("lfn-create-failed").await;
    let text = "The subnet has no addresses.";
    let failed = says(json!({
        "State": "Failed", "StateReason": text, "StateReasonCode": "SubnetOutOfIPAddresses", "LastUpdateStatus": "Failed",
    }));
    let failed = scene
        .tenant
        .inject(Fault::on("GetFunction").function("f").always().then(failed));
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    let said = message(&scene, "f", "CreateFailed").await;
    assert!(
        said.contains("SubnetOutOfIPAddresses") && said.contains("no addresses"),
        "{said}"
    );
    assert_eq!(
        reason(&scene.tenant.get(LFN, "f").await, "Stalled"),
        Some("CreateFailed")
    );
    let (creates, deletes) = (
        accepted(&scene, "f", "CreateFunction"),
        accepted(&scene, "f", "DeleteFunction"),
    );
    assert_eq!(
        (creates, deletes),
        (4, 3),
        "made once and again three times"
    );
    scene.look(LFN, "f", "1").await;
    assert_eq!(
        accepted(&scene, "f", "DeleteFunction"),
        3,
        "and not once more"
    );
    failed.remove();
    scene.look(LFN, "f", "2").await;
    scene.ready(LFN, "f").await;
    scene.end().await;
}

#[tokio::test]
async fn a_function_that_ran_is_never_deleted_for_having_failed() {
    let scene = Scene::start("lfn-failed-later").await;
    scene.apply(lfn("f", &python("one"), json!({}))).await;
    scene.ready(LFN, "f").await;
    let failed = says(
        json!({"State": "Failed", "StateReason": "The role is gone.", "StateReasonCode": "InvalidRole", "LastUpdateStatus": "Failed"}),
    );
    scene
        .tenant
        .inject(Fault::on("GetFunction").function("f").always().then(failed));
    scene.look(LFN, "f", "1").await;
    message(&scene, "f", "CreateFailed").await;
    scene
        .apply(lfn("f", &python("one"), json!({"timeout": 9})))
        .await;
    let seen = |object: &kube::api::DynamicObject| {
        object.data["status"]["observedGeneration"].as_i64() == object.metadata.generation
    };
    scene
        .tenant
        .wait_for(LFN, "f", "to be looked at", seen, crate::support::TIMEOUT)
        .await;
    assert_eq!(accepted(&scene, "f", "DeleteFunction"), 0);
    scene.end().await;
}

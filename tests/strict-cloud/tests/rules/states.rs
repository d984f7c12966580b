//! Lambda: how functions settle as time passes.

use std::time::Duration;

use serde_json::json;
use strict_cloud::lambda::{
    Code, Configuration, CreateFunction, UpdateFunctionCode, UpdateFunctionConfiguration,
};
use strict_cloud::{Between, Cloud, Failure, Settings};

use crate::support::{
    ACCOUNT, ROLE, active, archive, calm, cloud, get, me, new_function, python, refused, settle,
    verdict, words,
};

const BUSY: (u16, &str) = (409, "ResourceConflictException");

fn describe(text: &str) -> UpdateFunctionConfiguration {
    UpdateFunctionConfiguration {
        function_name: "f".into(),
        configuration: Configuration::new().with("Description", text),
        revision_id: None,
    }
}

fn deploy(text: &str) -> UpdateFunctionCode {
    UpdateFunctionCode {
        function_name: "f".into(),
        code: Some(Code::Zip(archive(text))),
        ..UpdateFunctionCode::default()
    }
}

#[test]
fn a_function_is_pending_and_then_active_and_its_revision_moves_by_itself() {
    let mut cloud = cloud();
    let created = cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    assert_eq!(words(&created), ("Pending", "-"));
    cloud.advance(Duration::from_millis(9_999));
    let pending = get(&mut cloud, "f");
    assert_eq!(
        (words(&pending), &pending.revision_id),
        (("Pending", "-"), &created.revision_id)
    );
    assert_eq!(
        verdict(cloud.lambda_update_function_configuration(&me(), &describe("x"))),
        BUSY,
        "a Pending function cannot be changed"
    );
    cloud.advance(Duration::from_millis(1));
    let settled = get(&mut cloud, "f");
    assert_eq!(words(&settled), ("Active", "Successful"));
    assert_ne!(settled.revision_id, created.revision_id);
    settle(&mut cloud);
    assert_eq!(
        get(&mut cloud, "f").revision_id,
        settled.revision_id,
        "and then it stands still"
    );
}

#[test]
fn an_update_is_in_progress_and_refuses_every_other() {
    let mut cloud = cloud();
    let before = active(&mut cloud, "f");
    let updated = cloud
        .lambda_update_function_configuration(&me(), &describe("x"))
        .unwrap();
    assert_eq!(words(&updated), ("Active", "InProgress"));
    assert_eq!(updated.to_json()["LastUpdateStatusReasonCode"], "Creating");
    assert_ne!(updated.revision_id, before.revision_id);
    let refusal = refused(cloud.lambda_update_function_code(&me(), &deploy("2")));
    assert_eq!((refusal.status, refusal.code), BUSY);
    assert_eq!(
        refusal.message,
        "The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:eu-west-1:111111111111:function:f"
    );
    assert_eq!(
        verdict(cloud.lambda_update_function_configuration(&me(), &describe("y"))),
        BUSY
    );
    assert_eq!(
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        BUSY
    );
    settle(&mut cloud);
    let settled = get(&mut cloud, "f");
    assert_eq!(
        (words(&settled), settled.configuration.text("Description")),
        (("Active", "Successful"), Some("x"))
    );
    assert_ne!(settled.revision_id, updated.revision_id);

    let redundant = cloud
        .lambda_update_function_configuration(&me(), &describe("x"))
        .unwrap();
    assert_eq!(
        words(&redundant),
        ("Active", "InProgress"),
        "an update that changes nothing is one like any other"
    );
    assert_ne!(redundant.revision_id, settled.revision_id);
}

#[test]
fn the_revision_guards_updates() {
    let mut cloud = cloud();
    let created = cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap()
        .revision_id;
    settle(&mut cloud);
    let current = get(&mut cloud, "f").revision_id;
    let configuration = |revision: &str| UpdateFunctionConfiguration {
        revision_id: Some(revision.into()),
        ..describe("x")
    };
    let refusal =
        refused(cloud.lambda_update_function_configuration(&me(), &configuration(&created)));
    assert_eq!(
        (refusal.status, refusal.code),
        (412, "PreconditionFailedException")
    );
    assert_eq!(
        refusal.message,
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    );
    let code = |revision: &str| UpdateFunctionCode {
        revision_id: Some(revision.into()),
        ..deploy("2")
    };
    assert_eq!(
        verdict(cloud.lambda_update_function_code(&me(), &code(&created))),
        (412, "PreconditionFailedException")
    );
    assert_eq!(
        verdict(cloud.lambda_update_function_code(&me(), &code(&current))),
        (0, "")
    );
}

#[test]
fn code_changes_with_its_hash_and_a_dry_run_changes_nothing() {
    let mut cloud = cloud();
    let before = active(&mut cloud, "f");
    let dry = cloud
        .lambda_update_function_code(
            &me(),
            &UpdateFunctionCode {
                dry_run: true,
                ..deploy("2")
            },
        )
        .unwrap();
    assert_eq!(dry.code_sha256, strict_cloud::lambda::sha256(&archive("2")));
    assert_eq!(get(&mut cloud, "f"), before);
    let request = UpdateFunctionCode {
        architectures: Some(vec!["arm64".into()]),
        ..deploy("2")
    };
    let updated = cloud.lambda_update_function_code(&me(), &request).unwrap();
    assert_eq!(
        (
            updated.code_sha256,
            updated.configuration.get("Architectures")
        ),
        (dry.code_sha256, Some(&json!(["arm64"])))
    );
    settle(&mut cloud);
    assert_eq!(
        verdict(cloud.lambda_update_function_code(
            &me(),
            &UpdateFunctionCode {
                code: None,
                ..deploy("3")
            }
        )),
        (400, "InvalidParameterValueException")
    );
}

#[test]
fn a_new_role_is_not_assumable_for_some_seconds() {
    let mut cloud = cloud();
    active(&mut cloud, "g");
    cloud.put_role(ROLE);
    let refusal = refused(cloud.lambda_create_function(&me(), &new_function("f")));
    assert_eq!(
        (refusal.status, refusal.code),
        (400, "InvalidParameterValueException")
    );
    assert_eq!(
        refusal.message,
        "The role defined for the function cannot be assumed by Lambda."
    );
    let role = Configuration::new().with("Role", ROLE);
    let update = UpdateFunctionConfiguration {
        function_name: "g".into(),
        configuration: role,
        revision_id: None,
    };
    assert_eq!(
        verdict(cloud.lambda_update_function_configuration(&me(), &update)),
        (400, "InvalidParameterValueException")
    );
    cloud.advance(Duration::from_secs(10));
    assert_eq!(
        verdict(cloud.lambda_create_function(&me(), &new_function("f"))),
        (0, "")
    );
    cloud.settings_mut().any_role = false;
    let stranger = CreateFunction {
        configuration: python().with("Role", "arn:aws:iam::111111111111:role/nobody"),
        ..new_function("h")
    };
    assert_eq!(
        verdict(cloud.lambda_create_function(&me(), &stranger)),
        (400, "InvalidParameterValueException"),
        "a role that nobody made"
    );
}

#[test]
fn functions_in_a_vpc_and_images_take_longer() {
    let settings = Settings {
        vpc_takes: Between::exactly(Duration::from_mins(1)),
        image_takes: Between::exactly(Duration::from_secs(30)),
        ..calm()
    };
    let mut cloud = Cloud::new(1, settings);
    let vpc = python().with(
        "VpcConfig",
        json!({"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
    );
    cloud
        .lambda_create_function(
            &me(),
            &CreateFunction {
                configuration: vpc,
                ..new_function("vpc")
            },
        )
        .unwrap();
    let image = Configuration::new()
        .with("Role", ROLE)
        .with("PackageType", "Image")
        .with("ImageConfig", json!({"Command": ["run"]}));
    let request = CreateFunction {
        configuration: image,
        code: Some(Code::Image("repo/app:v1".into())),
        ..new_function("image")
    };
    cloud.put_image("repo/app:v1", &"ab".repeat(32));
    cloud.lambda_create_function(&me(), &request).unwrap();
    let mut states = vec![];
    for _ in 0..6 {
        cloud.advance(Duration::from_secs(10));
        states.push(format!(
            "{} {}",
            words(&get(&mut cloud, "image")).0,
            words(&get(&mut cloud, "vpc")).0
        ));
    }
    assert_eq!(
        states,
        [
            "Pending Pending",
            "Pending Pending",
            "Active Pending",
            "Active Pending",
            "Active Pending",
            "Active Active"
        ]
    );
    let got = cloud.lambda_get_function(&me(), "image", None).unwrap();
    assert_eq!(
        got.code.image,
        Some((
            "repo/app:v1".into(),
            format!("repo/app@sha256:{}", "ab".repeat(32))
        ))
    );
    let shown = got.configuration.to_json();
    assert_eq!(
        (&shown["CodeSha256"], &shown["ImageConfigResponse"]),
        (
            &json!("ab".repeat(32)),
            &json!({"ImageConfig": {"Command": ["run"]}})
        )
    );
    assert!(
        shown.get("Runtime").is_none()
            && shown.get("RuntimeVersionConfig").is_none()
            && shown.get("ImageConfig").is_none()
    );
}

fn failing(old: bool) -> Cloud {
    let failure = Failure {
        marker: "doomed".into(),
        on_create: true,
        on_update: true,
        reason: "No address left.".into(),
        reason_code: "SubnetOutOfIPAddresses",
    };
    Cloud::new(
        1,
        Settings {
            failures: vec![failure],
            failed_update_shows_old: old,
            ..calm()
        },
    )
}

#[test]
fn a_creation_may_fail_and_then_only_deletion_helps() {
    let mut cloud = failing(false);
    let request = CreateFunction {
        configuration: python().with("Description", "doomed"),
        ..new_function("f")
    };
    assert_eq!(
        words(&cloud.lambda_create_function(&me(), &request).unwrap()),
        ("Pending", "-")
    );
    settle(&mut cloud);
    let failed = get(&mut cloud, "f").to_json();
    assert_eq!(
        (
            &failed["State"],
            &failed["StateReasonCode"],
            &failed["StateReason"]
        ),
        (
            &json!("Failed"),
            &json!("SubnetOutOfIPAddresses"),
            &json!("No address left.")
        )
    );
    assert_eq!(
        verdict(cloud.lambda_update_function_configuration(&me(), &describe("well"))),
        BUSY
    );
    assert_eq!(
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        (0, "")
    );
}

#[test]
fn an_update_may_fail_and_the_next_may_succeed() {
    for (old, shown) in [(false, "doomed"), (true, "")] {
        let mut cloud = failing(old);
        active(&mut cloud, "f");
        cloud
            .lambda_update_function_configuration(&me(), &describe("doomed"))
            .unwrap();
        settle(&mut cloud);
        let failed = get(&mut cloud, "f");
        assert_eq!(
            (words(&failed), failed.configuration.text("Description")),
            (("Active", "Failed"), Some(shown))
        );
        assert_eq!(
            failed.to_json()["LastUpdateStatusReasonCode"],
            "SubnetOutOfIPAddresses"
        );
        cloud
            .lambda_update_function_configuration(&me(), &describe("well"))
            .unwrap();
        settle(&mut cloud);
        assert_eq!(words(&get(&mut cloud, "f")), ("Active", "Successful"));
    }
}

#[test]
fn a_deletion_takes_a_while_and_the_name_is_free_only_then() {
    let mut cloud = cloud();
    assert_eq!(
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        (404, "ResourceNotFoundException")
    );
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    assert_eq!(
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        BUSY,
        "not while it is Pending"
    );
    settle(&mut cloud);
    let old = get(&mut cloud, "f").revision_id;
    assert_eq!(cloud.lambda_delete_function(&me(), "f", None), Ok(202));
    assert_eq!(words(&get(&mut cloud, "f")).0, "Deleting");
    for answer in [
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        verdict(cloud.lambda_create_function(&me(), &new_function("f"))),
        verdict(cloud.lambda_update_function_configuration(&me(), &describe("x"))),
        verdict(cloud.lambda_tag_resource(
            &me(),
            "arn:aws:lambda:eu-west-1:111111111111:function:f",
            &crate::support::tags(&[("a", "b")]),
        )),
    ] {
        assert_eq!(answer, BUSY);
    }
    settle(&mut cloud);
    assert_eq!(
        verdict(cloud.lambda_get_function(&me(), "f", None)),
        (404, "ResourceNotFoundException")
    );
    assert!(cloud.functions(ACCOUNT).is_empty() && cloud.snapshot(ACCOUNT).lambda.is_empty());
    let new = cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    assert_ne!(new.revision_id, old);
    cloud.settings_mut().delete_waits = false;
    assert_eq!(
        verdict(cloud.lambda_delete_function(&me(), "f", None)),
        (0, ""),
        "Pending functions can be deleted where the setting says so"
    );
}

#[test]
fn a_name_is_taken_once() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let refusal = refused(cloud.lambda_create_function(&me(), &new_function("f")));
    assert_eq!(
        (refusal.status, refusal.code, refusal.message.as_str()),
        (
            409,
            "ResourceConflictException",
            "Function already exist: f"
        )
    );
    let mut elsewhere = me();
    elsewhere.region = "us-east-1".into();
    assert_eq!(
        verdict(cloud.lambda_create_function(&elsewhere, &new_function("f"))),
        (0, ""),
        "regions are apart"
    );
}

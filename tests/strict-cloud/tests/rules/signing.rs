//! Lambda: code signing, and runtime management.

use serde_json::{Value, json};
use strict_cloud::lambda::{Code, CreateFunction, RuntimeManagement, UpdateFunctionCode};
use strict_cloud::{Answer, Cloud, zip};

use crate::support::{active, archive, cloud, get, me, new_function, refused, settle, verdict};

const SIGNING: &str =
    "arn:aws:lambda:eu-west-1:111111111111:code-signing-config:csc-0123456789abcdef0";
const VERSION: &str = "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef";

fn signed() -> Code {
    Code::Zip(zip::store(&[(
        "META-INF/aws_signer_signature_v1.0.SF",
        b"x",
    )]))
}

fn update(cloud: &mut Cloud, code: Code) -> (u16, &'static str) {
    let request = UpdateFunctionCode {
        function_name: "f".into(),
        code: Some(code),
        ..UpdateFunctionCode::default()
    };
    verdict(cloud.lambda_update_function_code(&me(), &request))
}

#[test]
fn code_without_a_signature_is_refused_where_the_configuration_enforces_one() {
    let mut cloud = cloud();
    cloud.settings_mut().enforced.insert(SIGNING.to_owned());
    let new = new_function("f");
    let new = CreateFunction {
        configuration: new.configuration.with("CodeSigningConfigArn", SIGNING),
        ..new
    };
    let refusal = (400, "CodeVerificationFailedException");
    assert_eq!(verdict(cloud.lambda_create_function(&me(), &new)), refusal);
    let with_signature = CreateFunction {
        code: Some(signed()),
        ..new
    };
    cloud
        .lambda_create_function(&me(), &with_signature)
        .unwrap();
    settle(&mut cloud);
    let shown = cloud.lambda_get_function_code_signing_config(&me(), "f");
    assert_eq!(shown.unwrap()["CodeSigningConfigArn"], SIGNING);
    assert_eq!(update(&mut cloud, Code::Zip(archive("x"))), refusal);
    cloud
        .lambda_delete_function_code_signing_config(&me(), "f")
        .unwrap();
    assert_eq!(update(&mut cloud, Code::Zip(archive("x"))), (0, ""));
}

#[test]
fn a_code_signing_config_must_be_there() {
    let mut cloud = cloud();
    cloud.settings_mut().missing.insert(SIGNING.to_owned());
    active(&mut cloud, "f");
    let put = cloud.lambda_put_function_code_signing_config(&me(), "f", Some(SIGNING));
    assert_eq!(verdict(put), (404, "CodeSigningConfigNotFoundException"));
    for wrong in [
        None,
        Some("arn:aws:lambda:eu-west-1:111111111111:function:f"),
    ] {
        let put = cloud.lambda_put_function_code_signing_config(&me(), "f", wrong);
        assert_eq!(verdict(put), (400, "ValidationException"));
    }
    let none = cloud.lambda_get_function_code_signing_config(&me(), "f");
    assert_eq!(none, Ok(json!({})));
}

fn manage(cloud: &mut Cloud, asked: Value) -> Answer<Value> {
    cloud.lambda_put_runtime_management_config(&me(), "f", &RuntimeManagement::of(asked))
}

#[test]
fn a_runtime_version_goes_with_manual_and_shows_in_the_function() {
    let mut cloud = cloud();
    let before = active(&mut cloud, "f");
    let shown = cloud.lambda_get_runtime_management_config(&me(), "f");
    assert_eq!(
        shown,
        Ok(json!({"UpdateRuntimeOn": "Auto", "FunctionArn": before.function_arn}))
    );
    manage(
        &mut cloud,
        json!({"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": VERSION}),
    )
    .unwrap();
    let after = get(&mut cloud, "f");
    assert_eq!(after.runtime_version_arn.as_deref(), Some(VERSION));
    assert_ne!(after.revision_id, before.revision_id);
    manage(&mut cloud, json!({"UpdateRuntimeOn": "FunctionUpdate"})).unwrap();
    assert_eq!(
        get(&mut cloud, "f").runtime_version_arn,
        before.runtime_version_arn
    );

    for wrong in [
        json!({"UpdateRuntimeOn": "Manual"}),
        json!({"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": VERSION}),
    ] {
        let refusal = refused(manage(&mut cloud, wrong));
        assert_eq!(refusal.code, "InvalidParameterValueException");
    }
    for wrong in [json!({}), json!({"UpdateRuntimeOn": "Never"})] {
        assert_eq!(
            verdict(manage(&mut cloud, wrong)),
            (400, "ValidationException")
        );
    }
}

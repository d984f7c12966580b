//! The code signing configuration: sent with the create, written before code, and taken away before code that is not signed.

use strict_cloud::operation::lambda as op;

use super::*;
use crate::schedule::code_signing;

const READ: &str = "GetFunctionCodeSigningConfig";
const PUT: &str = "PutFunctionCodeSigningConfig";
const DELETE: &str = "DeleteFunctionCodeSigningConfig";

fn with(arn: &str) -> Value {
    spec(&json!({"codeSigningConfigArn": arn}))
}

fn signing(alone: &Alone) -> Value {
    alone.function()["codeSigningConfigArn"].clone()
}

#[test]
fn a_create_carries_it_and_later_it_has_a_write_of_its_own() {
    regional(async |alone: &mut Alone| {
        alone.apply(&with(&code_signing(1))).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        assert_eq!(signing(alone), code_signing(1));
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.apply(&with(&code_signing(2))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, PUT]);
        assert_eq!(signing(alone), code_signing(2));
        // No text is none, and stays so.
        alone.apply(&with("")).await;
        assert_eq!(alone.done(), [DELETE]);
        alone.others(|cloud, caller| {
            cloud
                .lambda_put_function_code_signing_config(caller, NAME, Some(&code_signing(1)))
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!((alone.done(), signing(alone)), (vec![DELETE], json!("")));
    });
}

#[test]
fn one_that_the_spec_no_longer_names_is_taken_away_and_others_are_let_alone() {
    regional(async |alone: &mut Alone| {
        alone.apply(&with(&code_signing(1))).await;
        alone.done();
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, DELETE]);
        alone.check().await;
        alone.done();
        alone.others(|cloud, caller| {
            cloud
                .lambda_put_function_code_signing_config(caller, NAME, Some(&code_signing(2)))
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        assert_eq!(signing(alone), code_signing(2));
    });
}

#[test]
fn it_changes_before_the_code_that_it_judges() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| {
            cloud.settings_mut().enforced.insert(code_signing(1));
        });
        let signed = json!({"inline": {"files": {"META-INF/aws_signer_signature_v1.0.SF": "x", "index.py": "def handler(event, context):\n    return 1\n"}}});
        let plain = json!({"inline": {"files": {"index.py": "def handler(event, context):\n    return 2\n"}}});
        let of =
            |arn: &str, code: &Value| spec(&json!({"codeSigningConfigArn": arn, "code": code}));
        alone.apply(&of("", &plain)).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        alone.apply(&of(&code_signing(1), &signed)).await;
        assert_eq!(alone.done(), [PUT, "UpdateFunctionCode"]);

        alone.apply(&of(&code_signing(1), &plain)).await;
        assert_eq!(alone.condition("Stalled"), "True/Rejected");
        alone.done();

        alone.apply(&of("", &plain)).await;
        assert_eq!(alone.done(), [DELETE, "UpdateFunctionCode"]);
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

#[test]
fn one_that_does_not_exist_is_told() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| {
            cloud.settings_mut().missing.insert(code_signing(1));
        });
        alone.apply(&with(&code_signing(1))).await;
        assert_eq!(alone.condition("Stalled"), "True/Rejected");
        let message = alone.message();
        assert!(message.contains(&code_signing(1)), "{message}");
    });
}

#[test]
fn one_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_FUNCTION_CODE_SIGNING_CONFIG));
        alone.apply(&with(&code_signing(1))).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let mut edited = with(&code_signing(1));
        edited["timeout"] = json!(30);
        alone.done();
        alone.apply(&edited).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
    });
}

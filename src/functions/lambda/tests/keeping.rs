//! How the deployment package is kept: its key, and whether Lambda copies an archive from S3.

use serde_json::{Value, json};

use super::{desired, made_of, memory, next};
use crate::cloud::lambda::Configuration;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::{Change, fold};
use crate::functions::lambda::{LambdaDesired, Step};
use crate::reconcile::{Desired as _, Goal, Plan};

const KEY: &str = "code.sourceKmsKeyArn";
const MODE: &str = "code.s3ObjectStorageMode";

fn key(number: u8) -> String {
    format!("arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-4000-8000-00000000000{number}")
}

/// The code of an object in S3, with these members.
fn of_s3(members: &Value) -> Value {
    let mut code = json!({"s3Bucket": "bucket", "s3Key": "key"});
    for (name, value) in members.as_object().expect("an object") {
        code[name] = value.clone();
    }
    json!({ "code": code })
}

fn inline(text: &str, members: &Value) -> Value {
    let mut code = members.clone();
    code["inline"] = json!({"files": {"index.py": text}});
    json!({ "code": code })
}

/// What the update of the code sends beside the code, and its reasons.
fn sent(
    desired: &LambdaDesired,
    managed: &[&str],
    observed: &LambdaObserved,
) -> (Configuration, Vec<String>) {
    let Plan::Act(steps) = plan(Goal::Present(desired), &memory(managed), Some(observed)) else {
        panic!("there is work")
    };
    let update = steps.iter().find_map(|planned| match &planned.step {
        Step::UpdateCode { changes, .. } => Some(((**changes).clone(), &planned.why)),
        _ => None,
    });
    let (changes, why) = update.expect("an update of the code");
    (changes, why.iter().map(|why| why.field.clone()).collect())
}

fn kept(key: Option<&str>, mode: Option<&str>) -> Configuration {
    Configuration {
        source_kms_key_arn: key.map(ToOwned::to_owned),
        s3_object_storage_mode: mode.map(ToOwned::to_owned),
        ..Configuration::default()
    }
}

#[test]
fn a_change_of_it_alone_is_one_update_of_the_code_and_none_is_no_change() {
    let (one, two) = (key(1), key(2));
    let rows = [
        (json!({}), json!({"sourceKmsKeyArn": one}), vec![KEY]),
        (
            json!({"sourceKmsKeyArn": one}),
            json!({"sourceKmsKeyArn": two}),
            vec![KEY],
        ),
        (
            json!({"sourceKmsKeyArn": one}),
            json!({"sourceKmsKeyArn": ""}),
            vec![KEY],
        ),
        (
            json!({}),
            json!({"s3ObjectStorageMode": "REFERENCE"}),
            vec![MODE],
        ),
        (
            json!({"s3ObjectStorageMode": "REFERENCE"}),
            json!({"s3ObjectStorageMode": "COPY"}),
            vec![MODE],
        ),
        (
            json!({}),
            json!({"sourceKmsKeyArn": one, "s3ObjectStorageMode": "REFERENCE"}),
            vec![KEY, MODE],
        ),
    ];
    for (before, after, fields) in rows {
        let (before, after) = (desired(&of_s3(&before)), desired(&of_s3(&after)));
        let observed = made_of(&before);
        assert_eq!(sent(&after, &[], &observed).1, fields);
        assert!(!next(&after, &memory(&[]), &observed).contains(" then "));
        assert_eq!(next(&after, &memory(&[]), &made_of(&after)), "Settled");
    }
    for fresh in [
        json!({"sourceKmsKeyArn": ""}),
        json!({"s3ObjectStorageMode": "COPY"}),
    ] {
        let (plain, named) = (desired(&of_s3(&json!({}))), desired(&of_s3(&fresh)));
        assert_eq!(next(&named, &memory(&[]), &made_of(&plain)), "Settled");
        // A reply that leaves them out says so, too.
        let mut silent = made_of(&plain);
        silent.function.configuration.source_kms_key_arn = None;
        silent.function.configuration.s3_object_storage_mode = None;
        assert_eq!(next(&named, &memory(&[]), &silent), "Settled");
    }
}

#[test]
fn what_the_spec_no_longer_names_goes_back_and_what_it_never_named_stays() {
    let named = json!({"sourceKmsKeyArn": key(1), "s3ObjectStorageMode": "REFERENCE"});
    let (named, plain) = (desired(&of_s3(&named)), desired(&of_s3(&json!({}))));
    assert!(
        [KEY, MODE]
            .iter()
            .all(|name| named.managed().contains(*name))
    );
    let observed = made_of(&named);
    let (changes, why) = sent(&plain, &[KEY, MODE], &observed);
    assert_eq!((changes, why.len()), (kept(Some(""), Some("COPY")), 2));
    assert_eq!(next(&plain, &memory(&[]), &observed), "Settled");
}

#[test]
fn an_update_says_again_what_it_would_take_away_by_its_silence() {
    let key = key(1);
    let others = json!({"sourceKmsKeyArn": key, "s3ObjectStorageMode": "REFERENCE"});
    let observed = made_of(&desired(&of_s3(&others)));
    // For what is named, too.
    for members in [json!({}), others] {
        let mut spec = of_s3(&members);
        spec["architectures"] = json!(["arm64"]);
        let (changes, why) = sent(&desired(&spec), &[], &observed);
        assert_eq!(changes.package(), kept(Some(&key), Some("REFERENCE")));
        assert_eq!(why, ["architectures"]);
    }
    // Nothing more than there is, and what an archive cannot have is let go.
    let (changes, _) = sent(&desired(&inline("pass", &json!({}))), &[], &observed);
    assert_eq!(changes, kept(Some(&key), None));
    let plain = made_of(&desired(&of_s3(&json!({}))));
    let (changes, _) = sent(&desired(&inline("pass", &json!({}))), &[], &plain);
    assert_eq!(changes, kept(None, None));
}

/// The archive of an object in S3 may be the very one that the spec has as text.
#[test]
fn the_same_archive_is_copied_where_it_was_read_from_s3() {
    let named = desired(&of_s3(&json!({"s3ObjectStorageMode": "REFERENCE"})));
    let text = desired(&inline("pass", &json!({})));
    let mut observed = made_of(&named);
    observed.function.code_sha256 = made_of(&text).function.code_sha256;
    let (changes, why) = sent(&text, &[MODE], &observed);
    assert_eq!((changes, why), (kept(None, None), vec![MODE.to_owned()]));
}

#[test]
fn a_reply_of_another_call_does_not_make_it_forgotten() {
    let named = json!({"sourceKmsKeyArn": key(1), "s3ObjectStorageMode": "REFERENCE"});
    let named = desired(&of_s3(&named));
    let mut observed = Some(made_of(&named));
    let mut reply = made_of(&named).function;
    reply.configuration.source_kms_key_arn = None;
    reply.configuration.s3_object_storage_mode = None;
    fold(&mut observed, Change::Configured(Box::new(reply)));
    let observed = observed.expect("a function");
    assert_eq!(next(&named, &memory(&[]), &observed), "Settled");
}

#[test]
fn a_create_sends_what_a_function_has_not_by_itself() {
    let rows = [
        (json!({"sourceKmsKeyArn": ""}), kept(None, None)),
        (json!({"s3ObjectStorageMode": "COPY"}), kept(None, None)),
        (
            json!({"sourceKmsKeyArn": key(1), "s3ObjectStorageMode": "REFERENCE"}),
            kept(Some(&key(1)), Some("REFERENCE")),
        ),
    ];
    for (members, expected) in rows {
        let Plan::Act(steps) = plan(
            Goal::Present(&desired(&of_s3(&members))),
            &memory(&[]),
            None,
        ) else {
            panic!("there is work")
        };
        let Some(Step::Create { new, .. }) = steps.first().map(|planned| &planned.step) else {
            panic!("a create")
        };
        assert_eq!(new.configuration.package(), expected, "{members}");
    }
}

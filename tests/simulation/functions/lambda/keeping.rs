//! How the package is kept: one update of the code for a change of it alone, and none is forgotten.

use super::*;

const KEY: &str = "code.sourceKmsKeyArn";
const MODE: &str = "code.s3ObjectStorageMode";

fn key(number: u8) -> String {
    format!("arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-4000-8000-00000000000{number}")
}

/// The object `one` in S3, with these members of the code.
fn one(members: &Value) -> Value {
    let mut spec = s3("one");
    for (name, value) in members.as_object().unwrap() {
        spec["code"][name] = value.clone();
    }
    spec
}

/// The same archive, sent with the call.
fn as_archive() -> Value {
    let archive = zip::store(&[("index.py", b"# one\n")]);
    spec(&json!({"code": {"zipFile": STANDARD.encode(archive)}}))
}

fn kept(alone: &Alone) -> (String, String) {
    let function = alone.function();
    let text = |name: &str| function[name].as_str().unwrap_or_default().to_owned();
    (text(KEY), text(MODE))
}

fn words(key: &str, mode: &str) -> (String, String) {
    (key.to_owned(), mode.to_owned())
}

#[test]
fn a_change_of_it_alone_is_one_update_of_the_code_and_no_drift() {
    regional(async |alone: &mut Alone| {
        let named = |key: &str, mode: &str| {
            one(&json!({"sourceKmsKeyArn": key, "s3ObjectStorageMode": mode}))
        };
        alone.apply(&named(&key(1), "REFERENCE")).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        assert_eq!(kept(alone), words(&key(1), "REFERENCE"));
        for (key, mode) in [
            (key(2), "REFERENCE"),
            (key(2), "COPY"),
            (String::new(), "COPY"),
            (key(1), "REFERENCE"),
        ] {
            alone.apply(&named(&key, mode)).await;
            assert_eq!(alone.done(), ["UpdateFunctionCode"], "{key} {mode}");
            assert_eq!(kept(alone), words(&key, mode));
            alone.check().await;
            assert_eq!(alone.calls(), ["GetFunction"], "{key} {mode}");
        }
        // Dropped: as in a fresh function.
        alone.apply(&s3("one")).await;
        assert_eq!(alone.done(), ["UpdateFunctionCode"]);
        assert_eq!(kept(alone), words("", "COPY"));
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

#[test]
fn what_others_deploy_without_it_is_put_right_at_once() {
    regional(async |alone: &mut Alone| {
        let mut spec = as_archive();
        spec["code"]["sourceKmsKeyArn"] = json!(key(1));
        alone.apply(&spec).await;
        alone.done();
        for code in ["# one\n", "# another\n"] {
            alone.deploy_outside(code, "x86_64");
            assert_eq!(kept(alone), words("", "COPY"));
            alone.check().await;
            assert_eq!(alone.done(), ["UpdateFunctionCode"], "{code}");
            assert_eq!(kept(alone), words(&key(1), "COPY"));
        }
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn what_others_set_and_the_spec_does_not_name_survives_every_update() {
    regional(async |alone: &mut Alone| {
        alone.apply(&s3("one")).await;
        let request = lambda::UpdateFunctionCode {
            function_name: NAME.to_owned(),
            code: Some(lambda::Code::S3 {
                bucket: "bucket".to_owned(),
                key: "one".to_owned(),
                version: None,
            }),
            keeping: lambda::Keeping {
                source_kms_key_arn: Some(key(9)),
                storage_mode: Some("REFERENCE".to_owned()),
            },
            ..Default::default()
        };
        alone.others(|cloud, caller| cloud.lambda_update_function_code(caller, &request).unwrap());
        alone.check().await;
        alone.done();
        let mut arm = s3("two");
        arm["architectures"] = json!(["arm64"]);
        alone.apply(&arm).await;
        assert_eq!(alone.done(), ["UpdateFunctionCode", "TagResource"]);
        assert_eq!(kept(alone), words(&key(9), "REFERENCE"));
        // An archive that comes with the call cannot be read elsewhere; its key stays.
        alone.apply(&as_archive()).await;
        alone.check().await;
        assert_eq!(kept(alone), words(&key(9), "COPY"));
    });
}

#[test]
fn an_archive_with_the_same_bytes_takes_the_place_of_an_object() {
    regional(async |alone: &mut Alone| {
        alone
            .apply(&one(&json!({"s3ObjectStorageMode": "REFERENCE"})))
            .await;
        let before = alone.function()["codeSha256"].clone();
        alone.done();
        alone.apply(&as_archive()).await;
        assert_eq!(alone.done(), ["UpdateFunctionCode", "UntagResource"]);
        assert_eq!(alone.function()["codeSha256"], before);
        assert_eq!(kept(alone), words("", "COPY"));
    });
}

#[test]
fn a_change_of_it_publishes_a_version_and_a_repair_none() {
    regional(async |alone: &mut Alone| {
        let of = |key: &str| one(&json!({"sourceKmsKeyArn": key}));
        let published = |key: &str| {
            let mut spec = of(key);
            spec["publish"] = json!(true);
            spec
        };
        alone.apply(&published(&key(1))).await;
        assert_eq!(alone.versions(), 1);
        alone.apply(&published(&key(2))).await;
        assert_eq!(alone.versions(), 2);
        let request = lambda::UpdateFunctionCode {
            function_name: NAME.to_owned(),
            code: Some(lambda::Code::S3 {
                bucket: "bucket".to_owned(),
                key: "one".to_owned(),
                version: None,
            }),
            ..Default::default()
        };
        alone.others(|cloud, caller| cloud.lambda_update_function_code(caller, &request).unwrap());
        alone.check().await;
        alone.check().await;
        assert_eq!((alone.versions(), kept(alone)), (2, words(&key(2), "COPY")));
    });
}

/// A crash anywhere in a change of both: the end is that of a create.
#[test]
fn a_crash_anywhere_leaves_it_as_asked_in_the_end() {
    let after = one(&json!({"sourceKmsKeyArn": key(2), "s3ObjectStorageMode": "REFERENCE"}));
    let expected = as_created(&after);
    for point in 0.. {
        let mut crashed = false;
        regional(async |alone: &mut Alone| {
            alone.apply(&one(&json!({"sourceKmsKeyArn": key(1)}))).await;
            crashed = alone.apply_or_crash(&after, point).await;
            alone.rest().await;
            assert_eq!(alone.function(), expected, "crash at point {point}");
        });
        if !crashed {
            assert!(point > 2, "the change has points to crash at");
            break;
        }
    }
}

//! Lambda: the key of an archive, and archives that are read where they lie in S3.

use serde_json::{Value, json};
use strict_cloud::lambda::{
    Code, CodeLocation, CreateFunction, Keeping, PublishVersion, UpdateFunctionCode,
};
use strict_cloud::{Answer, Cloud};

use crate::support::{ROLE, archive, cloud, me, new_function, settle, verdict};

const KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-000000000001";

fn keeping(key: Option<&str>, mode: Option<&str>) -> Keeping {
    Keeping {
        source_kms_key_arn: key.map(str::to_owned),
        storage_mode: mode.map(str::to_owned),
    }
}

fn object(bucket: &str) -> Code {
    Code::S3 {
        bucket: bucket.to_owned(),
        key: "f.zip".to_owned(),
        version: None,
    }
}

/// A cloud with one object here, and one far away.
fn stocked() -> Cloud {
    let mut cloud = cloud();
    cloud.put_object("eu-west-1", "code", "f.zip", "v1", &archive("1"));
    cloud.put_object("us-east-1", "far", "f.zip", "v7", &archive("1"));
    cloud
}

fn create(cloud: &mut Cloud, code: Code, keeping: Keeping) -> Answer<()> {
    let request = CreateFunction {
        code: Some(code),
        keeping,
        ..new_function("f")
    };
    cloud.lambda_create_function(&me(), &request).map(drop)
}

fn deploy(cloud: &mut Cloud, code: Code, keeping: Keeping) -> Answer<()> {
    let request = UpdateFunctionCode {
        function_name: "f".to_owned(),
        code: Some(code),
        keeping,
        ..UpdateFunctionCode::default()
    };
    let answer = cloud.lambda_update_function_code(&me(), &request).map(drop);
    settle(cloud);
    answer
}

/// `GetFunction`'s Code, without the link's own words.
fn shown(cloud: &mut Cloud) -> Value {
    let got = cloud.lambda_get_function(&me(), "f", None).unwrap();
    let CodeLocation {
        location,
        object,
        source_kms_key_arn,
        ..
    } = got.code;
    let object = object.map(|object| object.to_json());
    json!([location.is_some(), object, source_kms_key_arn])
}

#[test]
fn what_a_request_says_nothing_of_is_as_in_a_new_function() {
    let mut cloud = stocked();
    let resolved = |bucket: &str, version: &str| json!({"S3Bucket": bucket, "S3Key": "f.zip", "S3ObjectVersion": version});
    create(
        &mut cloud,
        object("code"),
        keeping(Some(KEY), Some("REFERENCE")),
    )
    .unwrap();
    settle(&mut cloud);
    assert_eq!(
        shown(&mut cloud),
        json!([false, resolved("code", "v1"), KEY])
    );
    for (sentence, code, kept, expected) in [
        (
            "neither",
            object("code"),
            keeping(None, None),
            json!([true, null, null]),
        ),
        (
            "a copy",
            object("code"),
            keeping(Some(KEY), Some("COPY")),
            json!([true, null, KEY]),
        ),
        (
            "no key",
            object("code"),
            keeping(Some(""), None),
            json!([true, null, null]),
        ),
        (
            "another region",
            object("far"),
            keeping(None, Some("REFERENCE")),
            json!([false, resolved("far", "v7"), null]),
        ),
        (
            "an archive",
            Code::Zip(archive("2")),
            keeping(Some(KEY), None),
            json!([true, null, KEY]),
        ),
    ] {
        deploy(&mut cloud, code, kept).unwrap();
        assert_eq!(shown(&mut cloud), expected, "{sentence}");
    }
}

#[test]
fn each_is_refused_where_it_means_nothing() {
    let image = || Code::Image("1.dkr.ecr/app:v1".to_owned());
    let (validation, parameter) = (
        (400, "ValidationException"),
        (400, "InvalidParameterValueException"),
    );
    for (sentence, code, kept, expected) in [
        (
            "a mode that is none",
            object("code"),
            keeping(None, Some("LINK")),
            validation,
        ),
        (
            "a key that is no ARN",
            object("code"),
            keeping(Some("alias/a"), None),
            validation,
        ),
        (
            "a mode of an archive",
            Code::Zip(archive("1")),
            keeping(None, Some("COPY")),
            parameter,
        ),
        (
            "a copy from afar",
            object("far"),
            keeping(None, Some("COPY")),
            parameter,
        ),
    ] {
        let mut cloud = stocked();
        let found = verdict(create(&mut cloud, code.clone(), kept.clone()));
        assert_eq!(found, expected, "{sentence}");
        create(&mut cloud, Code::Zip(archive("1")), Keeping::default()).unwrap();
        settle(&mut cloud);
        assert_eq!(
            verdict(deploy(&mut cloud, code, kept)),
            expected,
            "{sentence}"
        );
    }
    let mut cloud = stocked();
    let request = |key: Option<&str>| CreateFunction {
        code: Some(image()),
        keeping: keeping(key, None),
        configuration: strict_cloud::lambda::Configuration::new()
            .with("Role", ROLE)
            .with("PackageType", "Image"),
        ..new_function("f")
    };
    let with_key = cloud
        .lambda_create_function(&me(), &request(Some(KEY)))
        .map(drop);
    assert_eq!(verdict(with_key), parameter);
    assert!(cloud.lambda_create_function(&me(), &request(None)).is_ok());
}

#[test]
fn a_version_keeps_what_it_was_made_with() {
    let mut cloud = stocked();
    create(&mut cloud, object("code"), keeping(Some(KEY), None)).unwrap();
    settle(&mut cloud);
    let publish = |cloud: &mut Cloud| {
        let request = PublishVersion {
            function_name: "f".to_owned(),
            ..PublishVersion::default()
        };
        cloud
            .lambda_publish_version(&me(), &request)
            .unwrap()
            .version
    };
    assert_eq!(publish(&mut cloud), "1");
    deploy(&mut cloud, object("code"), keeping(None, Some("REFERENCE"))).unwrap();
    assert_eq!(publish(&mut cloud), "2");
    let of = |cloud: &mut Cloud, version: &str| {
        let code = cloud
            .lambda_get_function(&me(), "f", Some(version))
            .unwrap()
            .code;
        (
            code.source_kms_key_arn,
            code.object.map(|object| object.version),
        )
    };
    assert_eq!(of(&mut cloud, "1"), (Some(KEY.to_owned()), None));
    assert_eq!(of(&mut cloud, "2"), (None, Some("v1".to_owned())));
}

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{claim, desire, desired, environment, inputs, spec, tags};
use crate::api::{ManagedSpec as _, ReferenceName};
use crate::cloud::Tags;
use crate::cloud::lambda::Environment;
use crate::functions::lambda::Code;
use crate::functions::lambda::{desired as step, faults};
use crate::reconcile::{Desired as _, Unmet};

#[test]
fn only_what_the_spec_names_is_wanted() {
    let small = desired(&json!({}));
    assert_eq!(small.managed(), BTreeSet::new());
    assert_eq!(small.configuration.timeout, None);
    assert_eq!(small.configuration.environment, None);
    let full = desired(&json!({
        "description": "", "timeout": 10, "memorySize": 256, "architectures": ["arm64"], "environment": {}, "tags": {"team": "shop"}, "publish": true,
    }));
    let names = [
        "architectures",
        "description",
        "environment",
        "memorySize",
        "tags/team",
        "timeout",
    ];
    assert_eq!(full.managed(), names.map(ToOwned::to_owned).into());
}

#[test]
fn no_more_is_provided_than_the_function_reserves() {
    let spec = |reserved: Value| {
        let alias = |name: &str| json!({"name": name, "functionVersion": "1", "provisionedConcurrentExecutions": 3});
        json!({"reservedConcurrentExecutions": reserved, "aliases": [alias("a"), alias("b")]})
    };
    for (reserved, fits) in [(json!(null), true), (json!(6), true), (json!(5), false)] {
        assert_eq!(desire(&spec(reserved.clone())).is_ok(), fits, "{reserved}");
    }
}

#[test]
fn an_empty_environment_is_wanted_empty() {
    for environment in [
        json!({}),
        json!({"variables": {}}),
        json!({"variablesFrom": []}),
    ] {
        let desired = desired(&json!({"environment": environment}));
        assert_eq!(
            desired.configuration.environment,
            Some(Environment::default())
        );
    }
}

#[test]
fn variables_come_from_the_spec_config_maps_and_secrets() {
    let desired = desired(&json!({"environment": {
        "variables": {"MODE": "fast"},
        "variablesFrom": [
            {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
            {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "LEVEL"}}},
            {"secretRef": {"name": "db"}, "prefix": "APP_"},
        ],
    }}));
    let expected = [
        ("APP_USER", "app"),
        ("APP_password", "hunter2"),
        ("DB_PASSWORD", "hunter2"),
        ("LEVEL", "info"),
        ("MODE", "fast"),
    ];
    let found = desired.configuration.environment.unwrap();
    assert_eq!(found, environment(&expected));
    let secrets: Vec<&str> = found.secrets().collect();
    assert_eq!(
        secrets,
        ["app", "hunter2", "hunter2"],
        "those of the Secret"
    );
}

fn variables(variables: &Value) -> Value {
    json!({"environment": {"variables": variables}})
}

fn from(entries: &Value) -> Value {
    json!({"environment": {"variables": {"MODE": "s3cret"}, "variablesFrom": entries}})
}

#[test]
fn a_region_that_no_partition_has_is_refused_before_any_call() {
    for region in ["xx-east-1", "europe-west-1", "eu-west-1a"] {
        let Err(Unmet::Invalid(message)) = desire(&json!({"region": region})) else {
            panic!("{region} was taken");
        };
        assert!(message.contains(region), "{message}");
    }
    assert!(desire(&json!({"region": "eu-west-1"})).is_ok());
}

#[test]
fn a_refusal_names_the_field_and_never_a_value() {
    let large = "s".repeat(4094);
    let cases = [
        (
            "given twice",
            from(
                &json!([{"name": "MODE", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]),
            ),
            "MODE is given twice",
        ),
        (
            "twice by prefix",
            from(
                &json!([{"secretRef": {"name": "db"}, "prefix": "P"}, {"secretRef": {"name": "db"}, "prefix": "P"}]),
            ),
            "PUSER is given twice",
        ),
        (
            "a key that is no name",
            from(&json!([{"secretRef": {"name": "odd"}, "prefix": "P_"}])),
            "\"P_my-key\" is no name",
        ),
        (
            "a single letter",
            variables(&json!({"A": "s3cret"})),
            "\"A\" is no name",
        ),
        (
            "a digit first",
            variables(&json!({"1A": "s3cret"})),
            "\"1A\" is no name",
        ),
        (
            "reserved",
            variables(&json!({"AWS_REGION": "s3cret"})),
            "AWS_REGION is reserved",
        ),
        (
            "reserved, with an underscore first",
            variables(&json!({"_HANDLER": "s3cret"})),
            "_HANDLER is reserved",
        ),
        (
            "no text",
            from(
                &json!([{"name": "RAW", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "raw"}}}]),
            ),
            "no UTF-8 text",
        ),
        (
            "no text in a Secret",
            from(
                &json!([{"name": "RAW", "valueFrom": {"secretKeyRef": {"name": "rotated", "key": "TOKEN"}}}]),
            ),
            "key TOKEN of the Secret rotated is no UTF-8 text",
        ),
        (
            "no text in a whole Secret, whatever else it has",
            from(&json!([{"secretRef": {"name": "rotated"}}])),
            "key TOKEN of the Secret rotated is no UTF-8 text",
        ),
        (
            "a NUL byte in a Secret",
            from(&json!([{"secretRef": {"name": "nul"}}])),
            "key TOKEN of the Secret nul has a NUL byte",
        ),
        (
            "a NUL byte in a ConfigMap",
            from(
                &json!([{"name": "NUL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "nul"}}}]),
            ),
            "key nul of the ConfigMap settings has a NUL byte",
        ),
        (
            "a NUL byte in the spec",
            variables(&json!({"MODE": "s3cret\u{0}"})),
            "environment.variables.MODE has a NUL byte",
        ),
        (
            "a prefix that would not be looked at",
            from(
                &json!([{"name": "RAW", "prefix": "P_", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]),
            ),
            "prefix in environment.variablesFrom goes with",
        ),
        (
            "a version that would not be looked at",
            json!({"code": {"inline": {"files": {"index.py": "pass"}}, "s3ObjectVersion": "1"}}),
            "code.s3ObjectVersion goes with",
        ),
        (
            "a storage mode of no object",
            json!({"code": {"inline": {"files": {"index.py": "pass"}}, "s3ObjectStorageMode": "COPY"}}),
            "code.s3ObjectStorageMode goes with",
        ),
        (
            "an archive's key of an image",
            json!({"code": {"imageUri": "registry/shop:1", "sourceKmsKeyArn": ""}, "runtime": null, "handler": null}),
            "drop code.sourceKmsKeyArn",
        ),
        ("too large", variables(&json!({"BIG": large})), "4097 bytes"),
        (
            "nothing referenced",
            from(&json!([{"name": "XY"}])),
            "variablesFrom needs",
        ),
        ("no code", json!({"code": {}}), "exactly one"),
        (
            "two codes",
            json!({"code": {"zipFile": "UEs=", "configMapRef": {"name": "files"}}}),
            "exactly one",
        ),
        (
            "an archive without a runtime",
            json!({"runtime": null}),
            "runtime and handler are needed",
        ),
        (
            "an archive without a handler",
            json!({"handler": null}),
            "runtime and handler are needed",
        ),
        (
            "an archive and an image",
            json!({"code": {"zipFile": "UEs=", "imageUri": "registry/shop:1"}}),
            "exactly one",
        ),
        (
            "a bucket without a key",
            json!({"code": {"s3Bucket": "b"}}),
            "exactly one",
        ),
        (
            "a reserved tag",
            json!({"tags": {"cloudfn.dev/owner": "me"}}),
            "reserved",
        ),
        (
            "a tag that AWS refuses",
            json!({"tags": {"a": "b;c"}}),
            "characters",
        ),
    ];
    for (case, changes, part) in cases {
        match desire(&changes) {
            Err(Unmet::Invalid(message)) => {
                assert!(message.contains(part), "{case}: {message}");
                assert!(
                    !message.contains("s3cret") && !message.contains("hunter2"),
                    "{case}: {message}"
                );
            }
            other => panic!("{case}: {:?}", other.map(|_| "accepted")),
        }
    }
    assert!(
        desire(&variables(
            &json!({"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper", "BG": "s".repeat(4000)})
        ))
        .is_ok()
    );
}

#[test]
fn all_faults_of_a_spec_are_told() {
    let wrong = spec(&json!({
        "region": "xx-east-1", "code": {"zipFile": "x"}, "tags": {"a": "&"},
        "environment": {"variables": {"AB": "x"}, "variablesFrom": [{"secretRef": {"name": "none"}}]},
    }));
    let found = faults(&wrong, &inputs());
    let fields: Vec<&str> = found.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["region", "environment", "code", "tags"]);
    assert_eq!(
        step(&wrong, &inputs(), &claim()).err(),
        Some(found[0].unmet.clone())
    );
    assert_eq!(faults(&spec(&json!({})), &inputs()), []);
}

#[test]
fn what_is_missing_is_named() {
    let cases = [
        (
            from(&json!([{"secretRef": {"name": "gone"}}])),
            "Secret gone does not exist",
        ),
        (
            from(&json!([{"configMapRef": {"name": "gone"}}])),
            "ConfigMap gone does not exist",
        ),
        (
            from(
                &json!([{"name": "XY", "valueFrom": {"secretKeyRef": {"name": "db", "key": "nope"}}}]),
            ),
            "Secret db has no key nope; add the key",
        ),
        (
            from(
                &json!([{"name": "XY", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "nope"}}}]),
            ),
            "ConfigMap settings has no key nope",
        ),
        (
            json!({"code": {"configMapRef": {"name": "gone"}}}),
            "ConfigMap gone does not exist",
        ),
    ];
    for (changes, part) in cases {
        match desire(&changes) {
            Err(Unmet::Missing(message)) => assert!(message.contains(part), "{message}"),
            other => panic!("{part}: {:?}", other.map(|_| "accepted")),
        }
    }
}

#[test]
fn a_config_map_is_the_archive_of_its_keys() {
    let from_map = desired(&json!({"code": {"configMapRef": {"name": "files"}}}));
    let files = [
        ("blob.bin", b"\xff\x00".as_slice()),
        ("index.py", b"pass".as_slice()),
    ];
    let archive = crate::functions::lambda::code::archive::zip(&files.into()).unwrap();
    assert!(matches!(from_map.code, Code::Zip { bytes, .. } if bytes == archive));
}

#[test]
fn the_source_of_an_s3_object_is_unambiguous() {
    let source = |code: Value| {
        desired(&json!({"code": code}))
            .all_tags()
            .remove("cloudfn.dev/source")
            .expect("a source tag")
    };
    let all = BTreeSet::from([
        source(json!({"s3Bucket": "bucket", "s3Key": "key"})),
        source(json!({"s3Bucket": "bucketk", "s3Key": "ey"})),
        source(json!({"s3Bucket": "bucket", "s3Key": "key", "s3ObjectVersion": "1"})),
        source(json!({"s3Bucket": "bucket", "s3Key": "key1"})),
        source(json!({"imageUri": "registry/shop:1"})),
        source(json!({"imageUri": "registry/shop:2"})),
    ]);
    assert_eq!(all.len(), 6);
    assert!(all.iter().all(|hash| hash.len() == 64));
}

#[test]
fn tags_are_the_users_the_claim_and_for_s3_the_source() {
    let inline = desired(&json!({"tags": {"team": "shop"}}));
    let mut expected = claim();
    expected.extend(tags(&[("team", "shop")]));
    assert_eq!(inline.all_tags(), expected);
    let observe_only = step::desired(
        &spec(&json!({"code": {"s3Bucket": "bucket", "s3Key": "key"}})),
        &inputs(),
        &Tags::new(),
    );
    assert_eq!(
        observe_only.ok().map(|d| d.all_tags()),
        Some(Tags::new()),
        "who claims nothing writes no tag of ours"
    );
}

#[test]
fn references_are_everything_that_the_spec_names() {
    let spec = spec(&json!({
        "code": {"configMapRef": {"name": "files"}},
        "environment": {"variablesFrom": [
            {"name": "AB", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}},
            {"name": "CD", "valueFrom": {"configMapKeyRef": {"name": "c1", "key": "k"}}},
            {"secretRef": {"name": "s2"}}, {"configMapRef": {"name": "c2"}}, {"configMapRef": {"name": "files"}},
        ]},
    }));
    let secrets = ["s1", "s2"].map(ReferenceName::secret);
    let maps = ["c1", "c2", "files"].map(ReferenceName::config_map);
    let expected: BTreeSet<_> = secrets.into_iter().chain(maps).collect();
    assert_eq!(spec.references(), expected);
}

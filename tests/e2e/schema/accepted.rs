//! Manifests at the edges of the rules are taken, defaults are visible, and nulls do no harm.

use cloudfn_bed::Bed;
use kube::api::{DynamicObject, PostParams};
use serde_json::{Value, json};

use super::offline::errors;
use super::{manifest, tags};
use crate::lambda::table::{self, Domain};
use crate::support::{CFF, LFN, Scene, store};

#[tokio::test]
async fn what_keeps_the_rules_is_taken() {
    let tenant = Bed::get().tenant("accepted").await;
    let common = [
        json!({}),
        json!({"functionName": "F_1-x"}),
        json!({"functionName": "f".repeat(64)}),
        json!({"tags": tags(47)}),
        json!({"tags": {"k".repeat(128): "v".repeat(256), "empty": "", "a b/c:d": "ü"}}),
        json!({"tags": {}}),
        json!({"managementPolicy": "Observe"}),
        json!({"adoptionPolicy": "IfUnowned", "deletionPolicy": "Retain"}),
        json!({"adoptionPolicy": "Always", "deletionPolicy": "Delete"}),
        json!({"runtime": "some-future-runtime9.9"}),
    ];
    let cloudfront = [
        json!({"code": {"inline": "a".repeat(10_240)}}),
        json!({"code": {"inline": format!("//{}", "é".repeat(5_119))}}),
        json!({"code": {"configMapKeyRef": {"name": "map", "key": "code.js"}}}),
        json!({"stage": "DEVELOPMENT"}),
        json!({"comment": ""}),
        json!({"comment": "é".repeat(128)}),
        json!({"comment": "a\tb\nc"}),
        json!({"tests": [{"name": "a", "expectAbsent": ["request", "response.headers.server", "request.querystring.a.b", "response.body.data"]}]}),
        json!({"keyValueStoreAssociations": []}),
        json!({"tests": [{"name": "a"}, {"name": "b-1", "event": {}, "expect": {}, "expectAbsent": [], "maxComputeUtilization": 100}]}),
        json!({"tests": [{"name": "a", "event": whole_event(), "expect": {"response": whole_event()["response"]}}]}),
        json!({"tests": (0..32).map(|number| json!({"name": format!("t{number}")})).collect::<Vec<_>>()}),
        json!({"testsFrom": [{"configMapKeyRef": {"name": "map", "key": "tests.yaml"}}]}),
        json!({"keyValueStoreAssociations": [], "runtime": "cloudfront-js-1.0"}),
        json!({"keyValueStoreAssociations": [{"keyValueStoreArn": store(1)}, {"keyValueStoreArn": store(1)}]}),
    ];
    let variables = json!({"variables": {"AB": "", "A_1": "x"}, "variablesFrom": [
        {"name": "ONE", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "TWO", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "k"}}},
        {"secretRef": {"name": "s"}, "prefix": "APP_"},
        {"configMapRef": {"name": "m"}},
    ]});
    let lambda = [
        json!({"environment": variables}),
        json!({"environment": {}}),
        json!({"description": "d".repeat(256)}),
        json!({"code": {"inline": {"files": {"a/b/c.py": "x", "empty.txt": ""}}}}),
        json!({"code": {"configMapRef": {"name": "m"}}}),
        json!({"code": {"zipFile": "UEsFBgAAAAABAAEAAAAAAAAAAAAAAA=="}}),
        json!({"code": {"zipFile": "UEsFBgAAAAAB\r\nAAEAAAAAAAAAAAAAAA==\r\n"}}),
        json!({"code": {"zipFile": "UEsFBgAAAAAB AAEAAAAAAAAAAAAAAA=="}}),
        json!({"code": {"s3Bucket": "my.bucket-1", "s3Key": "a/b.zip", "s3ObjectVersion": "v"}}),
        json!({"code": {"s3Bucket": "b-1", "s3Key": "a", "s3ObjectStorageMode": "REFERENCE", "sourceKmsKeyArn": ""}}),
        json!({"role": "arn:aws-us-gov:iam::000000000000:role/service-role/x"}),
        json!({"region": "us-gov-west-1"}),
        json!({"region": "ap-southeast-4"}),
        json!({"region": "us-iso-east-1"}),
        json!({"publish": true}),
        json!({"vpcConfig": {}}),
        json!({"vpcConfig": {"subnetIds": [], "securityGroupIds": []}, "fileSystemConfigs": []}),
        json!({"kmsKeyArn": "", "deadLetterConfig": {"targetArn": ""}, "layers": []}),
        json!({"layers": ["arn:aws-cn:lambda:cn-north-1:000000000000:layer:a_b-c:12", "arn:aws:lambda:::awslayer:AmazonLinux1803"]}),
        json!({"deadLetterConfig": {"targetArn": "arn:aws-us-gov:sns:us-gov-west-1:000000000000:failed.fifo"}}),
        json!({"loggingConfig": {"logGroup": "/aws/lambda/f"}}),
        json!({"loggingConfig": {"logFormat": "JSON", "applicationLogLevel": "TRACE", "systemLogLevel": "WARN"}}),
        json!({"runtime": null, "handler": null, "imageConfig": {}, "code": {"imageUri": "000000000000.dkr.ecr.eu-west-1.amazonaws.com/team/shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}}),
    ];
    let rows = [
        (
            CFF,
            common
                .clone()
                .into_iter()
                .chain(cloudfront)
                .collect::<Vec<_>>(),
        ),
        (
            LFN,
            common
                .into_iter()
                .chain(lambda)
                .chain(within_bounds())
                .collect(),
        ),
    ];
    for (kind, specs) in rows {
        for (number, spec) in specs.into_iter().enumerate() {
            let object = manifest(kind, &format!("f-{number}"), spec.clone());
            assert_eq!(errors(&object), Vec::<String>::new(), "{kind} {spec}");
            let taken = tenant.try_apply(object).await;
            assert!(taken.is_ok(), "{kind} {spec}: {taken:?}");
        }
    }
}

#[tokio::test]
async fn defaults_are_visible_and_nothing_else_is_added() {
    let tenant = Bed::get().tenant("defaults").await;
    let common = json!({"managementPolicy": "Manage", "adoptionPolicy": "Never"});
    let rows = [
        (
            CFF,
            json!({"runtime": "cloudfront-js-2.0", "stage": "LIVE"}),
        ),
        (LFN, json!({"publish": false})),
    ];
    for (kind, own) in rows {
        let sent = manifest(kind, "f", json!({}));
        let mut expected = sent["spec"].clone();
        for (key, value) in [&common, &own]
            .into_iter()
            .flat_map(|defaults| defaults.as_object().into_iter().flatten())
        {
            expected[key] = value.clone();
        }
        let stored = tenant.apply(sent).await;
        assert_eq!(stored.data["spec"], expected, "{kind}");
        assert_eq!(
            stored.data["status"],
            json!({"conditions": [], "observedGeneration": -1}),
            "{kind}: nobody has looked yet"
        );
    }
}

#[tokio::test]
async fn nulls_in_a_manifest_count_as_omitted() {
    let scene = Scene::start("nulls").await;
    let common = json!({
        "functionName": null, "tags": null, "deletionPolicy": null, "managementPolicy": null, "adoptionPolicy": null,
    });
    let rows = [
        (
            CFF,
            json!({"comment": null, "runtime": null, "keyValueStoreAssociations": null, "stage": null, "tests": null, "testsFrom": null}),
        ),
        (LFN, optional_fields_as_null()),
    ];
    for (kind, own) in rows {
        let mut object = manifest(kind, "f", json!({}));
        for (key, value) in [&common, &own]
            .into_iter()
            .flat_map(|nulls| nulls.as_object().into_iter().flatten())
        {
            object["spec"][key] = value.clone();
        }
        let source = if kind == CFF {
            "configMapKeyRef"
        } else {
            "s3Bucket"
        };
        object["spec"]["code"][source] = Value::Null;
        assert_eq!(errors(&object), Vec::<String>::new());
        object["apiVersion"] = json!("cloudfn.dev/v1alpha1");
        let manifest: DynamicObject = serde_json::from_value(object.clone()).expect("an object");
        scene
            .tenant
            .api(kind)
            .create(&PostParams::default(), &manifest)
            .await
            .expect("created");
        scene.ready(kind, "f").await;
        scene.delete(kind, "f").await;
        object["metadata"]["name"] = json!("g");
        scene.apply(object).await;
        scene.ready(kind, "g").await;
        scene.delete(kind, "g").await;
    }
    scene.end().await;
}

/// An event with all that CloudFront's documentation has.
fn whole_event() -> Value {
    let one = json!({"value": "a"});
    let many = json!({"value": "a", "multiValue": [{"value": "a"}, {"value": "b"}]});
    let cookie = json!({"value": "a", "attributes": "Path=/", "multiValue": [{"value": "a", "attributes": "Path=/"}]});
    json!({
        "version": "1.0",
        "context": {
            "distributionDomainName": "d111111abcdef8.cloudfront.net", "endpoint": "d111111abcdef8.cloudfront.net",
            "distributionId": "EDFDVBD6EXAMPLE", "eventType": "viewer-response", "requestId": "id",
        },
        "viewer": {"ip": "198.51.100.11"},
        "request": {"method": "GET", "uri": "/", "querystring": {"q": many, "": one}, "headers": {"host": one, "accept": many}, "cookies": {"c": cookie}},
        "response": {"statusCode": 200, "statusDescription": "OK", "headers": {"a": many}, "cookies": {"c": cookie}, "body": {"encoding": "text", "data": ""}},
    })
}

/// Each configuration field of a `LambdaFunction` at its bounds, and each of its words.
fn within_bounds() -> Vec<Value> {
    let mut specs = Vec::new();
    for (field, _) in table::fields() {
        let values = match table::domain(field) {
            Domain::Numbers(least, most) => vec![json!(least), json!(most)],
            Domain::Words(words) => words,
            Domain::List(words) => words.into_iter().map(|word| json!([word])).collect(),
            Domain::Other => Vec::new(),
        };
        specs.extend(values.into_iter().map(|value| table::spec(field, value)));
    }
    specs
}

/// All members of a `LambdaFunction` that may be omitted.
fn optional_fields_as_null() -> Value {
    let mut nulls = json!({"region": null, "publish": null});
    for (field, _) in table::fields() {
        if !["runtime", "handler", "role"].contains(&field) {
            let block = field.split('.').next().unwrap_or_default();
            nulls[block] = Value::Null;
        }
    }
    nulls
}

//! Code from each source, and from one source to another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use cloudfn_bed::{ApiCall, Bed, is_ready, reason, wire};
use http_body_util::Full;
use hyper::body::Bytes;
use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::{mark, message};
use crate::support::{LFN, Scene, TIMEOUT, archive, lfn, python};

/// Puts something into the account's S3, past the proxy: a bucket, or an object with these bytes.
/// The object's version, in a bucket that keeps them.
pub async fn put_s3(scene: &Scene, path: &str, body: Vec<u8>) -> Option<String> {
    let url = format!("{}/{path}", Bed::get().emulator().await.url());
    let (account, region) = (scene.tenant.account(), scene.tenant.region());
    let request = http::Request::put(url)
        .header("authorization", format!("AWS4-HMAC-SHA256 Credential={account}/20260101/{region}/s3/aws4_request, SignedHeaders=host, Signature=x"))
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .body(Full::new(Bytes::from(body)))
        .expect("a request");
    let answer = wire::client().request(request).await.expect("an answer");
    assert!(
        answer.status().is_success(),
        "PUT {path}: {}",
        answer.status()
    );
    answer
        .headers()
        .get("x-amz-version-id")
        .map(|version| version.to_str().expect("text").to_owned())
}

/// A bucket of this account with these objects: key, and what their Python says.
pub async fn bucket(scene: &Scene, objects: &[(&str, &str)]) -> String {
    let bucket = format!("code-{}", scene.tenant.account());
    let place = format!(
        "<CreateBucketConfiguration><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
        scene.tenant.region()
    );
    put_s3(scene, &bucket, place.into_bytes()).await;
    for (key, text) in objects {
        put_s3(
            scene,
            &format!("{bucket}/{key}"),
            archive("index.py", &python(text)),
        )
        .await;
    }
    bucket
}

fn config_map(text: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}, "data": {"index.py": python(text)}})
}

fn zip_file(text: &str) -> Value {
    json!({"zipFile": BASE64.encode(archive("index.py", &python(text)))})
}

fn source(code: &Value) -> Value {
    json!({"code": code})
}

#[tokio::test]
async fn an_edit_of_each_source_is_deployed_with_one_update() {
    let scene = Scene::start("lfn-sources").await;
    let bucket = bucket(&scene, &[("one.zip", "one"), ("two.zip", "two")]).await;
    let sources = |text: &str| {
        [
            (
                "inline",
                json!({"inline": {"files": {"index.py": python(text), "more/data.txt": "more"}}}),
            ),
            ("config-map", json!({"configMapRef": {"name": "code"}})),
            ("zip-file", zip_file(text)),
            (
                "bucket",
                json!({"s3Bucket": bucket, "s3Key": format!("{text}.zip")}),
            ),
        ]
    };
    let marks = [("one", "CreateFunction"), ("two", "UpdateFunctionCode")];
    let mut was = json!({});
    for (text, write) in marks {
        scene.apply(config_map(text)).await;
        for (name, code) in sources(text) {
            scene.apply(lfn(name, "", source(&code))).await;
        }
        for (name, _) in sources(text) {
            // The edit of a ConfigMap brings no new generation: the deployed code is the condition.
            let deployed = |object: &DynamicObject| {
                is_ready(object) && object.data["status"]["codeSha256"] != was[name]
            };
            let object = scene
                .tenant
                .wait_for(LFN, name, "to be deployed", deployed, TIMEOUT)
                .await;
            was[name] = object.data["status"]["codeSha256"].clone();
            assert_eq!(mark(&scene, name).await, text, "{name}");
            let writes: Vec<String> = super::writes_of(&scene, name)
                .into_iter()
                .filter(|operation| operation != "TagResource")
                .collect();
            assert_eq!(writes, [write], "{name}");
        }
        scene.tenant.clear_calls();
    }
    scene.end().await;
}

#[tokio::test]
async fn code_moves_from_any_source_to_another() {
    let scene = Scene::start("lfn-switch").await;
    let bucket = bucket(&scene, &[("three.zip", "three")]).await;
    scene.apply(config_map("one")).await;
    let rows = [
        (
            "zero",
            json!({"inline": {"files": {"index.py": python("zero")}}}),
            vec!["CreateFunction"],
        ),
        (
            "one",
            json!({"configMapRef": {"name": "code"}}),
            vec!["UpdateFunctionCode"],
        ),
        ("two", zip_file("two"), vec!["UpdateFunctionCode"]),
        (
            "three",
            json!({"s3Bucket": bucket, "s3Key": "three.zip"}),
            vec!["UpdateFunctionCode", "TagResource"],
        ),
        (
            "four",
            json!({"inline": {"files": {"index.py": python("four")}}}),
            vec!["UpdateFunctionCode", "UntagResource"],
        ),
    ];
    for (text, code, writes) in rows {
        scene.tenant.clear_calls();
        scene.apply(lfn("f", "", source(&code))).await;
        let object = scene.ready(LFN, "f").await;
        assert_eq!(mark(&scene, "f").await, text);
        assert_eq!(scene.writes(), writes, "{text}");
        assert_eq!(
            object.data["status"]["code"]["s3Key"].as_str(),
            code["s3Key"].as_str(),
            "{text}: {:#}",
            object.data["status"]
        );
    }
    scene.end().await;
}

#[tokio::test]
async fn the_same_source_looked_at_again_is_not_deployed_again() {
    let scene = Scene::start("lfn-same").await;
    let bucket = bucket(&scene, &[("one.zip", "one")]).await;
    scene
        .apply(lfn(
            "f",
            "",
            source(&json!({"s3Bucket": bucket, "s3Key": "one.zip"})),
        ))
        .await;
    scene.ready(LFN, "f").await;
    scene.tenant.clear_calls();
    scene.look(LFN, "f", "1").await;
    assert_eq!(
        (scene.writes(), scene.reads()),
        (vec![], vec!["GetFunction".to_owned()])
    );
    // The tag alone suffices: a status that was lost does not deploy again.
    scene
        .tenant
        .patch_status(LFN, "f", json!({"status": null}))
        .await;
    scene.operator.kill();
    scene.operator.restart().await;
    scene.ready(LFN, "f").await;
    assert_eq!(scene.writes(), Vec::<String>::new());
    scene.end().await;
}

#[tokio::test]
async fn an_object_that_is_not_in_the_bucket_is_told_and_a_right_one_gets_out() {
    let scene = Scene::start("lfn-no-object").await;
    let bucket = bucket(&scene, &[("one.zip", "one")]).await;
    scene.apply(lfn("f", &python("zero"), json!({}))).await;
    scene.ready(LFN, "f").await;
    scene
        .apply(lfn(
            "f",
            "",
            source(&json!({"s3Bucket": bucket, "s3Key": "none.zip"})),
        ))
        .await;
    let said = message(&scene, "f", "Rejected").await;
    assert!(
        said.contains("UpdateFunctionCode") && said.contains("none.zip"),
        "{said}"
    );
    assert_eq!(
        reason(&scene.tenant.get(LFN, "f").await, "Stalled"),
        Some("Rejected")
    );
    assert_eq!(mark(&scene, "f").await, "zero", "what ran still runs");
    scene
        .apply(lfn(
            "f",
            "",
            source(&json!({"s3Bucket": bucket, "s3Key": "one.zip"})),
        ))
        .await;
    scene.ready(LFN, "f").await;
    assert_eq!(mark(&scene, "f").await, "one");
    scene.end().await;
}

/// Times that the operator read this object by its name.
fn reads_of_object(scene: &Scene, name: &str) -> usize {
    let calls = scene.tenant.api_proxy().calls();
    let of_object = |call: &&ApiCall| {
        call.verb == "get"
            && call.resource == "lambdafunctions"
            && call.name.as_deref() == Some(name)
    };
    calls.iter().filter(of_object).count()
}

#[tokio::test]
async fn code_too_large_to_be_kept_in_memory_is_deployed_and_repaired_like_any_other() {
    let scene = Scene::start("lfn-large").await;
    let large = |text: &str, timeout: i32| {
        let files = json!({"index.py": python(text), "data.txt": "more ".repeat(40_000)});
        let spec = json!({"code": {"inline": {"files": files}}, "timeout": timeout});
        lfn("large", "", spec)
    };
    scene.apply(large("one", 5)).await;
    scene.apply(lfn("small", &python("one"), json!({}))).await;
    for name in ["large", "small"] {
        scene.ready(LFN, name).await;
        assert_eq!(mark(&scene, name).await, "one");
    }
    for (name, is_read) in [("small", false), ("large", true)] {
        scene.tenant.api_proxy().clear();
        scene.look(LFN, name, "1").await;
        assert_eq!(reads_of_object(&scene, name) > 0, is_read, "{name}");
    }
    scene.tenant.clear_calls();
    scene.apply(large("one", 6)).await;
    scene.ready(LFN, "large").await;
    assert_eq!(scene.writes(), ["UpdateFunctionConfiguration"]);
    scene.apply(large("two", 6)).await;
    scene.ready(LFN, "large").await;
    assert_eq!(mark(&scene, "large").await, "two");
    let theirs = aws_sdk_lambda::primitives::Blob::new(archive("index.py", &python("theirs")));
    let edit = scene.cloud.lambda.update_function_code();
    let edit = edit.function_name("large").zip_file(theirs).send();
    edit.await.expect("edited");
    scene.look(LFN, "large", "2").await;
    assert_eq!(mark(&scene, "large").await, "two", "repaired");
    scene.tenant.api_proxy().clear();
    scene.delete(LFN, "large").await;
    assert!(!scene.cloud.names().await.contains(&"large".to_owned()));
    scene.end().await;
}

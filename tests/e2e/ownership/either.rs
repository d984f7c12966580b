//! One test for both kinds: what differs between them in a test stands here.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::types::{Tag, TagKeys, Tags};
use cloudfn_bed::Bed;
use k8s_openapi::api::core::v1::Namespace;
use kube::{Api, ResourceExt as _};
use serde_json::{Value, json};

use crate::support::{CFF, Cloud, LFN, Scene, cff, javascript, lfn, python};

/// Both kinds.
pub const BOTH: [&str; 2] = [CFF, LFN];
pub const OWNER: &str = "cloudfn.dev/owner";
pub const INSTANCE: &str = "cloudfn.dev/instance";

/// A manifest of this kind with code of this mark; `spec` is merged over it.
pub fn manifest(kind: &str, name: &str, mark: &str, spec: Value) -> Value {
    if kind == CFF {
        cff(name, &javascript(mark), spec)
    } else {
        lfn(name, &python(mark), spec)
    }
}

/// The service that has functions of this kind.
pub fn service(kind: &str) -> &'static str {
    if kind == CFF { "cloudfront" } else { "lambda" }
}

/// The writes about one function of this kind so far, in order.
pub fn writes_of(scene: &Scene, kind: &str, name: &str) -> Vec<String> {
    let calls = scene.tenant.calls().into_iter();
    let of = calls.filter(|call| {
        call.is_write() && call.service == service(kind) && call.function.as_deref() == Some(name)
    });
    of.map(|call| call.operation).collect()
}

/// Makes a function from outside.
pub async fn create(cloud: &Cloud, kind: &str, name: &str, tags: &[(&str, &str)]) {
    match kind {
        CFF => {
            cloud
                .create_cloudfront(name, &javascript("outside"), tags)
                .await;
        }
        _ => cloud.create_lambda(name, tags).await,
    }
}

/// Its tags.
pub async fn tags(cloud: &Cloud, kind: &str, name: &str) -> BTreeMap<String, String> {
    match kind {
        CFF => cloud.cloudfront_tags(name).await,
        _ => cloud
            .function(name)
            .await
            .expect("it exists")
            .tags
            .unwrap_or_default()
            .into_iter()
            .collect(),
    }
}

/// Writes a tag from outside.
pub async fn tag(cloud: &Cloud, kind: &str, name: &str, key: &str, value: &str) {
    if kind == CFF {
        let tags = Tags::builder()
            .items(Tag::builder().key(key).value(value).build().expect("a tag"))
            .build();
        cloud
            .cloudfront
            .tag_resource()
            .resource(cloud.cloudfront_arn(name))
            .tags(tags)
            .send()
            .await
            .expect("tagged");
    } else {
        let arn = cloud
            .configuration(name)
            .await
            .function_arn
            .expect("an ARN");
        cloud
            .lambda
            .tag_resource()
            .resource(arn)
            .tags(key, value)
            .send()
            .await
            .expect("tagged");
    }
}

/// Takes a tag away from outside.
pub async fn untag(cloud: &Cloud, kind: &str, name: &str, key: &str) {
    if kind == CFF {
        let keys = TagKeys::builder().items(key).build();
        cloud
            .cloudfront
            .untag_resource()
            .resource(cloud.cloudfront_arn(name))
            .tag_keys(keys)
            .send()
            .await
            .expect("untagged");
    } else {
        let arn = cloud
            .configuration(name)
            .await
            .function_arn
            .expect("an ARN");
        cloud
            .lambda
            .untag_resource()
            .resource(arn)
            .tag_keys(key)
            .send()
            .await
            .expect("untagged");
    }
}

/// Everything about one function that a write could change.
pub async fn state(cloud: &Cloud, kind: &str, name: &str) -> String {
    let tags = tags(cloud, kind, name).await;
    if kind == CFF {
        let described = cloud
            .describe(name, aws_sdk_cloudfront::types::FunctionStage::Development)
            .await;
        format!(
            "{:?} {:?} {tags:?}",
            described.e_tag,
            cloud.live(name).await
        )
    } else {
        let configuration = cloud.configuration(name).await;
        format!(
            "{:?} {:?} {tags:?}",
            configuration.code_sha256, configuration.revision_id
        )
    }
}

/// Whether there is a function of this kind and name.
pub async fn exists(cloud: &Cloud, kind: &str, name: &str) -> bool {
    if kind == CFF {
        cloud.development(name).await.is_some()
    } else {
        cloud.function(name).await.is_some()
    }
}

/// Whether the function runs (and, at CloudFront, has LIVE) the code of this mark.
pub async fn runs(cloud: &Cloud, kind: &str, name: &str, mark: &str) -> bool {
    if kind == CFF {
        cloud.live(name).await == Some(javascript(mark))
    } else {
        cloud.invoke(name).await.contains(&format!("\"{mark}\""))
    }
}

/// The uid of `kube-system`: this cluster's instance, and its name unless it was given one.
pub async fn cluster() -> String {
    let api: Api<Namespace> = Api::all(Bed::get().client());
    api.get("kube-system")
        .await
        .expect("kube-system")
        .uid()
        .expect("a uid")
}

/// The owner tag of an object of this scene.
pub async fn owner(scene: &Scene, name: &str) -> String {
    format!("{}/{}/{name}", cluster().await, scene.tenant.namespace())
}

/// The message of a condition.
pub fn message(object: &kube::api::DynamicObject, condition: &str) -> String {
    let found = cloudfn_bed::condition(object, condition);
    found
        .and_then(|found| found["message"].as_str())
        .unwrap_or_default()
        .to_owned()
}

/// Whether the object is Stalled for this reason.
pub fn is_stalled(object: &kube::api::DynamicObject, reason: &str) -> bool {
    cloudfn_bed::reason(object, "Stalled") == Some(reason)
}

/// Whether our finalizer is on the object.
pub fn has_finalizer(object: &kube::api::DynamicObject) -> bool {
    object
        .finalizers()
        .iter()
        .any(|finalizer| finalizer == "cloudfn.dev/finalizer")
}

/// A spec that adopts by this policy.
pub fn adopting(policy: &str) -> Value {
    json!({"adoptionPolicy": policy, "deletionPolicy": "Retain"})
}

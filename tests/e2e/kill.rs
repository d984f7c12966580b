//! The operator killed at every write that it makes for an object, to the cloud and to the API
//! server, before the write and after it, and started again: the end is the same as without.
//!
//! One undisturbed run says how many writes there are. Each of them is then met twice by an object
//! of its own; the points are shared out to a few scenes, so that they are tried side by side.

use cloudfn_bed::{Action, ApiCall, Call, Fault};
use futures::future::join_all;
use kube::ResourceExt as _;
use serde_json::{Map, Value, json};

use crate::invariants::SENTINEL;
use crate::support::{CFF, Cloud, LFN, Scene, TIMEOUT, cff, javascript, lfn, python};

/// Scenes side by side.
const LANES: usize = 4;
/// What an undisturbed run makes an object of.
const MODEL: &str = "model";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Create,
    Update,
    Delete,
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Cloud,
    ApiServer,
}

/// One moment to be killed at.
#[derive(Clone, Copy, Debug)]
struct Point {
    side: Side,
    n: usize,
    after: bool,
}

impl Point {
    fn object(self) -> String {
        let Self { side, n, after } = self;
        format!("{side:?}-{n}-{}", if after { "after" } else { "before" }).to_lowercase()
    }

    fn action(self) -> Action {
        if self.after {
            Action::KillAfter
        } else {
            Action::KillBefore
        }
    }
}

#[tokio::test]
async fn a_kill_at_any_write_of_a_create_is_survived_by_a_cloudfront_function() {
    at_every_write(CFF, Doing::Create).await;
}

#[tokio::test]
async fn a_kill_at_any_write_of_an_update_is_survived_by_a_cloudfront_function() {
    at_every_write(CFF, Doing::Update).await;
}

#[tokio::test]
async fn a_kill_at_any_write_of_a_delete_is_survived_by_a_cloudfront_function() {
    at_every_write(CFF, Doing::Delete).await;
}

#[tokio::test]
async fn a_kill_at_any_write_of_a_create_is_survived_by_a_lambda_function() {
    at_every_write(LFN, Doing::Create).await;
}

#[tokio::test]
async fn a_kill_at_any_write_of_an_update_is_survived_by_a_lambda_function() {
    at_every_write(LFN, Doing::Update).await;
}

#[tokio::test]
async fn a_kill_at_any_write_of_a_delete_is_survived_by_a_lambda_function() {
    at_every_write(LFN, Doing::Delete).await;
}

async fn at_every_write(kind: &'static str, doing: Doing) {
    let title = format!("kill-{kind}-{doing:?}");
    // Nothing but what the test does may come between: no periodic check.
    let scenes =
        join_all((0..LANES).map(|_| Scene::with(&title, &["--check-interval=1000h"]))).await;
    let undisturbed = &scenes[0];
    prepare(undisturbed, kind, doing, &[MODEL.to_owned()]).await;
    undisturbed.tenant.clear_calls();
    undisturbed.tenant.api_proxy().clear();
    begin(undisturbed, kind, doing, MODEL).await;
    settled(undisturbed, kind, doing, MODEL).await;
    let cloud: Vec<Call> = undisturbed
        .tenant
        .calls()
        .into_iter()
        .filter(Call::is_write)
        .collect();
    let api: Vec<ApiCall> = undisturbed
        .tenant
        .api_proxy()
        .writes()
        .into_iter()
        .filter(|call| call.name.as_deref() == Some(MODEL))
        .collect();
    assert!(
        cloud
            .iter()
            .all(|call| call.function.as_deref() == Some(MODEL)),
        "a write that names no function: {cloud:?}"
    );
    let wanted = end(undisturbed, kind, MODEL).await;

    let writes = [(Side::Cloud, cloud.len()), (Side::ApiServer, api.len())];
    let points: Vec<Point> = writes
        .into_iter()
        .flat_map(|(side, writes)| {
            (1..=writes).flat_map(move |n| [false, true].map(|after| Point { side, n, after }))
        })
        .collect();
    println!(
        "{kind} {doing:?}: {} writes to the cloud, {} to the API server",
        cloud.len(),
        api.len()
    );
    assert!(!cloud.is_empty() && api.len() >= 2, "{cloud:?} {api:?}");
    let lanes = scenes.iter().enumerate().map(|(lane, scene)| {
        let mine: Vec<Point> = points.iter().skip(lane).step_by(LANES).copied().collect();
        lane_of(scene, kind, doing, mine, &wanted)
    });
    let tried: usize = join_all(lanes).await.into_iter().sum();
    assert_eq!(
        tried,
        2 * (cloud.len() + api.len()),
        "every write is met before and after"
    );
    for scene in scenes {
        scene.end().await;
    }
}

/// Tries points in one scene, one after the other. Answers how many.
async fn lane_of(
    scene: &Scene,
    kind: &str,
    doing: Doing,
    points: Vec<Point>,
    wanted: &Value,
) -> usize {
    let objects: Vec<String> = points.iter().map(|point| point.object()).collect();
    prepare(scene, kind, doing, &objects).await;
    for point in &points {
        let name = point.object();
        let fault = match point.side {
            Side::Cloud => scene.tenant.inject(
                Fault::on_write()
                    .function(&name)
                    .nth(point.n)
                    .then(point.action()),
            ),
            Side::ApiServer => scene.tenant.inject_api(
                Fault::on_api_write()
                    .object(&name)
                    .nth(point.n)
                    .then(point.action()),
            ),
        };
        begin(scene, kind, doing, &name).await;
        let exit = scene.operator.exited(TIMEOUT).await;
        assert!(
            exit.is_some(),
            "{point:?} was not reached\n{}",
            scene.tenant.describe(kind, &name).await
        );
        fault.assert_fired(1);
        scene.operator.restart().await;
        settled(scene, kind, doing, &name).await;
        let got = end(scene, kind, &name).await;
        assert_eq!(
            got, *wanted,
            "killed at {point:?} of {doing:?}; got {got:#}, wanted {wanted:#}"
        );
    }
    let mut expected = if doing == Doing::Delete {
        Vec::new()
    } else {
        objects
    };
    expected.extend(
        scene
            .tenant
            .find(kind, MODEL)
            .await
            .map(|model| model.name_any()),
    );
    expected.sort();
    assert_eq!(
        scene.cloud.names().await,
        expected,
        "one function for each object, and no other"
    );
    points.len()
}

/// What there is before the phase begins.
async fn prepare(scene: &Scene, kind: &str, doing: Doing, names: &[String]) {
    if doing == Doing::Create {
        return;
    }
    for name in names {
        scene.apply(first(kind, name)).await;
    }
    for name in names {
        scene.ready(kind, name).await;
    }
}

async fn begin(scene: &Scene, kind: &str, doing: Doing, name: &str) {
    match doing {
        Doing::Create => drop(scene.apply(first(kind, name)).await),
        Doing::Update => drop(scene.apply(second(kind, name)).await),
        Doing::Delete => scene.tenant.delete(kind, name).await,
    }
}

async fn settled(scene: &Scene, kind: &str, doing: Doing, name: &str) {
    match doing {
        Doing::Delete => scene.tenant.wait_gone(kind, name, TIMEOUT).await,
        Doing::Create | Doing::Update => drop(scene.ready(kind, name).await),
    }
}

fn first(kind: &str, name: &str) -> Value {
    let tags = json!({"team": "edge", "stage": "first"});
    if kind == CFF {
        return cff(
            name,
            &javascript("first"),
            json!({"comment": "first", "tags": tags}),
        );
    }
    let variables = json!({"MODE": format!("{SENTINEL}-first")});
    lfn(
        name,
        &python("first"),
        json!({"memorySize": 256, "environment": {"variables": variables}, "tags": tags, "publish": true}),
    )
}

/// Code, configuration and tags in one edit: one tag changed, one new, one taken away.
fn second(kind: &str, name: &str) -> Value {
    let tags = json!({"team": "core", "cost": "low"});
    if kind == CFF {
        return cff(
            name,
            &javascript("second"),
            json!({"comment": "second", "tags": tags}),
        );
    }
    let variables = json!({"MODE": format!("{SENTINEL}-second")});
    lfn(
        name,
        &python("second"),
        json!({"memorySize": 512, "environment": {"variables": variables}, "tags": tags, "publish": true}),
    )
}

/// Object and function, without what tells one object, scene or moment from another.
async fn end(scene: &Scene, kind: &str, name: &str) -> Value {
    let object = scene.tenant.find(kind, name).await;
    let object = object
        .map(|object| json!({"finalizers": object.finalizers(), "status": object.data["status"]}));
    let mut end = json!({"object": object, "cloud": function(&scene.cloud, kind, name).await});
    without_moments(&mut end);
    if let (CFF, Some(status)) = (kind, end["object"]["status"].as_object_mut()) {
        // The emulator's reply to a publish has another word than its next description.
        status.remove("status");
        // What a run of code without tests showed dies with an operator that has published it and not
        // said so yet; what is LIVE is not run again.
        status.remove("tests");
        if let Some(conditions) = status["conditions"].as_array_mut() {
            conditions.retain(|condition| condition["type"] != "Tested");
        }
    }
    let text = end
        .to_string()
        .replace(&format!("/{name}"), "/NAME")
        .replace(&format!(":{name}"), ":NAME")
        .replace(&format!("\"{name}\""), "\"NAME\"");
    let text = text
        .replace(scene.tenant.namespace(), "NAMESPACE")
        .replace(scene.tenant.account(), "ACCOUNT");
    serde_json::from_str(&text).expect("JSON")
}

/// Takes away times, ETags and versions: each function has its own. The fingerprint of a Lambda
/// configuration goes too: the name of its log group holds the function's.
fn without_moments(value: &mut Value) {
    const MOMENTS: [&str; 10] = [
        "lastTransitionTime",
        "etag",
        "publishedEtag",
        "lastModifiedTime",
        "lastModified",
        "createdTime",
        "createRequestedAt",
        "earlierCreateRequestedAt",
        "resourceVersion",
        "settingsSha256",
    ];
    match value {
        Value::Object(members) => {
            members.retain(|key, _| !MOMENTS.contains(&key.as_str()));
            members.values_mut().for_each(without_moments);
        }
        Value::Array(items) => items.iter_mut().for_each(without_moments),
        _ => {}
    }
}

async fn function(cloud: &Cloud, kind: &str, name: &str) -> Value {
    if kind == CFF {
        use aws_sdk_cloudfront::types::FunctionStage::{Development, Live};
        let Some(development) = cloud.development(name).await else {
            return Value::Null;
        };
        let comment = |described: aws_sdk_cloudfront::operation::describe_function::DescribeFunctionOutput| {
            described.function_summary.and_then(|summary| summary.function_config).map(|config| config.comment)
        };
        return json!({
            "development": development, "live": cloud.live(name).await, "tags": cloud.cloudfront_tags(name).await,
            "comments": [comment(cloud.describe(name, Development).await), comment(cloud.describe(name, Live).await)],
        });
    }
    let Some(function) = cloud.function(name).await else {
        return Value::Null;
    };
    let tags: Map<String, Value> = function
        .tags
        .unwrap_or_default()
        .into_iter()
        .map(|(key, value)| (key, value.into()))
        .collect();
    let listed = cloud
        .lambda
        .list_versions_by_function()
        .function_name(name)
        .send()
        .await
        .expect("listed");
    let one = |configuration: aws_sdk_lambda::types::FunctionConfiguration| {
        json!({
            "version": configuration.version, "code": configuration.code_sha256, "memory": configuration.memory_size,
            "variables": configuration.environment.and_then(|environment| environment.variables),
        })
    };
    // Each with its number: a version too many is a second effect.
    let versions: Vec<Value> = listed
        .versions
        .unwrap_or_default()
        .into_iter()
        .map(one)
        .collect();
    json!({"tags": tags, "versions": versions})
}

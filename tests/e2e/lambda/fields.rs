//! Each field of the configuration: set, changed, and taken away.

use std::collections::BTreeMap;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionConfiguration, LayerVersionContentInput};
use serde_json::{Value, json};

use super::table::{as_seen, fields, sample, seen, spec};
use super::{assert_calm, writes_of};
use crate::invariants::SENTINEL;
use crate::support::{LFN, Scene, archive, lfn, python};

/// Name of an object for a field.
fn object(field: &str) -> String {
    field.to_lowercase().replace('.', "-")
}

/// `NAME=value`, sorted.
fn variables(configuration: &FunctionConfiguration) -> String {
    let variables = configuration
        .environment()
        .and_then(|environment| environment.variables());
    let mut pairs: Vec<String> = variables
        .into_iter()
        .flatten()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.sort();
    pairs.join(",")
}

#[tokio::test]
async fn each_field_is_set_with_one_write_and_taken_away_with_one() {
    let scene = Scene::start("lfn-fields").await;
    let layer = publish_layer(&scene).await;
    let code = python("fields");
    for (field, _) in fields() {
        scene.apply(lfn(&object(field), &code, json!({}))).await;
    }
    let mut fresh = BTreeMap::new();
    for (field, _) in fields() {
        let name = object(field);
        scene.ready(LFN, &name).await;
        fresh.insert(field, seen(&scene.cloud.configuration(&name).await, field));
        assert_eq!(writes_of(&scene, &name), ["CreateFunction"], "{field}");
    }
    for set in [true, false] {
        scene.tenant.clear_calls();
        let wanted = |field| sample(field, &fresh[field], &layer);
        for (field, _) in fields() {
            let changes = if set {
                spec(field, wanted(field))
            } else {
                json!({})
            };
            scene.apply(lfn(&object(field), &code, changes)).await;
        }
        for (field, write) in fields() {
            let name = object(field);
            scene.ready(LFN, &name).await;
            let shown = seen(&scene.cloud.configuration(&name).await, field);
            let expected = if set {
                as_seen(field, &wanted(field))
            } else {
                fresh[field].clone()
            };
            assert_eq!(
                without_nothing(shown),
                without_nothing(expected),
                "{field}, set: {set}"
            );
            assert_eq!(writes_of(&scene, &name), [write], "{field}, set: {set}");
        }
    }
    for (field, _) in fields() {
        assert_calm(&scene, &object(field));
    }
    scene.end().await;
}

/// The fields that a function can have all at once: SnapStart goes with neither a file system nor a large `/tmp`.
fn together() -> impl Iterator<Item = &'static str> {
    let names = fields().into_iter().map(|(name, _)| name);
    names.filter(|name| *name != "snapStart.applyOn")
}

#[tokio::test]
async fn a_create_sends_every_field_at_once() {
    let scene = Scene::start("lfn-whole").await;
    let layer = publish_layer(&scene).await;
    scene.apply(lfn("fresh", &python("whole"), json!({}))).await;
    scene.ready(LFN, "fresh").await;
    let fresh = scene.cloud.configuration("fresh").await;
    scene.tenant.clear_calls();
    let mut whole = json!({});
    for field in together() {
        let value = sample(field, &seen(&fresh, field), &layer);
        for (key, value) in spec(field, value).as_object().into_iter().flatten() {
            whole[key] = value.clone();
        }
    }
    scene.apply(lfn("f", &python("whole"), whole)).await;
    scene.ready(LFN, "f").await;
    let configuration = scene.cloud.configuration("f").await;
    for field in together() {
        let value = sample(field, &seen(&fresh, field), &layer);
        let shown = without_nothing(seen(&configuration, field));
        assert_eq!(shown, as_seen(field, &value), "{field}");
    }
    assert_eq!(writes_of(&scene, "f"), ["CreateFunction"]);
    scene.end().await;
}

/// A layer version to name.
async fn publish_layer(scene: &Scene) -> String {
    let content = LayerVersionContentInput::builder()
        .zip_file(Blob::new(archive("python/tools.py", "")))
        .build();
    let layer = scene.cloud.lambda.publish_layer_version();
    let layer = layer.layer_name("tools").content(content).send();
    let layer = layer.await.expect("a layer");
    layer.layer_version_arn.expect("an ARN")
}

/// The same without what is nobody's wish: a VPC's id; and what says nothing is nothing.
fn without_nothing(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|name, member| name != "VpcId" && !says_nothing(member));
    }
    if says_nothing(&value) {
        Value::Null
    } else {
        value
    }
}

fn says_nothing(value: &Value) -> bool {
    let empties = [json!(null), json!(""), json!([]), json!({}), json!(false)];
    empties.contains(value)
}

#[tokio::test]
async fn variables_are_added_changed_removed_and_emptied() {
    let scene = Scene::start("lfn-variables").await;
    let code = python("variables");
    let (one, two) = (format!("{SENTINEL}-1"), format!("{SENTINEL}-2"));
    let rows = [
        (
            "the first",
            json!({"variables": {"AA": one}}),
            format!("AA={one}"),
        ),
        (
            "one more",
            json!({"variables": {"AA": one, "BB": one}}),
            format!("AA={one},BB={one}"),
        ),
        (
            "one changed",
            json!({"variables": {"AA": two, "BB": one}}),
            format!("AA={two},BB={one}"),
        ),
        (
            "one removed",
            json!({"variables": {"AA": null}}),
            format!("BB={one}"),
        ),
        ("emptied", json!({"variables": {"BB": null}}), String::new()),
        (
            "filled again",
            json!({"variables": {"CC": two}}),
            format!("CC={two}"),
        ),
        ("dropped", Value::Null, String::new()),
    ];
    scene.apply(lfn("f", &code, json!({}))).await;
    scene.ready(LFN, "f").await;
    for (what, environment, expected) in rows {
        scene.tenant.clear_calls();
        // Patched, since emptying a map by server-side apply makes a null of it in the API server.
        scene
            .tenant
            .patch(LFN, "f", json!({"spec": {"environment": environment}}))
            .await;
        scene.ready(LFN, "f").await;
        assert_eq!(
            variables(&scene.cloud.configuration("f").await),
            expected,
            "{what}"
        );
        assert_eq!(scene.writes(), ["UpdateFunctionConfiguration"], "{what}");
    }
    scene.end().await;
}

#[tokio::test]
async fn tags_are_added_changed_and_removed_and_those_of_others_stay() {
    let scene = Scene::start("lfn-tags").await;
    let code = python("tags");
    let rows = [
        (
            "created with one",
            json!({"team": "a"}),
            "team=a",
            vec!["CreateFunction"],
        ),
        (
            "one more",
            json!({"team": "a", "stage": "x"}),
            "others=1,stage=x,team=a",
            vec!["TagResource"],
        ),
        (
            "one changed, one removed",
            json!({"stage": "y"}),
            "others=1,stage=y",
            vec!["UntagResource", "TagResource"],
        ),
        ("none", Value::Null, "others=1", vec!["UntagResource"]),
    ];
    for (what, tags, expected, writes) in rows {
        scene.tenant.clear_calls();
        scene.apply(lfn("f", &code, json!({"tags": tags}))).await;
        let object = scene.ready(LFN, "f").await;
        let arn = object.data["status"]["arn"]
            .as_str()
            .expect("an ARN")
            .to_owned();
        let found = scene
            .cloud
            .function("f")
            .await
            .and_then(|function| function.tags)
            .unwrap_or_default();
        let mut found: Vec<String> = found
            .into_iter()
            .filter(|(key, _)| !key.starts_with("cloudfn.dev/"))
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        found.sort();
        assert_eq!(found.join(","), expected, "{what}");
        assert_eq!(scene.writes(), writes, "{what}");
        scene
            .cloud
            .lambda
            .tag_resource()
            .resource(arn)
            .tags("others", "1")
            .send()
            .await
            .expect("tagged from outside");
    }
    scene.end().await;
}

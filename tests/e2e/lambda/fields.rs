//! Each field of the configuration: set, changed, and taken away.

use aws_sdk_lambda::types::FunctionConfiguration;
use serde_json::{Value, json};

use super::{assert_calm, writes_of};
use crate::invariants::SENTINEL;
use crate::support::{LFN, ROLE, Scene, lfn, python};

const OTHER_ROLE: &str = "arn:aws:iam::000000000000:role/other";

/// An object, its spec, what the cloud then has, and what it has without that spec.
struct Row {
    name: &'static str,
    spec: Value,
    shows: fn(&FunctionConfiguration) -> String,
    set: &'static str,
    fresh: &'static str,
    write: &'static str,
}

fn rows() -> Vec<Row> {
    let configuration = "UpdateFunctionConfiguration";
    vec![
        Row {
            name: "runtime",
            spec: json!({"runtime": "python3.13"}),
            shows: |c| {
                c.runtime()
                    .map_or("", |runtime| runtime.as_str())
                    .to_owned()
            },
            set: "python3.13",
            fresh: "python3.12",
            write: configuration,
        },
        Row {
            name: "handler",
            spec: json!({"handler": "index.other"}),
            shows: |c| c.handler().unwrap_or_default().to_owned(),
            set: "index.other",
            fresh: "index.handler",
            write: configuration,
        },
        Row {
            name: "role",
            spec: json!({"role": OTHER_ROLE}),
            shows: |c| c.role().unwrap_or_default().to_owned(),
            set: OTHER_ROLE,
            fresh: ROLE,
            write: configuration,
        },
        Row {
            name: "description",
            spec: json!({"description": "takes orders"}),
            shows: |c| c.description().unwrap_or_default().to_owned(),
            set: "takes orders",
            fresh: "",
            write: configuration,
        },
        Row {
            name: "timeout",
            spec: json!({"timeout": 30}),
            shows: |c| format!("{:?}", c.timeout()),
            set: "Some(30)",
            fresh: "Some(3)",
            write: configuration,
        },
        Row {
            name: "memory",
            spec: json!({"memorySize": 512}),
            shows: |c| format!("{:?}", c.memory_size()),
            set: "Some(512)",
            fresh: "Some(128)",
            write: configuration,
        },
        Row {
            name: "architectures",
            spec: json!({"architectures": ["arm64"]}),
            shows: |c| {
                c.architectures()
                    .iter()
                    .map(aws_sdk_lambda::types::Architecture::as_str)
                    .collect::<Vec<_>>()
                    .join(",")
            },
            set: "arm64",
            fresh: "x86_64",
            write: "UpdateFunctionCode",
        },
        Row {
            name: "environment",
            spec: json!({"environment": {"variables": {"LEVEL": SENTINEL}}}),
            shows: variables,
            set: "LEVEL=sentinel-value",
            fresh: "",
            write: configuration,
        },
    ]
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
    let code = python("fields");
    let steps = [
        ("created without it", false, false),
        ("set", true, true),
        ("dropped", false, true),
    ];
    for (what, set, written) in steps {
        for row in rows() {
            scene
                .apply(lfn(row.name, &code, if set { row.spec } else { json!({}) }))
                .await;
        }
        for row in rows() {
            scene.ready(LFN, row.name).await;
            let shown = (row.shows)(&scene.cloud.configuration(row.name).await);
            assert_eq!(
                shown,
                if set { row.set } else { row.fresh },
                "{}: {what}",
                row.name
            );
            let expected = if written { row.write } else { "CreateFunction" };
            assert_eq!(
                writes_of(&scene, row.name),
                [expected],
                "{}: {what}",
                row.name
            );
        }
        scene.tenant.clear_calls();
    }
    for row in rows() {
        assert_calm(&scene, row.name);
    }
    scene.end().await;
}

#[tokio::test]
async fn a_create_sends_every_field_at_once() {
    let scene = Scene::start("lfn-whole").await;
    let mut spec = json!({});
    for row in rows() {
        for (key, value) in row.spec.as_object().into_iter().flatten() {
            spec[key] = value.clone();
        }
    }
    scene.apply(lfn("f", &python("whole"), spec)).await;
    scene.ready(LFN, "f").await;
    let configuration = scene.cloud.configuration("f").await;
    for row in rows() {
        assert_eq!((row.shows)(&configuration), row.set, "{}", row.name);
    }
    assert_eq!(scene.writes(), ["CreateFunction"]);
    scene.end().await;
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

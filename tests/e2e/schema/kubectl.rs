//! What `kubectl get` and `kubectl explain` show.

use cloudfn_bed::Bed;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use serde_json::{Value, json};

use super::manifest;
use crate::support::{CFF, LFN, Scene};

const PLURALS: [&str; 2] = [
    "cloudfrontfunctions.cloudfn.dev",
    "lambdafunctions.cloudfn.dev",
];

async fn kubectl(arguments: &[&str]) -> String {
    let output = Bed::get().kubectl(arguments).await;
    assert!(output.status.success(), "kubectl {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("text")
}

async fn schema(plural: &str) -> Value {
    let api: Api<CustomResourceDefinition> = Api::all(Bed::get().client());
    let definition = api.get(plural).await.expect("it is installed");
    let version = definition
        .spec
        .versions
        .into_iter()
        .next()
        .expect("a version");
    serde_json::to_value(version.schema.and_then(|schema| schema.open_api_v3_schema)).expect("JSON")
}

/// The paths of all properties that nobody describes.
fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}.{name}");
        if property["description"]
            .as_str()
            .unwrap_or_default()
            .trim()
            .is_empty()
            && path != ".metadata"
        {
            found.push(path.clone());
        }
        undescribed(property, &path, found);
        undescribed(&property["items"], &format!("{path}[]"), found);
        undescribed(
            &property["additionalProperties"],
            &format!("{path}{{}}"),
            found,
        );
    }
}

#[tokio::test]
async fn every_field_at_every_level_has_a_description() {
    let _tenant = Bed::get().tenant("explain").await;
    for plural in PLURALS {
        let schema = schema(plural).await;
        let mut found = Vec::new();
        undescribed(&schema, "", &mut found);
        assert!(found.is_empty(), "{plural}: {found:#?}");
        assert!(
            schema["properties"]["spec"]["properties"]
                .as_object()
                .is_some_and(|fields| fields.len() > 5)
        );
    }
}

#[tokio::test]
async fn kubectl_explains_every_field_of_the_spec() {
    let _tenant = Bed::get().tenant("explain-all").await;
    for (plural, name) in PLURALS
        .into_iter()
        .zip(["cloudfrontfunction", "lambdafunction"])
    {
        let text = kubectl(&["explain", &format!("{name}.spec"), "--recursive"]).await;
        let schema = schema(plural).await;
        for field in schema["properties"]["spec"]["properties"]
            .as_object()
            .expect("fields")
            .keys()
        {
            assert!(
                text.lines()
                    .any(|line| line.trim_start().starts_with(&format!("{field}\t"))),
                "{name}.spec has no {field}: {text}"
            );
        }
        let text = kubectl(&["explain", &format!("{name}.spec.code")]).await;
        assert!(text.to_lowercase().contains("exactly one"), "{text}");
    }
}

#[tokio::test]
async fn kubectl_explains_whole_sentences_with_the_limits() {
    let _tenant = Bed::get().tenant("explain-limits").await;
    for (field, sentence) in [
        (
            "cloudfrontfunction.spec.comment",
            "Omitted: not managed. At most 128 characters.",
        ),
        ("lambdafunction.spec.timeout", " 1 to 900."),
        (
            "lambdafunction.spec.tags",
            "At most 47 entries. Each value has at most 256 characters.",
        ),
    ] {
        let text = kubectl(&["explain", field]).await;
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(words.join(" ").contains(sentence), "{field}: {text}");
        let description = text.split("DESCRIPTION:").nth(1).expect("a description");
        let lines: Vec<&str> = description.trim().lines().collect();
        // kubectl fills each line; a break of our own would leave one short.
        for pair in lines.windows(2).filter(|pair| !pair[1].trim().is_empty()) {
            let next = pair[1].split_whitespace().next().unwrap_or_default();
            assert!(pair[0].len() + next.len() + 1 > 76, "{field}: {text}");
        }
    }
}

#[tokio::test]
async fn kubectl_shows_what_people_look_for() {
    let scene = Scene::start("columns").await;
    for kind in [CFF, LFN] {
        scene
            .apply(manifest(
                kind,
                "f",
                json!({"publish": if kind == LFN { json!(true) } else { Value::Null }}),
            ))
            .await;
        scene.ready(kind, "f").await;
    }
    let namespace = scene.tenant.namespace();
    let words = |text: &str| -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split_whitespace().map(str::to_owned).collect())
            .collect()
    };
    let cff = words(&kubectl(&["get", "cff", "-n", namespace]).await);
    assert_eq!(cff[0], ["NAME", "READY", "REASON", "LIVE", "STATUS", "AGE"]);
    let status = scene.tenant.get(CFF, "f").await.data["status"]["status"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert_eq!(cff[1][..5], ["f", "True", "Available", "Current", &status]);
    let lfn = words(&kubectl(&["get", "lfn", "-n", namespace]).await);
    assert_eq!(
        lfn[0],
        ["NAME", "READY", "REASON", "VERSION", "REGION", "AGE"]
    );
    assert_eq!(
        lfn[1][..5],
        ["f", "True", "Available", "1", scene.tenant.region()]
    );

    let cff = kubectl(&["get", "cff", "-n", namespace, "-o", "wide"]).await;
    // Columns may have spaces in them, but not in the head.
    let wide = |text: &str| words(text)[0][6..].join(" ");
    assert_eq!(wide(&cff), "FUNCTION ARN MESSAGE CODE");
    assert!(cff.contains(&scene.cloud.cloudfront_arn("f")), "{cff}");
    let lfn = kubectl(&["get", "lfn", "-n", namespace, "-o", "wide"]).await;
    assert_eq!(wide(&lfn), "FUNCTION ACCOUNT STATE UPDATE URL MESSAGE CODE");
    assert!(
        lfn.contains(scene.tenant.account()) && lfn.contains("Active"),
        "{lfn}"
    );

    for category in ["cloudfn", "aws"] {
        let text = kubectl(&["get", category, "-n", namespace, "-o", "name"]).await;
        let mut names: Vec<&str> = text.lines().collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "cloudfrontfunction.cloudfn.dev/f",
                "lambdafunction.cloudfn.dev/f"
            ],
            "{category}"
        );
    }
    let all = kubectl(&["get", "all", "-n", namespace, "-o", "name"]).await;
    assert!(!all.contains("cloudfn.dev"), "{all}");
    scene.end().await;
}

//! CloudFront functions as people run them: each manifest of `tests/fixtures/cloudfront`, and each
//! CloudFront example, passes its own tests and reaches LIVE; and its tests can fail.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cloudfn::validate::{Source, validate};
use serde_json::{Value, json};

use crate::invariants::condition;
use crate::run::{Stage, on_paused_time};
use crate::schedule::{Act, Kind, Slot};
use crate::wire::Fuse;
use crate::world::ACCOUNT;
use crate::{bulk, judge};

/// The account of the manifests.
const THEIRS: &str = "111122223333";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The CloudFront functions of a folder, by file.
fn functions(name: &str) -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file)
            .unwrap()
            .replace(THEIRS, ACCOUNT);
        let documents: Vec<Value> = serde_saphyr::from_multiple(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        documents
            .into_iter()
            .map(move |document| (name.clone(), document))
    };
    files
        .into_iter()
        .flat_map(read)
        .filter(|(_, manifest)| manifest["kind"] == "CloudFrontFunction")
        .collect()
}

/// What the key value stores hold, by id.
fn stores() -> BTreeMap<String, BTreeMap<String, String>> {
    serde_json::from_str(
        &std::fs::read_to_string(folder("tests/fixtures/cloudfront/stores.json")).unwrap(),
    )
    .unwrap()
}

/// The status once the operator has settled on a spec.
fn settled(spec: &Value) -> Value {
    on_paused_time(async {
        let slot = Slot {
            kind: Kind::CloudFront,
            name: "f".to_owned(),
            function: None,
        };
        let mut stage = Stage::new(1, vec![slot], Fuse::never());
        stage.world.clouds.bystanders(&stage.world);
        stage.world.clouds.with(&stage.world, |cloud| {
            for (id, pairs) in stores() {
                cloud.put_key_value_store(ACCOUNT, &id, &pairs);
            }
        });
        stage.act(&Act::Apply(0, spec.clone()));
        judge::until_reported(&stage).await;
        stage
            .object(0)
            .map(|object| object["status"].clone())
            .unwrap_or_default()
    })
}

#[test]
fn real_world_functions_pass_their_own_tests_which_can_fail() {
    let fixtures = functions("tests/fixtures/cloudfront");
    assert_eq!(fixtures.len(), 50, "the fixtures are fifty");
    let runtimes: Vec<&str> = fixtures
        .iter()
        .map(|(_, manifest)| {
            manifest["spec"]["runtime"]
                .as_str()
                .unwrap_or("cloudfront-js-2.0")
        })
        .collect();
    assert!(
        ["cloudfront-js-1.0", "cloudfront-js-2.0"]
            .iter()
            .all(|runtime| runtimes.contains(runtime)),
        "both runtimes are among them"
    );
    let examples = functions("examples");
    assert!(examples.len() >= 4, "there are examples");
    let all: Vec<(String, Value)> = fixtures.into_iter().chain(examples).collect();
    let wrong = bulk::each(all.len(), |number| {
        let (file, manifest) = &all[number];
        let tests = manifest["spec"]["tests"].as_array().map_or(0, Vec::len);
        assert!(tests > 0, "{file} has no test");
        let status = settled(&manifest["spec"]);
        let passed = condition(&json!({"status": status}), "Tested")
            .is_some_and(|tested| tested["reason"] == "TestsPassed");
        if !passed
            || status["live"]["state"] != "Current"
            || status["tests"]["results"].as_array().map(Vec::len) != Some(tests)
        {
            return Some(format!("{file}: {status:#}"));
        }
        let mut other = manifest["spec"].clone();
        other["code"] =
            json!({"inline": "function handler(event) { return { statusCode: 599 }; }"});
        let status = settled(&other);
        (status["tests"]["outcome"] != "Failed")
            .then(|| format!("{file}: its tests pass whatever the function does: {status:#}"))
    });
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn validate_has_nothing_against_them_nor_against_any_example() {
    let mut sources = Vec::new();
    for folder in ["tests/fixtures/cloudfront", "examples"].map(folder) {
        for file in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|file| {
                file.extension()
                    .is_some_and(|extension| extension == "yaml")
            })
        {
            sources.push(Source {
                name: file.display().to_string(),
                text: Ok(std::fs::read_to_string(file).unwrap()),
            });
        }
    }
    let report = validate(&sources).unwrap();
    assert!(report.objects >= 50 + 4, "{} objects", report.objects);
    assert_eq!(report.findings, []);
}

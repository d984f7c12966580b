//! Each feature of JavaScript ends as the engine's does, and functions that are right compile.

use serde_json::{Value, json};
use strict_cloud::cloudfront::TestResult;

use crate::support::cloud;
use crate::testing::{answer, coded, output, test};

const FEATURES: &str = include_str!("../../../fixtures/javascript/features.json");
const FUNCTIONS: &str = include_str!("../../../fixtures/javascript/functions.js");

/// Where the model differs from the engine, and why.
const OTHERWISE: [(&str, &str); 3] = [
    ("Function ctor", "the guide forbids code from text"),
    ("console.warn", "the guide writes of console.log alone"),
    (
        "emoji string",
        "the engine counts characters, the one here UTF-16 units",
    ),
];

/// How it ended, in the words of the fixture.
fn ended(result: &TestResult) -> (&'static str, String) {
    let error = result.error_message.clone().unwrap_or_default();
    if error.is_empty() {
        let shown = output(result)
            .pointer("/request/headers/x-out/value")
            .and_then(Value::as_str)
            .map_or("(ok)", |text| text)
            .to_owned();
        return ("answers", shown);
    }
    let is_refusal = error.starts_with("SyntaxError") || error.contains("Invalid left-hand side");
    let sentence = error
        .rsplit_once(" in ")
        .map_or(error.as_str(), |(sentence, _)| sentence);
    if is_refusal {
        ("refuses", sentence.to_owned())
    } else {
        ("throws", error)
    }
}

/// Whether it is what the fixture says. What a run ends in is told in the engine's own words; its
/// kind is the same.
fn is_as(expected: &Value, ended: &(&'static str, String)) -> bool {
    let (how, text) = ended;
    match expected[*how].as_str() {
        Some(sentence) if *how == "throws" && !sentence.starts_with("ReferenceError") => {
            sentence.split(':').next() == text.split(':').next()
        }
        Some(sentence) => sentence == text,
        None => false,
    }
}

#[test]
fn each_feature_ends_as_the_engines() {
    let rows: Vec<Value> = serde_json::from_str(FEATURES).expect("a list");
    let mut wrong = Vec::new();
    for row in &rows {
        let feature = row["feature"].as_str().expect("a name");
        for runtime in ["1.0", "2.0"] {
            let ended = ended(&answer(runtime, row["code"].as_str().expect("code")));
            let is_otherwise = OTHERWISE.iter().any(|(name, _)| *name == feature);
            if !is_otherwise && !is_as(&row[runtime], &ended) {
                wrong.push(format!(
                    "{feature} in {runtime}: {}, but {ended:?}",
                    row[runtime]
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} rows",
        wrong.join("\n"),
        wrong.len()
    );
}

#[test]
fn functions_from_public_documentation_run() {
    for function in FUNCTIONS.split("//// ").skip(1) {
        let (head, code) = function.split_once('\n').expect("a first line");
        let (runtimes, name) = head.split_once(": ").expect("runtimes and a name");
        for runtime in runtimes.split(' ') {
            let mut cloud = cloud();
            let etag = coded(&mut cloud, runtime, code);
            let kind = if code.contains("event.response") {
                "viewer-response"
            } else {
                "viewer-request"
            };
            let event = json!({
                "version": "1.0",
                "context": {"eventType": kind},
                "viewer": {"ip": "198.51.100.11"},
                "request": {"method": "GET", "uri": "/a", "querystring": {}, "headers": {"host": {"value": "example.org"}}, "cookies": {}},
                "response": {"statusCode": 200, "headers": {}, "cookies": {}}
            });
            let error = test(&mut cloud, &etag, &event)
                .error_message
                .unwrap_or_default();
            // A store is not associated here.
            assert!(
                error.is_empty() || code.contains("cf.kvs("),
                "{name} in {runtime}: {error}"
            );
        }
    }
}

//! Functions that are right raise no finding.

use std::path::Path;

use serde_json::Value;

use crate::javascript::cloudfront;

/// Functions of both runtimes; each begins with a line `//// <runtimes>: <what it does>`.
const FUNCTIONS: &str = include_str!("../../../tests/fixtures/javascript/functions.js");

/// What is said of a function, if anything.
fn told(name: &str, code: &str, runtime: &str) -> Option<String> {
    let lints = cloudfront(code, runtime);
    (!lints.is_empty()).then(|| format!("{name} in {runtime}: {lints:?}"))
}

#[test]
fn functions_from_public_documentation_raise_no_finding() {
    let mut count = 0;
    let mut all = Vec::new();
    for function in FUNCTIONS.split("//// ").skip(1) {
        let (head, code) = function.split_once('\n').expect("a first line");
        let (runtimes, name) = head.split_once(": ").expect("runtimes and a name");
        count += 1;
        all.extend(
            runtimes
                .split(' ')
                .filter_map(|runtime| told(name, code, &format!("cloudfront-js-{runtime}"))),
        );
    }
    assert!(count >= 20, "{count}");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn fixtures_and_examples_raise_no_finding() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    let mut all = Vec::new();
    for folder in ["tests/fixtures/cloudfront", "examples"] {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.extension().is_none_or(|extension| extension != "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let documents: Vec<Value> = serde_saphyr::from_multiple(&text).expect("YAML");
            for spec in documents.iter().map(|document| &document["spec"]) {
                let Some(code) = spec["code"]["inline"].as_str() else {
                    continue;
                };
                let runtime = spec["runtime"].as_str().unwrap_or("cloudfront-js-2.0");
                count += 1;
                all.extend(told(&path.display().to_string(), code, runtime));
            }
        }
    }
    assert!(count >= 54, "{count}");
    assert!(all.is_empty(), "{}", all.join("\n"));
}

//! Each feature of the fixture gets the verdict that the engine gave it.

use serde_json::Value;

use crate::javascript::{Lint, Severity, cloudfront, uncompilable};

const FEATURES: &str = include_str!("../../../tests/fixtures/javascript/features.json");

/// Features that run and are told of all the same, and why.
const TOLD: [(&str, &str, &str); 4] = [
    ("spread call", "1.0", "it runs, and spreads nothing"),
    ("Function ctor", "1.0", "the guide forbids code from text"),
    ("Function ctor", "2.0", "the guide forbids code from text"),
    (
        "console.warn",
        "2.0",
        "the guide writes of console.log alone",
    ),
];

fn verdict(lints: &[Lint]) -> &'static str {
    match lints {
        [] => "answers",
        lints if lints.iter().any(|lint| lint.severity == Severity::Error) => "refuses",
        _ => "throws",
    }
}

#[test]
fn each_feature_gets_the_engines_verdict() {
    let rows: Vec<Value> = serde_json::from_str(FEATURES).expect("a list");
    assert_eq!(rows.len(), 185);
    let mut wrong = Vec::new();
    for row in &rows {
        let (feature, code) = (row["feature"].as_str(), row["code"].as_str());
        let (feature, code) = (feature.expect("a name"), code.expect("code"));
        for runtime in ["1.0", "2.0"] {
            let expected = row[runtime].as_object().expect("a verdict");
            let lints = cloudfront(code, &format!("cloudfront-js-{runtime}"));
            let told = TOLD
                .iter()
                .any(|(name, version, _)| (*name, *version) == (feature, runtime));
            let expected = if told {
                "throws"
            } else {
                expected.keys().next().map_or("", String::as_str)
            };
            if verdict(&lints) != expected {
                wrong.push(format!("{feature} in {runtime}: {expected}, but {lints:?}"));
            }
            assert_eq!(
                uncompilable(code, &format!("cloudfront-js-{runtime}")).is_some(),
                verdict(&lints) == "refuses"
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const SYNTAX: &str = include_str!("../../../tests/fixtures/javascript/syntax.json");

/// Code that the engine refuses and the parser takes, as it does not read code as strict: CloudFront
/// tells of it when a test runs it.
const UNSEEN: [&str; 2] = ["var let = 1", "function f(a, a) {}"];

#[test]
fn each_piece_of_code_compiles_or_is_an_error() {
    let rows: Vec<Value> = serde_json::from_str(SYNTAX).expect("a list");
    for row in &rows {
        let code = row["code"].as_str().expect("code");
        for version in ["1.0", "2.0"] {
            let Some(expected) = row[version].as_str() else {
                continue;
            };
            let error = uncompilable(code, &format!("cloudfront-js-{version}"));
            assert_eq!(
                error.is_none(),
                expected == "compiles" || UNSEEN.contains(&code),
                "{code} in {version}: {error:?}"
            );
        }
    }
}

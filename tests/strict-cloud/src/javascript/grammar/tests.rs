//! What is read, and what is refused with which sentence.

use serde_json::Value;

use super::*;

const SYNTAX: &str = include_str!("../../../../fixtures/javascript/syntax.json");

#[test]
fn each_source_compiles_or_is_refused_with_the_engines_sentence() {
    let rows: Vec<Value> = serde_json::from_str(SYNTAX).expect("a list");
    for row in &rows {
        let code = row["code"].as_str().expect("code");
        for (version, runtime) in [("1.0", Runtime::One), ("2.0", Runtime::Two)] {
            let Some(expected) = row[version].as_str() else {
                continue;
            };
            let said =
                compiled(code, runtime).map_or_else(|sentence| sentence, |_| "compiles".to_owned());
            assert_eq!(said, expected, "{code}");
        }
    }
}

#[test]
fn what_nests_too_deep_is_left_to_the_engine() {
    let code = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
    assert_eq!(
        compiled(&code, Runtime::Two).map(|compiled| compiled.source),
        Ok(code)
    );
}

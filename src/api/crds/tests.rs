//! What people read of the definitions.

use serde_json::{Value, json};

use super::*;

/// Each schema of the definitions, with its path.
fn schemas() -> Vec<(String, Value)> {
    fn walk(path: String, schema: &Value, found: &mut Vec<(String, Value)>) {
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            walk(format!("{path}.{name}"), member, found);
        }
        for inner in ["items", "additionalProperties"] {
            if schema[inner].is_object() {
                walk(format!("{path}[]"), &schema[inner], found);
            }
        }
        found.push((path, schema.clone()));
    }
    let mut found = Vec::new();
    for crd in all() {
        let crd = serde_json::to_value(crd).expect("JSON");
        let kind = crd["spec"]["names"]["kind"].as_str().expect("a kind");
        let schema = &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
        walk(kind.to_owned(), schema, &mut found);
    }
    found
}

fn description(path: &str) -> String {
    let found = schemas().into_iter().find(|(found, _)| found == path);
    let (_, schema) = found.unwrap_or_else(|| panic!("there is no {path}"));
    schema["description"]
        .as_str()
        .expect("a description")
        .to_owned()
}

#[test]
fn no_sentence_of_a_description_has_a_line_break() {
    for (path, schema) in schemas() {
        let text = schema["description"].as_str().unwrap_or_default();
        assert!(!text.replace("\n\n", "").contains('\n'), "{path}: {text}");
        assert!(!text.contains("  "), "{path}: {text}");
    }
}

#[test]
fn a_description_ends_with_the_limits_of_its_schema() {
    for (path, end) in [
        (
            "CloudFrontFunction.spec.comment",
            "not managed. At most 128 characters.",
        ),
        (
            "CloudFrontFunction.spec.functionName",
            " 1 to 64 characters.",
        ),
        (
            "CloudFrontFunction.spec.tags",
            " At most 47 entries. Each value has at most 256 characters.",
        ),
        ("CloudFrontFunction.spec.tests", " At most 32 entries."),
        (
            "CloudFrontFunction.spec.tests[].expectAbsent",
            " At most 32 entries. Each entry has 1 to 256 characters.",
        ),
        ("LambdaFunction.spec.timeout", " 1 to 900."),
        ("LambdaFunction.spec.architectures", " Exactly 1 entry."),
        (
            "LambdaFunction.spec.code.inline.files",
            " 1 to 64 entries. Each value has at most 262144 characters.",
        ),
    ] {
        let text = description(path);
        assert!(text.ends_with(end), "{path}: {text}");
    }
    for (path, schema) in schemas() {
        let numbers = ["maxLength", "maxItems", "maxProperties", "maximum"];
        let text = schema["description"].as_str().unwrap_or_default();
        // The length of a word of a list is of no interest.
        if schema.to_string().contains("self in [") && schema.get("properties").is_none() {
            continue;
        }
        for limit in numbers.iter().filter_map(|name| schema[name].as_f64()) {
            let told = text.matches(&format!(" {limit}")).count();
            assert!(
                text.is_empty() || told >= 1,
                "{path} does not tell {limit}: {text}"
            );
        }
    }
}

#[test]
fn every_pattern_is_a_rule_with_words() {
    let with_pattern: Vec<String> = schemas()
        .into_iter()
        .filter(|(_, schema)| schema.get("pattern").is_some())
        .map(|(path, _)| path)
        .collect();
    assert!(
        with_pattern.is_empty(),
        "give {with_pattern:?} a form in api/forms.rs"
    );
    let (_, region) = schemas()
        .into_iter()
        .find(|(path, _)| path == "LambdaFunction.spec.region")
        .expect("a region");
    let said = &region["x-kubernetes-validations"][0]["message"];
    assert_eq!(
        said,
        &json!("it is no region of AWS; name one such as eu-west-1")
    );
}

#[test]
fn the_message_comes_before_hashes_in_wide_columns() {
    for crd in all() {
        let columns = crd.spec.versions[0].additional_printer_columns.clone();
        let columns = columns.unwrap_or_default();
        let place = |end: &str| {
            columns
                .iter()
                .position(|column| column.json_path.ends_with(end))
        };
        let (message, hash) = (place(".message"), place("Sha256"));
        assert!(message.is_some() && message < hash, "{message:?} {hash:?}");
    }
}

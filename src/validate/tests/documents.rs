//! The YAML that the documents show: what is printed there is valid.

use super::*;

const LAMBDA: &str = include_str!("../../../docs/lambda.md");

/// What a block that shows fields alone is put over: an archive, or an image where the block names one.
fn whole(fields: &str) -> String {
    let mut spec = serde_saphyr::from_str::<Value>(fields).expect("YAML");
    let is_image = spec["code"]["imageUri"].is_string();
    for (field, value) in [
        ("runtime", "python3.13"),
        ("handler", "index.handler"),
        ("role", "arn:aws:iam::111122223333:role/r"),
    ] {
        if !(is_image && field != "role") {
            spec[field] = value.into();
        }
    }
    if spec["code"].is_null() {
        spec["code"] = serde_json::json!({"s3Bucket": "bucket", "s3Key": "key"});
    }
    serde_json::json!({
        "apiVersion": "cloudfn.dev/v1alpha1", "kind": "LambdaFunction", "metadata": {"name": "f"}, "spec": spec,
    })
    .to_string()
}

#[test]
fn the_blocks_of_the_page_on_lambda_are_valid() {
    let blocks = LAMBDA.split("```yaml\n").skip(1);
    let blocks: Vec<&str> = blocks.filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 10, "{} blocks", blocks.len());
    for block in blocks {
        let mut found = if block.starts_with("apiVersion") {
            findings(block)
        } else {
            findings(&whole(block))
        };
        // What it refers to stands elsewhere.
        found.retain(|line| !line.contains(": note: "));
        assert!(found.is_empty(), "{found:#?} in\n{block}");
    }
}

//! Where a finding is, in the text as it was written.

use super::*;

/// Line and column of each finding, with its field.
fn places(text: &str) -> Vec<String> {
    let findings = report(text).findings;
    let place = |finding: &Finding| {
        let Position { line, column } = finding.position.expect("a place");
        format!("{line}:{column} {}", finding.path)
    };
    findings.iter().map(place).collect()
}

const HEAD: &str =
    "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {name: edge}\n";

#[test]
fn a_finding_is_where_its_field_begins() {
    let rows = [
        // Blocks and lists.
        (
            "spec:\n  code: {inline: 'function handler() {}'}\n  stage: X\n",
            "6:3 spec.stage",
        ),
        (
            "spec:\n  code: {inline: 'function handler() {}'}\n  tests:\n  - name: a\n  - name: b\n    maxComputeUtilization: 0\n",
            "9:5 spec.tests[1].maxComputeUtilization",
        ),
        (
            "spec:\n  code: {inline: 'function handler() {}'}\n  tests:\n  - name: a\n  - name: a\n",
            "8:5 spec.tests[1]",
        ),
        // In one line; columns count characters.
        (
            "spec: {comment: 'äöü', code: {inline: 'function handler() {}'}, stage: X}\n",
            "4:65 spec.stage",
        ),
        // A field that is not there: what it is missing from.
        ("# a comment\nspec:\n  stage: LIVE\n", "5:1 spec.code"),
        ("\n\nspec: {}\n", "6:1 spec.code"),
        // A text of several lines begins with its name.
        (
            "spec:\n  code:\n    inline: |\n      function handler(\n",
            "6:5 spec.code.inline",
        ),
        // A name with dots and slashes.
        (
            "spec:\n  code: {inline: 'function handler() {}'}\n  tags:\n    a/b.c: 1\n",
            "7:5 spec.tags[a/b.c]",
        ),
    ];
    for (lines, place) in rows {
        assert_eq!(places(&format!("{HEAD}{lines}")), [place], "{lines}");
    }
}

#[test]
fn what_is_in_another_document_a_list_or_json_has_its_own_place() {
    let second = format!(
        "{HEAD}spec: {{code: {{inline: 'function handler() {{}}'}}}}\n---\n{HEAD}spec:\n  code: 1\n"
    );
    assert_eq!(places(&second), ["10:3 spec.code"]);
    let list = "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Service\n- apiVersion: cloudfn.dev/v1alpha1\n  kind: CloudFrontFunction\n  metadata: {name: edge}\n  spec:\n    code: 1\n";
    assert_eq!(places(list), ["10:5 spec.code"]);
    let json = "{\"apiVersion\": \"cloudfn.dev/v1alpha1\", \"kind\": \"CloudFrontFunction\",\n  \"metadata\": {\"name\": \"edge\"},\n  \"spec\": {\n    \"code\": 1}}\n";
    assert_eq!(places(json), ["4:5 spec.code"]);
}

#[test]
fn what_is_repeated_by_its_name_is_where_it_was_written() {
    let merged = format!(
        "{HEAD}spec:\n  code: {{inline: 'function handler() {{}}'}}\n  tests:\n  - &one\n    name: a\n    maxComputeUtilization: 0\n  - <<: *one\n    name: b\n"
    );
    let found = places(&merged);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0], "9:5 spec.tests[0].maxComputeUtilization");
    assert!(found[1].ends_with(" spec.tests[1].maxComputeUtilization"));
}

#[test]
fn text_that_cannot_be_read_is_told_with_its_place() {
    let found = report("apiVersion: cloudfn.dev/v1alpha1\nkind: X\nkind: Y\n").findings;
    assert_eq!(
        found[0].position.map(|place| place.line),
        Some(3),
        "{found:?}"
    );
}

#[test]
fn all_that_is_wrong_with_an_object_is_found_at_once_in_the_order_of_the_text() {
    let text = "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata:\n  name: edge\n  annotations: {cloudfn.dev/pause: 'true'}\nspec:\n  adoptionPolicy: Always\n  deletionPolicy: Keep\n  comments: x\n  stage: X\n  tags: {'aws:a': b}\n  code: {inline: 'function handle() {}'}\n  tests: [{name: A, maxComputeUtilization: 0}]\n  testsFrom: [{configMapKeyRef: {name: code, key: t}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: code}\ndata: {t: '- nmae: a'}\n";
    assert_eq!(
        places(text),
        [
            "5:17 metadata.annotations[cloudfn.dev/pause]",
            "8:3 spec.deletionPolicy",
            "9:3 spec.comments",
            "10:3 spec.stage",
            "11:3 spec.tags",
            "12:10 spec.code.inline",
            "13:12 spec.tests[0].name",
            "13:21 spec.tests[0].maxComputeUtilization",
            "14:3 spec.testsFrom",
        ],
        "the schema, its rules, the operator, and the code, although the spec as a whole cannot be read"
    );
}

#[test]
fn a_rule_of_the_whole_spec_hides_nothing_that_the_operator_says_of_a_field() {
    let found = worker(
        "  runtime: python3.13\n  handler: a.b\n  code: {inline: {files: {a.py: x}}}\n  adoptionPolicy: Always\n  region: xx-east-1\n  tags: {a: '&'}\n",
    );
    let fields = ["spec: ", "spec.region: ", "spec.tags.a: "];
    assert_eq!(found.len(), fields.len(), "{found:?}");
    for (line, field) in found.iter().zip(fields) {
        let start = format!("f.yaml: error: LambdaFunction shop/worker: {field}");
        assert!(line.starts_with(&start), "{line}");
    }
}

#[test]
fn a_rule_that_speaks_of_what_is_wrong_already_is_not_told_as_well() {
    assert_eq!(
        edge("  adoptionPolicy: 1\n"),
        ["f.yaml: error: CloudFrontFunction edge: spec.adoptionPolicy: it must be of type string"]
    );
    assert_eq!(
        findings(&format!("{HEAD}spec: {{code: {{inline: [1]}}}}\n")),
        ["f.yaml: error: CloudFrontFunction edge: spec.code.inline: it must be of type string"]
    );
}

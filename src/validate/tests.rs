//! Each check, on texts as people write them.

mod documents;
mod formats;
mod late;
mod places;
mod referenced_objects;

use std::collections::BTreeSet;

use serde_json::Value;

use super::definition::KEYWORDS;
use super::*;

/// What is found in one text.
fn report(text: &str) -> Report {
    let source = Source::decode("f.yaml", text.as_bytes().to_vec());
    validate(&[source]).expect("definitions that can be used")
}

/// The findings about one text, as they are printed, but for their places and for the one that there
/// is no object.
fn findings(text: &str) -> Vec<String> {
    let mut report = report(text);
    report.findings.retain(|finding| !finding.source.is_empty());
    for finding in &mut report.findings {
        finding.position = None;
    }
    let text = Format::Text.render(&report).expect("text");
    text.lines().map(ToOwned::to_owned).collect()
}

/// The findings about a CloudFront function whose spec has these lines beside its code.
fn edge(lines: &str) -> Vec<String> {
    findings(&format!(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {{name: edge}}\nspec:\n  code: {{inline: 'function handler(event) {{ return event.request; }}'}}\n{lines}"
    ))
}

/// The findings about a Lambda function whose spec has these lines beside its role.
fn worker(lines: &str) -> Vec<String> {
    findings(&format!(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: LambdaFunction\nmetadata: {{name: worker, namespace: shop}}\nspec:\n  role: arn:aws:iam::111122223333:role/lambda\n{lines}"
    ))
}

#[test]
fn every_keyword_of_the_definitions_is_understood() {
    fn walk(schema: &Value, found: &mut BTreeSet<String>) {
        let Some(keywords) = schema.as_object() else {
            return;
        };
        found.extend(keywords.keys().cloned());
        schema["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .for_each(|(_, property)| walk(property, found));
        walk(&schema["items"], found);
        walk(&schema["additionalProperties"], found);
    }
    let mut found = BTreeSet::new();
    for crd in crds::all() {
        let crd = serde_json::to_value(crd).expect("JSON");
        walk(
            &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"],
            &mut found,
        );
    }
    let unknown: Vec<&String> = found
        .iter()
        .filter(|keyword| !KEYWORDS.contains(&keyword.as_str()))
        .collect();
    assert!(
        unknown.is_empty(),
        "say in definition.rs what becomes of {unknown:?}"
    );
    let gone: Vec<&&str> = KEYWORDS
        .iter()
        .filter(|keyword| !found.contains(**keyword))
        .collect();
    assert!(gone.is_empty(), "no definition has {gone:?} any more");
}

#[test]
fn every_kind_is_looked_at_beyond_its_schema() {
    for crd in crds::all() {
        let kind = &crd.spec.names.kind;
        let broken = if kind == "LambdaFunction" {
            "runtime: nodejs22.x\n  handler: index.handler\n  role: arn:aws:iam::111122223333:role/r\n  code: {inline: {files: {index.mjs: '('}}}"
        } else {
            "code: {inline: '('}"
        };
        let found = findings(&format!(
            "apiVersion: cloudfn.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: f}}\nspec:\n  {broken}\n"
        ));
        assert!(
            matches!(found.as_slice(), [one] if one.contains("line 1, column 2: it does not parse")),
            "{kind}: {found:?}"
        );
    }
}

#[test]
fn what_is_as_it_shall_be_is_not_spoken_of() {
    assert_eq!(edge(""), Vec::<String>::new());
    assert_eq!(
        edge("  comment: null\n  tags: {team: null}\n"),
        Vec::<String>::new(),
        "a null counts as omitted"
    );
    assert_eq!(
        edge("  comments: null\n").len(),
        1,
        "but not where no field is"
    );
    assert_eq!(
        edge("  tests: [{name: a, maxComputeUtilization: 50.0}]\n"),
        Vec::<String>::new(),
        "a whole number"
    );
    assert_eq!(
        edge("  tests: [{name: a, maxComputeUtilization: 50.5}]\n").len(),
        1
    );
    assert_eq!(
        findings(
            "# nothing\n---\n---\nkind: Deployment\napiVersion: apps/v1\nspec: {x: 1}\n---\napiVersion: v1\nkind: Service\n"
        ),
        Vec::<String>::new()
    );
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: cloudfn.dev/v1alpha1\n  kind: CloudFrontFunction\n  metadata: {name: edge}\n  spec: {}\n";
    assert_eq!(
        findings(list),
        ["f.yaml: error: CloudFrontFunction edge: spec.code: it is required; set it"]
    );
    assert_eq!(
        findings(
            r#"{"apiVersion": "cloudfn.dev/v1alpha1", "kind": "CloudFrontFunction", "metadata": {"name": "edge"}, "spec": {"code": {"inline": "function handler() {}"}}}"#
        ),
        Vec::<String>::new()
    );
}

/// Lines of a spec, and the finding about them.
const BROKEN_SPECS: &[(&str, &str)] = &[
    (
        "  comments: x\n",
        "spec.comments: there is no such field; remove it, or correct its name",
    ),
    (
        "  stage: PRODUCTION\n",
        r#"spec.stage: it must be one of "LIVE", "DEVELOPMENT""#,
    ),
    (
        "  functionName: a.b\n",
        r#"spec.functionName: "a.b" is no function name; use letters, digits, hyphens and underscores only"#,
    ),
    ("  comment: 1\n", "spec.comment: it must be of type string"),
    (
        "  tests: [{name: a}, {name: a}]\n",
        "spec.tests[1]: an earlier entry has the same name; remove one",
    ),
    (
        "  tests: [{name: a, maxComputeUtilization: 101}]\n",
        "spec.tests[0].maxComputeUtilization: it must be at most 100",
    ),
    (
        "  tests: [{name: a, expct: {}}]\n",
        "spec.tests[0].expct: there is no such field; remove it, or correct its name",
    ),
    (
        "  adoptionPolicy: Always\n",
        "spec: deletionPolicy must be named where adoptionPolicy is not Never; set it to Retain to keep an adopted function, or to Delete",
    ),
    (
        "  tags: {'aws:x': z}\n",
        r#"spec.tags: "aws:x": tag keys that start with cloudfn.dev/ or aws: are reserved; choose another key"#,
    ),
    (
        "  runtime: cloudfront-js-1.0\n  keyValueStoreAssociations: [{keyValueStoreArn: 'arn:aws:cloudfront::111122223333:key-value-store/00000000-0000-4000-8000-000000000001'}]\n",
        "spec.keyValueStoreAssociations: key value stores need the runtime cloudfront-js-2.0; set it, or drop the associations",
    ),
];

#[test]
fn a_finding_is_one_line_with_object_and_path() {
    for (lines, wanted) in BROKEN_SPECS {
        assert_eq!(
            edge(lines),
            [format!("f.yaml: error: CloudFrontFunction edge: {wanted}")],
            "{lines}"
        );
    }
    assert_eq!(
        findings("apiVersion: cloudfn.dev/v1alpha1\nkind: EdgeFunction\nmetadata: {name: e}\n"),
        [
            "f.yaml: error: EdgeFunction e: there is no cloudfn.dev/v1alpha1 EdgeFunction; there are cloudfn.dev/v1alpha1 CloudFrontFunction, cloudfn.dev/v1alpha1 LambdaFunction"
        ]
    );
}

#[test]
fn metadata_is_checked_and_a_status_is_ignored() {
    let metadata = |lines: &str| {
        findings(&format!(
            "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {lines}\nspec: {{code: {{inline: 'function handler() {{}}'}}}}\nstatus: {{etag: 1}}\n"
        ))
    };
    assert!(
        metadata("{name: Edge_1}")[0]
            .contains("metadata.name: \"Edge_1\" is no name of an object; ")
    );
    assert!(
        metadata("{name: edge, annotations: {cloudfn.dev/paused: true}}")[0]
            .ends_with("metadata.annotations[cloudfn.dev/paused]: it must be of type string")
    );
    assert_eq!(
        metadata("{generateName: edge-, labels: {a: b}, ownerReferences: []}"),
        Vec::<String>::new(),
        "and its status is not read"
    );
    assert!(
        metadata("{name: edge, annotation: {a: b}}")[0].ends_with(
            "metadata.annotation: there is no such field; remove it, or correct its name"
        )
    );
    assert_eq!(
        metadata("{name: '', generateName: edge-, creationTimestamp: null}"),
        Vec::<String>::new()
    );
}

#[test]
fn what_cannot_be_read_as_an_object_is_one_finding() {
    let nameless = findings(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nspec: {code: {inline: x}}\n",
    );
    assert!(
        nameless[0].ends_with("metadata: it is required; set it"),
        "{nameless:?}"
    );
    let broken = findings("apiVersion: cloudfn.dev/v1alpha1\nkind: [\n");
    assert!(
        broken.len() == 1 && broken[0].starts_with("f.yaml: error: it cannot be read: "),
        "{broken:?}"
    );
    assert_eq!(
        findings("kind: {{ .Values.kind }}\n"),
        ["f.yaml: note: it is no YAML, so it is not looked at"]
    );
    assert_eq!(
        findings("apiVersion: cloudfn.dev\nkind: CloudFrontFunction\n").len(),
        1,
        "the version is missing"
    );
    let injected = findings(
        "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {name: \"a\\n::error::x\"}\nspec: {}\n",
    );
    assert!(
        injected.iter().all(|line| !line.contains('\n')),
        "{injected:?}"
    );
}

#[test]
fn what_the_operator_would_refuse_is_an_error_too() {
    let found = edge(
        "  testsFrom: [{configMapKeyRef: {name: code, key: tests.yaml}}]\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: code}\ndata: {tests.yaml: '- nmae: a'}\n",
    );
    assert!(
        matches!(found.as_slice(), [one] if one.contains("error") && one.contains("a test has no member nmae")),
        "{found:?}"
    );
    let found = worker("  runtime: python3.13\n  handler: a.b\n  code: {zipFile: UEsF}\n");
    assert!(
        matches!(found.as_slice(), [one] if one.starts_with("f.yaml: error: LambdaFunction shop/worker: spec.code: ")),
        "{found:?}"
    );
}

#[test]
fn lints_have_line_and_column() {
    let map = "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {name: edge}\nspec:\n  runtime: cloudfront-js-1.0\n  code: {configMapKeyRef: {name: code, key: index.js}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: code}\ndata:\n  index.js: |\n    function handler(event) {\n        const a = 1;\n        return event.request;\n    }\n";
    assert_eq!(
        findings(map),
        [
            "f.yaml: error: CloudFrontFunction edge: spec.code.configMapKeyRef: ConfigMap code, key index.js: line 2, column 5: cloudfront-js-1.0 cannot compile `const`; write `var`, or set runtime to cloudfront-js-2.0"
        ]
    );
    let node = |handler: &str, file: &str, code: &str| {
        worker(&format!(
            "  runtime: nodejs22.x\n  handler: {handler}\n  code: {{inline: {{files: {{{file}: '{code}'}}}}}}\n"
        ))
    };
    let quiet = [
        ("index.handler", "index.mjs", "export const handler = 1;"),
        ("src/app.run", "src/app.js", "exports.run = 1;"),
        ("index.a.b", "index.mjs", "export const a = 1;"),
    ];
    for (handler, file, code) in quiet {
        assert_eq!(node(handler, file, code), Vec::<String>::new(), "{handler}");
    }
    let found = node("main.handler", "index.js", "exports.handler = 1;");
    assert!(
        matches!(found.as_slice(), [one] if one.contains("warning") && one.contains("names the file main.js")),
        "{found:?}"
    );
    let found = node("index.handler", "index.mjs", "export const other = 1;");
    assert!(
        matches!(found.as_slice(), [one] if one.contains("spec.code.inline.files[index.mjs]: line 1, column 1: the module exports no handler")),
        "{found:?}"
    );
    assert_eq!(
        worker(
            "  runtime: python3.13\n  handler: a.b\n  code: {inline: {files: {a.py: '(', index.js: '('}}}\n"
        ),
        Vec::<String>::new(),
        "Python is not read"
    );
}

#[test]
fn scripts_with_the_line_ends_of_windows_are_told() {
    let found = worker(
        "  runtime: provided.al2023\n  handler: a.b\n  code: {inline: {files: {bootstrap: \"echo\\r\\n\", run.sh: \"#!/bin/sh\\r\\n\", data.csv: \"a\\r\\n\", right.sh: \"#!/bin/sh\\n\"}}}\n",
    );
    let told: Vec<bool> = ["files.bootstrap", "files[run.sh]"]
        .iter()
        .map(|name| found.iter().any(|line| line.contains(name)))
        .collect();
    assert_eq!((told, found.len()), (vec![true, true], 2), "{found:?}");
    assert!(
        found[0].contains("warning") && found[0].contains("save it with LF"),
        "{found:?}"
    );
}

#[test]
fn a_second_key_value_store_is_an_error() {
    let store = |number: u8| {
        format!(
            "{{keyValueStoreArn: \"arn:aws:cloudfront::111122223333:key-value-store/c1f00000-0000-4000-8000-00000000000{number}\"}}"
        )
    };
    let with = |one: u8, other: u8| {
        edge(&format!(
            "  keyValueStoreAssociations: [{}, {}]\n",
            store(one),
            store(other)
        ))
    };
    assert_eq!(with(1, 1), Vec::<String>::new(), "it is one");
    let found = with(1, 2);
    assert!(
        matches!(found.as_slice(), [one] if one.contains("error") && one.contains("names 2 stores")),
        "{found:?}"
    );
}

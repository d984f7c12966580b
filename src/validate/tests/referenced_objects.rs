//! ConfigMaps and Secrets among the sources: which one an object gets, and that no value is shown.

use super::*;

/// A value that no finding may show.
const SENTINEL: &str = "s3cret-value";

/// Lines of a spec that takes its tests from the ConfigMap `code`.
const TESTS_FROM: &str = "  testsFrom: [{configMapKeyRef: {name: code, key: tests.yaml}}]\n";

#[test]
fn what_is_not_among_the_files_is_noted_and_no_error() {
    let named = TESTS_FROM;
    let note = "f.yaml: note: CloudFrontFunction edge: spec: ConfigMap code is not among the files as plain text, so what it holds is not looked at";
    assert_eq!(edge(named), [note]);
    let elsewhere = format!(
        "{named}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code, namespace: other}}\ndata: {{tests.yaml: '- name: a'}}\n"
    );
    assert_eq!(edge(&elsewhere), [note], "it is in another namespace");
    let there = format!(
        "{named}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code}}\ndata: {{tests.yaml: '- name: a'}}\n"
    );
    assert_eq!(edge(&there), Vec::<String>::new());
    assert_eq!(
        edge(&format!(
            "{there}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code}}\ndata: {{}}\n"
        )),
        [note],
        "which one counts, nobody knows"
    );
    let without = format!(
        "{named}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code}}\ndata: {{}}\n"
    );
    assert!(
        matches!(edge(&without).as_slice(), [one] if one.contains("error") && one.contains("ConfigMap code has no key tests.yaml"))
    );
}

#[test]
fn an_object_gets_the_config_map_of_its_own_source() {
    let sources = [("prod/map.yaml", "a"), ("dev/map.yaml", "A")].map(|(name, test)| Source {
        name: name.to_owned(),
        text: Ok(format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: code}}\ndata: {{tests.yaml: '- name: {test}'}}\n")),
    });
    let edge_of = |map: &Source| Source {
        name: map.name.clone(),
        text: Ok(format!(
            "apiVersion: cloudfn.dev/v1alpha1\nkind: CloudFrontFunction\nmetadata: {{name: edge}}\nspec:\n  code: {{inline: 'function handler() {{}}'}}\n{TESTS_FROM}---\n{}",
            map.text.as_ref().expect("a text")
        )),
    };
    let beside: Vec<Source> = sources.iter().map(edge_of).collect();
    assert!(
        validate(&beside)
            .expect("definitions")
            .findings
            .iter()
            .all(|finding| finding.level != Level::Note),
        "each has its own"
    );
}

#[test]
fn a_secret_that_is_encrypted_is_noted_and_one_that_is_wrapped_is_read() {
    let secret = "  runtime: python3.13\n  handler: a.b\n  code: {inline: {files: {a.py: x}}}\n  environment: {variablesFrom: [{secretRef: {name: s}}]}\n";
    let holding = |data: &str| {
        worker(&format!(
            "{secret}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: shop}}\n{data}\n"
        ))
    };
    assert_eq!(
        holding("data: {AB: 'ENC[AES256_GCM]'}"),
        [
            "f.yaml: note: LambdaFunction shop/worker: spec: Secret s is not among the files as plain text, so what it holds is not looked at"
        ]
    );
    assert_eq!(
        holding("data:\n  AB: |\n    c2Vj\n    cmV0\n  CD: null"),
        Vec::<String>::new(),
        "wrapped, and empty"
    );
    assert_eq!(
        findings(
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {AB: 'ENC[AES256_GCM]'}\n"
        ),
        Vec::<String>::new(),
        "nobody names it"
    );
}

#[test]
fn no_value_of_a_secret_or_an_environment_is_shown() {
    let spec = "  runtime: python3.13\n  handler: a.b\n  code: {inline: {files: {a.py: x}}}\n";
    let lines = [
        format!("{spec}  environment: {{variables: {{A-B: {SENTINEL}, C: [{SENTINEL}]}}}}\n"),
        format!("{spec}  environment: {{variables: {{A-B: {SENTINEL}}}}}\n"),
        format!("{spec}  environment: {{variables: {SENTINEL}}}\n"),
        format!(
            "{spec}  environment: {{variables: {{AB: {}}}}}\n",
            SENTINEL.repeat(1000)
        ),
        format!(
            "{spec}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: shop}}\nstringData: {{A: {SENTINEL}, A: {SENTINEL}}}\n"
        ),
        format!(
            "{spec}  environment: {{variablesFrom: [{{secretRef: {{name: s}}}}]}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: shop}}\nstringData: {{'9A': {SENTINEL}}}\n"
        ),
    ];
    for lines in lines {
        let found = worker(&lines);
        assert!(
            found.iter().any(|line| line.contains(": error: ")),
            "{lines}: {found:?}"
        );
        assert!(
            found.iter().all(|line| !line.contains(SENTINEL)),
            "{lines}: {found:?}"
        );
    }
    // Text that reads like a number too large for one.
    let overflowing = format!(
        "{spec}---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{A: 8234e7812}}\n"
    );
    assert_eq!(worker(&overflowing), Vec::<String>::new());
    let kept = worker(&format!(
        "{spec}  environment: {{variablesFrom: [{{secretRef: {{name: s}}}}]}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: shop}}\nstringData: {{AB: {SENTINEL}}}\n"
    ));
    assert_eq!(kept, Vec::<String>::new());
}

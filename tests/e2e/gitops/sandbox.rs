//! The tool runs scripts as Argo CD does, in a sandbox that has next to nothing: else a script that passes here
//! would fail there.

use std::fs;

use serde_json::{Value, json};

use super::tool::{config_map, run};

fn object() -> Value {
    json!({
        "apiVersion": "cloudfn.dev/v1alpha1", "kind": "LambdaFunction", "metadata": {"name": "f"},
        "spec": {"nothing": null, "count": 3, "share": 0.5, "list": ["a", "b"], "yes": true},
    })
}

/// What a health check of these lines says: the tool's words, or why it failed.
fn says(script: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("argocd-cm.yaml");
    let key = "resource.customizations.health.cloudfn.dev_LambdaFunction";
    fs::write(&file, json!({"data": {key: script}}).to_string()).expect("written");
    let output = run(&["status"], &file, &[object()]);
    if output.status.success() {
        let line: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        Ok(line["script"].clone())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn a_script_sees_the_object_and_the_clock() {
    let script = r#"
        local os = require("os")
        local whole = table.concat(obj.spec.list, "-") .. #obj.spec.list
        assert(obj.spec.nothing == nil and obj.spec.count == 3 and obj.spec.share == 0.5 and obj.spec.yes)
        assert(os.time() > 0 and #os.date("!%Y-%m-%dT%XZ") == 20)
        return { status = "Healthy", message = whole }
    "#;
    assert_eq!(
        says(script),
        Ok(json!({"status": "Healthy", "message": "a-b2"}))
    );
}

#[test]
fn a_script_has_no_strings_no_files_and_no_time_without_end() {
    let rows = [
        (
            "return { status = string.upper('healthy') }",
            "(nil) with key 'upper'",
        ),
        (
            "return { status = ('healthy'):upper() }",
            "(string) with key 'upper'",
        ),
        (
            "return { status = math.floor(1) }",
            "(nil) with key 'floor'",
        ),
        ("return { status = io.read() }", "(nil) with key 'read'"),
        ("return { status = os.date() }", "(nil) with key 'date'"),
        (
            "return { status = require('os').getenv('HOME') }",
            "call a non-function",
        ),
        (
            "return { status = require('os').exit() }",
            "call a non-function",
        ),
        ("while true do end", "context deadline exceeded"),
        ("return 'Healthy'", "a script returns a table"),
        ("return { status = 'Ready' }", "no health status"),
        ("return {", "syntax error"),
    ];
    for (script, part) in rows {
        let said = says(script).expect_err(script);
        assert!(said.contains(part), "{script}: {said}");
    }
}

#[test]
fn what_has_no_script_is_told() {
    let mut other = object();
    other["kind"] = json!("Function");
    let output = run(&["status"], &config_map(), &[other]);
    let said = String::from_utf8_lossy(&output.stderr);
    let key = "argocd-cm has no resource.customizations.health.cloudfn.dev_Function";
    assert!(!output.status.success() && said.contains(key), "{said}");
}

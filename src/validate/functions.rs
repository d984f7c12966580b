//! What the operator would refuse in a spec that the API server accepts, and the lints of its code.

use std::collections::{BTreeMap, BTreeSet};

use kube::Resource as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::documents::text;
use super::finding::{FieldFinding, Level};
use super::referenced_objects::ReferencedObjects;
use crate::api::cloudfront::CloudFrontFunctionSpec;
use crate::api::lambda::LambdaFunctionSpec;
use crate::api::{CloudFrontFunction, LambdaFunction};
use crate::cloud::Tags;
use crate::functions::cloudfront::{self, CloudFrontFunctions};
use crate::functions::lambda::{self, LambdaFunctions};
use crate::javascript::{self, Severity};
use crate::reconcile::{Inputs, ManagedKind as _, ReferenceName, Unmet};

/// Checks an object that its schema accepts.
pub(super) fn check(
    source: &str,
    kind: &str,
    object: &Value,
    referenced: &ReferencedObjects,
) -> Vec<FieldFinding> {
    let inputs = |names: &BTreeSet<ReferenceName>| {
        referenced.inputs_of(source, text(object, "/metadata/namespace"), names)
    };
    if kind == CloudFrontFunction::kind(&()) {
        with(
            object,
            CloudFrontFunctions::references,
            inputs,
            check_cloudfront,
        )
    } else if kind == LambdaFunction::kind(&()) {
        with(object, LambdaFunctions::references, inputs, check_lambda)
    } else {
        // A test checks that each definition has a branch above.
        Vec::new()
    }
}

/// Reads the spec and the objects that it refers to, and notes those that are not available.
fn with<S: DeserializeOwned>(
    object: &Value,
    references: impl Fn(&S) -> BTreeSet<ReferenceName>,
    inputs: impl Fn(&BTreeSet<ReferenceName>) -> (Inputs, Vec<String>),
    check: impl Fn(&S, &Inputs) -> (Result<(), Unmet>, Vec<FieldFinding>),
) -> Vec<FieldFinding> {
    let Ok(spec) = S::deserialize(&object["spec"]) else {
        return vec![FieldFinding::error("spec", "the operator cannot read it")];
    };
    let (inputs, absent) = inputs(&references(&spec));
    let (unmet, mut found) = check(&spec, &inputs);
    match unmet {
        Err(Unmet::Invalid(message)) => found.insert(0, FieldFinding::error("spec", message)),
        Err(Unmet::Missing(message)) if absent.is_empty() => {
            found.insert(0, FieldFinding::error("spec", message));
        }
        Ok(()) | Err(Unmet::Missing(_)) => {}
    }
    let note = |name: String| FieldFinding {
        level: Level::Note,
        path: "spec".to_owned(),
        message: format!(
            "{name} is not among the files as plain text, so what it holds is not looked at"
        ),
    };
    found.extend(absent.into_iter().map(note));
    found
}

fn check_cloudfront(
    spec: &CloudFrontFunctionSpec,
    inputs: &Inputs,
) -> (Result<(), Unmet>, Vec<FieldFinding>) {
    let (path, code) = match (&spec.code.inline, &spec.code.config_map_key_ref) {
        (Some(code), _) => ("spec.code.inline".to_owned(), Some(code.as_str())),
        (None, Some(key)) => {
            let bytes = inputs
                .config_maps
                .get(&key.name)
                .and_then(|map| map.get(&key.key));
            (
                format!(
                    "spec.code.configMapKeyRef (ConfigMap {}, key {})",
                    key.name, key.key
                ),
                bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()),
            )
        }
        (None, None) => (String::new(), None),
    };
    let lints = code
        .map(|code| javascript::cloudfront(code, &spec.runtime))
        .unwrap_or_default();
    let unmet = cloudfront::desired(spec, inputs, &Tags::new(), false).map(drop);
    (
        unmet,
        lints.iter().map(|lint| finding(&path, lint)).collect(),
    )
}

fn check_lambda(
    spec: &LambdaFunctionSpec,
    inputs: &Inputs,
) -> (Result<(), Unmet>, Vec<FieldFinding>) {
    let unmet = lambda::desired(spec, inputs, &Tags::new()).map(drop);
    let map = spec.code.config_map_ref.as_ref();
    let (path, files): (_, BTreeMap<&str, &[u8]>) = match (
        &spec.code.inline,
        map.and_then(|map| inputs.config_maps.get(&map.name)),
    ) {
        (Some(inline), _) => (
            "spec.code.inline.files",
            inline
                .files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_bytes()))
                .collect(),
        ),
        (None, Some(files)) => (
            "spec.code.configMapRef",
            files
                .iter()
                .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                .collect(),
        ),
        (None, None) => return (unmet, Vec::new()),
    };
    let mut found = check_line_ends(path, &files);
    if spec.runtime.starts_with("nodejs") {
        found.extend(check_node(path, &files, &spec.handler));
    }
    (unmet, found)
}

/// Scripts that the system starts, not a runtime: `bootstrap` (Lambda Developer Guide, "Building a
/// custom runtime"), and what begins with `#!`. Linux takes a carriage return there as part of the
/// interpreter's name.
fn check_line_ends(path: &str, files: &BTreeMap<&str, &[u8]>) -> Vec<FieldFinding> {
    let is_script = |name: &str, bytes: &[u8]| name == "bootstrap" || bytes.starts_with(b"#!");
    files
        .iter()
        .filter(|(name, bytes)| is_script(name, bytes))
        .filter(|(_, bytes)| bytes.windows(2).any(|pair| pair == b"\r\n"))
        .map(|(name, _)| FieldFinding {
            level: Level::Warning,
            path: format!("{path} ({name})"),
            message: "its lines end as on Windows (CR LF), and Lambda will not find its interpreter; save it with LF".to_owned(),
        })
        .collect()
}

/// The files of a Node.js function: `dir/index.handler` is what `dir/index.js`, `.mjs` or `.cjs`
/// exports as `handler` (Lambda Developer Guide, "Define Lambda function handler in Node.js").
/// Lambda's loader, whose source is public (aws-lambda-nodejs-runtime-interface-client,
/// `_tryRequire`), tries the path itself first, so it also finds a folder with an `index.js`.
fn check_node(path: &str, files: &BTreeMap<&str, &[u8]>, handler: &str) -> Vec<FieldFinding> {
    let (folder, file) = handler
        .rsplit_once('/')
        .map_or(("", handler), |(folder, file)| (folder, file));
    let (stem, export) = file.split_once('.').unwrap_or((file, ""));
    let stem = if folder.is_empty() {
        stem.to_owned()
    } else {
        format!("{}/{stem}", folder.trim_start_matches("./"))
    };
    let called = ["", "/index.js", ".js", ".mjs", ".cjs"]
        .iter()
        .map(|end| format!("{stem}{end}"))
        .find(|name| files.contains_key(name.as_str()));
    let mut found = Vec::new();
    // An absolute path is in a layer.
    if called.is_none() && !stem.starts_with('/') {
        let message = format!(
            "spec.handler names the file {stem}.js (or .mjs, .cjs), which is not there; add it, or correct spec.handler"
        );
        found.push(FieldFinding {
            level: Level::Warning,
            path: path.to_owned(),
            message,
        });
    }
    let scripts = files.iter().filter(|(name, _)| {
        [".js", ".mjs", ".cjs"]
            .iter()
            .any(|extension| name.ends_with(extension))
    });
    for (name, bytes) in scripts {
        let Ok(code) = std::str::from_utf8(bytes) else {
            found.push(FieldFinding {
                level: Level::Note,
                path: format!("{path} ({name})"),
                message: "it is no UTF-8 text, so what it holds is not looked at".to_owned(),
            });
            continue;
        };
        // The handler `a.b` is the member `b` of the export `a`.
        let export = export
            .split('.')
            .next()
            .filter(|export| !export.is_empty() && called.as_deref() == Some(*name));
        found.extend(
            javascript::node(name, code, export)
                .iter()
                .map(|lint| finding(&format!("{path} ({name})"), lint)),
        );
    }
    found
}

fn finding(path: &str, lint: &javascript::Lint) -> FieldFinding {
    FieldFinding {
        level: match lint.severity {
            Severity::Error => Level::Error,
            Severity::Warning => Level::Warning,
        },
        path: path.to_owned(),
        message: lint.to_string(),
    }
}

//! What the operator would refuse in a spec that the API server accepts, and the lints of its code.

use std::collections::{BTreeMap, BTreeSet};

use kube::Resource as _;
use serde_json::Value;

use super::documents::text;
use super::field_path::{FieldPath, Step};
use super::finding::{FieldFinding, Level};
use super::referenced_objects::ReferencedObjects;
use crate::api::cloudfront::CloudFrontFunctionSpec;
use crate::api::digest::sha256_hex;
use crate::api::lambda::LambdaFunctionSpec;
use crate::api::{CloudFrontFunction, LambdaFunction, ManagedSpec, ReferenceName, SKIP_TESTS};
use crate::functions::Fault;
use crate::functions::cloudfront;
use crate::functions::lambda;
use crate::javascript::{self, Severity};
use crate::reconcile::{Inputs, Unmet};

/// Checks an object, without the fields of its spec that cannot be read because of what is `refused` in
/// them.
pub(super) fn check(
    source: &str,
    kind: &str,
    object: &Value,
    refused: &[FieldPath],
    referenced: &ReferencedObjects,
) -> Vec<FieldFinding> {
    let inputs = |names: &BTreeSet<ReferenceName>| {
        let (mut inputs, absent) =
            referenced.inputs_of(source, text(object, "/metadata/namespace"), names);
        let annotations = object
            .pointer("/metadata/annotations")
            .and_then(Value::as_object);
        let texts = annotations.into_iter().flatten();
        inputs.annotations = texts
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        (inputs, absent)
    };
    if kind == CloudFrontFunction::kind(&()) {
        with(
            spec_of(object, refused),
            inputs,
            cloudfront::faults,
            check_cloudfront,
        )
    } else if kind == LambdaFunction::kind(&()) {
        with(
            spec_of(object, refused),
            inputs,
            lambda::faults,
            check_lambda,
        )
    } else {
        // A test checks that each definition has a branch above.
        Vec::new()
    }
}

/// The spec, as far as it can be read.
fn spec_of<S: ManagedSpec>(object: &Value, refused: &[FieldPath]) -> Option<S> {
    if let Ok(whole) = S::deserialize(&object["spec"]) {
        return Some(whole);
    }
    let mut readable = object["spec"].clone();
    let members = readable.as_object_mut()?;
    for path in refused {
        if let [_, Step::Member(field), ..] = path.steps() {
            members.remove(field);
        }
    }
    S::deserialize(&readable).ok()
}

/// Checks the spec with the objects that it refers to, and notes those that are not available.
fn with<S: ManagedSpec>(
    spec: Option<S>,
    inputs: impl Fn(&BTreeSet<ReferenceName>) -> (Inputs, Vec<String>),
    faults: impl Fn(&S, &Inputs) -> Vec<Fault>,
    lints: impl Fn(&S, &Inputs) -> Vec<FieldFinding>,
) -> Vec<FieldFinding> {
    let path = FieldPath::dotted("spec");
    let Some(spec) = spec else {
        return vec![FieldFinding::error(path, "the operator cannot read it")];
    };
    let (inputs, absent) = inputs(&spec.references());
    let refused = |Fault { field, unmet }| match unmet {
        Unmet::Missing(_) if !absent.is_empty() => None,
        Unmet::Invalid(message) | Unmet::Missing(message) => {
            Some(FieldFinding::error(path.member(field), message))
        }
    };
    let mut found: Vec<FieldFinding> = faults(&spec, &inputs)
        .into_iter()
        .filter_map(refused)
        .collect();
    found.extend(lints(&spec, &inputs));
    let note = |name: &String| {
        FieldFinding::new(
            Level::Note,
            path.clone(),
            format!(
                "{name} is not among the files as plain text, so what it holds is not looked at"
            ),
        )
    };
    found.extend(absent.iter().map(note));
    found
}

fn check_cloudfront(spec: &CloudFrontFunctionSpec, inputs: &Inputs) -> Vec<FieldFinding> {
    let code = FieldPath::dotted("spec.code");
    let (place, text) = match (&spec.code.inline, &spec.code.config_map_key_ref) {
        (Some(text), _) => (Place::new(code.member("inline")), text.as_str()),
        (None, Some(key)) => {
            let map = inputs.config_maps.get(&key.name);
            let bytes = map.and_then(|map| map.get(&key.key));
            let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
                return Vec::new();
            };
            let within = format!("ConfigMap {}, key {}: ", key.name, key.key);
            (
                Place {
                    path: code.member("configMapKeyRef"),
                    within,
                },
                text,
            )
        }
        (None, None) => return Vec::new(),
    };
    let path = FieldPath::dotted("metadata.annotations").member(SKIP_TESTS);
    let skips_nothing = cloudfront::unheeded_skip(inputs, &sha256_hex(text.as_bytes()));
    let skips = inputs.annotations.contains_key(SKIP_TESTS) && skips_nothing.is_none();
    let skips_nothing =
        skips_nothing.map(|message| FieldFinding::new(Level::Warning, path, message));
    // Code that is too long is refused for that.
    let lints = if text.len() <= cloudfront::MAX_CODE_BYTES {
        javascript::cloudfront(text, &spec.runtime)
    } else {
        Vec::new()
    };
    // The operator lets code through that the annotation names.
    let worst = if skips { Level::Warning } else { Level::Error };
    let found = lints.iter().map(|lint| {
        let mut found = finding(&place, lint);
        found.level = found.level.min(worst);
        found
    });
    found.chain(skips_nothing).collect()
}

fn check_lambda(spec: &LambdaFunctionSpec, inputs: &Inputs) -> Vec<FieldFinding> {
    let code = FieldPath::dotted("spec.code");
    let map = spec.code.config_map_ref.as_ref();
    match (&spec.code.inline, map) {
        (Some(inline), _) => {
            let files = inline.files.iter();
            let files = files.map(|(name, text)| (name.as_str(), text.as_bytes()));
            let path = code.then("inline.files");
            let place = |name: &str| Place::new(path.member(name));
            check_files(spec, &path, place, &files.collect())
        }
        (None, Some(map)) => {
            let Some(files) = inputs.config_maps.get(&map.name) else {
                return Vec::new();
            };
            let files = files.iter();
            let files = files.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
            let path = code.member("configMapRef");
            let place = |name: &str| Place {
                path: path.clone(),
                within: format!("ConfigMap {}, key {name}: ", map.name),
            };
            check_files(spec, &path, place, &files.collect())
        }
        (None, None) => Vec::new(),
    }
}

/// The files of a function, of which `path` has all and `place` is where one stands.
fn check_files(
    spec: &LambdaFunctionSpec,
    path: &FieldPath,
    place: impl Fn(&str) -> Place,
    files: &BTreeMap<&str, &[u8]>,
) -> Vec<FieldFinding> {
    let mut found = check_line_ends(&place, files);
    let is_node = spec
        .runtime
        .iter()
        .any(|runtime| runtime.starts_with("nodejs"));
    if let Some(handler) = spec.handler.as_ref().filter(|_| is_node) {
        found.extend(check_node(path, &place, files, handler));
    }
    found
}

/// Where code stands.
struct Place {
    /// The field that has it, or names the object that has it.
    path: FieldPath,
    /// Which part of that object, for a message to begin with.
    within: String,
}

impl Place {
    fn new(path: FieldPath) -> Self {
        Self {
            path,
            within: String::new(),
        }
    }

    fn finding(self, level: Level, message: &str) -> FieldFinding {
        FieldFinding::new(level, self.path, format!("{}{message}", self.within))
    }
}

/// Scripts that the system starts, not a runtime: `bootstrap` (Lambda Developer Guide, "Building a
/// custom runtime"), and what begins with `#!`. Linux takes a carriage return there as part of the
/// interpreter's name.
fn check_line_ends(
    place: impl Fn(&str) -> Place,
    files: &BTreeMap<&str, &[u8]>,
) -> Vec<FieldFinding> {
    let message = "its lines end as on Windows (CR LF), and Lambda will not find its interpreter; save it with LF";
    let is_script = |name: &str, bytes: &[u8]| name == "bootstrap" || bytes.starts_with(b"#!");
    files
        .iter()
        .filter(|(name, bytes)| is_script(name, bytes))
        .filter(|(_, bytes)| bytes.windows(2).any(|pair| pair == b"\r\n"))
        .map(|(name, _)| place(name).finding(Level::Warning, message))
        .collect()
}

/// The files of a Node.js function: `dir/index.handler` is what `dir/index.js`, `.mjs` or `.cjs`
/// exports as `handler` (Lambda Developer Guide, "Define Lambda function handler in Node.js").
/// Lambda's loader, whose source is public (aws-lambda-nodejs-runtime-interface-client,
/// `_tryRequire`), tries the path itself first, so it also finds a folder with an `index.js`.
fn check_node(
    path: &FieldPath,
    place: impl Fn(&str) -> Place,
    files: &BTreeMap<&str, &[u8]>,
    handler: &str,
) -> Vec<FieldFinding> {
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
        found.push(FieldFinding::new(Level::Warning, path.clone(), message));
    }
    let scripts = files.iter().filter(|(name, _)| {
        [".js", ".mjs", ".cjs"]
            .iter()
            .any(|extension| name.ends_with(extension))
    });
    for (name, bytes) in scripts {
        let Ok(code) = std::str::from_utf8(bytes) else {
            let message = "it is no UTF-8 text, so what it holds is not looked at";
            found.push(place(name).finding(Level::Note, message));
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
                .map(|lint| finding(&place(name), lint)),
        );
    }
    found
}

fn finding(place: &Place, lint: &javascript::Lint) -> FieldFinding {
    let level = match lint.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let message = format!("{}{lint}", place.within);
    FieldFinding::new(level, place.path.clone(), message)
}

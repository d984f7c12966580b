//! `cloudfn validate`: checks manifests before any cluster sees them. It finds what the API server
//! would refuse, what the operator would refuse, and what will probably not run.
//!
//! Invariant: offline. It reads the sources that it is given and nothing else. A ConfigMap or
//! Secret that is not among them may be in the cluster, so its absence is only a note. Rules about
//! an earlier state of an object (`oldSelf`) are skipped: only the API server knows that state. No
//! finding shows a value of a Secret or of an environment variable. May not import: any SDK,
//! `kubernetes`, `runtime`, `cli`.

mod definition;
mod documents;
mod finding;
mod functions;
mod referenced_objects;
mod rules;
#[cfg(test)]
mod tests;

use serde_json::Value;

use crate::api::{GROUP, crds};
use definition::Definition;
use documents::{text, title};
use finding::FieldFinding;
pub use finding::{Finding, Level, Report};
use referenced_objects::ReferencedObjects;

/// A text with manifests: YAML with any number of documents, or JSON.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in findings.
    pub name: String,
    /// The text itself.
    pub text: String,
}

/// Checks all objects of the group `cloudfn.dev`. Their specs may refer to the ConfigMaps and
/// Secrets among the sources; objects of other kinds are ignored.
///
/// # Errors
/// If this program's own definitions are unusable, which a test excludes.
pub fn validate(sources: &[Source]) -> Result<Report, String> {
    let definitions = crds::all()
        .iter()
        .map(Definition::new)
        .collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    let mut documents = Vec::new();
    for source in sources {
        match documents::read(&source.text) {
            Ok(found) => documents.extend(
                found
                    .into_iter()
                    .map(|document| (source.name.as_str(), document)),
            ),
            // A template, for instance, that only looks like a manifest and has no object of ours.
            Err(_) if !source.text.contains(GROUP) => report.findings.push(Finding {
                level: Level::Note,
                ..about(&source.name, UNREADABLE.to_owned())
            }),
            Err(message) => report.findings.push(about(&source.name, message)),
        }
    }
    let mut referenced = ReferencedObjects::default();
    for (source, document) in &documents {
        referenced.add(source, document);
    }
    for (source, document) in documents {
        if text(&document, "/apiVersion").split('/').next() == Some(GROUP) {
            report.objects += 1;
            let object = title(&document);
            let found = check(&definitions, &referenced, source, document);
            report
                .findings
                .extend(found.into_iter().map(|found| found.at(source, &object)));
        }
    }
    Ok(report)
}

/// The finding about a text that is no YAML and has no object of ours.
const UNREADABLE: &str = "it is no YAML, so it is not looked at";

fn about(source: &str, message: String) -> Finding {
    Finding {
        source: source.to_owned(),
        level: Level::Error,
        object: String::new(),
        path: String::new(),
        message,
    }
}

/// Checks one object. As in the API server, the schema comes first; further checks need a valid
/// object.
fn check(
    definitions: &[Definition],
    referenced: &ReferencedObjects,
    source: &str,
    mut object: Value,
) -> Vec<FieldFinding> {
    let (version, kind) = (
        text(&object, "/apiVersion").to_owned(),
        text(&object, "/kind").to_owned(),
    );
    let Some(definition) = definitions
        .iter()
        .find(|one| one.api_version == version && one.kind == kind)
    else {
        let known: Vec<String> = definitions
            .iter()
            .map(|one| format!("{} {}", one.api_version, one.kind))
            .collect();
        return vec![FieldFinding::error(
            "",
            format!(
                "there is no {version} {kind}; there are {}",
                known.join(", ")
            ),
        )];
    };
    let found = definition.check(&mut object);
    if found.is_empty() {
        functions::check(source, &kind, &object, referenced)
    } else {
        found
    }
}

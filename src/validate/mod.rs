//! `cloudfn validate`: checks manifests before any cluster sees them. It finds what the API server
//! would refuse, what the operator would refuse, and what will probably not run.
//!
//! Invariant: offline. It reads the sources that it is given and nothing else. A ConfigMap or
//! Secret that is not among them may be in the cluster, so its absence is only a note. Rules about
//! an earlier state of an object (`oldSelf`) are skipped: only the API server knows that state. No
//! finding shows a value of a Secret or of an environment variable. May not import: any SDK,
//! `kubernetes`, `runtime`, `cli`.

mod annotations;
mod definition;
mod documents;
mod field_path;
mod finding;
mod functions;
mod located;
mod referenced_objects;
mod render;
mod rules;
mod size;
mod source;
#[cfg(test)]
mod tests;

use crate::api::{GROUP, crds};
use definition::Definition;
use documents::{Document, text};
pub use field_path::FieldPath;
use finding::FieldFinding;
pub use finding::{Finding, Level, Position, Report};
use referenced_objects::ReferencedObjects;
pub use render::Format;
pub use source::Source;

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
    let mut report = Report {
        unread: sources.iter().filter(|source| source.text.is_err()).count(),
        ..Report::default()
    };
    let mut documents = Vec::new();
    for source in sources {
        match documents::read(source) {
            Ok(found) => documents.extend(found),
            Err(finding) => report.findings.push(*finding),
        }
    }
    let mut referenced = ReferencedObjects::default();
    for document in &documents {
        referenced.add(document.source, &document.value);
    }
    for document in &documents {
        if text(&document.value, "/apiVersion").split('/').next() == Some(GROUP) {
            report.objects += 1;
            let found = check(&definitions, &referenced, document);
            let found = found.into_iter().map(|found| document.finding(found));
            let mut found: Vec<Finding> = found.collect();
            found.sort_by_key(|finding| finding.position);
            report.findings.extend(found);
        }
    }
    if report.objects == 0 {
        report.findings.push(nothing(sources.len()));
    }
    Ok(report)
}

/// The finding that nothing was checked: silence would look like success.
fn nothing(sources: usize) -> Finding {
    let read = match sources {
        0 => "there is no file with the extension yaml, yml or json".to_owned(),
        _ => format!("no object of the group {GROUP} is in what was read"),
    };
    let message = format!("{read}, so nothing was checked; name the files that have manifests");
    Finding::about("", Level::Note, message)
}

/// All that is found about one object: what the API server would refuse, what the operator would
/// refuse of what remains, and what is worth a word.
fn check(
    definitions: &[Definition],
    referenced: &ReferencedObjects,
    document: &Document<'_>,
) -> Vec<FieldFinding> {
    let (version, kind) = (
        text(&document.value, "/apiVersion"),
        text(&document.value, "/kind"),
    );
    let Some(definition) = definitions
        .iter()
        .find(|one| one.api_version == version && one.kind == kind)
    else {
        return vec![unknown_kind(definitions, version, kind)];
    };
    let mut object = document.value.clone();
    let mut found = definition.check(&mut object);
    let refused: Vec<FieldPath> = found.iter().map(|one| one.path.clone()).collect();
    let is_new = |one: &FieldFinding| one.level != Level::Error || !is_told(&one.path, &refused);
    let of_the_operator = functions::check(document.source, kind, &object, &refused, referenced);
    found.extend(of_the_operator.into_iter().filter(is_new));
    found.extend(annotations::check(kind, &object));
    found.extend(size::check(&document.value));
    found
}

/// Whether a field, what is in it, or the block around it is refused already. A rule of the whole spec says
/// nothing of its fields.
fn is_told(path: &FieldPath, refused: &[FieldPath]) -> bool {
    let is_block = |other: &FieldPath| other.steps().len() > 1 && other.steps_to(path).is_some();
    refused
        .iter()
        .any(|other| path.steps_to(other).is_some() || is_block(other))
}

fn unknown_kind(definitions: &[Definition], version: &str, kind: &str) -> FieldFinding {
    let known: Vec<String> = definitions
        .iter()
        .map(|one| format!("{} {}", one.api_version, one.kind))
        .collect();
    FieldFinding::error(
        FieldPath::default(),
        format!(
            "there is no {version} {kind}; there are {}",
            known.join(", ")
        ),
    )
}

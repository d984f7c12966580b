//! Manifests looked at before any cluster sees them: what the API server would refuse, what the
//! operator would, and what will probably not run.
//!
//! Invariant: offline. Reads what it is given and nothing else: a ConfigMap or Secret that is not
//! among the files may well be in the cluster, so its absence is only noted. Rules about an earlier
//! state of an object (`oldSelf`) are the API server's to judge. A value of a Secret or of an
//! environment variable is never in a finding.
//! May not import: any SDK, `kubernetes`, `runtime`, `cli`.

mod around;
mod definition;
mod functions;
mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use serde_json::Value;
use serde_saphyr::options::NonFiniteFloatPolicy;
use serde_saphyr::{Budget, UserMessageFormatter};

use crate::api::{GROUP, crds};
use around::Around;
use definition::Definition;

/// A text with manifests: YAML, any number of documents, or JSON.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in findings.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Something was not looked at.
    Note,
    /// It will probably not work; the cloud is the judge.
    Warning,
    /// It will be refused.
    Error,
}

/// What was found, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the source.
    pub source: String,
    /// How much it matters.
    pub level: Level,
    /// `Kind name`, or `Kind namespace/name`; empty where it is about the text.
    pub object: String,
    /// Path of the field, such as `spec.tests[0].name`; empty where it is about the whole.
    pub path: String,
    /// What, and what to change.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        let mut line = format!("{}: {level}: ", self.source);
        for part in [&self.object, &self.path]
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            line.extend([part, ": "]);
        }
        line.push_str(&self.message);
        // One line each, whatever it quotes.
        f.write_str(&line.replace(char::is_control, " "))
    }
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of sources and documents.
    pub findings: Vec<Finding>,
    /// Objects of the group `cloudfn.dev` that were looked at.
    pub objects: usize,
}

impl Report {
    /// How many findings are of this level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }
}

/// Looks at all objects of the group `cloudfn.dev`. ConfigMaps and Secrets among the sources are what
/// their specs may name; objects of other kinds are left alone.
///
/// # Errors
/// Where this program's own definitions cannot be used, which a test excludes.
pub fn validate(sources: &[Source]) -> Result<Report, String> {
    let definitions = crds::all()
        .iter()
        .map(Definition::new)
        .collect::<Result<Vec<_>, _>>()?;
    let mut report = Report::default();
    let mut documents = Vec::new();
    for source in sources {
        match documents_of(&source.text) {
            Ok(found) => documents.extend(
                found
                    .into_iter()
                    .map(|document| (source.name.as_str(), document)),
            ),
            // Templates and the like that only look like manifests are not for this program.
            Err(_) if !source.text.contains(GROUP) => report.findings.push(Finding {
                level: Level::Note,
                ..about(&source.name, UNREADABLE.to_owned())
            }),
            Err(message) => report.findings.push(about(&source.name, message)),
        }
    }
    let mut around = Around::default();
    for (source, document) in &documents {
        around.take(source, document);
    }
    for (source, document) in documents {
        if text(&document, "/apiVersion").split('/').next() == Some(GROUP) {
            report.objects += 1;
            let object = title(&document);
            let found = look(&definitions, &around, source, document);
            report
                .findings
                .extend(found.into_iter().map(|found| found.at(source, &object)));
        }
    }
    Ok(report)
}

/// What is said of text that is no YAML and has no object of ours.
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

/// A finding about an object at hand.
#[derive(Debug)]
struct Found {
    level: Level,
    path: String,
    message: String,
}

impl Found {
    fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            path: path.into(),
            message: message.into(),
        }
    }

    fn at(self, source: &str, object: &str) -> Finding {
        Finding {
            source: source.to_owned(),
            level: self.level,
            object: object.to_owned(),
            path: self.path,
            message: self.message,
        }
    }
}

/// As the API server does: the schema first, and only what keeps it is looked at further.
fn look(
    definitions: &[Definition],
    around: &Around,
    source: &str,
    mut object: Value,
) -> Vec<Found> {
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
        return vec![Found::error(
            "",
            format!(
                "there is no {version} {kind}; there are {}",
                known.join(", ")
            ),
        )];
    };
    let found = definition.check(&mut object);
    if found.is_empty() {
        functions::check(source, &kind, &object, around)
    } else {
        found
    }
}

/// All documents of a text, those of lists too. An error names no value.
fn documents_of(yaml: &str) -> Result<Vec<Value>, String> {
    // As large as what a whole repository is rendered to.
    let mut budget = Budget::default();
    (budget.max_documents, budget.max_nodes, budget.max_events) = (100_000, 10_000_000, 50_000_000);
    let options = serde_saphyr::options! {
        budget: Some(budget),
        // A text such as 8234e7812 is one that reads like a number which is too large.
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    let said = |error: &serde_saphyr::Error| {
        format!(
            "it cannot be read: {}",
            first_line(&error.render_with_formatter(&UserMessageFormatter))
        )
    };
    let documents: Vec<Value> =
        serde_saphyr::from_multiple_with_options(yaml, options).map_err(|error| said(&error))?;
    let mut all = Vec::new();
    for mut document in documents {
        let is_list = text(&document, "/kind").ends_with("List");
        match document.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) if is_list => all.extend(items),
            // What else has a member of that name is no kind that is looked at.
            _ => all.push(document),
        }
    }
    all.retain(|document| !document.is_null());
    Ok(all)
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn title(document: &Value) -> String {
    let (kind, namespace, name) = (
        text(document, "/kind"),
        text(document, "/metadata/namespace"),
        text(document, "/metadata/name"),
    );
    if namespace.is_empty() {
        format!("{kind} {name}")
    } else {
        format!("{kind} {namespace}/{name}")
    }
}

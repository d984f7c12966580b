//! What a check finds: where it is, how much it matters, and what to change.

use serde::Serialize;

use super::field_path::FieldPath;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something was not checked, or is good to know.
    Note,
    /// It will probably not work; only the cloud knows.
    Warning,
    /// The API server or the operator will refuse it.
    Error,
}

/// A place in a text, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Position {
    /// Line.
    pub line: u64,
    /// Column, in characters.
    pub column: u64,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Name of the source; empty if it is about all of them.
    pub source: String,
    /// Where in the source; absent if it is about the whole of it.
    #[serde(flatten)]
    pub position: Option<Position>,
    /// How much it matters.
    pub level: Level,
    /// `Kind name`, or `Kind namespace/name`; empty if it is about no object.
    pub object: String,
    /// The field; empty if it is about the whole object.
    pub path: FieldPath,
    /// What is wrong and what to change.
    pub message: String,
}

impl Finding {
    /// A finding about a whole source.
    pub(super) fn about(source: &str, level: Level, message: impl Into<String>) -> Self {
        Self {
            source: source.to_owned(),
            position: None,
            level,
            object: String::new(),
            path: FieldPath::default(),
            message: message.into(),
        }
    }

    /// Object, field and message, in one line: quoted text may have line breaks.
    pub(super) fn sentence(&self) -> String {
        let path = self.path.to_string();
        let parts = [self.object.as_str(), &path, &self.message];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(": ").replace(char::is_control, " ")
    }
}

/// The result of a validation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Objects of the group `cloudfn.dev` that were checked.
    pub objects: usize,
    /// Sources that cannot be read, so that nobody knows what is in them.
    pub unread: usize,
    /// What was found.
    pub findings: Vec<Finding>,
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

    /// The same with each warning as an error.
    #[must_use]
    pub fn strict(mut self) -> Self {
        for finding in &mut self.findings {
            if finding.level == Level::Warning {
                finding.level = Level::Error;
            }
        }
        self
    }
}

/// A finding about a field of the object that is checked: it becomes a [`Finding`] when it is known
/// where the object comes from.
#[derive(Debug)]
pub(super) struct FieldFinding {
    pub(super) level: Level,
    pub(super) path: FieldPath,
    pub(super) message: String,
}

impl FieldFinding {
    pub(super) fn new(level: Level, path: FieldPath, message: impl Into<String>) -> Self {
        Self {
            level,
            path,
            message: message.into(),
        }
    }

    pub(super) fn error(path: FieldPath, message: impl Into<String>) -> Self {
        Self::new(Level::Error, path, message)
    }
}

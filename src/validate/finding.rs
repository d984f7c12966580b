//! What a check finds: how much it matters, where it is, and what to change.

use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Something was not checked.
    Note,
    /// It will probably not work; only the cloud knows.
    Warning,
    /// The API server or the operator will refuse it.
    Error,
}

/// One finding, printed as one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Name of the source.
    pub source: String,
    /// How much it matters.
    pub level: Level,
    /// `Kind name`, or `Kind namespace/name`; empty if the finding is about the whole text.
    pub object: String,
    /// Path of the field, such as `spec.tests[0].name`; empty if it is about the whole object.
    pub path: String,
    /// What is wrong and what to change.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}: {}: ", self.source, self.level);
        for part in [&self.object, &self.path]
            .into_iter()
            .filter(|part| !part.is_empty())
        {
            line.extend([part, ": "]);
        }
        line.push_str(&self.message);
        // Quoted text may have line breaks.
        f.write_str(&line.replace(char::is_control, " "))
    }
}

/// The result of a validation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// In the order of sources and documents.
    pub findings: Vec<Finding>,
    /// Objects of the group `cloudfn.dev` that were checked.
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

/// A finding about a field of the object that is checked: it becomes a [`Finding`] when it is known
/// where the object comes from.
#[derive(Debug)]
pub(super) struct FieldFinding {
    pub(super) level: Level,
    pub(super) path: String,
    pub(super) message: String,
}

impl FieldFinding {
    pub(super) fn error(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            level: Level::Error,
            path: path.into(),
            message: message.into(),
        }
    }

    pub(super) fn at(self, source: &str, object: &str) -> Finding {
        Finding {
            source: source.to_owned(),
            level: self.level,
            object: object.to_owned(),
            path: self.path,
            message: self.message,
        }
    }
}

//! What is found in a source.

/// How sure it is that the code does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The code runs, but probably not to the end that is wanted.
    Warning,
    /// The code does not compile: no request would get past it.
    Error,
}

/// Something in a source that will not work, or probably not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// How sure that is.
    pub severity: Severity,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and, where that is not obvious, what to change.
    pub message: String,
}

impl Lint {
    /// At this byte offset of the code.
    pub(super) fn at(code: &str, offset: u32, severity: Severity, message: String) -> Self {
        let before = usize::try_from(offset)
            .ok()
            .and_then(|offset| code.get(..offset))
            .unwrap_or(code);
        let line = before.rsplit('\n').next().unwrap_or(before);
        Self {
            severity,
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
            message,
        }
    }
}

impl std::fmt::Display for Lint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

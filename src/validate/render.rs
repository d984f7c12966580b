//! A report as text: for people, for programs, and for code hosts.

mod github;
mod sarif;

use super::finding::{Finding, Report};

/// How findings are printed. The comments are for users: they are the help.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A line for each finding: `file:line:column: level: object: field: message`.
    #[default]
    Text,
    /// One JSON object: `objects`, `unread` and `findings`.
    Json,
    /// SARIF 2.1.0, which code hosts show beside the code.
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
}

impl Format {
    /// The report in this format; it ends with a line feed, or is empty.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which does not happen.
    pub fn render(self, report: &Report) -> Result<String, String> {
        let json = |value: Result<String, serde_json::Error>| {
            value
                .map(|text| text + "\n")
                .map_err(|error| format!("the findings cannot be written: {error}"))
        };
        match self {
            Self::Text => Ok(lines(report, text)),
            Self::Json => json(serde_json::to_string_pretty(report)),
            Self::Sarif => json(serde_json::to_string_pretty(&sarif::log(report))),
            Self::Github => Ok(lines(report, github::command)),
        }
    }
}

fn lines(report: &Report, line: fn(&Finding) -> String) -> String {
    report
        .findings
        .iter()
        .map(|found| line(found) + "\n")
        .collect()
}

fn text(finding: &Finding) -> String {
    let source = finding.source.replace(char::is_control, " ");
    let place = finding
        .position
        .map(|at| format!("{}:{}", at.line, at.column));
    let parts = [(!source.is_empty()).then_some(source), place];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let space = if parts.is_empty() { "" } else { ": " };
    format!(
        "{}{space}{}: {}",
        parts.join(":"),
        finding.level,
        finding.sentence()
    )
}

//! Findings as workflow commands (GitHub Docs, "Workflow commands for GitHub Actions").

use crate::validate::finding::{Finding, Level};

/// `::error file=a.yaml,line=3,col=5::message`.
pub(super) fn command(finding: &Finding) -> String {
    let name = match finding.level {
        Level::Note => "notice",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let mut properties = Vec::new();
    if !finding.source.is_empty() {
        properties.push(format!("file={}", property(&finding.source)));
    }
    if let Some(position) = finding.position {
        properties.push(format!("line={},col={}", position.line, position.column));
    }
    let space = if properties.is_empty() { "" } else { " " };
    let properties = properties.join(",");
    format!("::{name}{space}{properties}::{}", data(&finding.sentence()))
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

//! Findings as a SARIF log (OASIS, "Static Analysis Results Interchange Format Version 2.1.0").

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::validate::finding::{Finding, Position, Report};

/// The only rule: a manifest is as it should be.
const RULE: &str = "manifest";

/// The log of one run.
pub(super) fn log(report: &Report) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "cloudfn validate",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{
                    "id": RULE,
                    "shortDescription": {"text": "A manifest that cluster, operator and cloud take"},
                }],
            }},
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn result(finding: &Finding) -> Value {
    let place = (!finding.source.is_empty()).then(|| place(finding));
    json!({
        "ruleId": RULE,
        "level": finding.level,
        "message": {"text": finding.sentence()},
        "locations": place.into_iter().collect::<Vec<_>>(),
    })
}

fn place(finding: &Finding) -> Value {
    // Code hosts show no result without a line.
    let Position { line, column } = finding.position.unwrap_or(Position { line: 1, column: 1 });
    json!({"physicalLocation": {
        "artifactLocation": {"uri": uri(&finding.source)},
        "region": {"startLine": line, "startColumn": column},
    }})
}

/// A path as a URI, relative where the path is (RFC 3986: all but unreserved characters are encoded).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

//! The lints of a Node.js function of Lambda.

use oxc_parser::ParserReturn;
use oxc_span::SourceType;

use super::lint::{Lint, Severity};
use super::parse::{parsed, syntax_error};

/// Lints of the file `name` of a Node.js function. `export` is the name that Lambda calls, if this
/// is the file that must export it.
#[must_use]
pub fn node(name: &str, code: &str, export: Option<&str>) -> Vec<Lint> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kinds: &[SourceType] = match extension {
        "mjs" => &[SourceType::mjs()],
        "cjs" => &[SourceType::cjs()],
        // A package.json, which is not read, decides which of them it is.
        _ => &[SourceType::unambiguous(), SourceType::cjs()],
    };
    parsed(code, kinds, |parsed| {
        if let Some(error) = syntax_error(code, parsed, Severity::Warning) {
            return vec![error];
        }
        let missing = export.filter(|export| !may_export(parsed, export));
        missing
            .map(|export| Lint::at(code, 0, Severity::Warning, without_export(export)))
            .into_iter()
            .collect()
    })
}

/// Whether the file may export `name`. An ES module declares its exports; a CommonJS script, or
/// what may be one, can export by any assignment.
fn may_export(parsed: &ParserReturn<'_>, name: &str) -> bool {
    let record = &parsed.module_record;
    let exports =
        !record.local_export_entries.is_empty() || !record.indirect_export_entries.is_empty();
    !exports
        || !record.star_export_entries.is_empty()
        || record
            .exported_bindings
            .keys()
            .any(|exported| exported.as_str() == name)
}

fn without_export(export: &str) -> String {
    format!(
        "the module exports no {export}, which Lambda calls; export it, or correct spec.handler"
    )
}

//! How code differs from the wanted code, for people. Pure.

use similar::TextDiff;

use super::observe::Text;

/// A unified diff, where both are text.
pub(super) fn unified(stage: &str, Text(from): &Text, to: &[u8]) -> Option<String> {
    let (from, to) = (
        std::str::from_utf8(from.as_deref()?).ok()?,
        std::str::from_utf8(to).ok()?,
    );
    Some(
        TextDiff::from_lines(from, to)
            .unified_diff()
            .header(stage, "spec")
            .to_string(),
    )
}

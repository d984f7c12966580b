//! Pages of the reference that are made from the types.
//!
//! Invariant: pure text. `docs/reference/` has these pages as committed files, and a test
//! compares them.

use std::fmt::Write;

use strum::IntoEnumIterator;

use super::reason::Reason;

/// `docs/reference/reasons.md`: every reason of a condition, Markdown.
#[must_use]
pub fn reasons() -> String {
    let mut page = String::from(
        "<!-- Made by `make generate` from src/api/reason.rs. Do not edit. -->\n\
         # Reasons\n\n\
         The `reason` of the conditions `Ready`, `Reconciling`, `Stalled` and `Tested` is one of these, and no other.\n\
         `message` says it for the object at hand.\n\n\
         | Reason | What it means and what to do |\n\
         |---|---|\n",
    );
    for reason in Reason::iter() {
        // Writing to a String does not fail.
        let _ = writeln!(
            page,
            "| `{}` | {} |",
            reason.as_str(),
            reason.sentence().replace('|', "\\|")
        );
    }
    page
}

//! What the two services ask of a tag.

use std::collections::BTreeMap;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// Tags on one resource (Lambda Developer Guide, "Tags"; CloudFront Developer Guide, "Tag restrictions": 50).
pub const LIMIT: usize = 50;

/// The pattern of keys and values in both service models.
pub(crate) const PATTERN: &str = "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)";

/// What is wrong with a tag, if anything: key 1 to 128 and value 0 to 256 characters of the
/// pattern (both API references, Tag), and no key of AWS's own (both guides, tag restrictions).
pub(crate) fn fault(key: &str, value: &str) -> Option<String> {
    let fits = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
    };
    let within = |text: &str, most: usize| text.chars().count() <= most;
    if key.is_empty() {
        return Some("Member must have length greater than or equal to 1".into());
    }
    if !within(key, 128) {
        return Some("Member must have length less than or equal to 128".into());
    }
    if !within(value, 256) {
        return Some("Member must have length less than or equal to 256".into());
    }
    (!fits(key) || !fits(value))
        .then(|| format!("Member must satisfy regular expression pattern: {PATTERN}"))
}

/// Whether AWS keeps the key for itself.
pub(crate) fn reserved(key: &str) -> bool {
    key.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("aws:"))
}

//! The rules of tags: which a spec may have, and their names in `status.managed`. Pure.

use std::collections::BTreeSet;

use super::difference::difference;
use crate::api::aws;
use crate::cloud::Tags;
use crate::reconcile::{Difference, Unmet};

/// Tags of a spec at most.
const LIMIT: i64 = aws::LIMITS.tags;

/// What begins a tag's name among the managed names, and in differences.
const PREFIX: &str = "tags/";

/// Whether a tag key belongs to cloudfn or to AWS.
pub fn is_reserved(key: &str) -> bool {
    key.starts_with("cloudfn.dev/") || key.starts_with("aws:")
}

/// A tag's name among the managed names, and in differences.
pub fn managed_name(key: &str) -> String {
    format!("{PREFIX}{key}")
}

/// The tag key of a managed name, if it is a tag's that a spec can have. A reserved one got there by
/// somebody else's hand: to take that tag away would only mean to write it again.
pub fn key_of(managed_name: &str) -> Option<&str> {
    let key = managed_name.strip_prefix(PREFIX)?;
    (!key.is_empty() && !is_reserved(key)).then_some(key)
}

/// The keys among the managed names that the spec does not ask for any more.
pub fn dropped<'a>(
    managed: &'a BTreeSet<String>,
    wanted: &'a Tags,
) -> impl Iterator<Item = &'a str> {
    let keys = managed.iter().filter_map(|name| key_of(name));
    keys.filter(|key| !wanted.contains_key(*key))
}

/// A difference in a tag.
pub fn tag_difference(key: &str, from: Option<&String>, to: Option<&String>) -> Difference {
    difference(&managed_name(key), from.cloned(), to.cloned())
}

/// The tags that the spec asks for.
///
/// # Errors
/// [`Unmet::Invalid`] for too many, for reserved keys, and for characters that AWS refuses.
pub fn wanted(spec: Option<&Tags>) -> Result<Tags, Unmet> {
    let tags = spec.cloned().unwrap_or_default();
    if i64::try_from(tags.len()).is_ok_and(|count| count > LIMIT) {
        return Err(Unmet::Invalid(format!(
            "spec.tags has {} tags, and {LIMIT} are possible beside cloudfn's own; remove some",
            tags.len()
        )));
    }
    for (key, value) in &tags {
        if is_reserved(key) {
            return Err(Unmet::Invalid(format!(
                "the tag key {key} is reserved; choose another"
            )));
        }
        // The API's pattern is [\p{L}\p{Z}\p{N}_.:/=+\-@]*; this is no narrower.
        if key.is_empty()
            || !key
                .chars()
                .chain(value.chars())
                .all(|c| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c))
        {
            return Err(Unmet::Invalid(format!(
                "the tag {key:?} has characters that AWS refuses; use letters, digits, spaces and _ . : / = + - @"
            )));
        }
    }
    Ok(tags)
}

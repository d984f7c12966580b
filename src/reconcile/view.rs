//! What an object that only observes may see of a function. Pure.
//!
//! Invariant: an object's author learns nothing of a function that he could not have made his own:
//! another object's stays hidden, and of nobody's there is an outline alone.

use super::ownership::{Claim, Refusal, split_owner};
use crate::api::{INSTANCE_TAG, OWNER_TAG, Reason};
use crate::cloud::Tags;

/// What an object that only observes may see of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// All: the function is its own.
    All,
    /// The function is nobody's: what no reader of it may learn is left out.
    Outline,
    /// Nothing: it is another object's.
    Nothing(Refusal),
}

/// Decides what the object of this namespace and name may see of a function with these tags.
pub(super) fn view(tags: &Tags, claim: &Claim, namespace: &str, name: &str) -> View {
    let Some(owner) = tags.get(OWNER_TAG).filter(|text| !text.is_empty()) else {
        return View::Outline;
    };
    // From when this cluster had another name.
    let is_itself = || {
        let (_, its_namespace, its_name) = split_owner(owner)?;
        let here = tags.get(INSTANCE_TAG) == Some(&claim.instance);
        Some(here && (its_namespace, its_name) == (namespace, name))
    };
    if *owner == claim.owner || is_itself() == Some(true) {
        return View::All;
    }
    View::Nothing(Refusal {
        reason: Reason::OwnedByAnother,
        message: format!(
            "the function belongs to {owner}, so nothing of it is shown; choose another functionName"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_only_observes_sees_its_own_function_and_the_outline_of_nobodys() {
        let rows = [
            ("its own", Some("prod/edge/f"), Some("uid-1"), "all"),
            (
                "its own, of a lost cluster",
                Some("prod/edge/f"),
                Some("uid-0"),
                "all",
            ),
            (
                "its own, before the cluster was renamed",
                Some("old/edge/f"),
                Some("uid-1"),
                "all",
            ),
            (
                "its namesake's elsewhere",
                Some("old/edge/f"),
                Some("uid-9"),
                "nothing",
            ),
            (
                "its namesake's, who says not where",
                Some("old/edge/f"),
                None,
                "nothing",
            ),
            (
                "a neighbour's",
                Some("prod/edge/g"),
                Some("uid-1"),
                "nothing",
            ),
            (
                "another tenant's",
                Some("prod/shop/f"),
                Some("uid-1"),
                "nothing",
            ),
            ("a hashed owner's", Some("abc"), Some("uid-1"), "nothing"),
            ("nobody's", None, None, "outline"),
            (
                "nobody's, with an empty tag",
                Some(""),
                Some("uid-1"),
                "outline",
            ),
        ];
        let claim = Claim::new("prod", "uid-1", "edge", "f");
        let tags = |owner: Option<&str>, instance: Option<&str>| {
            let mut tags = Tags::from([("team".to_owned(), "a".to_owned())]);
            tags.extend(owner.map(|o| (OWNER_TAG.to_owned(), o.to_owned())));
            tags.extend(instance.map(|i| (INSTANCE_TAG.to_owned(), i.to_owned())));
            tags
        };
        for (sentence, owner, instance, expected) in rows {
            let is = match view(&tags(owner, instance), &claim, "edge", "f") {
                View::All => "all",
                View::Outline => "outline",
                View::Nothing(refusal) => {
                    assert_eq!(refusal.reason, Reason::OwnedByAnother, "{sentence}");
                    "nothing"
                }
            };
            assert_eq!(is, expected, "{sentence}");
        }
    }
}

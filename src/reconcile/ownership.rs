//! Whose function is it? Pure.
//!
//! Invariant: nothing is written to a function unless [`decide`] answered [`Ownership::Ours`] or
//! [`Ownership::Take`] for it in the same pass.

use crate::api::digest::sha256_hex;
use crate::api::{AdoptionPolicy, INSTANCE_TAG, OWNER_TAG, Reason};
use crate::cloud::Tags;

/// All that adopting a function without an owner needs.
const ADOPTING: &str = "set adoptionPolicy to IfUnowned and deletionPolicy to Retain or Delete on this object, and run the operator with --max-adoption-policy=IfUnowned";
/// Longest value of a tag, in characters.
const TAG_VALUE_LIMIT: usize = 256;

/// The tags that say that a function is this object's, written by this cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// `<cluster name>/<namespace>/<name>`, or its SHA-256 where that is too long for a tag.
    pub owner: String,
    /// Uid of the cluster's namespace `kube-system`.
    pub instance: String,
}

impl Claim {
    /// The claim of an object.
    #[must_use]
    pub fn new(cluster_name: &str, instance: &str, namespace: &str, name: &str) -> Self {
        let full = format!("{cluster_name}/{namespace}/{name}");
        let owner = if full.chars().count() > TAG_VALUE_LIMIT {
            sha256_hex(full.as_bytes())
        } else {
            full
        };
        Self {
            owner,
            instance: instance.to_owned(),
        }
    }

    /// Name of this cluster, unless the owner is hashed.
    fn cluster(&self) -> Option<&str> {
        split_owner(&self.owner).map(|(cluster, _, _)| cluster)
    }

    /// Whether these tags carry it.
    #[must_use]
    pub fn is_on(&self, tags: &Tags) -> bool {
        tags.get(OWNER_TAG) == Some(&self.owner) && tags.get(INSTANCE_TAG) == Some(&self.instance)
    }

    /// As tags.
    #[must_use]
    pub fn tags(&self) -> Tags {
        Tags::from([
            (OWNER_TAG.to_owned(), self.owner.clone()),
            (INSTANCE_TAG.to_owned(), self.instance.clone()),
        ])
    }
}

/// Whether these tags carry an owner tag of cloudfn, whoever's.
#[must_use]
pub fn is_claimed(tags: &Tags) -> bool {
    // An empty owner tag is none.
    [OWNER_TAG, INSTANCE_TAG]
        .iter()
        .any(|key| tags.get(*key).is_some_and(|value| !value.is_empty()))
}

/// What an object knows about itself that decides whose a function is.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// Its claim.
    pub claim: &'a Claim,
    /// `status.instance`: present once the function was seen with our tags.
    pub instance: Option<&'a str>,
    /// `spec.adoptionPolicy`.
    pub policy: AdoptionPolicy,
    /// An untagged function is what this object's own create made.
    pub by_intent: bool,
}

/// Whose function it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Ours: write.
    Ours,
    /// Not ours yet: write our tags first.
    Take(Adoption),
    /// Another object's, and we may take it unless that object is in this cluster.
    TakeUnlessPresent {
        /// Namespace of the other object.
        namespace: String,
        /// Name of the other object.
        name: String,
        /// The refusal, if it is present.
        otherwise: Refusal,
    },
    /// Leave it alone.
    Refused(Refusal),
}

/// How a function becomes ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// It had no owner, or another one.
    Adopted,
    /// It was this object's in another cluster.
    TookOver,
    /// Our own create made it without tags.
    OwnCreate,
}

/// Why a function is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Reason of the condition.
    pub reason: Reason,
    /// One sentence: what, and what to do.
    pub message: String,
}

/// Decides whose a function with these tags is.
#[must_use]
pub fn decide(tags: &Tags, facts: Facts<'_>) -> Ownership {
    let instance = tags.get(INSTANCE_TAG).filter(|text| !text.is_empty());
    let Some(owner) = tags.get(OWNER_TAG).filter(|text| !text.is_empty()) else {
        return unowned(facts);
    };
    if *owner == facts.claim.owner {
        return match instance {
            None => Ownership::Ours,
            Some(instance) if *instance == facts.claim.instance => Ownership::Ours,
            Some(_) if facts.instance.is_none() => Ownership::Take(Adoption::TookOver),
            Some(instance) => Ownership::Refused(Refusal {
                reason: Reason::TakenOver,
                message: format!(
                    "another cluster ({instance}) took the function over; leave it there: delete this object, which leaves the function as it is"
                ),
            }),
        };
    }
    if let Some(refusal) = renamed_cluster(owner, instance, facts) {
        return Ownership::Refused(refusal);
    }
    let otherwise = Refusal {
        reason: Reason::OwnedByAnother,
        message: format!(
            "the function belongs to {owner}; choose another functionName, or take it over: set deletionPolicy to Retain on that object, delete it, and then set adoptionPolicy to Always here, with a deletionPolicy, where the operator's --max-adoption-policy allows it"
        ),
    };
    if facts.policy != AdoptionPolicy::Always || facts.instance.is_some() {
        return Ownership::Refused(otherwise);
    }
    match split_owner(owner) {
        // Neither the name nor the instance of this cluster: the other object lives elsewhere.
        Some((cluster, _, _))
            if instance.is_some_and(|i| *i != facts.claim.instance)
                && facts.claim.cluster().is_some_and(|ours| ours != cluster) =>
        {
            Ownership::Take(Adoption::Adopted)
        }
        Some((_, namespace, name)) => Ownership::TakeUnlessPresent {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            otherwise,
        },
        // A hashed owner of this cluster cannot be looked up, so it counts as present.
        None if instance.is_some_and(|i| *i == facts.claim.instance) => {
            Ownership::Refused(otherwise)
        }
        None => Ownership::Take(Adoption::Adopted),
    }
}

/// Where the owner is this very object, from when its cluster had another name: unless it may take over what
/// is another's, the name has to come back.
fn renamed_cluster(owner: &str, instance: Option<&String>, facts: Facts<'_>) -> Option<Refusal> {
    let (before, namespace, name) = split_owner(owner)?;
    let (cluster, own_namespace, own_name) = split_owner(&facts.claim.owner)?;
    let itself = (namespace, name) == (own_namespace, own_name)
        && instance.is_none_or(|instance| *instance == facts.claim.instance);
    let takes = facts.policy == AdoptionPolicy::Always && facts.instance.is_none();
    (itself && !takes).then(|| Refusal {
        reason: Reason::OwnedByAnother,
        message: format!(
            "the function's owner tag has the cluster name {before}, and the operator's is {cluster}; run the operator with --cluster-name={before}"
        ),
    })
}

fn unowned(facts: Facts<'_>) -> Ownership {
    if facts.by_intent {
        return Ownership::Take(Adoption::OwnCreate);
    }
    if facts.policy == AdoptionPolicy::Never {
        let message = if facts.instance.is_some() {
            "the function lost its owner tag; to put it back"
        } else {
            "a function of this name exists and is not cloudfn's; choose another functionName, or to adopt it"
        };
        return Ownership::Refused(Refusal {
            reason: Reason::NotOwned,
            message: format!("{message}, {ADOPTING}"),
        });
    }
    Ownership::Take(Adoption::Adopted)
}

/// The parts of `<cluster>/<namespace>/<name>`; a cluster's name may hold slashes.
pub(super) fn split_owner(owner: &str) -> Option<(&str, &str, &str)> {
    let mut parts = owner.rsplitn(3, '/');
    let (name, namespace) = (parts.next()?, parts.next()?);
    Some((parts.next()?, namespace, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim::new("prod", "uid-1", "edge", "f")
    }

    fn tags(owner: Option<&str>, instance: Option<&str>) -> Tags {
        let mut tags = Tags::from([("team".to_owned(), "a".to_owned())]);
        tags.extend(owner.map(|o| (OWNER_TAG.to_owned(), o.to_owned())));
        tags.extend(instance.map(|i| (INSTANCE_TAG.to_owned(), i.to_owned())));
        tags
    }

    #[derive(Debug, PartialEq, Eq)]
    enum Is {
        Ours,
        Take(Adoption),
        Ask,
        Refused(Reason),
    }

    #[test]
    fn every_combination_of_tags_and_policy_has_its_owner() {
        use AdoptionPolicy::{Always, IfUnowned, Never};
        let mine = Some("prod/edge/f");
        let other = Some("prod/edge/g");
        let rows = [
            (
                "our tags are ours",
                mine,
                Some("uid-1"),
                None,
                Never,
                Is::Ours,
            ),
            (
                "our owner tag without instance is ours",
                mine,
                None,
                None,
                Never,
                Is::Ours,
            ),
            (
                "our owner tag of a lost cluster is taken over",
                mine,
                Some("uid-0"),
                None,
                Never,
                Is::Take(Adoption::TookOver),
            ),
            (
                "what was ours and has another instance was taken",
                mine,
                Some("uid-2"),
                Some("uid-1"),
                Always,
                Is::Refused(Reason::TakenOver),
            ),
            (
                "no owner and no policy is left alone",
                None,
                None,
                None,
                Never,
                Is::Refused(Reason::NotOwned),
            ),
            (
                "a lost tag is not put back by Never",
                None,
                None,
                Some("uid-1"),
                Never,
                Is::Refused(Reason::NotOwned),
            ),
            (
                "a lost tag is put back by IfUnowned",
                None,
                None,
                Some("uid-1"),
                IfUnowned,
                Is::Take(Adoption::Adopted),
            ),
            (
                "IfUnowned adopts what has no owner",
                None,
                None,
                None,
                IfUnowned,
                Is::Take(Adoption::Adopted),
            ),
            (
                "an empty owner tag is none",
                Some(""),
                None,
                None,
                IfUnowned,
                Is::Take(Adoption::Adopted),
            ),
            (
                "IfUnowned leaves another's",
                other,
                Some("uid-1"),
                None,
                IfUnowned,
                Is::Refused(Reason::OwnedByAnother),
            ),
            (
                "Always asks whether the other is here",
                other,
                Some("uid-1"),
                None,
                Always,
                Is::Ask,
            ),
            (
                "Always asks also where the other is of this cluster's former instance",
                other,
                Some("uid-0"),
                None,
                Always,
                Is::Ask,
            ),
            (
                "Always asks also where this cluster had another name",
                Some("old/edge/g"),
                Some("uid-1"),
                None,
                Always,
                Is::Ask,
            ),
            (
                "Always need not ask for another cluster's object",
                Some("far/edge/f"),
                Some("uid-9"),
                None,
                Always,
                Is::Take(Adoption::Adopted),
            ),
            (
                "Always takes once only",
                other,
                Some("uid-1"),
                Some("uid-1"),
                Always,
                Is::Refused(Reason::OwnedByAnother),
            ),
            (
                "a hashed owner of this cluster counts as present",
                Some("abc"),
                Some("uid-1"),
                None,
                Always,
                Is::Refused(Reason::OwnedByAnother),
            ),
            (
                "a hashed owner of another cluster is taken",
                Some("abc"),
                Some("uid-9"),
                None,
                Always,
                Is::Take(Adoption::Adopted),
            ),
        ];
        for (sentence, owner, instance, known, policy, expected) in rows {
            let claim = claim();
            let facts = Facts {
                claim: &claim,
                instance: known,
                policy,
                by_intent: false,
            };
            let is = match decide(&tags(owner, instance), facts) {
                Ownership::Ours => Is::Ours,
                Ownership::Take(taking) => Is::Take(taking),
                Ownership::TakeUnlessPresent {
                    namespace, name, ..
                } => {
                    assert_eq!(
                        (namespace.as_str(), name.as_str()),
                        ("edge", "g"),
                        "{sentence}"
                    );
                    Is::Ask
                }
                Ownership::Refused(refusal) => Is::Refused(refusal.reason),
            };
            assert_eq!(is, expected, "{sentence}");
        }
    }

    #[test]
    fn our_own_untagged_create_is_ours() {
        let claim = claim();
        let facts = Facts {
            claim: &claim,
            instance: None,
            policy: AdoptionPolicy::Never,
            by_intent: true,
        };
        assert_eq!(
            decide(&Tags::new(), facts),
            Ownership::Take(Adoption::OwnCreate)
        );
    }

    #[test]
    fn a_long_owner_is_hashed() {
        let claim = Claim::new(&"c".repeat(250), "uid", "namespace", "name");
        assert_eq!(claim.owner.len(), 64);
        assert_ne!(
            claim,
            Claim::new(&"c".repeat(250), "uid", "namespace", "other")
        );
    }
}

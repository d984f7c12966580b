//! Whose the observed resource is, with what the tags alone do not say: is the other object here?

use super::kind::{Identity, KindStatus, ManagedKind, Observed};
use super::outcome::Outcome;
use super::ownership::{self, Adoption, Claim, Facts, Ownership, Refusal};
use super::pass::Pass;
use super::view::{View, view};
use crate::api::{AdoptionPolicy, ManagedStatus, Reason};

/// Whose resource it must be, or may become.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    pub(super) claim: &'a Claim,
    pub(super) policy: AdoptionPolicy,
}

/// What an answer showed, unless it is of another account or region: that is not believed.
pub(super) fn at_home<O: Observed>(
    identity: &Identity,
    observed: Option<O>,
) -> Result<Option<O>, Outcome> {
    let elsewhere = observed
        .as_ref()
        .filter(|observed| !identity.may_be_at(&observed.place()));
    let Some(elsewhere) = elsewhere else {
        return Ok(observed);
    };
    let region = match identity.region.as_str() {
        "" => String::new(),
        region => format!(" and region {region}"),
    };
    Err(Outcome::wrong_account(format!(
        "the cloud answered with {}, and the function lives in account {}{region}; give the operator the right credentials",
        elsewhere.arn(),
        identity.account,
    )))
}

/// What a pass is to a resource.
pub(super) enum Role<'a, D> {
    /// It works for this owner.
    Manager(Owner<'a>),
    /// It only looks.
    Observer {
        /// The claim of its object.
        claim: &'a Claim,
        /// What is wanted, for a resource that is nobody's; `None` where that is shown whole.
        outline: Option<&'a D>,
    },
}

impl<'a, D> Role<'a, D> {
    /// The owner that it works for.
    pub(super) const fn owner(&self) -> Option<Owner<'a>> {
        match self {
            Self::Manager(owner) => Some(*owner),
            Self::Observer { .. } => None,
        }
    }
}

/// What a pass may do with what it observed.
pub(super) enum Standing<'a, D> {
    /// All that its role allows: the resource is ours, or becomes so in this way; or it may be looked at.
    Full(Option<Adoption>),
    /// Look at the outline, which is what this makes of it.
    Outline(&'a D),
    /// Nothing.
    Refused(Refusal),
}

/// Decides how a pass of this role stands to the resource.
pub(super) async fn standing<'a, M: ManagedKind>(
    pass: &Pass<'_, M>,
    observed: &M::Observed,
    role: &Role<'a, M::Desired>,
) -> Result<Standing<'a, M::Desired>, Outcome> {
    let (claim, outline) = match role {
        Role::Manager(owner) => {
            let resolved = resolve_ownership(pass, observed, *owner).await?;
            return Ok(resolved.map_or_else(Standing::Refused, Standing::Full));
        }
        Role::Observer { claim, outline } => (claim, outline),
    };
    let (namespace, name) = (pass.subject.namespace(), pass.subject.name());
    Ok(
        match (view(observed.tags()?, claim, namespace, name), outline) {
            (View::Nothing(refusal), _) => Standing::Refused(refusal),
            (View::Outline, Some(outline)) => Standing::Outline(outline),
            (View::Outline, None) | (View::All, _) => Standing::Full(None),
        },
    )
}

/// How the resource becomes ours (`None`: it is already), or why it is not.
async fn resolve_ownership<M: ManagedKind>(
    pass: &Pass<'_, M>,
    observed: &M::Observed,
    owner: Owner<'_>,
) -> Result<Result<Option<Adoption>, Refusal>, Outcome> {
    let tags = observed.tags()?;
    let draft = &pass.ledger.draft;
    let facts = Facts {
        claim: owner.claim,
        instance: draft.common().instance.as_deref(),
        policy: owner.policy,
        by_intent: draft.ours_by_intent(observed),
    };
    let deleting = pass.snapshot.deleting;
    Ok(match ownership::decide(tags, facts) {
        Ownership::Ours => Ok(None),
        // While its object is being deleted nothing is adopted: what never had our tags is left.
        Ownership::Take(Adoption::Adopted | Adoption::TookOver)
        | Ownership::TakeUnlessPresent { .. }
            if deleting =>
        {
            Err(Refusal {
                reason: Reason::NotOwned,
                message: "this object never took the function".to_owned(),
            })
        }
        Ownership::Take(adoption) => Ok(Some(adoption)),
        Ownership::TakeUnlessPresent {
            namespace,
            name,
            otherwise,
        } => {
            // This object itself, from when its cluster had another name, is no other.
            let itself = namespace == pass.subject.namespace() && name == pass.subject.name();
            if !itself && pass.context.may_exist(&namespace, &name).await? {
                Err(otherwise)
            } else {
                Ok(Some(Adoption::Adopted))
            }
        }
        Ownership::Refused(refusal) => Err(refusal),
    })
}

//! Whether the resource stays when its object is deleted.
//!
//! Invariant: asked anew before each deletion that is sent. What is not known to be the wish of a person
//! for this one object deletes nothing.

use super::context::Context;
use super::outcome::Outcome;
use crate::api::subject::Essentials;
use crate::api::{DeletionPolicy, ManagedResource, Reason};

/// Why it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// `managementPolicy` is `Observe`.
    Observed,
    /// `deletionPolicy` is `Retain`.
    Policy,
    /// The definition of the kind is being deleted, and with it every object.
    Definition,
}

/// Why the resource of an object that is being deleted stays; `None`: it is to be deleted.
pub(super) async fn keep<K: ManagedResource>(
    context: &Context<K>,
    essentials: &Essentials,
) -> Result<Option<Keep>, Outcome> {
    if context.settings.observe_only(essentials.management_policy) {
        return Ok(Some(Keep::Observed));
    }
    let policy = match &essentials.deletion_policy {
        Ok(policy) => policy.unwrap_or(context.settings.default_deletion_policy),
        // It counts only where the definition stays.
        Err(message) if !definition_goes(context).await? => {
            return Err(Outcome::stalled(Reason::InvalidSpec, message));
        }
        Err(_) => return Ok(Some(Keep::Definition)),
    };
    Ok(match policy {
        DeletionPolicy::Retain => Some(Keep::Policy),
        DeletionPolicy::Delete => definition_goes(context).await?.then_some(Keep::Definition),
    })
}

async fn definition_goes<K: ManagedResource>(context: &Context<K>) -> Result<bool, Outcome> {
    context.definition_goes().await.map_err(|error| match error {
        kube::Error::Api(status) if status.is_forbidden() => Outcome::stalled(
            Reason::AccessDenied,
            format!(
                "whether the definition of this kind is being deleted may not be read, and until then no function is deleted: {}; allow it to the operator",
                status.message
            ),
        ),
        error => error.into(),
    })
}

//! What the operator's flags say to the driver, and the driver's fixed limits, which have no flag.

use std::time::Duration;

use crate::api::{AdoptionPolicy, DeletionPolicy, DriftPolicy, ManagementPolicy};

/// Settings of one driver.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of this cluster in owner tags.
    pub cluster_name: String,
    /// Uid of this cluster's namespace `kube-system`.
    pub instance: String,
    /// Time between two checks of an unchanged object.
    pub check_interval: Duration,
    /// Time that changed references of a Ready object wait for a new generation.
    pub reference_settle: Duration,
    /// Time between two reads of the version of a referenced Secret.
    pub secret_interval: Duration,
    /// Longest pass; checked between steps, so a running call still ends.
    pub pass_limit: Duration,
    /// Cap on `managementPolicy`: `Observe` makes every object Observe.
    pub management_policy: ManagementPolicy,
    /// Cap on `adoptionPolicy`.
    pub max_adoption_policy: AdoptionPolicy,
    /// `driftPolicy` of objects that name none.
    pub default_drift_policy: DriftPolicy,
    /// Whether `Observe` shows all of a function that is nobody's.
    pub observe_unowned: bool,
    /// `deletionPolicy` of objects that name none.
    pub default_deletion_policy: DeletionPolicy,
}

/// Steps in one pass at most; more means that two sides disagree about the outcome.
pub const MAX_STEPS: usize = 16;
/// Times that a step is done for the same differences before cloudfn gives up: the cloud does not keep it, or
/// another step undoes it.
pub const MAX_REPEATS: u32 = 3;
/// A step is sent this long after its announcement at the latest, or not at all (`cloud::clearance`):
/// whatever the status write, the budget and the credentials take.
pub const SENT_WITHIN: Duration = Duration::from_secs(30);
/// How long after its announcement a create may still arrive in the cloud: [`SENT_WITHIN`], 30 s for
/// the call (`cloud::aws`), and some for the clocks.
pub const IN_FLIGHT: Duration = Duration::from_secs(65);
/// Time that the writes which end a pass have after a stop; a call to the cloud has its own.
pub const ENDING: Duration = Duration::from_secs(5);
/// A trouble that usually ends by itself makes the object Stalled after this time.
pub const GRACE: Duration = Duration::from_mins(10);

impl Settings {
    /// Whether cloudfn may only observe an object whose spec requests this policy.
    #[must_use]
    pub fn observe_only(&self, requested: ManagementPolicy) -> bool {
        requested.min(self.management_policy) == ManagementPolicy::Observe
    }

    /// Why the operator's flags forbid this policy, if they do.
    #[must_use]
    pub fn forbids(&self, requested: AdoptionPolicy) -> Option<String> {
        let allowed = self.max_adoption_policy;
        (requested > allowed).then(|| {
            format!("adoptionPolicy {requested:?} is more than the operator's --max-adoption-policy={allowed:?} allows; lower one or raise the other")
        })
    }

    /// What to do about changes that somebody else makes.
    #[must_use]
    pub fn drift_policy(&self, specified: Option<DriftPolicy>) -> DriftPolicy {
        specified.unwrap_or(self.default_drift_policy)
    }
}

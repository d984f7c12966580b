//! Why an object is in the state it is in: one closed list.
//!
//! Invariant: a reason in a condition, an event or a metric is one of these. The reference page
//! `docs/reference/reasons.md` is generated from [`Reason::ALL`].

/// A reason of the conditions `Ready`, `Reconciling`, `Stalled` and `Tested`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// All is as the spec asks.
    Available,
    /// The object is paused.
    Paused,
    /// The spec or a reference changed.
    Progressing,
    /// The function is being created.
    Creating,
    /// The function is being changed.
    Updating,
    /// The function is being deleted.
    Deleting,
    /// The cloud works on the function.
    Settling,
    /// Another operation is in the way, or somebody else changed the function meanwhile.
    Busy,
    /// The cloud throttles, or the budget is used up.
    Throttled,
    /// The cloud cannot be reached.
    CloudUnavailable,
    /// The last look is too long ago.
    CannotObserve,
    /// There are no usable credentials.
    Unauthenticated,
    /// A role or another thing that the function needs is not usable yet.
    NotReadyYet,
    /// A referenced object or key is missing.
    ReferenceNotFound,
    /// A referenced object cannot be read now.
    ReferenceUnreadable,
    /// The cloud still uses the function.
    DeletionBlocked,
    /// The spec is wrong.
    InvalidSpec,
    /// The cloud refused the request.
    Rejected,
    /// The credentials may not do this.
    AccessDenied,
    /// A limit of the account is reached.
    QuotaExceeded,
    /// The function exists and is not ours.
    NotOwned,
    /// The function belongs to another object.
    OwnedByAnother,
    /// Another cluster took the function over.
    TakenOver,
    /// The credentials are of another account or region.
    WrongAccount,
    /// The operator's flags do not allow it.
    NotAllowed,
    /// The cloud differs from the spec and is not to be changed.
    Drifted,
    /// The cloud failed to create the function.
    CreateFailed,
    /// The cloud accepted an update and failed to carry it out.
    UpdateFailed,
    /// A test failed, so that nothing is published.
    TestFailed,
    /// The cloud could not run the tests.
    TestUnavailable,
    /// Tests of the spec run.
    TestsRunning,
    /// Every test passed.
    TestsPassed,
    /// Somebody decided not to wait for the tests.
    TestsSkipped,
    /// An answer that cloudfn does not know.
    InternalError,
}

impl Reason {
    /// Every reason, in the order of the reference page.
    pub const ALL: [Self; 34] = [
        Self::Available,
        Self::Paused,
        Self::Progressing,
        Self::Creating,
        Self::Updating,
        Self::Deleting,
        Self::Settling,
        Self::Busy,
        Self::Throttled,
        Self::CloudUnavailable,
        Self::CannotObserve,
        Self::Unauthenticated,
        Self::NotReadyYet,
        Self::ReferenceNotFound,
        Self::ReferenceUnreadable,
        Self::DeletionBlocked,
        Self::InvalidSpec,
        Self::Rejected,
        Self::AccessDenied,
        Self::QuotaExceeded,
        Self::NotOwned,
        Self::OwnedByAnother,
        Self::TakenOver,
        Self::WrongAccount,
        Self::NotAllowed,
        Self::Drifted,
        Self::CreateFailed,
        Self::UpdateFailed,
        Self::TestFailed,
        Self::TestUnavailable,
        Self::TestsRunning,
        Self::TestsPassed,
        Self::TestsSkipped,
        Self::InternalError,
    ];

    /// The reason of this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// Whether another message means another trouble, which deserves an event of its own: the words of
    /// most troubles are the cloud's and may differ each time, and another failing test is news.
    #[must_use]
    pub const fn message_matters(self) -> bool {
        matches!(self, Self::TestFailed)
    }

    /// The word in conditions and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Paused => "Paused",
            Self::Progressing => "Progressing",
            Self::Creating => "Creating",
            Self::Updating => "Updating",
            Self::Deleting => "Deleting",
            Self::Settling => "Settling",
            Self::Busy => "Busy",
            Self::Throttled => "Throttled",
            Self::CloudUnavailable => "CloudUnavailable",
            Self::CannotObserve => "CannotObserve",
            Self::Unauthenticated => "Unauthenticated",
            Self::NotReadyYet => "NotReadyYet",
            Self::ReferenceNotFound => "ReferenceNotFound",
            Self::ReferenceUnreadable => "ReferenceUnreadable",
            Self::DeletionBlocked => "DeletionBlocked",
            Self::InvalidSpec => "InvalidSpec",
            Self::Rejected => "Rejected",
            Self::AccessDenied => "AccessDenied",
            Self::QuotaExceeded => "QuotaExceeded",
            Self::NotOwned => "NotOwned",
            Self::OwnedByAnother => "OwnedByAnother",
            Self::TakenOver => "TakenOver",
            Self::WrongAccount => "WrongAccount",
            Self::NotAllowed => "NotAllowed",
            Self::Drifted => "Drifted",
            Self::CreateFailed => "CreateFailed",
            Self::UpdateFailed => "UpdateFailed",
            Self::TestFailed => "TestFailed",
            Self::TestUnavailable => "TestUnavailable",
            Self::TestsRunning => "TestsRunning",
            Self::TestsPassed => "TestsPassed",
            Self::TestsSkipped => "TestsSkipped",
            Self::InternalError => "InternalError",
        }
    }

    /// One sentence for the reference page: what it means and what to do.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Available => {
                "The function is in the cloud as the spec asks, and the cloud has settled."
            }
            Self::Paused => {
                "The annotation cloudfn.dev/paused stops all work, deletion included; remove it to go on."
            }
            Self::Progressing => {
                "The spec or a reference changed and cloudfn is about to act on it."
            }
            Self::Creating => "The function is being created.",
            Self::Updating => "The function is being changed.",
            Self::Deleting => "The function is being deleted.",
            Self::Settling => "The cloud accepted a change and is carrying it out.",
            Self::Busy => {
                "Another operation runs on the function, or somebody changed it at the same moment; cloudfn looks again and goes on."
            }
            Self::Throttled => {
                "The cloud asks for fewer calls, or cloudfn's own budget is used up; it goes on by itself."
            }
            Self::CloudUnavailable => {
                "The cloud cannot be reached or answers with errors of its own; cloudfn tries again."
            }
            Self::CannotObserve => {
                "For three check intervals nobody could look at the function, so nobody knows its state."
            }
            Self::Unauthenticated => "The operator has no usable cloud credentials; give it some.",
            Self::NotReadyYet => {
                "Something the function needs (usually a role that was just made) is not usable yet; after 10 minutes the object is Stalled."
            }
            Self::ReferenceNotFound => {
                "A ConfigMap, Secret or key that the spec names is missing; create it. After 10 minutes the object is Stalled."
            }
            Self::ReferenceUnreadable => {
                "The API server does not hand out a ConfigMap or Secret that the spec names; cloudfn tries again."
            }
            Self::DeletionBlocked => {
                "Something in the cloud still uses the function; release it, or set deletionPolicy to Retain to leave the function."
            }
            Self::InvalidSpec => {
                "The spec is wrong in a way that the API server could not see; the message says what to change."
            }
            Self::Rejected => {
                "The cloud refused the request; the message has its words. Change the spec."
            }
            Self::AccessDenied => {
                "The operator's credentials may not do this; allow the named operation."
            }
            Self::QuotaExceeded => {
                "A limit of the account is reached; remove something or ask for a higher limit."
            }
            Self::NotOwned => {
                "A function of this name exists without our owner tag; rename, or set adoptionPolicy to IfUnowned where the operator allows it."
            }
            Self::OwnedByAnother => {
                "The function carries the owner tag of another object; the message names it."
            }
            Self::TakenOver => {
                "Another cluster wrote its tag on the function; this object writes nothing more."
            }
            Self::WrongAccount => {
                "The operator's credentials are for another account or region than the function's ARN."
            }
            Self::NotAllowed => {
                "The operator's flags do not allow what the spec asks; the message names the flag."
            }
            Self::Drifted => {
                "The cloud differs from the spec, and managementPolicy Observe or driftPolicy Report leaves it so; see status.plannedChanges."
            }
            Self::CreateFailed => {
                "The cloud failed to start the function three times; the message has its words."
            }
            Self::UpdateFailed => {
                "The cloud accepted an update and failed to carry it out; the message has its words."
            }
            Self::TestFailed => {
                "A test of the spec failed, so nothing is published; status.tests says where. Correct the code or the test."
            }
            Self::TestUnavailable => {
                "The cloud could not run the tests of the spec, so nothing is published; cloudfn tries again now and then."
            }
            Self::TestsRunning => "The tests of the spec have not all run yet.",
            Self::TestsPassed => {
                "Every test of the spec passed for the content that the spec asks for."
            }
            Self::TestsSkipped => {
                "Nothing waits for the tests of the spec: the annotation cloudfn.dev/skip-tests or the flag --cloudfront-tests says so."
            }
            Self::InternalError => {
                "The cloud answered something that cloudfn does not know; please report it."
            }
        }
    }
}

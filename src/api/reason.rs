//! Why an object is in the state it is in: one closed list.
//!
//! Invariant: a reason in a condition, an event or a metric is one of these. The reference page
//! `docs/reference/reasons.md` is generated from the list, and its sentences are the comments here.

use strum::{EnumIter, EnumMessage, EnumString, IntoStaticStr};

/// A reason of the conditions `Ready`, `Reconciling`, `Stalled` and `Tested`. Each comment is for
/// users: it explains what the reason means and what to do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, EnumMessage, EnumString, IntoStaticStr,
)]
pub enum Reason {
    /// The function is in the cloud as the spec asks, and the cloud has settled.
    Available,
    /// The annotation cloudfn.dev/paused stops all work, deletion included; remove it to go on.
    Paused,
    /// The spec or a reference changed and cloudfn is about to act on it.
    Progressing,
    /// The function is being created.
    Creating,
    /// The function is being changed.
    Updating,
    /// The function is being deleted.
    Deleting,
    /// The cloud accepted a change and is carrying it out.
    Settling,
    /// Another operation runs on the function, or somebody changed it at the same moment; cloudfn
    /// reads it again and goes on.
    Busy,
    /// The cloud asks for fewer calls, or cloudfn's own budget is used up; cloudfn retries.
    Throttled,
    /// The cloud cannot be reached or answers with errors of its own; cloudfn tries again.
    CloudUnavailable,
    /// For three check intervals cloudfn could not read the function, so its state is unknown.
    CannotObserve,
    /// The operator has no usable cloud credentials; give it some.
    Unauthenticated,
    /// The region does not serve the account: it is not enabled, its name is wrong, or it does not have
    /// the service; the message has AWS's words. Enable it, or create the object in another region. After
    /// 10 minutes the object is Stalled. Where no region is known at all, give the operator one.
    RegionUnavailable,
    /// Something the function needs (usually a role that was just made) is not usable yet; after 10
    /// minutes the object is Stalled.
    NotReadyYet,
    /// A ConfigMap, Secret or key that the spec names is missing; create it. After 10 minutes the
    /// object is Stalled.
    ReferenceNotFound,
    /// The API server does not hand out a ConfigMap or Secret that the spec names, or a large spec itself;
    /// cloudfn tries again.
    ReferenceUnreadable,
    /// Something in the cloud still uses the function; release it, or set deletionPolicy to Retain
    /// to leave the function.
    DeletionBlocked,
    /// The spec is wrong in a way that the API server could not see; the message says what to
    /// change.
    InvalidSpec,
    /// The cloud refused the request; the message has its words. Change the spec.
    Rejected,
    /// The operator's credentials may not do this; allow the named operation.
    AccessDenied,
    /// A limit of the account is reached; remove something or ask for a higher limit.
    QuotaExceeded,
    /// A function of this name exists without our owner tag; choose another functionName, or adopt it:
    /// adoptionPolicy IfUnowned with a deletionPolicy, and an operator whose --max-adoption-policy allows it.
    NotOwned,
    /// The function carries the owner tag of another object, or of this one under another cluster name; the
    /// message names it.
    OwnedByAnother,
    /// Another cluster wrote its tag on the function; this object writes nothing more.
    TakenOver,
    /// The operator's credentials are for another account than the function's, or for one that
    /// --allowed-account-ids does not name, or the cloud answered with another account or region. Nothing
    /// is sent or released meanwhile; give the operator the right ones.
    WrongAccount,
    /// The operator's flags do not allow what the spec asks; the message names the flag.
    NotAllowed,
    /// The cloud differs from the spec, and managementPolicy Observe or driftPolicy Report leaves
    /// it so; see status.plannedChanges.
    Drifted,
    /// managementPolicy is Observe, and there is no such function to observe; status.plannedChanges has
    /// what Manage would make.
    FunctionNotFound,
    /// The cloud failed to start the function three times; the message has its words.
    CreateFailed,
    /// The cloud accepted an update and failed to carry it out; the message has its words.
    UpdateFailed,
    /// A test of the spec failed, or CloudFront cannot compile the code, so nothing is published;
    /// status.tests says where. Correct the code or the test.
    TestFailed,
    /// The cloud could not run the tests of the spec, so nothing is published; cloudfn tries again
    /// now and then. Code without tests is published after three tries.
    TestUnavailable,
    /// The tests of the spec have not all run yet.
    TestsRunning,
    /// Every test of the spec passed for the content that the spec asks for.
    TestsPassed,
    /// Nothing waits for the tests of the spec: the annotation cloudfn.dev/skip-tests or the flag
    /// --cloudfront-tests says so.
    TestsSkipped,
    /// The spec has no tests, and CloudFront compiles the code.
    CodeCompiles,
    /// The spec has no tests, and the code ended with an error on the made-up events that CloudFront ran
    /// it on. It compiles, so it is published; the message has the error. Write a test with an event
    /// that the code is made for.
    CodeMayFail,
    /// The spec has no tests, and the cloud could not run the code, so it was published unseen; the
    /// message says why.
    CodeNotRun,
    /// The API server does not take what cloudfn writes into the object's status, so the status is not
    /// up to date; the message has its words. Apply the definitions of the operator's version, and let
    /// the operator write the status; cloudfn tries again.
    StatusRefused,
    /// cloudfn does something wrong: it made a request that cannot be sent, or the cloud does not keep
    /// what it accepted; please report it.
    InternalError,
}

impl Reason {
    /// Whether another message means another trouble, which deserves an event of its own: the words of
    /// most troubles are the cloud's and may differ each time, and another failing test is news.
    #[must_use]
    pub const fn message_matters(self) -> bool {
        matches!(self, Self::TestFailed)
    }

    /// The word in conditions and metrics: the variant's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// What it means and what to do, in a line of text: the variant's comment.
    #[must_use]
    pub fn sentence(self) -> String {
        let comment = self.get_documentation().unwrap_or_default();
        comment.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

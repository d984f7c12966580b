//! What a pass found out about an object, and when the next pass is due. Pure.
//!
//! Invariant: every way out of a pass is one [`Outcome`]; an error turns into one where it occurs, so
//! `?` carries it out.

use std::time::Duration;

use super::retry::RetryClass;
use crate::api::Reason;
use crate::cloud::{Class, CloudError};
use crate::kubernetes::WriteError;

/// Reasons for which nobody could observe: they say nothing about the resource itself.
pub(super) const NOT_OBSERVED: [Reason; 5] = [
    Reason::Throttled,
    Reason::CloudUnavailable,
    Reason::RegionUnavailable,
    Reason::Unauthenticated,
    Reason::ReferenceUnreadable,
];

/// How a pass ended.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The status says `state`, and the next pass is due as `next` says.
    Concluded {
        /// What the status says.
        state: State,
        /// When the next pass is due.
        next: Requeue,
    },
    /// The finalizer is off: the object needs no further pass.
    Released,
    /// The API server did not take a write, or does not have the object any more.
    Unwritten(WriteError),
    /// The operator stops: what comes next is another process's.
    Stopped,
}

/// What the conditions say of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// All is as wanted.
    Ready,
    /// cloudfn or the cloud works on it; it needs nobody.
    Reconciling(Reason, String),
    /// A person must change something.
    Stalled(Reason, String),
    /// Nobody could observe, and nothing else has changed: the conditions stay as they are.
    KeepLastKnown,
    /// Nobody could observe for so long that the state is unknown.
    ObservationStale(String),
    /// Somebody paused it; the text is theirs.
    Paused {
        /// Why.
        text: String,
        /// A deletion waits, too.
        deleting: bool,
    },
}

/// When the next pass is due.
#[derive(Clone, Copy, Debug)]
pub(super) enum Requeue {
    /// At the next periodic check.
    Check,
    /// When the cloud may have settled; the time to the first read.
    Poll(Duration),
    /// By the table of retry delays.
    Retry(RetryClass),
    /// At once.
    Now,
}

impl Outcome {
    /// All is as wanted.
    pub(super) const fn ready() -> Self {
        Self::Concluded {
            state: State::Ready,
            next: Requeue::Check,
        }
    }

    /// cloudfn or the cloud works on it.
    pub(super) fn reconciling(reason: Reason, message: impl Into<String>, next: Requeue) -> Self {
        Self::Concluded {
            state: State::Reconciling(reason, message.into()),
            next,
        }
    }

    /// A person must change something.
    pub(super) fn stalled(reason: Reason, message: impl Into<String>) -> Self {
        Self::Concluded {
            state: State::Stalled(reason, message.into()),
            next: Requeue::Retry(RetryClass::Blocked),
        }
    }

    /// The credentials or an answer are of another account; the right ones may be back any moment, and
    /// looking for them costs no call.
    pub(super) fn wrong_account(message: impl Into<String>) -> Self {
        Self::Concluded {
            state: State::Stalled(Reason::WrongAccount, message.into()),
            next: Requeue::Retry(RetryClass::Unauthenticated),
        }
    }

    /// Somebody paused it.
    pub(super) fn paused(text: impl Into<String>, deleting: bool) -> Self {
        let text = text.into();
        Self::Concluded {
            state: State::Paused { text, deleting },
            next: Requeue::Check,
        }
    }

    /// A reference that the API server does not hand out.
    pub(super) fn unreadable_reference(error: &kube::Error) -> Self {
        Self::unreadable("a referenced object", error)
    }

    /// An object, described for people, that the API server does not hand out.
    pub(super) fn unreadable(what: &str, error: &kube::Error) -> Self {
        match error {
            kube::Error::Api(status) if status.is_forbidden() => Self::stalled(
                Reason::AccessDenied,
                format!(
                    "{what} may not be read: {}; allow it to the operator",
                    status.message
                ),
            ),
            _ => Self::reconciling(
                Reason::ReferenceUnreadable,
                format!("the API server does not hand out {what}; cloudfn tries again"),
                Requeue::Retry(RetryClass::ApiServer),
            ),
        }
    }
}

impl From<CloudError> for Outcome {
    fn from(error: CloudError) -> Self {
        if error.class == Class::Stopping {
            return Self::Stopped;
        }
        Self::Concluded {
            state: State::from(&error),
            next: Requeue::Retry(RetryClass::from(&error)),
        }
    }
}

impl From<WriteError> for Outcome {
    fn from(error: WriteError) -> Self {
        Self::Unwritten(error)
    }
}

/// The ledger writes; whatever else of a pass speaks to the API server only reads.
impl From<kube::Error> for Outcome {
    fn from(error: kube::Error) -> Self {
        Self::Unwritten(WriteError::unread(error))
    }
}

/// What a failed cloud call means for the object.
impl From<&CloudError> for State {
    fn from(error: &CloudError) -> Self {
        let CloudError {
            operation,
            code,
            message,
            ..
        } = error;
        let refused = |what: &str| format!("{operation} {what}: {message}");
        match error.class {
            Class::Busy | Class::Conflict | Class::Exists | Class::NotFound => Self::Reconciling(
                Reason::Busy,
                format!("{operation} met another change of the function ({code}); will retry"),
            ),
            Class::NotReadyYet => Self::Reconciling(Reason::NotReadyYet, refused("has to wait")),
            Class::Throttled { .. } | Class::Stopping => Self::Reconciling(
                Reason::Throttled,
                format!("{operation} is waiting for API budget; will retry"),
            ),
            Class::Unavailable => Self::Reconciling(
                Reason::CloudUnavailable,
                format!("{operation} got no usable answer ({code}); cloudfn tries again"),
            ),
            Class::NotServed => Self::Reconciling(
                Reason::RegionUnavailable,
                format!("{operation} is not served: {message}"),
            ),
            Class::NoRegion => Self::Stalled(Reason::RegionUnavailable, message.clone()),
            Class::Unauthenticated => Self::Reconciling(
                Reason::Unauthenticated,
                format!(
                    "{operation} needs valid cloud credentials ({code}); give the operator some"
                ),
            ),
            Class::WrongAccount => Self::Stalled(Reason::WrongAccount, message.clone()),
            Class::Late => Self::Reconciling(
                Reason::Throttled,
                format!("{operation} could not be sent in time; will retry"),
            ),
            Class::Denied => Self::Stalled(
                Reason::AccessDenied,
                refused("is not allowed; allow it to the operator's role"),
            ),
            Class::Invalid => {
                Self::Stalled(Reason::Rejected, refused("was refused; change the spec"))
            }
            Class::Quota => Self::Stalled(
                Reason::QuotaExceeded,
                refused("met a limit of the account; raise it or remove something"),
            ),
            Class::InUse => Self::Reconciling(
                Reason::DeletionBlocked,
                refused("has to wait until nothing uses it any more"),
            ),
            Class::Bug => Self::Stalled(
                Reason::InternalError,
                refused(&format!("was not sent, by a mistake of cloudfn ({code})")),
            ),
        }
    }
}

impl State {
    /// A word from a closed set, for metrics.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Reconciling(reason, _) | Self::Stalled(reason, _) => reason.as_str(),
            Self::KeepLastKnown => "Unseen",
            Self::ObservationStale(_) => Reason::CannotObserve.as_str(),
            Self::Paused { .. } => Reason::Paused.as_str(),
        }
    }

    /// Whether nobody could observe: then the state of the resource may still be what it was.
    pub(super) fn could_not_observe(&self) -> bool {
        matches!(self, Self::Reconciling(reason, _) if NOT_OBSERVED.contains(reason))
    }

    /// Whether the trouble usually ends by itself, so that it turns into Stalled only after a while.
    pub(super) const fn has_grace(&self) -> bool {
        matches!(
            self,
            Self::Reconciling(
                Reason::NotReadyYet | Reason::ReferenceNotFound | Reason::RegionUnavailable,
                _
            )
        )
    }

    /// The same trouble, as one that a person must end.
    pub(super) fn stalled(self) -> Self {
        match self {
            Self::Reconciling(reason, message) => Self::Stalled(reason, message),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_state_that_shows_no_request_id() {
        let error = |class| CloudError {
            class,
            operation: "UpdateFunction",
            code: "Code".into(),
            message: "words".into(),
            request_id: Some("secret-request".into()),
        };
        for class in [
            Class::NotFound,
            Class::Throttled { after: None },
            Class::Denied,
            Class::Unavailable,
            Class::Late,
            Class::NotServed,
            Class::Bug,
            Class::InUse,
            Class::Quota,
        ] {
            let text = format!("{:?}", State::from(&error(class)));
            assert!(
                text.contains("UpdateFunction") && !text.contains("secret-request"),
                "{text}"
            );
        }
    }
}

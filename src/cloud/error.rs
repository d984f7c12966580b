//! One list of error classes for all clouds.
//!
//! Invariant: the adapter that receives an answer classifies it, once; all other code matches on
//! [`Class`] and never on codes or messages. No message carries an environment value.

use std::time::Duration;

use strum::IntoStaticStr;

/// What a failed cloud call means for the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
pub enum Class {
    /// The function (or the requested stage) does not exist.
    NotFound,
    /// Something of this name exists already.
    Exists,
    /// The `ETag` or `RevisionId` sent is not the current one.
    Conflict,
    /// Another operation on the same function is still running.
    Busy,
    /// Too many calls; `after` is how long to wait, if the cloud or our own budget knows.
    Throttled {
        /// Time to wait before the next call of this family.
        after: Option<Duration>,
    },
    /// The credentials are valid but may not do this.
    Denied,
    /// No usable credentials.
    Unauthenticated,
    /// The credentials are for another account; nothing was sent.
    WrongAccount,
    /// The call's deadline came before its turn; nothing was sent.
    Late,
    /// The request itself is wrong; only a changed spec helps.
    Invalid,
    /// Something in the cloud still uses the function.
    InUse,
    /// Something the function needs is not usable yet (a role that was just made).
    NotReadyYet,
    /// A limit of the account is reached.
    Quota,
    /// The region, or the partition, does not serve the account: it is not enabled, does not exist, or does
    /// not have the service.
    NotServed,
    /// No region is known, or none of this name exists; nothing was sent.
    NoRegion,
    /// The cloud cannot be reached, answered 5xx, did not answer in time, or what answered cannot be read
    /// (a success without its body, an answer without a code of the cloud's): the effect is unknown.
    Unavailable,
    /// The operator stops: the call was not sent, and no other one will be.
    Stopping,
    /// Our own mistake: a request that cannot be built.
    Bug,
}

impl Class {
    /// The class's name, as used for metric labels.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it is certain that the call has changed nothing and never will.
    #[must_use]
    pub const fn had_no_effect(self) -> bool {
        match self {
            Self::Busy
            | Self::Throttled { .. }
            | Self::Denied
            | Self::Unauthenticated
            | Self::WrongAccount
            | Self::Late
            | Self::Invalid
            | Self::NotReadyYet
            | Self::NotServed
            | Self::NoRegion
            | Self::Quota
            | Self::Stopping => true,
            Self::NotFound
            | Self::Exists
            | Self::Conflict
            | Self::InUse
            | Self::Unavailable
            | Self::Bug => false,
        }
    }
}

/// A cloud call that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct CloudError {
    /// What it means.
    pub class: Class,
    /// The API operation, as the cloud names it (`CreateFunction`).
    pub operation: &'static str,
    /// The cloud's own error code; `HTTP 502` and the like for an answer without one; or one of
    /// ours: `Timeout`, `NoConnection`, `NoCredentials`, `ExpiredCredentials`, `NoBudget`, `Stopping` and those of
    /// [`clearance`](super::clearance) (nothing was sent), `BadRequest` (it could not be built),
    /// `BadReply` (a success that cannot be read or lacks what it must have), `NoRegion`.
    pub code: String,
    /// The cloud's message: one line of at most 500 characters, no request id, no environment
    /// value.
    pub message: String,
    /// The cloud's request id, for logs and events only.
    pub request_id: Option<String>,
}

impl CloudError {
    /// The operator stops, so this call was not sent.
    #[must_use]
    pub fn stopping(operation: &'static str) -> Self {
        Self {
            class: Class::Stopping,
            operation,
            code: "Stopping".to_owned(),
            message: "the operator stops; the call was not sent".to_owned(),
            request_id: None,
        }
    }

    /// The cloud answered, and did not show the resource's tags: `operation` is the right that is missing.
    #[must_use]
    pub fn tags_unreadable(operation: &'static str, message: &str) -> Self {
        Self {
            class: Class::Denied,
            operation,
            code: "TagsUnreadable".to_owned(),
            message: message.to_owned(),
            request_id: None,
        }
    }
}

//! The only writers to the API server: status, finalizer, events.
//!
//! May not import: any other room but `api`.

pub mod events;
pub mod finalizer;
pub mod status;

use std::error::Error;

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The object changed since it was read.
    #[error("the object changed meanwhile")]
    Stale,
    /// The object is gone.
    #[error("the object is gone")]
    Gone,
    /// The API server refused it.
    #[error("the API server did not take the write: {}", words(.0.as_ref()))]
    Api(#[source] Box<kube::Error>),
    /// What the write depends on could not be read.
    #[error("the API server did not hand out what has to be read: {}", words(.0.as_ref()))]
    Unread(#[source] Box<kube::Error>),
}

/// An error of the API server's in words. The client's own text of a refusal has all its fields, as Rust
/// prints them, behind the words.
#[must_use]
pub fn words(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(kube::Error::Api(status)) = error.downcast_ref() {
            let words = format!("{} ({})", status.message, status.code);
            text = text.replace(&error.to_string(), &words);
        }
        next = error.source();
    }
    text
}

impl WriteError {
    /// The status of the API server's answer, where it answered with an error of its own.
    #[must_use]
    pub fn answer(&self) -> Option<u16> {
        match self {
            Self::Api(error) => match error.as_ref() {
                kube::Error::Api(status) => Some(status.code),
                _ => None,
            },
            Self::Stale | Self::Gone | Self::Unread(_) => None,
        }
    }

    /// A read that failed, on the way to a write.
    #[must_use]
    pub fn unread(error: kube::Error) -> Self {
        Self::Unread(Box::new(error))
    }

    /// Why, in the API server's own words where it said any.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Api(error) => match error.as_ref() {
                kube::Error::Api(status) => status.message.clone(),
                other => other.to_string(),
            },
            Self::Stale | Self::Gone | Self::Unread(_) => self.to_string(),
        }
    }

    /// Whether the API server refuses what was written, and would refuse it again: an object that breaks
    /// the types of its own schema accepts no status, a body may be what it cannot read, or too large.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self.answer(), Some(400 | 403 | 413 | 415 | 422))
    }
}

impl From<kube::Error> for WriteError {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.is_not_found() => Self::Gone,
            kube::Error::Api(status) if status.is_conflict() => Self::Stale,
            _ => Self::Api(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use kube::core::Status;
    use kube::runtime::watcher;

    use super::*;

    #[test]
    fn a_refusal_is_told_in_its_words_wherever_it_is_wrapped() {
        let refusal = || {
            let status = Status::failure("it is forbidden", "Forbidden").with_code(403);
            kube::Error::Api(Box::new(status))
        };
        assert_eq!(words(&refusal()), "it is forbidden (403)");
        let written = WriteError::from(refusal());
        let watched = watcher::Error::WatchStartFailed(refusal());
        for text in [written.to_string(), words(&written), words(&watched)] {
            assert!(text.ends_with(": it is forbidden (403)"), "{text}");
        }
    }
}

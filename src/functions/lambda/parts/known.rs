//! What an observation knows of a part that `GetFunction` does not show.

use crate::cloud::{Class, CloudError};

/// What is known of a part that `GetFunction` does not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// Nothing: neither the spec nor `status.managed` names it, or the function was not ready.
    Unread,
    /// What the cloud has.
    Read(T),
    /// Nothing, since the operator may not read it. In words: code and message.
    Denied(String),
}

/// What is known of a part after the answer to its read.
///
/// # Errors
/// All but a refusal, which concerns this part alone. Nothing is gone for a part's `NotFound`:
/// `GetFunction` has just found the function.
pub fn answer_of<T>(answer: Result<T, CloudError>) -> Result<Known<T>, CloudError> {
    match answer {
        Ok(read) => Ok(Known::Read(read)),
        Err(error) if error.class == Class::Denied => {
            Ok(Known::Denied(format!("{}: {}", error.code, error.message)))
        }
        Err(error) if error.class == Class::NotFound => Err(CloudError {
            class: Class::Unavailable,
            ..error
        }),
        Err(error) => Err(error),
    }
}

/// The answer to the read of a part that need not be there. `GetFunction` has just found the function, so
/// what is not found is the part.
///
/// # Errors
/// All but that.
pub fn if_there<T>(answer: Result<T, CloudError>) -> Result<Option<T>, CloudError> {
    match answer {
        Err(error) if error.class == Class::NotFound => Ok(None),
        answer => answer.map(Some),
    }
}

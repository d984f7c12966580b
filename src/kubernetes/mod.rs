//! The only writers to the API server: status, finalizer, events.
//!
//! May not import: any other room but `api`.

pub mod events;
pub mod finalizer;
pub mod status;

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
    #[error("the API server did not take the write: {0}")]
    Api(#[source] Box<kube::Error>),
}

impl WriteError {
    /// Whether the API server refuses any write to the object: an object that breaks the types of
    /// its own schema accepts no status.
    #[must_use]
    pub fn is_refusal_of_object(&self) -> bool {
        match self {
            Self::Api(error) => {
                matches!(error.as_ref(), kube::Error::Api(status) if status.code == 422)
            }
            Self::Stale | Self::Gone => false,
        }
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

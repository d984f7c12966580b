//! What is wrong with a spec, field by field. Pure.

use crate::reconcile::Unmet;

/// What is wrong with a field of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its name below `spec`.
    pub field: &'static str,
    /// What is wrong.
    pub unmet: Unmet,
}

impl Fault {
    /// The fault of a field, if what was made of it is one.
    pub fn of<T>(field: &'static str, made: Result<T, Unmet>) -> Option<Self> {
        made.err().map(|unmet| Self { field, unmet })
    }
}

//! Differences between what is wanted and what is there. Pure.

use crate::reconcile::Difference;

/// A difference in `field`.
pub fn difference(field: &str, from: Option<String>, to: Option<String>) -> Difference {
    Difference {
        field: field.to_owned(),
        from,
        to,
    }
}

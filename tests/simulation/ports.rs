//! The ports over the strict cloud: one method, one call, shapes there and back.

mod cloudfront;
mod lambda;

use std::sync::Arc;

use cloudfn::cloud::BudgetMode;
use cloudfn::cloud::limit::Family;

use crate::clouds::{Call, Way};

/// CloudFront.
pub struct CloudFront(pub Arc<Way>);

/// Lambda.
pub struct Lambda(pub Arc<Way>);

const fn read(operation: &'static str, family: Family, mode: BudgetMode) -> Call {
    Call {
        operation,
        family,
        write: false,
        mode,
    }
}

const fn write(operation: &'static str, family: Family) -> Call {
    Call {
        operation,
        family,
        write: true,
        mode: BudgetMode::Wait,
    }
}

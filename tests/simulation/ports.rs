//! The ports over the strict cloud: one method, one call, shapes there and back.

mod cloudfront;
mod lambda;
mod lambda_parts;
mod lambda_versions;

use cloudfn::cloud::BudgetMode;
use cloudfn::cloud::limit::Family;

use crate::clouds::{Call, Client};

/// CloudFront.
pub struct CloudFront(pub Client);

/// Lambda.
pub struct Lambda(pub Client);

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

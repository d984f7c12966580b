//! The clouds, as narrow traits in our own words.
//!
//! Invariant: nothing outside [`aws`] names an SDK, and every failure leaves this room as a
//! classified [`CloudError`]. A simulation replaces a cloud by implementing a port.
//! May not import: `reconcile`, `functions`, `kubernetes`, `runtime`, `cli`.

pub mod aws;
pub mod clearance;
pub mod cloudfront;
pub mod error;
pub mod lambda;
pub mod limit;
pub mod observe;

pub use clearance::Errand;
pub use error::{Class, CloudError};
pub use limit::BudgetMode;
pub use observe::CallObserver;

use std::collections::BTreeMap;

/// Tags of a cloud resource, key to value.
pub type Tags = BTreeMap<String, String>;

//! Tests before LIVE: what is to be run (`test`, `list`, `event`, `expectation`, and `compile` where the spec
//! has no tests), what came of it (`answer`, `words`, `results`), what must come of it (`rule`), and whether
//! the gate is open (`gate`).
//!
//! Invariant: the gate is open for one content only, named by the hash of code, runtime,
//! associations and tests; a result counts for the hash that it is kept under, and for no other.
//! Pure: no client, no SDK, no clock, no async, no logging.

mod answer;
mod compile;
mod event;
mod expectation;
mod gate;
mod list;
mod results;
mod rule;
mod test;
mod words;

pub use self::answer::TestVerdict;
pub use self::gate::Gate;
pub use self::rule::{Rule, TestSettings};
pub use self::test::Test;

pub(super) use self::answer::verdict;
pub(super) use self::gate::GateStatus;
pub(super) use self::list::listed;
pub(super) use self::results::{condition, record, reset};

//! End to end: the real binary, a real API server, an AWS emulator, and a proxy that breaks things.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests may fail loudly"
)]

mod budget;
mod chart;
mod cloudfront;
mod deletion;
mod drift;
mod futile;
mod gitops;
mod invariants;
mod kill;
mod lambda;
mod model;
mod observe;
mod outage;
mod ownership;
mod references;
mod scale;
mod schema;
mod start;
mod stop;
mod strict;
mod support;
mod transitions;
mod witness;

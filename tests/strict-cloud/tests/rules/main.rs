//! Every rule of the model, in tables: each row has a sentence, which is printed where it fails.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on fails here, with what it met"
)]

mod aliases;
mod cloudfront;
mod concurrency;
mod distributions;
mod events;
mod faults;
mod features;
mod fields;
mod front;
mod keeping;
mod names;
mod permissions;
mod provisioned;
mod qualifiers;
mod runtimes;
mod signing;
mod sources;
mod states;
mod support;
mod tags;
mod testing;
mod urls;
mod versions;

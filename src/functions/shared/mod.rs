//! What the kinds of one cloud have in common.

pub mod aws;

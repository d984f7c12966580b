//! Logs and metrics. May not import any other room but `api` and the cloud's observer trait.

pub mod logs;
pub mod metrics;

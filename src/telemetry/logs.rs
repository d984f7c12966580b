//! Logs: structured, to standard error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One line of text.
    Text,
    /// One JSON object in a line.
    Json,
}

/// Starts logging; `filter` is in the syntax of tracing's `EnvFilter` (`info`, `cloudfn=debug`).
///
/// # Errors
/// Where the filter cannot be read, or logging was started before.
pub fn start(format: Format, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log-level {filter:?} cannot be read: {error}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let result = match format {
        Format::Text => registry.with(tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr)).try_init(),
        Format::Json => registry.with(tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr)).try_init(),
    };
    result.map_err(|error| error.to_string())
}

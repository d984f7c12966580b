//! Logs: structured, to standard error, as text or JSON.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// These modules log bodies of requests and answers, which contain values of Secrets and
/// environments.
const QUIET: [&str; 4] = [
    "kube_client::client=error",
    "aws_smithy_runtime=warn",
    "aws_smithy_http_client=warn",
    "hyper=warn",
];

/// How log lines look. The comments are for users: they are the help.
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
/// If the filter cannot be parsed, or logging has already been started.
pub fn start(format: Format, filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter)
        .map_err(|error| format!("--log-level {filter:?} cannot be read: {error}"))?;
    let filter = QUIET
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let registry = tracing_subscriber::registry().with(filter);
    let result = match format {
        Format::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .with_ansi(std::io::stderr().is_terminal())
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        Format::Json => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
    };
    result.map_err(|error| error.to_string())?;
    // A panic is a line of the log like any other.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, message, "a panic: this is a defect of cloudfn");
    }));
    Ok(())
}

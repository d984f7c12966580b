//! Logs: structured, to standard error, as text or JSON.

use std::fmt;
use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::api::text::spelt_out;

/// These modules log bodies of requests and answers, which contain values of Secrets and
/// environments.
const QUIET: [&str; 4] = [
    "kube_client::client=error",
    "aws_smithy_runtime=warn",
    "aws_smithy_http_client=warn",
    "hyper=warn",
];

/// The controllers' spans name the object of each line once more.
const SPANS: &str = "kube_runtime::controller=warn";

/// How log lines look. The comments are for users: they are the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One line of text.
    Text,
    /// One JSON object in a line.
    Json,
}

/// The filter of these words, in the syntax of tracing's `EnvFilter` (`info`, `cloudfn=debug`).
///
/// `EnvFilter` takes a word that is no level for the name of a module, and then nothing is logged at
/// all: such words are refused, and so is a filter that says nothing of cloudfn.
fn parse(filter: &str) -> Result<EnvFilter, String> {
    const ADVICE: &str =
        "write error, warn, info, debug or trace, or a filter like info,cloudfn=debug";
    let is_level = |word: &str| !word.is_empty() && word.parse::<LevelFilter>().is_ok();
    let is_word = |part: &str| {
        let of_name = |c: char| c.is_ascii_alphanumeric() || "_:-".contains(c);
        part.chars().all(of_name)
    };
    let parts = || filter.split(',').map(str::trim);
    if let Some(unknown) = parts().find(|part| is_word(part) && !is_level(part)) {
        return Err(format!(
            "--log-level has the word {unknown:?}, which is no level; {ADVICE}"
        ));
    }
    if !parts().any(|part| is_level(part) || part.starts_with("cloudfn")) {
        return Err(format!(
            "--log-level {filter:?} says nothing of cloudfn; {ADVICE}"
        ));
    }
    EnvFilter::try_new(parts().collect::<Vec<_>>().join(","))
        .map_err(|error| format!("--log-level {filter:?} cannot be read: {error}; {ADVICE}"))
}

/// Starts logging.
///
/// # Errors
/// If the filter cannot be parsed, or logging has already been started.
pub fn start(format: Format, filter: &str) -> Result<(), String> {
    let filter = parse(filter)?;
    let filter = QUIET
        .iter()
        .chain([&SPANS])
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive);
    let registry = tracing_subscriber::registry().with(filter);
    let result = match format {
        Format::Text => registry
            .with(
                tracing_subscriber::fmt::layer()
                    .fmt_fields(SpeltOut::default())
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

/// Writes fields with their control characters spelt out: what a cloud or an object says moves no cursor,
/// sets no colour, and begins no line of its own.
#[derive(Default)]
struct SpeltOut(DefaultFields);

impl<'writer> FormatFields<'writer> for SpeltOut {
    fn format_fields<R: RecordFields>(
        &self,
        mut writer: Writer<'writer>,
        fields: R,
    ) -> fmt::Result {
        let mut text = String::new();
        self.0.format_fields(Writer::new(&mut text), fields)?;
        writer.write_str(&spelt_out(&text, &[]))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::api::text::is_control;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_others_say_does_nothing_to_a_terminal_and_begins_no_line() {
        let lines = Lines::default();
        let writer = lines.clone();
        let layer = tracing_subscriber::fmt::layer()
            .fmt_fields(SpeltOut::default())
            .with_ansi(false)
            .with_writer(move || writer.clone());
        let registry = tracing_subscriber::registry().with(layer);
        let text = "one\u{1b}[2J\u{9b}31m\u{85}two\r\n2026 ERROR three\u{7f}\u{ffff}";
        tracing::subscriber::with_default(registry, || {
            let error = std::io::Error::other(text);
            tracing::warn!(%error, text, debug = ?text, shown = %text, "a message: {text}");
            let span = tracing::warn_span!("a span", text);
            span.in_scope(|| tracing::warn!(error = &error as &dyn std::error::Error, "within"));
        });
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert_eq!(logged.lines().count(), 2, "{logged}");
        for line in logged.lines() {
            assert!(!line.contains(is_control), "{line:?}");
            assert!(line.contains("ERROR three"), "{line}");
        }
    }

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for filter in [
            "error",
            "WARN",
            "info",
            "debug",
            "trace",
            "off",
            "3",
            "info,cloudfn=debug",
            "cloudfn=debug",
            "warn, hyper=info",
            "cloudfn::reconcile=trace",
        ] {
            assert!(parse(filter).is_ok(), "{filter}");
        }
        for (filter, named) in [
            ("", "\"\""),
            ("verbose", "verbose"),
            ("inf", "inf"),
            ("info,cloudfn", "cloudfn"),
            ("info,", "\"\""),
            ("hyper=debug", "nothing of cloudfn"),
            ("cloudfn=verbose", "cloudfn=verbose"),
            ("info,cloudfn=9", "cloudfn=9"),
        ] {
            let refusal = parse(filter).err().unwrap_or_default();
            assert!(
                refusal.contains(named) && refusal.contains("write error, warn"),
                "{filter}: {refusal}"
            );
        }
    }
}

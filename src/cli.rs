//! The command line. Each flag of `run` is also an environment variable.

mod reference;
#[cfg(feature = "validate")]
mod validate;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use crate::api::crds;
use crate::runtime::{self, Options};
use crate::telemetry::logs;

/// Cloud functions as Kubernetes resources.
#[derive(Parser)]
#[command(name = "cloudfn", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the operator.
    Run(Box<Run>),
    /// Print the custom resource definitions, or write one file each into a folder.
    Crds {
        /// Folder to write into.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
    #[cfg(feature = "validate")]
    /// Look at manifests without a cluster and without a cloud: schema, rules, and JavaScript.
    ///
    /// Prints each finding with its place. Ends with 0 where there is no error (warnings are none, but with
    /// `--strict`), with 1 where there is one, with 2 where a file cannot be read; the others are checked all
    /// the same.
    Validate(validate::Validate),
    /// Write the reference pages that are made from the code.
    Reference {
        /// Folder to write into.
        #[arg(long)]
        dir: PathBuf,
    },
}

/// Flags of `cloudfn run`.
#[derive(Args)]
struct Run {
    #[command(flatten)]
    options: Options,

    /// How log lines look.
    #[arg(long, env = "CLOUDFN_LOG_FORMAT", default_value = "text")]
    log_format: logs::Format,

    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter like `info,cloudfn=debug`.
    #[arg(long, env = "CLOUDFN_LOG_LEVEL", default_value = "info")]
    log_level: String,
}

impl Cli {
    /// Runs the subcommand.
    ///
    /// # Errors
    /// One sentence: what went wrong and what to change.
    pub async fn execute(self) -> Result<ExitCode, String> {
        match self.command {
            Command::Run(run) => run.execute().await?,
            Command::Crds { dir: None } => print!("{}", crds::yaml(&crds::all())?),
            Command::Crds { dir: Some(dir) } => crds::files()?
                .iter()
                .try_for_each(|(name, text)| write(&dir, name, text))?,
            #[cfg(feature = "validate")]
            Command::Validate(flags) => return Ok(flags.run()),
            Command::Reference { dir } => reference::pages(&Self::command())
                .iter()
                .try_for_each(|(name, text)| write(&dir, name, text))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// `docs/reference/flags.md`: the flags of `cloudfn run`, Markdown.
#[must_use]
pub fn flags() -> String {
    reference::flags(&Cli::command())
}

fn write(dir: &Path, name: &str, text: &str) -> Result<(), String> {
    let path = dir.join(name);
    std::fs::write(&path, text)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

impl Run {
    async fn execute(self) -> Result<(), String> {
        logs::start(self.log_format, &self.log_level)?;
        let stop = CancellationToken::new();
        runtime::stop_on_signals(stop.clone());
        runtime::run(self.options, stop).await
    }
}

//! The command line. Each flag of `run` is also an environment variable.

mod reference;
#[cfg(feature = "validate")]
mod validate;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio_util::sync::CancellationToken;

use crate::api::{self, crds};
use crate::cloud::limit::Rates;
use crate::runtime::{self, Options};
use crate::telemetry::logs;

pub use reference::flags;

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
    /// Prints one line for each finding. Ends with 0 where there is no error (warnings are none), with 1
    /// where there is one, with 2 where a file cannot be read.
    Validate {
        /// Files or folders with manifests, YAML or JSON; `-` is the standard input. ConfigMaps and
        /// Secrets among them are what the functions' specs may name.
        #[arg(short = 'f', long = "filename", value_name = "FILE", required = true, num_args = 1..)]
        files: Vec<PathBuf>,
    },
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
    /// Namespace to work in; give it several times, or separate with commas. Default: all.
    #[arg(long, env = "CLOUDFN_WATCH_NAMESPACE", value_delimiter = ',')]
    watch_namespace: Vec<String>,

    /// AWS region of functions that name none. Default: what the usual AWS settings say.
    #[arg(long, env = "CLOUDFN_AWS_REGION")]
    aws_region: Option<String>,

    /// AWS accounts to work in, separated with commas: with credentials for another one, cloudfn
    /// does not start. Default: any.
    #[arg(long, env = "CLOUDFN_ALLOWED_ACCOUNT_IDS", value_delimiter = ',')]
    allowed_account_ids: Vec<String>,

    /// Name of this cluster in owner tags. A name that a rebuilt cluster uses again lets it take
    /// its functions back. Default: the uid of the namespace kube-system.
    #[arg(long, env = "CLOUDFN_CLUSTER_NAME")]
    cluster_name: Option<String>,

    /// Time between two looks at an unchanged object.
    #[arg(long, env = "CLOUDFN_CHECK_INTERVAL", default_value = "5m", value_parser = interval)]
    check_interval: Duration,

    /// Time that a changed ConfigMap or Secret of a Ready object waits for a change of the object
    /// itself, so that one commit stays one change.
    #[arg(long, env = "CLOUDFN_REFERENCE_SETTLE", default_value = "5s", value_parser = duration)]
    reference_settle: Duration,

    /// Time between two looks at the version of a Secret that an object names.
    #[arg(long, env = "CLOUDFN_SECRET_INTERVAL", default_value = "15s", value_parser = interval)]
    secret_interval: Duration,

    /// Objects of one kind that are worked on at once.
    #[arg(long, env = "CLOUDFN_CONCURRENCY", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: u16,

    /// Lambda calls a second, GetFunction excepted; AWS allows 15 to everybody in the account. 0 is no limit.
    #[arg(long, env = "CLOUDFN_LAMBDA_RATE", default_value_t = 10.0, value_parser = rate)]
    lambda_rate: f64,

    /// Lambda GetFunction calls a second; AWS allows 100 to everybody in the account. 0 is no limit.
    #[arg(long, env = "CLOUDFN_LAMBDA_GET_RATE", default_value_t = 80.0, value_parser = rate)]
    lambda_get_rate: f64,

    /// CloudFront calls a second. 0 is no limit.
    #[arg(long, env = "CLOUDFN_CLOUDFRONT_RATE", default_value_t = 10.0, value_parser = rate)]
    cloudfront_rate: f64,

    /// Most that any object may do: `Observe` makes cloudfn write nothing to the cloud at all.
    #[arg(long, env = "CLOUDFN_MANAGEMENT_POLICY", default_value = "Manage")]
    management_policy: ManagementPolicy,

    /// Most that any object's adoptionPolicy may say.
    #[arg(long, env = "CLOUDFN_MAX_ADOPTION_POLICY", default_value = "Never")]
    max_adoption_policy: AdoptionPolicy,

    /// Where the cloud has no TestFunction: `require` publishes nothing that has tests, `skip-unsupported`
    /// publishes it untested and says so in the condition Tested. AWS has TestFunction.
    #[arg(long, env = "CLOUDFN_CLOUDFRONT_TESTS", default_value = "require")]
    cloudfront_tests: CloudFrontTests,

    /// driftPolicy of objects that name none: `Report` overwrites no outside edit unasked.
    #[arg(long, env = "CLOUDFN_DEFAULT_DRIFT_POLICY", default_value = "Repair")]
    default_drift_policy: DriftPolicy,

    /// Address of /livez, /readyz and /metrics.
    #[arg(long, env = "CLOUDFN_HTTP_ADDRESS", default_value = "0.0.0.0:8080")]
    http_address: SocketAddr,

    /// How log lines look.
    #[arg(long, env = "CLOUDFN_LOG_FORMAT", default_value = "text")]
    log_format: logs::Format,

    /// What is logged: `error`, `warn`, `info`, `debug`, or a filter like `info,cloudfn=debug`.
    #[arg(long, env = "CLOUDFN_LOG_LEVEL", default_value = "info")]
    log_level: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CloudFrontTests {
    Require,
    SkipUnsupported,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum ManagementPolicy {
    Manage,
    Observe,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum AdoptionPolicy {
    Never,
    IfUnowned,
    Always,
}

#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "PascalCase")]
enum DriftPolicy {
    Repair,
    Report,
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration; write it like 30s, 5m or 1h30m");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(parsed).map_err(|_| wrong())
}

/// An interval of nothing would be a loop.
fn interval(text: &str) -> Result<Duration, String> {
    let interval = duration(text)?;
    if interval < Duration::from_secs(1) {
        Err(format!("{text:?} is too short; write 1s or more"))
    } else {
        Ok(interval)
    }
}

fn rate(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
    if number.is_finite() && number >= 0.0 {
        Ok(number)
    } else {
        Err(format!("{text:?} is no rate; write 0 or a positive number"))
    }
}

impl Cli {
    /// Does what the command line says.
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
            Command::Validate { files } => return Ok(validate::run(&files)),
            Command::Reference { dir } => reference::pages()
                .iter()
                .try_for_each(|(name, text)| write(&dir, name, text))?,
        }
        Ok(ExitCode::SUCCESS)
    }
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
        runtime::run(self.options(), stop).await
    }

    fn options(self) -> Options {
        let named = |list: Vec<String>| list.into_iter().filter(|text| !text.is_empty());
        Options {
            namespaces: named(self.watch_namespace)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect(),
            aws_region: self.aws_region,
            allowed_accounts: named(self.allowed_account_ids).collect(),
            cluster_name: self.cluster_name,
            check_interval: self.check_interval,
            reference_settle: self.reference_settle,
            secret_interval: self.secret_interval,
            concurrency: self.concurrency,
            rates: Rates {
                lambda: self.lambda_rate,
                lambda_get: self.lambda_get_rate,
                cloudfront: self.cloudfront_rate,
            },
            management_policy: match self.management_policy {
                ManagementPolicy::Manage => api::ManagementPolicy::Manage,
                ManagementPolicy::Observe => api::ManagementPolicy::Observe,
            },
            max_adoption_policy: match self.max_adoption_policy {
                AdoptionPolicy::Never => api::AdoptionPolicy::Never,
                AdoptionPolicy::IfUnowned => api::AdoptionPolicy::IfUnowned,
                AdoptionPolicy::Always => api::AdoptionPolicy::Always,
            },
            skip_unsupported_tests: self.cloudfront_tests == CloudFrontTests::SkipUnsupported,
            default_drift_policy: match self.default_drift_policy {
                DriftPolicy::Repair => api::DriftPolicy::Repair,
                DriftPolicy::Report => api::DriftPolicy::Report,
            },
            http_address: self.http_address,
        }
    }
}

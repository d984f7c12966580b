//! The flags of `cloudfn run`, each of which is also an environment variable.
//!
//! Each setting is declared once, here: the command line takes these fields in, the reference page
//! `docs/reference/flags.md` is made from their comments, and the runtime reads them.

use std::collections::BTreeSet;
use std::iter;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, ValueEnum};
use strum::{ParseError, VariantArray};

use crate::api::{AdoptionPolicy, DeletionPolicy, DriftPolicy, ManagementPolicy};
use crate::cloud::limit::Rates;
use crate::functions::cloudfront::TestSettings;
use crate::reconcile::settings::Settings;

/// Longest pass; the driver checks it between steps, so a running call still ends.
const PASS_LIMIT: Duration = Duration::from_secs(90);

/// What the operator is configured with. The comments of the fields are for users: they are the help.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// File with the way to the API server. Default: as for kubectl, and in a pod its service account.
    #[arg(long, env = "CLOUDFN_KUBECONFIG", value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,

    /// Context of the kubeconfig. Default: its current one.
    #[arg(long, env = "CLOUDFN_CONTEXT")]
    pub(super) context: Option<String>,

    /// Namespace to work in; give it several times, or separate with commas. Default: all.
    #[arg(long, env = "CLOUDFN_WATCH_NAMESPACE", value_delimiter = ',')]
    watch_namespace: Vec<String>,

    /// AWS region of functions that name none. Default: what the usual AWS settings say.
    #[arg(long, env = "CLOUDFN_AWS_REGION")]
    pub(super) aws_region: Option<String>,

    /// AWS accounts to work in, separated with commas: with credentials for another one, cloudfn
    /// does not start, and sends nothing if they turn to it later. Default: any.
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
    pub(super) concurrency: u16,

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
    #[arg(long, env = "CLOUDFN_MANAGEMENT_POLICY", default_value = "Manage", value_parser = policy::<ManagementPolicy>())]
    management_policy: ManagementPolicy,

    /// Most that any object's adoptionPolicy may say.
    #[arg(long, env = "CLOUDFN_MAX_ADOPTION_POLICY", default_value = "Never", value_parser = policy::<AdoptionPolicy>())]
    max_adoption_policy: AdoptionPolicy,

    /// Where the cloud has no TestFunction: `require` publishes nothing that has tests, `skip-unsupported`
    /// publishes it untested and says so in the condition Tested. AWS has TestFunction.
    #[arg(long, env = "CLOUDFN_CLOUDFRONT_TESTS", default_value = "require")]
    cloudfront_tests: CloudFrontTests,

    /// Run code that has no tests once with CloudFront's TestFunction before it goes LIVE: code that
    /// CloudFront cannot compile is not published. `false` publishes it unseen.
    #[arg(long, env = "CLOUDFN_CLOUDFRONT_COMPILE_CHECK", default_value_t = true, action = ArgAction::Set)]
    cloudfront_compile_check: bool,

    /// Let objects with managementPolicy Observe see all of a function that carries no owner tag:
    /// its code, the names of its variables, and whether its values are those of the spec.
    #[arg(long, env = "CLOUDFN_OBSERVE_UNOWNED", value_parser = FalseyValueParser::new())]
    observe_unowned: bool,

    /// driftPolicy of objects that name none: `Report` overwrites no outside edit unasked.
    #[arg(long, env = "CLOUDFN_DEFAULT_DRIFT_POLICY", default_value = "Repair", value_parser = policy::<DriftPolicy>())]
    default_drift_policy: DriftPolicy,

    /// deletionPolicy of objects that name none: with `Retain`, no function is deleted unless its
    /// object asks for it.
    #[arg(long, env = "CLOUDFN_DEFAULT_DELETION_POLICY", default_value = "Delete", value_parser = policy::<DeletionPolicy>())]
    default_deletion_policy: DeletionPolicy,

    /// Address of /livez, /readyz and /metrics.
    #[arg(long, env = "CLOUDFN_HTTP_ADDRESS", default_value = "0.0.0.0:8080")]
    pub(super) http_address: SocketAddr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CloudFrontTests {
    Require,
    SkipUnsupported,
}

impl Options {
    /// Namespaces to work in, each once; empty means all.
    pub(super) fn namespaces(&self) -> BTreeSet<&str> {
        named(&self.watch_namespace).collect()
    }

    /// AWS accounts to work in; empty means any.
    pub(super) fn allowed_accounts(&self) -> BTreeSet<String> {
        named(&self.allowed_account_ids)
            .map(ToOwned::to_owned)
            .collect()
    }

    /// The call budgets.
    pub(super) const fn rates(&self) -> Rates {
        Rates {
            lambda: self.lambda_rate,
            lambda_get: self.lambda_get_rate,
            cloudfront: self.cloudfront_rate,
        }
    }

    /// Tests of CloudFront functions before LIVE.
    pub(super) fn tests(&self) -> TestSettings {
        TestSettings {
            skip_unsupported: self.cloudfront_tests == CloudFrontTests::SkipUnsupported,
            compile_check: self.cloudfront_compile_check,
        }
    }

    /// The driver's settings, in the cluster whose `kube-system` has the uid `instance`.
    pub(super) fn settings(&self, instance: String) -> Settings {
        let name = self.cluster_name.as_ref();
        Settings {
            cluster_name: name.unwrap_or(&instance).clone(),
            instance,
            check_interval: self.check_interval,
            reference_settle: self.reference_settle,
            secret_interval: self.secret_interval,
            pass_limit: PASS_LIMIT,
            management_policy: self.management_policy,
            max_adoption_policy: self.max_adoption_policy,
            observe_unowned: self.observe_unowned,
            default_drift_policy: self.default_drift_policy,
            default_deletion_policy: self.default_deletion_policy,
        }
    }
}

/// An empty text names nothing: an environment variable that is set to nothing has one.
fn named(list: &[String]) -> impl Iterator<Item = &str> {
    list.iter()
        .map(String::as_str)
        .filter(|text| !text.is_empty())
}

/// Reads a policy by its name in specs. The help lists the default first.
fn policy<T>() -> impl TypedValueParser<Value = T>
where
    T: VariantArray + Default + PartialEq + Copy + Send + Sync,
    T: Into<&'static str> + FromStr<Err = ParseError>,
{
    let default = T::default();
    let others = T::VARIANTS.iter().copied().filter(|one| *one != default);
    let words: Vec<&'static str> = iter::once(default).chain(others).map(Into::into).collect();
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration; write it like 30s, 5m or 1h30m");
    let parsed: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(parsed).map_err(|_| wrong())
}

/// A duration that is not too short: an interval of zero would be a busy loop.
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

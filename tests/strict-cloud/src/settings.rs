//! How this cloud behaves where AWS leaves it open: how long things take, quotas, what fails.

use std::collections::BTreeSet;
use std::time::Duration;

/// From the least to the most, both included; the seed decides where in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between(pub Duration, pub Duration);

impl Between {
    /// Always the same.
    #[must_use]
    pub const fn exactly(time: Duration) -> Self {
        Self(time, time)
    }
}

/// Something that makes functions fail: everything whose role or description holds the marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A part of the role's ARN or of the description.
    pub marker: String,
    /// Whether creation ends in State Failed.
    pub on_create: bool,
    /// Whether updates end in LastUpdateStatus Failed.
    pub on_update: bool,
    /// StateReason or LastUpdateStatusReason.
    pub reason: String,
    /// StateReasonCode or LastUpdateStatusReasonCode.
    pub reason_code: &'static str,
}

/// Something that keeps environments from starting, and provisioned concurrency from coming: that of every version whose
/// role or description holds the marker ends FAILED.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartFailure {
    /// A part of the role's ARN or of the description.
    pub marker: String,
    /// StatusReason (`FUNCTION_ERROR_INIT_FAILURE`, as users report it).
    pub reason: String,
}

/// The settings of a [`Cloud`](crate::Cloud). The default is as strict as AWS.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Settings {
    /// Lambda's request quotas: 100 GetFunction a second, 15 a second for all else together
    /// (Lambda Developer Guide, "Lambda quotas", "Control plane").
    pub lambda_quotas: bool,
    /// Concurrent executions of an account and region (Lambda Developer Guide, "Lambda quotas": 1,000).
    pub lambda_concurrency: i64,
    /// CloudFront calls a second, one second's worth of burst; AWS publishes no number.
    pub cloudfront_rate: Option<u32>,
    /// CloudFront functions in an account (CloudFront Developer Guide, "Quotas on CloudFront Functions": 100).
    pub cloudfront_functions: usize,
    /// CreateFunction with tags is answered 409 (seen on AWS in 2026; see `assumed`).
    pub refuse_create_with_tags: bool,
    /// CloudFront has TestFunction; without it, it is answered 400 UnsupportedOperation.
    pub test_function: bool,
    /// TestFunction says how much was computed; API reference, TestResult: it need not.
    pub compute_utilization: bool,
    /// CreateFunction and UpdateFunction refuse code with a syntax error, 400. AWS, as users report it, takes such code and
    /// only says so when it runs.
    pub refuse_syntax_errors: bool,
    /// A function can be associated only with a key-value store that was put there
    /// ([`Cloud::put_key_value_store`](crate::Cloud::put_key_value_store)).
    pub key_value_stores_must_exist: bool,
    /// How long every answer is on its way, a refusal's too. What a call does, it does when it comes.
    pub latency: Duration,
    /// How long a zip function stays Pending.
    pub create_takes: Between,
    /// How long an update of a zip function stays InProgress.
    pub update_takes: Between,
    /// The same two for a function in a VPC.
    pub vpc_takes: Between,
    /// The same two for an image function.
    pub image_takes: Between,
    /// How long provisioned concurrency stays IN_PROGRESS: a minute or two (Lambda Developer Guide, "Configuring provisioned
    /// concurrency for a function").
    pub provision_takes: Between,
    /// How long a function stays Deleting: no time at all where AWS was recorded (TestLambdaTags::test_tag_lifecycle).
    pub delete_takes: Between,
    /// DeleteFunction is answered 409 while the function is Pending or an update is in progress.
    pub delete_waits: bool,
    /// After a failed update the fields show what ran before, not what was asked for.
    pub failed_update_shows_old: bool,
    /// How long a role that was just made cannot be assumed ([`Cloud::put_role`](crate::Cloud::put_role)).
    pub role_assumable_after: Duration,
    /// Roles that nobody made exist all the same.
    pub any_role: bool,
    /// Ids and ARNs (subnets, security groups, layer versions, image URIs, code signing configurations) that do not exist.
    pub missing: BTreeSet<String>,
    /// Code signing configurations that refuse code without a signature.
    pub enforced: BTreeSet<String>,
    /// What fails.
    pub failures: Vec<Failure>,
    /// What does not start.
    pub start_failures: Vec<StartFailure>,
}

impl Default for Settings {
    fn default() -> Self {
        let seconds = |least, most| Between(Duration::from_secs(least), Duration::from_secs(most));
        Self {
            lambda_quotas: true,
            lambda_concurrency: 1_000,
            cloudfront_rate: None,
            cloudfront_functions: 100,
            refuse_create_with_tags: false,
            test_function: true,
            compute_utilization: true,
            refuse_syntax_errors: false,
            key_value_stores_must_exist: false,
            latency: Duration::ZERO,
            create_takes: seconds(1, 4),
            update_takes: seconds(1, 4),
            vpc_takes: seconds(30, 90),
            image_takes: seconds(5, 20),
            provision_takes: seconds(60, 120),
            delete_takes: seconds(0, 0),
            delete_waits: true,
            failed_update_shows_old: false,
            role_assumable_after: Duration::from_secs(10),
            any_role: true,
            missing: BTreeSet::new(),
            enforced: BTreeSet::new(),
            failures: Vec::new(),
            start_failures: Vec::new(),
        }
    }
}

impl Settings {
    /// Everything settles in some ten milliseconds, for callers on a real clock.
    #[must_use]
    pub fn fast(self) -> Self {
        let soon = Between(Duration::from_millis(5), Duration::from_millis(15));
        Self {
            create_takes: soon,
            update_takes: soon,
            vpc_takes: soon,
            image_takes: soon,
            provision_takes: soon,
            delete_takes: soon,
            role_assumable_after: Duration::from_millis(15),
            ..self
        }
    }
}

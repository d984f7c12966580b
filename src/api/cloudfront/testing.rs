//! Tests of a CloudFront function: what `spec` asks for before anything reaches LIVE, and what came of it.

use kube::KubeSchema;
use kube::core::{Message, Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::config_map::ConfigMapKeyRef;
use super::event::{Event, Expectation};
use crate::api::forms::{TEST_NAME, literal};

/// One run of the function by CloudFront's `TestFunction`, on the DEVELOPMENT stage, and what it must answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionTest {
    /// Name of the test: lower-case letters, digits and hyphens, used once.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = TEST_NAME.pattern)
    )]
    pub name: String,

    /// The event that the function gets, as CloudFront's documentation has it. What is left out is
    /// filled in: `version`, `context`, `viewer`, and of the request and the response (which is
    /// there for `viewer-response` only) the method, the URI, the status and empty maps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Event")]
    pub event: Option<Event>,

    /// What the function must answer: `request` or `response`. The members named must match, others
    /// do not matter; a list must match as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Expectation")]
    pub expect: Option<Expectation>,

    /// Paths that must not be in the answer, such as `response.headers.server`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32), inner(length(min = 1, max = 256)))]
    #[x_kube(validation = in_an_answer())]
    pub expect_absent: Vec<String>,

    /// Most compute utilization that the run may need, in percent of what CloudFront allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100))]
    pub max_compute_utilization: Option<i32>,
}

/// The paths that an answer can have: those of [`Expectation`].
fn in_an_answer() -> Rule {
    let pattern = literal(
        r"^(request(\.(method|uri|(querystring|headers|cookies)(\..+)?))?|response(\.(statusCode|statusDescription|(headers|cookies)(\..+)?|body(\.(encoding|data))?))?)$",
    );
    Rule::new(format!("self.all(path, path.matches({pattern}))")).message(Message::Expression(
        format!(
            r#"'"' + self.filter(path, !path.matches({pattern}))[0] + '" is no path that an answer can have, so it is always absent; correct it, such as response.headers.server'"#
        ),
    ))
}

/// Where further tests stand: a list of them, as `spec.tests` has it, in YAML or JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestsSource {
    /// A key of a ConfigMap in the same namespace. It is watched.
    pub config_map_key_ref: ConfigMapKeyRef,
}

/// What came of the tests; where the spec has none, of running the code once before it goes LIVE.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestsStatus {
    /// SHA-256 over code, runtime, associations and tests that the results are of, hexadecimal.
    /// Where the spec has no tests, the made-up events stand for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// All of them together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "TestsOutcome")]
    pub outcome: Option<TestsOutcome>,
    /// One sentence about the outcome, where it is not `Passed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Each that ended, in the order of the spec.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<TestResult>,
    /// How often in a row `TestFunction` itself failed for these tests.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: i32,
    /// Hashes that passed, the newest first, at most five: going back to one of them needs no test.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_zero(number: &i32) -> bool {
    *number == 0
}

/// How the tests stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum TestsOutcome {
    /// Every test passed.
    Passed,
    /// A test failed: nothing is published.
    Failed,
    /// Not every test has run yet.
    Running,
    /// The cloud could not run them.
    Unavailable,
    /// The cloud runs none, and a flag of the operator lets that pass.
    Skipped,
    /// The annotation `cloudfn.dev/skip-tests` names this code.
    Bypassed,
    /// There are no tests, and CloudFront compiles the code.
    Compiled,
    /// There are no tests, and the code compiles; on the made-up events it ended with an error.
    MayFail,
    /// There are no tests, and the cloud could not run the code: it is published all the same.
    NotRun,
}

/// What came of one test.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Name of the test.
    pub name: String,
    /// Whether the function did what the test expects.
    pub passed: bool,
    /// Percent of the compute time that CloudFront allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute_utilization: Option<i32>,
    /// Where it failed: the first difference, or the error, and the last lines of the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

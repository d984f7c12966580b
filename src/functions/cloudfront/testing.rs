//! Tests before LIVE: what is to be run, what came of it, and whether the gate is open.
//!
//! Invariant: the gate is open for one content only, named by the hash of code, runtime,
//! associations and tests; a result counts for the hash that it stands beside, and for no other.
//! Pure: no client, no SDK, no clock, no async, no logging.

mod answer;
mod event;

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::desired::hex;
use crate::api::Reason;
use crate::api::cloudfront::{FunctionTest, Members, TestResult, TestsOutcome, TestsStatus};
use crate::api::conditions::TESTED;
use crate::cloud::cloudfront::FunctionConfig;
use crate::reconcile::{Domain, Unmet};

pub(super) use answer::verdict;

/// Tests of one function at most, wherever they stand: each is a call.
const MAX_TESTS: usize = 32;
/// Characters of a test's name at most.
const MAX_NAME: usize = 63;
/// Times that `TestFunction` itself may fail in a row before a person hears of it.
const MAX_FAILURES: i32 = 3;
/// Contents that passed and are remembered, so that going back to one needs no test.
const REMEMBERED: usize = 5;

/// A test that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// The whole event, JSON.
    pub event: Vec<u8>,
    /// What the answer must have.
    pub expect: Members,
    /// What it must not have.
    pub expect_absent: Vec<String>,
    /// Percent at most.
    pub max_compute_utilization: Option<i32>,
}

impl Test {
    fn new(test: FunctionTest) -> Result<Self, Unmet> {
        let FunctionTest {
            name,
            event,
            expect,
            expect_absent,
            max_compute_utilization,
        } = test;
        let shown: String = name.chars().take(MAX_NAME).collect();
        let wrong = |what: String| Unmet::Invalid(format!("The test {shown} {what}."));
        // The schema asks the same of tests in the spec; these may come from a ConfigMap.
        if !is_name(&name) {
            return Err(wrong(format!(
                "needs another name: 1 to {MAX_NAME} lower-case letters, digits and hyphens"
            )));
        }
        if max_compute_utilization.is_some_and(|most| !(1..=100).contains(&most)) {
            return Err(wrong(
                "has a maxComputeUtilization that is not between 1 and 100".to_owned(),
            ));
        }
        answer::check(&expect, &expect_absent).map_err(wrong)?;
        let event = event::filled(event).map_err(wrong)?;
        Ok(Self {
            name,
            event,
            expect,
            expect_absent,
            max_compute_utilization,
        })
    }
}

/// What came of running one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The function did what the test expects.
    Passed(Option<i32>),
    /// It did something else; the sentence says what.
    Failed(Option<i32>, String),
    /// Nobody knows: the cloud could not run it.
    Broken(String),
    /// This cloud never runs tests.
    Unsupported(String),
}

/// What stands between DEVELOPMENT and LIVE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The tests, in the order of the spec.
    pub tests: Vec<Test>,
    /// An annotation names this very code: nobody waits for the tests.
    pub bypass: bool,
    /// Where the cloud runs no tests, nobody waits for them either.
    pub lenient: bool,
}

/// Whether the gate is open.
pub(super) enum Standing {
    /// It is.
    Open,
    /// Tests are still to be run.
    Run,
    /// The cloud could not run a test and is given time.
    Wait(String),
    /// A person must change something.
    Shut(Reason, String),
}

impl Gate {
    /// A gate of these tests.
    pub(super) fn new(
        tests: Vec<FunctionTest>,
        bypass: bool,
        lenient: bool,
    ) -> Result<Self, Unmet> {
        if tests.len() > MAX_TESTS {
            return Err(Unmet::Invalid(format!(
                "There are {} tests in spec.tests and spec.testsFrom; {MAX_TESTS} together are allowed.",
                tests.len()
            )));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = tests.iter().find(|test| !names.insert(test.name.as_str())) {
            return Err(Unmet::Invalid(format!(
                "There are two tests of the name {}; give each its own.",
                twice.name
            )));
        }
        Ok(Self {
            tests: tests.into_iter().map(Test::new).collect::<Result<_, _>>()?,
            bypass,
            lenient,
        })
    }

    /// The hash that results for this content stand under. Each part has its length before it.
    pub(super) fn key(&self, code_sha256: &str, config: &FunctionConfig) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        };
        part(code_sha256.as_bytes());
        part(config.runtime.as_bytes());
        part(&config.key_value_stores.len().to_be_bytes());
        for store in &config.key_value_stores {
            part(store.as_bytes());
        }
        for Test {
            name,
            event,
            expect,
            expect_absent,
            max_compute_utilization,
        } in &self.tests
        {
            part(name.as_bytes());
            part(event);
            part(
                serde_json::Value::from(expect.clone())
                    .to_string()
                    .as_bytes(),
            );
            part(
                serde_json::json!([expect_absent, max_compute_utilization])
                    .to_string()
                    .as_bytes(),
            );
        }
        hex(hash.finalize().as_slice())
    }

    /// Whether the content of this key may go LIVE. `tried`: in this look at the function, the cloud
    /// failed to run a test already.
    pub(super) fn standing(
        &self,
        key: &str,
        memory: Option<&TestsStatus>,
        tried: bool,
    ) -> Standing {
        if self.tests.is_empty() || self.bypass {
            return Standing::Open;
        }
        let Some(memory) = memory else {
            return Standing::Run;
        };
        if memory.sha256.as_deref() != Some(key) {
            return if memory.passed.iter().any(|passed| passed == key) {
                Standing::Open
            } else {
                Standing::Run
            };
        }
        match memory.outcome {
            Some(TestsOutcome::Passed) => return Standing::Open,
            Some(TestsOutcome::Skipped) if self.lenient => {
                return failure(&memory.results).map_or(Standing::Open, |failure| {
                    Standing::Shut(Reason::TestFailed, failure)
                });
            }
            _ => {}
        }
        let message = || memory.message.clone().unwrap_or_default();
        match self
            .tests
            .iter()
            .find(|test| !memory.results.iter().any(|result| result.name == test.name))
        {
            Some(_) if tried && memory.failures >= MAX_FAILURES => {
                Standing::Shut(Reason::TestUnavailable, message())
            }
            Some(_) if tried => Standing::Wait(message()),
            Some(_) => Standing::Run,
            None => Standing::Shut(
                Reason::TestFailed,
                failure(&memory.results).unwrap_or_default(),
            ),
        }
    }

    /// The tests that are still to be run for the content of this key, if any has to be.
    pub(super) fn ahead(&self, key: &str, memory: Option<&TestsStatus>) -> Vec<&Test> {
        let Standing::Run = self.standing(key, memory, false) else {
            return Vec::new();
        };
        let known = memory.filter(|memory| memory.sha256.as_deref() == Some(key));
        let done = |test: &&Test| {
            known.is_some_and(|memory| memory.results.iter().any(|result| result.name == test.name))
        };
        self.tests.iter().filter(|test| !done(test)).collect()
    }

    /// Brings what is remembered in line with the content of this key, whose code has this hash.
    pub(super) fn report(&self, key: &str, code_sha256: &str, memory: &mut Option<TestsStatus>) {
        let earlier = memory.take().unwrap_or_default();
        if self.tests.is_empty() {
            *memory = (!earlier.passed.is_empty()).then(|| TestsStatus {
                passed: earlier.passed,
                ..TestsStatus::default()
            });
            return;
        }
        let mut status = about(key, earlier);
        if status.outcome != Some(TestsOutcome::Passed) && self.bypass {
            status.outcome = Some(TestsOutcome::Bypassed);
            status.message = Some(format!(
                "the annotation cloudfn.dev/skip-tests names this code, {code_sha256}"
            ));
        } else if matches!(status.outcome, None | Some(TestsOutcome::Bypassed))
            || (status.outcome == Some(TestsOutcome::Skipped) && !self.lenient)
        {
            status.message = None;
            sum_up(&mut status, key, self.tests.len());
        }
        *memory = Some(status);
    }
}

/// What is remembered about this key: all of it, or only whether it passed once.
fn about(key: &str, memory: TestsStatus) -> TestsStatus {
    if memory.sha256.as_deref() == Some(key) {
        return memory;
    }
    let outcome = memory
        .passed
        .iter()
        .any(|passed| passed == key)
        .then_some(TestsOutcome::Passed);
    TestsStatus {
        sha256: Some(key.to_owned()),
        outcome,
        passed: memory.passed,
        ..TestsStatus::default()
    }
}

/// What one of `count` tests taught about the content of this key.
pub(super) fn learn(
    memory: &mut Option<TestsStatus>,
    key: &str,
    (name, count): (&str, usize),
    verdict: Verdict,
) {
    let mut status = about(key, memory.take().unwrap_or_default());
    match verdict {
        Verdict::Passed(compute_utilization) => {
            status.failures = 0;
            status.results.push(TestResult {
                name: name.to_owned(),
                passed: true,
                compute_utilization,
                message: None,
            });
        }
        Verdict::Failed(compute_utilization, message) => {
            status.failures = 0;
            status.results.push(TestResult {
                name: name.to_owned(),
                passed: false,
                compute_utilization,
                message: Some(message),
            });
        }
        Verdict::Broken(message) => {
            status.failures = status.failures.saturating_add(1).min(MAX_FAILURES);
            status.message = Some(format!(
                "the cloud could not run the test {name}: {message}"
            ));
        }
        Verdict::Unsupported(message) => {
            status.failures = MAX_FAILURES;
            status.message = Some(format!(
                "the cloud does not run tests ({message}); drop them, or start the operator with --cloudfront-tests=skip-unsupported"
            ));
        }
    }
    sum_up(&mut status, key, count);
    *memory = Some(status);
}

/// The tests need not be waited for, since the cloud runs none.
pub(super) fn skip(memory: &mut Option<TestsStatus>, key: &str, why: &str) {
    let mut status = about(key, memory.take().unwrap_or_default());
    status.outcome = Some(TestsOutcome::Skipped);
    status.message = Some(format!(
        "the cloud does not run tests ({why}), and --cloudfront-tests=skip-unsupported lets that pass"
    ));
    *memory = Some(status);
}

/// All is to be run again for what is there now.
pub(super) fn again(memory: &mut Option<TestsStatus>) {
    if let Some(status) = memory {
        let key = status.sha256.take();
        let passed = status
            .passed
            .drain(..)
            .filter(|passed| Some(passed) != key.as_ref())
            .collect();
        *status = TestsStatus {
            passed,
            ..TestsStatus::default()
        };
    }
}

fn sum_up(status: &mut TestsStatus, key: &str, count: usize) {
    if status.results.len() < count {
        status.outcome = Some(if status.failures >= MAX_FAILURES {
            TestsOutcome::Unavailable
        } else {
            TestsOutcome::Running
        });
        status.message.take_if(|_| status.failures == 0);
    } else if let Some(failure) = failure(&status.results) {
        (status.outcome, status.message) = (Some(TestsOutcome::Failed), Some(failure));
    } else {
        (status.outcome, status.message) = (Some(TestsOutcome::Passed), None);
        status.passed.retain(|passed| passed != key);
        status.passed.insert(0, key.to_owned());
        status.passed.truncate(REMEMBERED);
    }
}

/// What failed, in one sentence.
fn failure(results: &[TestResult]) -> Option<String> {
    let mut failed = results.iter().filter(|result| !result.passed);
    let first = failed.next()?;
    let more = match failed.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    Some(format!(
        "the test {} failed{more}: {}",
        first.name,
        first.message.as_deref().unwrap_or_default()
    ))
}

/// Whether a text may name a test.
fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (1..=MAX_NAME).contains(&text.len())
        && text.starts_with(allowed)
        && text.ends_with(allowed)
        && text.chars().all(|c| allowed(c) || c == '-')
}

/// The condition `Tested`, where there is anything to say.
pub(super) fn condition(memory: Option<&TestsStatus>) -> Option<Domain> {
    let status = memory?;
    let message = status.message.clone().unwrap_or_default();
    let (truth, reason, message) = match status.outcome? {
        TestsOutcome::Passed => ("True", Reason::TestsPassed, "every test passed".to_owned()),
        TestsOutcome::Failed => ("False", Reason::TestFailed, message),
        TestsOutcome::Running => (
            "Unknown",
            Reason::TestsRunning,
            "not every test has run yet".to_owned(),
        ),
        TestsOutcome::Unavailable => ("Unknown", Reason::TestUnavailable, message),
        TestsOutcome::Skipped | TestsOutcome::Bypassed => {
            ("Unknown", Reason::TestsSkipped, message)
        }
    };
    Some(Domain {
        kind: TESTED,
        status: truth,
        reason,
        message,
        tell: reason == Reason::TestsSkipped,
    })
}

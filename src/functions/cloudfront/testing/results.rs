//! What is remembered of test results, in `status.tests`. Pure.

use super::answer::TestVerdict;
use super::compile::{self, Finding, finding};
use super::rule::Rule;
use crate::api::Reason;
use crate::api::cloudfront::{TestResult, TestsOutcome, TestsStatus};
use crate::api::conditions::TESTED;
use crate::reconcile::KindCondition;

/// Times that `TestFunction` itself may fail in a row before the object is Stalled.
pub(super) const MAX_FAILURES: i32 = 3;
/// Contents that passed and are remembered, so that going back to one needs no test.
const REMEMBERED: usize = 5;

/// What is remembered about this key: all of it, or only whether it passed once.
pub(super) fn about(key: &str, rule: Rule, memory: TestsStatus) -> TestsStatus {
    if memory.sha256.as_deref() == Some(key) {
        return memory;
    }
    let known = memory.passed.iter().any(|passed| passed == key);
    TestsStatus {
        sha256: Some(key.to_owned()),
        outcome: known.then_some(match rule {
            Rule::AllPass { .. } => TestsOutcome::Passed,
            Rule::Compiles => TestsOutcome::Compiled,
        }),
        passed: memory.passed,
        ..TestsStatus::default()
    }
}

/// Records the result of a test of this name for the content of this key.
pub(in super::super) fn record(
    memory: &mut Option<TestsStatus>,
    key: &str,
    name: &str,
    rule: Rule,
    verdict: TestVerdict,
) {
    let mut status = about(key, rule, memory.take().unwrap_or_default());
    let mut ended = |passed, compute_utilization, message| {
        status.failures = 0;
        status.results.push(TestResult {
            name: name.to_owned(),
            passed,
            compute_utilization,
            message,
        });
    };
    match verdict {
        TestVerdict::Passed(compute_utilization) => ended(true, compute_utilization, None),
        TestVerdict::Failed(compute_utilization, message) => {
            ended(false, compute_utilization, Some(message));
        }
        TestVerdict::Broken(why) => {
            status.failures = status.failures.saturating_add(1).min(MAX_FAILURES);
            status.message = Some(match rule {
                Rule::AllPass { .. } => format!("the cloud could not run the test {name}: {why}"),
                Rule::Compiles => format!(
                    "nobody knows whether the code compiles: the cloud could not run it ({why})"
                ),
            });
        }
        TestVerdict::Unsupported(why) if rule.skips_unsupported() => {
            status.outcome = Some(TestsOutcome::Skipped);
            status.message = Some(format!(
                "the cloud does not run tests ({why}), and --cloudfront-tests=skip-unsupported lets that pass"
            ));
            *memory = Some(status);
            return;
        }
        TestVerdict::Unsupported(why) => {
            status.failures = MAX_FAILURES;
            status.message = Some(match rule {
                Rule::AllPass { .. } => format!(
                    "the cloud does not run tests ({why}); drop them, or start the operator with --cloudfront-tests=skip-unsupported"
                ),
                Rule::Compiles => {
                    format!(
                        "nobody knows whether the code compiles: the cloud does not run tests ({why})"
                    )
                }
            });
        }
    }
    sum_up(&mut status, key, rule);
    *memory = Some(status);
}

/// All is to be run again for what is there now. Code that went LIVE without tests is not: running it
/// again could hold nothing back.
pub(in super::super) fn reset(memory: &mut Option<TestsStatus>) {
    use TestsOutcome::{Compiled, MayFail, NotRun};

    let Some(status) = memory else {
        return;
    };
    if matches!(status.outcome, Some(Compiled | MayFail | NotRun)) {
        return;
    }
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

/// Draws the outcome of the tests from their results.
pub(super) fn sum_up(status: &mut TestsStatus, key: &str, rule: Rule) {
    let (outcome, message) = match rule {
        Rule::AllPass { count, .. } => all_pass(status, count),
        Rule::Compiles => compiles(status),
    };
    if matches!(
        outcome,
        TestsOutcome::Passed | TestsOutcome::Compiled | TestsOutcome::MayFail
    ) {
        status.passed.retain(|passed| passed != key);
        status.passed.insert(0, key.to_owned());
        status.passed.truncate(REMEMBERED);
    }
    (status.outcome, status.message) = (Some(outcome), message);
}

/// What comes of the tests of a spec.
fn all_pass(status: &TestsStatus, count: usize) -> (TestsOutcome, Option<String>) {
    if status.results.len() < count {
        unfinished(status, TestsOutcome::Unavailable)
    } else if let Some(failure) = failure(&status.results, count) {
        (TestsOutcome::Failed, Some(failure))
    } else {
        (TestsOutcome::Passed, None)
    }
}

/// What comes of running code that has no tests.
fn compiles(status: &TestsStatus) -> (TestsOutcome, Option<String>) {
    match finding(&status.results) {
        Finding::Compiles => (TestsOutcome::Compiled, None),
        Finding::MayFail(results) => (TestsOutcome::MayFail, Some(compile::may_fail(results))),
        Finding::Broken(error) => (TestsOutcome::Failed, Some(compile::broken(error))),
        Finding::Unknown => unfinished(status, TestsOutcome::NotRun),
    }
}

/// Tests that have not all run; `given_up`: what it is called once the cloud has failed too often.
fn unfinished(status: &TestsStatus, given_up: TestsOutcome) -> (TestsOutcome, Option<String>) {
    let outcome = if status.failures >= MAX_FAILURES {
        given_up
    } else {
        TestsOutcome::Running
    };
    let message = status.message.clone().filter(|_| status.failures > 0);
    (outcome, message)
}

/// What failed of `count` tests, in one sentence.
pub(super) fn failure(results: &[TestResult], count: usize) -> Option<String> {
    let failed: Vec<&TestResult> = results.iter().filter(|result| !result.passed).collect();
    let first = failed.first()?;
    Some(format!(
        "the test {} failed ({} of {count} failed, LIVE is unchanged): {}",
        first.name,
        failed.len(),
        first.message.as_deref().unwrap_or_default()
    ))
}

/// The condition `Tested`, where there is anything to say.
pub(in super::super) fn condition(memory: Option<&TestsStatus>) -> Option<KindCondition> {
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
        TestsOutcome::Compiled => (
            "True",
            Reason::CodeCompiles,
            "there are no tests, and CloudFront compiles the code".to_owned(),
        ),
        TestsOutcome::MayFail => ("Unknown", Reason::CodeMayFail, message),
        TestsOutcome::NotRun => ("Unknown", Reason::CodeNotRun, message),
    };
    Some(KindCondition {
        kind: TESTED,
        status: truth,
        reason,
        message,
        event: matches!(reason, Reason::TestsSkipped | Reason::CodeMayFail),
    })
}

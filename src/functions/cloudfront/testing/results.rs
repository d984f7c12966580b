//! What is remembered of test results, in `status.tests`. Pure.

use super::answer::TestVerdict;
use crate::api::Reason;
use crate::api::cloudfront::{TestResult, TestsOutcome, TestsStatus};
use crate::api::conditions::TESTED;
use crate::reconcile::KindCondition;

/// Times that `TestFunction` itself may fail in a row before the object is Stalled.
pub(super) const MAX_FAILURES: i32 = 3;
/// Contents that passed and are remembered, so that going back to one needs no test.
const REMEMBERED: usize = 5;

/// What is remembered about this key: all of it, or only whether it passed once.
pub(super) fn about(key: &str, memory: TestsStatus) -> TestsStatus {
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

/// Records the result of one of `count` tests for the content of this key.
pub(in super::super) fn record(
    memory: &mut Option<TestsStatus>,
    key: &str,
    (name, count): (&str, usize),
    verdict: TestVerdict,
) {
    let mut status = about(key, memory.take().unwrap_or_default());
    match verdict {
        TestVerdict::Passed(compute_utilization) => {
            status.failures = 0;
            status.results.push(TestResult {
                name: name.to_owned(),
                passed: true,
                compute_utilization,
                message: None,
            });
        }
        TestVerdict::Failed(compute_utilization, message) => {
            status.failures = 0;
            status.results.push(TestResult {
                name: name.to_owned(),
                passed: false,
                compute_utilization,
                message: Some(message),
            });
        }
        TestVerdict::Broken(message) => {
            status.failures = status.failures.saturating_add(1).min(MAX_FAILURES);
            status.message = Some(format!(
                "the cloud could not run the test {name}: {message}"
            ));
        }
        TestVerdict::Unsupported(message) => {
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
pub(in super::super) fn skip(memory: &mut Option<TestsStatus>, key: &str, why: &str) {
    let mut status = about(key, memory.take().unwrap_or_default());
    status.outcome = Some(TestsOutcome::Skipped);
    status.message = Some(format!(
        "the cloud does not run tests ({why}), and --cloudfront-tests=skip-unsupported lets that pass"
    ));
    *memory = Some(status);
}

/// All is to be run again for what is there now.
pub(in super::super) fn reset(memory: &mut Option<TestsStatus>) {
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

/// Draws the outcome of `count` tests from their results.
pub(super) fn sum_up(status: &mut TestsStatus, key: &str, count: usize) {
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
pub(super) fn failure(results: &[TestResult]) -> Option<String> {
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
    };
    Some(KindCondition {
        kind: TESTED,
        status: truth,
        reason,
        message,
        event: reason == Reason::TestsSkipped,
    })
}

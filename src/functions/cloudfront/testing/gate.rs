//! The gate between DEVELOPMENT and LIVE: whether it is open for a content. Pure.

use std::collections::BTreeSet;

use super::results::{MAX_FAILURES, about, failure, sum_up};
use super::test::Test;
use crate::api::Reason;
use crate::api::cloudfront::{FunctionTest, TestsOutcome, TestsStatus};
use crate::api::digest::sha256_of_parts;
use crate::cloud::cloudfront::FunctionConfig;
use crate::reconcile::Unmet;

/// Tests of one function at most, wherever they stand: each is a call.
const MAX_TESTS: usize = 32;

/// The tests that a content must pass between DEVELOPMENT and LIVE.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    /// The tests, in the order of the spec.
    pub tests: Vec<Test>,
    /// An annotation names this very code: nobody waits for the tests.
    pub bypass: bool,
    /// Where the cloud runs no tests, nobody waits for them either.
    pub skip_unsupported_tests: bool,
    /// What is said beside the reason why it is shut.
    pub hint: Option<String>,
}

/// Whether the gate is open.
pub(in super::super) enum GateStatus {
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
    pub(in super::super) fn new(
        tests: Vec<FunctionTest>,
        bypass: bool,
        skip_unsupported_tests: bool,
    ) -> Result<Self, Unmet> {
        if tests.len() > MAX_TESTS {
            return Err(Unmet::Invalid(format!(
                "there are {} tests in spec.tests and spec.testsFrom; {MAX_TESTS} together are allowed",
                tests.len()
            )));
        }
        let mut names = BTreeSet::new();
        if let Some(twice) = tests.iter().find(|test| !names.insert(test.name.as_str())) {
            return Err(Unmet::Invalid(format!(
                "there are two tests of the name {}; give each its own",
                twice.name
            )));
        }
        Ok(Self {
            tests: tests.into_iter().map(Test::new).collect::<Result<_, _>>()?,
            bypass,
            skip_unsupported_tests,
            hint: None,
        })
    }

    /// The hash that results for this content are kept under.
    pub(in super::super) fn key(&self, code_sha256: &str, config: &FunctionConfig) -> String {
        let stores = &config.key_value_stores;
        let mut parts = vec![
            code_sha256.as_bytes().to_vec(),
            config.runtime.clone().into_bytes(),
            stores.len().to_be_bytes().to_vec(),
        ];
        parts.extend(stores.iter().map(|store| store.clone().into_bytes()));
        parts.extend(self.tests.iter().flat_map(Test::parts));
        sha256_of_parts(parts.iter().map(Vec::as_slice))
    }

    /// Whether the content of this key may go LIVE. `tried`: since this observation, the cloud
    /// failed to run a test already.
    pub(in super::super) fn status(
        &self,
        key: &str,
        memory: Option<&TestsStatus>,
        tried: bool,
    ) -> GateStatus {
        match (self.judged(key, memory, tried), &self.hint) {
            (GateStatus::Shut(reason, why), Some(hint)) => {
                GateStatus::Shut(reason, format!("{why}; {hint}"))
            }
            (status, _) => status,
        }
    }

    fn judged(&self, key: &str, memory: Option<&TestsStatus>, tried: bool) -> GateStatus {
        if self.tests.is_empty() || self.bypass {
            return GateStatus::Open;
        }
        let Some(memory) = memory else {
            return GateStatus::Run;
        };
        if memory.sha256.as_deref() != Some(key) {
            return if memory.passed.iter().any(|passed| passed == key) {
                GateStatus::Open
            } else {
                GateStatus::Run
            };
        }
        match memory.outcome {
            Some(TestsOutcome::Passed) => return GateStatus::Open,
            Some(TestsOutcome::Skipped) if self.skip_unsupported_tests => {
                return failure(&memory.results).map_or(GateStatus::Open, |failure| {
                    GateStatus::Shut(Reason::TestFailed, failure)
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
                GateStatus::Shut(Reason::TestUnavailable, message())
            }
            Some(_) if tried => GateStatus::Wait(message()),
            Some(_) => GateStatus::Run,
            None => GateStatus::Shut(
                Reason::TestFailed,
                failure(&memory.results).unwrap_or_default(),
            ),
        }
    }

    /// The tests that are still to be run for the content of this key, if any has to be.
    pub(in super::super) fn pending(&self, key: &str, memory: Option<&TestsStatus>) -> Vec<&Test> {
        let GateStatus::Run = self.status(key, memory, false) else {
            return Vec::new();
        };
        let known = memory.filter(|memory| memory.sha256.as_deref() == Some(key));
        let done = |test: &&Test| {
            known.is_some_and(|memory| memory.results.iter().any(|result| result.name == test.name))
        };
        self.tests.iter().filter(|test| !done(test)).collect()
    }

    /// Brings what is remembered in line with the content of this key, whose code has this hash.
    pub(in super::super) fn report(
        &self,
        key: &str,
        code_sha256: &str,
        memory: &mut Option<TestsStatus>,
    ) {
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
            || (status.outcome == Some(TestsOutcome::Skipped) && !self.skip_unsupported_tests)
        {
            status.message = None;
            sum_up(&mut status, key, self.tests.len());
        }
        *memory = Some(status);
    }
}

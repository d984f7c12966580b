//! The gate between DEVELOPMENT and LIVE: whether it is open for a content. Pure.

use std::collections::BTreeSet;

use super::compile::{self, Finding, finding};
use super::results::{MAX_FAILURES, about, failure, sum_up};
use super::rule::{Rule, TestSettings};
use super::test::Test;
use crate::api::Reason;
use crate::api::cloudfront::{FunctionTest, TestsOutcome, TestsStatus};
use crate::api::digest::sha256_of_parts;
use crate::cloud::cloudfront::FunctionConfig;
use crate::reconcile::Unmet;

/// Tests of one function at most, wherever they stand: each is a call.
const MAX_TESTS: usize = 32;

/// The tests that a content must pass between DEVELOPMENT and LIVE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The tests, in the order of the spec; without any, the gate is open.
    pub tests: Vec<Test>,
    /// What must come of them.
    pub rule: Rule,
    /// An annotation names this very code: nobody waits for the tests.
    pub bypass: bool,
    /// What is said beside the reason why it is shut.
    pub hint: Option<String>,
    /// Code that is known not to compile is not even written.
    pub must_compile: bool,
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
    /// The gate that lets everything pass.
    pub(in super::super) const fn open() -> Self {
        Self {
            tests: Vec::new(),
            rule: Rule::Compiles,
            bypass: false,
            hint: None,
            must_compile: false,
        }
    }

    /// A gate of these tests; without any, of the check whether the code compiles.
    pub(in super::super) fn new(
        tests: Vec<FunctionTest>,
        bypass: bool,
        settings: TestSettings,
    ) -> Result<Self, Unmet> {
        let must_compile = settings.compile_check && !bypass;
        if tests.is_empty() && settings.compile_check {
            return Ok(Self {
                tests: compile::tests(),
                rule: Rule::Compiles,
                bypass,
                hint: None,
                must_compile,
            });
        }
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
        let rule = Rule::AllPass {
            count: tests.len(),
            skip_unsupported: settings.skip_unsupported,
        };
        Ok(Self {
            tests: tests.into_iter().map(Test::new).collect::<Result<_, _>>()?,
            rule,
            bypass,
            hint: None,
            must_compile,
        })
    }

    /// Whether the gate counts for a content, which is to be published or not: what only has to compile
    /// is held back from LIVE, and nothing else is said of it.
    pub(in super::super) fn is_due(&self, publishes: bool) -> bool {
        publishes || self.rule != Rule::Compiles
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
        // What only had to compile has passed no test, be it of the same name and event.
        if self.rule == Rule::Compiles {
            parts.push(b"compiles".to_vec());
        }
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
        if is_remembered(memory) {
            return GateStatus::Open;
        }
        match self.rule {
            Rule::AllPass { count, .. } => self.all_pass(memory, count, tried),
            Rule::Compiles => compiles(memory, tried),
        }
    }

    /// Whether the tests of a spec, as remembered, open the gate.
    fn all_pass(&self, memory: &TestsStatus, count: usize, tried: bool) -> GateStatus {
        let failure = failure(&memory.results, count);
        if memory.outcome == Some(TestsOutcome::Skipped) && self.rule.skips_unsupported() {
            return failure.map_or(GateStatus::Open, |failure| {
                GateStatus::Shut(Reason::TestFailed, failure)
            });
        }
        let message = || memory.message.clone().unwrap_or_default();
        let all_ran = self.tests.iter().all(|test| has_run(memory, test));
        match (all_ran, tried) {
            (true, _) => GateStatus::Shut(Reason::TestFailed, failure.unwrap_or_default()),
            (false, true) if memory.failures >= MAX_FAILURES => {
                GateStatus::Shut(Reason::TestUnavailable, message())
            }
            (false, true) => GateStatus::Wait(message()),
            (false, false) => GateStatus::Run,
        }
    }

    /// The tests that are still to be run for the content of this key, if any has to be.
    pub(in super::super) fn pending(&self, key: &str, memory: Option<&TestsStatus>) -> Vec<&Test> {
        let GateStatus::Run = self.status(key, memory, false) else {
            return Vec::new();
        };
        let known = memory.filter(|memory| memory.sha256.as_deref() == Some(key));
        let pending = self
            .tests
            .iter()
            .filter(|test| !known.is_some_and(|memory| has_run(memory, test)));
        // Whether a further event is needed at all, the one before it shows.
        let most = match self.rule {
            Rule::AllPass { count, .. } => count,
            Rule::Compiles => 1,
        };
        pending.take(most).collect()
    }

    /// Brings what is remembered in line with the content of this key, whose code has this hash.
    pub(in super::super) fn report(
        &self,
        key: &str,
        code_sha256: &str,
        memory: &mut Option<TestsStatus>,
    ) {
        use TestsOutcome::{
            Bypassed, Compiled, Failed, MayFail, NotRun, Passed, Running, Skipped, Unavailable,
        };

        let earlier = memory.take().unwrap_or_default();
        if self.tests.is_empty() {
            *memory = only_passed(earlier);
            return;
        }
        let mut status = about(key, self.rule, earlier);
        match status.outcome {
            // What holds nothing back needs no bypass.
            Some(Passed | Compiled | MayFail | NotRun) => {}
            _ if self.bypass => {
                status.outcome = Some(Bypassed);
                status.message = Some(format!(
                    "the annotation cloudfn.dev/skip-tests names this code, {code_sha256}"
                ));
            }
            Some(Failed | Running | Unavailable) => {}
            Some(Skipped) if self.rule.skips_unsupported() => {}
            None | Some(Bypassed | Skipped) => {
                status.message = None;
                sum_up(&mut status, key, self.rule);
            }
        }
        let unseen = status.results.is_empty() && status.failures == 0;
        *memory = if self.rule == Rule::Compiles && status.outcome == Some(Running) && unseen {
            only_passed(status)
        } else {
            Some(status)
        };
    }
}

/// What is kept where nothing is known of the content.
fn only_passed(status: TestsStatus) -> Option<TestsStatus> {
    (!status.passed.is_empty()).then(|| TestsStatus {
        passed: status.passed,
        ..TestsStatus::default()
    })
}

/// Whether the content passed, maybe so long ago that its results are not there any more.
const fn is_remembered(memory: &TestsStatus) -> bool {
    matches!(
        memory.outcome,
        Some(TestsOutcome::Passed | TestsOutcome::Compiled)
    )
}

/// Whether a test has a result.
fn has_run(memory: &TestsStatus, test: &Test) -> bool {
    memory.results.iter().any(|result| result.name == test.name)
}

/// Whether code without tests may go LIVE, as remembered: unless it is known that it cannot run, or
/// the cloud is still to say.
fn compiles(memory: &TestsStatus, tried: bool) -> GateStatus {
    match finding(&memory.results) {
        Finding::Broken(error) => GateStatus::Shut(Reason::TestFailed, compile::broken(error)),
        Finding::Compiles | Finding::MayFail(_) => GateStatus::Open,
        Finding::Unknown if memory.failures >= MAX_FAILURES => GateStatus::Open,
        Finding::Unknown if tried => GateStatus::Wait(memory.message.clone().unwrap_or_default()),
        Finding::Unknown => GateStatus::Run,
    }
}

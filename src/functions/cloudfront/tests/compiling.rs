//! Code without tests: when it goes LIVE, and what is told of it.

use super::super::testing::TestVerdict;
use super::gating::{after, outcome};
use super::*;
use crate::api::cloudfront::TestsOutcome;

/// A function without tests, and the flag that has its code run once.
fn untested(spec: &Spec) -> CloudFrontDesired {
    let settings = TestSettings {
        compile_check: true,
        ..TestSettings::default()
    };
    super::super::desired::desired(spec, &Inputs::default(), &claim(), settings).unwrap()
}

const REQUEST: &str = "viewer-request";
const RESPONSE: &str = "viewer-response";

fn ended_with(error: &str) -> TestVerdict {
    TestVerdict::Failed(None, error.to_owned())
}

#[test]
fn code_without_tests_goes_live_unless_no_event_makes_it_run() {
    /// What it shows, what each run came to, and the step and the outcome that follow.
    type Row = (
        &'static str,
        Vec<(&'static str, TestVerdict)>,
        (&'static str, Option<TestsOutcome>),
    );
    let refused = "SyntaxError: Token \"of\" not supported in this version in 1";
    let missing = "ReferenceError: \"exports\" is not defined in 1";
    let doubt = "TypeError: cannot get property \"value\" of undefined";
    let broken = || TestVerdict::Broken("no".to_owned());
    let unsupported = || TestVerdict::Unsupported("no route".to_owned());
    let passed = || TestVerdict::Passed(Some(9));
    let rows: [Row; 10] = [
        ("nothing has run", vec![], ("Test", None)),
        (
            "it answers",
            vec![(REQUEST, passed())],
            ("Publish", Some(TestsOutcome::Compiled)),
        ),
        (
            "it cannot be read",
            vec![(REQUEST, ended_with(refused))],
            ("TestFailed", Some(TestsOutcome::Failed)),
        ),
        (
            "maybe it is for responses",
            vec![(REQUEST, ended_with(doubt))],
            ("Test", Some(TestsOutcome::Running)),
        ),
        (
            "it is",
            vec![(REQUEST, ended_with(doubt)), (RESPONSE, passed())],
            ("Publish", Some(TestsOutcome::Compiled)),
        ),
        (
            "the events may be to blame",
            vec![(REQUEST, ended_with(doubt)), (RESPONSE, ended_with(doubt))],
            ("Publish", Some(TestsOutcome::MayFail)),
        ),
        (
            "they are not",
            vec![
                (REQUEST, ended_with(missing)),
                (RESPONSE, ended_with(missing)),
            ],
            ("TestFailed", Some(TestsOutcome::Failed)),
        ),
        (
            "a cloud that fails once is asked again",
            vec![(REQUEST, broken())],
            ("neither", Some(TestsOutcome::Running)),
        ),
        (
            "a cloud that fails three times is not waited for",
            vec![
                (REQUEST, broken()),
                (REQUEST, broken()),
                (REQUEST, broken()),
            ],
            ("Publish", Some(TestsOutcome::NotRun)),
        ),
        (
            "nor is one that runs nothing",
            vec![(REQUEST, unsupported())],
            ("Publish", Some(TestsOutcome::NotRun)),
        ),
    ];
    for (sentence, verdicts, expected) in rows {
        let mut memory = Status::default();
        let step = after(&untested(&spec(CODE_A)), &mut memory, &verdicts);
        assert_eq!((step, outcome(&memory)), expected, "{sentence}");
    }
}

#[test]
fn what_is_not_to_go_live_is_not_run() {
    let held = Spec {
        stage: SpecStage::Development,
        ..spec(CODE_A)
    };
    let refused = [(REQUEST, ended_with("SyntaxError: x in 1"))];
    let mut memory = Status::default();
    assert_eq!(after(&untested(&held), &mut memory, &[]), "neither");
    assert_eq!(after(&untested(&held), &mut memory, &refused), "neither");
    let live = untested(&spec(CODE_A));
    let observed = settled(&live);
    let plan = super::super::plan::plan(Goal::Present(&live), &Status::default(), Some(&observed));
    assert!(matches!(plan, Plan::Settled), "LIVE has it: {plan:?}");
}

#[test]
fn what_compiles_has_passed_no_test_of_the_same_name_and_event() {
    let checked = untested(&spec(CODE_A)).gate;
    let tested = Gate {
        rule: Rule::AllPass {
            count: checked.tests.len(),
            skip_unsupported: false,
        },
        ..checked.clone()
    };
    assert_ne!(checked.key("a", &config("")), tested.key("a", &config("")));
}

#[test]
fn a_bypass_is_told_only_where_it_is_needed() {
    let mut gated = untested(&spec(CODE_A));
    gated.gate.bypass = true;
    let mut memory = Status::default();
    assert_eq!(after(&gated, &mut memory, &[]), "Publish");
    assert_eq!(outcome(&memory), Some(TestsOutcome::Bypassed));
    let mut memory = Status::default();
    after(
        &untested(&spec(CODE_A)),
        &mut memory,
        &[(REQUEST, TestVerdict::Passed(None))],
    );
    assert_eq!(after(&gated, &mut memory, &[]), "Publish");
    assert_eq!(outcome(&memory), Some(TestsOutcome::Compiled));
}

#[test]
fn a_request_for_a_look_runs_again_only_what_holds_something_back() {
    let code = untested(&spec(CODE_A));
    let rows = [
        (TestVerdict::Passed(None), Some(TestsOutcome::Compiled)),
        (
            TestVerdict::Unsupported(String::new()),
            Some(TestsOutcome::NotRun),
        ),
        (ended_with("SyntaxError: x in 1"), None),
    ];
    for (verdict, expected) in rows {
        let mut memory = Status::default();
        after(&code, &mut memory, &[(REQUEST, verdict)]);
        memory.acknowledge_request();
        assert_eq!(outcome(&memory), expected);
    }
}

//! Tests before LIVE: where they come from, which are refused, and which results open the gate.

use serde_json::{Value, json};

use super::super::testing::TestVerdict;
use super::*;
use crate::api::SKIP_TESTS;
use crate::api::cloudfront::{
    ConfigMapKeyRef, FunctionTest, TestsOutcome, TestsSource, TestsStatus,
};
use crate::api::digest::sha256_hex;
use crate::reconcile::Step as _;

fn named(names: &[&str]) -> Vec<FunctionTest> {
    names
        .iter()
        .map(|name| FunctionTest {
            name: (*name).to_owned(),
            ..FunctionTest::default()
        })
        .collect()
}

fn tested(skip_unsupported: bool) -> CloudFrontDesired {
    let spec = Spec {
        tests: named(&["one", "two"]),
        ..spec(CODE_A)
    };
    let settings = TestSettings {
        skip_unsupported,
        compile_check: true,
    };
    super::super::desired::desired(&spec, &Inputs::default(), &claim(), settings).unwrap()
}

/// The plan for a function that has the code in DEVELOPMENT and nothing in LIVE, after these tests
/// of it came to these verdicts: a step's name, or why there is none. The status says so, too.
pub(super) fn after(
    desired: &CloudFrontDesired,
    memory: &mut Status,
    verdicts: &[(&str, TestVerdict)],
) -> &'static str {
    let goal = Goal::Present(desired);
    let mut observed = Some(CloudFrontObserved {
        live: Live::Never,
        ..settled(desired)
    });
    let config = observed.as_ref().unwrap().development.config.clone();
    for (name, verdict) in verdicts {
        let change = CloudFrontChange::Tested {
            key: desired.gate.key(&desired.code.sha256, &config),
            name: (*name).to_owned(),
            rule: desired.gate.rule,
            verdict: verdict.clone(),
        };
        CloudFrontFunctions::fold(&mut observed, memory, change);
    }
    let plan = super::super::plan::plan(goal, memory, observed.as_ref());
    CloudFrontFunctions::report(goal, memory, observed.as_ref());
    match plan {
        Plan::Act(steps) => steps[0].step.name(),
        Plan::Blocked { reason, .. } => reason.as_str(),
        _ => "neither",
    }
}

pub(super) fn outcome(memory: &Status) -> Option<TestsOutcome> {
    memory.tests.as_ref().and_then(|tests| tests.outcome)
}

#[test]
fn a_cloud_without_tests_blocks_unless_a_flag_lets_it_pass() {
    let unsupported = || TestVerdict::Unsupported("no route".to_owned());
    let mut memory = Status::default();
    assert_eq!(
        after(&tested(false), &mut memory, &[("one", unsupported())]),
        "TestUnavailable"
    );
    let TestsStatus { message, .. } = memory.tests.clone().unwrap();
    assert!(
        message
            .unwrap()
            .contains("--cloudfront-tests=skip-unsupported")
    );

    assert_eq!(
        after(&tested(true), &mut memory, &[("one", unsupported())]),
        "Publish"
    );
    assert_eq!(outcome(&memory), Some(TestsOutcome::Skipped));
    assert!(
        memory.tests.as_ref().unwrap().passed.is_empty(),
        "a test that did not run did not pass"
    );
    assert_eq!(
        after(&tested(true), &mut memory, &[]),
        "Publish",
        "it stays skipped"
    );
    assert_eq!(
        after(&tested(false), &mut memory, &[]),
        "Test",
        "the flag is gone, and so is what it let pass"
    );
}

#[test]
fn a_test_that_failed_blocks_although_a_flag_lets_the_others_pass() {
    let verdicts = [
        ("one", TestVerdict::Failed(None, "no".to_owned())),
        ("two", TestVerdict::Unsupported("no route".to_owned())),
    ];
    let mut memory = Status::default();
    assert_eq!(after(&tested(true), &mut memory, &verdicts), "TestFailed");
}

#[test]
fn an_annotation_that_names_another_code_is_spoken_of_where_tests_block() {
    let failed = [("one", TestVerdict::Failed(None, "no".to_owned()))];
    let other = [("two", TestVerdict::Passed(None))];
    let message = |value: Option<&str>| {
        let spec = Spec {
            tests: named(&["one", "two"]),
            ..spec(CODE_A)
        };
        let mut inputs = Inputs::default();
        inputs
            .annotations
            .extend(value.map(|value| (SKIP_TESTS.to_owned(), value.to_owned())));
        let desired = desired(&spec, &inputs, &claim()).unwrap();
        let mut memory = Status::default();
        after(&desired, &mut memory, &[&failed[..], &other].concat());
        let mut observed = settled(&desired);
        observed.live = Live::Never;
        match super::super::plan::plan(Goal::Present(&desired), &memory, Some(&observed)) {
            Plan::Blocked { message, .. } => message,
            Plan::Act(steps) => steps[0].step.name().to_owned(),
            _ => "neither".to_owned(),
        }
    };
    let sha256 = sha256_hex(CODE_A.as_bytes());
    let hint = format!(
        "; the annotation cloudfn.dev/skip-tests skips nothing: it does not name this code ({sha256})"
    );
    let plain = message(None);
    assert!(!plain.contains("skip-tests"), "{plain}");
    assert_eq!(message(Some("true")), format!("{plain}{hint}"));
    assert_eq!(message(Some(&sha256)), "Publish");
}

#[test]
fn without_a_claim_no_test_is_run() {
    let settings = TestSettings {
        compile_check: true,
        ..TestSettings::default()
    };
    for tests in [named(&["one", "two"]), Vec::new()] {
        let spec = Spec {
            tests,
            ..spec(CODE_A)
        };
        let observing =
            super::super::desired::desired(&spec, &Inputs::default(), &Tags::new(), settings);
        assert!(observing.unwrap().gate.tests.is_empty());
    }
}

fn from_config_map(text: &str) -> Result<CloudFrontDesired, Unmet> {
    let key = ConfigMapKeyRef {
        name: "tests".into(),
        key: "tests.yaml".into(),
    };
    let spec = Spec {
        tests: named(&["one"]),
        tests_from: vec![TestsSource {
            config_map_key_ref: key,
        }],
        ..spec(CODE_A)
    };
    let mut inputs = Inputs::default();
    inputs.config_maps.insert(
        "tests".into(),
        [("tests.yaml".to_owned(), text.as_bytes().to_vec())].into(),
    );
    desired(&spec, &inputs, &claim())
}

#[test]
fn tests_come_from_config_maps_too() {
    let both = from_config_map(
        "- name: two\n  event: {request: {uri: /a}}\n  expect:\n    response: {statusCode: 301}\n",
    )
    .unwrap();
    assert_eq!(
        both.gate
            .tests
            .iter()
            .map(|test| test.name.as_str())
            .collect::<Vec<_>>(),
        ["one", "two"]
    );
    assert_eq!(
        Value::from(both.gate.tests[1].expect.clone()),
        json!({"response": {"statusCode": 301}})
    );
    let json = from_config_map("[{\"name\": \"two\"}]").unwrap();
    assert_eq!(json.gate.tests.len(), 2);
}

#[test]
fn a_null_in_a_list_of_tests_counts_as_omitted() {
    let nulls = from_config_map(
        "- name: two\n  event: {request:, version: null}\n  expect:\n  expectAbsent: null\n  maxComputeUtilization:\n",
    )
    .unwrap();
    assert_eq!(nulls, from_config_map("- name: two\n").unwrap());
}

#[test]
fn a_list_of_tests_cannot_take_more_memory_than_its_length_warrants() {
    let keys: Vec<String> = (0..20).map(|n| format!("k{n}: {{value: v}}")).collect();
    let keys = keys.join(", ");
    // Each level repeats the one before it ten times: 1.6 KB of text, a million nodes and more.
    let bomb = |repeat: &str| {
        (1..6).fold(format!("- &b0 {{{keys}}}\n"), |text, level| {
            let before = format!("*b{}", level - 1);
            let parts = vec![before; 10].join(", ");
            text + &format!("- &b{level} {}\n", repeat.replace('@', &parts))
        })
    };
    for (sentence, text) in [
        ("merges", bomb("{<<: [@]}")),
        ("aliases", bomb("{list: [@]}")),
        ("depth", format!("- {}{}\n", "[".repeat(40), "]".repeat(40))),
        (
            "nodes",
            format!("- name: a\n  expectAbsent: [{}]\n", "a, ".repeat(60_000)),
        ),
        ("documents", "--- []\n".repeat(3)),
    ] {
        let Err(Unmet::Invalid(message)) = from_config_map(&text) else {
            panic!("{sentence} are taken");
        };
        assert!(
            message.ends_with("shorten it, or write out what it repeats"),
            "{sentence}: {message}"
        );
    }
    let few = "- &a {name: one-a, expect: &e {request: {uri: /a}}}\n- {<<: *a, name: two}\n- {name: three, expect: *e}\n";
    assert_eq!(from_config_map(few).unwrap().gate.tests.len(), 4);
}

#[test]
fn tests_that_cannot_be_are_refused_with_what_to_change() {
    let rows = [
        (
            "[]",
            "the key tests.yaml of the ConfigMap tests is no list of tests: it has no test; write one, or drop it from testsFrom",
        ),
        (
            "# nothing yet\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: it has no test; write one, or drop it from testsFrom",
        ),
        (
            "- name: Two\n",
            "the test Two needs another name: 1 to 63 lower-case letters, digits and hyphens",
        ),
        (
            "- name: two\n  maxComputeUtilization: 0\n",
            "the test two has a maxComputeUtilization that is not between 1 and 100",
        ),
        (
            "- name: two\n  expectAbsent: [response.headers.Server]\n",
            "the test two has the path response.headers.Server in expectAbsent; CloudFront writes header names in lower case",
        ),
        (
            "- name: one\n",
            "there are two tests of the name one; give each its own",
        ),
        (
            "- name: two\n  expct: {}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: a test has no member expct; remove it, or correct its name",
        ),
        (
            "- event: {}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: a test has no name; give it one",
        ),
        (
            "- name: two\n  expect: {headers: {}}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: a test has no member expect.headers; remove it, or correct its name",
        ),
        (
            "- name: two\n  event: {request: {cookies: {a: {multiValue: [{value: b}, {valeu: c}]}}}}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: a test has no member event.request.cookies.a.multiValue[1].valeu; remove it, or correct its name",
        ),
        (
            "- name: two\n  event: {request: /}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: invalid type: string \"/\", expected struct Request",
        ),
        (
            "- name: two\n  event: {request: {headers: {Host: {value: a}}}}\n",
            "the test two has the header Host in event.request.headers; CloudFront writes header names in lower case",
        ),
    ];
    for (text, message) in rows {
        assert_eq!(
            from_config_map(text).unwrap_err(),
            Unmet::Invalid(message.to_owned()),
            "{text}"
        );
    }
    let many: Vec<FunctionTest> = (0..33)
        .map(|number| FunctionTest {
            name: format!("t{number}"),
            ..FunctionTest::default()
        })
        .collect();
    let refused = desired(
        &Spec {
            tests: many,
            ..spec(CODE_A)
        },
        &Inputs::default(),
        &claim(),
    )
    .unwrap_err();
    assert_eq!(
        refused,
        Unmet::Invalid(
            "there are 33 tests in spec.tests and spec.testsFrom; 32 together are allowed".into()
        )
    );
    assert!(matches!(from_config_map("a: ["), Err(Unmet::Invalid(_))));
}

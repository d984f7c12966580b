//! Tests before LIVE, in the whole loop: what runs when, and what reaches LIVE.

use serde_json::{Map, Value, json};

use super::model::Fault;
use super::world::{End, World};
use super::*;
use crate::api::cloudfront::{
    ConfigMapKeyRef, FunctionTest, LiveState, TestsOutcome, TestsSource, TestsStatus,
};
use crate::cloud::cloudfront::{Execution, TestRun};

fn named(names: &[&str]) -> Vec<FunctionTest> {
    names
        .iter()
        .map(|name| FunctionTest {
            name: (*name).to_owned(),
            ..FunctionTest::default()
        })
        .collect()
}

fn tested(code: &str) -> Spec {
    Spec {
        tests: named(&["one", "two"]),
        ..spec(code)
    }
}

fn failing() -> TestRun {
    TestRun::Ran(Execution {
        error: Some("TypeError".into()),
        ..Execution::default()
    })
}

fn runs(world: &World, runs: impl IntoIterator<Item = TestRun>) {
    world.outside(|state| state.runs.extend(runs));
}

fn tests(world: &World) -> TestsStatus {
    world.memory.tests.clone().unwrap()
}

fn live_code(world: &World) -> Option<String> {
    world.outside(|state| {
        state
            .function()
            .live
            .as_ref()
            .map(|live| String::from_utf8(live.code.clone()).unwrap())
    })
}

#[tokio::test]
async fn each_test_runs_once_between_the_change_and_its_publish() {
    let mut world = World::new();
    world.settle(&tested(CODE_A)).await;
    assert_eq!(world.did(), ["Create", "Test", "Test", "Publish"]);
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Passed));
    let results: Vec<_> = tests(&world)
        .results
        .iter()
        .map(|result| {
            (
                result.name.clone(),
                result.passed,
                result.compute_utilization,
            )
        })
        .collect();
    assert_eq!(
        results,
        [
            ("one".to_owned(), true, Some(20)),
            ("two".to_owned(), true, Some(20))
        ]
    );
    world.settle(&tested(CODE_A)).await;
    assert!(world.did().is_empty(), "what passed is not run again");
    world.settle(&tested(CODE_B)).await;
    assert_eq!(world.did(), ["Update", "Test", "Test", "Publish"]);
    let comment = Spec {
        comment: Some("new".into()),
        ..tested(CODE_B)
    };
    world.settle(&comment).await;
    assert_eq!(world.did(), ["Update", "Publish"], "a comment runs nowhere");
    let runtime = Spec {
        runtime: "cloudfront-js-1.0".into(),
        ..tested(CODE_B)
    };
    world.settle(&runtime).await;
    assert_eq!(
        world.did(),
        ["Update", "Test", "Test", "Publish"],
        "another runtime may do another thing"
    );
    let fewer = Spec {
        tests: named(&["one"]),
        ..runtime
    };
    world.settle(&fewer).await;
    assert_eq!(
        world.did(),
        ["Test"],
        "other tests are run on what is LIVE already"
    );
}

#[tokio::test]
async fn a_failed_test_leaves_live_alone_until_the_code_is_mended() {
    let mut world = World::with(&tested(CODE_A)).await;
    world.did();
    runs(&world, [failing()]);
    assert_eq!(world.pass(&tested(CODE_B)).await, End::Blocked);
    assert_eq!(
        world.did(),
        ["Update", "Test", "Test"],
        "all tests run, so that a person sees all that is wrong"
    );
    let status = tests(&world);
    assert_eq!(status.outcome, Some(TestsOutcome::Failed));
    assert_eq!(
        status.message.as_deref(),
        Some("the test one failed: the function ended with an error: TypeError")
    );
    assert_eq!(live_code(&world).as_deref(), Some(CODE_A));
    assert_eq!(world.memory.live.clone().unwrap().state, LiveState::Older);
    assert_eq!(world.pass(&tested(CODE_B)).await, End::Blocked);
    assert!(
        world.did().is_empty(),
        "nothing has changed, so nothing is run again"
    );
    let third = "function handler(event) { return event; }";
    world.settle(&tested(third)).await;
    assert_eq!(world.did(), ["Update", "Test", "Test", "Publish"]);
    assert_eq!(live_code(&world).as_deref(), Some(third));
}

#[tokio::test]
async fn new_tests_that_fail_on_what_is_live_block_and_leave_it() {
    let mut world = World::with(&spec(CODE_A)).await;
    world.did();
    runs(&world, [failing(), failing()]);
    assert_eq!(world.pass(&tested(CODE_A)).await, End::Blocked);
    assert_eq!(world.did(), ["Test", "Test"]);
    assert_eq!(
        tests(&world).message.as_deref(),
        Some("the test one failed (and 1 more): the function ended with an error: TypeError")
    );
    assert_eq!(world.memory.live.clone().unwrap().state, LiveState::Current);
    assert_eq!(live_code(&world).as_deref(), Some(CODE_A));
    world.settle(&spec(CODE_A)).await;
    assert_eq!(
        world.memory.tests, None,
        "without tests there is nothing to say"
    );
}

#[tokio::test]
async fn going_back_to_what_passed_needs_no_test_for_five_contents() {
    let code = |number: usize| format!("{CODE_A} // {number}");
    let mut world = World::new();
    for number in 0..6 {
        world.settle(&tested(&code(number))).await;
    }
    world.did();
    let broken = || TestRun::Failed("down".into());
    runs(&world, [broken(), broken()]);
    world.settle(&tested(&code(1))).await;
    assert_eq!(
        world.did(),
        ["Update", "Publish"],
        "TestFunction is down, and is not needed"
    );
    assert_eq!(
        (tests(&world).outcome, tests(&world).passed.len()),
        (Some(TestsOutcome::Passed), 5)
    );
    assert_eq!(
        world.pass(&tested(&code(0))).await,
        End::Waiting,
        "the sixth is forgotten"
    );
    assert_eq!(live_code(&world), Some(code(1)));
}

#[tokio::test]
async fn a_test_that_cannot_run_is_tried_three_times_and_then_now_and_then() {
    let mut world = World::with(&spec(CODE_A)).await;
    world.did();
    runs(
        &world,
        std::iter::repeat_n(TestRun::Failed("down".into()), 5),
    );
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(world.pass(&tested(CODE_B)).await);
    }
    assert_eq!(
        ends,
        [End::Waiting, End::Waiting, End::Blocked, End::Blocked]
    );
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Unavailable));
    assert_eq!(live_code(&world).as_deref(), Some(CODE_A));
    world.outside(|state| state.runs.clear());
    world.settle(&tested(CODE_B)).await;
    assert_eq!(live_code(&world).as_deref(), Some(CODE_B));
    assert_eq!((tests(&world).failures, tests(&world).message), (0, None));
}

#[tokio::test]
async fn a_cloud_without_tests_blocks_unless_a_flag_lets_it_pass() {
    let mut world = World::with(&spec(CODE_A)).await;
    let unsupported = || TestRun::Unsupported("no route".into());
    runs(&world, [unsupported(), unsupported()]);
    assert_eq!(world.pass(&tested(CODE_B)).await, End::Blocked);
    assert!(
        tests(&world)
            .message
            .unwrap()
            .contains("--cloudfront-tests=skip-unsupported")
    );
    assert_eq!(live_code(&world).as_deref(), Some(CODE_A));
    world.kind.lenient = true;
    runs(&world, [unsupported()]);
    world.settle(&tested(CODE_B)).await;
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Skipped));
    assert_eq!(live_code(&world).as_deref(), Some(CODE_B));
    assert!(
        tests(&world).passed.is_empty(),
        "what did not run did not pass"
    );
    world.kind.lenient = false;
    world.outside(|state| state.runs.clear());
    world.did();
    world.settle(&tested(CODE_B)).await;
    assert_eq!(
        world.did(),
        ["Test", "Test"],
        "the flag is gone, and so is what it let pass"
    );
    world.kind.lenient = true;
    runs(&world, [failing(), unsupported()]);
    assert_eq!(
        world.pass(&tested(CODE_A)).await,
        End::Blocked,
        "a test that ran and failed counts all the same"
    );
}

#[tokio::test]
async fn the_annotation_lets_one_content_pass_and_no_other() {
    let mut world = World::with(&spec(CODE_A)).await;
    world.did();
    let of = |code: &str| crate::api::digest::sha256_hex(code.as_bytes());
    world.annotations.insert(SKIP_TESTS.to_owned(), of(CODE_A));
    runs(&world, [failing()]);
    assert_eq!(
        world.pass(&tested(CODE_B)).await,
        End::Blocked,
        "it names another code"
    );
    world.annotations.insert(SKIP_TESTS.to_owned(), of(CODE_B));
    world.did();
    world.settle(&tested(CODE_B)).await;
    assert_eq!(world.did(), ["Publish"]);
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Bypassed));
    let told = CloudFrontFunctions::conditions(&world.memory);
    assert_eq!(
        told.iter()
            .map(|own| (own.status, own.reason.as_str(), own.tell))
            .collect::<Vec<_>>(),
        [("Unknown", "TestsSkipped", true)]
    );
    world.annotations.clear();
    assert_eq!(
        world.pass(&tested(CODE_B)).await,
        End::Blocked,
        "its earlier result counts again"
    );
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Failed));
    assert_eq!(
        tests(&world).message.as_deref(),
        Some("the test one failed: the function ended with an error: TypeError")
    );
    assert_eq!(
        live_code(&world).as_deref(),
        Some(CODE_B),
        "what is LIVE stays LIVE"
    );
}

#[tokio::test]
async fn a_look_that_somebody_asks_for_runs_the_tests_again() {
    let mut world = World::with(&tested(CODE_A)).await;
    world.did();
    CloudFrontFunctions::asked(&mut world.memory);
    world.settle(&tested(CODE_A)).await;
    assert_eq!(world.did(), ["Test", "Test"]);
    CloudFrontFunctions::asked(&mut world.memory);
    runs(&world, [failing()]);
    assert_eq!(world.pass(&tested(CODE_A)).await, End::Blocked);
    assert_eq!(live_code(&world).as_deref(), Some(CODE_A));
}

#[tokio::test]
async fn a_function_that_was_made_again_is_not_taken_for_the_one_that_passed() {
    let mut world = World::with(&tested(CODE_A)).await;
    world.calls();
    // Deleted and made again by others, with other code: its ETag is what it was.
    world.memory.created_time = Some("2025-12-31T00:00:00Z".to_owned());
    world.outside(|state| state.function().development.code = b"theirs".to_vec());
    world.did();
    world.settle(&tested(CODE_A)).await;
    assert_eq!(
        world.did(),
        ["Update", "Publish"],
        "its code is read, and put right before anything is published"
    );
    assert!(
        world
            .calls()
            .contains(&"GetFunction DEVELOPMENT".to_owned())
    );
}

#[tokio::test]
async fn where_there_is_no_function_nothing_is_said_to_have_passed() {
    let mut world = World::with(&tested(CODE_A)).await;
    world.outside(|state| state.functions.clear());
    world.outside(|state| state.refuse_tagged_creates = 1);
    assert!(matches!(world.pass(&tested(CODE_B)).await, End::Failed(_)));
    assert_eq!(tests(&world).outcome, Some(TestsOutcome::Running));
    assert_eq!(
        (&world.memory.etag, &world.memory.development),
        (&None, &None)
    );
}

#[tokio::test]
async fn an_edit_between_the_test_and_the_publish_is_noticed() {
    let mut world = World::with(&tested(CODE_A)).await;
    world.did();
    world.outside(|state| {
        state.meanwhile.push_back((
            "PublishFunction",
            Box::new(|state| state.edit(|copy| copy.code = b"theirs".to_vec())),
        ))
    });
    assert!(
        matches!(world.pass(&tested(CODE_B)).await, End::Failed(error) if error.class == crate::cloud::Class::Conflict)
    );
    assert_eq!(
        live_code(&world).as_deref(),
        Some(CODE_A),
        "their untested code is not published"
    );
    world.settle(&tested(CODE_B)).await;
    assert_eq!(
        world.did(),
        ["Update", "Test", "Test", "Update", "Publish"],
        "this content has passed"
    );
}

#[tokio::test]
async fn development_is_tested_too_and_a_look_alone_runs_nothing() {
    let held = Spec {
        stage: SpecStage::Development,
        ..tested(CODE_A)
    };
    let mut world = World::new();
    runs(&world, [failing()]);
    assert_eq!(world.pass(&held).await, End::Blocked);
    assert_eq!(world.did(), ["Create", "Test", "Test"]);
    let observing = desired(&tested(CODE_A), &Inputs::default(), &Tags::new()).unwrap();
    assert!(observing.gate.tests.is_empty());
}

#[tokio::test]
async fn the_distributions_that_hold_a_function_are_named() {
    let mut world = World::with(&spec(CODE_A)).await;
    let users = |count: usize| {
        (0..count)
            .map(|number| format!("E{number:02}"))
            .collect::<Vec<_>>()
    };
    world.outside(|state| state.users = users(1));
    let message = |end| {
        if let End::Failed(error) = end {
            error.message
        } else {
            panic!("{end:?}")
        }
    };
    assert_eq!(
        message(world.delete().await),
        "said the model (used by E00; take it off their cache behaviors)"
    );
    world.outside(|state| state.users = users(12));
    assert!(
        message(world.delete().await)
            .ends_with("E09 and 2 more; take it off their cache behaviors)")
    );
    world.outside(|state| state.faults.insert(Fault::DistributionsDenied));
    assert_eq!(
        message(world.delete().await),
        "said the model (allow cloudfront:ListDistributions to see by which distributions)"
    );
    world.outside(|state| state.users.clear());
    assert_eq!(world.delete().await, End::Settled);
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
            "the key tests.yaml of the ConfigMap tests is no list of tests: a test has no member expct; there are name, event, expect, expectAbsent, maxComputeUtilization",
        ),
        (
            "- event: {}\n",
            "the key tests.yaml of the ConfigMap tests is no list of tests: missing field `name`",
        ),
        (
            "- name: two\n  expect: {headers: {}}\n",
            "the test two expects the member headers; a function answers request or response",
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
            event: Map::new(),
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

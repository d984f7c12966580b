//! Tests before LIVE: which run when, and what reaches LIVE.

use serde_json::json;
use strict_cloud::FaultKind;
use strict_cloud::operation::cloudfront as cf;

use super::*;
use crate::schedule::{Act, broken, test};

fn tested(code: &str) -> Value {
    with(plain(code), &json!({"tests": [test("one"), test("two")]}))
}

/// Passes the test two, and ends with an error in the test one.
fn half_broken(number: u64) -> String {
    format!(
        "function handler(event) {{ if (event.request.uri === '/one') {{ throw new TypeError('no {number}'); }} return event.request; }}"
    )
}

#[test]
fn each_test_runs_once_between_the_change_and_its_publish() {
    edge(async |alone: &mut Alone| {
        alone.apply(&tested(&javascript(1))).await;
        assert_eq!(alone.done(), ["CreateFunction", TEST, TEST, PUBLISH]);
        let tests = alone.status()["tests"].clone();
        assert_eq!(tests["outcome"], "Passed");
        for (result, name) in tests["results"]
            .as_array()
            .unwrap()
            .iter()
            .zip(["one", "two"])
        {
            assert_eq!(
                (&result["name"], &result["passed"]),
                (&json!(name), &json!(true))
            );
            assert!(result["computeUtilization"].is_u64(), "{result}");
        }
        alone.check().await;
        assert_eq!(alone.done(), [""; 0], "what passed is not run again");
        alone.apply(&tested(&javascript(2))).await;
        assert_eq!(alone.done(), [UPDATE, TEST, TEST, PUBLISH]);
        let comment = with(tested(&javascript(2)), &json!({"comment": "new"}));
        alone.apply(&comment).await;
        assert_eq!(alone.done(), [UPDATE, PUBLISH], "a comment runs nowhere");
        let runtime = with(
            tested(&javascript(2)),
            &json!({"runtime": "cloudfront-js-1.0"}),
        );
        alone.apply(&runtime).await;
        assert_eq!(
            alone.done(),
            [UPDATE, TEST, TEST, PUBLISH],
            "another runtime may do another thing"
        );
        alone
            .apply(&with(runtime, &json!({"tests": [test("one")]})))
            .await;
        assert_eq!(
            alone.done(),
            [TEST],
            "other tests are run on what is LIVE already"
        );
    });
}

#[test]
fn a_failed_test_leaves_live_alone_until_the_code_is_mended() {
    edge(async |alone: &mut Alone| {
        alone.apply(&tested(&javascript(1))).await;
        alone.done();
        alone.apply(&tested(&half_broken(1))).await;
        assert_eq!(
            alone.done(),
            [UPDATE, TEST, TEST],
            "all tests run, so that a person sees all that is wrong"
        );
        let status = alone.status();
        assert_eq!(alone.condition("Ready"), "False/TestFailed");
        assert_eq!(status["tests"]["outcome"], "Failed");
        let message = status["tests"]["message"].as_str().unwrap();
        assert!(
            message.starts_with(
                "the test one failed (1 of 2 failed, LIVE is unchanged): the function ended with an error: "
            )
                && message.ends_with("TypeError: no 1"),
            "{message}"
        );
        assert_eq!(alone.live_code(), Some(javascript(1)));
        assert_eq!(status["live"]["state"], "Older");
        alone.check().await;
        assert_eq!(
            alone.done(),
            [""; 0],
            "nothing has changed, so nothing is run again"
        );
        alone.apply(&tested(&javascript(3))).await;
        assert_eq!(alone.done(), [UPDATE, TEST, TEST, PUBLISH]);
        assert_eq!(alone.live_code(), Some(javascript(3)));
    });
}

#[test]
fn new_tests_that_fail_on_what_is_live_block_and_leave_it() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&broken(1))).await;
        alone.done();
        alone.apply(&tested(&broken(1))).await;
        assert_eq!(alone.done(), [TEST, TEST]);
        let status = alone.status();
        let message = status["tests"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("the test one failed (2 of 2 failed, LIVE is unchanged): "),
            "{message}"
        );
        assert_eq!(status["live"]["state"], "Current");
        assert_eq!(alone.live_code(), Some(broken(1)));
        alone.done();
        alone.apply(&plain(&broken(1))).await;
        assert_eq!(
            (alone.done(), alone.condition("Tested")),
            (vec![], "True/CodeCompiles".to_owned()),
            "without tests it only has to compile, and it did"
        );
    });
}

#[test]
fn going_back_to_what_passed_needs_no_test_for_five_contents() {
    edge(async |alone: &mut Alone| {
        for number in 0..6 {
            alone.apply(&tested(&javascript(number))).await;
        }
        alone.done();
        alone.faults(cf::TEST_FUNCTION, &FaultKind::TestFunctionFailed, 50);
        alone.apply(&tested(&javascript(1))).await;
        assert_eq!(
            alone.done(),
            [UPDATE, PUBLISH],
            "TestFunction is down, and is not needed"
        );
        let tests = alone.status()["tests"].clone();
        assert_eq!(tests["outcome"], "Passed");
        assert_eq!(tests["passed"].as_array().unwrap().len(), 5);
        alone.apply(&tested(&javascript(0))).await;
        assert_eq!(
            alone.condition("Ready"),
            "False/TestUnavailable",
            "the sixth is forgotten"
        );
        assert_eq!(alone.live_code(), Some(javascript(1)));
    });
}

#[test]
fn a_test_that_cannot_run_is_tried_three_times_and_then_now_and_then() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.calls();
        alone.faults(cf::TEST_FUNCTION, &FaultKind::TestFunctionFailed, 4);
        alone.apply(&tested(&javascript(2))).await;
        let tried = |alone: &mut Alone| {
            let calls = alone.calls();
            calls.iter().filter(|call| *call == TEST).count()
        };
        assert_eq!(tried(alone), 3);
        assert_eq!(alone.condition("Ready"), "False/TestUnavailable");
        assert_eq!(alone.status()["tests"]["outcome"], "Unavailable");
        alone.check().await;
        assert_eq!(tried(alone), 1);
        assert_eq!(alone.condition("Ready"), "False/TestUnavailable");
        assert_eq!(alone.live_code(), Some(javascript(1)));
        alone.check().await;
        assert_eq!(alone.live_code(), Some(javascript(2)));
        let tests = alone.status()["tests"].clone();
        assert_eq!(
            (&tests["failures"], &tests["message"]),
            (&Value::Null, &Value::Null)
        );
    });
}

#[test]
fn a_cloud_without_tests_keeps_what_has_tests_from_live() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.settings(|settings| settings.test_function = false);
        alone.apply(&tested(&javascript(2))).await;
        assert_eq!(alone.condition("Ready"), "False/TestUnavailable");
        let message = alone.message();
        assert!(
            message.contains("--cloudfront-tests=skip-unsupported"),
            "{message}"
        );
        assert_eq!(alone.live_code(), Some(javascript(1)));
    });
}

#[test]
fn the_annotation_lets_one_content_pass_and_no_other() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.done();
        let skip = |alone: &mut Alone, code: Option<String>| {
            alone.stage.act(&Act::SkipTests(0, code));
        };
        skip(alone, Some(javascript(1)));
        alone.apply(&tested(&broken(2))).await;
        assert_eq!(
            alone.condition("Ready"),
            "False/TestFailed",
            "it names another code"
        );
        alone.done();
        skip(alone, Some(broken(2)));
        alone.check().await;
        assert_eq!(alone.done(), [PUBLISH]);
        assert_eq!(alone.status()["tests"]["outcome"], "Bypassed");
        assert_eq!(alone.condition("Tested"), "Unknown/TestsSkipped");
        assert_eq!(alone.events("TestsSkipped").len(), 1);
        skip(alone, None);
        alone.check().await;
        assert_eq!(
            alone.condition("Ready"),
            "False/TestFailed",
            "its earlier result counts again"
        );
        assert_eq!(alone.done(), [""; 0]);
        let tests = alone.status()["tests"].clone();
        assert_eq!(tests["outcome"], "Failed");
        let message = tests["message"].as_str().unwrap();
        assert!(
            message.starts_with("the test one failed (2 of 2 failed, LIVE is unchanged): "),
            "{message}"
        );
        assert_eq!(
            alone.live_code(),
            Some(broken(2)),
            "what is LIVE stays LIVE"
        );
    });
}

#[test]
fn a_reconcile_request_runs_the_tests_again() {
    edge(async |alone: &mut Alone| {
        alone.apply(&tested(&javascript(1))).await;
        alone.done();
        alone.stage.act(&Act::Look(0, "first".to_owned()));
        alone.check().await;
        assert_eq!(alone.done(), [TEST, TEST]);
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

#[test]
fn without_a_function_no_test_counts_as_passed() {
    edge(async |alone: &mut Alone| {
        alone.apply(&tested(&javascript(1))).await;
        alone.delete_outside();
        alone.cloud(|cloud| cloud.deny(Some("op1"), cf::CREATE_FUNCTION));
        alone.apply(&tested(&javascript(2))).await;
        let status = alone.status();
        assert_eq!(alone.condition("Ready"), "False/AccessDenied");
        assert_eq!(status["tests"]["outcome"], "Running");
        assert_eq!(
            (&status["etag"], &status["development"]),
            (&Value::Null, &Value::Null)
        );
    });
}

#[test]
fn an_edit_between_the_test_and_the_publish_is_not_published() {
    edge(async |alone: &mut Alone| {
        alone.apply(&tested(&javascript(1))).await;
        alone.calls();
        alone.edit(&tested(&javascript(2)));
        alone.call(TEST, 2).await;
        alone.code_outside(&broken(9));
        alone.call(PUBLISH, 1).await;
        assert_eq!(
            alone.live_code(),
            Some(javascript(1)),
            "their untested code is not published"
        );
        alone.rest().await;
        assert_eq!(
            alone.done(),
            [UPDATE, TEST, TEST, UPDATE, PUBLISH],
            "this content has passed"
        );
        assert_eq!(alone.live_code(), Some(javascript(2)));
    });
}

#[test]
fn what_stays_in_development_is_tested_too() {
    edge(async |alone: &mut Alone| {
        let held = with(tested(&broken(1)), &json!({"stage": "DEVELOPMENT"}));
        alone.apply(&held).await;
        assert_eq!(alone.done(), ["CreateFunction", TEST, TEST]);
        assert_eq!(alone.condition("Ready"), "False/TestFailed");
    });
}

#[test]
fn an_object_that_only_observes_runs_no_tests() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.done();
        alone
            .apply(&with(
                tested(&javascript(1)),
                &json!({"managementPolicy": "Observe"}),
            ))
            .await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(alone.done(), [""; 0]);
    });
}

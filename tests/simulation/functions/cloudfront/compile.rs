//! Code without tests: it is run once before it goes LIVE, and what never runs stays out.

use serde_json::json;
use strict_cloud::FaultKind;
use strict_cloud::operation::cloudfront as cf;

use super::*;
use crate::schedule::{Act, unloadable, unreadable};

/// Made for responses: a request has no status.
const FOR_RESPONSES: &str = "function handler(event) { event.response.headers['x-frame-options'] = { value: 'DENY' }; return event.response; }";
/// Needs a header that no made-up event has.
const NEEDS_A_HEADER: &str = "function handler(event) { event.request.uri = '/' + event.request.headers['x-tenant'].value; return event.request; }";
/// Needs a cookie that is JSON.
const READS_JSON: &str = "function handler(event) { var cookies = event.request.cookies; event.request.uri = JSON.parse(cookies.settings || '{none}').uri; return event.request; }";

#[test]
fn what_cannot_be_read_leaves_live_as_it_was_and_names_the_line() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.done();
        alone
            .apply(&plain(&format!("// Two lines.\n{}", unreadable(1))))
            .await;
        assert_eq!(alone.done(), [UPDATE, TEST]);
        assert_eq!(alone.condition("Ready"), "False/TestFailed");
        assert_eq!(alone.condition("Tested"), "False/TestFailed");
        assert_eq!(
            alone.message(),
            "CloudFront cannot compile or load the code, LIVE is unchanged: SyntaxError: Duplicate parameter names in 2; correct the code"
        );
        assert_eq!(alone.live_code(), Some(javascript(1)));
        assert_eq!(alone.status()["live"]["state"], "Older");
        assert_eq!(alone.events("TestFailed").len(), 1);
        alone.check().await;
        assert_eq!(alone.done(), [""; 0], "nothing has changed");
        alone.stage.act(&Act::Look(0, "again".to_owned()));
        alone.check().await;
        assert_eq!(alone.done(), [TEST], "somebody asked");
        alone.apply(&plain(&javascript(2))).await;
        assert_eq!(alone.done(), [UPDATE, TEST, PUBLISH]);
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

/// What the table of the language knows: no runtime has `for … of`.
const UNCOMPILABLE: &str =
    "function handler(event) {\n    for (var name of []) {}\n    return event.request;\n}\n";

#[test]
fn what_is_known_not_to_compile_is_not_even_written() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(UNCOMPILABLE)).await;
        assert_eq!(alone.done(), [""; 0]);
        assert_eq!(alone.condition("Ready"), "False/InvalidSpec");
        assert!(
            alone.message().contains("line 2, column 5") && alone.message().contains("`for … of`"),
            "{}",
            alone.message()
        );
        alone.apply(&plain(&javascript(1))).await;
        alone.done();
        let with_tests = with(
            plain(UNCOMPILABLE),
            &json!({"tests": [{"name": "runs", "expect": {}}]}),
        );
        for spec in [plain(UNCOMPILABLE), with_tests] {
            alone.apply(&spec).await;
            assert_eq!(alone.done(), [""; 0], "{spec}");
            assert_eq!(alone.condition("Ready"), "False/InvalidSpec");
            assert_eq!(alone.live_code(), Some(javascript(1)));
        }
        let held = with(plain(UNCOMPILABLE), &json!({"stage": "DEVELOPMENT"}));
        alone.apply(&held).await;
        assert_eq!(alone.done(), [UPDATE], "it serves nobody there");
        alone.apply(&plain(UNCOMPILABLE)).await;
        assert_eq!(alone.done(), [""; 0]);
        alone
            .stage
            .act(&Act::SkipTests(0, Some(UNCOMPILABLE.to_owned())));
        alone.check().await;
        assert_eq!(alone.done(), [PUBLISH]);
        alone.stage.act(&Act::SkipTests(0, None));
        alone.check().await;
        assert_eq!(alone.done(), [""; 0]);
        assert_eq!(
            alone.condition("Ready"),
            "True/Available",
            "what is LIVE already is not judged"
        );
    });
}

#[test]
fn what_is_live_for_another_runtime_is_judged() {
    let code = "function handler(event) { const request = event.request; return request; }";
    let of = |runtime: &str| with(plain(code), &json!({"runtime": runtime}));
    edge(async |alone: &mut Alone| {
        alone.apply(&of("cloudfront-js-2.0")).await;
        alone.done();
        alone.apply(&of("cloudfront-js-1.0")).await;
        assert_eq!(alone.done(), [""; 0]);
        assert_eq!(alone.condition("Ready"), "False/InvalidSpec");
        assert!(alone.message().contains("`const`"), "{}", alone.message());
        alone.apply(&of("cloudfront-js-2.0")).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
    });
}

#[test]
fn what_cannot_be_loaded_is_run_on_both_events_and_stays_out_of_live() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&unloadable(1))).await;
        assert_eq!(alone.done(), ["CreateFunction", TEST, TEST]);
        assert_eq!(alone.condition("Ready"), "False/TestFailed");
        assert!(alone.message().contains("exports"), "{}", alone.message());
        assert_eq!(alone.live_code(), None);
    });
}

#[test]
fn code_that_the_made_up_events_do_not_suit_goes_live() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(FOR_RESPONSES)).await;
        assert_eq!(alone.done(), ["CreateFunction", TEST, TEST, PUBLISH]);
        assert_eq!(alone.condition("Tested"), "True/CodeCompiles");
        assert_eq!(alone.events("CodeMayFail").len(), 0);

        alone.apply(&plain(NEEDS_A_HEADER)).await;
        assert_eq!(alone.done(), [UPDATE, TEST, TEST, PUBLISH]);
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(alone.condition("Tested"), "Unknown/CodeMayFail");
        let told = alone.events("CodeMayFail");
        assert!(
            told.len() == 1 && told[0].contains("TypeError"),
            "once, with the error: {told:?}"
        );
        alone.apply(&plain(FOR_RESPONSES)).await;
        alone.done();
        alone.apply(&plain(NEEDS_A_HEADER)).await;
        assert_eq!(alone.done(), [UPDATE, PUBLISH], "it ran before");

        alone.apply(&plain(READS_JSON)).await;
        assert_eq!(
            alone.live_code(),
            Some(READS_JSON.to_owned()),
            "a SyntaxError of JSON.parse is the event's fault: {}",
            alone.message()
        );
    });
}

#[test]
fn nothing_is_run_that_does_not_go_live_or_that_ran_before() {
    edge(async |alone: &mut Alone| {
        let held = with(plain(&unreadable(1)), &json!({"stage": "DEVELOPMENT"}));
        alone.apply(&held).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
        assert_eq!(alone.condition("Ready"), "True/Available");
        alone.apply(&plain(&javascript(1))).await;
        assert_eq!(alone.done(), [UPDATE, TEST, PUBLISH]);
        alone
            .apply(&with(plain(&javascript(1)), &json!({"comment": "new"})))
            .await;
        assert_eq!(alone.done(), [UPDATE, PUBLISH], "a comment runs nowhere");
        alone.stage.act(&Act::Look(0, "first".to_owned()));
        alone.check().await;
        alone.stage.act(&Act::LoseStatus(0));
        alone.check().await;
        assert_eq!(alone.done(), [""; 0], "LIVE has it already");
    });
}

#[test]
fn a_cloud_that_cannot_run_code_holds_back_nothing_without_tests() {
    /// What goes wrong with a cloud, how often it is asked before the publish, and a part of what is told.
    type Row = (fn(&mut Alone), usize, &'static str);
    let rows: [Row; 3] = [
        (
            |alone| alone.settings(|settings| settings.test_function = false),
            1,
            "does not run tests",
        ),
        (
            |alone| alone.cloud(|cloud| cloud.deny(None, cf::TEST_FUNCTION)),
            1,
            "AccessDenied",
        ),
        (
            |alone| alone.faults(cf::TEST_FUNCTION, &FaultKind::TestFunctionFailed, 3),
            3,
            "could not run it",
        ),
    ];
    for (spoil, asked, told) in rows {
        edge(async |alone: &mut Alone| {
            spoil(alone);
            alone.apply(&plain(&javascript(1))).await;
            let calls = alone.calls();
            let runs = calls.iter().filter(|call| *call == TEST).count();
            assert_eq!(runs, asked, "{told}: {calls:?}");
            assert_eq!(alone.live_code(), Some(javascript(1)), "{told}");
            assert_eq!(alone.condition("Ready"), "True/Available", "{told}");
            assert_eq!(alone.condition("Tested"), "Unknown/CodeNotRun", "{told}");
            let message = alone.status()["tests"]["message"].to_string();
            assert!(message.contains(told), "{message}");
            alone.check().await;
            assert!(!alone.calls().contains(&TEST.to_owned()), "{told}: at rest");
        });
    }
}

#[test]
fn the_annotation_lets_code_pass_that_never_runs() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.apply(&plain(&unreadable(1))).await;
        alone.done();
        alone.stage.act(&Act::SkipTests(0, Some(unreadable(1))));
        alone.check().await;
        assert_eq!(alone.done(), [PUBLISH]);
        assert_eq!(alone.condition("Tested"), "Unknown/TestsSkipped");
        assert_eq!(alone.live_code(), Some(unreadable(1)));
    });
}

#[test]
fn an_edit_between_the_run_and_the_publish_is_not_published() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.calls();
        alone.edit(&plain(&javascript(2)));
        alone.call(TEST, 1).await;
        alone.code_outside(&unreadable(9));
        alone.call(PUBLISH, 1).await;
        assert_eq!(alone.live_code(), Some(javascript(1)));
        alone.rest().await;
        assert_eq!(alone.live_code(), Some(javascript(2)));
    });
}

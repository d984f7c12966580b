//! Parts that `GetFunction` does not show: read where they are named, and nowhere else.

use strict_cloud::operation::lambda as op;

use super::*;

const READ: &str = "GetFunctionRecursionConfig";
const WRITE: &str = "PutFunctionRecursionConfig";

fn looping(word: &str) -> Value {
    spec(&json!({"recursiveLoop": word}))
}

fn reads(alone: &mut Alone) -> usize {
    alone.calls().iter().filter(|call| *call == READ).count()
}

#[test]
fn a_part_that_nobody_names_is_never_read() {
    regional(async |alone: &mut Alone| {
        for spec in [
            spec(&json!({})),
            spec(&json!({"timeout": 10, "publish": true, "tags": {"a": "1"}})),
        ] {
            alone.apply(&spec).await;
            alone.check().await;
        }
        alone.delete().await;
        assert_eq!(reads(alone), 0);
    });
}

#[test]
fn a_part_is_read_with_each_check_while_it_is_named_and_never_again_once_it_is_taken_away() {
    regional(async |alone: &mut Alone| {
        alone.apply(&looping("Allow")).await;
        assert_eq!(alone.done(), ["CreateFunction", WRITE]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        // The spec drops it: back to what a fresh function has.
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.calls(), ["GetFunction", READ, WRITE]);
        assert_eq!(alone.function()["recursiveLoop"], "Terminate");
        // A second observation confirms it; then the part is nobody's.
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction", READ]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn a_part_that_is_as_wanted_is_not_written() {
    regional(async |alone: &mut Alone| {
        alone.apply(&looping("Terminate")).await;
        assert_eq!(alone.done(), ["CreateFunction"]);
    });
}

#[test]
fn an_outside_edit_of_a_named_part_is_repaired() {
    regional(async |alone: &mut Alone| {
        alone.apply(&looping("Terminate")).await;
        alone.others(|cloud, caller| {
            cloud
                .lambda_put_function_recursion_config(caller, NAME, Some("Allow"))
                .unwrap();
        });
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), [WRITE]);
        assert_eq!(alone.function()["recursiveLoop"], "Terminate");
    });
}

#[test]
fn a_part_that_may_not_be_read_stops_itself_and_nothing_else() {
    regional(async |alone: &mut Alone| {
        alone.cloud(|cloud| cloud.deny(None, op::GET_FUNCTION_RECURSION_CONFIG));
        alone.apply(&looping("Allow")).await;
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        let message = alone.message();
        assert!(
            message.contains("allow lambda:GetFunctionRecursionConfig"),
            "{message}"
        );
        // All else is still done.
        let edited = spec(&json!({"recursiveLoop": "Allow", "timeout": 30, "tags": {"a": "1"}}));
        alone.done();
        alone.apply(&edited).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration", "TagResource"]);
        assert_eq!(alone.condition("Stalled"), "True/AccessDenied");
        // It does not keep the function from going.
        alone.delete().await;
        assert_eq!(alone.done(), ["DeleteFunction"]);
    });
}

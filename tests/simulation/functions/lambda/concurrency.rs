//! Reserved concurrency: a part that `GetFunction` shows, so nothing is read for it.

use super::*;

const PUT: &str = "PutFunctionConcurrency";
const DELETE: &str = "DeleteFunctionConcurrency";

fn reserving(number: i64) -> Value {
    spec(&json!({"reservedConcurrentExecutions": number}))
}

fn reserved(alone: &Alone) -> Value {
    alone.function()["reservedConcurrentExecutions"].clone()
}

#[test]
fn it_is_reserved_changed_and_given_back_with_one_call_each() {
    regional(async |alone: &mut Alone| {
        alone.apply(&reserving(5)).await;
        assert_eq!(alone.done(), ["CreateFunction", PUT]);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
        // 0 is a number like any other: it stops all calls, and is not "unset".
        for number in [0, 7] {
            alone.apply(&reserving(number)).await;
            assert_eq!(alone.calls(), ["GetFunction", PUT]);
            assert_eq!(reserved(alone), number);
        }
        alone.apply(&spec(&json!({}))).await;
        assert_eq!(alone.calls(), ["GetFunction", DELETE]);
        assert_eq!(reserved(alone), Value::Null);
        alone.check().await;
        assert_eq!(alone.calls(), ["GetFunction"]);
    });
}

#[test]
fn what_others_reserve_is_theirs_while_nobody_names_it() {
    regional(async |alone: &mut Alone| {
        alone.apply(&spec(&json!({}))).await;
        alone.others(|cloud, caller| {
            cloud
                .lambda_put_function_concurrency(caller, NAME, Some(7))
                .unwrap();
        });
        alone.done();
        alone.apply(&spec(&json!({"timeout": 30}))).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        assert_eq!(reserved(alone), 7);
    });
}

#[test]
fn an_outside_edit_is_repaired() {
    regional(async |alone: &mut Alone| {
        alone.apply(&reserving(0)).await;
        for removes in [false, true] {
            alone.others(|cloud, caller| {
                if removes {
                    cloud
                        .lambda_delete_function_concurrency(caller, NAME)
                        .unwrap();
                } else {
                    cloud
                        .lambda_put_function_concurrency(caller, NAME, Some(7))
                        .unwrap();
                }
            });
            alone.done();
            alone.check().await;
            assert_eq!(alone.done(), [PUT]);
            assert_eq!(reserved(alone), 0);
        }
    });
}

#[test]
fn no_version_is_published_for_it() {
    regional(async |alone: &mut Alone| {
        let publishing =
            |number: i64| spec(&json!({"publish": true, "reservedConcurrentExecutions": number}));
        alone.apply(&publishing(5)).await;
        assert_eq!(alone.versions(), 1);
        alone.done();
        alone.apply(&publishing(6)).await;
        assert_eq!(alone.done(), [PUT]);
    });
}

#[test]
fn an_update_of_the_function_neither_loses_nor_repeats_it() {
    regional(async |alone: &mut Alone| {
        alone.apply(&reserving(5)).await;
        alone.done();
        let both = |number: i64| {
            spec(&json!({"timeout": 30 + number, "reservedConcurrentExecutions": number}))
        };
        alone.apply(&both(5)).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration"]);
        alone.apply(&both(6)).await;
        assert_eq!(alone.done(), ["UpdateFunctionConfiguration", PUT]);
    });
}

#[test]
fn more_than_the_account_has_left_is_a_matter_of_the_account() {
    regional(async |alone: &mut Alone| {
        alone.apply(&reserving(901)).await;
        assert_eq!(alone.condition("Stalled"), "True/QuotaExceeded");
        let message = alone.message();
        assert!(
            message.contains("met a limit of the account; raise it or remove something")
                && message.contains("below its minimum value of [100]"),
            "{message}"
        );
        alone.apply(&reserving(900)).await;
        assert_eq!(reserved(alone), 900);
        alone.delete().await;
        assert_eq!(alone.done().last(), Some(&"DeleteFunction"));
    });
}

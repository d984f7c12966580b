//! `plan`: what waits for the cloud, what failed, and what is deleted.

use serde_json::json;

use super::{desired, edited, memory, next, show};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::Tags;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::{LambdaObserved, Step};
use crate::reconcile::{Goal, Plan};

#[test]
fn a_running_change_is_waited_for_and_never_written_into() {
    let wanted = desired(&json!({"timeout": 10}));
    let cases = [
        (
            "being created",
            edited(|o| o.function.state = Some("Pending".to_owned())),
            "Waiting 1s",
        ),
        (
            "being updated",
            edited(|o| o.function.last_update_status = Some("InProgress".to_owned())),
            "Waiting 1s",
        ),
        (
            "with network interfaces",
            edited(|o| {
                o.function.state = Some("Pending".to_owned());
                o.function.settles_slowly = true;
            }),
            "Waiting 5s",
        ),
        (
            "being deleted",
            edited(|o| o.function.state = Some("Deleting".to_owned())),
            "Waiting 1s",
        ),
        (
            "idle is normal",
            edited(|o| o.function.state = Some("Inactive".to_owned())),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "a used-up guard",
            edited(|o| o.function.revision_id = None),
            "Read",
        ),
        ("just deleted by us", edited(|o| o.deleted = true), "Read"),
    ];
    for (case, observed, expected) in cases {
        assert_eq!(next(&wanted, &memory(&[]), &observed), expected, "{case}");
    }
    let no_guard_needed = edited(|o| o.function.revision_id = None);
    assert_eq!(
        next(
            &desired(&json!({"tags": {"a": "1"}})),
            &memory(&[]),
            &no_guard_needed
        ),
        "Tag(tags/a:->1)"
    );
}

#[test]
fn a_failed_update_blocks_until_the_spec_is_edited() {
    let failed = edited(|o| {
        o.function.last_update_status = Some("Failed".to_owned());
        o.function.last_update_status_reason_code = Some("InvalidSubnet".to_owned());
        o.function.last_update_status_reason = Some("The subnet\nis gone.".to_owned());
    });
    let known = LambdaFunctionStatus {
        last_update_status: Some("Failed".to_owned()),
        ..LambdaFunctionStatus::default()
    };
    let cases = [
        (
            "it is news",
            &memory(&[]),
            json!({"publish": true}),
            "Blocked UpdateFailed",
        ),
        (
            "it is news, whatever the fields say",
            &memory(&[]),
            json!({"timeout": 10}),
            "Blocked UpdateFailed",
        ),
        (
            "it is known, and the spec is the same",
            &known,
            json!({"publish": true}),
            "Blocked UpdateFailed",
        ),
        (
            "it is known, and the spec was edited",
            &known,
            json!({"timeout": 10}),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "tags are no update",
            &known,
            json!({"tags": {"a": "1"}, "publish": true}),
            "Tag(tags/a:->1)",
        ),
    ];
    for (case, memory, changes, expected) in cases {
        assert_eq!(
            next(&desired(&changes), memory, &failed),
            expected,
            "{case}"
        );
    }
    let Plan::Blocked { message, .. } = plan(
        Goal::Present(&desired(&json!({}))),
        &memory(&[]),
        Some(&failed),
    ) else {
        panic!("blocked")
    };
    assert!(
        message.contains("(InvalidSubnet: The subnet is gone)"),
        "{message}"
    );
}

/// A function that failed to start, changed.
fn failed(edit: fn(&mut LambdaObserved)) -> LambdaObserved {
    edited(|o| {
        o.function.state = Some("Failed".to_owned());
        o.function.last_update_status = None;
        edit(o);
    })
}

fn with(recreations: Option<i32>, latest_version: Option<&str>) -> LambdaFunctionStatus {
    LambdaFunctionStatus {
        recreations,
        latest_version: latest_version.map(ToOwned::to_owned),
        ..LambdaFunctionStatus::default()
    }
}

#[test]
fn a_function_that_failed_to_start_is_made_again_only_if_our_create_made_it() {
    let again = "Delete(functionName:orders>-)";
    let blocked = "Blocked CreateFailed";
    let cases = vec![
        (
            "our create, first time",
            with(Some(0), None),
            failed(|_| ()),
            json!({}),
            again,
        ),
        (
            "our create, third time",
            with(Some(2), None),
            failed(|_| ()),
            json!({}),
            again,
        ),
        (
            "our create, often enough",
            with(Some(3), None),
            failed(|_| ()),
            json!({}),
            blocked,
        ),
        (
            "our create, often enough, then edited",
            with(Some(3), None),
            failed(|_| ()),
            json!({"timeout": 10}),
            again,
        ),
        (
            "adopted, or the status was lost",
            with(None, None),
            failed(|_| ()),
            json!({"timeout": 10}),
            blocked,
        ),
        (
            "it has a version",
            with(Some(0), Some("1")),
            failed(|_| ()),
            json!({}),
            blocked,
        ),
        (
            "it was active",
            with(Some(0), None),
            failed(|o| o.function.last_update_status = Some("Successful".to_owned())),
            json!({}),
            blocked,
        ),
        (
            "it lost our tags",
            with(Some(0), None),
            failed(|o| o.tags = Ok(Tags::new())),
            json!({}),
            blocked,
        ),
        (
            "its tags are unknown",
            with(Some(0), None),
            failed(|o| o.tags = Err("denied".to_owned())),
            json!({}),
            blocked,
        ),
    ];
    for (case, memory, observed, changes, expected) in cases {
        assert_eq!(
            next(&desired(&changes), &memory, &observed),
            expected,
            "{case}"
        );
    }
}

#[test]
fn an_edit_starts_the_count_of_recreations_again() {
    let edited = plan(
        Goal::Present(&desired(&json!({"timeout": 10}))),
        &with(Some(3), None),
        Some(&failed(|_| ())),
    );
    let Plan::Act(steps) = edited else {
        panic!("a step")
    };
    assert!(matches!(
        steps[0].step,
        Step::Delete {
            recreation: Some(1)
        }
    ));
}

#[test]
fn absent_deletes_and_looks_until_it_is_gone() {
    let absent =
        |observed: Option<&LambdaObserved>| show(&plan(Goal::Absent, &memory(&[]), observed));
    assert_eq!(absent(None), "Settled");
    assert_eq!(
        absent(Some(&edited(|_| ()))),
        "Delete(functionName:orders>-)"
    );
    assert_eq!(
        absent(Some(&edited(
            |o| o.function.last_update_status = Some("InProgress".to_owned())
        ))),
        "Delete(functionName:orders>-)"
    );
    assert_eq!(absent(Some(&edited(|o| o.deleted = true))), "Read");
    assert_eq!(
        absent(Some(&edited(
            |o| o.function.state = Some("Deleting".to_owned())
        ))),
        "Waiting 1s"
    );
}

use serde_json::{Value, json};

use super::{desired, made_of, memory, show};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::Tags;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::{LambdaDesired, LambdaObserved, Step};
use crate::reconcile::{Goal, Plan};

pub(super) fn next(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> String {
    show(&plan(Goal::Present(desired), memory, Some(observed)))
}

/// A function made of `before`, and what is to be done for `after`.
pub(super) fn change(before: &Value, after: &Value, managed: &[&str]) -> String {
    next(
        &desired(after),
        &memory(managed),
        &made_of(&desired(before)),
    )
}

pub(super) fn edited(edit: impl FnOnce(&mut LambdaObserved)) -> LambdaObserved {
    let mut observed = made_of(&desired(&json!({})));
    edit(&mut observed);
    observed
}

pub(super) fn s3(version: &str) -> Value {
    json!({"code": {"s3Bucket": "bucket", "s3Key": "key", "s3ObjectVersion": version}})
}

#[test]
fn each_difference_is_planned_with_the_call_that_removes_it() {
    let full = json!({"description": "d", "timeout": 9, "memorySize": 256, "environment": {"variables": {"AB": "1"}}, "tags": {"team": "shop"}});
    let cases = [
        ("nothing changed", json!({}), json!({}), "Settled"),
        ("nothing changed, all named", full.clone(), full, "Settled"),
        (
            "named as it is by default",
            json!({}),
            json!({"timeout": 3, "memorySize": 128, "description": "", "environment": {}, "architectures": ["x86_64"]}),
            "Settled",
        ),
        (
            "another timeout",
            json!({}),
            json!({"timeout": 10}),
            "UpdateConfiguration(timeout:3>10)",
        ),
        (
            "another runtime",
            json!({}),
            json!({"runtime": "python3.14"}),
            "UpdateConfiguration(runtime:python3.13>python3.14)",
        ),
        (
            "no longer named, and not known as ours",
            json!({"timeout": 10}),
            json!({}),
            "Settled",
        ),
        (
            "variables, without their values",
            json!({"environment": {"variables": {"GONE": "1", "SAME": "2", "MOVED": "3"}}}),
            json!({"environment": {"variables": {"NEW": "1", "SAME": "2", "MOVED": "4"}}}),
            "UpdateConfiguration(environment.variables.GONE:->- environment.variables.MOVED:->- environment.variables.NEW:->-)",
        ),
        (
            "an emptied environment",
            json!({"environment": {"variables": {"AB": "1"}}}),
            json!({"environment": {}}),
            "UpdateConfiguration(environment.variables.AB:->-)",
        ),
        (
            "the instruction set goes with the code",
            json!({}),
            json!({"architectures": ["arm64"]}),
            "UpdateCode(architectures:x86_64>arm64)",
        ),
        (
            "tags",
            json!({"tags": {"a": "1"}}),
            json!({"tags": {"a": "2", "b": "3"}}),
            "Tag(tags/a:1>2 tags/b:->3)",
        ),
        (
            "configuration before code before version before tags",
            json!({}),
            json!({"timeout": 9, "architectures": ["arm64"], "publish": true, "tags": {"a": "1"}}),
            "UpdateConfiguration(timeout:3>9) then UpdateCode(architectures:x86_64>arm64) then PublishVersion(publish:->true) then Tag(tags/a:->1)",
        ),
    ];
    for (case, before, after, expected) in cases {
        assert_eq!(change(&before, &after, &[]), expected, "{case}");
    }
}

#[test]
fn what_was_put_there_and_is_no_longer_named_is_taken_away() {
    let full = json!({
        "description": "d", "timeout": 9, "memorySize": 256, "architectures": ["arm64"], "environment": {"variables": {"AB": "1"}}, "tags": {"a": "1", "b": "2"},
    });
    let cases = [
        ("description", "UpdateConfiguration(description:d>)"),
        ("timeout", "UpdateConfiguration(timeout:9>3)"),
        ("memorySize", "UpdateConfiguration(memorySize:256>128)"),
        (
            "environment",
            "UpdateConfiguration(environment.variables.AB:->-)",
        ),
        ("architectures", "UpdateCode(architectures:arm64>x86_64)"),
        ("tags/a", "Untag(tags/a:1>-)"),
        ("tags/never-there", "Settled"),
    ];
    for (managed, expected) in cases {
        assert_eq!(
            change(&full, &json!({"tags": {}}), &[managed]),
            expected,
            "{managed}"
        );
    }
}

/// AWS counts what is there together with what comes: 50 tags at most.
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
            "Look",
        ),
        ("just deleted by us", edited(|o| o.deleted = true), "Look"),
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

#[test]
fn a_function_that_failed_to_start_is_made_again_only_if_our_create_made_it() {
    let failed = |edit: fn(&mut LambdaObserved)| {
        edited(|o| {
            o.function.state = Some("Failed".to_owned());
            o.function.last_update_status = None;
            edit(o);
        })
    };
    let with = |recreations: Option<i32>, latest_version: Option<&str>| LambdaFunctionStatus {
        recreations,
        latest_version: latest_version.map(ToOwned::to_owned),
        ..LambdaFunctionStatus::default()
    };
    let again = "Delete(functionName:orders>-)";
    let blocked = "Blocked CreateFailed";
    let cases = [
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
    let edited = plan(
        Goal::Present(&desired(&json!({"timeout": 10}))),
        &with(Some(3), None),
        Some(&failed(|_| ())),
    );
    let Plan::Act(steps) = edited else {
        panic!("a step")
    };
    assert!(
        matches!(
            steps[0].step,
            Step::Delete {
                recreation: Some(1)
            }
        ),
        "an edit starts the count again"
    );
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
    assert_eq!(absent(Some(&edited(|o| o.deleted = true))), "Look");
    assert_eq!(
        absent(Some(&edited(
            |o| o.function.state = Some("Deleting".to_owned())
        ))),
        "Waiting 1s"
    );
}

#[test]
fn a_create_takes_everything_and_shows_no_value() {
    let wanted = desired(
        &json!({"timeout": 9, "architectures": ["arm64"], "environment": {"variables": {"KEY": "s3cret"}}, "tags": {"a": "1"}, "publish": true}),
    );
    let planned = plan(Goal::Present(&wanted), &memory(&[]), None);
    let shown = show(&planned);
    for part in [
        "Create(runtime:->python3.13",
        "timeout:->9",
        "architectures:->arm64",
        "environment.variables.KEY:->-",
        "code:->",
        "tags/a:->1",
        "then PublishVersion",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("s3cret"));
    let Plan::Act(steps) = planned else {
        panic!("steps")
    };
    let Step::Create { new, .. } = &steps[0].step else {
        panic!("a create")
    };
    assert_eq!(new.configuration, wanted.configuration);
    assert_eq!(new.tags, wanted.all_tags());
}

#[test]
fn an_environment_that_is_not_shown_is_not_overwritten() {
    let named = desired(&json!({"environment": {"variables": {"KEY": "value"}}}));
    let mut hidden = made_of(&named);
    hidden.function.configuration.environment = None;
    hidden.function.environment_error = Some("AccessDeniedException".to_owned());
    assert_eq!(
        show(&plan(Goal::Present(&named), &memory(&[]), Some(&hidden))),
        "Blocked AccessDenied",
        "every variable would differ, for ever"
    );
    let unnamed = desired(&json!({}));
    assert_eq!(
        show(&plan(Goal::Present(&unnamed), &memory(&[]), Some(&hidden))),
        "Settled",
        "what the spec does not name does not matter"
    );
}

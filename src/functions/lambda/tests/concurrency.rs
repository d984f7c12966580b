//! Reserved concurrency: what is planned of it, and what replies leave of it.

use serde_json::{Value, json};

use super::{desired, edited, made_of, memory, next, show};
use crate::functions::lambda::configuration::fingerprint::settings;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::{Change, fold};
use crate::reconcile::Goal;

const NAME: &str = "reservedConcurrentExecutions";

fn reserving(number: i32) -> Value {
    json!({NAME: number})
}

#[test]
fn only_what_differs_and_is_ours_is_written() {
    let (put, delete) = ("PutConcurrency", "DeleteConcurrency");
    let cases = [
        (
            "nobody names it",
            json!({}),
            vec![],
            None,
            "Settled".to_owned(),
        ),
        (
            "others have some",
            json!({}),
            vec![],
            Some(7),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            reserving(5),
            vec![NAME],
            Some(5),
            "Settled".to_owned(),
        ),
        (
            "new",
            reserving(5),
            vec![],
            None,
            format!("{put}({NAME}:->5)"),
        ),
        (
            "0 is not unset",
            reserving(0),
            vec![],
            None,
            format!("{put}({NAME}:->0)"),
        ),
        (
            "another number",
            reserving(0),
            vec![NAME],
            Some(5),
            format!("{put}({NAME}:5>0)"),
        ),
        (
            "removed outside",
            reserving(5),
            vec![NAME],
            None,
            format!("{put}({NAME}:->5)"),
        ),
        (
            "dropped",
            json!({}),
            vec![NAME],
            Some(0),
            format!("{delete}({NAME}:0>-)"),
        ),
        (
            "dropped and gone",
            json!({}),
            vec![NAME],
            None,
            "Settled".to_owned(),
        ),
    ];
    for (case, spec, managed, reserved, expected) in cases {
        let observed = edited(|observed| observed.reserved_concurrency = reserved);
        let plan = next(&desired(&spec), &memory(&managed), &observed);
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn it_comes_after_all_else_and_needs_no_further_read() {
    let wanted = desired(&json!({"timeout": 10, "publish": true, NAME: 5}));
    let plan = next(&wanted, &memory(&[]), &edited(|_| {}));
    assert_eq!(
        plan,
        format!(
            "UpdateConfiguration(timeout:3>10) then PublishVersion(publish:->true) then PutConcurrency({NAME}:->5)"
        )
    );
    let used = edited(|observed| observed.function.revision_id = None);
    let plan = next(&desired(&reserving(5)), &memory(&[]), &used);
    assert_eq!(plan, format!("PutConcurrency({NAME}:->5)"));
}

#[test]
fn a_create_says_what_follows() {
    let shown = show(&plan(
        Goal::Present(&desired(&reserving(0))),
        &memory(&[]),
        None,
    ));
    assert!(
        shown.ends_with(&format!(" then PutConcurrency({NAME}:->0)")),
        "{shown}"
    );
}

#[test]
fn the_reply_to_an_update_says_nothing_of_it_and_takes_nothing_from_what_is_known() {
    let observed = edited(|observed| observed.reserved_concurrency = Some(7));
    let function = observed.function.clone();
    for change in [
        Change::Configured(Box::new(function.clone())),
        Change::CodeUpdated {
            function: Box::new(function),
            source: None,
        },
    ] {
        let mut observed = Some(observed.clone());
        fold(&mut observed, change);
        let known = observed.and_then(|observed| observed.reserved_concurrency);
        assert_eq!(known, Some(7));
    }
}

#[test]
fn a_version_is_not_made_of_it() {
    let [one, two] = [json!({}), reserving(5)].map(|spec| {
        let wanted = desired(&spec);
        let mut observed = made_of(&wanted);
        observed.reserved_concurrency = wanted.reserved_concurrency;
        settings(&wanted.configuration, &observed.function)
    });
    assert_eq!(one, two);
}

//! Execution environments that are kept ready for aliases: what is planned of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ARN, desired, made_of, memory, next, show};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{Alias, FoundAlias, Provisioned};
use crate::functions::lambda::parts::Change;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::report::report;
use crate::functions::lambda::step::{self, fold};
use crate::functions::lambda::{LambdaDesired, LambdaObserved};
use crate::reconcile::{Desired as _, Goal};

const MANAGED: &str = "aliases/live/provisionedConcurrentExecutions";

fn with(changes: &Value) -> LambdaDesired {
    desired(changes)
}

/// A spec whose alias `live` has so many.
fn providing(number: i32) -> LambdaDesired {
    with(
        &json!({"aliases": [{"name": "live", "functionVersion": "7", "provisionedConcurrentExecutions": number}]}),
    )
}

fn found(requested: i32, status: &str) -> Provisioned {
    Provisioned {
        requested,
        status: status.to_owned(),
        reason: (status == "FAILED").then(|| "no room".to_owned()),
    }
}

/// The function as wanted, with the alias `live` of version 7 and this of its own.
fn observed(wanted: &LambdaDesired, of: Option<Provisioned>, shares: bool) -> LambdaObserved {
    let weights = if shares {
        BTreeMap::from([("6".to_owned(), 1.0)])
    } else {
        BTreeMap::new()
    };
    let live = FoundAlias {
        alias: Alias {
            version: "7".to_owned(),
            weights,
            ..Alias::default()
        },
        arn: format!("{ARN}:live"),
        revision_id: Some("a1".to_owned()),
    };
    let mut observed = made_of(wanted);
    observed.aliases = Known::Read([("live".to_owned(), live)].into());
    let provisioned = of.map(|of| ("live".to_owned(), of));
    observed.provisioned = Known::Read(provisioned.into_iter().collect());
    observed
}

#[test]
fn it_is_ready_when_all_is_there() {
    let put = |from: &str, to: i32| format!("PutProvisionedConcurrency({MANAGED}:{from}>{to})");
    for (case, of, shares, expected) in [
        ("new", None, false, put("-", 5)),
        (
            "there",
            Some(found(5, "READY")),
            false,
            "Settled".to_owned(),
        ),
        (
            "coming",
            Some(found(5, "IN_PROGRESS")),
            false,
            "Waiting 1s".to_owned(),
        ),
        (
            "failed",
            Some(found(5, "FAILED")),
            false,
            "Blocked UpdateFailed".to_owned(),
        ),
        (
            "another number",
            Some(found(3, "READY")),
            false,
            put("3", 5),
        ),
        ("less", Some(found(7, "READY")), false, put("7", 5)),
        (
            "another number after a failure",
            Some(found(3, "FAILED")),
            false,
            put("3", 5),
        ),
        (
            "another number while it follows the alias",
            Some(found(3, "IN_PROGRESS")),
            true,
            "Waiting 1s".to_owned(),
        ),
        (
            "another number after it failed to follow the alias",
            Some(found(3, "FAILED")),
            true,
            format!(
                "DeleteProvisionedConcurrency({MANAGED}:3>-) then {}",
                put("-", 5)
            ),
        ),
    ] {
        let wanted = providing(5);
        let observed = observed(&wanted, of, shares);
        let memory = memory(&["aliases/live", MANAGED]);
        assert_eq!(next(&wanted, &memory, &observed), expected, "{case}");
    }
}

#[test]
fn what_nobody_names_is_not_read_and_what_is_dropped_goes() {
    let wanted = with(&json!({"aliases": [{"name": "live", "functionVersion": "7"}]}));
    assert!(!wanted.managed().contains(MANAGED));
    assert!(providing(1).managed().contains(MANAGED));
    let mut found = observed(&wanted, Some(found(3, "READY")), false);
    assert_eq!(next(&wanted, &memory(&["aliases/live"]), &found), "Settled");
    let dropped = memory(&["aliases/live", MANAGED]);
    assert_eq!(
        next(&wanted, &dropped, &found),
        format!("DeleteProvisionedConcurrency({MANAGED}:3>-)")
    );
    found.provisioned = Known::Unread;
    assert_eq!(next(&wanted, &memory(&["aliases/live"]), &found), "Settled");
    assert_eq!(next(&wanted, &dropped, &found), "Read");
    found.provisioned = Known::Denied("AccessDeniedException: no".to_owned());
    assert_eq!(next(&wanted, &dropped, &found), "Blocked AccessDenied");
}

#[test]
fn what_is_less_comes_before_what_the_function_reserves_and_what_is_more_after_it() {
    let reserving = |reserved: i32, provided: i32| {
        with(&json!({
            "reservedConcurrentExecutions": reserved,
            "aliases": [{"name": "live", "functionVersion": "7", "provisionedConcurrentExecutions": provided}],
        }))
    };
    let concurrency =
        |from: i32, to: i32| format!("PutConcurrency(reservedConcurrentExecutions:{from}>{to})");
    let put = |from: i32, to: i32| format!("PutProvisionedConcurrency({MANAGED}:{from}>{to})");
    let memory = memory(&["aliases/live", MANAGED, "reservedConcurrentExecutions"]);
    let plan = |from: i32, to: i32| {
        let wanted = reserving(to, to);
        let mut observed = observed(&wanted, Some(found(from, "READY")), false);
        observed.reserved_concurrency = Some(from);
        next(&wanted, &memory, &observed)
    };
    assert!(
        plan(9, 3).starts_with(&format!("{} then {}", put(9, 3), concurrency(9, 3))),
        "{}",
        plan(9, 3)
    );
    assert_eq!(
        plan(3, 9),
        format!("{} then {}", concurrency(3, 9), put(3, 9))
    );
}

#[test]
fn a_create_says_what_follows() {
    let shown = show(&plan(Goal::Present(&providing(5)), &memory(&[]), None));
    let last = format!(" then PutProvisionedConcurrency({MANAGED}:->5)");
    assert!(shown.ends_with(&last), "{shown}");
}

#[test]
fn an_alias_that_moved_is_looked_at_again_and_so_is_one_that_lost_what_it_waited_for() {
    let wanted = providing(5);
    let ready = || observed(&wanted, Some(found(5, "READY")), true);
    let mut after = Some(ready());
    let Known::Read(aliases) = ready().aliases else {
        panic!("they are read")
    };
    let moved = ("live".to_owned(), aliases.get("live").cloned());
    fold(&mut after, step::Change::Part(Change::Aliases(moved)));
    assert_eq!(after.unwrap().provisioned, Known::Unread);
    let mut after = Some(ready());
    let gone = ("live".to_owned(), None);
    fold(&mut after, step::Change::Part(Change::Provisioned(gone)));
    let after = after.unwrap();
    assert_eq!(after.aliases, Known::Unread);
    assert_eq!(after.provisioned, Known::Read(BTreeMap::new()));
}

#[test]
fn the_status_shows_it_with_its_alias_while_the_spec_names_it() {
    let wanted = providing(5);
    let mut status = memory(&[]);
    let mut observed = observed(&wanted, Some(found(5, "FAILED")), false);
    let shown = |status: &LambdaFunctionStatus| {
        let of = status.aliases[0].provisioned_concurrency.clone();
        of.map(|of| (of.requested, of.status, of.status_reason))
    };
    let failed = Some((5, "FAILED".to_owned(), Some("no room".to_owned())));
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(shown(&status), failed);
    observed.provisioned = Known::Unread;
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(
        shown(&status),
        failed,
        "what is not read stays as it was known"
    );
    let unnamed = with(&json!({"aliases": [{"name": "live", "functionVersion": "7"}]}));
    report(Goal::Present(&unnamed), &mut status, Some(&observed));
    assert_eq!(shown(&status), None);
}

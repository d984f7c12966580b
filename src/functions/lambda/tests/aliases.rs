//! Names for versions: what is planned of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{ARN, desire, desired, made_of, memory, next, show};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::lambda::{Alias, FoundAlias, Provisioned, Version, VersionState};
use crate::cloud::{Class, CloudError};
use crate::functions::lambda::configuration::fingerprint::settings;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::report::report;
use crate::functions::lambda::step::refused;
use crate::functions::lambda::{LambdaDesired, LambdaObserved};
use crate::reconcile::{Desired as _, Goal, Plan, Step as _};

fn with(aliases: &Value) -> LambdaDesired {
    desired(&json!({"publish": true, "aliases": aliases}))
}

fn alias(version: &str, weights: &[(&str, f64)]) -> FoundAlias {
    FoundAlias {
        alias: Alias {
            version: version.to_owned(),
            description: String::new(),
            weights: weights
                .iter()
                .map(|(version, weight)| ((*version).to_owned(), *weight))
                .collect(),
        },
        arn: format!("{ARN}:live"),
        revision_id: Some("a1".to_owned()),
    }
}

/// The function as wanted, published as version 7 after `previous`, with the alias `live` if there is one.
fn published(
    wanted: &LambdaDesired,
    previous: Option<&str>,
    live: Option<FoundAlias>,
) -> (LambdaFunctionStatus, LambdaObserved) {
    let mut observed = made_of(wanted);
    let live = live.map(|found| ("live".to_owned(), found));
    observed.aliases = Known::Read(live.into_iter().collect());
    let status = LambdaFunctionStatus {
        latest_version: Some("7".to_owned()),
        previous_version: previous.map(str::to_owned),
        published: Some(PublishedStatus {
            code_sha256: observed.function.code_sha256.clone().unwrap(),
            settings_sha256: Some(settings(&wanted.configuration, &observed.function)),
            environment_sha256: Some(wanted.origin.sha256.clone()),
            ..PublishedStatus::default()
        }),
        ..memory(&[])
    };
    (status, observed)
}

#[test]
fn they_are_read_only_where_they_are_named() {
    let wanted = with(&json!([{"name": "live"}]));
    assert!(wanted.managed().contains("aliases/live"));
    let (mut status, mut observed) = published(&wanted, Some("6"), Some(alias("7", &[])));
    assert_eq!(next(&wanted, &status, &observed), "Settled");
    observed.aliases = Known::Unread;
    assert_eq!(next(&wanted, &status, &observed), "Read");
    let unnamed = with(&json!([]));
    assert_eq!(next(&unnamed, &status, &observed), "Settled");
    status.common.managed.insert("aliases/live".to_owned());
    assert_eq!(next(&unnamed, &status, &observed), "Read");
    observed.aliases = Known::Denied("AccessDeniedException: no".to_owned());
    assert_eq!(next(&wanted, &status, &observed), "Blocked AccessDenied");
}

#[test]
fn each_follows_what_it_names() {
    const CREATE: &str = "CreateAlias(aliases/live.functionVersion:->";
    let share = |version: &str| json!([{"name": "live", "routingConfig": {"additionalVersionWeights": {version: 0.1}}}]);
    let weights = "aliases/live.routingConfig.additionalVersionWeights";
    let cases = [
        (
            "new",
            json!([{"name": "live"}]),
            Some("6"),
            None,
            format!("{CREATE}7)"),
        ),
        (
            "by its number",
            json!([{"name": "live", "functionVersion": "3"}]),
            Some("6"),
            None,
            format!("{CREATE}3)"),
        ),
        (
            "of the function as it is",
            json!([{"name": "live", "functionVersion": "$LATEST"}]),
            Some("6"),
            None,
            format!("{CREATE}$LATEST)"),
        ),
        (
            "the one before",
            json!([{"name": "live", "functionVersion": "previous"}]),
            Some("6"),
            None,
            format!("{CREATE}6)"),
        ),
        (
            "the one before, which has to be read",
            json!([{"name": "live", "functionVersion": "previous"}]),
            None,
            None,
            "Read".to_owned(),
        ),
        (
            "as wanted",
            json!([{"name": "live"}]),
            Some("6"),
            Some(alias("7", &[])),
            "Settled".to_owned(),
        ),
        (
            "moved by somebody",
            json!([{"name": "live"}]),
            Some("6"),
            Some(alias("2", &[])),
            "UpdateAlias(aliases/live.functionVersion:2>7)".to_owned(),
        ),
        (
            "shared",
            share("previous"),
            Some("6"),
            Some(alias("7", &[("6", 0.1)])),
            "Settled".to_owned(),
        ),
        (
            "shared with another",
            share("previous"),
            Some("6"),
            Some(alias("7", &[("5", 0.1)])),
            format!("UpdateAlias({weights}:5: 0.1>6: 0.1)"),
        ),
        (
            "shared no more",
            json!([{"name": "live"}]),
            Some("6"),
            Some(alias("7", &[("6", 0.1)])),
            format!("UpdateAlias({weights}:6: 0.1>-)"),
        ),
        (
            "shared with itself, while there is none before",
            share("previous"),
            Some("7"),
            Some(alias("7", &[])),
            "Settled".to_owned(),
        ),
        (
            "described",
            json!([{"name": "live", "description": "calls"}]),
            Some("6"),
            Some(alias("7", &[])),
            "UpdateAlias(aliases/live.description:->calls)".to_owned(),
        ),
    ];
    for (case, aliases, previous, live, expected) in cases {
        let wanted = with(&aliases);
        let (status, observed) = published(&wanted, previous, live);
        assert_eq!(next(&wanted, &status, &observed), expected, "{case}");
    }
}

#[test]
fn only_those_that_were_ours_are_taken_away() {
    let wanted = with(&json!([]));
    let (mut status, observed) = published(&wanted, Some("6"), Some(alias("7", &[])));
    assert_eq!(next(&wanted, &status, &observed), "Settled");
    status.common.managed.insert("aliases/gone".to_owned());
    assert_eq!(next(&wanted, &status, &observed), "Settled");
    status.common.managed.insert("aliases/live".to_owned());
    assert_eq!(
        next(&wanted, &status, &observed),
        "DeleteAlias(aliases/live:7>-)"
    );
}

#[test]
fn the_version_before_is_found_among_our_own() {
    let wanted = with(&json!([{"name": "live", "functionVersion": "previous"}]));
    let version = |number, description: &str| Version {
        number,
        description: description.to_owned(),
    };
    let (ours, theirs) = ("Published by cloudfn", "by hand");
    for (found, before) in [
        (
            vec![
                version(4, ours),
                version(6, theirs),
                version(7, ours),
                version(8, ours),
            ],
            "4",
        ),
        (vec![version(6, theirs), version(7, ours)], "7"),
    ] {
        let (mut status, mut observed) = published(&wanted, None, None);
        observed.versions = Known::Read(found);
        let expected = format!("CreateAlias(aliases/live.functionVersion:->{before})");
        assert_eq!(next(&wanted, &status, &observed), expected);
        report(Goal::Present(&wanted), &mut status, Some(&observed));
        assert_eq!(status.previous_version.as_deref(), Some(before));
    }
}

#[test]
fn a_version_comes_before_what_follows_it_and_is_written_in_words_until_then() {
    let wanted = with(&json!([
        {"name": "live", "routingConfig": {"additionalVersionWeights": {"previous": 0.5}}},
        {"name": "old", "functionVersion": "3"},
    ]));
    let (mut status, observed) = published(&wanted, Some("6"), Some(alias("7", &[("6", 0.5)])));
    status.published = None;
    assert_eq!(
        next(&wanted, &status, &observed),
        "PublishVersion(publish:7>true) then UpdateAlias(aliases/live.functionVersion:7>newest aliases/live.routingConfig.additionalVersionWeights:6: 0.5>previous: 0.5) then CreateAlias(aliases/old.functionVersion:->3)"
    );
    let go_along = |observed: &LambdaObserved| {
        let Plan::Act(steps) = plan(Goal::Present(&wanted), &status, Some(observed)) else {
            panic!("a version is due")
        };
        let steps = steps.iter().filter(|planned| planned.step.is_consequence());
        steps.map(|planned| planned.step.name()).collect::<Vec<_>>()
    };
    assert_eq!(go_along(&observed), ["UpdateAlias"]);
    let (_, edited) = published(&wanted, Some("6"), Some(alias("5", &[])));
    assert_eq!(go_along(&edited), Vec::<&str>::new(), "somebody moved it");
    let shown = show(&plan(Goal::Present(&wanted), &memory(&[]), None));
    assert!(shown.contains(" then PublishVersion("), "{shown}");
    assert!(
        shown.contains(" then CreateAlias(aliases/live.functionVersion:->newest"),
        "{shown}"
    );
}

fn provisioned(alias: &str, status: &str) -> BTreeMap<String, Provisioned> {
    let one = Provisioned {
        status: status.to_owned(),
        ..Provisioned::default()
    };
    [(alias.to_owned(), one)].into()
}

#[test]
fn an_alias_that_waits_for_its_provisioned_concurrency_is_left_alone() {
    let wanted = with(&json!([{"name": "live"}]));
    let (status, mut observed) = published(&wanted, Some("6"), Some(alias("7", &[("6", 1.0)])));
    assert_eq!(
        next(&wanted, &status, &observed),
        "Read",
        "whether it has some"
    );
    let weights = "aliases/live.routingConfig.additionalVersionWeights";
    let edit = format!("UpdateAlias({weights}:6: 1>-)");
    for (of, how, expected) in [
        ("live", "IN_PROGRESS", "Waiting 1s"),
        ("live", "FAILED", "Blocked UpdateFailed"),
        ("live", "READY", &edit),
        ("other", "IN_PROGRESS", &edit),
    ] {
        observed.provisioned = Known::Read(provisioned(of, how));
        assert_eq!(next(&wanted, &status, &observed), expected, "{of} {how}");
    }
    observed.provisioned = Known::Read(provisioned("live", "IN_PROGRESS"));
    let described = with(&json!([{"name": "live", "description": "calls"}]));
    assert_eq!(
        next(&described, &status, &observed),
        "Waiting 1s",
        "an alias is written whole, with its shares"
    );
    let (status, mut observed) = published(&wanted, Some("6"), Some(alias("5", &[("6", 1.0)])));
    observed.provisioned = Known::Read(provisioned("live", "READY"));
    assert!(next(&wanted, &status, &observed).starts_with("UpdateAlias("));
}

#[test]
fn what_is_held_back_moves_no_alias() {
    let wanted = desired(&json!({
        "publish": true, "aliases": [{"name": "live"}], "runtimeManagementConfig": {"updateRuntimeOn": "Auto"},
    }));
    let (mut status, mut observed) = published(&wanted, Some("6"), Some(alias("7", &[])));
    observed.runtime_management = Known::Denied("AccessDeniedException: no".to_owned());
    status.published = None;
    assert_eq!(next(&wanted, &status, &observed), "Blocked AccessDenied");
}

#[test]
fn following_needs_something_to_follow() {
    for (aliases, fails) in [
        (json!([{"name": "live"}]), true),
        (
            json!([{"name": "live", "functionVersion": "previous"}]),
            true,
        ),
        (
            json!([{"name": "live", "functionVersion": "1", "routingConfig": {"additionalVersionWeights": {"newest": 0.1}}}]),
            true,
        ),
        (json!([{"name": "live", "functionVersion": "1"}]), false),
        (
            json!([{"name": "live", "functionVersion": "$LATEST"}]),
            false,
        ),
    ] {
        assert_eq!(
            desire(&json!({"aliases": aliases})).is_err(),
            fails,
            "{aliases}"
        );
    }
}

#[test]
fn a_version_that_is_followed_and_gone_is_published_anew() {
    let not_found = CloudError {
        class: Class::NotFound,
        operation: "CreateAlias",
        code: "ResourceNotFoundException".to_owned(),
        message: String::new(),
        request_id: None,
    };
    let share = |version: &str| json!([{"name": "live", "routingConfig": {"additionalVersionWeights": {version: 0.5}}}]);
    for (aliases, gone, forgotten) in [
        (json!([{"name": "live"}]), "7", true),
        (
            json!([{"name": "live", "functionVersion": "7"}]),
            "7",
            false,
        ),
        (share("3"), "3", false),
        (share("3"), "7", true),
        (share("previous"), "6", true),
        (json!([{"name": "live"}]), "live", false),
    ] {
        let not_found = CloudError {
            message: format!("Function not found: {ARN}:{gone}"),
            ..not_found.clone()
        };
        let wanted = with(&aliases);
        let (mut status, observed) = published(&wanted, Some("6"), None);
        let Plan::Act(steps) = plan(Goal::Present(&wanted), &status, Some(&observed)) else {
            panic!("an alias is due")
        };
        refused(&mut status, &steps[0].step, &not_found);
        assert_eq!(
            status.latest_version.is_none(),
            forgotten,
            "{aliases} {gone}"
        );
        let next = next(&wanted, &status, &observed);
        assert_eq!(next.starts_with("PublishVersion("), forgotten, "{next}");
    }
}

#[test]
fn no_alias_follows_a_version_that_takes_no_calls() {
    let wanted = with(&json!([{"name": "live"}, {"name": "stable", "functionVersion": "6"}]));
    let live = Some(alias("6", &[]));
    for (state, expected) in [
        (
            VersionState::Active,
            "UpdateAlias(aliases/live.functionVersion:6>7)",
        ),
        (VersionState::Pending, "Waiting 1s"),
        (
            VersionState::Failed(Some("no".to_owned())),
            "Blocked UpdateFailed",
        ),
    ] {
        let (mut status, mut observed) = published(&wanted, Some("6"), live.clone());
        if let Known::Read(found) = &mut observed.aliases {
            found.insert("stable".to_owned(), alias("6", &[]));
        }
        status.latest_version_state = Some("Pending".to_owned());
        assert_eq!(next(&wanted, &status, &observed), "Read");
        observed.latest_version = Known::Read(Some(state.clone()));
        assert_eq!(next(&wanted, &status, &observed), expected);
        report(Goal::Present(&wanted), &mut status, Some(&observed));
        assert_eq!(status.latest_version_state.as_deref(), Some(state.as_str()));
    }
    let (mut status, mut observed) = published(&wanted, Some("6"), live);
    status.latest_version_state = Some("Failed".to_owned());
    observed.latest_version = Known::Read(None);
    let next = next(&wanted, &status, &observed);
    assert!(
        next.starts_with("PublishVersion("),
        "somebody deleted it: {next}"
    );
}

#[test]
fn the_status_shows_those_that_the_spec_names() {
    let wanted = with(&json!([{"name": "live"}]));
    let (mut status, mut observed) = published(&wanted, Some("6"), Some(alias("7", &[])));
    if let Known::Read(found) = &mut observed.aliases {
        found.insert("of-others".to_owned(), alias("1", &[]));
    }
    let shown = |status: &LambdaFunctionStatus| {
        let aliases = status.aliases.iter();
        aliases
            .map(|alias| (alias.name.clone(), alias.function_version.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let live = BTreeMap::from([("live".to_owned(), "7".to_owned())]);
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(shown(&status), live);
    observed.aliases = Known::Unread;
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(
        shown(&status),
        live,
        "what is not read stays as it was known"
    );
    report(
        Goal::Present(&with(&json!([]))),
        &mut status,
        Some(&observed),
    );
    assert_eq!(shown(&status), BTreeMap::new());
}

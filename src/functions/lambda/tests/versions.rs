//! `plan`: when a version is published.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{desired, environment, made_of, memory, next};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::Tags;
use crate::cloud::lambda::VersionState;
use crate::functions::lambda::configuration::fingerprint::settings as of;
use crate::functions::lambda::parts;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::report::report;
use crate::functions::lambda::step::Step;
use crate::functions::lambda::step::{intend, remember};
use crate::functions::lambda::{Change, LambdaDesired, LambdaObserved};
use crate::reconcile::{Desired as _, Goal, Plan, Step as _};

#[test]
fn what_was_published_stays_known_where_only_the_owner_tag_was_taken_off() {
    let mut wanted = desired(&json!({"publish": true}));
    wanted.explain_all();
    let made = made_of(&wanted);
    let fingerprint = of(&wanted.configuration, &made.function);
    let cases = [
        (
            "the function is as the status says",
            made.function.last_modified.clone(),
            "Settled",
        ),
        (
            "somebody changed what the spec does not name, or made the function anew",
            Some("earlier".to_owned()),
            "PublishVersion(publish:->true)",
        ),
        ("the status is lost", None, "PublishVersion(publish:->true)"),
    ];
    for (case, last_modified, expected) in cases {
        let mut memory = LambdaFunctionStatus {
            latest_version: Some("7".to_owned()),
            published: Some(PublishedStatus {
                code_sha256: made.function.code_sha256.clone().unwrap(),
                settings_sha256: Some(fingerprint.clone()),
                environment_sha256: Some(wanted.origin.sha256.clone()),
                ..PublishedStatus::default()
            }),
            last_modified,
            ..LambdaFunctionStatus::default()
        };
        let mut untagged = made_of(&wanted);
        untagged.tags = Ok(Tags::new());
        let Plan::Act(steps) = plan(Goal::Present(&wanted), &memory, Some(&untagged)) else {
            panic!("{case}: there is work")
        };
        intend(&mut memory, &steps[0].step);
        assert_eq!(
            (steps[0].step.name(), next(&wanted, &memory, &made).as_str()),
            ("Tag", expected),
            "{case}"
        );
    }
}

#[test]
fn a_version_is_published_for_each_change_and_only_then() {
    let wanted = desired(
        &json!({"publish": true, "timeout": 10, "environment": {"variables": {"AB": "1"}}}),
    );
    let now = made_of(&wanted);
    let published = |code: &str, configuration: String| LambdaFunctionStatus {
        latest_version: Some("7".to_owned()),
        published: Some(PublishedStatus {
            code_sha256: code.to_owned(),
            settings_sha256: Some(configuration),
            environment_sha256: Some(wanted.origin.sha256.clone()),
            ..PublishedStatus::default()
        }),
        ..LambdaFunctionStatus::default()
    };
    let code = now.function.code_sha256.clone().unwrap();
    let current = published(&code, of(&wanted.configuration, &now.function));
    let edit = |edit: fn(&mut LambdaObserved)| {
        let mut observed = now.clone();
        edit(&mut observed);
        observed
    };
    let publish = "PublishVersion(publish:7>true)";
    assert_eq!(next(&wanted, &current, &now), "Settled");
    assert_eq!(
        next(&wanted, &memory(&[]), &now),
        "PublishVersion(publish:->true)"
    );
    assert_eq!(
        next(
            &wanted,
            &published("other", of(&wanted.configuration, &now.function)),
            &now
        ),
        publish
    );
    assert_eq!(
        next(&wanted, &published(&code, String::new()), &now),
        publish
    );
    assert_eq!(
        next(
            &wanted,
            &current,
            &edit(|o| o.function.configuration.memory_size = Some(512))
        ),
        "Settled",
        "what is not ours makes no version"
    );
    assert_eq!(
        next(
            &wanted,
            &current,
            &edit(|o| o.function.configuration.environment = Some(environment(&[("AB", "2")])))
        ),
        format!("UpdateConfiguration(environment.variables.AB:->-) then {publish}"),
    );
    assert_eq!(
        next(
            &wanted,
            &memory(&[]),
            &edit(|o| o.function.revision_id = None)
        ),
        "Read"
    );
    assert_eq!(
        next(
            &wanted,
            &memory(&[]),
            &edit(|o| o.function.code_sha256 = None)
        )
        .split('(')
        .next(),
        Some("UpdateCode")
    );
    let other = edit(|o| o.function.arn = format!("{}2", super::ARN));
    assert_ne!(
        of(&wanted.configuration, &now.function),
        of(&wanted.configuration, &other.function),
        "the ARN salts it"
    );
}

/// A spec whose variables come from the Secret `db`, with these fields put over it.
fn secretive(changes: &Value) -> LambdaDesired {
    let mut spec =
        json!({"publish": true, "environment": {"variablesFrom": [{"secretRef": {"name": "db"}}]}});
    for (name, value) in changes.as_object().unwrap() {
        spec[name] = value.clone();
    }
    desired(&spec)
}

/// The status after this was published.
fn after_publishing(wanted: &LambdaDesired, observed: &LambdaObserved) -> LambdaFunctionStatus {
    let mut status = LambdaFunctionStatus::default();
    let Plan::Act(steps) = plan(Goal::Present(wanted), &status, Some(observed)) else {
        panic!("a version is due")
    };
    let Step::Part(parts::Step::Versions(step)) = &steps[0].step else {
        panic!("{}", steps[0].step.name())
    };
    let published = parts::versions::Published {
        version: "7".to_owned(),
        code_sha256: step.code_sha256.clone(),
        made: step.made.clone(),
        state: VersionState::Active,
    };
    remember(
        &mut status,
        &Change::Part(parts::Change::Versions(published)),
    );
    report(Goal::Present(wanted), &mut status, Some(observed));
    status
}

fn moved(wanted: &LambdaDesired) -> LambdaDesired {
    let mut moved = wanted.clone();
    for reference in &mut moved.origin.references {
        reference.resource_version = Some("2".to_owned());
    }
    moved
}

#[test]
fn a_rotated_secret_makes_a_version_and_one_that_was_only_touched_makes_none() {
    let wanted = secretive(&json!({}));
    assert_eq!(wanted.origin.references.len(), 1);
    let now = made_of(&wanted);
    let mut status = after_publishing(&wanted, &now);
    assert_eq!(next(&wanted, &status, &now), "Settled");

    let touched = moved(&wanted);
    assert_eq!(
        next(&touched, &status, &now),
        "Settled",
        "its version moved"
    );
    let mut rotated = now.clone();
    rotated.function.last_modified = Some("later".to_owned());
    assert_eq!(
        next(&touched, &status, &rotated),
        "PublishVersion(publish:7>true)",
        "the function was changed for it, and the answer to that was lost"
    );
    report(Goal::Present(&touched), &mut status, Some(&now));
    assert_eq!(
        next(&touched, &status, &rotated),
        "Settled",
        "an outside edit that was repaired, after the new version of the Secret is known"
    );
}

#[test]
fn an_update_that_was_refused_or_is_under_way_is_no_publication() {
    let wanted = secretive(&json!({}));
    let now = made_of(&wanted);
    let status = after_publishing(&wanted, &now);
    let touched = moved(&wanted);
    let mut other = now.clone();
    other.function.configuration.environment = Some(environment(&[("OLD", "1")]));
    let mut refused = status.clone();
    report(Goal::Present(&touched), &mut refused, Some(&other));
    assert_eq!(refused.published, status.published, "it still differs");
    let mut under_way = now;
    under_way.function.last_modified = Some("later".to_owned());
    report(Goal::Present(&touched), &mut refused, Some(&under_way));
    assert_eq!(
        refused.published, status.published,
        "it was not published yet"
    );
    assert!(next(&touched, &refused, &under_way).starts_with("PublishVersion"));
}

#[test]
fn another_key_of_the_same_secret_makes_a_version() {
    let of = |key: &str| {
        let value = json!({"secretKeyRef": {"name": "db", "key": key}});
        secretive(&json!({"environment": {"variablesFrom": [{"name": "ONE", "valueFrom": value}]}}))
    };
    let (before, after) = (of("password"), of("USER"));
    let status = after_publishing(&before, &made_of(&before));
    let mut observed = made_of(&after);
    observed.function.last_modified = Some("later".to_owned());
    assert_eq!(
        next(&after, &status, &observed),
        "PublishVersion(publish:7>true)"
    );
}

#[test]
fn no_value_of_a_secret_or_a_config_map_reaches_a_hash_of_the_status() {
    let from = json!({"environment": {"variablesFrom": [
        {"secretRef": {"name": "db"}}, {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "LEVEL"}}},
    ]}});
    let told = |guess: &str| {
        let spec = super::spec(&from);
        let mut inputs = super::inputs();
        for value in inputs.secrets.values_mut().flat_map(BTreeMap::values_mut) {
            *value = guess.as_bytes().to_vec().into();
        }
        let level = guess.as_bytes().to_vec();
        inputs
            .config_maps
            .get_mut("settings")
            .unwrap()
            .insert("LEVEL".to_owned(), level);
        let mut wanted =
            crate::functions::lambda::desired(&spec, &inputs, &super::claim()).unwrap();
        wanted.publish = true;
        let mut observed = made_of(&wanted);
        observed.function.last_modified = Some("then".to_owned());
        serde_json::to_value(after_publishing(&wanted, &observed)).unwrap()
    };
    assert_eq!(told("right"), told("wrong"));
}

#[test]
fn what_an_earlier_release_published_of_a_settled_object_is_not_published_anew() {
    let wanted = secretive(&json!({}));
    let now = made_of(&wanted);
    let mut earlier: LambdaFunctionStatus = serde_json::from_value(json!({
        "observedGeneration": 3, "settledGeneration": 3, "latestVersion": "7",
        "lastModified": now.function.last_modified,
        "published": {"codeSha256": now.function.code_sha256, "configurationSha256": "0123"},
    }))
    .unwrap();
    assert_eq!(next(&wanted, &earlier, &now), "Settled");
    let publish = "PublishVersion(publish:7>true)";
    let mut edited = now.clone();
    edited.function.last_modified = Some("later".to_owned());
    assert_eq!(
        next(&wanted, &earlier, &edited),
        publish,
        "it was changed since"
    );
    let mut unsettled = earlier.clone();
    unsettled.common.settled_generation = None;
    assert_eq!(next(&wanted, &unsettled, &now), publish);
    report(Goal::Present(&wanted), &mut earlier, Some(&now));
    assert!(earlier.published.unwrap().settings_sha256.is_some());
}

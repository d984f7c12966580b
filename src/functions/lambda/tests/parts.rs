//! Tags and versions: when each is due, beside configuration and code.

use serde_json::json;

use super::plan::{change, edited, next, s3};
use super::{desired, environment, made_of, memory, spec};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::Tags;
use crate::functions::lambda::configuration::fingerprint::fingerprint;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::intend;
use crate::functions::lambda::{LambdaObserved, desired as step};
use crate::reconcile::{Desired as _, Goal, Plan, Step as _};

#[test]
fn dropped_tags_go_before_new_ones_come() {
    let before = json!({"tags": {"old": "1", "same": "1"}});
    let after = json!({"tags": {"new": "1", "same": "2"}});
    assert_eq!(
        change(&before, &after, &["tags/old", "tags/same"]),
        "Untag(tags/old:1>-) then Tag(tags/new:->1 tags/same:1>2)"
    );
    // Together with the tag that says where the code came from, and still in that order.
    let mut observed = made_of(&desired(&before));
    observed.deployed = desired(&s3("1")).code.source().map(ToOwned::to_owned);
    let mut wanted = desired(&s3("1"));
    wanted.tags = desired(&after).tags;
    let plan = plan(
        Goal::Present(&wanted),
        &memory(&["tags/old"]),
        Some(&observed),
    );
    let Plan::Act(steps) = plan else {
        panic!("steps")
    };
    assert!(
        steps[0].step.name() == "Untag" && steps[1].step.name() == "Tag",
        "the source's tag waits too"
    );
    // A function that lost our owner tag is made ours again before anything is taken off.
    let mut observed = made_of(&desired(&before));
    observed.tags = Ok(desired(&before).tags);
    let shown = next(&desired(&after), &memory(&["tags/old"]), &observed);
    assert!(
        shown.starts_with("Tag(tags/cloudfn.dev/instance")
            && !shown.split(" then ").next().unwrap().contains("tags/new"),
        "{shown}"
    );
}

#[test]
fn owner_tags_come_first_and_count_only_where_something_is_claimed() {
    let foreign = edited(|o| o.tags = Ok(Tags::new()));
    let wanted = desired(&json!({"timeout": 10}));
    let claimed =
        "Tag(tags/cloudfn.dev/instance:->cluster-1 tags/cloudfn.dev/owner:->here/shop/orders)";
    assert_eq!(
        next(&wanted, &memory(&[]), &foreign),
        format!("{claimed} then UpdateConfiguration(timeout:3>10)")
    );
    let observe_only = step::desired(&spec(&json!({})), &super::inputs(), &Tags::new()).unwrap();
    assert_eq!(next(&observe_only, &memory(&[]), &foreign), "Settled");
    let unknown = edited(|o| o.tags = Err("not authorized".to_owned()));
    assert_eq!(
        next(&wanted, &memory(&[]), &unknown),
        "Blocked AccessDenied"
    );
    assert_eq!(next(&observe_only, &memory(&[]), &unknown), "Settled");
}

#[test]
fn where_differences_are_left_our_own_tags_are_written_alone() {
    let foreign = edited(|o| o.tags = Ok(super::tags(&[("team", "theirs")])));
    let mut wanted = desired(&json!({"timeout": 10, "tags": {"team": "shop"}}));
    let claimed = "tags/cloudfn.dev/instance:->cluster-1 tags/cloudfn.dev/owner:->here/shop/orders";
    let together =
        format!("Tag({claimed} tags/team:theirs>shop) then UpdateConfiguration(timeout:3>10)");
    assert_eq!(next(&wanted, &memory(&[]), &foreign), together);
    wanted.show_people();
    assert_eq!(
        next(&wanted, &memory(&[]), &foreign),
        format!("Tag({claimed}) then UpdateConfiguration(timeout:3>10)")
    );
    let claimed = edited(|o| {
        let tags = o.tags.as_mut().unwrap();
        tags.insert("team".to_owned(), "theirs".to_owned());
    });
    assert_eq!(
        next(&wanted, &memory(&[]), &claimed),
        "UpdateConfiguration(timeout:3>10) then Tag(tags/team:theirs>shop)"
    );
}

#[test]
fn what_was_published_stays_known_where_only_the_owner_tag_was_taken_off() {
    let mut wanted = desired(&json!({"publish": true}));
    wanted.show_people();
    let made = made_of(&wanted);
    let made_of_it = fingerprint(&wanted.configuration, &made.function);
    let cases = [
        (
            "the function is as the status tells",
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
                configuration_sha256: made_of_it.clone(),
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
            configuration_sha256: configuration,
        }),
        ..LambdaFunctionStatus::default()
    };
    let code = now.function.code_sha256.clone().unwrap();
    let current = published(&code, fingerprint(&wanted.configuration, &now.function));
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
            &published("other", fingerprint(&wanted.configuration, &now.function)),
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
        "Look"
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
        fingerprint(&wanted.configuration, &now.function),
        fingerprint(&wanted.configuration, &other.function),
        "the ARN salts it"
    );
}

//! `plan`: when a version is published.

use serde_json::json;

use super::{desired, environment, made_of, memory, next};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::Tags;
use crate::functions::lambda::LambdaObserved;
use crate::functions::lambda::configuration::fingerprint::fingerprint as of;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::intend;
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
                configuration_sha256: fingerprint.clone(),
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

//! Whatever the spec was, the function becomes what the spec is.

use serde_json::json;
use strict_cloud::log::Answered;

use super::*;
use crate::functions::every_edit_ends_where_a_create_would;
use crate::schedule::store;

/// Specs that differ in one thing, or in all.
fn variants() -> Vec<Value> {
    let with = |fields: Value| with(full(&javascript(1)), &fields);
    vec![
        full(&javascript(1)),
        full(&javascript(2)),
        with(json!({"comment": "Other"})),
        with(json!({"comment": ""})),
        with(json!({"comment": null})),
        with(json!({"runtime": "cloudfront-js-1.0"})),
        with(json!({"tags": {"team": "core", "tier": "gold"}})),
        with(json!({"tags": {"team": "edge"}})),
        with(json!({"tags": {"cost": "1"}})),
        with(json!({"tags": null})),
        with(json!({"keyValueStoreAssociations": [{"keyValueStoreArn": store(1)}]})),
        plain(&javascript(2)),
    ]
}

#[test]
fn every_edit_ends_where_a_create_would_in_four_writes_and_a_run_at_most() {
    every_edit_ends_where_a_create_would(Kind::CloudFront, |_| {}, &variants(), 5);
}

#[test]
fn what_the_spec_never_named_is_left_as_it_is() {
    edge(async |alone: &mut Alone| {
        alone.apply(&plain(&javascript(1))).await;
        alone.edit_outside(|update| {
            update.config.comment = "by hand".to_owned();
            update.config.key_value_stores.push(store(1));
        });
        alone.tag_outside(&[("by", "hand")], &[]);
        alone.apply(&plain(&javascript(2))).await;
        let function = alone.function();
        let development = &function["development"];
        assert_eq!(
            development["comment"], "by hand",
            "an update sends an unmanaged comment back"
        );
        assert_eq!(
            development["stores"],
            json!([store(1)]),
            "an update keeps the associations"
        );
        assert_eq!(
            function["tags"]["by"], "hand",
            "a tag that is not ours stays"
        );
        assert_eq!(
            function["live"], *development,
            "LIVE is a copy of DEVELOPMENT"
        );
    });
}

#[test]
fn with_the_status_lost_nothing_is_taken_away() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.stop().await;
        alone.lose_status();
        alone.done();
        alone.apply(&plain(&javascript(1))).await;
        assert_eq!(alone.condition("Ready"), "True/Available");
        assert_eq!(
            alone.done(),
            [""; 0],
            "nobody knows any more that comment and tags were ours"
        );
    });
}

#[test]
fn stage_development_leaves_live_to_others_until_it_is_promoted() {
    edge(async |alone: &mut Alone| {
        let held = |code| with(full(&javascript(code)), &json!({"stage": "DEVELOPMENT"}));
        let stages = |alone: &Alone| {
            let status = alone.status();
            json!([status["live"]["state"], status["stage"]])
        };
        alone.apply(&held(1)).await;
        assert_eq!(alone.done(), ["CreateFunction"], "nothing is published");
        assert_eq!(stages(alone), json!(["Never", "DEVELOPMENT"]));

        alone.publish_outside();
        alone.check().await;
        assert_eq!(
            stages(alone),
            json!(["Current", "LIVE"]),
            "somebody else published it"
        );
        alone.done();
        alone.apply(&held(2)).await;
        assert_eq!(
            (alone.done(), stages(alone)),
            (vec![UPDATE], json!(["Older", "LIVE"])),
            "an update stays in DEVELOPMENT"
        );
        alone.apply(&full(&javascript(2))).await;
        assert_eq!(
            (alone.done(), stages(alone)),
            (vec![TEST, PUBLISH], json!(["Current", "LIVE"])),
            "promoted, it is run and published"
        );
    });
}

#[test]
fn a_guard_that_somebody_used_up_is_not_forced() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        alone.edit(&full(&javascript(2)));
        alone.call(TAGS, 1).await;
        alone.code_outside("foreign");
        alone.rest().await;
        let log = alone.take();
        let refused = |entry: &&strict_cloud::Entry| matches!(entry.answer, Answered::Refused(..));
        let refused: Vec<_> = log
            .iter()
            .filter(refused)
            .map(ToString::to_string)
            .collect();
        assert!(
            refused.len() == 1 && refused[0].contains("412 PreconditionFailed"),
            "a conflict, not an overwrite: {refused:?}"
        );
        let function = alone.function();
        assert_eq!(function["development"]["code"], javascript(2));
        assert_eq!(function["live"], function["development"]);
    });
}

//! Which calls a pass makes, in their order, and what it believes of their answers.

use serde_json::json;
use strict_cloud::operation::cloudfront as cf;

use super::*;
use crate::schedule::Act;

#[test]
fn a_create_to_live_costs_two_writes_one_read_and_one_run() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, "CreateFunction", TEST, PUBLISH]
        );
    });
}

#[test]
fn a_check_costs_three_reads_also_the_first_after_a_publish() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [LIVE, DEVELOPMENT, TAGS],
            "the first check reads LIVE before DEVELOPMENT, whose ETag vouches for it"
        );
        for _ in 0..2 {
            alone.check().await;
            assert_eq!(
                alone.calls(),
                [DEVELOPMENT, TAGS, LIVE],
                "later checks know LIVE by its own ETag"
            );
        }
    });
}

#[test]
fn a_change_of_code_to_live_costs_two_writes_two_reads_and_one_run_of_what_never_ran() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        let expected = [DEVELOPMENT, TAGS, UPDATE, TEST, PUBLISH];
        alone.apply(&full(&javascript(2))).await;
        assert_eq!(alone.calls(), expected, "right after the create");
        alone.check().await;
        alone.calls();
        alone.apply(&full(&javascript(3))).await;
        assert_eq!(alone.calls(), expected, "after a check too");
        alone.apply(&full(&javascript(1))).await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, TAGS, UPDATE, PUBLISH],
            "what ran before is not run again"
        );
    });
}

#[test]
fn a_delete_costs_one_write_and_two_reads() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        alone.delete().await;
        assert_eq!(alone.calls(), [DEVELOPMENT, TAGS, "DeleteFunction"]);
        alone.apply(&full(&javascript(1))).await;
        alone.delete_outside();
        alone.calls();
        alone.delete().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, DEVELOPMENT],
            "the tags of a function that is gone are not read; a minute later it is still gone"
        );
    });
}

#[test]
fn a_lost_status_costs_calls_and_changes_nothing() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.stop().await;
        alone.lose_status();
        alone.calls();
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
            "everything is read, nothing is written"
        );
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, TAGS, LIVE],
            "and then it is known again"
        );
    });
}

#[test]
fn a_foreign_publish_between_two_reads_is_not_taken_for_ours() {
    let held = with(full(&javascript(2)), &json!({"stage": "DEVELOPMENT"}));
    // Right after our own publish, before LIVE's ETag is known: first a check, then an edit.
    for (edited, before) in [
        (None, None),
        (None, Some(LIVE)),
        (None, Some(DEVELOPMENT)),
        (Some(&held), None),
        (Some(&held), Some(DEVELOPMENT)),
        (Some(&held), Some(TAGS)),
    ] {
        edge(async |alone: &mut Alone| {
            let spec = full(&javascript(1));
            alone.apply(&spec).await;
            alone.calls();
            if before.is_none() {
                replace_live(alone);
            }
            if let Some(edited) = edited {
                alone.edit(edited);
            }
            if let Some(before) = before {
                alone.call(before, 1).await;
                replace_live(alone);
            }
            alone
                .until("a call", |alone| alone.log().len() > alone.taken)
                .await;
            alone.rest().await;
            alone.apply(&spec).await;
            for _ in 0..2 {
                alone.check().await;
            }
            assert_eq!(
                alone.live_code(),
                Some(javascript(1)),
                "LIVE has our code again; edited after {before:?}"
            );
        });
    }
}

#[test]
fn code_belongs_to_the_version_that_was_described() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.stop().await;
        alone.lose_status();
        alone.calls();
        alone.call(DEVELOPMENT, 1).await;
        alone.code_outside("newer");
        alone.rest().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, CODE, DEVELOPMENT, TAGS, UPDATE, TEST, PUBLISH],
            "the description is read again and fits the code"
        );
        assert_eq!(alone.function()["development"]["code"], javascript(1));
    });
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.stop().await;
        alone.lose_status();
        alone.calls();
        alone.call(DEVELOPMENT, 1).await;
        alone.code_outside("newer");
        alone.call(CODE, 1).await;
        alone.code_outside("newest");
        alone.rest().await;
        let calls = alone.calls();
        assert_eq!(
            calls[..3],
            [DEVELOPMENT, CODE, DEVELOPMENT],
            "a second change during one observation: none of it is believed"
        );
        assert_eq!(
            calls[3..6],
            [DEVELOPMENT, CODE, TAGS],
            "and all is read anew"
        );
        assert_eq!(alone.function()["development"]["code"], javascript(1));
    });
}

#[test]
fn tags_that_may_not_be_read_are_not_absent() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.cloud(|cloud| cloud.deny(Some("op1"), cf::LIST_TAGS_FOR_RESOURCE));
        alone.calls();
        alone.apply(&full(&javascript(2))).await;
        assert_eq!(alone.calls(), [DEVELOPMENT, TAGS]);
        assert_eq!(
            alone.condition("Ready"),
            "False/AccessDenied",
            "nothing is written to a function whose owner cannot be read"
        );
    });
}

#[test]
fn a_function_that_goes_between_two_reads_is_gone() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        alone.stage.act(&Act::Delete(0));
        alone.call(DEVELOPMENT, 1).await;
        alone.delete_outside();
        alone.gone().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, TAGS, DEVELOPMENT, DEVELOPMENT],
            "tags that are not found say nothing until the function is not found either"
        );
    });
}

#[test]
fn a_stage_kept_in_development_still_shows_what_is_live() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.check().await;
        alone.calls();
        let held = with(full(&javascript(2)), &json!({"stage": "DEVELOPMENT"}));
        alone.apply(&held).await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, TAGS, LIVE, UPDATE],
            "LIVE is read and not touched"
        );
    });
}

#[test]
fn an_object_that_only_observes_reads_live_although_a_publish_would_follow() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.calls();
        let observing = with(
            full(&javascript(2)),
            &json!({"managementPolicy": "Observe"}),
        );
        alone.apply(&observing).await;
        let calls = alone.calls();
        assert!(calls.contains(&LIVE.to_owned()), "{calls:?}");
        assert_eq!(alone.status()["live"]["state"], "Older");
    });
}

#[test]
fn a_difference_that_is_explained_costs_one_read_more_for_each_code_that_differs() {
    // An object that only observes: what differs is its own spec.
    edge(async |alone: &mut Alone| {
        let observing = |code| {
            with(
                full(&javascript(code)),
                &json!({"managementPolicy": "Observe"}),
            )
        };
        alone.apply(&full(&javascript(1))).await;
        alone.check().await;
        alone.apply(&observing(1)).await;
        alone.calls();
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, TAGS, LIVE],
            "nothing differs: a check costs what it costs"
        );
        alone.apply(&observing(2)).await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
            "both stages differ, and are known by ETag only"
        );
    });
    // An object that only reports drift: what differs is an edit of somebody else.
    edge(async |alone: &mut Alone| {
        let reporting = with(full(&javascript(1)), &json!({"driftPolicy": "Report"}));
        alone.apply(&reporting).await;
        alone.check().await;
        alone.code_outside(&javascript(900));
        alone.calls();
        for _ in 0..2 {
            alone.check().await;
            assert_eq!(
                alone.calls(),
                [DEVELOPMENT, CODE, TAGS, LIVE],
                "DEVELOPMENT alone differs"
            );
        }
        alone.publish_outside();
        for _ in 0..2 {
            alone.check().await;
            assert_eq!(
                alone.calls(),
                [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
                "both stages differ"
            );
        }
    });
}

#[test]
fn the_code_that_a_repair_overwrites_is_kept_without_a_read_more() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.check().await;
        alone.code_outside("foreign\n");
        alone.calls();
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, CODE, TAGS, UPDATE, PUBLISH],
            "as for any change of code"
        );
        let drift = alone.status()["lastDrift"].to_string();
        assert!(
            drift.contains("--- DEVELOPMENT") && drift.contains("-foreign"),
            "{drift}"
        );
    });
}

//! What somebody else changes is repaired where the spec names it.

use serde_json::json;

use super::*;

/// What is changed, how, and what the repair does.
type Row = (&'static str, fn(&Alone), &'static [&'static str]);

#[test]
fn what_somebody_else_changes_is_repaired() {
    let rows: [Row; 9] = [
        (
            "code",
            |alone| alone.code_outside("foreign"),
            &[UPDATE, PUBLISH],
        ),
        (
            "comment",
            |alone| alone.edit_outside(|update| update.config.comment = "foreign".into()),
            &[UPDATE, PUBLISH],
        ),
        (
            "runtime",
            |alone| {
                alone.edit_outside(|update| update.config.runtime = "cloudfront-js-1.0".into());
            },
            &[UPDATE, PUBLISH],
        ),
        (
            "an update to the same",
            |alone| alone.edit_outside(|_| {}),
            &[],
        ),
        ("LIVE", replace_live, &[PUBLISH]),
        (
            "a tag's value",
            |alone| alone.tag_outside(&[("team", "foreign")], &[]),
            &["TagResource"],
        ),
        (
            "a tag taken away",
            |alone| alone.tag_outside(&[], &["tier"]),
            &["TagResource"],
        ),
        (
            "the instance tag taken away",
            |alone| alone.tag_outside(&[], &[cloudfn::api::INSTANCE_TAG]),
            &["TagResource"],
        ),
        (
            "a foreign tag, which is not ours to remove",
            |alone| alone.tag_outside(&[("foreign", "x")], &[]),
            &[],
        ),
    ];
    for (what, change, repair) in rows {
        for checks in 0..2 {
            edge(async |alone: &mut Alone| {
                alone.apply(&full(&javascript(1))).await;
                for _ in 0..checks {
                    alone.check().await;
                }
                let before = alone.function();
                change(alone);
                alone.done();
                alone.check().await;
                assert_eq!(alone.done(), repair, "{what}, after {checks} checks");
                let mut after = alone.function();
                after["tags"].as_object_mut().unwrap().remove("foreign");
                assert_eq!(
                    after, before,
                    "{what}, after {checks} checks: all is as before"
                );
                for _ in 0..2 {
                    alone.check().await;
                    assert_eq!(alone.done(), [""; 0], "{what}: at rest");
                }
            });
        }
    }
}

#[test]
fn a_function_deleted_by_somebody_else_is_made_again() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.delete_outside();
        alone.done();
        alone.check().await;
        assert_eq!(alone.done(), ["CreateFunction", PUBLISH], "it ran before");
        assert_eq!(alone.condition("Ready"), "True/Available");
        alone.check().await;
        assert_eq!(alone.done(), [""; 0], "at rest");
    });
}

#[test]
fn a_function_of_the_same_name_and_etag_but_another_age_is_read_whole() {
    edge(async |alone: &mut Alone| {
        alone.apply(&full(&javascript(1))).await;
        alone.check().await;
        alone.stop().await;
        let mut status = alone.status();
        status["createdTime"] = json!("2025-12-31T00:00:00Z");
        assert_eq!(alone.stage.write_status(0, status), 200);
        alone.calls();
        alone.check().await;
        assert_eq!(
            alone.calls(),
            [DEVELOPMENT, CODE, TAGS, LIVE, LIVE_CODE],
            "one that was made again may come to the ETag that the status remembers"
        );
    });
}

//! `plan`: what each write waits for: its guard, the owner tags, and tags that a create may carry.

use super::planning::{case, check, spelled};
use super::*;
use crate::api::cloudfront::Intent;

#[test]
fn nothing_is_sent_without_its_guard_and_the_claim_comes_first() {
    check([
        case(
            "a publish without the guard reads first",
            |seen| {
                seen.live = Live::Never;
                seen.etag = None;
            },
            &["Read"],
        ),
        case(
            "an update without the guard reads first",
            |seen| {
                seen.development.config.comment = "x".into();
                seen.etag = None;
            },
            &["Read"],
        ),
        case(
            "a claim needs no guard",
            |seen| {
                seen.development.config.comment = "x".into();
                seen.etag = None;
                seen.tags = Ok(Tags::new());
            },
            &["Tag"],
        ),
        case(
            "the claim comes first and gives no reason; the user's tags come last",
            |seen| {
                seen.development.config.runtime = "cloudfront-js-1.0".into();
                seen.tags = Ok(tags(&[("team", "core"), ("old", "x")]));
            },
            &[
                "Tag",
                "Update",
                "  runtime: cloudfro -> cloudfro",
                "Tag",
                "  tags/team: core -> edge",
                "  tags/tier: - -> gold",
            ],
        ),
        case(
            "another instance's tag is written over where the driver allows it",
            |seen| {
                seen.tags
                    .as_mut()
                    .unwrap()
                    .insert(INSTANCE_TAG.into(), "other".into());
            },
            &["Tag"],
        ),
        case(
            "tags that may not be read block",
            |seen| seen.tags = Err("denied".into()),
            &["AccessDenied"],
        ),
    ]);
}

fn first(plan: Plan<CloudFrontStep>) -> CloudFrontStep {
    match plan {
        Plan::Act(steps) => steps.into_iter().next().unwrap().step,
        other => panic!("there is something to do, not {other:?}"),
    }
}

#[test]
fn a_create_carries_its_tags_until_they_were_refused_twice() {
    let desired = wanted(&full(CODE_A));
    for (refusals, tagged) in [(0, true), (1, true), (2, false), (3, false)] {
        let memory = Status {
            intent: Some(Intent {
                refusals,
                ..Intent::default()
            }),
            ..Status::default()
        };
        let CloudFrontStep::Create { tags, .. } = first(super::super::plan::plan(
            Goal::Present(&desired),
            &memory,
            None,
        )) else {
            panic!("what is absent is created");
        };
        assert_eq!(!tags.is_empty(), tagged, "after {refusals} refusals");
        assert_eq!(
            tags.len(),
            if tagged { 4 } else { 0 },
            "the user's tags and the owner's go together"
        );
    }
}

#[test]
fn a_deletion_is_a_plan_too() {
    let plan = |observed: Option<&CloudFrontObserved>| {
        super::super::plan::plan(Goal::Absent, &Status::default(), observed)
    };
    let mut observed = settled(&wanted(&full(CODE_A)));
    assert_eq!(spelled(&plan(None)), ["Settled"], "what is gone is gone");
    assert!(
        first(plan(Some(&observed)))
            == CloudFrontStep::Delete {
                arn: ARN.into(),
                etag: "E1".into()
            },
        "the guard is DEVELOPMENT's ETag"
    );
    observed.etag = None;
    assert_eq!(
        spelled(&plan(Some(&observed))),
        ["Read"],
        "never without the guard"
    );
}

#[test]
fn a_publish_carries_the_guard_only_where_nothing_moves_it_before() {
    let desired = wanted(&full(CODE_A));
    let mut observed = settled(&desired);
    observed.live = Live::Never;
    let plan =
        super::super::plan::plan(Goal::Present(&desired), &Status::default(), Some(&observed));
    assert!(
        first(plan)
            == CloudFrontStep::Publish {
                etag: Some("E1".into())
            },
        "as observed"
    );
}

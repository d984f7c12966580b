//! `report`: what the status contains.

use super::*;
use crate::api::cloudfront::{Intent, LiveState, LiveStatus};

fn reported(
    goal: Goal<'_, CloudFrontDesired>,
    mut memory: Status,
    observed: Option<&CloudFrontObserved>,
) -> Status {
    CloudFrontFunctions::report(goal, &mut memory, observed);
    memory
}

#[test]
fn the_status_of_a_settled_function_has_every_fact() {
    let desired = wanted(&full(CODE_A));
    let status = reported(
        Goal::Present(&desired),
        Status::default(),
        Some(&settled(&desired)),
    );
    let development = status.development.expect("DEVELOPMENT is there");
    let live = status.live.expect("LIVE is there");
    assert_eq!(status.common.arn.as_deref(), Some(ARN));
    assert_eq!(
        (status.stage.as_deref(), status.status.as_deref()),
        (Some("LIVE"), Some("UNASSOCIATED"))
    );
    assert_eq!(status.etag.as_deref(), Some("E1"), "DEVELOPMENT's ETag");
    assert_eq!(
        development.code_size,
        i64::try_from(CODE_A.len()).ok(),
        "bytes of code"
    );
    assert_eq!(
        (
            development.code_sha256.as_str(),
            live.code_sha256.as_deref()
        ),
        (
            desired.code.sha256.as_str(),
            Some(desired.code.sha256.as_str())
        )
    );
    assert_eq!(
        (live.state, live.etag.as_deref(), live.published_etag),
        (LiveState::Current, Some("L1"), None)
    );
}

#[test]
fn live_is_compared_with_what_the_spec_asks_for() {
    type Change = fn(&mut CloudFrontObserved);
    type Row = (
        &'static str,
        Change,
        Option<LiveState>,
        LiveState,
        Option<&'static str>,
    );
    let older_code: Change = |seen| {
        if let Live::Known(live) = &mut seen.live {
            live.code_sha256 = Some("other".into());
        }
    };
    let older_comment: Change = |seen| {
        if let Live::Known(live) = &mut seen.live {
            live.config.comment = "other".into();
        }
    };
    let cases: [Row; 10] = [
        (
            "the wanted content is current",
            |_| {},
            None,
            LiveState::Current,
            Some("LIVE"),
        ),
        (
            "another code is different",
            older_code,
            None,
            LiveState::Different,
            Some("LIVE"),
        ),
        (
            "another comment is different, of which no status knows",
            older_comment,
            None,
            LiveState::Different,
            Some("LIVE"),
        ),
        (
            "the code that was wanted before, with another comment than now, is older",
            older_comment,
            Some(LiveState::Current),
            LiveState::Older,
            Some("LIVE"),
        ),
        (
            "another code than was wanted before is different",
            older_code,
            Some(LiveState::Current),
            LiveState::Different,
            Some("LIVE"),
        ),
        (
            "a DEVELOPMENT that differs makes LIVE no older",
            |seen| seen.development.code = None,
            None,
            LiveState::Current,
            Some("LIVE"),
        ),
        (
            "nothing published is never",
            |seen| seen.live = Live::Never,
            Some(LiveState::Current),
            LiveState::Never,
            Some("DEVELOPMENT"),
        ),
        (
            "unread, of the wanted code, stays current",
            |seen| seen.live = Live::Unread,
            Some(LiveState::Current),
            LiveState::Current,
            None,
        ),
        (
            "unread stays older",
            |seen| seen.live = Live::Unread,
            Some(LiveState::Older),
            LiveState::Older,
            None,
        ),
        (
            "unread stays never",
            |seen| seen.live = Live::Unread,
            Some(LiveState::Never),
            LiveState::Never,
            None,
        ),
    ];
    let desired = wanted(&full(CODE_A));
    for (sentence, change, before, expected, stage) in cases {
        let live = before.map(|state| LiveStatus {
            state,
            code_sha256: Some(desired.code.sha256.clone()),
            ..LiveStatus::default()
        });
        let mut observed = settled(&desired);
        change(&mut observed);
        let status = reported(
            Goal::Present(&desired),
            Status {
                live,
                ..Status::default()
            },
            Some(&observed),
        );
        assert_eq!(
            status.live.map(|live| live.state),
            Some(expected),
            "{sentence}"
        );
        assert_eq!(status.stage.as_deref(), stage, "{sentence}: the stage");
    }
}

#[test]
fn unread_live_of_another_code_is_not_called_current() {
    let before = wanted(&full(CODE_A));
    let memory = reported(
        Goal::Present(&before),
        Status::default(),
        Some(&settled(&before)),
    );
    let after = wanted(&full(CODE_B));
    let observed = CloudFrontObserved {
        live: Live::Unread,
        ..settled(&before)
    };
    let live = reported(Goal::Present(&after), memory, Some(&observed))
        .live
        .unwrap();
    assert_eq!(live.state, LiveState::Older, "the spec moved on");
    assert_eq!(
        (live.etag.as_deref(), live.code_sha256),
        (Some("L1"), Some(before.code.sha256)),
        "what is known of LIVE stays"
    );
}

#[test]
fn a_function_that_is_gone_leaves_no_facts_behind() {
    let desired = wanted(&full(CODE_A));
    let mut memory = reported(
        Goal::Present(&desired),
        Status::default(),
        Some(&settled(&desired)),
    );
    memory.common.managed = managed(&["comment"]);
    memory.intent = Some(Intent {
        refusals: 1,
        ..Intent::default()
    });
    let expected = {
        let mut status = Status {
            intent: memory.intent.clone(),
            ..Status::default()
        };
        status.common.managed = managed(&["comment"]);
        status
    };
    assert_eq!(
        reported(Goal::Present(&desired), memory.clone(), None),
        expected,
        "only what cloudfn itself knows stays"
    );
    assert_eq!(
        reported(Goal::Absent, memory.clone(), None),
        memory,
        "the object goes with its function"
    );
}

#[test]
fn a_look_before_a_deletion_never_mixes_an_etag_with_another_codes_hash() {
    let desired = wanted(&full(CODE_A));
    let memory = reported(
        Goal::Present(&desired),
        Status::default(),
        Some(&settled(&desired)),
    );
    let mut observed = CloudFrontObserved {
        etag: Some("E2".into()),
        live: Live::Unread,
        ..settled(&desired)
    };
    observed.development.code = None;
    let status = reported(Goal::Absent, memory.clone(), Some(&observed));
    assert_eq!(
        (status.etag, status.development, status.live),
        (memory.etag, memory.development, memory.live),
        "as they were, together"
    );
}

#[test]
fn an_intent_ends_with_the_claim() {
    let desired = wanted(&full(CODE_A));
    let intent = Some(Intent {
        refusals: 2,
        content_sha256: Some("x".into()),
        claimed: None,
    });
    let cases = [
        ("with the claim the intent is done", Ok(claim()), None),
        (
            "the user's tags are no claim",
            Ok(tags(&[("team", "edge")])),
            intent.clone(),
        ),
        (
            "unreadable tags say nothing",
            Err("denied".to_owned()),
            intent.clone(),
        ),
    ];
    for (sentence, tags, expected) in cases {
        let observed = CloudFrontObserved {
            tags,
            ..settled(&desired)
        };
        let status = reported(
            Goal::Present(&desired),
            Status {
                intent: intent.clone(),
                ..Status::default()
            },
            Some(&observed),
        );
        assert_eq!(status.intent, expected, "{sentence}");
    }
}

#[test]
fn an_intent_outlives_the_claim_while_an_earlier_create_may_still_arrive() {
    let desired = wanted(&full(CODE_A));
    let created = Some("2026-01-01T00:00:00Z".to_owned());
    let intent = |content: Option<&str>| Intent {
        refusals: 2,
        content_sha256: content.map(ToOwned::to_owned),
        claimed: None,
    };
    let sent = Some(intent(Some("x")));
    let kept = sent.clone().map(|intent| Intent {
        claimed: created.clone(),
        ..intent
    });
    let earlier = Some("2026-01-01T00:00:00.000000Z");
    let cases = [
        ("an earlier one", earlier, sent.clone(), &created, kept),
        ("no earlier one", None, sent.clone(), &created, None),
        ("it had tags", earlier, Some(intent(None)), &created, None),
        (
            "no time to tell the two apart by",
            earlier,
            sent,
            &None,
            None,
        ),
    ];
    for (sentence, earlier, intent, created, expected) in cases {
        let mut memory = Status {
            intent,
            ..Status::default()
        };
        memory.common.earlier_create_requested_at = earlier.map(ToOwned::to_owned);
        let observed = CloudFrontObserved {
            created_time: created.clone(),
            ..settled(&desired)
        };
        let status = reported(Goal::Present(&desired), memory, Some(&observed));
        assert_eq!(status.intent, expected, "{sentence}");
    }
}

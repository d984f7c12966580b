use std::sync::Arc;

use super::describe::{cut, start};
use super::*;
use crate::api::{CommonSpec, PlannedChange, cloudfront as api};
use crate::cloud::Tags;
use crate::cloud::cloudfront::FunctionConfig;
use crate::functions::cloudfront::{
    CloudFrontDesired, CloudFrontFunctions, CloudFrontObserved, CodeSeen, Development, Live,
    LiveSeen, TestSettings, Text,
};
use crate::reconcile::{Desired as _, Inputs, Plan};

const OURS: &str = "line one\nline two\nline three\n";
const THEIRS: &str = "line one\nline 2\nline three\n";

fn now() -> Timestamp {
    "2026-11-26T01:02:03.5Z".parse().unwrap()
}

fn desired(code: &str) -> CloudFrontDesired {
    let spec = api::CloudFrontFunctionSpec {
        common: CommonSpec::default(),
        comment: Some("ours".to_owned()),
        runtime: "cloudfront-js-2.0".to_owned(),
        code: api::Code {
            inline: Some(code.to_owned()),
            config_map_key_ref: None,
        },
        key_value_store_associations: None,
        stage: api::Stage::Live,
        tests: Vec::new(),
        tests_from: Vec::new(),
    };
    let claim = Tags::from([("cloudfn.dev/owner".to_owned(), "here/edge/f".to_owned())]);
    let settings = TestSettings::default();
    let mut desired =
        crate::functions::cloudfront::desired(&spec, &Inputs::default(), &claim, settings).unwrap();
    desired.explain_all();
    desired
}

fn code(text: &str) -> CodeSeen {
    let sha256 = desired(text).code.sha256;
    CodeSeen {
        sha256,
        size: None,
        text: Text(Some(Arc::from(text.as_bytes()))),
    }
}

/// A function with this code in each stage, and this comment in DEVELOPMENT.
fn observed(development: &str, live: &str, comment: &str) -> CloudFrontObserved {
    let config = |comment: &str| FunctionConfig {
        comment: comment.to_owned(),
        runtime: "cloudfront-js-2.0".to_owned(),
        key_value_stores: std::collections::BTreeSet::new(),
    };
    let CodeSeen { sha256, text, .. } = code(live);
    CloudFrontObserved {
        arn: "arn:aws:cloudfront::1:function/f".to_owned(),
        status: None,
        created_time: None,
        tags: Ok(desired(OURS).claim),
        etag: Some("E1".to_owned()),
        development: Development {
            config: config(comment),
            code: Some(code(development)),
            last_modified_time: None,
        },
        live: Live::Known(LiveSeen {
            config: config("ours"),
            code_sha256: Some(sha256),
            text,
            etag: None,
            last_modified_time: None,
            published_etag: None,
        }),
        untestable: false,
    }
}

/// What is found in such a function, and what is told of it.
fn told(code: &str, observed: Option<&CloudFrontObserved>) -> (LastDrift, Vec<PlannedChange>) {
    let desired = desired(code);
    let goal = Goal::Present(&desired);
    let Plan::Act(steps) = CloudFrontFunctions::plan(
        goal,
        &api::CloudFrontFunctionStatus::default(),
        observed,
        now(),
    ) else {
        panic!("there is something to do")
    };
    (
        found::<CloudFrontFunctions>(now(), &desired, observed, &steps),
        planned::<CloudFrontFunctions>(goal, observed, &steps).listed,
    )
}

#[test]
fn drift_names_fields_hashes_and_the_way_back() {
    let (drift, changes) = told(OURS, Some(&observed(THEIRS, OURS, "theirs\nand more")));
    assert_eq!(drift.time, "2026-11-26T01:02:03Z");
    assert_eq!(drift.fields, ["code", "comment"]);
    assert_eq!(
        (drift.code_sha256, drift.live_code_sha256),
        (Some(code(THEIRS).sha256), None),
        "LIVE is as wanted"
    );
    let diff = "-comment: theirs\\nand more\n+comment: ours\n--- DEVELOPMENT\n+++ spec\n@@ -1,3 +1,3 @@\n line one\n-line 2\n+line two\n line three\n";
    assert_eq!(drift.diff.as_deref(), Some(diff));
    let steps: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.step.as_str(),
                change.field.as_deref().unwrap_or("-"),
                change.diff.is_some(),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [("Update", "code", true), ("Update", "comment", false)]
    );
}

#[test]
fn live_that_has_the_same_code_is_not_shown_twice_and_other_code_is_shown_too() {
    let (drift, changes) = told(OURS, Some(&observed(THEIRS, THEIRS, "ours")));
    assert_eq!(
        (&drift.code_sha256, &drift.fields),
        (&drift.live_code_sha256, &vec!["code".to_owned()])
    );
    assert_eq!(drift.diff.unwrap_or_default().matches("@@ -").count(), 1);
    assert_eq!(
        changes
            .iter()
            .filter(|change| change.diff.is_some())
            .count(),
        2,
        "each planned change stands for itself"
    );

    let (drift, _) = told(OURS, Some(&observed(THEIRS, "other\n", "ours")));
    assert_ne!(drift.code_sha256, drift.live_code_sha256);
    let diff = drift.diff.unwrap_or_default();
    assert!(
        diff.contains("--- DEVELOPMENT\n") && diff.contains("--- LIVE\n"),
        "{diff}"
    );

    let (drift, changes) = told(OURS, Some(&observed(OURS, THEIRS, "ours")));
    assert_eq!(
        (drift.code_sha256, drift.live_code_sha256),
        (None, Some(code(THEIRS).sha256))
    );
    assert_eq!(
        changes
            .iter()
            .map(|change| change.step.as_str())
            .collect::<Vec<_>>(),
        ["Publish"]
    );
}

#[test]
fn a_function_that_is_gone_is_one_field() {
    let (drift, changes) = told(OURS, None);
    assert_eq!(
        (drift.fields, drift.diff),
        (vec!["functionName".to_owned()], None)
    );
    assert!(changes.iter().any(|change| change.step == "Create"));
}

#[test]
fn unread_code_leaves_the_diff_out_and_the_hash_stays() {
    let mut seen = observed(THEIRS, OURS, "ours");
    if let Some(code) = &mut seen.development.code {
        code.text = Text::default();
    }
    seen.live = Live::Unread;
    let (drift, changes) = told(OURS, Some(&seen));
    assert_eq!(
        (drift.fields, drift.live_code_sha256),
        (vec!["code".to_owned()], None),
        "an unread LIVE is nobody's edit"
    );
    let (from, to) = (code(THEIRS).sha256, code(OURS).sha256);
    assert_eq!(drift.diff, Some(format!("-code: {from}\n+code: {to}\n")));
    assert!(changes.iter().all(|change| change.diff.is_none()));
}

#[test]
fn our_own_tags_are_no_drift_and_are_not_listed() {
    let mut seen = observed(OURS, OURS, "theirs");
    seen.tags = Ok(Tags::new());
    let (drift, changes) = told(OURS, Some(&seen));
    assert_eq!(drift.fields, ["comment"]);
    assert_eq!(
        changes
            .iter()
            .map(|change| change.step.as_str())
            .collect::<Vec<_>>(),
        ["Update"]
    );
}

#[test]
fn what_is_long_is_cut_and_says_so() {
    let theirs = "é\"\n".repeat(2500);
    let (drift, changes) = told(
        "ours\n",
        Some(&observed(&theirs, &theirs, &"ü".repeat(1500))),
    );
    let diff = drift.diff.unwrap_or_default();
    assert!(
        diff.len() <= 4096
            && diff
                .lines()
                .last()
                .unwrap_or_default()
                .starts_with("... cut off here: "),
        "{}",
        diff.len()
    );
    for change in changes {
        let parts = [
            Some(change.step),
            change.field.clone(),
            change.from,
            change.to,
            change.diff,
        ];
        let size: usize = parts.into_iter().flatten().map(|part| part.len()).sum();
        assert!(size <= 4096, "{:?} has {size} bytes", change.field);
    }
    assert_eq!(cut("short", 5), "short");
    assert_eq!(start("aé", 2), "a", "no character is cut in two");
}

#[test]
fn what_is_left_of_a_drift_is_no_other_drift() {
    let drift = |fields: &[&str], code: Option<&str>, live: Option<&str>| LastDrift {
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
        code_sha256: code.map(str::to_owned),
        live_code_sha256: live.map(str::to_owned),
        ..LastDrift::default()
    };
    let known = drift(&["code", "comment"], Some("a"), None);
    assert!(
        covers(&known, &drift(&["code"], None, Some("a"))),
        "its publish is left"
    );
    assert!(
        !covers(&known, &drift(&["code"], Some("b"), None)),
        "other code"
    );
    assert!(
        !covers(&known, &drift(&["runtime"], None, None)),
        "another field"
    );
}

#[test]
fn planned_changes_go_with_what_they_were_planned_for() {
    let settled = CommonStatus {
        settled_generation: Some(2),
        ..CommonStatus::default()
    };
    let begun = CommonStatus::default();
    let stays = |verdict: &State, common: &CommonStatus| are_planned_still(verdict, common, 2);
    let denied = State::Stalled(Reason::AccessDenied, String::new());
    assert!(
        stays(&denied, &settled),
        "a trouble in between forgets nothing"
    );
    assert!(!stays(&denied, &begun), "a change of our own has begun");
    assert!(!stays(&State::Ready, &settled), "all is as wanted");
    assert!(
        stays(
            &State::Paused {
                text: String::new(),
                deleting: false
            },
            &begun
        ) && stays(&State::Stalled(Reason::Drifted, String::new()), &begun)
    );
}

#[test]
fn a_change_that_another_operator_announced_is_not_forgotten() {
    let now = Timestamp::UNIX_EPOCH;
    let status = |verdict: &State, settled, time: Option<&str>| CommonStatus {
        conditions: crate::reconcile::conditions::conditions(&[], verdict, 1, now),
        settled_generation: settled,
        last_drift: time.map(|time| LastDrift {
            time: time.to_owned(),
            ..LastDrift::default()
        }),
        ..CommonStatus::default()
    };
    let mut remembered = status(&State::Ready, Some(1), Some("old"));
    let announced = status(
        &State::Reconciling(Reason::Updating, String::new()),
        None,
        Some("new"),
    );
    keep_of_another(&mut remembered, &announced);
    assert_eq!(
        (remembered.settled_generation, remembered.last_drift),
        (None, announced.last_drift)
    );
    let mut remembered = status(&State::Ready, Some(1), Some("old"));
    keep_of_another(&mut remembered, &CommonStatus::default());
    assert_eq!(
        (
            remembered.settled_generation,
            remembered.last_drift.is_some()
        ),
        (Some(1), true),
        "a lost status announces nothing"
    );
}

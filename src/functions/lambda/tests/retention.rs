//! Which versions stay.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use serde_json::json;

use super::{ARN, desired, made_of, memory, next};
use crate::api::Reason;
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::lambda::{Alias, FoundAlias, Provisioned, Version};
use crate::cloud::{Class, CloudError};
use crate::functions::lambda::configuration::fingerprint::settings;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::report::report;
use crate::functions::lambda::step::refused;
use crate::functions::lambda::{LambdaDesired, LambdaObserved};
use crate::reconcile::{AfterRefusal, Goal, Plan};

fn keeping(number: i32) -> LambdaDesired {
    desired(&json!({"publish": true, "keepVersions": number}))
}

/// A function that was published as version 7, with all versions up to it, the fourth by somebody else.
fn published(wanted: &LambdaDesired) -> (LambdaFunctionStatus, LambdaObserved) {
    let mut observed = made_of(wanted);
    let version = |number| Version {
        number,
        description: if number == 4 {
            "by hand"
        } else {
            "Published by cloudfn"
        }
        .to_owned(),
    };
    observed.versions = Known::Read((1..=7).map(version).collect());
    observed.aliases = Known::Read(BTreeMap::new());
    observed.provisioned = Known::Read(BTreeMap::new());
    let status = LambdaFunctionStatus {
        latest_version: Some("7".to_owned()),
        previous_version: Some("6".to_owned()),
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

fn deletions(versions: &[u64]) -> String {
    let steps = versions
        .iter()
        .map(|version| format!("DeleteVersion(keepVersions/{version}:{version}>-)"));
    let steps = steps.collect::<Vec<_>>().join(" then ");
    if steps.is_empty() {
        "Settled".to_owned()
    } else {
        steps
    }
}

#[test]
fn the_newest_of_our_own_stay_and_older_ones_go_oldest_first() {
    for (keep, gone) in [
        (1, vec![1, 2, 3, 5]),
        (2, vec![1, 2, 3, 5]),
        (5, vec![1]),
        (6, vec![]),
        (7, vec![]),
    ] {
        let wanted = keeping(keep);
        let (status, observed) = published(&wanted);
        assert_eq!(
            next(&wanted, &status, &observed),
            deletions(&gone),
            "{keep}"
        );
    }
    let all = desired(&json!({"publish": true}));
    let (status, observed) = published(&all);
    assert_eq!(next(&all, &status, &observed), "Settled");
}

#[test]
fn what_something_uses_stays() {
    let wanted = keeping(1);
    let (mut status, mut observed) = published(&wanted);
    let alias = Alias {
        version: "1".to_owned(),
        weights: BTreeMap::from([("2".to_owned(), 0.1)]),
        ..Alias::default()
    };
    let found = FoundAlias {
        alias,
        arn: format!("{ARN}:of-others"),
        revision_id: None,
    };
    observed.aliases = Known::Read(BTreeMap::from([("of-others".to_owned(), found)]));
    observed.provisioned = Known::Read(
        ["3", "of-others"]
            .map(|of| (of.to_owned(), Provisioned::default()))
            .into(),
    );
    status.previous_version = None;
    assert_eq!(next(&wanted, &status, &observed), deletions(&[5, 6]));
    let Plan::Act(steps) = plan(Goal::Present(&wanted), &status, Some(&observed)) else {
        panic!("versions are to go")
    };
    let in_use = CloudError {
        class: Class::InUse,
        operation: "DeleteFunction",
        code: "InvalidParameterValueException".to_owned(),
        message: "because it is a replicated function".to_owned(),
        request_id: None,
    };
    let after = refused(&mut status, &steps[0].step, &in_use);
    assert_eq!(after, AfterRefusal::GoesOn);
    assert_eq!(status.undeleted_versions, ["5"]);
    assert_eq!(next(&wanted, &status, &observed), deletions(&[6]));
}

#[test]
fn what_a_restored_status_takes_for_the_latest_stays() {
    let wanted = keeping(1);
    let (mut status, observed) = published(&wanted);
    status.latest_version = Some("5".to_owned());
    status.previous_version = Some("3".to_owned());
    assert_eq!(next(&wanted, &status, &observed), deletions(&[1, 2, 6]));
}

#[test]
fn what_an_alias_is_about_to_be_of_stays() {
    let wanted = desired(&json!({
        "publish": true, "keepVersions": 1, "aliases": [{"name": "old", "functionVersion": "2"}],
    }));
    let (mut status, observed) = published(&wanted);
    no_room(&mut status);
    status.published = None;
    assert!(
        next(&wanted, &status, &observed).starts_with(&deletions(&[1, 3, 5])),
        "{}",
        next(&wanted, &status, &observed)
    );
}

/// The cloud refused code for want of room.
fn no_room(status: &mut LambdaFunctionStatus) {
    status.common.conditions = vec![Condition {
        type_: "Stalled".to_owned(),
        status: "True".to_owned(),
        reason: Reason::QuotaExceeded.as_str().to_owned(),
        message: String::new(),
        observed_generation: None,
        last_transition_time: Time(Timestamp::UNIX_EPOCH),
    }];
}

#[test]
fn what_is_too_old_makes_room_for_code() {
    let wanted = keeping(1);
    let (mut status, observed) = published(&wanted);
    let mut outdated = observed.clone();
    outdated.function.code_sha256 = Some("other".to_owned());
    let code_first = next(&wanted, &status, &outdated);
    assert!(code_first.starts_with("UpdateCode("), "{code_first}");
    no_room(&mut status);
    let room_first = next(&wanted, &status, &outdated);
    assert!(
        room_first.starts_with(&format!("{} then UpdateCode(", deletions(&[1, 2, 3, 5]))),
        "{room_first}"
    );
    outdated.versions = Known::Denied("AccessDeniedException: no".to_owned());
    assert_eq!(
        next(&wanted, &status, &outdated),
        code_first,
        "nothing waits for it"
    );
}

#[test]
fn what_only_an_alias_is_of_that_is_to_move_is_looked_for_again() {
    let keep = desired(&json!({
        "publish": true, "keepVersions": 5, "aliases": [{"name": "live"}],
    }));
    let (mut status, mut observed) = published(&keep);
    let live = |version: &str| FoundAlias {
        alias: Alias {
            version: version.to_owned(),
            ..Alias::default()
        },
        arn: format!("{ARN}:live"),
        revision_id: None,
    };
    for (version, is_done) in [("1", false), ("7", true)] {
        observed.aliases = Known::Read([("live".to_owned(), live(version))].into());
        if is_done && let Known::Read(versions) = &mut observed.versions {
            versions.retain(|version| version.number != 1);
        }
        report(Goal::Present(&keep), &mut status, Some(&observed));
        assert_eq!(status.cleaned_up.is_some(), is_done, "{version}");
    }
}

#[test]
fn it_is_looked_for_once_after_each_version() {
    let wanted = keeping(6);
    let (mut status, mut observed) = published(&wanted);
    let unread = LambdaObserved {
        versions: Known::Unread,
        ..observed.clone()
    };
    assert_eq!(next(&wanted, &status, &unread), "Read");
    report(Goal::Present(&wanted), &mut status, Some(&unread));
    assert_eq!(status.cleaned_up, None, "nobody looked");
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert!(status.cleaned_up.is_some());
    observed.versions = Known::Unread;
    assert_eq!(next(&wanted, &status, &observed), "Settled");
    assert_eq!(
        next(&keeping(3), &status, &observed),
        "Read",
        "fewer are to stay"
    );
    status.latest_version = Some("8".to_owned());
    assert_eq!(next(&wanted, &status, &observed), "Read", "another version");
    status.latest_version = Some("6".to_owned());
    status.cleaned_up = None;
    assert_eq!(
        next(&wanted, &status, &observed),
        "Settled",
        "there cannot be more"
    );
}

#[test]
fn what_may_not_be_read_is_told_and_nothing_goes() {
    let wanted = keeping(1);
    let (status, observed) = published(&wanted);
    let denied = || "AccessDeniedException: no".to_owned();
    let edits: [fn(&mut LambdaObserved, String); 3] = [
        |observed, why| observed.versions = Known::Denied(why),
        |observed, why| observed.aliases = Known::Denied(why),
        |observed, why| observed.provisioned = Known::Denied(why),
    ];
    for edit in edits {
        let mut observed = observed.clone();
        edit(&mut observed, denied());
        assert_eq!(next(&wanted, &status, &observed), "Blocked AccessDenied");
    }
}

#[test]
fn a_version_that_is_due_comes_first() {
    let wanted = keeping(1);
    let (mut status, observed) = published(&wanted);
    status.published = None;
    assert_eq!(
        next(&wanted, &status, &observed),
        "PublishVersion(publish:7>true)"
    );
}

//! `fold`: what replies teach.

use super::*;
use crate::cloud::cloudfront::{Summary, Written};

fn summary(comment: &str) -> Summary {
    Summary {
        arn: ARN.to_owned(),
        status: Some("UNPUBLISHED".to_owned()),
        config: config(comment),
        created_time: Some("2026-01-01T00:00:00Z".to_owned()),
        last_modified_time: Some("2026-01-02T00:00:00Z".to_owned()),
    }
}

fn code() -> CodeSeen {
    CodeSeen {
        sha256: "sent".to_owned(),
        size: Some(3),
        text: Text::default(),
    }
}

fn folded(change: CloudFrontChange) -> (CloudFrontObserved, CloudFrontObserved) {
    let before = settled(&wanted(&full(CODE_A)));
    let mut after = Some(before.clone());
    CloudFrontFunctions::fold(&mut after, &mut Status::default(), change);
    (before, after.expect("it is still there"))
}

#[test]
fn a_create_teaches_everything() {
    let mut observed = None;
    let written = Written {
        summary: summary("said"),
        etag: Some("E7".into()),
    };
    CloudFrontFunctions::fold(
        &mut observed,
        &mut Status::default(),
        CloudFrontChange::Created {
            written,
            code: code(),
            tags: claim(),
        },
    );
    let observed = observed.expect("it is there");
    assert_eq!(
        observed.etag.as_deref(),
        Some("E7"),
        "the guard is the reply's"
    );
    assert_eq!(
        observed.development.config,
        config("said"),
        "the configuration is what the cloud says it stored"
    );
    assert_eq!(
        observed.development.code,
        Some(code()),
        "the code is what was sent"
    );
    assert_eq!(
        (observed.live, observed.tags),
        (Live::Never, Ok(claim())),
        "nothing is published, the tags are those sent"
    );
}

#[test]
fn an_update_teaches_development_and_nothing_of_live() {
    let written = Written {
        summary: summary("said"),
        etag: None,
    };
    let (before, after) = folded(CloudFrontChange::Updated {
        written,
        code: code(),
    });
    assert_eq!(
        after.etag, None,
        "a reply without the guard leaves none: the old one is used up"
    );
    assert_eq!(
        (after.development.config, after.development.code),
        (config("said"), Some(code()))
    );
    assert_eq!(
        (after.live, after.tags),
        (before.live, before.tags),
        "LIVE and tags are as they were"
    );
}

#[test]
fn a_publish_makes_live_what_development_is() {
    let (before, after) = folded(CloudFrontChange::Published {
        summary: summary("ignored"),
        etag: "E1".into(),
    });
    let Live::Known(live) = &after.live else {
        panic!("LIVE is known")
    };
    assert_eq!(
        live.config, before.development.config,
        "the accepted guard vouches for the content"
    );
    assert_eq!(
        live.code_sha256,
        before.development.code.clone().map(|code| code.sha256)
    );
    assert_eq!(
        (live.etag.as_deref(), live.published_etag.as_deref()),
        (None, Some("E1")),
        "LIVE's own ETag is not in the reply"
    );
    assert_eq!(
        (after.etag, after.development),
        (before.etag, before.development),
        "DEVELOPMENT does not move"
    );
}

#[test]
fn tags_come_and_go() {
    let (before, after) = folded(CloudFrontChange::Tagged(tags(&[
        ("team", "core"),
        ("new", "x"),
    ])));
    let mut expected = before.tags.unwrap();
    expected.extend(tags(&[("team", "core"), ("new", "x")]));
    assert_eq!(
        after.tags,
        Ok(expected),
        "written tags are added or replaced"
    );
    let (_, after) = folded(CloudFrontChange::Untagged(vec![
        "team".into(),
        "none".into(),
    ]));
    assert_eq!(
        after
            .tags
            .unwrap()
            .keys()
            .filter(|key| !key.contains('/'))
            .collect::<Vec<_>>(),
        ["tier"],
        "only the named keys go"
    );
}

#[test]
fn a_delete_leaves_nothing() {
    let mut observed = Some(settled(&wanted(&full(CODE_A))));
    CloudFrontFunctions::fold(
        &mut observed,
        &mut Status::default(),
        CloudFrontChange::Deleted,
    );
    assert_eq!(observed, None, "CloudFront's 204 is gone");
    CloudFrontFunctions::fold(
        &mut observed,
        &mut Status::default(),
        CloudFrontChange::Tagged(claim()),
    );
    assert_eq!(observed, None, "a tag makes no function");
}

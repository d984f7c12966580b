//! `plan`: the steps, in order, and the reasons that people read.

use super::*;
use crate::api::cloudfront::KeyValueStoreAssociation;
use crate::reconcile::{Desired as _, Step as _};

fn live(observed: &mut CloudFrontObserved) -> &mut LiveSeen {
    match &mut observed.live {
        Live::Known(live) => live,
        other => panic!("LIVE is known, not {other:?}"),
    }
}

/// A plan as lines: a step, and below it its reasons.
pub(super) fn spelled(plan: &Plan<CloudFrontStep>) -> Vec<String> {
    match plan {
        Plan::Act(steps) => {
            let shown = |value: &Option<String>| {
                value
                    .as_deref()
                    .map_or("-".to_owned(), |value| value.chars().take(8).collect())
            };
            let mut lines = Vec::new();
            for planned in steps {
                lines.push(planned.step.name().to_owned());
                lines.extend(planned.why.iter().map(|why| {
                    format!(
                        "  {}: {} -> {}",
                        why.field,
                        shown(&why.from),
                        shown(&why.to)
                    )
                }));
            }
            lines
        }
        Plan::Blocked { reason, .. } => vec![reason.as_str().to_owned()],
        Plan::Settled => vec!["Settled".to_owned()],
        Plan::Read => vec!["Read".to_owned()],
        Plan::Waiting { .. } => vec!["Waiting".to_owned()],
    }
}

pub(super) struct Case {
    sentence: &'static str,
    spec: Spec,
    managed: &'static [&'static str],
    change: fn(&mut CloudFrontObserved),
    expected: &'static [&'static str],
}

/// A function for the full spec, changed.
pub(super) fn case(
    sentence: &'static str,
    change: fn(&mut CloudFrontObserved),
    expected: &'static [&'static str],
) -> Case {
    Case {
        sentence,
        spec: full(CODE_A),
        managed: &["comment", "tags/team", "tags/tier"],
        change,
        expected,
    }
}

/// The same with `stage: DEVELOPMENT`.
fn held(
    sentence: &'static str,
    change: fn(&mut CloudFrontObserved),
    expected: &'static [&'static str],
) -> Case {
    Case {
        spec: Spec {
            stage: SpecStage::Development,
            ..full(CODE_A)
        },
        ..case(sentence, change, expected)
    }
}

pub(super) fn check(cases: impl IntoIterator<Item = Case>) {
    for Case {
        sentence,
        spec,
        managed: names,
        change,
        expected,
    } in cases
    {
        let desired = wanted(&spec);
        let mut memory = Status::default();
        memory.common.managed = managed(names);
        let mut observed = settled(&desired);
        change(&mut observed);
        let plan = super::super::plan::plan(Goal::Present(&desired), &memory, Some(&observed));
        assert_eq!(spelled(&plan), expected, "{sentence}");
    }
}

#[test]
fn a_plan_lists_every_step_with_its_reasons() {
    check([
        case("as wanted, there is nothing to do", |_| {}, &["Settled"]),
        case(
            "another code is updated and published",
            |seen| {
                seen.development.code = Some(CodeSeen::of(b"x", "0123456789".into()));
                seen.live = Live::Unread;
            },
            &[
                "Update",
                "  code: 01234567 -> a5c29098",
                "Publish",
                "  stage: - -> LIVE",
            ],
        ),
        case(
            "a comment is content: it is published too",
            |seen| {
                seen.development.config.comment = "x".into();
                live(seen).config.comment = "y".into();
            },
            &[
                "Update",
                "  comment: x -> Adds hea",
                "Publish",
                "  comment: y -> Adds hea",
            ],
        ),
        case(
            "LIVE that has the wanted content is not published again",
            |seen| seen.development.config.comment = "x".into(),
            &["Update", "  comment: x -> Adds hea"],
        ),
        case(
            "an older LIVE is published",
            |seen| live(seen).code_sha256 = Some("0123456789".into()),
            &["Publish", "  code: 01234567 -> a5c29098"],
        ),
        case(
            "associations count as content of LIVE",
            |seen| seen.development.config.key_value_stores = managed(&["store"]),
            &["Publish", "  keyValueStoreAssociations:  -> store"],
        ),
        case(
            "a first publish is one",
            |seen| seen.live = Live::Never,
            &["Publish", "  stage: DEVELOPM -> LIVE"],
        ),
        case(
            "LIVE unread cannot settle",
            |seen| seen.live = Live::Unread,
            &["Publish", "  stage: - -> LIVE"],
        ),
    ]);
}

/// A spec that names key value stores.
fn associated(stores: &[&str]) -> Spec {
    let association = |arn: &&str| KeyValueStoreAssociation {
        key_value_store_arn: (*arn).to_owned(),
    };
    Spec {
        key_value_store_associations: Some(stores.iter().map(association).collect()),
        ..spec(CODE_A)
    }
}

#[test]
fn associations_are_a_set_that_an_empty_list_clears() {
    check([
        Case {
            sentence: "associations that the spec dropped are taken away",
            spec: spec(CODE_A),
            managed: &["keyValueStoreAssociations"],
            change: |seen| seen.development.config.key_value_stores = managed(&["store"]),
            expected: &["Update", "  keyValueStoreAssociations: store -> "],
        },
        Case {
            sentence: "an empty list takes associations away, also those of others",
            spec: associated(&[]),
            managed: &[],
            change: |seen| {
                seen.development.config.key_value_stores = managed(&["store"]);
                live(seen).config.key_value_stores = managed(&["store"]);
            },
            expected: &[
                "Update",
                "  keyValueStoreAssociations: store -> ",
                "Publish",
                "  keyValueStoreAssociations: store -> ",
            ],
        },
        Case {
            sentence: "repetition of associations means nothing",
            spec: associated(&["a", "a"]),
            managed: &[],
            change: |seen| {
                seen.development.config.key_value_stores = managed(&["a"]);
                live(seen).config.key_value_stores = managed(&["a"]);
            },
            expected: &["Settled"],
        },
    ]);
}

#[test]
fn only_what_the_spec_names_or_named_is_touched() {
    check([
        Case {
            sentence: "what the spec dropped is taken away",
            spec: spec(CODE_A),
            managed: &[
                "comment",
                "tags/team",
                "tags/gone",
                "tags/cloudfn.dev/owner",
            ],
            change: |seen| {
                seen.development.config.comment = "old".into();
                seen.tags
                    .as_mut()
                    .unwrap()
                    .extend(tags(&[("team", "edge"), ("by", "hand")]));
            },
            expected: &[
                "Update",
                "  comment: old -> ",
                "Untag",
                "  tags/team: edge -> -",
            ],
        },
        Case {
            sentence: "what is dropped goes before what comes: CloudFront counts both together",
            spec: full(CODE_A),
            managed: &["tags/old"],
            change: |seen| {
                seen.tags
                    .as_mut()
                    .unwrap()
                    .extend(tags(&[("team", "core"), ("old", "x")]));
            },
            expected: &[
                "Untag",
                "  tags/old: x -> -",
                "Tag",
                "  tags/team: core -> edge",
            ],
        },
        Case {
            sentence: "what the spec never named is left, and LIVE follows DEVELOPMENT",
            spec: spec(CODE_A),
            managed: &[],
            change: |seen| {
                seen.development.config.comment = "by hand".into();
                live(seen).config.comment = "by hand".into();
                seen.tags.as_mut().unwrap().extend(tags(&[("by", "hand")]));
            },
            expected: &["Settled"],
        },
        held(
            "stage DEVELOPMENT never publishes",
            |seen| {
                seen.development.config.comment = "x".into();
                live(seen).config.comment = "y".into();
            },
            &["Update", "  comment: x -> Adds hea"],
        ),
        held(
            "stage DEVELOPMENT is settled though nothing is LIVE",
            |seen| seen.live = Live::Never,
            &["Settled"],
        ),
        held(
            "LIVE unread with nothing to publish is read first",
            |seen| seen.live = Live::Unread,
            &["Read"],
        ),
    ]);
}

#[test]
fn a_create_lists_what_it_makes() {
    let desired = wanted(&full(CODE_A));
    let plan = super::super::plan::plan(Goal::Present(&desired), &Status::default(), None);
    let expected = [
        "Create",
        "  code: - -> a5c29098",
        "  runtime: - -> cloudfro",
        "  comment: - -> Adds hea",
        "  tags/team: - -> edge",
        "  tags/tier: - -> gold",
        "Publish",
        "  stage: DEVELOPM -> LIVE",
    ];
    assert_eq!(spelled(&plan), expected, "owner tags do not count");
}

#[test]
fn without_a_claim_nothing_but_the_users_wishes_is_listed() {
    let desired = desired(&spec(CODE_A), &Inputs::default(), &Tags::new()).unwrap();
    assert!(desired.managed().is_empty());
    for (sentence, tags) in [
        ("no owner tags", Ok(Tags::new())),
        (
            "unreadable tags that nobody asks for",
            Err("denied".to_owned()),
        ),
    ] {
        let observed = CloudFrontObserved {
            tags,
            ..settled(&desired)
        };
        let plan =
            super::super::plan::plan(Goal::Present(&desired), &Status::default(), Some(&observed));
        assert_eq!(spelled(&plan), ["Settled"], "{sentence}");
    }
}

#[test]
fn no_two_contents_have_the_same_hash() {
    use super::super::intent::content_sha256;
    let stores = |stores: &[&str]| FunctionConfig {
        key_value_stores: managed(stores),
        ..config("c")
    };
    let contents = [
        content_sha256("a", &config("")),
        content_sha256("b", &config("")),
        content_sha256("a", &config("c")),
        content_sha256("ac", &config("")),
        content_sha256(
            "a",
            &FunctionConfig {
                runtime: "c".into(),
                ..config("loudfront-js-2.0")
            },
        ),
        content_sha256("a", &stores(&["xy"])),
        content_sha256("a", &stores(&["x", "y"])),
    ];
    let different: BTreeSet<_> = contents.iter().collect();
    assert_eq!(
        different.len(),
        contents.len(),
        "each part is kept apart from its neighbours"
    );
}

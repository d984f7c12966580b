use std::time::Duration;

use strict_cloud::cloudfront::{
    CreateFunction, FunctionConfig, ListFunctions, Stage, UpdateFunction,
};
use strict_cloud::{Cloud, Settings};

use crate::support::{cloud, edge_config, me, new_edge, refused, tags, verdict};

fn update(name: &str, if_match: Option<&str>, code: &str) -> UpdateFunction {
    UpdateFunction {
        name: name.into(),
        if_match: if_match.map(str::to_owned),
        config: edge_config(),
        code: code.as_bytes().to_vec(),
    }
}

#[test]
fn a_request_is_checked_before_anything_is_created() {
    let store =
        "arn:aws:cloudfront::111111111111:key-value-store/01234567-89ab-cdef-0123-456789abcdef";
    let with = |change: &dyn Fn(&mut CreateFunction)| {
        let mut request = new_edge("f");
        change(&mut request);
        request
    };
    let ok = (0, "");
    let invalid = (400, "InvalidArgument");
    let table: Vec<(&str, CreateFunction, (u16, &str))> = vec![
        ("a plain function is accepted", new_edge("f"), ok),
        (
            "a name has 64 characters at most",
            new_edge(&"a".repeat(65)),
            invalid,
        ),
        ("64 are accepted", new_edge(&"a".repeat(64)), ok),
        ("a name has no dots", new_edge("a.b"), invalid),
        ("a name is not empty", new_edge(""), invalid),
        (
            "10,240 bytes of code are accepted",
            with(&|r| r.code = vec![b' '; 10_240]),
            ok,
        ),
        (
            "10,241 are not",
            with(&|r| r.code = vec![b' '; 10_241]),
            (413, "FunctionSizeLimitExceeded"),
        ),
        ("code is not empty", with(&|r| r.code.clear()), invalid),
        (
            "a runtime is one of two",
            with(&|r| r.config.runtime = "nodejs20.x".into()),
            invalid,
        ),
        (
            "1.0 is the other",
            with(&|r| r.config.runtime = "cloudfront-js-1.0".into()),
            ok,
        ),
        (
            "a comment may be empty",
            with(&|r| r.config.comment.clear()),
            ok,
        ),
        (
            "a comment has 128 characters at most",
            with(&|r| r.config.comment = "c".repeat(129)),
            invalid,
        ),
        (
            "a key-value store is accepted",
            with(&|r| r.config.key_value_stores = vec![store.into()]),
            ok,
        ),
        (
            "two are not",
            with(&|r| r.config.key_value_stores = vec![store.into(), store.into()]),
            invalid,
        ),
        (
            "a key-value store needs 2.0",
            with(&|r| {
                r.config = FunctionConfig {
                    runtime: "cloudfront-js-1.0".into(),
                    key_value_stores: vec![store.into()],
                    comment: String::new(),
                }
            }),
            invalid,
        ),
        (
            "a key-value store is named by its id",
            with(&|r| r.config.key_value_stores = vec![store.replace("01234567", "x")]),
            invalid,
        ),
        (
            "an empty tag key is refused",
            with(&|r| r.tags = tags(&[("", "v")])),
            (400, "InvalidTagging"),
        ),
        (
            "AWS keeps aws: keys",
            with(&|r| r.tags = tags(&[("aws:x", "v")])),
            (400, "InvalidTagging"),
        ),
    ];
    for (sentence, request, expected) in table {
        let mut cloud = cloud();
        assert_eq!(
            verdict(cloud.cloudfront_create_function(&me(), &request)),
            expected,
            "{sentence}"
        );
        assert_eq!(
            cloud.functions("111111111111").is_empty(),
            expected != ok,
            "{sentence}"
        );
    }
}

#[test]
fn each_stage_has_its_own_etag_and_publish_moves_only_lives() {
    let mut cloud = cloud();
    let created = cloud
        .cloudfront_create_function(&me(), &new_edge("f"))
        .unwrap();
    assert_eq!(created.summary.status, "UNPUBLISHED");
    assert!(created.location.is_some());
    for answer in [
        cloud
            .cloudfront_describe_function(&me(), "f", Some(Stage::Live))
            .map(|_| ()),
        cloud
            .cloudfront_get_function(&me(), "f", Some(Stage::Live))
            .map(|_| ()),
    ] {
        assert_eq!(
            verdict(answer),
            (404, "NoSuchFunctionExists"),
            "nothing is LIVE before the first publish"
        );
    }
    cloud.advance(Duration::from_secs(5));
    let published = cloud
        .cloudfront_publish_function(&me(), "f", Some(&created.etag))
        .unwrap();
    assert_eq!(
        (published.stage, published.status),
        (Stage::Live, "UNASSOCIATED")
    );
    let development = cloud
        .cloudfront_describe_function(&me(), "f", None)
        .unwrap();
    assert_eq!(
        development.etag, created.etag,
        "publishing does not move DEVELOPMENT's ETag"
    );
    let live = cloud
        .cloudfront_describe_function(&me(), "f", Some(Stage::Live))
        .unwrap();
    assert_ne!(live.etag, created.etag);

    let updated = cloud
        .cloudfront_update_function(&me(), &update("f", Some(&created.etag), "new"))
        .unwrap();
    assert_ne!(
        updated.etag, created.etag,
        "every update moves DEVELOPMENT's ETag"
    );
    assert_eq!(updated.summary.status, "UNPUBLISHED");
    assert_eq!(
        cloud
            .cloudfront_get_function(&me(), "f", Some(Stage::Live))
            .unwrap()
            .bytes
            .as_ref(),
        b"function handler(e) {}",
        "LIVE keeps its code"
    );
    assert_eq!(
        cloud
            .cloudfront_describe_function(&me(), "f", Some(Stage::Live))
            .unwrap()
            .etag,
        live.etag
    );
    let same = cloud
        .cloudfront_update_function(&me(), &update("f", Some(&updated.etag), "new"))
        .unwrap();
    assert_ne!(same.etag, updated.etag, "so does one that changes nothing");
}

#[test]
fn update_publish_and_delete_need_the_current_development_etag() {
    let mut cloud = cloud();
    let first = cloud
        .cloudfront_create_function(&me(), &new_edge("f"))
        .unwrap()
        .etag;
    let current = cloud
        .cloudfront_update_function(&me(), &update("f", Some(&first), "2"))
        .unwrap()
        .etag;
    cloud
        .cloudfront_publish_function(&me(), "f", Some(&current))
        .unwrap();
    let live = cloud
        .cloudfront_describe_function(&me(), "f", Some(Stage::Live))
        .unwrap()
        .etag;
    let missing = (400, "InvalidIfMatchVersion");
    let stale = (412, "PreconditionFailed");
    for (sentence, sent, expected) in [
        ("none", None, missing),
        ("an empty one", Some(""), missing),
        ("an old one", Some(first.as_str()), stale),
        ("LIVE's", Some(live.as_str()), stale),
        ("any other text", Some("E1"), stale),
    ] {
        assert_eq!(
            verdict(cloud.cloudfront_update_function(&me(), &update("f", sent, "3"))),
            expected,
            "update with {sentence}"
        );
        assert_eq!(
            verdict(cloud.cloudfront_publish_function(&me(), "f", sent)),
            expected,
            "publish with {sentence}"
        );
        assert_eq!(
            verdict(cloud.cloudfront_delete_function(&me(), "f", sent)),
            expected,
            "delete with {sentence}"
        );
    }
    cloud.cloudfront_set_in_use("111111111111", "f", true);
    assert_eq!(
        verdict(cloud.cloudfront_delete_function(&me(), "f", Some(&current))),
        (409, "FunctionInUse"),
        "a distribution uses it"
    );
    assert_eq!(
        cloud
            .cloudfront_describe_function(&me(), "f", None)
            .unwrap()
            .summary
            .status,
        "DEPLOYED"
    );
    cloud.cloudfront_set_in_use("111111111111", "f", false);
    cloud
        .cloudfront_delete_function(&me(), "f", Some(&current))
        .unwrap();
    assert_eq!(
        verdict(cloud.cloudfront_delete_function(&me(), "f", Some(&current))),
        (404, "NoSuchFunctionExists")
    );
    let again = cloud
        .cloudfront_create_function(&me(), &new_edge("f"))
        .unwrap();
    assert_ne!(
        again.etag, first,
        "a name that is used again gets other ETags"
    );
}

#[test]
fn an_account_has_a_hundred_functions_and_every_name_once() {
    let mut cloud = cloud();
    for n in 0..100 {
        cloud
            .cloudfront_create_function(&me(), &new_edge(&format!("f{n}")))
            .unwrap();
    }
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&me(), &new_edge("f1"))),
        (409, "FunctionAlreadyExists")
    );
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&me(), &new_edge("more"))),
        (400, "TooManyFunctions")
    );
    let mut other = me();
    other.account = "222222222222".into();
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&other, &new_edge("f1"))),
        (0, ""),
        "accounts are apart"
    );
    other.account = "111111111111".into();
    other.region = "us-east-1".into();
    assert_eq!(
        verdict(cloud.cloudfront_describe_function(&other, "f1", None)),
        (0, ""),
        "regions are not: CloudFront has one"
    );
}

#[test]
fn a_list_has_pages_and_shows_published_functions_twice() {
    let mut cloud = cloud();
    for name in ["a", "a-b", "b", "c"] {
        let etag = cloud
            .cloudfront_create_function(&me(), &new_edge(name))
            .unwrap()
            .etag;
        if name != "b" {
            cloud
                .cloudfront_publish_function(&me(), name, Some(&etag))
                .unwrap();
        }
    }
    let mut pages = |most: Option<&str>, stage| {
        let mut seen = Vec::new();
        let mut request = ListFunctions {
            max_items: most.map(str::to_owned),
            stage,
            marker: None,
        };
        loop {
            let page = cloud.cloudfront_list_functions(&me(), &request).unwrap();
            assert!(page.items.len() <= page.max_items);
            seen.extend(
                page.items
                    .iter()
                    .map(|item| format!("{} {}", item.name, item.stage.as_str())),
            );
            match page.next_marker {
                Some(marker) => request.marker = Some(marker),
                None => return seen,
            }
        }
    };
    let all = [
        "a DEVELOPMENT",
        "a LIVE",
        "a-b DEVELOPMENT",
        "a-b LIVE",
        "b DEVELOPMENT",
        "c DEVELOPMENT",
        "c LIVE",
    ];
    for most in [None, Some("1"), Some("2"), Some("7"), Some("100")] {
        assert_eq!(pages(most, None), all, "MaxItems {most:?}");
    }
    assert_eq!(
        pages(Some("2"), Some(Stage::Live)),
        ["a LIVE", "a-b LIVE", "c LIVE"]
    );
    assert_eq!(pages(None, Some(Stage::Development)).len(), 4);
    for wrong in ["0", "-1", "many", "101"] {
        let request = ListFunctions {
            max_items: Some(wrong.into()),
            ..ListFunctions::default()
        };
        assert_eq!(
            verdict(cloud.cloudfront_list_functions(&me(), &request)),
            (400, "InvalidArgument"),
            "MaxItems {wrong}"
        );
    }
}

#[test]
fn a_create_with_tags_may_be_refused() {
    let mut cloud = Cloud::new(
        1,
        Settings {
            refuse_create_with_tags: true,
            ..Settings::default()
        },
    );
    let mut request = new_edge("f");
    request.tags = tags(&[("a", "b")]);
    let refusal = refused(cloud.cloudfront_create_function(&me(), &request));
    assert_eq!(refusal.status, 409);
    assert!(
        refusal
            .message
            .starts_with("Unable to create function with tags at this time.")
    );
    assert!(cloud.functions("111111111111").is_empty());
    request.tags.clear();
    assert_eq!(
        verdict(cloud.cloudfront_create_function(&me(), &request)),
        (0, "")
    );
}

#[test]
fn throttling_is_a_400_without_retry_after() {
    let mut cloud = Cloud::new(
        1,
        Settings {
            cloudfront_rate: Some(2),
            ..Settings::default()
        },
    );
    let mut list = || cloud.cloudfront_list_functions(&me(), &ListFunctions::default());
    assert_eq!((verdict(list()), verdict(list())), ((0, ""), (0, "")));
    let refusal = refused(list());
    assert_eq!(
        (
            refusal.status,
            refusal.code,
            refusal.message.as_str(),
            refusal.retry_after
        ),
        (400, "Throttling", "Rate exceeded", None)
    );
    cloud.advance(Duration::from_millis(500));
    assert_eq!(
        verdict(cloud.cloudfront_list_functions(&me(), &ListFunctions::default())),
        (0, ""),
        "half a second later one more fits"
    );
}

//! Distributions: what uses functions.

use strict_cloud::cloudfront::Stage;
use strict_cloud::operation::cloudfront as op;
use strict_cloud::{Cloud, Fault, FaultKind};

use crate::support::{ACCOUNT, cloud, me, new_edge, verdict};

/// A function in LIVE; its ETag.
fn published(cloud: &mut Cloud, name: &str) -> String {
    let etag = cloud
        .cloudfront_create_function(&me(), &new_edge(name))
        .unwrap()
        .etag;
    cloud
        .cloudfront_publish_function(&me(), name, Some(&etag))
        .unwrap();
    etag
}

#[test]
fn a_function_that_a_distribution_uses_is_deployed_and_cannot_be_deleted() {
    let mut cloud = cloud();
    let etag = published(&mut cloud, "f");
    published(&mut cloud, "g");
    cloud.put_distribution(ACCOUNT, "E1", &["f", "g"]).unwrap();
    cloud.put_distribution(ACCOUNT, "E2", &["f"]).unwrap();
    let status = |cloud: &mut Cloud, name| {
        cloud
            .cloudfront_describe_function(&me(), name, Some(Stage::Live))
            .unwrap()
            .summary
            .status
    };
    assert_eq!(
        (status(&mut cloud, "f"), status(&mut cloud, "g")),
        ("DEPLOYED", "DEPLOYED")
    );
    cloud.remove_distribution(ACCOUNT, "E1");
    assert_eq!(
        (status(&mut cloud, "f"), status(&mut cloud, "g")),
        ("DEPLOYED", "UNASSOCIATED")
    );
    assert_eq!(
        verdict(cloud.cloudfront_delete_function(&me(), "f", Some(&etag))),
        (409, "FunctionInUse"),
        "another distribution uses it still"
    );
    cloud.put_distribution(ACCOUNT, "E2", &["g"]).unwrap();
    assert_eq!(
        verdict(cloud.cloudfront_delete_function(&me(), "f", Some(&etag))),
        (0, ""),
        "it is put there with other functions"
    );
    assert_eq!(status(&mut cloud, "g"), "DEPLOYED");
}

#[test]
fn only_what_is_live_can_be_associated() {
    let mut cloud = cloud();
    cloud
        .cloudfront_create_function(&me(), &new_edge("f"))
        .unwrap();
    for name in ["f", "none"] {
        let refusal = cloud.put_distribution(ACCOUNT, "E1", &[name]).unwrap_err();
        assert_eq!(
            (refusal.status, refusal.code),
            (400, "InvalidFunctionAssociation"),
            "{name}"
        );
    }
    cloud.cloudfront_set_in_use(ACCOUNT, "f", true);
    assert_eq!(
        cloud
            .cloudfront_describe_function(&me(), "f", None)
            .unwrap()
            .summary
            .status,
        "UNPUBLISHED"
    );
    assert!(
        cloud
            .cloudfront_list_distributions(&me(), None, None)
            .unwrap()
            .items
            .is_empty()
    );
}

#[test]
fn a_list_says_which_functions_each_distribution_uses_page_by_page() {
    let mut cloud = cloud();
    published(&mut cloud, "f");
    for id in ["E3", "E1", "E2"] {
        cloud
            .put_distribution(ACCOUNT, id, if id == "E2" { &[] } else { &["f"] })
            .unwrap();
    }
    let (mut seen, mut marker) = (Vec::new(), None);
    loop {
        let page = cloud
            .cloudfront_list_distributions(&me(), marker.as_deref(), Some("2"))
            .unwrap();
        assert_eq!(
            (page.is_truncated, page.max_items),
            (page.next_marker.is_some(), 2)
        );
        seen.extend(page.items.into_iter().map(|item| (item.id, item.functions)));
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    let arn = || vec!["arn:aws:cloudfront::111111111111:function/f".to_owned()];
    assert_eq!(
        seen,
        [
            ("E1".to_owned(), arn()),
            ("E2".to_owned(), vec![]),
            ("E3".to_owned(), arn())
        ]
    );
    cloud.inject(Fault::next(
        op::LIST_DISTRIBUTIONS,
        FaultKind::PartialPage(1),
    ));
    assert_eq!(
        cloud
            .cloudfront_list_distributions(&me(), None, None)
            .unwrap()
            .next_marker
            .as_deref(),
        Some("E1")
    );
    assert_eq!(
        verdict(cloud.cloudfront_list_distributions(&me(), None, Some("0"))),
        (400, "InvalidArgument")
    );
    let mut other = me();
    other.account = "222222222222".into();
    assert!(
        cloud
            .cloudfront_list_distributions(&other, None, None)
            .unwrap()
            .items
            .is_empty(),
        "accounts are apart"
    );
}

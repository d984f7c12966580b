//! Tags of both services.

use strict_cloud::operation::lambda::LIST_TAGS;

use crate::support::{active, cloud, get, me, new_edge, refused, tags, verdict};

const ARN: &str = "arn:aws:lambda:eu-west-1:111111111111:function:f";

#[test]
fn lambda_tags_move_the_revision() {
    let mut cloud = cloud();
    let mut revisions = vec![active(&mut cloud, "f").revision_id];
    cloud
        .lambda_tag_resource(&me(), ARN, &tags(&[("a", "1"), ("b", "2")]))
        .unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    cloud
        .lambda_tag_resource(&me(), ARN, &tags(&[("b", "3")]))
        .unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    assert_eq!(
        cloud.lambda_list_tags(&me(), ARN).unwrap(),
        tags(&[("a", "1"), ("b", "3")])
    );
    cloud
        .lambda_untag_resource(&me(), ARN, &["a".into(), "none".into()])
        .unwrap();
    revisions.push(get(&mut cloud, "f").revision_id);
    assert_eq!(
        cloud
            .lambda_get_function(&me(), "f", None)
            .unwrap()
            .tags
            .unwrap(),
        tags(&[("b", "3")])
    );
    let moved = revisions.len();
    revisions.sort();
    revisions.dedup();
    assert_eq!(revisions.len(), moved, "each change gave a new one");
    let before = get(&mut cloud, "f").revision_id;
    cloud
        .lambda_untag_resource(&me(), ARN, &["none".into()])
        .unwrap();
    assert_eq!(get(&mut cloud, "f").revision_id, before);
}

#[test]
fn lambda_refuses_wrong_tags() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let parameter = "InvalidParameterValueException";
    let many: Vec<(String, String)> = (0..51).map(|n| (format!("k{n}"), String::new())).collect();
    let many: Vec<(&str, &str)> = many
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    let long = "k".repeat(129);
    for (sentence, arn, wanted, code) in [
        (
            "no ARN of Lambda's",
            "arn:aws:something".to_owned(),
            tags(&[("a", "b")]),
            "ValidationException",
        ),
        (
            "an ARN of no function",
            ARN.replace("function", "foobar"),
            tags(&[("a", "b")]),
            "ValidationException",
        ),
        (
            "no such function",
            format!("{ARN}g"),
            tags(&[("a", "b")]),
            "ResourceNotFoundException",
        ),
        (
            "a version",
            format!("{ARN}:1"),
            tags(&[("a", "b")]),
            parameter,
        ),
        (
            "$LATEST",
            format!("{ARN}:$LATEST"),
            tags(&[("a", "b")]),
            parameter,
        ),
        ("no tags", ARN.to_owned(), tags(&[]), parameter),
        ("51 tags", ARN.to_owned(), tags(&many), parameter),
        (
            "a key of AWS's",
            ARN.to_owned(),
            tags(&[("aws:a", "b")]),
            parameter,
        ),
        (
            "a long key",
            ARN.to_owned(),
            tags(&[(&long, "b")]),
            "ValidationException",
        ),
        (
            "a wrong character",
            ARN.to_owned(),
            tags(&[("a", "b;c")]),
            "ValidationException",
        ),
    ] {
        assert_eq!(
            refused(cloud.lambda_tag_resource(&me(), &arn, &wanted)).code,
            code,
            "{sentence}"
        );
    }
    assert_eq!(
        refused(cloud.lambda_untag_resource(&me(), ARN, &[])).message,
        "1 validation error detected: Value null at 'tagKeys' failed to satisfy constraint: Member must not be null"
    );
    assert_eq!(
        verdict(cloud.lambda_tag_resource(&me(), ARN, &tags(&many[..50]))),
        (0, "")
    );
    assert_eq!(
        verdict(cloud.lambda_tag_resource(&me(), ARN, &tags(&[("k1", "x")]))),
        (0, ""),
        "fifty, one of them another value"
    );
    assert_eq!(
        verdict(cloud.lambda_tag_resource(&me(), ARN, &tags(&[("new", "x")]))),
        (400, parameter)
    );
}

#[test]
fn tags_that_may_not_be_read_are_an_error_and_not_absent() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    cloud.deny(Some("cloudfn"), LIST_TAGS);
    assert!(
        cloud
            .lambda_get_function(&me(), "f", None)
            .unwrap()
            .tags
            .is_err()
    );
    let refusal = refused(cloud.lambda_list_tags(&me(), ARN));
    assert_eq!(
        (refusal.status, refusal.code),
        (403, "AccessDeniedException")
    );
    assert!(refusal.message.starts_with(&format!(
        "User: cloudfn is not authorized to perform: lambda:ListTags on resource: {ARN}"
    )));
    let mut other = me();
    other.principal = "other".into();
    assert!(
        cloud
            .lambda_get_function(&other, "f", None)
            .unwrap()
            .tags
            .is_ok()
    );
}

#[test]
fn cloudfront_tags_move_nothing() {
    let mut cloud = cloud();
    let mut request = new_edge("f");
    request.tags = tags(&[("a", "1")]);
    let created = cloud.cloudfront_create_function(&me(), &request).unwrap();
    let arn = created.summary.arn.clone();
    cloud
        .cloudfront_tag_resource(&me(), &arn, &tags(&[("b", "2")]))
        .unwrap();
    cloud
        .cloudfront_untag_resource(&me(), &arn, &["a".into()])
        .unwrap();
    assert_eq!(
        cloud
            .cloudfront_list_tags_for_resource(&me(), &arn)
            .unwrap(),
        tags(&[("b", "2")])
    );
    assert_eq!(
        cloud
            .cloudfront_describe_function(&me(), "f", None)
            .unwrap()
            .etag,
        created.etag
    );
    for (sentence, arn, expected) in [
        (
            "no such function",
            format!("{arn}x"),
            (404, "NoSuchResource"),
        ),
        (
            "another account's",
            arn.replace("111111111111", "222222222222"),
            (404, "NoSuchResource"),
        ),
        ("no ARN", "f".to_owned(), (400, "InvalidArgument")),
    ] {
        assert_eq!(
            verdict(cloud.cloudfront_list_tags_for_resource(&me(), &arn)),
            expected,
            "{sentence}"
        );
    }
    let wrong = tags(&[("a", &"v".repeat(257))]);
    assert_eq!(
        verdict(cloud.cloudfront_tag_resource(&me(), &arn, &wrong)),
        (400, "InvalidTagging")
    );
}

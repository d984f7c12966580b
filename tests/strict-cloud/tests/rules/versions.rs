//! Lambda: versions and lists.

use strict_cloud::lambda::{
    Code, Configuration, CreateFunction, Page, PublishVersion, UpdateFunctionCode,
    UpdateFunctionConfiguration,
};
use strict_cloud::{Cloud, FaultKind};

use crate::support::{
    active, archive, cloud, get, me, new_function, refused, settle, verdict, words,
};

fn publish() -> PublishVersion {
    PublishVersion {
        function_name: "f".into(),
        ..PublishVersion::default()
    }
}

fn describe(cloud: &mut Cloud, text: &str) {
    let request = UpdateFunctionConfiguration {
        function_name: "f".into(),
        configuration: Configuration::new().with("Description", text),
        revision_id: None,
    };
    cloud
        .lambda_update_function_configuration(&me(), &request)
        .unwrap();
}

#[test]
fn a_version_freezes_what_latest_is() {
    let mut cloud = cloud();
    let before = active(&mut cloud, "f");
    let first = cloud
        .lambda_publish_version(
            &me(),
            &PublishVersion {
                description: Some("one".into()),
                ..publish()
            },
        )
        .unwrap();
    assert_eq!(
        (first.version.as_str(), words(&first)),
        ("1", ("Active", "Successful"))
    );
    assert_eq!(
        first.function_arn,
        "arn:aws:lambda:eu-west-1:111111111111:function:f:1"
    );
    assert_eq!(first.configuration.text("Description"), Some("one"));
    let after = get(&mut cloud, "f");
    assert_ne!(
        after.revision_id, before.revision_id,
        "publishing moves $LATEST's revision"
    );
    assert_ne!(
        first.revision_id, after.revision_id,
        "the version has its own"
    );
    assert_eq!(
        after.configuration.text("Description"),
        Some(""),
        "and its own description"
    );

    let same = cloud.lambda_publish_version(&me(), &publish()).unwrap();
    assert_eq!(same, first, "nothing changed: the same version");
    assert_eq!(get(&mut cloud, "f").revision_id, after.revision_id);

    describe(&mut cloud, "two");
    assert_eq!(
        verdict(cloud.lambda_publish_version(&me(), &publish())),
        (409, "ResourceConflictException"),
        "not while an update is in progress"
    );
    settle(&mut cloud);
    assert_eq!(
        cloud
            .lambda_publish_version(&me(), &publish())
            .unwrap()
            .version,
        "2"
    );
    assert_eq!(
        cloud
            .lambda_get_function_configuration(&me(), "f", Some("1"))
            .unwrap(),
        first,
        "version 1 is as it was"
    );

    let list = |cloud: &mut Cloud| {
        let items = cloud
            .lambda_list_versions_by_function(&me(), "f", &Page::default())
            .unwrap()
            .items;
        items
            .iter()
            .map(|item| item.function_arn.rsplit(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&mut cloud), ["$LATEST", "1", "2"]);
    cloud.lambda_delete_function(&me(), "f", Some("1")).unwrap();
    assert_eq!(list(&mut cloud), ["$LATEST", "2"]);
    cloud.lambda_delete_function(&me(), "f:2", None).unwrap();
    assert_eq!(
        cloud
            .lambda_publish_version(&me(), &publish())
            .unwrap()
            .version,
        "3",
        "a number is used once"
    );
}

#[test]
fn a_publish_can_be_guarded_by_code_and_by_revision() {
    let mut cloud = cloud();
    let current = active(&mut cloud, "f");
    let refusal = refused(cloud.lambda_publish_version(
        &me(),
        &PublishVersion {
            code_sha256: Some("x".into()),
            ..publish()
        },
    ));
    assert_eq!(
        (refusal.status, refusal.code),
        (400, "InvalidParameterValueException")
    );
    let sha = &current.code_sha256;
    let expected = format!(
        "CodeSHA256 (x) is different from current CodeSHA256 in $LATEST ({sha}). Please try again with the CodeSHA256 in $LATEST."
    );
    assert_eq!(refusal.message, expected);
    let wrong = PublishVersion {
        revision_id: Some("x".into()),
        ..publish()
    };
    assert_eq!(
        verdict(cloud.lambda_publish_version(&me(), &wrong)),
        (412, "PreconditionFailedException")
    );
    let right = PublishVersion {
        code_sha256: Some(sha.clone()),
        revision_id: Some(current.revision_id.clone()),
        ..publish()
    };
    assert_eq!(
        verdict(cloud.lambda_publish_version(&me(), &right)),
        (0, "")
    );
}

#[test]
fn code_can_be_published_at_once_and_the_version_settles_by_itself() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let request = UpdateFunctionCode {
        function_name: "f".into(),
        code: Some(Code::Zip(archive("2"))),
        publish: true,
        ..UpdateFunctionCode::default()
    };
    let version = cloud.lambda_update_function_code(&me(), &request).unwrap();
    assert_eq!(
        (version.version.as_str(), words(&version)),
        ("1", ("Pending", "-"))
    );
    let latest = cloud
        .lambda_get_function(&me(), "f", Some("$LATEST"))
        .unwrap()
        .configuration;
    assert_eq!(words(&latest), ("Active", "InProgress"));
    assert!(
        latest.function_arn.ends_with(":f:$LATEST"),
        "a qualifier that was asked for is in the ARN"
    );
    assert_ne!(latest.revision_id, version.revision_id);
    settle(&mut cloud);
    let settled = cloud
        .lambda_get_function(&me(), "f", Some("1"))
        .unwrap()
        .configuration;
    assert_eq!(words(&settled), ("Active", "Successful"));
    assert_ne!(settled.revision_id, version.revision_id);

    let created = cloud
        .lambda_create_function(
            &me(),
            &CreateFunction {
                publish: true,
                ..new_function("g")
            },
        )
        .unwrap();
    assert_eq!(
        (created.version.as_str(), created.function_arn.as_str()),
        ("1", "arn:aws:lambda:eu-west-1:111111111111:function:g")
    );
}

#[test]
fn a_list_has_fifty_a_page_and_no_state() {
    let mut cloud = cloud();
    for n in 0..120 {
        cloud
            .lambda_create_function(&me(), &new_function(&format!("f{n:03}")))
            .unwrap();
    }
    let mut pages = |max_items, fault: Option<usize>| {
        let (mut sizes, mut names, mut marker) = (vec![], vec![], None);
        if let Some(most) = fault {
            cloud.inject(strict_cloud::Fault::next(
                strict_cloud::operation::lambda::LIST_FUNCTIONS,
                FaultKind::PartialPage(most),
            ));
        }
        loop {
            let page = cloud
                .lambda_list_functions(&me(), &Page { marker, max_items }, false)
                .unwrap();
            for item in &page.items {
                let shown = item.to_json();
                for absent in [
                    "State",
                    "StateReason",
                    "StateReasonCode",
                    "LastUpdateStatus",
                    "LastUpdateStatusReason",
                    "LastUpdateStatusReasonCode",
                    "RuntimeVersionConfig",
                ] {
                    assert!(shown.get(absent).is_none(), "{absent}");
                }
                assert!(shown.get("RevisionId").is_some() && shown.get("CodeSha256").is_some());
            }
            sizes.push(page.items.len());
            names.extend(page.items.into_iter().map(|item| item.function_name));
            marker = page.next_marker;
            if marker.is_none() {
                names.sort();
                names.dedup();
                assert_eq!(names.len(), 120, "each is seen, and once");
                return sizes;
            }
        }
    };
    assert_eq!(pages(None, None), [50, 50, 20]);
    assert_eq!(pages(Some(10_000), None), [50, 50, 20]);
    assert_eq!(pages(Some(40), None), [40, 40, 40]);
    assert_eq!(pages(None, Some(7)), [7, 50, 50, 13]);
    for wrong in [0, 10_001] {
        let page = Page {
            marker: None,
            max_items: Some(wrong),
        };
        assert_eq!(
            verdict(cloud.lambda_list_functions(&me(), &page, false)),
            (400, "ValidationException")
        );
    }
    cloud.advance(std::time::Duration::from_secs(10));
    cloud
        .lambda_publish_version(
            &me(),
            &PublishVersion {
                function_name: "f000".into(),
                ..PublishVersion::default()
            },
        )
        .unwrap();
    let all = cloud
        .lambda_list_functions(
            &me(),
            &Page {
                marker: None,
                max_items: Some(3),
            },
            true,
        )
        .unwrap();
    assert_eq!(
        all.items
            .iter()
            .map(|item| item
                .function_arn
                .as_str()
                .split(":function:")
                .nth(1)
                .unwrap())
            .collect::<Vec<_>>(),
        ["f000:$LATEST", "f000:1", "f001:$LATEST"]
    );
}

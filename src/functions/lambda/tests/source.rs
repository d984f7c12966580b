//! `plan`: whether the code that runs is the code of the spec.

use serde_json::{Value, json};

use super::{desired, made_of, memory, next, s3};
use crate::api::lambda::{CodeStatus, LambdaFunctionStatus};
use crate::cloud::Tags;
use crate::functions::lambda::Code;
use crate::functions::lambda::code::source;
use crate::functions::lambda::plan::plan;
use crate::reconcile::{Goal, Plan, Replaced, Step as _};

#[test]
fn code_that_is_replaced_is_known_by_its_hash_alone() {
    let (old, new) = (
        made_of(&desired(&json!({}))),
        desired(&json!({"code": {"inline": {"files": {"index.py": "pass"}}}, "timeout": 9})),
    );
    let Plan::Act(steps) = plan(Goal::Present(&new), &memory(&[]), Some(&old)) else {
        panic!("there is work")
    };
    let replaced: Vec<_> = steps
        .iter()
        .map(|planned| planned.step.replaced(&new, &old))
        .collect();
    let code = Replaced {
        field: "code",
        sha256: old.function.code_sha256.unwrap(),
        diff: None,
    };
    assert_eq!(replaced, [None, Some(code)]);
}

fn image(tag: &str) -> Value {
    json!({"code": {"imageUri": format!("registry/shop:{tag}")}, "runtime": null, "handler": null})
}

#[test]
fn the_code_of_an_s3_object_and_of_an_image_is_known_by_tag_and_status() {
    known_by_tag_and_status(s3, |version, deployed| CodeStatus {
        s3_bucket: version.map(|_| "bucket".to_owned()),
        s3_key: version.map(|_| "key".to_owned()),
        s3_object_version: version.map(ToOwned::to_owned),
        deployed_sha256: deployed.map(ToOwned::to_owned),
        ..CodeStatus::default()
    });
    known_by_tag_and_status(image, |tag, deployed| CodeStatus {
        image_uri: tag.map(|tag| format!("registry/shop:{tag}")),
        deployed_sha256: deployed.map(ToOwned::to_owned),
        ..CodeStatus::default()
    });
}

/// With two contents of one source, and what a status says of the first or second that was deployed.
fn known_by_tag_and_status(
    spec: fn(&str) -> Value,
    remembered: fn(Option<&str>, Option<&str>) -> CodeStatus,
) {
    let (old, wanted) = (desired(&spec("1")), desired(&spec("2")));
    let (old_tag, wanted_tag) = (old.source_tag(), wanted.source_tag());
    let (deploy, tag, settled) = ("UpdateCode", "Tag", "Settled");
    let cases = [
        (
            "the tag says so, the status is lost",
            wanted_tag,
            None,
            settled,
        ),
        (
            "both say so",
            wanted_tag,
            Some(remembered(Some("2"), Some("now"))),
            settled,
        ),
        (
            "edited outside",
            wanted_tag,
            Some(remembered(Some("2"), Some("then"))),
            deploy,
        ),
        (
            "both say another",
            old_tag,
            Some(remembered(Some("1"), Some("now"))),
            deploy,
        ),
        (
            "the tag says another, the status is lost",
            old_tag,
            None,
            deploy,
        ),
        (
            "deployed and reported, crashed before the tag",
            old_tag,
            Some(remembered(Some("2"), Some("now"))),
            tag,
        ),
        (
            "perhaps deployed, crashed before the tag",
            old_tag,
            Some(remembered(Some("2"), None)),
            deploy,
        ),
        (
            "perhaps the other one deployed, then the spec went back",
            wanted_tag,
            Some(remembered(Some("1"), None)),
            deploy,
        ),
        (
            "deployed and tagged, not yet reported",
            wanted_tag,
            Some(remembered(Some("2"), None)),
            settled,
        ),
        (
            "an archive was deployed since, the tag is stale",
            wanted_tag,
            Some(remembered(None, Some("now"))),
            deploy,
        ),
        (
            "an archive runs, and the spec went over to S3",
            None,
            Some(remembered(None, Some("now"))),
            deploy,
        ),
        ("nobody knows: the running code counts", None, None, tag),
        (
            "the tag was removed outside",
            None,
            Some(remembered(Some("2"), Some("now"))),
            tag,
        ),
    ];
    for (case, source, code, expected) in cases {
        let mut observed = made_of(&wanted);
        observed.function.code_sha256 = Some("now".to_owned());
        let tags = observed.tags.as_mut().unwrap();
        tags.remove("cloudfn.dev/source");
        tags.extend(source.map(|source| ("cloudfn.dev/source".to_owned(), source.to_owned())));
        let memory = LambdaFunctionStatus {
            code,
            ..LambdaFunctionStatus::default()
        };
        let planned = next(&wanted, &memory, &observed);
        assert!(planned.starts_with(expected), "{case}: {planned}");
    }
}

#[test]
fn the_code_of_an_adopted_function_comes_from_elsewhere() {
    let wanted = desired(&s3("1"));
    let mut foreign = made_of(&wanted);
    foreign.tags = Ok(Tags::new());
    let planned = next(&wanted, &memory(&[]), &foreign);
    assert!(
        planned.starts_with("Tag(") && planned.contains("cloudfn.dev/source:->unknown"),
        "a crash must not leave it for current: {planned}"
    );
    assert!(
        planned.ends_with(&format!(
            "then UpdateCode(code:{}>s3://bucket/key?versionId=1)",
            foreign.function.code_sha256.unwrap()
        )),
        "{planned}"
    );
}

#[test]
fn an_archive_of_an_earlier_release_is_left_until_its_files_change() {
    let of = |wrapper: &str| {
        let files = json!({"index.py": "pass", "wrapper.sh": wrapper});
        desired(&json!({"code": {"inline": {"files": files}}}))
    };
    let wanted = of("#!/bin/sh\n");
    let Code::Zip { earlier_sha256, .. } = &wanted.code else {
        panic!("an archive")
    };
    let mut running = made_of(&wanted);
    assert_eq!(next(&wanted, &memory(&[]), &running), "Settled");
    running.function.code_sha256.clone_from(earlier_sha256);
    assert!(earlier_sha256.is_some());
    assert_eq!(next(&wanted, &memory(&[]), &running), "Settled");
    let step = |wanted| next(wanted, &memory(&[]), &running);
    assert!(step(&of("#!/bin/bash\n")).starts_with("UpdateCode"));
    running.function.code_sha256 = None;
    let plain = desired(&json!({}));
    assert!(next(&plain, &memory(&[]), &running).starts_with("UpdateCode"));
}

#[test]
fn what_was_deployed_stays_known_while_something_else_of_the_code_is_changed() {
    let zip = desired(&json!({"code": {"inline": {"files": {"index.py": "pass"}}}}));
    let sha = made_of(&zip).function.code_sha256.unwrap();
    for (of, same, other) in [
        (zip, &sha[..], "other"),
        (desired(&s3("1")), "hash", ""),
        (desired(&image("1")), "hash", ""),
    ] {
        let status = source::status(&of.code, Some(same.to_owned()));
        let still = source::still_deployed(&of.code, status.clone());
        assert_eq!(still.as_deref(), Some(same), "{status:?}");
        let before = match of.code {
            Code::Zip { .. } => source::status(&of.code, Some(other.to_owned())),
            Code::S3 { .. } => source::status(&desired(&s3("2")).code, Some(same.to_owned())),
            Code::Image { .. } => source::status(&desired(&image("2")).code, Some(same.to_owned())),
        };
        assert_eq!(source::still_deployed(&of.code, before), None);
    }
}

use serde_json::json;

use super::{ARN, desired, made_of, memory};
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::NewFunction;
use crate::cloud::lambda::VersionState;
use crate::cloud::{Class, CloudError};
use crate::functions::lambda::configuration::fingerprint::{Made, Origin};
use crate::functions::lambda::parts::{self, tags};
use crate::functions::lambda::report::report;
use crate::functions::lambda::step::{fold, intend, refused, remember};
use crate::functions::lambda::{Change, LambdaObserved, Step};
use crate::reconcile::Goal;

#[test]
fn the_status_shows_what_was_observed_and_no_environment_value() {
    let wanted = desired(&json!({"environment": {"variables": {"KEY": "s3cret"}}}));
    let mut observed = made_of(&wanted);
    observed.function.state_reason = Some(String::new());
    let mut status = memory(&[]);
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(status.common.arn.as_deref(), Some(ARN));
    assert_eq!(status.region.as_deref(), Some("eu-west-1"));
    assert_eq!(status.state.as_deref(), Some("Active"));
    assert_eq!(status.last_update_status.as_deref(), Some("Successful"));
    assert_eq!(
        status.state_reason, None,
        "what the cloud does not say is absent"
    );
    assert_eq!(status.code_sha256, observed.function.code_sha256);
    let json = serde_json::to_string(&status).unwrap();
    assert!(!json.contains("s3cret") && !json.contains("KEY"), "{json}");
}

#[test]
fn the_source_is_remembered_once_it_runs() {
    let wanted = desired(&json!({"code": {"s3Bucket": "bucket", "s3Key": "key"}}));
    let mut observed = made_of(&wanted);
    let mut status = memory(&[]);
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    let code = status.code.clone().expect("remembered");
    assert_eq!(
        (
            code.s3_bucket.as_deref(),
            code.s3_key.as_deref(),
            code.s3_object_version
        ),
        (Some("bucket"), Some("key"), None)
    );
    assert_eq!(code.deployed_sha256, observed.function.code_sha256);
    let before = status.code.clone();
    observed.function.code_sha256 = Some("edited outside".to_owned());
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(status.code, before, "other code is not taken for it");
}

fn made() -> Made {
    Made {
        settings_sha256: "f".to_owned(),
        environment: Origin::default(),
    }
}

/// Takes over the reply that this version was published.
fn publish(
    observed: &mut Option<LambdaObserved>,
    status: &mut LambdaFunctionStatus,
    version: &str,
) {
    let change = Change::Part(parts::Change::Versions(parts::versions::Published {
        version: version.to_owned(),
        code_sha256: "c".to_owned(),
        made: made(),
        state: VersionState::Active,
    }));
    remember(status, &change);
    fold(observed, change);
}

#[test]
fn the_version_before_is_remembered_until_another_one_is_published() {
    let wanted = desired(&json!({"publish": true}));
    let mut observed = Some(made_of(&wanted));
    let mut status = memory(&[]);
    for (version, before) in [
        ("1", Some("1")),
        ("2", Some("1")),
        ("2", Some("1")),
        ("5", Some("2")),
    ] {
        publish(&mut observed, &mut status, version);
        let known = (
            status.latest_version.as_deref(),
            status.previous_version.as_deref(),
        );
        assert_eq!(known, (Some(version), before));
    }
    parts::versions::forget(&mut status);
    publish(&mut observed, &mut status, "5");
    assert_eq!(status.previous_version, None, "nobody knows");
}

#[test]
fn a_published_version_is_reported_with_what_it_was_made_of() {
    let wanted = desired(&json!({"publish": true}));
    let mut observed = Some(made_of(&wanted));
    let mut status = memory(&[]);
    publish(&mut observed, &mut status, "4");
    report(Goal::Present(&wanted), &mut status, observed.as_ref());
    assert_eq!(status.latest_version.as_deref(), Some("4"));
    assert_eq!(
        status.published.map(|p| (p.code_sha256, p.settings_sha256)),
        Some(("c".to_owned(), Some("f".to_owned())))
    );
}

#[test]
fn who_only_looks_forgets_what_was_published_of_a_function_that_was_changed() {
    let (wanted, looking) = (
        desired(&json!({"publish": true})),
        super::looking(&json!({"publish": true})),
    );
    let mut observed = Some(made_of(&wanted));
    let mut status = memory(&[]);
    publish(&mut observed, &mut status, "4");
    report(Goal::Present(&wanted), &mut status, observed.as_ref());
    let mut observed = made_of(&wanted);
    report(Goal::Present(&looking), &mut status, Some(&observed));
    assert_eq!(
        status.latest_version.as_deref(),
        Some("4"),
        "it is the same function"
    );
    observed.function.last_modified = Some("later".to_owned());
    report(Goal::Present(&looking), &mut status, Some(&observed));
    assert_eq!(
        (&status.latest_version, &status.published),
        (&None, &None),
        "it may be another one of the same name"
    );
}

#[test]
fn recreations_are_counted_until_the_function_is_active() {
    let wanted = desired(&json!({}));
    let mut status = memory(&[]);
    let delete = Step::Delete {
        recreation: Some(2),
    };
    intend(&mut status, &delete);
    assert_eq!(status.recreations, None, "it may be refused");
    let deleted = |recreation| Change::Deleted { recreation };
    remember(&mut status, &deleted(Some(2)));
    let mut observed = made_of(&wanted);
    observed.function.state = Some("Pending".to_owned());
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(status.recreations, Some(2));
    remember(&mut status, &deleted(None));
    assert_eq!(status.recreations, Some(2));
    observed.function.state = Some("Active".to_owned());
    report(Goal::Present(&wanted), &mut status, Some(&observed));
    assert_eq!(status.recreations, None);
}

#[test]
fn a_function_that_a_create_met_is_not_counted_as_our_making() {
    let wanted = desired(&json!({}));
    let new = NewFunction {
        code_signing: None,
        configuration: wanted.configuration.clone(),
        code: wanted.code.to_source(),
        tags: wanted.all_tags(),
    };
    let create = Step::Create {
        new: Box::new(new),
        code: wanted.code.clone(),
    };
    let error = |class| CloudError {
        class,
        operation: "CreateFunction",
        code: String::new(),
        message: String::new(),
        request_id: None,
    };
    for (class, already, expected) in [
        (Class::Exists, None, None),
        (Class::Exists, Some(2), Some(2)),
        (Class::Unavailable, None, Some(0)),
    ] {
        let mut status = LambdaFunctionStatus {
            recreations: already,
            ..LambdaFunctionStatus::default()
        };
        intend(&mut status, &create);
        refused(&mut status, &create, &error(class));
        assert_eq!(status.recreations, expected, "{class:?}");
    }
}

#[test]
fn with_no_function_only_where_it_was_is_kept() {
    let wanted = desired(&json!({}));
    let mut status = memory(&["timeout"]);
    report(Goal::Present(&wanted), &mut status, Some(&made_of(&wanted)));
    status.latest_version = Some("3".to_owned());
    report(Goal::Present(&wanted), &mut status, None);
    let expected = LambdaFunctionStatus {
        common: status.common.clone(),
        region: Some("eu-west-1".to_owned()),
        ..LambdaFunctionStatus::default()
    };
    assert_eq!(status, expected);
    assert_eq!(status.common.arn.as_deref(), Some(ARN));
}

#[test]
fn every_write_uses_up_the_revision() {
    let wanted = desired(&json!({"tags": {"a": "1", "b": "2"}}));
    let function = || Box::new(made_of(&wanted).function);
    let tagged = |change| Change::Part(parts::Change::Tags(change));
    let changes = [
        (
            "Created",
            Change::Created {
                function: function(),
                tags: wanted.all_tags(),
                source: None,
            },
        ),
        ("Configured", Change::Configured(function())),
        (
            "CodeUpdated",
            Change::CodeUpdated {
                function: function(),
                source: None,
            },
        ),
        ("Tagged", tagged(tags::Change::Tagged(wanted.tags.clone()))),
        (
            "Untagged",
            tagged(tags::Change::Untagged(vec!["a".to_owned()])),
        ),
        ("Deleted", Change::Deleted { recreation: None }),
    ];
    for (case, change) in changes {
        let mut observed = Some(made_of(&wanted));
        fold(&mut observed, change);
        let observed: LambdaObserved = observed.expect("a function");
        assert_eq!(observed.function.revision_id, None, "{case}");
        assert_eq!(
            observed.tags.is_ok_and(|tags| tags.contains_key("a")),
            case != "Untagged",
            "{case}"
        );
        assert_eq!(observed.deleted, case == "Deleted", "{case}");
    }
}

#[test]
fn what_a_create_is_about_to_deploy_is_kept_while_there_is_no_function() {
    let wanted = desired(&json!({"code": {"s3Bucket": "b", "s3Key": "k"}}));
    let new = NewFunction {
        code_signing: None,
        configuration: wanted.configuration.clone(),
        code: wanted.code.to_source(),
        tags: wanted.all_tags(),
    };
    let create = Step::Create {
        new: Box::new(new),
        code: wanted.code.clone(),
    };
    let mut status = LambdaFunctionStatus::default();
    intend(&mut status, &create);
    let intended = status.clone();
    report(Goal::Present(&wanted), &mut status, None);
    assert_eq!(status, intended, "a retry of the create changes nothing");
    intend(&mut status, &create);
    assert_eq!(status, intended);
}

//! Runtime management: what is planned of it.

use serde_json::json;

use super::{desired, edited, memory, next, show};
use crate::cloud::lambda::RuntimeManagement;
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::reconcile::Goal;

const NAME: &str = "runtimeManagementConfig";
const ARN: &str = "arn:aws:lambda:eu-west-1::runtime:0123";

fn manual() -> RuntimeManagement {
    RuntimeManagement {
        update_runtime_on: "Manual".to_owned(),
        runtime_version_arn: ARN.to_owned(),
    }
}

#[test]
fn only_what_differs_and_is_ours_is_written_and_auto_is_what_a_function_has() {
    let auto = RuntimeManagement::default();
    let none = json!({});
    let named = |on: &str| json!({NAME: {"updateRuntimeOn": on}});
    let pinned = json!({NAME: {"updateRuntimeOn": "Manual", "runtimeVersionArn": ARN}});
    let cases = [
        (
            "others set it",
            none.clone(),
            vec![],
            manual(),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            pinned.clone(),
            vec![NAME],
            manual(),
            "Settled".to_owned(),
        ),
        (
            "the default",
            named("Auto"),
            vec![],
            auto.clone(),
            "Settled".to_owned(),
        ),
        (
            "new",
            pinned,
            vec![],
            auto.clone(),
            format!(
                "PutRuntimeManagementConfig({NAME}.runtimeVersionArn:->{ARN} {NAME}.updateRuntimeOn:Auto>Manual)"
            ),
        ),
        (
            "another",
            named("FunctionUpdate"),
            vec![NAME],
            auto,
            format!("PutRuntimeManagementConfig({NAME}.updateRuntimeOn:Auto>FunctionUpdate)"),
        ),
        (
            "dropped",
            none,
            vec![NAME],
            manual(),
            format!(
                "PutRuntimeManagementConfig({NAME}.runtimeVersionArn:{ARN}>- {NAME}.updateRuntimeOn:Manual>Auto)"
            ),
        ),
    ];
    for (case, spec, managed, found, expected) in cases {
        let observed = edited(|observed| observed.runtime_management = Known::Read(found));
        let plan = next(&desired(&spec), &memory(&managed), &observed);
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn a_version_is_published_of_the_runtime_that_is_wanted() {
    let spec = json!({"publish": true, NAME: {"updateRuntimeOn": "FunctionUpdate"}});
    let observed = edited(|observed| {
        observed.runtime_management = Known::Read(RuntimeManagement::default());
    });
    let planned = next(&desired(&spec), &memory(&[]), &observed);
    let (first, then) = planned.split_once(" then ").unwrap();
    assert!(
        first.starts_with("PutRuntimeManagementConfig("),
        "{planned}"
    );
    assert!(then.starts_with("PublishVersion("), "{planned}");
}

#[test]
fn no_version_is_published_where_it_may_not_be_read() {
    let spec = json!({"publish": true, NAME: {"updateRuntimeOn": "FunctionUpdate"}});
    let observed = edited(|observed| {
        observed.runtime_management = Known::Denied("Code: why".to_owned());
    });
    let planned = next(&desired(&spec), &memory(&[]), &observed);
    assert_eq!(planned, "Blocked AccessDenied");
}

#[test]
fn a_pinned_version_is_let_go_before_the_runtime_changes() {
    let pinned = edited(|observed| observed.runtime_management = Known::Read(manual()));
    let update = "UpdateConfiguration(runtime:python3.13>python3.14)";
    let other = "arn:aws:lambda:eu-west-1::runtime:other";
    let to_manual = json!({"updateRuntimeOn": "Manual", "runtimeVersionArn": other});
    for (wanted, expected) in [
        (
            json!({"updateRuntimeOn": "Auto"}),
            format!(
                "PutRuntimeManagementConfig({NAME}.runtimeVersionArn:{ARN}>- {NAME}.updateRuntimeOn:Manual>Auto) then {update}"
            ),
        ),
        (
            to_manual,
            format!(
                "PutRuntimeManagementConfig({NAME}.runtimeVersionArn:{ARN}>- {NAME}.updateRuntimeOn:Manual>FunctionUpdate) then {update}"
            ),
        ),
    ] {
        let spec = json!({"runtime": "python3.14", NAME: wanted});
        let planned = next(&desired(&spec), &memory(&[]), &pinned);
        assert!(planned.starts_with(&expected), "{planned}");
    }
    let unpinned = edited(|observed| {
        observed.runtime_management = Known::Read(RuntimeManagement::default());
    });
    let spec = json!({"runtime": "python3.14", NAME: {"updateRuntimeOn": "Auto"}});
    let planned = next(&desired(&spec), &memory(&[]), &unpinned);
    assert_eq!(planned, update);
}

#[test]
fn a_create_says_what_follows() {
    for (on, follows) in [("FunctionUpdate", true), ("Auto", false)] {
        let wanted = desired(&json!({NAME: {"updateRuntimeOn": on}}));
        let shown = show(&plan(Goal::Present(&wanted), &memory(&[]), None));
        assert_eq!(
            shown.contains(" then PutRuntimeManagementConfig("),
            follows,
            "{shown}"
        );
    }
}

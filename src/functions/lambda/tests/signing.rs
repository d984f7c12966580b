//! The code signing configuration: what is planned of it.

use serde_json::json;

use super::{desired, edited, memory, next, show};
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::step::Step;
use crate::reconcile::{Goal, Plan};

const NAME: &str = "codeSigningConfigArn";

fn arn(number: u8) -> String {
    format!(
        "arn:aws:lambda:eu-west-1:000000000000:code-signing-config:csc-0000000000000000{number}"
    )
}

#[test]
fn only_what_differs_and_is_ours_is_written_and_no_text_is_none() {
    let (one, two) = (arn(1), arn(2));
    let cases = [
        (
            "others have one",
            None,
            vec![],
            one.as_str(),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            Some(one.as_str()),
            vec![NAME],
            &one,
            "Settled".to_owned(),
        ),
        (
            "none, as wanted",
            Some(""),
            vec![NAME],
            "",
            "Settled".to_owned(),
        ),
        (
            "new",
            Some(&one),
            vec![],
            "",
            format!("PutCodeSigningConfig({NAME}:->{one})"),
        ),
        (
            "another",
            Some(&two),
            vec![NAME],
            &one,
            format!("PutCodeSigningConfig({NAME}:{one}>{two})"),
        ),
        (
            "emptied",
            Some(""),
            vec![NAME],
            &one,
            format!("DeleteCodeSigningConfig({NAME}:{one}>-)"),
        ),
        (
            "dropped",
            None,
            vec![NAME],
            &one,
            format!("DeleteCodeSigningConfig({NAME}:{one}>-)"),
        ),
    ];
    for (case, named, managed, found, expected) in cases {
        let spec = named.map_or(json!({}), |arn| json!({NAME: arn}));
        let observed = edited(|observed| observed.code_signing = Known::Read(found.to_owned()));
        let plan = next(&desired(&spec), &memory(&managed), &observed);
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn it_changes_before_the_code() {
    let observed = edited(|observed| observed.code_signing = Known::Read(String::new()));
    let code = json!({"inline": {"files": {"index.py": "other"}}});
    let wanted = desired(&json!({NAME: arn(1), "code": code}));
    let planned = next(&wanted, &memory(&[]), &observed);
    let (first, then) = planned.split_once(" then ").unwrap();
    assert!(first.starts_with("PutCodeSigningConfig("), "{planned}");
    assert!(then.starts_with("UpdateCode("), "{planned}");
}

#[test]
fn new_code_waits_where_it_may_not_be_read_and_the_rest_does_not() {
    let code = json!({"inline": {"files": {"index.py": "pass"}}});
    let observed = edited(|observed| observed.code_signing = Known::Denied("Code: why".to_owned()));
    let mut spec = json!({NAME: arn(1), "code": code, "publish": true});
    let blocked = next(&desired(&spec), &memory(&[]), &observed);
    assert_eq!(blocked, "Blocked AccessDenied");
    spec["timeout"] = json!(10);
    let planned = next(&desired(&spec), &memory(&[]), &observed);
    assert_eq!(planned, "UpdateConfiguration(timeout:3>10)");
}

#[test]
fn a_create_carries_it_and_says_so() {
    for (named, sent) in [(arn(1), Some(arn(1))), (String::new(), None)] {
        let plan = plan(
            Goal::Present(&desired(&json!({NAME: named}))),
            &memory(&[]),
            None,
        );
        let shown = show(&plan);
        assert_eq!(shown.contains(NAME), sent.is_some(), "{shown}");
        let Plan::Act(steps) = plan else {
            panic!("{shown}");
        };
        assert_eq!(steps.len(), 1);
        let Step::Create { new, .. } = &steps[0].step else {
            panic!("{shown}");
        };
        assert_eq!(new.code_signing, sent);
    }
}

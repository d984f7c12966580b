//! The function URL: what is planned of it, and what the status says.

use serde_json::{Value, json};

use super::{desired, edited, looking, memory, next, show};
use crate::cloud::lambda::{Cors, FunctionUrl, UrlConfig};
use crate::functions::lambda::parts::known::Known;
use crate::functions::lambda::plan::plan;
use crate::functions::lambda::report::report;
use crate::functions::lambda::{LambdaDesired, LambdaObserved};
use crate::reconcile::Goal;

const NAME: &str = "functionUrlConfig";
const PLACE: &str = "https://abc.lambda-url.eu-west-1.on.aws/";

/// A URL for callers with a right in AWS.
fn closed(cors: Cors) -> FunctionUrl {
    FunctionUrl {
        url: PLACE.to_owned(),
        config: UrlConfig {
            auth_type: "AWS_IAM".to_owned(),
            invoke_mode: "BUFFERED".to_owned(),
            cors,
        },
    }
}

fn reached(cors: &Value) -> Value {
    json!({NAME: {"authType": "AWS_IAM", "cors": cors}})
}

fn with(url: Known<Option<FunctionUrl>>) -> LambdaObserved {
    edited(|observed| observed.url = url)
}

#[test]
fn it_is_read_only_where_it_is_named() {
    let unread = with(Known::Unread);
    let named = desired(&reached(&json!({})));
    let unnamed = desired(&json!({}));
    assert_eq!(next(&named, &memory(&[]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&[NAME]), &unread), "Read");
    assert_eq!(next(&unnamed, &memory(&[]), &unread), "Settled");
}

#[test]
fn only_what_differs_and_is_ours_is_written() {
    let origins = |list: &[&str]| Cors {
        allow_origins: list.iter().map(|&origin| origin.to_owned()).collect(),
        ..Cors::default()
    };
    let aged = Cors {
        max_age: 60,
        ..Cors::default()
    };
    let none = json!({});
    let cases = [
        (
            "others have one",
            none.clone(),
            vec![],
            Some(closed(Cors::default())),
            "Settled".to_owned(),
        ),
        (
            "as wanted",
            reached(&none),
            vec![NAME],
            Some(closed(Cors::default())),
            "Settled".to_owned(),
        ),
        (
            "as wanted, in another order",
            reached(&json!({"allowOrigins": ["b", "a", "b"], "maxAge": 0, "allowHeaders": []})),
            vec![NAME],
            Some(closed(origins(&["a", "b"]))),
            "Settled".to_owned(),
        ),
        (
            "new",
            reached(&json!({"maxAge": 60})),
            vec![],
            None,
            format!(
                "CreateUrl({NAME}.authType:->AWS_IAM {NAME}.cors.maxAge:->60 {NAME}.invokeMode:->BUFFERED)"
            ),
        ),
        (
            "cleared, as Cors is one block",
            reached(&json!({"allowOrigins": ["a"]})),
            vec![NAME],
            Some(closed(aged.clone())),
            format!("UpdateUrl({NAME}.cors.allowOrigins:->[\"a\"] {NAME}.cors.maxAge:60>-)"),
        ),
        (
            "edited outside",
            json!({NAME: {"authType": "NONE", "invokeMode": "RESPONSE_STREAM"}}),
            vec![NAME],
            Some(closed(Cors::default())),
            format!(
                "UpdateUrl({NAME}.authType:AWS_IAM>NONE {NAME}.invokeMode:BUFFERED>RESPONSE_STREAM)"
            ),
        ),
        (
            "dropped",
            none.clone(),
            vec![NAME],
            Some(closed(aged)),
            format!("DeleteUrl({NAME}:{PLACE}>-)"),
        ),
        (
            "dropped and gone",
            none,
            vec![NAME],
            None,
            "Settled".to_owned(),
        ),
    ];
    for (case, spec, managed, found, expected) in cases {
        let plan = next(
            &desired(&spec),
            &memory(&managed),
            &with(Known::Read(found)),
        );
        assert_eq!(plan, expected, "{case}");
    }
}

#[test]
fn a_create_says_what_follows() {
    let wanted = desired(&reached(&json!({})));
    let shown = show(&plan(Goal::Present(&wanted), &memory(&[]), None));
    assert!(shown.contains(" then CreateUrl("), "{shown}");
}

#[test]
fn what_may_not_be_read_blocks_once_nothing_else_is_due() {
    let denied = with(Known::Denied("Code: why".to_owned()));
    let mut spec = reached(&json!({}));
    assert_eq!(
        next(&desired(&spec), &memory(&[]), &denied),
        "Blocked AccessDenied"
    );
    spec["timeout"] = json!(10);
    assert_eq!(
        next(&desired(&spec), &memory(&[]), &denied),
        "UpdateConfiguration(timeout:3>10)"
    );
}

/// `status.functionUrl` after a report, where it was known before.
fn reported(
    wanted: &LambdaDesired,
    managed: &[&str],
    url: Known<Option<FunctionUrl>>,
) -> Option<String> {
    let mut status = memory(managed);
    status.function_url = Some("known".to_owned());
    report(Goal::Present(wanted), &mut status, Some(&with(url)));
    status.function_url
}

#[test]
fn the_status_says_where_it_is_while_it_is_there_and_named() {
    let (named, unnamed) = (desired(&reached(&json!({}))), desired(&json!({})));
    let found = || Known::Read(Some(closed(Cors::default())));
    let (place, known) = (Some(PLACE.to_owned()), Some("known".to_owned()));
    assert_eq!(reported(&named, &[], found()), place);
    assert_eq!(
        reported(&looking(&reached(&json!({}))), &[], found()),
        place
    );
    assert_eq!(reported(&named, &[NAME], Known::Read(None)), None);
    for url in [Known::Unread, Known::Denied("why".to_owned())] {
        assert_eq!(reported(&named, &[], url.clone()), known, "not read now");
        assert_eq!(
            reported(&unnamed, &[NAME], url.clone()),
            known,
            "not gone yet"
        );
        assert_eq!(reported(&unnamed, &[], url), None, "nobody's any more");
    }
}

#[test]
fn the_case_of_a_headers_name_means_nothing() {
    let cors =
        json!({"allowOrigins": ["*"], "allowHeaders": ["X-Team"], "exposeHeaders": ["Date"]});
    let text = |text: &str| [text.to_owned()].into();
    let kept = closed(Cors {
        allow_origins: text("*"),
        allow_headers: text("x-team"),
        expose_headers: text("date"),
        ..Cors::default()
    });
    let wanted = desired(&reached(&cors));
    let observed = with(Known::Read(Some(kept)));
    assert_eq!(next(&wanted, &memory(&[NAME]), &observed), "Settled");
}

#[test]
fn a_url_is_closed_before_what_a_quota_may_refuse() {
    let wanted = desired(&json!({"reservedConcurrentExecutions": 999}));
    let open = with(Known::Read(Some(closed(Cors::default()))));
    let planned = next(&wanted, &memory(&[NAME]), &open);
    let (first, _) = planned.split_once(" then ").unwrap();
    assert!(first.starts_with("DeleteUrl("), "{planned}");
}

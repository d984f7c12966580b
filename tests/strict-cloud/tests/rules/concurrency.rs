//! Lambda: reserved concurrency.

use serde_json::Value;
use strict_cloud::Cloud;
use strict_cloud::lambda::PublishVersion;

use crate::support::{active, cloud, get, me, new_function, refused, settle, verdict};

/// What GetFunction shows.
fn shown(cloud: &mut Cloud, qualifier: Option<&str>) -> Option<i64> {
    let got = cloud.lambda_get_function(&me(), "f", qualifier).unwrap();
    let json = got.to_json();
    let number = json.pointer("/Concurrency/ReservedConcurrentExecutions");
    assert_eq!(number.and_then(Value::as_i64), got.reserved_concurrency);
    if qualifier.is_none() {
        let alone = cloud.lambda_get_function_concurrency(&me(), "f").unwrap();
        let number = alone.get("ReservedConcurrentExecutions");
        assert_eq!(number.and_then(Value::as_i64), got.reserved_concurrency);
    }
    got.reserved_concurrency
}

#[test]
fn what_is_reserved_shows_without_a_qualifier_until_it_is_deleted() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    assert_eq!(shown(&mut cloud, None), None);
    for number in [5, 0] {
        let put = cloud.lambda_put_function_concurrency(&me(), "f", Some(number));
        assert_eq!(put, Ok(number));
        assert_eq!(shown(&mut cloud, None), Some(number));
        assert_eq!(shown(&mut cloud, Some("$LATEST")), None);
    }
    for _ in 0..2 {
        let deleted = cloud.lambda_delete_function_concurrency(&me(), "f");
        assert_eq!(deleted, Ok(()), "also where nothing is reserved");
        assert_eq!(shown(&mut cloud, None), None);
    }
}

#[test]
fn it_is_the_functions_own_and_no_versions() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    let publish = PublishVersion {
        function_name: "f".into(),
        ..PublishVersion::default()
    };
    let first = cloud.lambda_publish_version(&me(), &publish).unwrap();
    cloud
        .lambda_put_function_concurrency(&me(), "f", Some(5))
        .unwrap();
    assert_eq!(shown(&mut cloud, Some("1")), None);
    let second = cloud.lambda_publish_version(&me(), &publish).unwrap();
    assert_eq!(second.version, first.version, "nothing to publish");
}

#[test]
fn a_change_moves_the_revision_and_nothing_else_does() {
    let mut cloud = cloud();
    let before = active(&mut cloud, "f");
    cloud
        .lambda_put_function_concurrency(&me(), "f", Some(5))
        .unwrap();
    let after = get(&mut cloud, "f");
    assert_ne!(after.revision_id, before.revision_id);
    assert_eq!(after.last_modified, before.last_modified);
    cloud
        .lambda_put_function_concurrency(&me(), "f", Some(5))
        .unwrap();
    assert_eq!(get(&mut cloud, "f").revision_id, after.revision_id);
}

#[test]
fn a_hundred_executions_stay_for_the_others() {
    let mut cloud = cloud();
    active(&mut cloud, "f");
    active(&mut cloud, "g");
    let mut put =
        |name: &str, number| cloud.lambda_put_function_concurrency(&me(), name, Some(number));
    put("g", 400).unwrap();
    let refusal = refused(put("f", 501));
    assert_eq!(
        (refusal.status, refusal.code, refusal.message.as_str()),
        (
            400,
            "InvalidParameterValueException",
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
        )
    );
    assert_eq!(put("f", 500), Ok(500));
    // What the function itself has does not count against it.
    assert_eq!(put("f", 499), Ok(499));
}

#[test]
fn what_cannot_be_reserved_is_refused() {
    let mut cloud = cloud();
    cloud
        .lambda_create_function(&me(), &new_function("f"))
        .unwrap();
    let busy = (409, "ResourceConflictException");
    let put = |cloud: &mut Cloud, number| {
        verdict(cloud.lambda_put_function_concurrency(&me(), "f", number))
    };
    assert_eq!(put(&mut cloud, Some(1)), busy, "it is Pending");
    let deleted = cloud.lambda_delete_function_concurrency(&me(), "f");
    assert_eq!(verdict(deleted), busy);
    settle(&mut cloud);
    for number in [None, Some(-1)] {
        assert_eq!(put(&mut cloud, number), (400, "ValidationException"));
    }
    let gone = cloud.lambda_delete_function_concurrency(&me(), "g");
    assert_eq!(verdict(gone), (404, "ResourceNotFoundException"));
}

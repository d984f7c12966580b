//! Lambda's adapter: versions and aliases.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{account, answer, connection, server};
use crate::cloud::lambda::{Alias, Provisioned, Version, VersionState, VersionsApi};
use crate::cloud::{BudgetMode, Class};

const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:f";

fn body(request: &str) -> Value {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn an_alias_is_read_whole_and_sent_whole() {
    let weights = BTreeMap::from([("2".to_owned(), 0.25)]);
    let full = Alias {
        version: "3".to_owned(),
        description: "calls".to_owned(),
        weights,
    };
    let plain = Alias {
        version: "$LATEST".to_owned(),
        ..Alias::default()
    };
    let said = json!({"AdditionalVersionWeights": {"2": 0.25}});
    for (alias, routing) in [(full, Some(said)), (plain, None)] {
        let mut reply = json!({
            "AliasArn": format!("{ARN}:live"), "Name": "live", "FunctionVersion": alias.version,
            "Description": alias.description, "RevisionId": "r",
        });
        if let Some(routing) = &routing {
            reply["RoutingConfig"] = routing.clone();
        }
        let (url, requests) = server(vec![answer("200 OK", "", &reply.to_string())]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let created = lambda.create_alias("f", "live", &alias).await.unwrap();
        assert_eq!(
            (&created.alias, created.arn),
            (&alias, format!("{ARN}:live"))
        );
        let revision = created.revision_id.as_deref();
        let updated = lambda.update_alias("f", "live", revision, &alias).await;
        assert_eq!(updated.unwrap().alias, alias);
        let requests = requests.lock().unwrap();
        let mut sent = json!({"Name": "live", "FunctionVersion": alias.version, "Description": alias.description});
        if let Some(routing) = &routing {
            sent["RoutingConfig"] = routing.clone();
        }
        assert_eq!(body(&requests[0]), sent);
        let mut sent = json!({"FunctionVersion": alias.version, "Description": alias.description, "RevisionId": "r"});
        // None is written, too: what is left out stays.
        sent["RoutingConfig"] = routing.unwrap_or_else(|| json!({"AdditionalVersionWeights": {}}));
        assert_eq!(body(&requests[1]), sent);
    }
}

#[tokio::test]
async fn lists_are_read_to_their_last_page() {
    let alias = |name: &str| json!({"AliasArn": format!("{ARN}:{name}"), "Name": name, "FunctionVersion": "1"});
    let version = |version: &str| json!({"Version": version, "Description": "d"});
    let provisioned = |of: &str| json!({"FunctionArn": format!("{ARN}:{of}")});
    let answers = [
        json!({"Aliases": [alias("a")], "NextMarker": "m"}),
        json!({"Aliases": [alias("b")]}),
        json!({"Versions": [version("$LATEST"), version("1")], "NextMarker": "m"}),
        json!({"Versions": [version("12")], "NextMarker": ""}),
        json!({"ProvisionedConcurrencyConfigs": [provisioned("live")], "NextMarker": "m"}),
        json!({"ProvisionedConcurrencyConfigs": [provisioned("3")]}),
    ];
    let answers = answers.map(|page| answer("200 OK", "", &page.to_string()));
    let (url, requests) = server(answers.into()).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let mode = BudgetMode::Wait;
    let aliases = lambda.aliases("f", mode).await.unwrap();
    assert_eq!(aliases.keys().collect::<Vec<_>>(), ["a", "b"]);
    let version = |number| Version {
        number,
        description: "d".to_owned(),
    };
    assert_eq!(
        lambda.versions("f", mode).await.unwrap(),
        [version(1), version(12)]
    );
    let provisioned = lambda.provisioned("f", mode).await.unwrap();
    assert_eq!(provisioned.keys().collect::<Vec<_>>(), ["3", "live"]);
    let requests = requests.lock().unwrap();
    let paged: Vec<bool> = requests
        .iter()
        .map(|request| path(request).contains("Marker=m"))
        .collect();
    assert_eq!(paged, [false, true, false, true, false, true]);
}

#[tokio::test]
async fn a_version_says_whether_it_takes_calls() {
    let published = json!({"Version": "7", "State": "Pending"});
    let read = |configuration: Value| json!({"Configuration": configuration});
    let answers = [
        published,
        read(json!({"Version": "7", "State": "Active", "LastUpdateStatus": "Successful"})),
        read(json!({"Version": "7"})),
        read(json!({"Version": "7", "State": "Failed", "StateReason": "it does not start"})),
        read(json!({"Version": "7", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no"})),
    ];
    let answers = answers.map(|reply| answer("200 OK", "", &reply.to_string()));
    let (url, requests) = server(answers.into()).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let pending = lambda.publish_version("f", "sha", None, "d").await.unwrap();
    assert_eq!(pending, ("7".to_owned(), VersionState::Pending));
    let failed = |reason: &str| VersionState::Failed(Some(reason.to_owned()));
    for expected in [
        VersionState::Active,
        VersionState::Active,
        failed("it does not start"),
        failed("no"),
    ] {
        let state = lambda.version_state("f", "7", BudgetMode::Wait).await;
        assert_eq!(state.unwrap(), expected);
    }
    let requests = requests.lock().unwrap();
    assert!(path(&requests[1]).ends_with("/functions/f?Qualifier=7"));
}

#[tokio::test]
async fn provisioned_concurrency_is_that_of_an_alias() {
    let reply = json!({
        "RequestedProvisionedConcurrentExecutions": 5, "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "FAILED", "StatusReason": "no room",
    });
    let answers = vec![
        answer("202 Accepted", "", &reply.to_string()),
        answer("204 No Content", "", ""),
    ];
    let (url, requests) = server(answers).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let now = lambda.put_provisioned("f", "live", 5).await.unwrap();
    let failed = Provisioned {
        requested: 5,
        status: "FAILED".to_owned(),
        reason: Some("no room".to_owned()),
    };
    assert_eq!(now, failed);
    lambda.delete_provisioned("f", "live").await.unwrap();
    let requests = requests.lock().unwrap();
    assert_eq!(
        body(&requests[0]),
        json!({"ProvisionedConcurrentExecutions": 5})
    );
    for request in requests.iter() {
        let path = path(request);
        assert!(
            path.ends_with("/f/provisioned-concurrency?Qualifier=live"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn one_version_is_deleted_by_its_number_and_what_has_an_alias_is_in_use() {
    let refused = |status: &str, code: &str, message: &str| {
        let code = format!("x-amzn-errortype: {code}\r\n");
        answer(status, &code, &json!({"Message": message}).to_string())
    };
    let answers = vec![
        answer("204 No Content", "", ""),
        refused(
            "409 Conflict",
            "ResourceConflictException",
            "Unable to delete version because the following aliases reference it: [live]",
        ),
    ];
    let (url, requests) = server(answers).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    lambda.delete_version("f", 7).await.unwrap();
    let error = lambda.delete_version("f", 8).await.unwrap_err();
    assert_eq!(error.class, Class::InUse);
    let requests = requests.lock().unwrap();
    assert!(
        path(&requests[0]).ends_with("/functions/f?Qualifier=7"),
        "{}",
        requests[0]
    );
}

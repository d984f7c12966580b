//! Lambda's adapter: what a function has beside configuration and code.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{account, answer, connection, server};
use crate::cloud::lambda::{
    CodeSource, Configuration, Cors, EventInvokeConfig, LambdaApi, NewFunction, PartsApi,
    Permission, Policy, Principal, RuntimeManagement, UrlConfig,
};
use crate::cloud::{BudgetMode, Class, Tags};

const URL: &str = "https://abc.lambda-url.eu-west-1.on.aws/";

/// A reply about a URL, with what every one has.
fn reply(fields: &Value) -> Value {
    let mut reply = json!({
        "FunctionUrl": URL, "FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f",
        "AuthType": "AWS_IAM", "CreationTime": "t", "LastModifiedTime": "t",
    });
    for (name, field) in fields.as_object().unwrap() {
        reply[name] = field.clone();
    }
    reply
}

fn config(cors: Cors) -> UrlConfig {
    UrlConfig {
        auth_type: "AWS_IAM".to_owned(),
        invoke_mode: "BUFFERED".to_owned(),
        cors,
    }
}

fn full() -> Cors {
    let set = |texts: [&str; 2]| texts.map(str::to_owned).into();
    Cors {
        allow_credentials: true,
        allow_headers: set(["a", "b"]),
        allow_methods: set(["GET", "PUT"]),
        allow_origins: set(["https://a.example", "https://b.example"]),
        expose_headers: set(["c", "d"]),
        max_age: 60,
    }
}

fn full_json() -> Value {
    json!({
        "AllowCredentials": true, "AllowHeaders": ["a", "b"], "AllowMethods": ["GET", "PUT"],
        "AllowOrigins": ["https://a.example", "https://b.example"], "ExposeHeaders": ["c", "d"], "MaxAge": 60,
    })
}

#[tokio::test]
async fn a_url_is_read_whole_and_what_is_left_out_has_its_default() {
    let shown = [
        (json!({}), Cors::default()),
        (
            json!({"InvokeMode": "BUFFERED", "Cors": {"MaxAge": 0, "AllowHeaders": [], "AllowCredentials": false}}),
            Cors::default(),
        ),
        (json!({"Cors": full_json()}), full()),
    ];
    for (fields, cors) in shown {
        let body = reply(&fields).to_string();
        let (url, _) = server(vec![answer("200 OK", "", &body)]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let found = lambda.url("f", BudgetMode::Wait).await.unwrap();
        assert_eq!((found.url.as_str(), found.config), (URL, config(cors)));
    }
}

#[tokio::test]
async fn a_url_is_sent_whole_and_an_empty_cors_with_updates_only() {
    for (cors, sent) in [(full(), full_json()), (Cors::default(), json!({}))] {
        let body = reply(&json!({})).to_string();
        let (url, requests) = server(vec![answer("200 OK", "", &body)]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let config = config(cors);
        assert_eq!(lambda.create_url("f", &config).await.unwrap(), URL);
        assert_eq!(lambda.update_url("f", &config).await.unwrap(), URL);
        let requests = requests.lock().unwrap();
        assert_eq!(requests.len(), 2);
        let update = json!({"AuthType": "AWS_IAM", "InvokeMode": "BUFFERED", "Cors": sent});
        let mut create = update.clone();
        if sent == json!({}) {
            create.as_object_mut().unwrap().remove("Cors");
        }
        for (request, whole) in requests.iter().zip([create, update]) {
            let (_, body) = request.split_once("\r\n\r\n").unwrap();
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(body, whole, "{request}");
        }
    }
}

#[tokio::test]
async fn a_function_without_a_url_is_not_found_and_a_reply_without_one_is_none() {
    let none = answer(
        "404 Not Found",
        "x-amzn-errortype: ResourceNotFoundException\r\n",
        r#"{"Message":"The resource you requested does not exist.","Type":"User"}"#,
    );
    let empty = answer(
        "200 OK",
        "",
        &reply(&json!({"FunctionUrl": ""})).to_string(),
    );
    let (url, _) = server(vec![none, empty]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    for class in [Class::NotFound, Class::Unavailable] {
        let error = lambda.url("f", BudgetMode::Wait).await.unwrap_err();
        assert_eq!(error.class, class, "{}", error.message);
    }
}

#[tokio::test]
async fn what_becomes_of_events_is_read_whole_and_what_is_left_out_has_its_default() {
    let full = EventInvokeConfig {
        maximum_retry_attempts: 0,
        maximum_event_age_in_seconds: 60,
        on_success: "arn:a".to_owned(),
        on_failure: "arn:b".to_owned(),
    };
    let destinations =
        json!({"OnSuccess": {"Destination": "arn:a"}, "OnFailure": {"Destination": "arn:b"}});
    let said = json!({"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60, "DestinationConfig": destinations});
    let nothing = json!({"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}});
    let defaults = json!({"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 21600});
    for (reply, config, request) in [
        (said.clone(), full, said),
        (json!({}), EventInvokeConfig::default(), defaults.clone()),
        (nothing, EventInvokeConfig::default(), defaults),
    ] {
        let (url, requests) = server(vec![answer("200 OK", "", &reply.to_string())]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let found = lambda.event_invoke("f", BudgetMode::Wait).await.unwrap();
        assert_eq!(found, config);
        lambda.put_event_invoke("f", &config).await.unwrap();
        let requests = requests.lock().unwrap();
        let (_, body) = requests[1].split_once("\r\n\r\n").unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), request);
    }
}

#[tokio::test]
async fn code_signing_is_sent_with_a_create_and_has_no_text_where_there_is_none() {
    for (reply, arn) in [
        (json!({}), ""),
        (
            json!({"CodeSigningConfigArn": "arn:a", "FunctionName": "f"}),
            "arn:a",
        ),
    ] {
        let (url, _) = server(vec![answer("200 OK", "", &reply.to_string())]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        assert_eq!(
            lambda.code_signing("f", BudgetMode::Wait).await.unwrap(),
            arn
        );
    }
    let function = json!({"FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f"});
    let (url, requests) = server(vec![answer("201 Created", "", &function.to_string())]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let new = NewFunction {
        configuration: Configuration::default(),
        code: CodeSource::Zip(vec![1]),
        code_signing: Some("arn:a".to_owned()),
        tags: Tags::new(),
    };
    lambda.create("f", &new).await.unwrap();
    assert!(requests.lock().unwrap()[0].contains(r#""CodeSigningConfigArn":"arn:a""#));
    let missing = answer(
        "404 Not Found",
        "x-amzn-errortype: CodeSigningConfigNotFoundException\r\n",
        r#"{"Message":"It is not there.","Type":"User"}"#,
    );
    let (url, _) = server(vec![missing]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let error = lambda.put_code_signing("f", "arn:a").await.unwrap_err();
    assert_eq!(error.class, Class::Invalid);
    assert_eq!(
        error.message,
        "It is not there; name one of this region in codeSigningConfigArn, or set it to \"\""
    );
}

#[tokio::test]
async fn a_runtime_version_is_read_and_sent_with_manual_only() {
    let config = |on: &str, arn: &str| RuntimeManagement {
        update_runtime_on: on.to_owned(),
        runtime_version_arn: arn.to_owned(),
    };
    let manual = json!({"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": "arn:a"});
    for (reply, config, request) in [
        (
            json!({"UpdateRuntimeOn": "Auto", "RuntimeVersionArn": null}),
            config("Auto", ""),
            json!({"UpdateRuntimeOn": "Auto"}),
        ),
        (manual.clone(), config("Manual", "arn:a"), manual),
    ] {
        let (url, requests) = server(vec![answer("200 OK", "", &reply.to_string())]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let found = lambda.runtime_management("f", BudgetMode::Wait).await;
        assert_eq!(found.unwrap(), config);
        // The server answers as before, which is of no interest here.
        lambda.put_runtime_management("f", &config).await.ok();
        let requests = requests.lock().unwrap();
        let (_, body) = requests[1].split_once("\r\n\r\n").unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), request);
    }
    let (url, _) = server(vec![answer("200 OK", "", "{}")]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let error = lambda.runtime_management("f", BudgetMode::Wait).await;
    assert_eq!(error.unwrap_err().class, Class::Unavailable);
}

#[tokio::test]
async fn get_function_shows_what_is_reserved_and_0_is_not_nothing() {
    let function = json!({"FunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:f"});
    for (concurrency, reserved) in [
        (json!({"ReservedConcurrentExecutions": 0}), Some(0)),
        (json!({}), None),
        (Value::Null, None),
    ] {
        let body = json!({"Configuration": function, "Concurrency": concurrency}).to_string();
        let (url, _) = server(vec![answer("200 OK", "", &body)]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let described = lambda.describe("f", BudgetMode::Wait).await.unwrap();
        assert_eq!(described.reserved_concurrency, reserved);
    }
}

#[tokio::test]
async fn each_member_of_a_statement_is_sent_and_none_that_it_lacks() {
    let text = |text: &str| Some(text.to_owned());
    let full = Permission {
        source_arn: text("arn:aws:s3:::b"),
        source_account: text("123456789012"),
        principal_org_id: text("o-0123456789"),
        event_source_token: text("t"),
        function_url_auth_type: text("NONE"),
        invoked_via_function_url: true,
        ..Permission::new("lambda:InvokeFunctionUrl", Principal::named("123456789012"))
    };
    let few = Permission::new("lambda:*", Principal::Anyone);
    for (permission, sent) in [
        (
            full,
            json!({
                "StatementId": "s", "Action": "lambda:InvokeFunctionUrl", "Principal": "123456789012",
                "SourceArn": "arn:aws:s3:::b", "SourceAccount": "123456789012", "PrincipalOrgID": "o-0123456789",
                "EventSourceToken": "t", "FunctionUrlAuthType": "NONE", "InvokedViaFunctionUrl": true,
            }),
        ),
        (
            few,
            json!({"StatementId": "s", "Action": "lambda:*", "Principal": "*"}),
        ),
    ] {
        let (url, requests) = server(vec![answer("201 Created", "", "{}")]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        lambda.add_permission("f", "s", &permission).await.unwrap();
        let request = requests.lock().unwrap()[0].clone();
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        assert_eq!(serde_json::from_str::<Value>(body).unwrap(), sent);
    }
}

#[tokio::test]
async fn a_policy_is_read_and_what_is_none_is_no_answer() {
    let statement = r#"{\"Sid\":\"s\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"lambda:*\",\"Resource\":\"r\"}"#;
    let good = format!(r#"{{"Policy":"{{\"Statement\":[{statement}]}}","RevisionId":"r"}}"#);
    for (body, expected) in [
        (good.as_str(), Ok(())),
        (r#"{"Policy":"no JSON"}"#, Err(Class::Unavailable)),
        ("{}", Err(Class::Unavailable)),
    ] {
        let (url, _) = server(vec![answer("200 OK", "", body)]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let found = lambda.policy("f", BudgetMode::Wait).await;
        let all = Permission::new("lambda:*", Principal::Anyone);
        let only = Policy([("s".to_owned(), Some(all))].into());
        assert_eq!(
            found.map_err(|error| error.class),
            expected.map(|()| only),
            "{body}"
        );
    }
}

//! Parts of a Lambda function: set, changed, edited by others, dropped, and gone with the function.

use serde_json::{Value, json};
use strict_cloud::lambda::{EventInvokeConfig, Permission, RuntimeManagement, UrlConfig};
use strict_cloud::operation::lambda as op;
use strict_cloud::snapshot::Regional;
use strict_cloud::{Caller, Operation};

use super::Strict;
use crate::support::{LFN, TIMEOUT, lfn, python};

pub(super) const NAME: &str = "worker";

impl Strict {
    /// Applies the function with these fields, and waits until it is so.
    pub(super) async fn worker(&self, fields: Value) -> Value {
        let mut fields = fields;
        fields["role"] = json!(format!(
            "arn:aws:iam::{}:role/lambda",
            self.tenant.account()
        ));
        self.tenant.apply(lfn(NAME, &python("1"), fields)).await;
        let object = self.tenant.wait_ready(LFN, NAME, TIMEOUT).await;
        object.data["status"].clone()
    }

    /// Asks for a look, and waits until all is as wanted again.
    pub(super) async fn looked(&self, token: &str) {
        let request =
            json!({"metadata": {"annotations": {"cloudfn.dev/reconcile-requested-at": token}}});
        self.tenant.patch(LFN, NAME, request).await;
        let what = format!("to have handled the request {token}");
        let done = |object: &kube::api::DynamicObject| {
            object.data["status"]["lastHandledReconcileAt"] == token
                && cloudfn_bed::is_ready(object)
        };
        self.tenant.wait_for(LFN, NAME, &what, done, TIMEOUT).await;
    }

    /// The function, as the account has it.
    pub(super) fn function(&self) -> Option<Regional> {
        let snapshot = self.cloud(|cloud| cloud.snapshot(self.tenant.account()));
        snapshot.lambda.into_values().next()
    }

    /// Somebody else of the account.
    pub(super) fn somebody(&self) -> Caller {
        Caller::new(self.tenant.account(), self.tenant.region(), "somebody")
    }

    /// How often the operator called each of these.
    pub(super) fn counts<const N: usize>(&self, operations: [Operation; N]) -> [usize; N] {
        operations.map(|operation| self.count(operation))
    }

    /// The object goes, and the function with it.
    pub(super) async fn goes(&self) {
        self.tenant.delete(LFN, NAME).await;
        self.tenant.wait_gone(LFN, NAME, TIMEOUT).await;
        assert!(self.function().is_none());
    }
}

#[tokio::test]
async fn a_url_is_made_kept_and_taken_away() {
    let stage = Strict::start("function-url", &[]).await;
    let writes = [
        op::CREATE_FUNCTION_URL_CONFIG,
        op::UPDATE_FUNCTION_URL_CONFIG,
        op::DELETE_FUNCTION_URL_CONFIG,
        op::UPDATE_FUNCTION_CONFIGURATION,
    ];
    let config = || {
        let url = stage.function().and_then(|function| function.url);
        url.map(|url| Value::Object(url.0))
    };
    let with = |cors: Value| json!({"functionUrlConfig": {"authType": "AWS_IAM", "cors": cors}});
    let cors = json!({"allowOrigins": ["https://a.example", "*"], "allowCredentials": true});

    let status = stage.worker(with(cors.clone())).await;
    assert_eq!(stage.counts(writes), [1, 0, 0, 0]);
    let asked = json!({
        "AuthType": "AWS_IAM", "InvokeMode": "BUFFERED",
        "Cors": {"AllowOrigins": ["*", "https://a.example"], "AllowCredentials": true},
    });
    assert_eq!(config(), Some(asked.clone()));
    let place = status["functionUrl"].clone();
    assert!(
        place
            .as_str()
            .is_some_and(|url| url.starts_with("https://"))
    );

    let status = stage.worker(with(json!({}))).await;
    assert_eq!(stage.counts(writes), [1, 1, 0, 0]);
    let empty = json!({"AuthType": "AWS_IAM", "InvokeMode": "BUFFERED"});
    assert_eq!((config(), &status["functionUrl"]), (Some(empty), &place));
    stage.worker(with(cors)).await;
    assert_eq!(stage.counts(writes), [1, 2, 0, 0]);

    let somebody = stage.somebody();
    let open = UrlConfig::of(json!({"AuthType": "NONE", "Cors": {}}));
    stage.cloud(|cloud| {
        cloud
            .lambda_update_function_url_config(&somebody, (NAME, None), &open)
            .expect("a right request");
    });
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!(
        (config(), stage.counts(writes)),
        (Some(asked), [1, 4, 0, 0])
    );

    let status = stage.worker(json!({})).await;
    assert_eq!((config(), stage.counts(writes)), (None, [1, 4, 1, 0]));
    assert_eq!(status["functionUrl"], Value::Null);
    let reads = stage.count(op::GET_FUNCTION_URL_CONFIG);
    stage.looked("once it is confirmed").await;
    stage.looked("once it is nobody's").await;
    assert!(stage.count(op::GET_FUNCTION_URL_CONFIG) <= reads + 1);
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn statements_of_the_policy_are_added_kept_and_taken_away_and_those_of_others_stay() {
    // Slower than the quota of the cloud, which would refuse a call now and then.
    let stage = Strict::start("permissions", &["--lambda-rate=5"]).await;
    let writes = [op::ADD_PERMISSION, op::REMOVE_PERMISSION];
    let ids = || -> Vec<String> {
        let policy = stage.function().expect("a function").policy;
        let id = |statement: &Value| statement["Sid"].as_str().unwrap_or_default().to_owned();
        policy.iter().map(id).collect()
    };
    let bucket = json!({
        "statementId": "bucket", "principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::bucket",
        "sourceAccount": "123456789012",
    });
    let url = json!({"authType": "NONE"});

    let both = json!({"permissions": [bucket.clone()], "functionUrlConfig": url});
    stage.worker(both).await;
    assert_eq!(stage.counts(writes), [3, 0]);
    let public = [
        "FunctionURLAllowPublicAccess",
        "FunctionURLInvokeAllowPublicAccess",
    ];
    assert_eq!(ids(), [public[0], public[1], "bucket"]);

    let somebody = stage.somebody();
    stage.cloud(|cloud| {
        let theirs = json!({"StatementId": "theirs", "Action": "lambda:*", "Principal": "*"});
        let theirs = Permission::of(theirs);
        let (of, guard) = ((NAME, None), None);
        let added = cloud.lambda_add_permission(&somebody, of, &theirs, guard);
        added.expect("a right request");
        let removed = cloud.lambda_remove_permission(&somebody, of, "bucket", guard);
        removed.expect("a right request");
    });
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!(stage.counts(writes), [5, 1]);
    assert_eq!(ids(), [public[0], public[1], "theirs", "bucket"]);

    stage.worker(json!({"permissions": [bucket]})).await;
    assert_eq!(ids(), ["theirs", "bucket"]);
    stage.worker(json!({})).await;
    assert_eq!(
        (ids(), stage.counts(writes)),
        (vec!["theirs".to_owned()], [5, 4])
    );
    let reads = stage.count(op::GET_POLICY);
    stage.looked("once it is confirmed").await;
    stage.looked("once it is nobody's").await;
    assert!(stage.count(op::GET_POLICY) <= reads + 1);
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn what_becomes_of_events_is_written_kept_and_taken_away() {
    let stage = Strict::start("event-invoke", &[]).await;
    let writes = [
        op::PUT_FUNCTION_EVENT_INVOKE_CONFIG,
        op::DELETE_FUNCTION_EVENT_INVOKE_CONFIG,
        op::UPDATE_FUNCTION_CONFIGURATION,
    ];
    let config = || {
        let config = stage.function().and_then(|function| function.event_invoke);
        config.map(|config| Value::Object(config.0))
    };
    let queue = "arn:aws:sqs:eu-west-1:111122223333:failed";
    let with = |config: Value| json!({"eventInvokeConfig": config});
    let to_queue = json!({"onFailure": {"destination": queue}});

    stage
        .worker(with(
            json!({"maximumRetryAttempts": 0, "destinationConfig": to_queue}),
        ))
        .await;
    let asked = json!({
        "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 21600,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {"Destination": queue}},
    });
    assert_eq!(
        (config(), stage.counts(writes)),
        (Some(asked.clone()), [1, 0, 0])
    );

    let somebody = stage.somebody();
    let theirs = EventInvokeConfig::of(json!({"MaximumRetryAttempts": 0}));
    stage.cloud(|cloud| {
        cloud
            .lambda_put_function_event_invoke_config(&somebody, (NAME, None), &theirs)
            .expect("a right request");
    });
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!((config(), stage.counts(writes)), (Some(asked), [3, 0, 0]));

    stage.worker(with(json!({}))).await;
    assert_eq!((config(), stage.counts(writes)), (None, [3, 1, 0]));
    stage.worker(json!({})).await;
    stage.goes().await;
    assert_eq!(stage.counts(writes), [3, 1, 0], "it was gone already");
    stage.end().await;
}

#[tokio::test]
async fn a_code_signing_config_is_created_with_kept_and_taken_away() {
    let stage = Strict::start("code-signing", &[]).await;
    let writes = [
        op::PUT_FUNCTION_CODE_SIGNING_CONFIG,
        op::DELETE_FUNCTION_CODE_SIGNING_CONFIG,
        op::UPDATE_FUNCTION_CODE,
    ];
    let signing = || stage.function().and_then(|function| function.code_signing);
    let arn = |number: u8| {
        format!("arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-{number:017}")
    };
    let with = |arn: &str| json!({"codeSigningConfigArn": arn});

    stage.worker(with(&arn(1))).await;
    assert_eq!((signing(), stage.counts(writes)), (Some(arn(1)), [0, 0, 0]));
    stage.worker(with(&arn(2))).await;
    assert_eq!((signing(), stage.counts(writes)), (Some(arn(2)), [1, 0, 0]));
    let somebody = stage.somebody();
    stage.cloud(|cloud| {
        cloud
            .lambda_delete_function_code_signing_config(&somebody, NAME)
            .expect("a right request");
    });
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!((signing(), stage.counts(writes)), (Some(arn(2)), [2, 1, 0]));
    stage.worker(json!({})).await;
    assert_eq!((signing(), stage.counts(writes)), (None, [2, 2, 0]));
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn runtime_management_is_written_kept_and_back_to_auto() {
    let stage = Strict::start("runtime-management", &[]).await;
    let puts = || stage.count(op::PUT_RUNTIME_MANAGEMENT_CONFIG);
    let config = || {
        let function = stage.function().expect("it is there");
        Value::Object(function.runtime_management.0)
    };
    let version = "arn:aws:lambda:eu-west-1::runtime:0123456789abcdef";
    let manual = json!({"updateRuntimeOn": "Manual", "runtimeVersionArn": version});
    let asked = json!({"UpdateRuntimeOn": "Manual", "RuntimeVersionArn": version});

    stage
        .worker(json!({"runtimeManagementConfig": manual}))
        .await;
    assert_eq!((config(), puts()), (asked.clone(), 1));
    let somebody = stage.somebody();
    stage.cloud(|cloud| {
        cloud
            .lambda_put_runtime_management_config(&somebody, NAME, &RuntimeManagement::default())
            .expect("a right request");
    });
    stage.looked("after an edit").await;
    // The edit itself is in the log, too.
    assert_eq!((config(), puts()), (asked, 3));
    stage.worker(json!({})).await;
    assert_eq!((config(), puts()), (json!({"UpdateRuntimeOn": "Auto"}), 4));
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn what_only_a_create_enables_is_created_with_and_stays() {
    let stage = Strict::start("creation", &[]).await;
    let updates = || stage.count(op::UPDATE_FUNCTION_CONFIGURATION);
    let shown = |member: &str| {
        let function = stage.function().expect("it is there");
        function.configuration.0[member].clone()
    };
    let with = |seconds: i64| json!({"tenancyConfig": {"tenantIsolationMode": "PER_TENANT"}, "durableConfig": {"executionTimeout": seconds}});

    stage.worker(with(3600)).await;
    let durable = |seconds: i64| json!({"ExecutionTimeout": seconds, "RetentionPeriodInDays": 14});
    assert_eq!((shown("DurableConfig"), updates()), (durable(3600), 0));
    assert_eq!(
        shown("TenancyConfig"),
        json!({"TenantIsolationMode": "PER_TENANT"})
    );
    stage.worker(with(60)).await;
    assert_eq!((shown("DurableConfig"), updates()), (durable(60), 1));
    stage.goes().await;
    stage.end().await;
}

#[tokio::test]
async fn concurrency_is_reserved_kept_and_given_back() {
    let stage = Strict::start("concurrency", &[]).await;
    let writes = [
        op::PUT_FUNCTION_CONCURRENCY,
        op::DELETE_FUNCTION_CONCURRENCY,
        op::UPDATE_FUNCTION_CONFIGURATION,
        op::PUBLISH_VERSION,
    ];
    let reserved = || {
        stage
            .function()
            .and_then(|function| function.reserved_concurrency)
    };
    let with = |number: i64| json!({"publish": true, "reservedConcurrentExecutions": number});

    stage.worker(with(5)).await;
    assert_eq!((reserved(), stage.counts(writes)), (Some(5), [1, 0, 0, 1]));
    let status = stage.worker(with(0)).await;
    assert_eq!((reserved(), stage.counts(writes)), (Some(0), [2, 0, 0, 1]));
    assert_eq!(status["latestVersion"], "1", "no version is made of it");

    let (somebody, before) = (stage.somebody(), stage.counts(writes));
    stage.cloud(|cloud| {
        cloud
            .lambda_delete_function_concurrency(&somebody, NAME)
            .expect("a right request");
    });
    stage.looked("after an edit").await;
    assert_eq!(reserved(), Some(0), "0 is not unset");
    // The edit itself is in the log, too.
    assert_eq!(stage.counts(writes), [before[0] + 1, 1, 0, 1]);

    stage.worker(json!({"publish": true})).await;
    assert_eq!((reserved(), stage.counts(writes)), (None, [3, 2, 0, 1]));
    stage.goes().await;
    stage.end().await;
}

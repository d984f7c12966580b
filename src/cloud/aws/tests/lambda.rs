//! Lambda's adapter: fields, errors, tags.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_lambda::operation::create_function::CreateFunctionInput;
use aws_sdk_lambda::operation::update_function_code::UpdateFunctionCodeInput;
use aws_sdk_lambda::operation::update_function_configuration::UpdateFunctionConfigurationInput;
use aws_sdk_lambda::types::FunctionCode;
use serde_json::{Value, json};

use super::{account, answer, connection, server};
use crate::cloud::lambda::fields::{Call, api_steps};
use crate::cloud::lambda::members::inputs;
use crate::cloud::lambda::{
    CodeSource, Configuration, DurableConfig, Environment, FileSystem, FileSystems, ImageConfig,
    LambdaApi, LoggingConfig, NewFunction, ROWS, VpcConfig, configuration_fields,
};
use crate::cloud::{BudgetMode, Class, Tags};

const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:f";

/// A value: ours, and the API's in requests. In replies it is the same, or what `replied` makes of it.
trait Sample: Sized {
    fn sample() -> (Self, Value);

    fn replied(_field: &str, sent: &Value) -> Value {
        sent.clone()
    }
}

impl Sample for String {
    fn sample() -> (Self, Value) {
        ("sample".to_owned(), json!("sample"))
    }
}

impl Sample for i32 {
    fn sample() -> (Self, Value) {
        (600, json!(600))
    }
}

impl Sample for Vec<String> {
    fn sample() -> (Self, Value) {
        (vec!["sample".to_owned()], json!(["sample"]))
    }

    fn replied(field: &str, sent: &Value) -> Value {
        match field {
            "layers" => json!([{"Arn": "sample", "CodeSize": 1}]),
            _ => sent.clone(),
        }
    }
}

impl Sample for VpcConfig {
    fn sample() -> (Self, Value) {
        let vpc = Self {
            subnet_ids: ["subnet-1".to_owned(), "subnet-2".to_owned()].into(),
            security_group_ids: ["sg-1".to_owned()].into(),
            ipv6_allowed_for_dual_stack: true,
        };
        let sent = json!({"SubnetIds": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"], "Ipv6AllowedForDualStack": true});
        (vpc, sent)
    }

    fn replied(_: &str, sent: &Value) -> Value {
        let mut reply = sent.clone();
        reply["VpcId"] = json!("vpc-1");
        // In an order of the cloud's own.
        reply["SubnetIds"] = json!(["subnet-2", "subnet-1"]);
        reply
    }
}

impl Sample for FileSystems {
    fn sample() -> (Self, Value) {
        let one = FileSystem {
            arn: "arn".to_owned(),
            local_mount_path: "/mnt/data".to_owned(),
        };
        (
            Self(vec![one]),
            json!([{"Arn": "arn", "LocalMountPath": "/mnt/data"}]),
        )
    }
}

impl Sample for ImageConfig {
    fn sample() -> (Self, Value) {
        let image = Self {
            entry_point: vec!["/bin/one".to_owned()],
            command: vec!["two".to_owned()],
            working_directory: "/three".to_owned(),
        };
        let sent =
            json!({"EntryPoint": ["/bin/one"], "Command": ["two"], "WorkingDirectory": "/three"});
        (image, sent)
    }
}

impl Sample for LoggingConfig {
    fn sample() -> (Self, Value) {
        let logging = Self {
            log_format: "JSON".to_owned(),
            application_log_level: Some("WARN".to_owned()),
            system_log_level: Some("INFO".to_owned()),
            log_group: Some("group".to_owned()),
        };
        let sent = json!({"LogFormat": "JSON", "ApplicationLogLevel": "WARN", "SystemLogLevel": "INFO", "LogGroup": "group"});
        (logging, sent)
    }
}

impl Sample for DurableConfig {
    fn sample() -> (Self, Value) {
        let durable = Self {
            execution_timeout: 3600,
            retention_period_in_days: 7,
            kms_key_arn: "key".to_owned(),
        };
        let sent =
            json!({"ExecutionTimeout": 3600, "RetentionPeriodInDays": 7, "KMSKeyArn": "key"});
        (durable, sent)
    }
}

impl Sample for Environment {
    fn sample() -> (Self, Value) {
        let variables = [("NAME".to_owned(), "value".to_owned().into())];
        (
            Self::secret(variables.into()),
            json!({"Variables": {"NAME": "value"}}),
        )
    }
}

/// A field as a pointer into the API's JSON.
fn pointer(name: &str) -> String {
    let steps = api_steps(name);
    steps.fold(String::new(), |pointer, step| pointer + "/" + &step)
}

fn reply(pointer: &str, value: &Value) -> Value {
    let mut reply = json!({"FunctionArn": ARN, "FunctionName": "f"});
    let steps = pointer.split('/').skip(1);
    *steps.fold(&mut reply, |place, step| &mut place[step]) = value.clone();
    reply
}

/// What is read of a reply that leaves everything else out.
fn read_of(alone: Configuration) -> Configuration {
    let nothing = || Some(Vec::new());
    let logging = alone.logging_config.clone().unwrap_or_default();
    Configuration {
        architectures: alone.architectures.clone().or_else(nothing),
        layers: alone.layers.clone().or_else(nothing),
        logging_config: Some(logging.of_function("f")),
        ..alone
    }
}

async fn check(name: &str, alone: Configuration, (sent, answered): (Value, Value), by: Call) {
    let pointer = pointer(name);
    // The one member that replies have under another name, in a block of its own.
    let reply = match name {
        "imageConfig" => reply("/ImageConfigResponse/ImageConfig", &answered),
        _ => reply(&pointer, &answered),
    };
    let body = reply.to_string();
    let (url, requests) = server(vec![answer("200 OK", "", &body)]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let code = CodeSource::Zip(vec![1]);
    let new = NewFunction {
        code_signing: None,
        configuration: alone.clone(),
        code: code.clone(),
        tags: Tags::new(),
    };
    let replies = [
        lambda.create("f", &new).await.unwrap(),
        lambda
            .update_configuration("f", None, &alone)
            .await
            .unwrap(),
        lambda.update_code("f", None, &code, &alone).await.unwrap(),
    ];
    let requests = requests.lock().unwrap();
    // What a create has in its code stands by itself in an update.
    let in_update = pointer.trim_start_matches("/Code").to_owned();
    let pointers = [&pointer, &in_update, &in_update];
    let bodies = requests.iter().zip(pointers).map(|(request, pointer)| {
        let body = request.split("\r\n\r\n").nth(1).unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body.pointer(pointer).cloned()
    });
    let only = |call| (by == call).then(|| sent.clone());
    assert_eq!(
        bodies.collect::<Vec<_>>(),
        [
            Some(sent.clone()),
            only(Call::Configuration),
            only(Call::Code).or_else(|| only(Call::Package))
        ],
        "{name}: create, update configuration, update code"
    );
    let told = match by {
        Call::Package => Configuration::default(),
        _ => alone,
    };
    for function in replies {
        assert_eq!(function.configuration, read_of(told.clone()), "{name}");
    }
}

#[tokio::test]
async fn how_the_package_is_kept_is_read_from_the_code_of_a_function() {
    let object = json!({"S3Bucket": "bucket", "S3Key": "key", "S3ObjectVersion": "1"});
    let rows = [
        (
            json!({"RepositoryType": "S3", "Location": "https://x.example"}),
            (None, None),
        ),
        (json!({"SourceKMSKeyArn": ""}), (None, None)),
        (
            json!({"RepositoryType": "S3", "ResolvedS3Object": object}),
            (None, Some("REFERENCE")),
        ),
        (
            json!({"SourceKMSKeyArn": "key", "Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}),
            (Some("key"), None),
        ),
    ];
    for (code, (key, mode)) in rows {
        let body =
            json!({"Configuration": {"FunctionArn": ARN, "FunctionName": "f"}, "Code": code});
        let (url, _) = server(vec![answer("200 OK", "", &body.to_string())]).await;
        let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
        let found = lambda.describe("f", BudgetMode::Wait).await.unwrap();
        let expected = Configuration {
            source_kms_key_arn: key.map(str::to_owned),
            s3_object_storage_mode: mode.map(str::to_owned),
            ..Configuration::default()
        };
        assert_eq!(found.function.configuration.package(), expected, "{code}");
    }
}

#[tokio::test]
async fn each_field_is_sent_by_its_calls_and_read_from_replies() {
    macro_rules! check_all {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            let (ours, sent) = <$type as Sample>::sample();
            let replied = <$type as Sample>::replied(ROWS.$field.name, &sent);
            let alone = Configuration { $field: Some(ours), ..Configuration::default() };
            check(ROWS.$field.name, alone, (sent, replied), ROWS.$field.call).await;
        )*};
    }
    configuration_fields!(check_all;);
}

#[tokio::test]
async fn an_error_does_not_show_the_environment_it_answers() {
    let body = r#"{"Type":"User","message":"Bad value swordfish in the request (Service: Lambda, Request ID: 1-2)"}"#;
    let reply = answer(
        "400 Bad Request",
        "x-amzn-errortype: InvalidParameterValueException\r\n",
        body,
    );
    let (url, _) = server(vec![reply]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let environment =
        Environment::secret([("PASSWORD".to_owned(), "swordfish".to_owned().into())].into());
    let configuration = Configuration {
        environment: Some(environment),
        ..Configuration::default()
    };
    let updated = lambda
        .update_configuration("f", None, &configuration)
        .await
        .unwrap_err();
    let new = NewFunction {
        code_signing: None,
        configuration,
        code: CodeSource::Zip(vec![1]),
        tags: Tags::new(),
    };
    let created = lambda.create("f", &new).await.unwrap_err();
    for error in [updated, created] {
        assert_eq!(
            (error.class, error.message.as_str()),
            (Class::Invalid, "Bad value *** in the request")
        );
    }
}

#[tokio::test]
async fn tags_that_could_not_be_read_are_not_absent() {
    let function =
        r#""Configuration":{"FunctionArn":"arn:aws:lambda:eu-west-1:000000000000:function:f"}"#;
    let denied = format!(
        r#"{{{function},"TagsError":{{"ErrorCode":"AccessDeniedException","Message":"not authorized to perform: lambda:ListTags"}}}}"#
    );
    let none = format!("{{{function}}}");
    let (url, _) = server(vec![
        answer("200 OK", "", &denied),
        answer("200 OK", "", &none),
    ])
    .await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let tags = lambda.describe("f", BudgetMode::Wait).await.unwrap().tags;
    assert_eq!(
        tags,
        Err("AccessDeniedException: not authorized to perform: lambda:ListTags".to_owned())
    );
    assert_eq!(
        lambda.describe("f", BudgetMode::Wait).await.unwrap().tags,
        Ok(Tags::new())
    );
}

/// Names of the members of an input, as the SDK prints it: all of them, set or not.
fn members(printed: &str) -> BTreeSet<String> {
    let (_, members) = printed.split_once(" { ").unwrap();
    let names = members
        .split(", ")
        .filter_map(|member| member.split_once(": "));
    names.map(|(name, _)| name.replace('_', "")).collect()
}

#[test]
fn the_table_of_members_has_every_member_of_the_sdks_inputs() {
    let printed = [
        format!("{:?}", CreateFunctionInput::builder()),
        format!("{:?}", FunctionCode::builder()),
        format!("{:?}", UpdateFunctionConfigurationInput::builder()),
        format!("{:?}", UpdateFunctionCodeInput::builder()),
    ];
    for ((input, table), printed) in inputs().into_iter().zip(printed) {
        let named: BTreeSet<String> = table.keys().map(|name| name.to_lowercase()).collect();
        assert_eq!(
            named,
            members(&printed),
            "{input}: say in cloud/lambda/members.rs what sets it"
        );
    }
}

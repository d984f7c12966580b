//! Lambda's adapter: fields, errors, tags.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{account, answer, connection, server};
use crate::cloud::lambda::fields::Call;
use crate::cloud::lambda::{
    CodeSource, Configuration, Environment, LambdaApi, NewFunction, ROWS, configuration_fields,
};
use crate::cloud::{BudgetMode, Class, Tags};

const ARN: &str = "arn:aws:lambda:eu-west-1:000000000000:function:f";

/// A value, ours and the API's.
trait Sample: Sized {
    fn sample() -> (Self, Value);
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

/// `ephemeralStorage.size` as a pointer into the API's JSON.
fn pointer(name: &str) -> String {
    let step = |step: &str| format!("/{}{}", step[..1].to_uppercase(), &step[1..]);
    name.split('.').map(step).collect()
}

fn reply(pointer: &str, value: &Value) -> Value {
    let mut reply = json!({"FunctionArn": ARN});
    let steps = pointer.split('/').skip(1);
    *steps.fold(&mut reply, |place, step| &mut place[step]) = value.clone();
    reply
}

async fn check(name: &str, alone: Configuration, value: Value, carried_by: Call) {
    let pointer = pointer(name);
    let body = reply(&pointer, &value).to_string();
    let (url, requests) = server(vec![answer("200 OK", "", &body)]).await;
    let lambda = connection(&url, &Arc::default()).lambda(&account(), "eu-west-1", None);
    let code = CodeSource::Zip(vec![1]);
    let new = NewFunction {
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
    let sent: Vec<Option<Value>> = requests
        .lock()
        .unwrap()
        .iter()
        .map(|request| {
            let body = request.split("\r\n\r\n").nth(1).unwrap();
            let body: Value = serde_json::from_str(body).unwrap();
            body.pointer(&pointer).cloned()
        })
        .collect();
    let by = |call| (carried_by == call).then(|| value.clone());
    assert_eq!(
        sent,
        [Some(value.clone()), by(Call::Configuration), by(Call::Code)],
        "{name}: create, update configuration, update code"
    );
    let expected = Configuration {
        architectures: alone.architectures.clone().or(Some(Vec::new())),
        ..alone
    };
    for function in replies {
        assert_eq!(function.configuration, expected, "{name}");
    }
}

#[tokio::test]
async fn each_field_is_sent_by_its_calls_and_read_from_replies() {
    macro_rules! check_all {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            let (ours, theirs) = <$type as Sample>::sample();
            let alone = Configuration { $field: Some(ours), ..Configuration::default() };
            check(ROWS.$field.name, alone, theirs, ROWS.$field.call).await;
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

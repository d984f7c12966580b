//! Calls through the real SDKs, and their answers in one form: status, code, and every member that
//! the SDK read, under the API's name.

mod cloudfront;
pub mod configuration;
mod lambda;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use aws_sdk_lambda::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::{
    BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents,
};
use aws_sdk_lambda::error::{BoxError, ProvideErrorMetadata, SdkError};
use serde_json::{Value, json};

/// Where all functions of the scenarios are.
pub const REGION: &str = "eu-west-1";

/// What came back.
#[derive(Debug, Default)]
pub struct Answer {
    pub status: u16,
    /// The error's code, of a refusal.
    pub code: Option<String>,
    pub fields: Value,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        self.code
            .as_ref()
            .map_or(Ok(()), |code| write!(f, " {code}"))
    }
}

/// Sees the status of each answer: the SDKs hand out that of errors only.
#[derive(Clone, Debug, Default)]
struct Status(Arc<AtomicU16>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Status {
    fn name(&self) -> &'static str {
        "Status"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0
            .store(context.response().status().as_u16(), Ordering::SeqCst);
        Ok(())
    }
}

/// The SDKs of one account, with no retries: a step is one request.
pub struct Clients {
    cloudfront: aws_sdk_cloudfront::Client,
    lambda: aws_sdk_lambda::Client,
    sts: aws_sdk_sts::Client,
    status: Status,
}

impl Clients {
    pub fn of(url: &str, account: &str) -> Self {
        let status = Status::default();
        macro_rules! client {
            ($sdk:ident, $region:expr) => {{
                let config = $sdk::Config::builder()
                    .behavior_version(BehaviorVersion::v2026_01_12())
                    .region(Region::new($region))
                    .endpoint_url(url)
                    .credentials_provider(Credentials::new(
                        account, "secret", None, None, "witness",
                    ))
                    .retry_config(RetryConfig::disabled())
                    .interceptor(status.clone());
                $sdk::Client::from_conf(config.build())
            }};
        }
        Self {
            cloudfront: client!(aws_sdk_cloudfront, "us-east-1"),
            lambda: client!(aws_sdk_lambda, REGION),
            sts: client!(aws_sdk_sts, REGION),
            status,
        }
    }

    /// Makes a call: `lambda:CreateFunction`, with the members of its request.
    pub async fn call(&self, call: &str, request: &Value) -> Answer {
        self.status.0.store(0, Ordering::SeqCst);
        let result = match call.split_once(':').expect("a service and an operation") {
            ("cloudfront", operation) => {
                cloudfront::call(&self.cloudfront, operation, request).await
            }
            ("lambda", operation) => lambda::call(&self.lambda, operation, request).await,
            ("sts", "GetCallerIdentity") => fields(
                self.sts.get_caller_identity().send().await,
                |output| json!({"Account": output.account, "Arn": output.arn, "UserId": output.user_id}),
            ),
            _ => panic!("{call} is not spoken here"),
        };
        let status = self.status.0.load(Ordering::SeqCst);
        match result {
            Ok(fields) => Answer {
                status,
                code: None,
                fields,
            },
            Err(code) => Answer {
                status,
                code: Some(code),
                fields: Value::Null,
            },
        }
    }
}

/// The members of a reply, or the code of the error.
fn fields<O, E, R>(
    result: Result<O, SdkError<E, R>>,
    read: impl FnOnce(O) -> Value,
) -> Result<Value, String>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    match result {
        Ok(output) => Ok(read(output)),
        Err(SdkError::ServiceError(error)) => {
            Err(error.err().code().unwrap_or("(no code)").to_owned())
        }
        Err(other) => Err(format!("(no answer: {other:?})")),
    }
}

fn text(request: &Value, name: &str) -> Option<String> {
    request[name].as_str().map(str::to_owned)
}

fn number(request: &Value, name: &str) -> Option<i32> {
    request[name]
        .as_i64()
        .map(|number| i32::try_from(number).expect("a small number"))
}

fn flag(request: &Value, name: &str) -> Option<bool> {
    request[name].as_bool()
}

fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array().map(|items| {
        items
            .iter()
            .map(|item| item.as_str().expect("a text").to_owned())
            .collect()
    })
}

fn pairs(value: &Value) -> Option<Vec<(String, String)>> {
    value.as_object().map(|members| {
        members
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().expect("a text").to_owned()))
            .collect()
    })
}

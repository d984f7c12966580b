//! AWS Lambda over the AWS SDK.
//!
//! Invariant: one method is one request; `GetFunction` takes from its own budget, all others from
//! the one that AWS shares out among them; an error's message shows no environment value of the
//! request it answers.

mod convert;
mod fields;

use async_trait::async_trait;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types;

use super::errors;
use super::gate::{Call, Gate, cleared};
use crate::cloud::lambda::{
    CodeSource, Configuration, Described, Environment, Function, LambdaApi, NewFunction,
    configuration_fields,
};
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, CloudError, Tags};
use fields::Sent as _;

/// AWS Lambda in one account and region; made by [`Connection::lambda`](super::Connection::lambda).
#[derive(Clone)]
pub struct Lambda {
    client: Client,
    gate: Gate,
}

impl Lambda {
    pub(super) const fn new(client: Client, gate: Gate) -> Self {
        Self { client, gate }
    }
}

/// Gives a request those members of a configuration that its call carries.
macro_rules! set {
    ([$call:ident, $request:ident, $configuration:ident] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, fresh: $fresh:expr,
            compared: $compared:ident, value: $value:ident, call: $carried_by:ident, set: $set:ident,
        }
    )*) => {{
        $( let $request = set!(@one $call $carried_by $request.$set($configuration.$field)); )*
        $request
    }};
    (@one Configuration Code $request:ident.$set:ident($value:expr)) => { $request };
    (@one Code Configuration $request:ident.$set:ident($value:expr)) => { $request };
    (@one $call:ident $carried_by:ident $request:ident.$set:ident($value:expr)) => {
        $request.$set($value.as_ref().and_then(|value| value.sent()))
    };
}

const fn write<'a>(
    operation: &'static str,
    function: &'a str,
    secrets: Option<&'a Environment>,
) -> Call<'a> {
    Call {
        operation,
        function,
        family: Family::Lambda,
        mode: BudgetMode::Wait,
        secrets,
    }
}

#[async_trait]
impl LambdaApi for Lambda {
    async fn describe(&self, name: &str, mode: BudgetMode) -> Result<Described, CloudError> {
        const OPERATION: &str = "GetFunction";
        let call = Call {
            operation: OPERATION,
            function: name,
            family: Family::LambdaGet,
            mode,
            secrets: None,
        };
        let output = self
            .gate
            .call(
                call,
                cleared!(self.client.get_function().function_name(name)),
            )
            .await?;
        let function = output
            .configuration
            .ok_or_else(|| errors::incomplete(OPERATION, "Configuration"))?;
        let tags = match output.tags_error {
            Some(error) => Err(format!(
                "{}: {}",
                error.error_code,
                errors::shown(&error.message)
            )),
            None => Ok(output.tags.unwrap_or_default().into_iter().collect()),
        };
        Ok(Described {
            function: complete(OPERATION, function.into())?,
            tags,
        })
    }

    async fn create(&self, name: &str, new: &NewFunction) -> Result<Function, CloudError> {
        const OPERATION: &str = "CreateFunction";
        let configuration = &new.configuration;
        let request = self
            .client
            .create_function()
            .function_name(name)
            .package_type(types::PackageType::Zip)
            .code(convert::code_of(&new.code))
            .set_tags((!new.tags.is_empty()).then(|| new.tags.clone().into_iter().collect()));
        let request = configuration_fields!(set; Any, request, configuration);
        let output = self
            .gate
            .call(
                write(OPERATION, name, configuration.environment.as_ref()),
                cleared!(request),
            )
            .await?;
        complete(OPERATION, output.into())
    }

    async fn update_configuration(
        &self,
        name: &str,
        revision_id: Option<&str>,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        const OPERATION: &str = "UpdateFunctionConfiguration";
        let request = self
            .client
            .update_function_configuration()
            .function_name(name)
            .set_revision_id(revision_id.map(str::to_owned));
        let request = configuration_fields!(set; Configuration, request, changes);
        let output = self
            .gate
            .call(
                write(OPERATION, name, changes.environment.as_ref()),
                cleared!(request),
            )
            .await?;
        complete(OPERATION, output.into())
    }

    async fn update_code(
        &self,
        name: &str,
        revision_id: Option<&str>,
        code: &CodeSource,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        const OPERATION: &str = "UpdateFunctionCode";
        let request = self
            .client
            .update_function_code()
            .function_name(name)
            .set_revision_id(revision_id.map(str::to_owned));
        let request = configuration_fields!(set; Code, request, changes);
        let request = match code {
            CodeSource::Zip(bytes) => request.zip_file(Blob::new(bytes.as_slice())),
            CodeSource::S3 {
                bucket,
                key,
                version,
            } => request
                .s3_bucket(bucket)
                .s3_key(key)
                .set_s3_object_version(version.clone()),
        };
        let output = self
            .gate
            .call(write(OPERATION, name, None), cleared!(request))
            .await?;
        complete(OPERATION, output.into())
    }

    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<String, CloudError> {
        const OPERATION: &str = "PublishVersion";
        let request = self
            .client
            .publish_version()
            .function_name(name)
            .code_sha256(code_sha256)
            .set_revision_id(revision_id.map(str::to_owned))
            .description(description);
        let output = self
            .gate
            .call(write(OPERATION, name, None), cleared!(request))
            .await?;
        convert::text(output.version).ok_or_else(|| errors::incomplete(OPERATION, "Version"))
    }

    async fn recursive_loop(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError> {
        const OPERATION: &str = "GetFunctionRecursionConfig";
        let request = self
            .client
            .get_function_recursion_config()
            .function_name(name);
        let call = Call {
            mode,
            ..write(OPERATION, name, None)
        };
        let output = self.gate.call(call, cleared!(request)).await?;
        self::recursive_loop(OPERATION, output.recursive_loop)
    }

    async fn put_recursive_loop(
        &self,
        name: &str,
        recursive_loop: &str,
    ) -> Result<String, CloudError> {
        const OPERATION: &str = "PutFunctionRecursionConfig";
        let request = self
            .client
            .put_function_recursion_config()
            .function_name(name)
            .recursive_loop(recursive_loop.into());
        let call = write(OPERATION, name, None);
        let output = self.gate.call(call, cleared!(request)).await?;
        self::recursive_loop(OPERATION, output.recursive_loop)
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        let request = self.client.delete_function().function_name(name);
        self.gate
            .call(write("DeleteFunction", name, None), cleared!(request))
            .await
            .map(drop)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError> {
        let request = self
            .client
            .tag_resource()
            .resource(arn)
            .set_tags(Some(tags.clone().into_iter().collect()));
        self.gate
            .call(write("TagResource", arn, None), cleared!(request))
            .await
            .map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError> {
        let request = self
            .client
            .untag_resource()
            .resource(arn)
            .set_tag_keys(Some(keys.to_vec()));
        self.gate
            .call(write("UntagResource", arn, None), cleared!(request))
            .await
            .map(drop)
    }
}

fn recursive_loop(
    operation: &'static str,
    answer: Option<types::RecursiveLoop>,
) -> Result<String, CloudError> {
    answer
        .map(|word| word.as_str().to_owned())
        .ok_or_else(|| errors::incomplete(operation, "RecursiveLoop"))
}

/// Whose function it is, is read from the ARN before any write: a reply without one is of no use.
fn complete(operation: &'static str, function: Function) -> Result<Function, CloudError> {
    if function.arn.is_empty() {
        Err(errors::incomplete(operation, "FunctionArn"))
    } else {
        Ok(function)
    }
}

//! AWS Lambda over the AWS SDK.
//!
//! Invariant: one method is one request; `GetFunction` takes from its own budget, all others from
//! the one that AWS shares out among them; an error's message shows no environment value of the
//! request it answers.

mod client;
mod convert;
mod event_invoke;
mod fields;
mod parts;
mod url;
mod versions;

use async_trait::async_trait;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types;

use super::errors;
use super::gate::Call;
use crate::cloud::lambda::{
    CodeSource, Configuration, Cors, Described, Function, FunctionUrl, LambdaApi, NewFunction,
    UrlConfig, configuration_fields,
};
use crate::cloud::{BudgetMode, CloudError, Tags};
pub use client::Lambda;
use client::{GET, get, sent, write};
use fields::{Sent as _, set};

#[async_trait]
impl LambdaApi for Lambda {
    async fn describe(&self, name: &str, mode: BudgetMode) -> Result<Described, CloudError> {
        const OPERATION: &str = GET;
        let request = self.client.get_function().function_name(name);
        let output = self.call(get(name, mode), sent!(self, request)).await?;
        let function = output
            .configuration
            .ok_or_else(|| errors::incomplete(OPERATION, "Configuration"))?;
        let mut function = complete(OPERATION, function.into())?;
        let package = output.code.map(convert::package_of_reply);
        function.configuration = function.configuration.or(&package.unwrap_or_default());
        let tags = match output.tags_error {
            Some(error) => Err(format!(
                "{}: {}",
                error.error_code,
                errors::shown(&error.message)
            )),
            None => Ok(output.tags.unwrap_or_default().into_iter().collect()),
        };
        Ok(Described {
            function,
            tags,
            reserved_concurrency: output
                .concurrency
                .and_then(|concurrency| concurrency.reserved_concurrent_executions),
        })
    }

    async fn create(&self, name: &str, new: &NewFunction) -> Result<Function, CloudError> {
        const OPERATION: &str = "CreateFunction";
        let configuration = &new.configuration;
        let request = self
            .client
            .create_function()
            .function_name(name)
            .package_type(convert::package_of(&new.code))
            .code(convert::code_of(&new.code, configuration))
            .set_code_signing_config_arn(new.code_signing.clone())
            .set_tags((!new.tags.is_empty()).then(|| new.tags.clone().into_iter().collect()));
        let request = configuration_fields!(set; Any, request, configuration);
        let output = self
            .call(
                write(OPERATION, name, configuration.environment.as_ref()),
                sent!(self, request),
            )
            .await
            .map_err(|error| self.about_role(error, configuration.role.as_ref()))?;
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
            .call(
                write(OPERATION, name, changes.environment.as_ref()),
                sent!(self, request),
            )
            .await
            .map_err(|error| self.about_role(error, changes.role.as_ref()))?;
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
            CodeSource::Image(uri) => request.image_uri(uri),
        };
        let output = self
            .call(write(OPERATION, name, None), sent!(self, request))
            .await?;
        complete(OPERATION, output.into())
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
        let output = self.call(call, sent!(self, request)).await?;
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
        let output = self.call(call, sent!(self, request)).await?;
        self::recursive_loop(OPERATION, output.recursive_loop)
    }

    async fn put_concurrency(&self, name: &str, reserved: i32) -> Result<i32, CloudError> {
        const OPERATION: &str = "PutFunctionConcurrency";
        let request = self
            .client
            .put_function_concurrency()
            .function_name(name)
            .reserved_concurrent_executions(reserved);
        let call = write(OPERATION, name, None);
        let output = self.call(call, sent!(self, request)).await?;
        output
            .reserved_concurrent_executions
            .ok_or_else(|| errors::incomplete(OPERATION, "ReservedConcurrentExecutions"))
    }

    async fn delete_concurrency(&self, name: &str) -> Result<(), CloudError> {
        let request = self
            .client
            .delete_function_concurrency()
            .function_name(name);
        let call = write("DeleteFunctionConcurrency", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn url(&self, name: &str, mode: BudgetMode) -> Result<FunctionUrl, CloudError> {
        const OPERATION: &str = "GetFunctionUrlConfig";
        let request = self.client.get_function_url_config().function_name(name);
        let call = Call {
            mode,
            ..write(OPERATION, name, None)
        };
        let output = self.call(call, sent!(self, request)).await?;
        Ok(FunctionUrl {
            config: url::config_of(&output),
            url: url::said(OPERATION, output.function_url)?,
        })
    }

    async fn create_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError> {
        const OPERATION: &str = "CreateFunctionUrlConfig";
        let request = self
            .client
            .create_function_url_config()
            .function_name(name)
            .auth_type(config.auth_type.as_str().into())
            .invoke_mode(config.invoke_mode.as_str().into())
            // An empty block clears, which is documented for updates only.
            .set_cors((config.cors != Cors::default()).then(|| url::cors_to(&config.cors)));
        let call = write(OPERATION, name, None);
        let output = self.call(call, sent!(self, request)).await?;
        url::said(OPERATION, output.function_url)
    }

    async fn update_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError> {
        const OPERATION: &str = "UpdateFunctionUrlConfig";
        let request = self
            .client
            .update_function_url_config()
            .function_name(name)
            .auth_type(config.auth_type.as_str().into())
            .invoke_mode(config.invoke_mode.as_str().into())
            .cors(url::cors_to(&config.cors));
        let call = write(OPERATION, name, None);
        let output = self.call(call, sent!(self, request)).await?;
        url::said(OPERATION, output.function_url)
    }

    async fn delete_url(&self, name: &str) -> Result<(), CloudError> {
        let request = self.client.delete_function_url_config().function_name(name);
        let call = write("DeleteFunctionUrlConfig", name, None);
        self.call(call, sent!(self, request)).await.map(drop)
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        let request = self.client.delete_function().function_name(name);
        self.call(write("DeleteFunction", name, None), sent!(self, request))
            .await
            .map(drop)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError> {
        let request = self
            .client
            .tag_resource()
            .resource(arn)
            .set_tags(Some(tags.clone().into_iter().collect()));
        self.call(write("TagResource", arn, None), sent!(self, request))
            .await
            .map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError> {
        let request = self
            .client
            .untag_resource()
            .resource(arn)
            .set_tag_keys(Some(keys.to_vec()));
        self.call(write("UntagResource", arn, None), sent!(self, request))
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

//! Lambda's port.

use async_trait::async_trait;
use cloudfn::cloud::lambda::fields::Call;
use cloudfn::cloud::lambda::{
    CodeSource, Configuration, Described, Function, FunctionUrl, LambdaApi, NewFunction, UrlConfig,
};
use cloudfn::cloud::limit::Family::{Lambda as CONTROL, LambdaGet};
use cloudfn::cloud::{BudgetMode, CloudError, Tags};
use strict_cloud::lambda as model;

use super::{Lambda, read, write};
use crate::function_url;
use crate::lambda_fields as fields;

fn code_of(code: &CodeSource) -> model::Code {
    match code {
        CodeSource::Zip(bytes) => model::Code::Zip(bytes.clone()),
        CodeSource::S3 {
            bucket,
            key,
            version,
        } => model::Code::S3 {
            bucket: bucket.clone(),
            key: key.clone(),
            version: version.clone(),
        },
        CodeSource::Image(uri) => model::Code::Image(uri.clone()),
    }
}

pub(super) fn function(reply: model::FunctionConfiguration) -> Function {
    let word =
        |status: &Option<model::Status>| status.as_ref().map(|status| status.word.to_owned());
    let reason =
        |status: &Option<model::Status>| status.as_ref().and_then(|status| status.reason.clone());
    Function {
        configuration: fields::ours(&reply.configuration),
        environment_error: None,
        is_image: reply.configuration.text("PackageType") == Some("Image"),
        code_sha256: Some(reply.code_sha256.clone()),
        code_size: i64::try_from(reply.code_size).unwrap(),
        revision_id: Some(reply.revision_id.clone()),
        version: Some(reply.version.clone()),
        last_modified: Some(reply.last_modified.clone()),
        state: word(&reply.state),
        state_reason: reason(&reply.state).map(|(reason, _)| reason),
        state_reason_code: reason(&reply.state).map(|(_, code)| code.to_owned()),
        last_update_status: word(&reply.last_update_status),
        last_update_status_reason: reason(&reply.last_update_status).map(|(reason, _)| reason),
        last_update_status_reason_code: reason(&reply.last_update_status)
            .map(|(_, code)| code.to_owned()),
        settles_slowly: false,
        arn: reply.function_arn,
    }
}

#[async_trait]
impl LambdaApi for Lambda {
    async fn describe(&self, name: &str, mode: BudgetMode) -> Result<Described, CloudError> {
        let got = self
            .0
            .call(read("GetFunction", LambdaGet, mode), |cloud, caller| {
                cloud.lambda_get_function(caller, name, None)
            })
            .await?;
        let configuration = fields::with_code(&got.configuration.configuration, &got.code);
        Ok(Described {
            function: Function {
                configuration: fields::ours(&configuration),
                ..function(got.configuration)
            },
            reserved_concurrency: got
                .reserved_concurrency
                .map(|number| i32::try_from(number).unwrap()),
            tags: got
                .tags
                .map_err(|(code, message)| format!("{code}: {message}")),
        })
    }

    async fn create(&self, name: &str, new: &NewFunction) -> Result<Function, CloudError> {
        let package = match new.code {
            CodeSource::Image(_) => "Image",
            CodeSource::Zip(_) | CodeSource::S3 { .. } => "Zip",
        };
        let mut configuration =
            fields::of_call(&new.configuration, Call::Configuration).with("PackageType", package);
        configuration
            .0
            .extend(fields::of_call(&new.configuration, Call::Creation).0);
        let request = model::CreateFunction {
            function_name: name.to_owned(),
            code: Some(code_of(&new.code)),
            keeping: fields::keeping(&new.configuration),
            configuration: match &new.code_signing {
                Some(arn) => configuration.with("CodeSigningConfigArn", arn.as_str()),
                None => configuration,
            },
            architectures: new.configuration.architectures.clone(),
            tags: new.tags.clone(),
            publish: false,
        };
        self.0
            .create(write("CreateFunction", CONTROL), move |cloud, caller| {
                cloud.lambda_create_function(caller, &request)
            })
            .await
            .map(function)
    }

    async fn update_configuration(
        &self,
        name: &str,
        revision_id: Option<&str>,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        let request = model::UpdateFunctionConfiguration {
            function_name: name.to_owned(),
            revision_id: revision_id.map(ToOwned::to_owned),
            configuration: fields::of_call(changes, Call::Configuration),
        };
        let call = write("UpdateFunctionConfiguration", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_update_function_configuration(caller, &request)
            })
            .await
            .map(function)
    }

    async fn update_code(
        &self,
        name: &str,
        revision_id: Option<&str>,
        code: &CodeSource,
        changes: &Configuration,
    ) -> Result<Function, CloudError> {
        let request = model::UpdateFunctionCode {
            function_name: name.to_owned(),
            revision_id: revision_id.map(ToOwned::to_owned),
            code: Some(code_of(code)),
            keeping: fields::keeping(changes),
            architectures: changes.architectures.clone(),
            publish: false,
            dry_run: false,
        };
        self.0
            .call(write("UpdateFunctionCode", CONTROL), |cloud, caller| {
                cloud.lambda_update_function_code(caller, &request)
            })
            .await
            .map(function)
    }

    async fn recursive_loop(&self, name: &str, mode: BudgetMode) -> Result<String, CloudError> {
        self.0
            .call(
                read("GetFunctionRecursionConfig", CONTROL, mode),
                |cloud, caller| cloud.lambda_get_function_recursion_config(caller, name),
            )
            .await
            .map(ToOwned::to_owned)
    }

    async fn put_recursive_loop(
        &self,
        name: &str,
        recursive_loop: &str,
    ) -> Result<String, CloudError> {
        self.0
            .call(
                write("PutFunctionRecursionConfig", CONTROL),
                |cloud, caller| {
                    cloud.lambda_put_function_recursion_config(caller, name, Some(recursive_loop))
                },
            )
            .await
            .map(ToOwned::to_owned)
    }

    async fn put_concurrency(&self, name: &str, reserved: i32) -> Result<i32, CloudError> {
        let call = write("PutFunctionConcurrency", CONTROL);
        let now = self
            .0
            .call(call, |cloud, caller| {
                cloud.lambda_put_function_concurrency(caller, name, Some(reserved.into()))
            })
            .await?;
        Ok(i32::try_from(now).unwrap())
    }

    async fn delete_concurrency(&self, name: &str) -> Result<(), CloudError> {
        let call = write("DeleteFunctionConcurrency", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_function_concurrency(caller, name)
            })
            .await
    }

    async fn url(&self, name: &str, mode: BudgetMode) -> Result<FunctionUrl, CloudError> {
        let call = read("GetFunctionUrlConfig", CONTROL, mode);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_get_function_url_config(caller, (name, None))
            })
            .await
            .map(|reply| function_url::found(&reply))
    }

    async fn create_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError> {
        let (call, asked) = (
            write("CreateFunctionUrlConfig", CONTROL),
            function_url::asked(config),
        );
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_create_function_url_config(caller, (name, None), &asked)
            })
            .await
            .map(|reply| function_url::url(&reply))
    }

    async fn update_url(&self, name: &str, config: &UrlConfig) -> Result<String, CloudError> {
        let (call, asked) = (
            write("UpdateFunctionUrlConfig", CONTROL),
            function_url::asked(config),
        );
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_update_function_url_config(caller, (name, None), &asked)
            })
            .await
            .map(|reply| function_url::url(&reply))
    }

    async fn delete_url(&self, name: &str) -> Result<(), CloudError> {
        let call = write("DeleteFunctionUrlConfig", CONTROL);
        self.0
            .call(call, |cloud, caller| {
                cloud.lambda_delete_function_url_config(caller, (name, None))
            })
            .await
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        self.0
            .call(write("DeleteFunction", CONTROL), |cloud, caller| {
                cloud.lambda_delete_function(caller, name, None)
            })
            .await
            .map(drop)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError> {
        self.0
            .call(write("TagResource", CONTROL), |cloud, caller| {
                cloud.lambda_tag_resource(caller, arn, tags)
            })
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError> {
        self.0
            .call(write("UntagResource", CONTROL), |cloud, caller| {
                cloud.lambda_untag_resource(caller, arn, keys)
            })
            .await
    }
}

//! Lambda's port.

use async_trait::async_trait;
use cloudfn::cloud::lambda::{
    CodeSource, Configuration, Described, Environment, Function, LambdaApi, NewFunction,
};
use cloudfn::cloud::limit::Family::{Lambda as CONTROL, LambdaGet};
use cloudfn::cloud::{BudgetMode, CloudError, Tags};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use strict_cloud::lambda as model;

use super::{Lambda, read, write};

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
    }
}

fn configuration_of(configuration: &Configuration) -> model::Configuration {
    let Configuration {
        runtime,
        handler,
        role,
        description,
        timeout,
        memory_size,
        environment,
    } = configuration;
    let variables = environment.as_ref().map(|environment| {
        let variables: Map<String, Value> = environment
            .0
            .iter()
            .map(|(key, value)| (key.clone(), json!(value.expose_secret())))
            .collect();
        json!({"Variables": variables})
    });
    let fields = [
        ("Runtime", runtime.as_ref().map(|text| json!(text))),
        ("Handler", handler.as_ref().map(|text| json!(text))),
        ("Role", role.as_ref().map(|text| json!(text))),
        ("Description", description.as_ref().map(|text| json!(text))),
        ("Timeout", timeout.map(|number| json!(number))),
        ("MemorySize", memory_size.map(|number| json!(number))),
        ("Environment", variables),
    ];
    model::Configuration(
        fields
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect(),
    )
}

fn function(reply: model::FunctionConfiguration) -> Function {
    let fields = &reply.configuration;
    let text = |name: &str| {
        fields
            .text(name)
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned)
    };
    let number = |name: &str| {
        fields
            .number(name)
            .and_then(|number| i32::try_from(number).ok())
    };
    let variables = fields.variables().filter(|variables| !variables.is_empty());
    let environment = variables.map(|variables| {
        Environment(
            variables
                .iter()
                .map(|(key, value)| {
                    (
                        key.clone(),
                        value.as_str().unwrap_or_default().to_owned().into(),
                    )
                })
                .collect(),
        )
    });
    let word =
        |status: &Option<model::Status>| status.as_ref().map(|status| status.word.to_owned());
    let reason =
        |status: &Option<model::Status>| status.as_ref().and_then(|status| status.reason.clone());
    Function {
        configuration: Configuration {
            runtime: text("Runtime"),
            handler: text("Handler"),
            role: text("Role"),
            description: text("Description"),
            timeout: number("Timeout"),
            memory_size: number("MemorySize"),
            environment,
        },
        environment_error: None,
        architectures: fields
            .get("Architectures")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(ToOwned::to_owned)
            .collect(),
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
        Ok(Described {
            function: function(got.configuration),
            tags: got
                .tags
                .map_err(|(code, message)| format!("{code}: {message}")),
        })
    }

    async fn create(&self, name: &str, new: &NewFunction) -> Result<Function, CloudError> {
        let request = model::CreateFunction {
            function_name: name.to_owned(),
            code: Some(code_of(&new.code)),
            configuration: configuration_of(&new.configuration),
            architectures: new.architectures.clone(),
            tags: new.tags.clone(),
            publish: false,
        };
        self.0
            .call(write("CreateFunction", CONTROL), |cloud, caller| {
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
            configuration: configuration_of(changes),
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
        architectures: Option<&[String]>,
    ) -> Result<Function, CloudError> {
        let request = model::UpdateFunctionCode {
            function_name: name.to_owned(),
            revision_id: revision_id.map(ToOwned::to_owned),
            code: Some(code_of(code)),
            architectures: architectures.map(<[String]>::to_vec),
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

    async fn publish_version(
        &self,
        name: &str,
        code_sha256: &str,
        revision_id: Option<&str>,
        description: &str,
    ) -> Result<String, CloudError> {
        let request = model::PublishVersion {
            function_name: name.to_owned(),
            code_sha256: Some(code_sha256.to_owned()),
            revision_id: revision_id.map(ToOwned::to_owned),
            description: Some(description.to_owned()),
        };
        let call = write("PublishVersion", CONTROL);
        Ok(self
            .0
            .call(call, |cloud, caller| {
                cloud.lambda_publish_version(caller, &request)
            })
            .await?
            .version)
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

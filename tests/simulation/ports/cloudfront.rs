//! CloudFront's port.

use async_trait::async_trait;
use cloudfn::cloud::cloudfront::{
    CloudFrontApi, Code, Described, Execution, FunctionConfig, Stage, Summary, TestRun, Written,
};
use cloudfn::cloud::limit::Family::CloudFront as FAMILY;
use cloudfn::cloud::{BudgetMode, CloudError, Tags};
use strict_cloud::cloudfront as model;

use super::{CloudFront, read, write};

const fn stage_of(stage: Stage) -> model::Stage {
    match stage {
        Stage::Development => model::Stage::Development,
        Stage::Live => model::Stage::Live,
    }
}

fn config_of(config: &FunctionConfig) -> model::FunctionConfig {
    model::FunctionConfig {
        comment: config.comment.clone(),
        runtime: config.runtime.clone(),
        key_value_stores: config.key_value_stores.iter().cloned().collect(),
    }
}

fn summary(summary: model::Summary) -> Summary {
    let model::FunctionConfig {
        comment,
        runtime,
        key_value_stores,
    } = summary.config;
    Summary {
        arn: summary.arn,
        status: Some(summary.status.to_owned()),
        config: FunctionConfig {
            comment,
            runtime,
            key_value_stores: key_value_stores.into_iter().collect(),
        },
        created_time: Some(summary.created.rfc3339()),
        last_modified_time: Some(summary.last_modified.rfc3339()),
    }
}

fn written(described: model::Described) -> Written {
    Written {
        summary: summary(described.summary),
        etag: Some(described.etag),
    }
}

#[async_trait]
impl CloudFrontApi for CloudFront {
    async fn describe(
        &self,
        name: &str,
        stage: Stage,
        mode: BudgetMode,
    ) -> Result<Described, CloudError> {
        let call = read("DescribeFunction", FAMILY, mode);
        let described = self
            .0
            .call(call, |cloud, caller| {
                cloud.cloudfront_describe_function(caller, name, Some(stage_of(stage)))
            })
            .await?;
        Ok(Described {
            summary: summary(described.summary),
            etag: described.etag,
        })
    }

    async fn code(&self, name: &str, stage: Stage, mode: BudgetMode) -> Result<Code, CloudError> {
        let call = read("GetFunction", FAMILY, mode);
        let code = self
            .0
            .call(call, |cloud, caller| {
                cloud.cloudfront_get_function(caller, name, Some(stage_of(stage)))
            })
            .await?;
        Ok(Code {
            bytes: code.bytes.to_vec(),
            etag: Some(code.etag),
        })
    }

    async fn tags(&self, arn: &str, mode: BudgetMode) -> Result<Tags, CloudError> {
        let call = read("ListTagsForResource", FAMILY, mode);
        self.0
            .call(call, |cloud, caller| {
                cloud.cloudfront_list_tags_for_resource(caller, arn)
            })
            .await
    }

    async fn create(
        &self,
        name: &str,
        config: &FunctionConfig,
        code: &[u8],
        tags: &Tags,
    ) -> Result<Written, CloudError> {
        let request = model::CreateFunction {
            name: name.to_owned(),
            config: config_of(config),
            code: code.to_vec(),
            tags: tags.clone(),
        };
        self.0
            .create(write("CreateFunction", FAMILY), move |cloud, caller| {
                cloud.cloudfront_create_function(caller, &request)
            })
            .await
            .map(written)
    }

    async fn update(
        &self,
        name: &str,
        if_match: &str,
        config: &FunctionConfig,
        code: &[u8],
    ) -> Result<Written, CloudError> {
        let request = model::UpdateFunction {
            name: name.to_owned(),
            if_match: Some(if_match.to_owned()),
            config: config_of(config),
            code: code.to_vec(),
        };
        self.0
            .call(write("UpdateFunction", FAMILY), |cloud, caller| {
                cloud.cloudfront_update_function(caller, &request)
            })
            .await
            .map(written)
    }

    async fn test(&self, name: &str, if_match: &str, event: &[u8]) -> Result<TestRun, CloudError> {
        let request = model::TestFunction {
            name: name.to_owned(),
            if_match: Some(if_match.to_owned()),
            stage: Some(model::Stage::Development),
            event: event.to_vec(),
        };
        let run = self
            .0
            .call(write("TestFunction", FAMILY), |cloud, caller| {
                cloud.cloudfront_test_function(caller, &request)
            })
            .await;
        match run {
            Ok(result) => Ok(TestRun::Ran(Execution {
                compute_utilization: result
                    .compute_utilization
                    .and_then(|percent| percent.parse().ok()),
                logs: result.logs,
                error: result.error_message.filter(|text| !text.is_empty()),
                output: result.output,
            })),
            Err(error) if error.code == "TestFunctionFailed" => Ok(TestRun::Failed(error.message)),
            Err(error) if error.code == "UnsupportedOperation" => {
                Ok(TestRun::Unsupported(error.message))
            }
            Err(error) => Err(error),
        }
    }

    async fn distributions(&self, function_arn: &str) -> Result<Vec<String>, CloudError> {
        let mut found = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let call = write("ListDistributions", FAMILY);
            let list = self
                .0
                .call(call, |cloud, caller| {
                    cloud.cloudfront_list_distributions(caller, marker.as_deref(), None)
                })
                .await?;
            found.extend(
                list.items
                    .into_iter()
                    .filter(|one| one.functions.iter().any(|arn| arn == function_arn))
                    .map(|one| one.id),
            );
            marker = list.next_marker;
            if marker.is_none() {
                return Ok(found);
            }
        }
    }

    async fn publish(&self, name: &str, if_match: &str) -> Result<Summary, CloudError> {
        self.0
            .call(write("PublishFunction", FAMILY), |cloud, caller| {
                cloud.cloudfront_publish_function(caller, name, Some(if_match))
            })
            .await
            .map(summary)
    }

    async fn delete(&self, name: &str, if_match: &str) -> Result<(), CloudError> {
        self.0
            .call(write("DeleteFunction", FAMILY), |cloud, caller| {
                cloud.cloudfront_delete_function(caller, name, Some(if_match))
            })
            .await
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError> {
        self.0
            .call(write("TagResource", FAMILY), |cloud, caller| {
                cloud.cloudfront_tag_resource(caller, arn, tags)
            })
            .await
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError> {
        self.0
            .call(write("UntagResource", FAMILY), |cloud, caller| {
                cloud.cloudfront_untag_resource(caller, arn, keys)
            })
            .await
    }
}

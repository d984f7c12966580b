//! CloudFront Functions over the AWS SDK.
//!
//! Invariant: one method is one request, and all of them share one budget: CloudFront publishes
//! no quota for its control plane, so no call is known to have a quota of its own.

mod convert;
mod etag;

use async_trait::async_trait;
use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::primitives::Blob;
use aws_sdk_cloudfront::types;

use super::body::PresentAnswer;
use super::errors;
use super::gate::{Call, Gate, cleared};
use crate::cloud::cloudfront::{
    CloudFrontApi, Code, Described, FunctionConfig, Stage, Summary, TestRun, Written,
};
use crate::cloud::limit::Family;
use crate::cloud::{BudgetMode, CloudError, Tags};
use convert::{config_of, execution, present, stage_of, summary, tags_of, uses};
use etag::PlainEtag;

/// Pages of distributions that are read at most.
const MAX_PAGES: usize = 20;

/// CloudFront Functions of one account; made by
/// [`Connection::cloudfront`](super::Connection::cloudfront).
#[derive(Clone)]
pub struct CloudFront {
    client: Client,
    gate: Gate,
}

impl CloudFront {
    pub(super) const fn new(client: Client, gate: Gate) -> Self {
        Self { client, gate }
    }
}

const fn call<'a>(operation: &'static str, function: &'a str, mode: BudgetMode) -> Call<'a> {
    Call {
        operation,
        function,
        family: Family::CloudFront,
        mode,
        secrets: None,
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
        const OPERATION: &str = "DescribeFunction";
        let request = self
            .client
            .describe_function()
            .name(name)
            .stage(stage_of(stage));
        let output = self
            .gate
            .call(call(OPERATION, name, mode), cleared!(request))
            .await?;
        let etag = present(output.e_tag).ok_or_else(|| errors::incomplete(OPERATION, "ETag"))?;
        Ok(Described {
            summary: summary(OPERATION, output.function_summary)?,
            etag,
        })
    }

    async fn code(&self, name: &str, stage: Stage, mode: BudgetMode) -> Result<Code, CloudError> {
        const OPERATION: &str = "GetFunction";
        let request = self.client.get_function().name(name).stage(stage_of(stage));
        let output = self
            .gate
            .call(call(OPERATION, name, mode), cleared!(request))
            .await?;
        let bytes = output
            .function_code
            .map(Blob::into_inner)
            // No function is without code: an answer without a body has none.
            .filter(|bytes| !bytes.is_empty())
            .ok_or_else(|| errors::incomplete(OPERATION, "code"))?;
        Ok(Code {
            bytes,
            etag: present(output.e_tag),
        })
    }

    async fn tags(&self, arn: &str, mode: BudgetMode) -> Result<Tags, CloudError> {
        const OPERATION: &str = "ListTagsForResource";
        let request = self.client.list_tags_for_resource().resource(arn);
        let output = self
            .gate
            .call(call(OPERATION, arn, mode), |clearance| {
                request
                    .customize()
                    .interceptor(PresentAnswer)
                    .interceptor(clearance)
                    .send()
            })
            .await?;
        let items = output.tags.and_then(|tags| tags.items).unwrap_or_default();
        Ok(items
            .into_iter()
            .map(|tag| (tag.key, tag.value.unwrap_or_default()))
            .collect())
    }

    async fn create(
        &self,
        name: &str,
        config: &FunctionConfig,
        code: &[u8],
        tags: &Tags,
    ) -> Result<Written, CloudError> {
        const OPERATION: &str = "CreateFunction";
        let mut request = self
            .client
            .create_function()
            .name(name)
            .function_config(config_of(OPERATION, config)?)
            .function_code(Blob::new(code));
        if !tags.is_empty() {
            request = request.tags(tags_of(OPERATION, tags)?);
        }
        let output = self
            .gate
            .call(call(OPERATION, name, BudgetMode::Wait), cleared!(request))
            .await?;
        Ok(Written {
            summary: summary(OPERATION, output.function_summary)?,
            etag: present(output.e_tag),
        })
    }

    async fn update(
        &self,
        name: &str,
        if_match: &str,
        config: &FunctionConfig,
        code: &[u8],
    ) -> Result<Written, CloudError> {
        const OPERATION: &str = "UpdateFunction";
        let request = self
            .client
            .update_function()
            .name(name)
            .if_match(if_match)
            .function_config(config_of(OPERATION, config)?)
            .function_code(Blob::new(code));
        let output = self
            .gate
            .call(call(OPERATION, name, BudgetMode::Wait), |clearance| {
                request
                    .customize()
                    .interceptor(PlainEtag)
                    .interceptor(clearance)
                    .send()
            })
            .await?;
        Ok(Written {
            summary: summary(OPERATION, output.function_summary)?,
            etag: present(output.e_tag),
        })
    }

    async fn test(&self, name: &str, if_match: &str, event: &[u8]) -> Result<TestRun, CloudError> {
        const OPERATION: &str = "TestFunction";
        let request = self.client.test_function().name(name).if_match(if_match);
        let request = request
            .stage(stage_of(Stage::Development))
            .event_object(Blob::new(event));
        match self
            .gate
            .call(call(OPERATION, name, BudgetMode::Wait), cleared!(request))
            .await
        {
            Ok(output) => output
                .test_result
                .map(execution)
                .ok_or_else(|| errors::incomplete(OPERATION, "TestResult")),
            Err(error) => errors::untested(error),
        }
    }

    async fn distributions(&self, function_arn: &str) -> Result<Vec<String>, CloudError> {
        const OPERATION: &str = "ListDistributions";
        let mut found = Vec::new();
        let mut marker = None;
        // An account has 500 distributions unless AWS raised that (CloudFront quotas): five pages.
        for _ in 0..MAX_PAGES {
            let request = self.client.list_distributions().set_marker(marker);
            let output = self
                .gate
                .call(
                    call(OPERATION, function_arn, BudgetMode::Wait),
                    cleared!(request),
                )
                .await?;
            let list = output
                .distribution_list
                .ok_or_else(|| errors::incomplete(OPERATION, "DistributionList"))?;
            let users = list
                .items
                .unwrap_or_default()
                .into_iter()
                .filter(|distribution| uses(distribution, function_arn));
            found.extend(users.map(|distribution| distribution.id));
            marker = present(list.next_marker).filter(|_| list.is_truncated);
            if marker.is_none() {
                break;
            }
        }
        found.sort();
        Ok(found)
    }

    async fn publish(&self, name: &str, if_match: &str) -> Result<Summary, CloudError> {
        const OPERATION: &str = "PublishFunction";
        let request = self.client.publish_function().name(name).if_match(if_match);
        let output = self
            .gate
            .call(call(OPERATION, name, BudgetMode::Wait), cleared!(request))
            .await?;
        summary(OPERATION, output.function_summary)
    }

    async fn delete(&self, name: &str, if_match: &str) -> Result<(), CloudError> {
        let request = self.client.delete_function().name(name).if_match(if_match);
        self.gate
            .call(
                call("DeleteFunction", name, BudgetMode::Wait),
                cleared!(request),
            )
            .await
            .map(drop)
    }

    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError> {
        const OPERATION: &str = "TagResource";
        let request = self
            .client
            .tag_resource()
            .resource(arn)
            .tags(tags_of(OPERATION, tags)?);
        self.gate
            .call(call(OPERATION, arn, BudgetMode::Wait), cleared!(request))
            .await
            .map(drop)
    }

    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError> {
        let keys = types::TagKeys::builder()
            .set_items(Some(keys.to_vec()))
            .build();
        let request = self.client.untag_resource().resource(arn).tag_keys(keys);
        self.gate
            .call(
                call("UntagResource", arn, BudgetMode::Wait),
                cleared!(request),
            )
            .await
            .map(drop)
    }
}

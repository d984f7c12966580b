//! CloudFront's types, from the SDK's to ours and back.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::primitives::{DateTime, DateTimeFormat};
use aws_sdk_cloudfront::types;

use crate::cloud::aws::errors;
use crate::cloud::cloudfront::{Execution, FunctionConfig, Stage, Summary, TestRun};
use crate::cloud::{CloudError, Tags};

/// The result of a test run. AWS sends an empty text for what is absent.
pub(super) fn execution(result: types::TestResult) -> TestRun {
    TestRun::Ran(Execution {
        compute_utilization: result
            .compute_utilization
            .and_then(|percent| percent.parse().ok()),
        logs: result.function_execution_logs.unwrap_or_default(),
        error: present(result.function_error_message),
        output: present(result.function_output),
    })
}

/// Whether a cache behavior of a distribution runs the function.
pub(super) fn uses(distribution: &types::DistributionSummary, function_arn: &str) -> bool {
    let default = distribution
        .default_cache_behavior
        .iter()
        .map(|behavior| &behavior.function_associations);
    let others = distribution
        .cache_behaviors
        .iter()
        .flat_map(|behaviors| behaviors.items.iter().flatten());
    let mut associations = default
        .chain(others.map(|behavior| &behavior.function_associations))
        .flatten();
    associations.any(|associations| {
        associations
            .items
            .iter()
            .flatten()
            .any(|association| association.function_arn == function_arn)
    })
}

pub(super) fn stage_of(stage: Stage) -> types::FunctionStage {
    types::FunctionStage::from(stage.as_str())
}

pub(super) fn config_of(
    operation: &'static str,
    config: &FunctionConfig,
) -> Result<types::FunctionConfig, CloudError> {
    // No list at all drops the associations, as an empty one would.
    let stores = if config.key_value_stores.is_empty() {
        None
    } else {
        let items: Result<Vec<_>, _> = config
            .key_value_stores
            .iter()
            .map(|arn| {
                types::KeyValueStoreAssociation::builder()
                    .key_value_store_arn(arn)
                    .build()
            })
            .collect();
        let items = items.map_err(|error| errors::unbuilt(operation, &error))?;
        let quantity = i32::try_from(items.len()).unwrap_or(i32::MAX);
        let stores = types::KeyValueStoreAssociations::builder()
            .quantity(quantity)
            .set_items(Some(items))
            .build();
        Some(stores.map_err(|error| errors::unbuilt(operation, &error))?)
    };
    types::FunctionConfig::builder()
        .comment(&config.comment)
        .runtime(types::FunctionRuntime::from(config.runtime.as_str()))
        .set_key_value_store_associations(stores)
        .build()
        .map_err(|error| errors::unbuilt(operation, &error))
}

pub(super) fn tags_of(operation: &'static str, tags: &Tags) -> Result<types::Tags, CloudError> {
    let items: Result<Vec<_>, _> = tags
        .iter()
        .map(|(key, value)| types::Tag::builder().key(key).value(value).build())
        .collect();
    Ok(types::Tags::builder()
        .set_items(Some(
            items.map_err(|error| errors::unbuilt(operation, &error))?,
        ))
        .build())
}

pub(super) fn summary(
    operation: &'static str,
    found: Option<types::FunctionSummary>,
) -> Result<Summary, CloudError> {
    let found = found.ok_or_else(|| errors::incomplete(operation, "FunctionSummary"))?;
    let config = found
        .function_config
        .ok_or_else(|| errors::incomplete(operation, "FunctionConfig"))?;
    let metadata = found
        .function_metadata
        .ok_or_else(|| errors::incomplete(operation, "FunctionMetadata"))?;
    let stores = config
        .key_value_store_associations
        .and_then(|stores| stores.items)
        .unwrap_or_default();
    let key_value_stores: BTreeSet<String> = stores
        .into_iter()
        .map(|store| store.key_value_store_arn)
        .collect();
    Ok(Summary {
        arn: metadata.function_arn,
        status: present(found.status),
        config: FunctionConfig {
            comment: config.comment,
            runtime: config.runtime.as_str().to_owned(),
            key_value_stores,
        },
        created_time: metadata.created_time.and_then(|time| rfc3339(&time)),
        last_modified_time: rfc3339(&metadata.last_modified_time),
    })
}

/// A time as RFC 3339. The SDK's type has the epoch where a reply has no time.
fn rfc3339(time: &DateTime) -> Option<String> {
    if time.secs() == 0 {
        None
    } else {
        time.fmt(DateTimeFormat::DateTime).ok()
    }
}

pub(super) fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

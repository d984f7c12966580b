//! CloudFront's calls.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::primitives::{Blob, DateTimeFormat};
use aws_sdk_cloudfront::types::{
    FunctionConfig, FunctionRuntime, FunctionStage, FunctionSummary, KeyValueStoreAssociation,
    KeyValueStoreAssociations, Tag, TagKeys, Tags,
};
use serde_json::{Value, json};

use super::{fields, number, pairs, text, texts};

pub async fn call(client: &Client, operation: &str, request: &Value) -> Result<Value, String> {
    let name = text(request, "Name");
    let stage = text(request, "Stage").map(|stage| FunctionStage::from(stage.as_str()));
    let (if_match, resource) = (text(request, "IfMatch"), text(request, "Resource"));
    match operation {
        "CreateFunction" => {
            let call = client
                .create_function()
                .set_name(name)
                .function_config(config(request))
                .set_function_code(code(request))
                .set_tags(tags(request));
            fields(
                call.send().await,
                |output| json!({"FunctionSummary": output.function_summary.as_ref().map(summary), "ETag": output.e_tag, "Location": output.location}),
            )
        }
        "UpdateFunction" => {
            let call = client
                .update_function()
                .set_name(name)
                .set_if_match(if_match)
                .function_config(config(request))
                .set_function_code(code(request));
            fields(
                call.send().await,
                |output| json!({"FunctionSummary": output.function_summary.as_ref().map(summary), "ETag": output.e_tag}),
            )
        }
        "PublishFunction" => fields(
            client
                .publish_function()
                .set_name(name)
                .set_if_match(if_match)
                .send()
                .await,
            |output| json!({"FunctionSummary": output.function_summary.as_ref().map(summary)}),
        ),
        "DeleteFunction" => fields(
            client
                .delete_function()
                .set_name(name)
                .set_if_match(if_match)
                .send()
                .await,
            |_| json!({}),
        ),
        "DescribeFunction" => fields(
            client
                .describe_function()
                .set_name(name)
                .set_stage(stage)
                .send()
                .await,
            |output| json!({"FunctionSummary": output.function_summary.as_ref().map(summary), "ETag": output.e_tag}),
        ),
        "GetFunction" => fields(
            client
                .get_function()
                .set_name(name)
                .set_stage(stage)
                .send()
                .await,
            |output| {
                let code = output
                    .function_code
                    .map(|code| String::from_utf8(code.into_inner()).expect("text"));
                json!({"FunctionCode": code, "ETag": output.e_tag, "ContentType": output.content_type})
            },
        ),
        "ListFunctions" => {
            let call = client
                .list_functions()
                .set_stage(stage)
                .set_marker(text(request, "Marker"))
                .set_max_items(number(request, "MaxItems"));
            fields(call.send().await, |output| {
                let list = output.function_list.expect("a list");
                let mut items = list.items.unwrap_or_default();
                // AWS promises no order.
                items.sort_by_key(|item| {
                    (
                        item.name.clone(),
                        item.function_metadata
                            .as_ref()
                            .and_then(|metadata| metadata.stage.clone())
                            .map(|s| s.to_string()),
                    )
                });
                let items: Vec<Value> = items.iter().map(summary).collect();
                json!({"Items": items, "Quantity": list.quantity, "MaxItems": list.max_items, "NextMarker": list.next_marker})
            })
        }
        "TagResource" => fields(
            client
                .tag_resource()
                .set_resource(resource)
                .set_tags(tags(request))
                .send()
                .await,
            |_| json!({}),
        ),
        "UntagResource" => {
            let keys = TagKeys::builder()
                .set_items(texts(&request["TagKeys"]))
                .build();
            fields(
                client
                    .untag_resource()
                    .set_resource(resource)
                    .tag_keys(keys)
                    .send()
                    .await,
                |_| json!({}),
            )
        }
        "ListTagsForResource" => fields(
            client
                .list_tags_for_resource()
                .set_resource(resource)
                .send()
                .await,
            |output| {
                let items = output.tags.and_then(|tags| tags.items).unwrap_or_default();
                let tags: serde_json::Map<String, Value> = items
                    .into_iter()
                    .map(|tag| (tag.key, json!(tag.value)))
                    .collect();
                json!({"Tags": tags, "Count": tags.len()})
            },
        ),
        _ => panic!("cloudfront:{operation} is not spoken here"),
    }
}

fn config(request: &Value) -> FunctionConfig {
    let stores = texts(&request["KeyValueStores"]).map(|arns| {
        let items: Vec<_> = arns
            .into_iter()
            .map(|arn| {
                KeyValueStoreAssociation::builder()
                    .key_value_store_arn(arn)
                    .build()
                    .expect("a store")
            })
            .collect();
        let quantity = i32::try_from(items.len()).expect("few");
        KeyValueStoreAssociations::builder()
            .quantity(quantity)
            .set_items(Some(items))
            .build()
            .expect("stores")
    });
    let runtime = text(request, "Runtime").unwrap_or_else(|| "cloudfront-js-2.0".into());
    let config = FunctionConfig::builder()
        .comment(text(request, "Comment").unwrap_or_default())
        .runtime(FunctionRuntime::from(runtime.as_str()));
    config
        .set_key_value_store_associations(stores)
        .build()
        .expect("a configuration")
}

/// The text of `Code`, or so many bytes of it as `CodeSize` says.
fn code(request: &Value) -> Option<Blob> {
    let sized = request["CodeSize"]
        .as_u64()
        .map(|size| "/".repeat(usize::try_from(size).expect("a size")));
    text(request, "Code").or(sized).map(Blob::new)
}

fn tags(request: &Value) -> Option<Tags> {
    let items: Vec<Tag> = pairs(&request["Tags"])?
        .into_iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build().expect("a tag"))
        .collect();
    Some(Tags::builder().set_items(Some(items)).build())
}

fn summary(found: &FunctionSummary) -> Value {
    let config = found.function_config.as_ref().map(|config| {
        let stores = config.key_value_store_associations.as_ref().and_then(|stores| stores.items.as_ref());
        let stores: Option<Vec<&String>> = stores.map(|stores| stores.iter().map(|store| &store.key_value_store_arn).collect());
        json!({"Comment": config.comment, "Runtime": config.runtime.as_str(), "KeyValueStores": stores})
    });
    let metadata = found.function_metadata.as_ref().map(|metadata| {
        let created = metadata.created_time.as_ref().and_then(|time| time.fmt(DateTimeFormat::DateTime).ok());
        let modified = metadata.last_modified_time.fmt(DateTimeFormat::DateTime).ok();
        let stage = metadata.stage.as_ref().map(FunctionStage::as_str);
        json!({"FunctionARN": metadata.function_arn, "Stage": stage, "CreatedTime": created, "LastModifiedTime": modified})
    });
    json!({"Name": found.name, "Status": found.status, "FunctionConfig": config, "FunctionMetadata": metadata})
}

//! Lambda's calls.

use std::collections::HashMap;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    Architecture, DeadLetterConfig, Environment, EphemeralStorage, FunctionCode, FunctionVersion,
    PackageType, Runtime, TracingConfig, TracingMode, VpcConfig,
};
use serde_json::{Value, json};

use super::configuration::Shown;
use super::{fields, flag, number, pairs, text, texts};
use crate::support::{archive, python};

pub async fn call(client: &Client, operation: &str, request: &Value) -> Result<Value, String> {
    let (name, qualifier, resource) = (
        text(request, "FunctionName"),
        text(request, "Qualifier"),
        text(request, "Resource"),
    );
    let (revision, marker, max_items) = (
        text(request, "RevisionId"),
        text(request, "Marker"),
        number(request, "MaxItems"),
    );
    // What CreateFunction and UpdateFunctionConfiguration share; their builders have the same methods, and no trait.
    macro_rules! configured {
        ($call:expr) => {
            $call
                .set_function_name(name)
                .set_runtime(
                    text(request, "Runtime").map(|runtime| Runtime::from(runtime.as_str())),
                )
                .set_handler(text(request, "Handler"))
                .set_role(text(request, "Role"))
                .set_description(text(request, "Description"))
                .set_timeout(number(request, "Timeout"))
                .set_memory_size(number(request, "MemorySize"))
                .set_kms_key_arn(text(request, "KMSKeyArn"))
                .set_environment(
                    map(&request["Environment"]["Variables"])
                        .map(|all| Environment::builder().set_variables(Some(all)).build()),
                )
                .set_dead_letter_config(
                    text(&request["DeadLetterConfig"], "TargetArn")
                        .map(|arn| DeadLetterConfig::builder().target_arn(arn).build()),
                )
                .set_vpc_config(vpc(&request["VpcConfig"]))
                .set_layers(texts(&request["Layers"]))
                .set_ephemeral_storage(number(&request["EphemeralStorage"], "Size").map(|size| {
                    EphemeralStorage::builder()
                        .size(size)
                        .build()
                        .expect("a size")
                }))
                .set_tracing_config(text(&request["TracingConfig"], "Mode").map(|mode| {
                    TracingConfig::builder()
                        .mode(TracingMode::from(mode.as_str()))
                        .build()
                }))
        };
    }
    match operation {
        "CreateFunction" => {
            let call = configured!(client.create_function())
                .set_package_type(
                    text(request, "PackageType").map(|kind| PackageType::from(kind.as_str())),
                )
                .set_architectures(architectures(request))
                .set_publish(flag(request, "Publish"))
                .set_tags(map(&request["Tags"]))
                .code(code(&request["Code"]));
            fields(call.send().await, |output| output.shown())
        }
        "UpdateFunctionConfiguration" => {
            let call =
                configured!(client.update_function_configuration()).set_revision_id(revision);
            fields(call.send().await, |output| output.shown())
        }
        "UpdateFunctionCode" => {
            let code = code(&request["Code"]);
            let call = client
                .update_function_code()
                .set_function_name(name)
                .set_revision_id(revision)
                .set_architectures(architectures(request));
            let call = call
                .set_publish(flag(request, "Publish"))
                .set_dry_run(flag(request, "DryRun"))
                .set_zip_file(code.zip_file);
            let call = call
                .set_s3_bucket(code.s3_bucket)
                .set_s3_key(code.s3_key)
                .set_s3_object_version(code.s3_object_version);
            fields(call.send().await, |output| output.shown())
        }
        "PublishVersion" => {
            let call = client
                .publish_version()
                .set_function_name(name)
                .set_revision_id(revision)
                .set_description(text(request, "Description"));
            fields(
                call.set_code_sha256(text(request, "CodeSha256"))
                    .send()
                    .await,
                |output| output.shown(),
            )
        }
        "GetFunction" => fields(
            client
                .get_function()
                .set_function_name(name)
                .set_qualifier(qualifier)
                .send()
                .await,
            |output| {
                let code = output.code.map(|code| json!({"RepositoryType": code.repository_type, "Location": code.location}));
                json!({"Configuration": output.configuration.map(|found| found.shown()), "Code": code, "Tags": output.tags})
            },
        ),
        "GetFunctionConfiguration" => fields(
            client
                .get_function_configuration()
                .set_function_name(name)
                .set_qualifier(qualifier)
                .send()
                .await,
            |output| output.shown(),
        ),
        "ListVersionsByFunction" => {
            let call = client
                .list_versions_by_function()
                .set_function_name(name)
                .set_marker(marker)
                .set_max_items(max_items);
            fields(
                call.send().await,
                |output| json!({"Versions": all_of(output.versions), "NextMarker": output.next_marker}),
            )
        }
        "ListFunctions" => {
            let version = text(request, "FunctionVersion")
                .map(|version| FunctionVersion::from(version.as_str()));
            let call = client
                .list_functions()
                .set_marker(marker)
                .set_max_items(max_items)
                .set_function_version(version);
            fields(
                call.send().await,
                |output| json!({"Functions": all_of(output.functions), "NextMarker": output.next_marker}),
            )
        }
        "DeleteFunction" => fields(
            client
                .delete_function()
                .set_function_name(name)
                .set_qualifier(qualifier)
                .send()
                .await,
            |_| json!({}),
        ),
        "TagResource" => fields(
            client
                .tag_resource()
                .set_resource(resource)
                .set_tags(map(&request["Tags"]))
                .send()
                .await,
            |_| json!({}),
        ),
        "UntagResource" => fields(
            client
                .untag_resource()
                .set_resource(resource)
                .set_tag_keys(texts(&request["TagKeys"]))
                .send()
                .await,
            |_| json!({}),
        ),
        "ListTags" => fields(
            client.list_tags().set_resource(resource).send().await,
            |output| json!({"Count": output.tags.as_ref().map_or(0, HashMap::len), "Tags": output.tags}),
        ),
        _ => panic!("lambda:{operation} is not spoken here"),
    }
}

fn all_of(found: Option<Vec<aws_sdk_lambda::types::FunctionConfiguration>>) -> Vec<Value> {
    found.unwrap_or_default().iter().map(Shown::shown).collect()
}

fn map(value: &Value) -> Option<HashMap<String, String>> {
    pairs(value).map(|pairs| pairs.into_iter().collect())
}

fn architectures(request: &Value) -> Option<Vec<Architecture>> {
    texts(&request["Architectures"]).map(|all| {
        all.iter()
            .map(|one| Architecture::from(one.as_str()))
            .collect()
    })
}

fn vpc(value: &Value) -> Option<VpcConfig> {
    value.as_object()?;
    Some(
        VpcConfig::builder()
            .set_subnet_ids(texts(&value["SubnetIds"]))
            .set_security_group_ids(texts(&value["SecurityGroupIds"]))
            .build(),
    )
}

/// An archive with Python that answers `Python`, or the bytes of `Bytes`, or what lies in S3.
fn code(value: &Value) -> FunctionCode {
    let zip = text(value, "Python").map(|answer| archive("index.py", &python(&answer)));
    let zip = zip
        .or_else(|| text(value, "Bytes").map(String::into_bytes))
        .map(Blob::new);
    let code = FunctionCode::builder()
        .set_zip_file(zip)
        .set_s3_bucket(text(value, "S3Bucket"))
        .set_s3_key(text(value, "S3Key"));
    code.set_s3_object_version(text(value, "S3ObjectVersion"))
        .build()
}

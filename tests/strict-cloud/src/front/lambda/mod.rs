//! Lambda over HTTP: REST-JSON, API version 2015-03-31; tags have a version of their own, 2017-03-31.
//!
//! Source of paths, members and status codes: the service model.

mod read;

use serde_json::json;

use super::refusal::{refuse, unknown};
use super::request::Request;
use super::{Handled, empty, response};
use crate::lambda::{Code, FunctionVersion, Page, zipped_size};
use crate::model::{Answer, Caller, Cloud};
use read::Body;

/// Refuses a request of so many bytes, all of its body counted, unless its archive alone is too large already.
/// Lambda's own words, as users report them (assumed:request-size).
fn sized(
    cloud: &Cloud,
    request: &Request<'_>,
    code: Option<&Code>,
    most: usize,
    operation: &str,
) -> Answer<()> {
    if request.body().len() < most || zipped_size(code).is_err() {
        return Ok(());
    }
    let said = format!("Request must be smaller than {most} bytes for the {operation} operation");
    Err(refuse(
        cloud,
        request,
        413,
        "RequestEntityTooLargeException",
        said,
    ))
}

pub(super) fn answer(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let path = request.path();
    let qualifier = request.parameter("Qualifier");
    match path.as_slice() {
        ["2015-03-31", "functions", rest @ ..] => match (request.method(), rest) {
            ("POST", []) => {
                let create = Body::of(cloud, request)?.create_function()?;
                sized(
                    cloud,
                    request,
                    create.code.as_ref(),
                    70_167_211,
                    "CreateFunction",
                )?;
                cloud
                    .lambda_create_function(caller, &create)
                    .map(|made| json_of(201, &made.to_json()))
            }
            ("GET", []) => list(cloud, caller, request),
            ("GET", [name]) => cloud
                .lambda_get_function(caller, name, qualifier)
                .map(|got| json_of(200, &got.to_json())),
            ("DELETE", [name]) => cloud
                .lambda_delete_function(caller, name, qualifier)
                .map(empty),
            ("GET", [name, "configuration"]) => cloud
                .lambda_get_function_configuration(caller, name, qualifier)
                .map(|got| json_of(200, &got.to_json())),
            ("PUT", [name, "configuration"]) => {
                let update = Body::of(cloud, request)?.update_configuration(name)?;
                cloud
                    .lambda_update_function_configuration(caller, &update)
                    .map(|now| json_of(200, &now.to_json()))
            }
            ("PUT", [name, "code"]) => {
                let update = Body::of(cloud, request)?.update_code(name)?;
                sized(
                    cloud,
                    request,
                    update.code.as_ref(),
                    69_905_067,
                    "UpdateFunctionCode",
                )?;
                cloud
                    .lambda_update_function_code(caller, &update)
                    .map(|now| json_of(200, &now.to_json()))
            }
            ("POST", [name, "versions"]) => {
                let publish = Body::of(cloud, request)?.publish_version(name)?;
                cloud
                    .lambda_publish_version(caller, &publish)
                    .map(|version| json_of(201, &version.to_json()))
            }
            ("GET", [name, "versions"]) => {
                let page = page(cloud, request)?;
                cloud
                    .lambda_list_versions_by_function(caller, name, &page)
                    .map(|listed| json_of(200, &listed.to_json("Versions")))
            }
            (_, [name, "aliases", rest @ ..]) => aliases(cloud, caller, request, name, rest),
            (_, [name, "policy", rest @ ..]) => {
                policy(cloud, caller, request, (name, qualifier), rest)
            }
            _ => Err(unknown(cloud, request)),
        },
        ["2024-08-31", "functions", name, "recursion-config"] => match request.method() {
            "GET" => cloud
                .lambda_get_function_recursion_config(caller, name)
                .map(recursion),
            "PUT" => {
                let word = Body::of(cloud, request)?.recursive_loop()?;
                cloud
                    .lambda_put_function_recursion_config(caller, name, word.as_deref())
                    .map(recursion)
            }
            _ => Err(unknown(cloud, request)),
        },
        ["2017-10-31", "functions", name, "concurrency"] => match request.method() {
            "PUT" => {
                let reserved = Body::of(cloud, request)?.reserved_concurrency()?;
                cloud
                    .lambda_put_function_concurrency(caller, name, reserved)
                    .map(|now| json_of(200, &json!({"ReservedConcurrentExecutions": now})))
            }
            "DELETE" => cloud
                .lambda_delete_function_concurrency(caller, name)
                .map(|()| empty(204)),
            _ => Err(unknown(cloud, request)),
        },
        ["2019-09-30", "functions", name, "concurrency"] if request.method() == "GET" => cloud
            .lambda_get_function_concurrency(caller, name)
            .map(|got| json_of(200, &got)),
        ["2019-09-30", "functions", name, "provisioned-concurrency"] => {
            provisioned_concurrency(cloud, caller, request, (name, qualifier))
        }
        ["2021-10-31", "functions", name, "url"] => url(cloud, caller, request, (name, qualifier)),
        ["2021-10-31", "functions", name, "urls"] if request.method() == "GET" => {
            let page = page(cloud, request)?;
            cloud
                .lambda_list_function_url_configs(caller, name, &page)
                .map(|listed| json_of(200, &listed))
        }
        [
            "2019-09-25",
            "functions",
            name,
            "event-invoke-config",
            "list",
        ] if request.method() == "GET" => {
            let page = page(cloud, request)?;
            cloud
                .lambda_list_function_event_invoke_configs(caller, name, &page)
                .map(|listed| json_of(200, &listed))
        }
        ["2019-09-25", "functions", name, "event-invoke-config"] => {
            event_invoke(cloud, caller, request, (name, qualifier))
        }
        ["2020-06-30", "functions", name, "code-signing-config"] => match request.method() {
            "GET" => cloud
                .lambda_get_function_code_signing_config(caller, name)
                .map(|got| json_of(200, &got)),
            "PUT" => {
                let arn = Body::of(cloud, request)?.code_signing_config()?;
                cloud
                    .lambda_put_function_code_signing_config(caller, name, arn.as_deref())
                    .map(|now| json_of(200, &now))
            }
            "DELETE" => cloud
                .lambda_delete_function_code_signing_config(caller, name)
                .map(|()| empty(204)),
            _ => Err(unknown(cloud, request)),
        },
        ["2021-07-20", "functions", name, "runtime-management-config"] => match request.method() {
            "GET" => cloud
                .lambda_get_runtime_management_config(caller, name)
                .map(|got| json_of(200, &got)),
            "PUT" => {
                let asked = Body::of(cloud, request)?.runtime_management();
                cloud
                    .lambda_put_runtime_management_config(caller, name, &asked)
                    .map(|now| json_of(200, &now))
            }
            _ => Err(unknown(cloud, request)),
        },
        ["2017-03-31", "tags", arn] => match request.method() {
            "GET" => cloud
                .lambda_list_tags(caller, arn)
                .map(|tags| json_of(200, &json!({"Tags": tags}))),
            "POST" => {
                let tags = Body::of(cloud, request)?.tags()?;
                cloud
                    .lambda_tag_resource(caller, arn, &tags)
                    .map(|()| empty(204))
            }
            "DELETE" => cloud
                .lambda_untag_resource(caller, arn, &request.parameters("tagKeys"))
                .map(|()| empty(204)),
            _ => Err(unknown(cloud, request)),
        },
        _ => Err(unknown(cloud, request)),
    }
}

fn url(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request<'_>,
    function: (&str, Option<&str>),
) -> Handled {
    match request.method() {
        "POST" => {
            let asked = Body::of(cloud, request)?.url_config();
            cloud
                .lambda_create_function_url_config(caller, function, &asked)
                .map(|made| json_of(201, &made))
        }
        "GET" => cloud
            .lambda_get_function_url_config(caller, function)
            .map(|got| json_of(200, &got)),
        "PUT" => {
            let asked = Body::of(cloud, request)?.url_config();
            cloud
                .lambda_update_function_url_config(caller, function, &asked)
                .map(|now| json_of(200, &now))
        }
        "DELETE" => cloud
            .lambda_delete_function_url_config(caller, function)
            .map(|()| empty(204)),
        _ => Err(unknown(cloud, request)),
    }
}

fn aliases(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request<'_>,
    function: &str,
    rest: &[&str],
) -> Handled {
    match (request.method(), rest) {
        ("POST", []) => {
            let (asked, _) = Body::of(cloud, request)?.alias()?;
            cloud
                .lambda_create_alias(caller, function, &asked)
                .map(|made| json_of(201, &made))
        }
        ("GET", []) => {
            let page = page(cloud, request)?;
            let version = request.parameter("FunctionVersion");
            cloud
                .lambda_list_aliases(caller, function, version, &page)
                .map(|listed| json_of(200, &listed))
        }
        ("GET", [name]) => cloud
            .lambda_get_alias(caller, function, name)
            .map(|got| json_of(200, &got)),
        ("PUT", [name]) => {
            let (asked, revision) = Body::of(cloud, request)?.alias()?;
            cloud
                .lambda_update_alias(caller, (function, name), &asked, revision.as_deref())
                .map(|now| json_of(200, &now))
        }
        ("DELETE", [name]) => cloud
            .lambda_delete_alias(caller, function, name)
            .map(|()| empty(204)),
        _ => Err(unknown(cloud, request)),
    }
}

fn provisioned_concurrency(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request<'_>,
    function: (&str, Option<&str>),
) -> Handled {
    match request.method() {
        "GET" if request.parameter("List") == Some("ALL") => {
            let page = page(cloud, request)?;
            cloud
                .lambda_list_provisioned_concurrency_configs(caller, function.0, &page)
                .map(|listed| json_of(200, &listed))
        }
        "GET" => cloud
            .lambda_get_provisioned_concurrency_config(caller, function)
            .map(|got| json_of(200, &got)),
        "PUT" => {
            let executions = Body::of(cloud, request)?.provisioned_concurrency()?;
            cloud
                .lambda_put_provisioned_concurrency_config(caller, function, executions)
                .map(|now| json_of(202, &now))
        }
        "DELETE" => cloud
            .lambda_delete_provisioned_concurrency_config(caller, function)
            .map(|()| empty(204)),
        _ => Err(unknown(cloud, request)),
    }
}

fn policy(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request<'_>,
    function: (&str, Option<&str>),
    rest: &[&str],
) -> Handled {
    match (request.method(), rest) {
        ("POST", []) => {
            let (asked, revision) = Body::of(cloud, request)?.permission()?;
            cloud
                .lambda_add_permission(caller, function, &asked, revision.as_deref())
                .map(|made| json_of(201, &made))
        }
        ("GET", []) => cloud
            .lambda_get_policy(caller, function)
            .map(|got| json_of(200, &got)),
        ("DELETE", [statement]) => {
            let revision = request.parameter("RevisionId");
            cloud
                .lambda_remove_permission(caller, function, statement, revision)
                .map(|()| empty(204))
        }
        _ => Err(unknown(cloud, request)),
    }
}

fn event_invoke(
    cloud: &mut Cloud,
    caller: &Caller,
    request: &Request<'_>,
    function: (&str, Option<&str>),
) -> Handled {
    match request.method() {
        "GET" => cloud
            .lambda_get_function_event_invoke_config(caller, function)
            .map(|got| json_of(200, &got)),
        "PUT" => {
            let asked = Body::of(cloud, request)?.event_invoke_config();
            cloud
                .lambda_put_function_event_invoke_config(caller, function, &asked)
                .map(|now| json_of(200, &now))
        }
        "POST" => {
            let asked = Body::of(cloud, request)?.event_invoke_config();
            cloud
                .lambda_update_function_event_invoke_config(caller, function, &asked)
                .map(|now| json_of(200, &now))
        }
        "DELETE" => cloud
            .lambda_delete_function_event_invoke_config(caller, function)
            .map(|()| empty(204)),
        _ => Err(unknown(cloud, request)),
    }
}

fn recursion(word: &str) -> http::Response<Vec<u8>> {
    json_of(200, &json!({"RecursiveLoop": word}))
}

fn list(cloud: &mut Cloud, caller: &Caller, request: &Request<'_>) -> Handled {
    let page = page(cloud, request)?;
    let version = FunctionVersion::of(request.parameter("FunctionVersion"));
    cloud
        .lambda_list_functions(caller, &page, version)
        .map(|listed| json_of(200, &listed.to_json("Functions")))
}

/// Marker and MaxItems; what is no number is assumed:serialization.
fn page(cloud: &Cloud, request: &Request<'_>) -> Answer<Page> {
    let max_items = match request.parameter("MaxItems") {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| refuse(cloud, request, 400, "SerializationException", ""))?,
        ),
    };
    Ok(Page {
        marker: request.parameter("Marker").map(str::to_owned),
        max_items,
    })
}

fn json_of(status: u16, body: &serde_json::Value) -> http::Response<Vec<u8>> {
    response(status, "application/json", body.to_string())
}

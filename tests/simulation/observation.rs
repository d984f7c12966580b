//! The cloud as the judge reads it: every function, as one JSON value each.
//!
//! The calls are the strict cloud's own and ask nobody in cloudfn; `judge` makes them on a copy.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use strict_cloud::cloudfront::{self as cf, Stage};
use strict_cloud::lambda::Page;
use strict_cloud::{Caller, Cloud};

use crate::judge::Place;
use crate::lambda_fields;
use crate::policy;
use crate::schedule::Kind;
use crate::{aliases, event_invoke, function_url};

/// The function at a place.
pub fn function(cloud: &mut Cloud, caller: &Caller, place: &Place) -> Option<Value> {
    match place.kind {
        Kind::CloudFront => cloudfront(cloud, caller, &place.name),
        Kind::Lambda => lambda(cloud, caller, &place.name),
    }
}

/// The places of all functions.
pub fn places(cloud: &mut Cloud, caller: &Caller) -> Vec<Place> {
    let request = cf::ListFunctions {
        stage: Some(Stage::Development),
        ..cf::ListFunctions::default()
    };
    let found = cloud.cloudfront_list_functions(caller, &request).unwrap();
    let cloudfront = found.items.into_iter().map(|summary| Place {
        kind: Kind::CloudFront,
        name: summary.name,
    });
    let mut places: Vec<Place> = cloudfront.collect();
    places.extend(lambda_names(cloud, caller).into_iter().map(|name| Place {
        kind: Kind::Lambda,
        name,
    }));
    places
}

fn cloudfront(cloud: &mut Cloud, caller: &Caller, name: &str) -> Option<Value> {
    let arn = cloud
        .cloudfront_describe_function(caller, name, Some(Stage::Development))
        .ok()?
        .summary
        .arn;
    let mut stage = |stage: Stage| {
        let config = cloud
            .cloudfront_describe_function(caller, name, Some(stage))
            .ok()?
            .summary
            .config;
        let code = cloud
            .cloudfront_get_function(caller, name, Some(stage))
            .ok()?;
        Some(
            json!({"comment": config.comment, "runtime": config.runtime, "stores": config.key_value_stores, "code": String::from_utf8_lossy(&code.bytes)}),
        )
    };
    let (development, live) = (stage(Stage::Development), stage(Stage::Live));
    let tags = cloud.cloudfront_list_tags_for_resource(caller, &arn).ok()?;
    Some(json!({"development": development, "live": live, "tags": tags}))
}

/// The function of a name; one that is being deleted is gone.
fn lambda(cloud: &mut Cloud, caller: &Caller, name: &str) -> Option<Value> {
    let got = cloud.lambda_get_function(caller, name, None).ok()?;
    let function = got.configuration;
    let state = function.state.as_ref().map(|state| state.word);
    if state == Some("Deleting") {
        return None;
    }
    let versions = cloud
        .lambda_list_versions_by_function(caller, name, &Page::default())
        .ok()?
        .items;
    let recursive_loop = cloud
        .lambda_get_function_recursion_config(caller, name)
        .ok()?;
    let url = cloud
        .lambda_get_function_url_config(caller, (name, None))
        .ok();
    let policy = policy::seen(cloud, caller, name);
    let aliases = aliases::seen(cloud, caller, name);
    let own_versions = aliases::ours(&versions);
    let events = cloud
        .lambda_get_function_event_invoke_config(caller, (name, None))
        .unwrap_or_default();
    let signing = cloud
        .lambda_get_function_code_signing_config(caller, name)
        .ok()?;
    let runtime = cloud
        .lambda_get_runtime_management_config(caller, name)
        .ok()?;
    let versions: BTreeMap<u64, String> = versions
        .into_iter()
        .filter_map(|version| Some((version.version.parse().ok()?, version.code_sha256)))
        .collect();
    let configuration = lambda_fields::with_code(&function.configuration, &got.code);
    let mut observed = lambda_fields::seen(&configuration);
    let rest = json!({
        "name": name, "codeSha256": function.code_sha256, "state": state, "lastUpdateStatus": function.last_update_status.map(|status| status.word),
        "versions": versions.into_values().collect::<Vec<_>>(),
        "tags": got.tags.ok()?,
        "recursiveLoop": recursive_loop,
        "reservedConcurrentExecutions": got.reserved_concurrency,
        "functionUrlConfig": url.map(|url| function_url::seen(&url)),
        "policy": policy,
        "aliases": aliases,
        "provisioned": aliases::provisioned(cloud, caller, name),
        "ownVersions": own_versions,
        "eventInvokeConfig": event_invoke::seen(&events),
        "runtimeManagementConfig": {"updateRuntimeOn": runtime["UpdateRuntimeOn"], "runtimeVersionArn": runtime["RuntimeVersionArn"]},
        "codeSigningConfigArn": signing["CodeSigningConfigArn"].as_str().unwrap_or_default(),
    });
    observed.extend(rest.as_object().cloned().unwrap_or_default());
    Some(Value::Object(observed))
}

/// The names of all functions that are not being deleted.
fn lambda_names(cloud: &mut Cloud, caller: &Caller) -> Vec<String> {
    let listed = cloud
        .lambda_list_functions(caller, &Page::default(), false)
        .unwrap();
    let names: Vec<String> = listed
        .items
        .into_iter()
        .map(|function| function.function_name)
        .collect();
    names
        .into_iter()
        .filter(|name| lambda(cloud, caller, name).is_some())
        .collect()
}

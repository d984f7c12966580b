//! Lambda as seen from outside, and what outsiders do there.

use std::collections::BTreeMap;

use cloudfn::api::{INSTANCE_TAG, OWNER_TAG};
use serde_json::{Value, json};
use strict_cloud::lambda::{self, Configuration, Page};
use strict_cloud::{Caller, Cloud};

use crate::clouds::{OTHERS, caller};
use crate::lambda_fields;
use crate::schedule::Outside;
use crate::sight::{of_another_cluster, strange_tags};
use crate::world::ACCOUNT;

/// The function of a name; one that is being deleted is gone.
pub fn see(cloud: &mut Cloud, caller: &Caller, name: &str) -> Option<Value> {
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
    let versions: BTreeMap<u64, String> = versions
        .into_iter()
        .filter_map(|version| Some((version.version.parse().ok()?, version.code_sha256)))
        .collect();
    let mut seen = lambda_fields::seen(&function.configuration);
    let rest = json!({
        "codeSha256": function.code_sha256, "state": state, "lastUpdateStatus": function.last_update_status.map(|status| status.word),
        "versions": versions.into_values().collect::<Vec<_>>(),
        "tags": got.tags.ok()?,
    });
    seen.extend(rest.as_object().cloned().unwrap_or_default());
    Some(Value::Object(seen))
}

/// The names of all functions that are not being deleted.
pub fn all(cloud: &mut Cloud, caller: &Caller) -> Vec<String> {
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
        .filter(|name| see(cloud, caller, name).is_some())
        .collect()
}

fn archive(number: u64) -> lambda::Code {
    lambda::Code::Zip(strict_cloud::zip::store(&[(
        "index.py",
        format!("def handler(event, context):\n    return {number}\n").as_bytes(),
    )]))
}

/// Makes a function of others.
pub fn create(cloud: &mut Cloud, caller: &Caller, name: &str) -> bool {
    let configuration = Configuration::of(json!({
        "Runtime": "python3.13", "Handler": "index.handler", "Role": format!("arn:aws:iam::{ACCOUNT}:role/others"), "Description": "of others",
    }));
    let request = lambda::CreateFunction {
        function_name: name.to_owned(),
        code: Some(archive(900)),
        configuration,
        tags: strange_tags(),
        ..Default::default()
    };
    cloud.lambda_create_function(caller, &request).is_ok()
}

/// Does as an outsider, if it can be done.
pub fn outside(cloud: &mut Cloud, name: &str, what: Outside) -> Option<()> {
    let caller = caller(OTHERS);
    let got = cloud.lambda_get_function(&caller, name, None).ok()?;
    let arn = got.configuration.function_arn;
    match what {
        Outside::Edit(number) => {
            let configuration = Configuration::of(
                json!({"Description": format!("outside {number}"), "Timeout": 60 + number}),
            );
            let request = lambda::UpdateFunctionConfiguration {
                function_name: name.to_owned(),
                configuration,
                ..Default::default()
            };
            cloud
                .lambda_update_function_configuration(&caller, &request)
                .ok()
                .map(drop)
        }
        Outside::Code(number) => {
            let request = lambda::UpdateFunctionCode {
                function_name: name.to_owned(),
                code: Some(archive(500 + number)),
                ..Default::default()
            };
            cloud
                .lambda_update_function_code(&caller, &request)
                .ok()
                .map(drop)
        }
        Outside::Publish => {
            let request = lambda::PublishVersion {
                function_name: name.to_owned(),
                ..Default::default()
            };
            cloud
                .lambda_publish_version(&caller, &request)
                .ok()
                .map(drop)
        }
        Outside::Delete => cloud
            .lambda_delete_function(&caller, name, None)
            .ok()
            .map(drop),
        Outside::Disown => cloud
            .lambda_untag_resource(
                &caller,
                &arn,
                &[OWNER_TAG.to_owned(), INSTANCE_TAG.to_owned()],
            )
            .ok(),
        Outside::TakeOver => {
            got.tags.ok()?.get(OWNER_TAG)?;
            cloud
                .lambda_tag_resource(&caller, &arn, &of_another_cluster())
                .ok()
        }
        Outside::Create => None,
    }
}

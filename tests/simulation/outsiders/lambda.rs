//! What outsiders do to Lambda functions.

use cloudfn::api::{INSTANCE_TAG, OWNER_TAG};
use serde_json::json;
use strict_cloud::lambda::{
    self, AliasConfig, Configuration, EventInvokeConfig, Permission, RuntimeManagement, UrlConfig,
};
use strict_cloud::{Caller, Cloud, Tags};

use crate::aliases;
use crate::clouds::{OTHERS, caller};
use crate::outsiders::{of_another_cluster, strange_tags};
use crate::policy::OF_OTHERS;
use crate::schedule::{ODD, Outside, code_signing};

fn archive(number: u64) -> lambda::Code {
    lambda::Code::Zip(strict_cloud::zip::store(&[(
        "index.py",
        format!("def handler(event, context):\n    return {number}\n").as_bytes(),
    )]))
}

/// Makes a function of others.
pub fn create(cloud: &mut Cloud, caller: &Caller, name: &str) -> bool {
    let configuration = Configuration::of(json!({
        "Runtime": "python3.13", "Handler": "index.handler", "Role": format!("arn:aws:iam::{}:role/others", caller.account), "Description": "of others",
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

/// Changes a function as an outsider; `None` where that cannot be done.
pub fn outside(cloud: &mut Cloud, name: &str, what: Outside) -> Option<()> {
    let caller = caller(OTHERS);
    let got = cloud.lambda_get_function(&caller, name, None).ok()?;
    let arn = got.configuration.function_arn;
    match what {
        Outside::Edit(number) => {
            let configuration = Configuration::of(
                json!({"Description": format!("outside {number}{ODD}"), "Timeout": 60 + number}),
            );
            let parts = parts(cloud, &caller, name, number);
            let request = lambda::UpdateFunctionConfiguration {
                function_name: name.to_owned(),
                configuration,
                ..Default::default()
            };
            let updated = cloud.lambda_update_function_configuration(&caller, &request);
            (parts || updated.is_ok()).then_some(())
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

/// Changes the parts, or takes them away. Whether any was: where the function is busy, none can be.
fn parts(cloud: &mut Cloud, caller: &Caller, name: &str, number: u64) -> bool {
    let url = UrlConfig::of(json!({"AuthType": "AWS_IAM", "Cors": {"MaxAge": 7}}));
    let on_update = RuntimeManagement::of(json!({"UpdateRuntimeOn": "FunctionUpdate"}));
    let events = EventInvokeConfig::of(json!({"MaximumEventAgeInSeconds": 77}));
    let allow = |id: &str, service: &str| {
        Permission::of(json!({"StatementId": id, "Action": "lambda:*", "Principal": service}))
    };
    let (of, live) = ((name, None), (name, Some("live")));
    let has_some = |cloud: &mut Cloud| {
        let found = cloud.lambda_get_provisioned_concurrency_config(caller, live);
        found.is_ok()
    };
    match number {
        0 => {
            let theirs = allow(OF_OTHERS, "*");
            let theirs_too = json!({"Name": aliases::OF_OTHERS, "FunctionVersion": "1"});
            let theirs_too = AliasConfig::of(theirs_too);
            let no_routing = json!({"AdditionalVersionWeights": {}});
            let latest = json!({"FunctionVersion": "$LATEST", "RoutingConfig": no_routing});
            let latest = AliasConfig::of(latest);
            let done = [
                cloud
                    .lambda_put_function_recursion_config(caller, name, Some("Allow"))
                    .is_ok(),
                cloud
                    .lambda_put_function_concurrency(caller, name, Some(7))
                    .is_ok(),
                cloud
                    .lambda_add_permission(caller, of, &theirs, None)
                    .is_ok(),
                cloud
                    .lambda_put_function_event_invoke_config(caller, of, &events)
                    .is_ok(),
                cloud
                    .lambda_put_function_code_signing_config(caller, name, Some(&code_signing(9)))
                    .is_ok(),
                cloud
                    .lambda_put_runtime_management_config(caller, name, &on_update)
                    .is_ok(),
                cloud.lambda_create_alias(caller, name, &theirs_too).is_ok(),
                has_some(cloud)
                    && cloud
                        .lambda_put_provisioned_concurrency_config(caller, live, Some(3))
                        .is_ok(),
                cloud
                    .lambda_update_alias(caller, (name, "live"), &latest, None)
                    .is_ok(),
                cloud
                    .lambda_create_function_url_config(caller, of, &url)
                    .is_ok()
                    || cloud
                        .lambda_update_function_url_config(caller, of, &url)
                        .is_ok(),
            ];
            done.contains(&true)
        }
        1 => {
            let (theirs, auto) = (
                allow("s-0", "sqs.amazonaws.com"),
                RuntimeManagement::default(),
            );
            let done = [
                cloud
                    .lambda_put_function_recursion_config(caller, name, Some("Terminate"))
                    .is_ok(),
                cloud
                    .lambda_delete_function_concurrency(caller, name)
                    .is_ok(),
                cloud.lambda_delete_function_url_config(caller, of).is_ok(),
                cloud
                    .lambda_remove_permission(caller, of, "s-0", None)
                    .is_ok(),
                cloud
                    .lambda_add_permission(caller, of, &theirs, None)
                    .is_ok(),
                cloud
                    .lambda_delete_function_event_invoke_config(caller, of)
                    .is_ok(),
                cloud
                    .lambda_delete_function_code_signing_config(caller, name)
                    .is_ok(),
                cloud
                    .lambda_put_runtime_management_config(caller, name, &auto)
                    .is_ok(),
                has_some(cloud)
                    && cloud
                        .lambda_delete_provisioned_concurrency_config(caller, live)
                        .is_ok(),
                cloud.lambda_delete_alias(caller, name, "live").is_ok(),
            ];
            done.contains(&true)
        }
        _ => false,
    }
}

/// Writes tags onto a function.
pub fn tag(cloud: &mut Cloud, caller: &Caller, name: &str, tags: &Tags) {
    let got = cloud.lambda_get_function(caller, name, None).unwrap();
    let arn = got.configuration.function_arn;
    cloud.lambda_tag_resource(caller, &arn, tags).unwrap();
}

//! What the spec asks for of parts. Pure.

mod aliases;

use std::collections::BTreeMap;

use crate::api::lambda::{self as api, Word};
use crate::cloud::lambda::{
    Cors, EventInvokeConfig, Permission, Principal, RuntimeManagement, UrlConfig,
};

pub use self::aliases::{
    ALIASES, Followed, PROVISIONED, WantedAlias, alias_name, aliases, provisioned_name,
};

/// What begins a statement's name among the managed names, and in differences.
pub const STATEMENTS: &str = "permissions/";

/// What a URL for everybody needs since November 2026, beside each other (Lambda Developer Guide, "Control access to
/// Lambda function URLs"). The ids are those of AWS's console.
const PUBLIC_URL: &str = "FunctionURLAllowPublicAccess";
const PUBLIC_INVOKE: &str = "FunctionURLInvokeAllowPublicAccess";

/// The function URL; what is omitted has the cloud's default.
#[must_use]
pub fn url(spec: &api::FunctionUrlConfig) -> UrlConfig {
    UrlConfig {
        auth_type: spec.auth_type.as_str().to_owned(),
        invoke_mode: spec.invoke_mode.as_str().to_owned(),
        cors: spec.cors.as_ref().map(cors).unwrap_or_default(),
    }
}

fn cors(spec: &api::Cors) -> Cors {
    let set = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
    // AWS keeps names of headers in lower case (observed by users of drift tools), and their case means nothing.
    let headers = |list: &Option<Vec<String>>| {
        let names = list.iter().flatten();
        names.map(|name| name.to_ascii_lowercase()).collect()
    };
    let methods = spec.allow_methods.iter().flatten();
    Cors {
        allow_credentials: spec.allow_credentials.unwrap_or_default(),
        allow_headers: headers(&spec.allow_headers),
        allow_methods: methods.map(|word| word.as_str().to_owned()).collect(),
        allow_origins: set(&spec.allow_origins),
        expose_headers: headers(&spec.expose_headers),
        max_age: spec.max_age.unwrap_or_default(),
    }
}

/// What becomes of events of asynchronous calls; what is omitted has its default.
#[must_use]
pub fn events(spec: &api::EventInvokeConfig) -> EventInvokeConfig {
    let default = EventInvokeConfig::default();
    let destinations = spec.destination_config.as_ref();
    let arn = |of: Option<&Option<api::Destination>>| {
        let destination = of.and_then(Option::as_ref);
        destination.map_or_else(String::new, |destination| destination.destination.clone())
    };
    EventInvokeConfig {
        maximum_retry_attempts: spec
            .maximum_retry_attempts
            .unwrap_or(default.maximum_retry_attempts),
        maximum_event_age_in_seconds: spec
            .maximum_event_age_in_seconds
            .unwrap_or(default.maximum_event_age_in_seconds),
        on_success: arn(destinations.map(|of| &of.on_success)),
        on_failure: arn(destinations.map(|of| &of.on_failure)),
    }
}

/// When the runtime is updated.
#[must_use]
pub fn runtime(spec: &api::RuntimeManagementConfig) -> RuntimeManagement {
    RuntimeManagement {
        update_runtime_on: spec.update_runtime_on.as_str().to_owned(),
        runtime_version_arn: spec.runtime_version_arn.clone().unwrap_or_default(),
    }
}

/// A statement's name among the managed names, and in differences.
#[must_use]
pub fn statement_name(statement: &str) -> String {
    format!("{STATEMENTS}{statement}")
}

/// What the spec asks for: its statements, and those that a URL for everybody needs, unless it has its own
/// of their ids.
#[must_use]
pub fn statements(spec: &api::LambdaFunctionSpec) -> BTreeMap<String, Permission> {
    let url = spec.function_url_config.as_ref();
    let is_public = url.is_some_and(|url| url.auth_type == api::FunctionUrlAuthType::Public);
    let mut wanted = if is_public { public() } else { BTreeMap::new() };
    for asked in &spec.permissions {
        let auth_type = asked.function_url_auth_type.as_ref();
        let permission = Permission {
            action: asked
                .action
                .clone()
                .unwrap_or_else(|| api::INVOKE.to_owned()),
            principal: Principal::named(&asked.principal),
            source_arn: asked.source_arn.clone(),
            source_account: asked.source_account.clone(),
            principal_org_id: asked.principal_org_id.clone(),
            event_source_token: asked.event_source_token.clone(),
            function_url_auth_type: auth_type.map(|word| word.as_str().to_owned()),
            invoked_via_function_url: asked.invoked_via_function_url,
        };
        wanted.insert(asked.statement_id.clone(), permission);
    }
    wanted
}

fn public() -> BTreeMap<String, Permission> {
    let url = Permission {
        function_url_auth_type: Some(api::FunctionUrlAuthType::Public.as_str().to_owned()),
        ..Permission::new("lambda:InvokeFunctionUrl", Principal::Anyone)
    };
    let invoke = Permission {
        invoked_via_function_url: true,
        ..Permission::new(api::INVOKE, Principal::Anyone)
    };
    BTreeMap::from([
        (PUBLIC_URL.to_owned(), url),
        (PUBLIC_INVOKE.to_owned(), invoke),
    ])
}

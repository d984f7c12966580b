//! Function URLs: the SDK's shapes to ours and back.
//!
//! What is empty is not sent: an update's `Cors` takes the place of the one before, so an empty one
//! clears it. Source: Terraform's AWS provider clears it so (`resourceFunctionURLUpdate`).

use std::collections::BTreeSet;

use aws_sdk_lambda::operation::get_function_url_config::GetFunctionUrlConfigOutput;
use aws_sdk_lambda::types;

use crate::cloud::CloudError;
use crate::cloud::aws::errors;
use crate::cloud::lambda::{Cors, UrlConfig};

/// What an answer shows.
pub(super) fn config_of(output: &GetFunctionUrlConfigOutput) -> UrlConfig {
    let buffered = types::InvokeMode::Buffered;
    UrlConfig {
        auth_type: output.auth_type.as_str().to_owned(),
        invoke_mode: output
            .invoke_mode
            .as_ref()
            .unwrap_or(&buffered)
            .as_str()
            .to_owned(),
        cors: output.cors.as_ref().map(cors_of).unwrap_or_default(),
    }
}

fn cors_of(cors: &types::Cors) -> Cors {
    let set = |list: &[String]| list.iter().cloned().collect();
    let headers = |list: &[String]| list.iter().map(|name| name.to_ascii_lowercase()).collect();
    Cors {
        allow_credentials: cors.allow_credentials.unwrap_or_default(),
        allow_headers: headers(cors.allow_headers()),
        allow_methods: set(cors.allow_methods()),
        allow_origins: set(cors.allow_origins()),
        expose_headers: headers(cors.expose_headers()),
        max_age: cors.max_age.unwrap_or_default(),
    }
}

/// What a request says.
pub(super) fn cors_to(cors: &Cors) -> types::Cors {
    let list = |set: &BTreeSet<String>| (!set.is_empty()).then(|| set.iter().cloned().collect());
    types::Cors::builder()
        .set_allow_credentials(cors.allow_credentials.then_some(true))
        .set_allow_headers(list(&cors.allow_headers))
        .set_allow_methods(list(&cors.allow_methods))
        .set_allow_origins(list(&cors.allow_origins))
        .set_expose_headers(list(&cors.expose_headers))
        .set_max_age(Some(cors.max_age).filter(|seconds| *seconds != 0))
        .build()
}

/// The URL, which every answer must have.
pub(super) fn said(operation: &'static str, url: String) -> Result<String, CloudError> {
    if url.is_empty() {
        Err(errors::incomplete(operation, "FunctionUrl"))
    } else {
        Ok(url)
    }
}

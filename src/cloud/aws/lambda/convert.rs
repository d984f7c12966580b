//! Lambda's shapes: the SDK's to ours and back.
//!
//! Invariant: an empty text from the cloud is no text (an image has `Runtime: ""` in some
//! implementations and none in others). Configuration fields are read by `fields`.

use aws_sdk_lambda::operation::create_function::CreateFunctionOutput;
use aws_sdk_lambda::operation::publish_version::PublishVersionOutput;
use aws_sdk_lambda::operation::update_function_code::UpdateFunctionCodeOutput;
use aws_sdk_lambda::operation::update_function_configuration::UpdateFunctionConfigurationOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types;

use super::fields::{Read, Sent as _, set};
use crate::cloud::aws::arn::unqualified;
use crate::cloud::lambda::{
    CodeSource, Configuration, Function, LoggingConfig, configuration_fields,
};

/// The configuration in a reply.
macro_rules! read {
    ([$reply:ident] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, fresh: $fresh:expr,
            compared: $compared:ident, value: $value:ident, call: $call:ident, set: $set:ident,
        }
    )*) => {
        Configuration { $( $field: read!(@by $call $reply, $field), )* }
    };
    // Only the code that `GetFunction` shows tells it.
    (@by Package $reply:ident, $field:ident) => { None };
    (@by $call:ident $reply:ident, $field:ident) => { Read::read(read!(@of $reply, $field)) };
    // The one member that replies have under another name.
    (@of $reply:ident, image_config) => { $reply.image_config_response };
    (@of $reply:ident, $field:ident) => { $reply.$field };
}

/// The five replies that describe a function share all members but no type.
macro_rules! function {
    ($($reply:ty),*) => {$(
        impl From<$reply> for Function {
            fn from(reply: $reply) -> Self {
                let vpc = reply.vpc_config.as_ref().is_some_and(|vpc| {
                    vpc.vpc_id().is_some_and(|id| !id.is_empty()) || !vpc.subnet_ids().is_empty()
                });
                let logging = LoggingConfig::read(reply.logging_config.clone()).unwrap_or_default();
                let logging = logging.of_function(reply.function_name.as_deref().unwrap_or_default());
                let image = reply.package_type == Some(types::PackageType::Image);
                Self {
                    arn: unqualified(reply.function_arn.as_deref().unwrap_or_default()).to_owned(),
                    environment_error: reply.environment.as_ref().and_then(environment_error),
                    configuration: Configuration {
                        logging_config: Some(logging),
                        ..configuration_fields!(read; reply)
                    },
                    is_image: image,
                    code_sha256: text(reply.code_sha256),
                    code_size: reply.code_size,
                    revision_id: text(reply.revision_id),
                    version: text(reply.version),
                    last_modified: text(reply.last_modified),
                    state: word(reply.state.as_ref().map(types::State::as_str)),
                    state_reason: text(reply.state_reason),
                    state_reason_code: word(reply.state_reason_code.as_ref().map(types::StateReasonCode::as_str)),
                    last_update_status: word(reply.last_update_status.as_ref().map(types::LastUpdateStatus::as_str)),
                    last_update_status_reason: text(reply.last_update_status_reason),
                    last_update_status_reason_code: word(
                        reply.last_update_status_reason_code.as_ref().map(types::LastUpdateStatusReasonCode::as_str),
                    ),
                    settles_slowly: vpc || image,
                }
            }
        }
    )*};
}

function!(
    types::FunctionConfiguration,
    CreateFunctionOutput,
    PublishVersionOutput,
    UpdateFunctionCodeOutput,
    UpdateFunctionConfigurationOutput
);

/// The text, if there is any.
pub(super) fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn word(word: Option<&str>) -> Option<String> {
    word.filter(|word| !word.is_empty()).map(str::to_owned)
}

/// The code alone: the message may name what could not be decrypted.
fn environment_error(reply: &types::EnvironmentResponse) -> Option<String> {
    Some(
        reply
            .error
            .as_ref()?
            .error_code()
            .unwrap_or("Unknown")
            .to_owned(),
    )
}

/// What a new function is made of.
pub(super) const fn package_of(source: &CodeSource) -> types::PackageType {
    match source {
        CodeSource::Zip(_) | CodeSource::S3 { .. } => types::PackageType::Zip,
        CodeSource::Image(_) => types::PackageType::Image,
    }
}

/// How a deployment package is kept, as `GetFunction` shows it: an object is resolved only where Lambda reads it
/// in its bucket (Lambda Developer Guide, "Self-managed S3 code storage"; as its users show the reply).
pub(super) fn package_of_reply(code: types::FunctionCodeLocation) -> Configuration {
    let mode = code.resolved_s3_object.map(|_| "REFERENCE".to_owned());
    Configuration {
        source_kms_key_arn: text(code.source_kms_key_arn),
        s3_object_storage_mode: mode,
        ..Configuration::default()
    }
}

/// The code of a new function.
pub(super) fn code_of(source: &CodeSource, configuration: &Configuration) -> types::FunctionCode {
    let code = types::FunctionCode::builder();
    let code = configuration_fields!(set; Package, code, configuration);
    match source {
        CodeSource::Zip(bytes) => code.zip_file(Blob::new(bytes.as_slice())),
        CodeSource::S3 {
            bucket,
            key,
            version,
        } => code
            .s3_bucket(bucket)
            .s3_key(key)
            .set_s3_object_version(version.clone()),
        CodeSource::Image(uri) => code.image_uri(uri),
    }
    .build()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn empty_texts_and_an_empty_environment_are_absent() {
        let reply = types::FunctionConfiguration::builder()
            .function_arn("arn:aws:lambda:eu-west-1:000000000000:function:f")
            .function_name("f")
            .runtime(types::Runtime::from(""))
            .handler("")
            .code_sha256("")
            .environment(
                types::EnvironmentResponse::builder()
                    .set_variables(Some(HashMap::new()))
                    .build(),
            )
            .vpc_config(
                types::VpcConfigResponse::builder()
                    .vpc_id("")
                    .set_subnet_ids(Some(Vec::new()))
                    .build(),
            )
            .build();
        let function = Function::from(reply);
        let nothing = Configuration {
            architectures: Some(Vec::new()),
            layers: Some(Vec::new()),
            logging_config: Some(LoggingConfig::default().of_function("f")),
            ..Configuration::default()
        };
        assert_eq!(function.configuration, nothing);
        assert_eq!(function.code_sha256, None);
        assert!(!function.settles_slowly);
    }

    #[test]
    fn a_qualified_arn_loses_its_qualifier() {
        let arn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
        for qualifier in ["", ":2", ":live", ":$LATEST"] {
            assert_eq!(unqualified(&format!("{arn}{qualifier}")), arn);
        }
    }

    #[test]
    fn images_and_functions_in_a_network_settle_slowly() {
        let image = types::FunctionConfiguration::builder()
            .package_type(types::PackageType::Image)
            .build();
        let vpc = types::VpcConfigResponse::builder()
            .subnet_ids("subnet-1")
            .build();
        let inside = types::FunctionConfiguration::builder()
            .vpc_config(vpc)
            .build();
        assert!(Function::from(image).settles_slowly);
        assert!(Function::from(inside).settles_slowly);
    }
}

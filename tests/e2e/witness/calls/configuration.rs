//! FunctionConfiguration as JSON: six types of the SDK have the same members, and no trait.

use aws_sdk_lambda::operation::create_function::CreateFunctionOutput;
use aws_sdk_lambda::operation::get_function_configuration::GetFunctionConfigurationOutput;
use aws_sdk_lambda::operation::publish_version::PublishVersionOutput;
use aws_sdk_lambda::operation::update_function_code::UpdateFunctionCodeOutput;
use aws_sdk_lambda::operation::update_function_configuration::UpdateFunctionConfigurationOutput;
use aws_sdk_lambda::types::FunctionConfiguration;
use serde_json::{Value, json};

/// What is shown as FunctionConfiguration.
pub trait Shown {
    fn shown(&self) -> Value;
}

macro_rules! shown {
    ($($output:ty),+) => {$(
        impl Shown for $output {
            fn shown(&self) -> Value {
                let word = |text: Option<&str>| text.map(str::to_owned);
                let mut members = json!({
                    "FunctionName": self.function_name, "FunctionArn": self.function_arn, "Version": self.version, "RevisionId": self.revision_id,
                    "Runtime": word(self.runtime.as_ref().map(AsRef::as_ref)), "Handler": self.handler, "Role": self.role, "Description": self.description,
                    "Timeout": self.timeout, "MemorySize": self.memory_size, "LastModified": self.last_modified,
                    "CodeSha256": self.code_sha256, "CodeSize": self.code_size, "KMSKeyArn": self.kms_key_arn,
                    "PackageType": word(self.package_type.as_ref().map(AsRef::as_ref)),
                    "Environment": self.environment.as_ref().map(|environment| json!({"Variables": environment.variables})),
                    "DeadLetterConfig": self.dead_letter_config.as_ref().map(|config| json!({"TargetArn": config.target_arn})),
                    "VpcConfig": self.vpc_config.as_ref().map(|vpc| json!({"SubnetIds": vpc.subnet_ids, "SecurityGroupIds": vpc.security_group_ids, "VpcId": vpc.vpc_id, "Ipv6AllowedForDualStack": vpc.ipv6_allowed_for_dual_stack})),
                    "TracingConfig": self.tracing_config.as_ref().map(|config| json!({"Mode": config.mode.as_ref().map(|mode| mode.as_str())})),
                    "EphemeralStorage": self.ephemeral_storage.as_ref().map(|storage| json!({"Size": storage.size})),
                });
                // A second object: the macro of the first has only so much depth.
                let more = json!({
                    "Architectures": self.architectures.as_ref().map(|all| all.iter().map(|one| one.as_str()).collect::<Vec<_>>()),
                    "Layers": self.layers.as_ref().map(|layers| layers.iter().map(|layer| layer.arn.clone()).collect::<Vec<_>>()),
                    "LoggingConfig": self.logging_config.as_ref().map(|logging| json!({
                        "LogFormat": logging.log_format.as_ref().map(|format| format.as_str()), "LogGroup": logging.log_group,
                        "ApplicationLogLevel": logging.application_log_level.as_ref().map(|level| level.as_str()),
                        "SystemLogLevel": logging.system_log_level.as_ref().map(|level| level.as_str()),
                    })),
                    "FileSystemConfigs": self.file_system_configs.as_ref().map(|all| {
                        all.iter().map(|one| json!({"Arn": one.arn, "LocalMountPath": one.local_mount_path})).collect::<Vec<_>>()
                    }),
                    "SnapStart": self.snap_start.as_ref().map(|snap| json!({
                        "ApplyOn": snap.apply_on.as_ref().map(|on| on.as_str()), "OptimizationStatus": snap.optimization_status.as_ref().map(|status| status.as_str()),
                    })),
                    "State": word(self.state.as_ref().map(AsRef::as_ref)), "StateReason": self.state_reason,
                    "StateReasonCode": word(self.state_reason_code.as_ref().map(AsRef::as_ref)),
                    "LastUpdateStatus": word(self.last_update_status.as_ref().map(AsRef::as_ref)), "LastUpdateStatusReason": self.last_update_status_reason,
                    "LastUpdateStatusReasonCode": word(self.last_update_status_reason_code.as_ref().map(AsRef::as_ref)),
                    "RuntimeVersionConfig": self.runtime_version_config.as_ref().map(|config| json!({"RuntimeVersionArn": config.runtime_version_arn})),
                });
                let (Some(members_of), Value::Object(more)) = (members.as_object_mut(), more) else { panic!("objects") };
                members_of.extend(more);
                members
            }
        }
    )+};
}

shown!(
    CreateFunctionOutput,
    FunctionConfiguration,
    GetFunctionConfigurationOutput,
    PublishVersionOutput,
    UpdateFunctionCodeOutput,
    UpdateFunctionConfigurationOutput
);

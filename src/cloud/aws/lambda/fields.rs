//! Configuration fields as the SDK has them: one pair of conversions for each shape.
//!
//! Invariant: an empty text from the cloud is no text, a block without members is none, and a list
//! that is left out is empty. A row of `cloud/lambda/fields.rs` whose shape has no
//! conversion here does not compile.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_lambda::types;
use secrecy::ExposeSecret;

use crate::cloud::lambda::{
    DurableConfig, Environment, FileSystem, FileSystems, ImageConfig, LoggingConfig, VpcConfig,
};

/// Gives a request, or the code of a new function, those members of a configuration that it carries.
macro_rules! set {
    ([$call:ident, $request:ident, $configuration:ident] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, fresh: $fresh:expr,
            compared: $compared:ident, value: $value:ident, call: $carried_by:ident, set: $set:ident,
        }
    )*) => {{
        $( let $request = set!(@one $call $carried_by $request.$set($configuration.$field)); )*
        $request
    }};
    (@one Configuration Code $request:ident.$set:ident($value:expr)) => { $request };
    (@one Configuration Creation $request:ident.$set:ident($value:expr)) => { $request };
    (@one Configuration Package $request:ident.$set:ident($value:expr)) => { $request };
    (@one Code Creation $request:ident.$set:ident($value:expr)) => { $request };
    (@one Code Configuration $request:ident.$set:ident($value:expr)) => { $request };
    // A new function has it in its code.
    (@one Any Package $request:ident.$set:ident($value:expr)) => { $request };
    (@one Package Configuration $request:ident.$set:ident($value:expr)) => { $request };
    (@one Package Code $request:ident.$set:ident($value:expr)) => { $request };
    (@one Package Creation $request:ident.$set:ident($value:expr)) => { $request };
    (@one $call:ident $carried_by:ident $request:ident.$set:ident($value:expr)) => {
        $request.$set($value.as_ref().and_then(|value| value.sent()))
    };
}
pub(super) use set;

/// A value as a request carries it.
pub(super) trait Sent<S> {
    /// The SDK's value.
    fn sent(&self) -> Option<S>;
}

/// A value as a reply has it.
pub(super) trait Read<S>: Sized {
    /// Our value; `None` where the cloud left it out.
    fn read(reply: Option<S>) -> Option<Self>;
}

impl Sent<i32> for i32 {
    fn sent(&self) -> Option<i32> {
        Some(*self)
    }
}

impl Read<i32> for i32 {
    fn read(reply: Option<i32>) -> Option<Self> {
        reply
    }
}

impl Sent<types::EphemeralStorage> for i32 {
    fn sent(&self) -> Option<types::EphemeralStorage> {
        types::EphemeralStorage::builder().size(*self).build().ok()
    }
}

impl Read<types::EphemeralStorage> for i32 {
    fn read(reply: Option<types::EphemeralStorage>) -> Option<Self> {
        reply.map(|storage| storage.size)
    }
}

impl Sent<String> for String {
    fn sent(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Read<String> for String {
    fn read(reply: Option<String>) -> Option<Self> {
        reply.filter(|text| !text.is_empty())
    }
}

/// Words of the SDK's lists; what it does not know passes through.
macro_rules! words {
    ($($word:ident),*) => {$(
        impl Sent<types::$word> for String {
            fn sent(&self) -> Option<types::$word> {
                Some(types::$word::from(self.as_str()))
            }
        }

        impl Read<types::$word> for String {
            fn read(reply: Option<types::$word>) -> Option<Self> {
                Self::read(reply.map(|word| word.as_str().to_owned()))
            }
        }
    )*};
}

words!(
    Runtime,
    Architecture,
    S3ObjectStorageMode,
    TracingMode,
    SnapStartApplyOn,
    LogFormat,
    ApplicationLogLevel,
    SystemLogLevel
);

impl Sent<types::TracingConfig> for String {
    fn sent(&self) -> Option<types::TracingConfig> {
        let config = types::TracingConfig::builder().set_mode(self.sent());
        Some(config.build())
    }
}

impl Read<types::TracingConfigResponse> for String {
    fn read(reply: Option<types::TracingConfigResponse>) -> Option<Self> {
        Self::read(reply?.mode)
    }
}

impl Sent<Vec<types::Architecture>> for Vec<String> {
    fn sent(&self) -> Option<Vec<types::Architecture>> {
        Some(self.iter().filter_map(Sent::sent).collect())
    }
}

impl Read<Vec<types::Architecture>> for Vec<String> {
    fn read(reply: Option<Vec<types::Architecture>>) -> Option<Self> {
        let words = reply.unwrap_or_default().into_iter();
        Some(words.filter_map(|word| Read::read(Some(word))).collect())
    }
}

/// An empty target clears it.
impl Sent<types::DeadLetterConfig> for String {
    fn sent(&self) -> Option<types::DeadLetterConfig> {
        let config = types::DeadLetterConfig::builder().target_arn(self);
        Some(config.build())
    }
}

impl Read<types::DeadLetterConfig> for String {
    fn read(reply: Option<types::DeadLetterConfig>) -> Option<Self> {
        Self::read(reply?.target_arn)
    }
}

impl Sent<types::SnapStart> for String {
    fn sent(&self) -> Option<types::SnapStart> {
        let config = types::SnapStart::builder().set_apply_on(self.sent());
        Some(config.build())
    }
}

impl Read<types::SnapStartResponse> for String {
    fn read(reply: Option<types::SnapStartResponse>) -> Option<Self> {
        Self::read(reply?.apply_on)
    }
}

impl Sent<types::TenancyConfig> for String {
    fn sent(&self) -> Option<types::TenancyConfig> {
        let config = types::TenancyConfig::builder().tenant_isolation_mode(self.as_str().into());
        config.build().ok()
    }
}

impl Read<types::TenancyConfig> for String {
    fn read(reply: Option<types::TenancyConfig>) -> Option<Self> {
        Self::read(reply.map(|config| config.tenant_isolation_mode.as_str().to_owned()))
    }
}

impl Sent<types::DurableConfig> for DurableConfig {
    fn sent(&self) -> Option<types::DurableConfig> {
        let config = types::DurableConfig::builder()
            .execution_timeout(self.execution_timeout)
            .retention_period_in_days(self.retention_period_in_days)
            .set_kms_key_arn(Some(self.kms_key_arn.clone()).filter(|arn| !arn.is_empty()));
        Some(config.build())
    }
}

impl Read<types::DurableConfig> for DurableConfig {
    fn read(reply: Option<types::DurableConfig>) -> Option<Self> {
        let reply = reply?;
        Some(Self {
            execution_timeout: reply.execution_timeout?,
            retention_period_in_days: reply.retention_period_in_days.unwrap_or(Self::RETENTION),
            kms_key_arn: reply.kms_key_arn.unwrap_or_default(),
        })
    }
}

impl Sent<Vec<String>> for Vec<String> {
    fn sent(&self) -> Option<Self> {
        Some(self.clone())
    }
}

/// Layers go out as ARNs and come back as objects.
impl Read<Vec<types::Layer>> for Vec<String> {
    fn read(reply: Option<Vec<types::Layer>>) -> Option<Self> {
        let layers = reply.unwrap_or_default().into_iter();
        Some(layers.filter_map(|layer| Read::read(layer.arn)).collect())
    }
}

/// Empty lists clear it.
impl Sent<types::VpcConfig> for VpcConfig {
    fn sent(&self) -> Option<types::VpcConfig> {
        let list = |ids: &BTreeSet<String>| Some(ids.iter().cloned().collect());
        let config = types::VpcConfig::builder()
            .set_subnet_ids(list(&self.subnet_ids))
            .set_security_group_ids(list(&self.security_group_ids))
            .ipv6_allowed_for_dual_stack(self.ipv6_allowed_for_dual_stack);
        Some(config.build())
    }
}

impl Read<types::VpcConfigResponse> for VpcConfig {
    fn read(reply: Option<types::VpcConfigResponse>) -> Option<Self> {
        let reply = reply?;
        let ids = |list: Option<Vec<String>>| list.unwrap_or_default().into_iter().collect();
        let config = Self {
            subnet_ids: ids(reply.subnet_ids),
            security_group_ids: ids(reply.security_group_ids),
            ipv6_allowed_for_dual_stack: reply.ipv6_allowed_for_dual_stack.unwrap_or_default(),
        };
        Some(config).filter(|config| *config != Self::default())
    }
}

/// An empty list clears it.
impl Sent<Vec<types::FileSystemConfig>> for FileSystems {
    fn sent(&self) -> Option<Vec<types::FileSystemConfig>> {
        let one = |of: &FileSystem| {
            let config = types::FileSystemConfig::builder()
                .arn(&of.arn)
                .local_mount_path(&of.local_mount_path);
            config.build().ok()
        };
        Some(self.0.iter().filter_map(one).collect())
    }
}

impl Read<Vec<types::FileSystemConfig>> for FileSystems {
    fn read(reply: Option<Vec<types::FileSystemConfig>>) -> Option<Self> {
        let one = |config: types::FileSystemConfig| FileSystem {
            arn: config.arn,
            local_mount_path: config.local_mount_path,
        };
        let all: Vec<FileSystem> = reply?.into_iter().map(one).collect();
        (!all.is_empty()).then_some(Self(all))
    }
}

/// An empty block clears it.
impl Sent<types::ImageConfig> for ImageConfig {
    fn sent(&self) -> Option<types::ImageConfig> {
        let list = |words: &Vec<String>| Some(words.clone()).filter(|words| !words.is_empty());
        let folder = Some(self.working_directory.clone());
        let config = types::ImageConfig::builder()
            .set_entry_point(list(&self.entry_point))
            .set_command(list(&self.command))
            .set_working_directory(folder.filter(|folder| !folder.is_empty()));
        Some(config.build())
    }
}

impl Read<types::ImageConfigResponse> for ImageConfig {
    fn read(reply: Option<types::ImageConfigResponse>) -> Option<Self> {
        let config = reply?.image_config?;
        let config = Self {
            entry_point: config.entry_point.unwrap_or_default(),
            command: config.command.unwrap_or_default(),
            working_directory: config.working_directory.unwrap_or_default(),
        };
        Some(config).filter(|config| *config != Self::default())
    }
}

/// What it leaves out stays as it is in the cloud, so the levels are left out with `Text` only, which has none.
impl Sent<types::LoggingConfig> for LoggingConfig {
    fn sent(&self) -> Option<types::LoggingConfig> {
        let config = types::LoggingConfig::builder()
            .set_log_format(self.log_format.sent())
            .set_application_log_level(self.application_log_level.as_ref().and_then(Sent::sent))
            .set_system_log_level(self.system_log_level.as_ref().and_then(Sent::sent))
            .set_log_group(self.log_group.clone());
        Some(config.build())
    }
}

impl Read<types::LoggingConfig> for LoggingConfig {
    fn read(reply: Option<types::LoggingConfig>) -> Option<Self> {
        let reply = reply?;
        let format = String::read(reply.log_format);
        Some(Self {
            log_format: format.unwrap_or(Self::default().log_format),
            application_log_level: Read::read(reply.application_log_level),
            system_log_level: Read::read(reply.system_log_level),
            log_group: Read::read(reply.log_group),
        })
    }
}

/// The whole map; an empty one clears it.
impl Sent<types::Environment> for Environment {
    fn sent(&self) -> Option<types::Environment> {
        let variables: HashMap<String, String> = self
            .variables
            .iter()
            .map(|(name, value)| (name.clone(), value.expose_secret().to_owned()))
            .collect();
        let environment = types::Environment::builder().set_variables(Some(variables));
        Some(environment.build())
    }
}

impl Read<types::EnvironmentResponse> for Environment {
    fn read(reply: Option<types::EnvironmentResponse>) -> Option<Self> {
        let variables = reply?.variables.filter(|variables| !variables.is_empty())?;
        let secret = |(name, value): (String, String)| (name, value.into());
        Some(Self::secret(variables.into_iter().map(secret).collect()))
    }
}

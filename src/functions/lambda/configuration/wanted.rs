//! The configuration that the spec asks for.

use super::environment;
use crate::api::lambda::{self as spec, LambdaFunctionSpec, Word};
use crate::cloud::lambda::{
    Configuration, DurableConfig, Environment, FileSystem, FileSystems, ImageConfig, LoggingConfig,
    VpcConfig, configuration_fields,
};
use crate::reconcile::{Inputs, Unmet};

/// A member of the spec as the port has it.
trait Wanted<T> {
    /// The port's value; `None` where the spec leaves it out.
    fn wanted(&self, inputs: &Inputs) -> Result<Option<T>, Unmet>;
}

impl<T, S: Wanted<T>> Wanted<T> for Option<S> {
    fn wanted(&self, inputs: &Inputs) -> Result<Option<T>, Unmet> {
        self.as_ref().map_or(Ok(None), |value| value.wanted(inputs))
    }
}

impl Wanted<Self> for String {
    fn wanted(&self, _: &Inputs) -> Result<Option<Self>, Unmet> {
        Ok(Some(self.clone()))
    }
}

impl Wanted<Self> for i32 {
    fn wanted(&self, _: &Inputs) -> Result<Option<Self>, Unmet> {
        Ok(Some(*self))
    }
}

impl<W: Word> Wanted<String> for W {
    fn wanted(&self, _: &Inputs) -> Result<Option<String>, Unmet> {
        Ok(Some(self.as_str().to_owned()))
    }
}

impl<W: Word> Wanted<Vec<String>> for Vec<W> {
    fn wanted(&self, _: &Inputs) -> Result<Option<Vec<String>>, Unmet> {
        let words = self.iter().map(|word| word.as_str().to_owned());
        Ok(Some(words.collect()))
    }
}

impl Wanted<Self> for Vec<String> {
    fn wanted(&self, _: &Inputs) -> Result<Option<Self>, Unmet> {
        Ok(Some(self.clone()))
    }
}

impl Wanted<VpcConfig> for spec::VpcConfig {
    fn wanted(&self, _: &Inputs) -> Result<Option<VpcConfig>, Unmet> {
        let ids = |list: &Option<Vec<String>>| list.iter().flatten().cloned().collect();
        Ok(Some(VpcConfig {
            subnet_ids: ids(&self.subnet_ids),
            security_group_ids: ids(&self.security_group_ids),
            ipv6_allowed_for_dual_stack: self.ipv6_allowed_for_dual_stack.unwrap_or_default(),
        }))
    }
}

impl Wanted<FileSystems> for Vec<spec::FileSystemConfig> {
    fn wanted(&self, _: &Inputs) -> Result<Option<FileSystems>, Unmet> {
        let all = self.iter().map(|one| FileSystem {
            arn: one.arn.clone(),
            local_mount_path: one.local_mount_path.clone(),
        });
        Ok(Some(FileSystems(all.collect())))
    }
}

impl Wanted<ImageConfig> for spec::ImageConfig {
    fn wanted(&self, _: &Inputs) -> Result<Option<ImageConfig>, Unmet> {
        Ok(Some(ImageConfig {
            entry_point: self.entry_point.clone().unwrap_or_default(),
            command: self.command.clone().unwrap_or_default(),
            working_directory: self.working_directory.clone().unwrap_or_default(),
        }))
    }
}

/// With `JSON`, both levels are `INFO` where nobody names them (Lambda Developer Guide, "Log-level filtering").
impl Wanted<LoggingConfig> for spec::LoggingConfig {
    fn wanted(&self, _: &Inputs) -> Result<Option<LoggingConfig>, Unmet> {
        let format = self.log_format.unwrap_or(spec::LogFormat::Text);
        let info = (format == spec::LogFormat::Json).then(|| "INFO".to_owned());
        let application = self
            .application_log_level
            .map(|level| level.as_str().to_owned());
        let system = self.system_log_level.map(|level| level.as_str().to_owned());
        Ok(Some(LoggingConfig {
            log_format: format.as_str().to_owned(),
            application_log_level: application.or_else(|| info.clone()),
            system_log_level: system.or(info),
            log_group: self.log_group.clone(),
        }))
    }
}

impl Wanted<DurableConfig> for spec::DurableConfig {
    fn wanted(&self, _: &Inputs) -> Result<Option<DurableConfig>, Unmet> {
        let retention = self.retention_period_in_days;
        Ok(Some(DurableConfig {
            execution_timeout: self.execution_timeout,
            retention_period_in_days: retention.unwrap_or(DurableConfig::RETENTION),
            kms_key_arn: self.kms_key_arn.clone().unwrap_or_default(),
        }))
    }
}

impl Wanted<Environment> for spec::Environment {
    fn wanted(&self, inputs: &Inputs) -> Result<Option<Environment>, Unmet> {
        environment::environment(self, inputs).map(Some)
    }
}

macro_rules! wanted {
    ([$spec:ident, $inputs:ident] $(
        $(#[$doc:meta])* $field:ident: $type:ty {
            name: $name:literal, path: $($path:ident).+, $($columns:tt)*
        }
    )*) => {
        Configuration { $( $field: wanted!(@at $spec, $inputs, $($path).+), )* }
    };
    (@at $spec:ident, $inputs:ident, $member:ident) => { $spec.$member.wanted($inputs)? };
    // The one block that every spec has.
    (@at $spec:ident, $inputs:ident, code.$member:ident) => { $spec.code.$member.wanted($inputs)? };
    (@at $spec:ident, $inputs:ident, $block:ident.$member:ident) => {
        match &$spec.$block {
            Some(block) => block.$member.wanted($inputs)?,
            None => None,
        }
    };
}

/// What the spec and its references ask for.
///
/// # Errors
/// Where a referenced object or key is missing, or is no value for a variable.
pub fn configuration(spec: &LambdaFunctionSpec, inputs: &Inputs) -> Result<Configuration, Unmet> {
    Ok(configuration_fields!(wanted; spec, inputs))
}

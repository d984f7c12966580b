//! When a function gets newer versions of its runtime, in the port's words.

use super::blocks::{Block, Member};

/// When a function gets newer versions of its runtime.
///
/// Source of the default: Lambda API reference, `PutRuntimeManagementConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeManagement {
    /// `Auto`, `FunctionUpdate` or `Manual`.
    pub update_runtime_on: String,
    /// ARN of the version with `Manual`; empty otherwise.
    pub runtime_version_arn: String,
}

impl RuntimeManagement {
    /// Newer versions come with the next change of the function.
    #[must_use]
    pub fn on_update() -> Self {
        Self {
            update_runtime_on: "FunctionUpdate".to_owned(),
            runtime_version_arn: String::new(),
        }
    }

    /// Whether a version is pinned.
    #[must_use]
    pub fn is_manual(&self) -> bool {
        self.update_runtime_on == "Manual"
    }
}

impl Default for RuntimeManagement {
    fn default() -> Self {
        Self {
            update_runtime_on: "Auto".to_owned(),
            runtime_version_arn: String::new(),
        }
    }
}

impl Block for RuntimeManagement {
    fn members(&self) -> Vec<Member> {
        let arn = &self.runtime_version_arn;
        let arn = (!arn.is_empty()).then(|| ("runtimeVersionArn", arn.clone()));
        let mode = ("updateRuntimeOn", self.update_runtime_on.clone());
        std::iter::once(mode).chain(arn).collect()
    }
}

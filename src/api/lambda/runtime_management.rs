//! When the function gets newer versions of its runtime, in the spec.
//!
//! Source of shapes and limits: the Lambda API reference, `PutRuntimeManagementConfig`.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use super::word::words;
use crate::api::forms;

/// When the function gets newer versions of its runtime.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("(self.updateRuntimeOn == 'Manual') == has(self.runtimeVersionArn)")
    .message("runtimeVersionArn goes with updateRuntimeOn Manual, which needs it; name it with Manual, and drop it otherwise")
    .field_path(".runtimeVersionArn"))]
pub struct RuntimeManagementConfig {
    /// `Auto`: soon after a version is there. `FunctionUpdate`: with the next change of the function.
    /// `Manual`: never; the function has the version that `runtimeVersionArn` names.
    pub update_runtime_on: UpdateRuntimeOn,

    /// ARN of a version of the function's runtime; `RuntimeVersionConfig` of `GetFunction` shows the one in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 26, max = 2048), regex(pattern = forms::RUNTIME_VERSION.pattern))]
    pub runtime_version_arn: Option<String>,
}

words! {
    /// When a function gets newer versions of its runtime.
    UpdateRuntimeOn {
        /// Soon after a version is there.
        Auto = "Auto",
        /// With the next change of the function.
        FunctionUpdate = "FunctionUpdate",
        /// Never.
        Manual = "Manual",
    }
}

//! References to ConfigMaps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::forms::OBJECT_NAME;

/// A key of a ConfigMap in the object's own namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfigMapKeyRef {
    /// Name of the ConfigMap.
    #[schemars(length(min = 1, max = 253), regex(pattern = OBJECT_NAME.pattern))]
    pub name: String,
    /// Key in its `data` or `binaryData`.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

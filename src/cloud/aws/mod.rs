//! AWS: the only place that names its SDK.

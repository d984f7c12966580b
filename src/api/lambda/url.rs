//! The function URL, in the spec.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::words;

/// An HTTPS endpoint of the function's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrlConfig {
    /// `AWS_IAM`: callers sign their requests, and need a right. `NONE`: everybody may call it; cloudfn puts
    /// the two statements into the function's policy that this needs, and takes them away with it.
    pub auth_type: FunctionUrlAuthType,

    /// Which web pages may call it from a browser. What it omits is empty; omitted: none may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Cors")]
    pub cors: Option<Cors>,

    /// `BUFFERED` (default) answers once the function has ended, `RESPONSE_STREAM` while it runs.
    #[serde(default)]
    pub invoke_mode: InvokeMode,
}

words! {
    /// Who may call a function URL.
    FunctionUrlAuthType {
        /// Everybody.
        Public = "NONE",
        /// Callers with a right in AWS.
        Iam = "AWS_IAM",
    }
}

words! {
    /// When a function URL answers.
    #[derive(Default)]
    InvokeMode {
        /// Once the function has ended.
        #[default]
        Buffered = "BUFFERED",
        /// While it runs.
        ResponseStream = "RESPONSE_STREAM",
    }
}

/// Cross-origin resource sharing: one block, of which what is omitted is empty. The order in a list
/// means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "(has(self.allowOrigins) && size(self.allowOrigins) > 0) || !((has(self.allowCredentials) && self.allowCredentials) || (has(self.allowHeaders) && size(self.allowHeaders) > 0) || (has(self.allowMethods) && size(self.allowMethods) > 0) || (has(self.exposeHeaders) && size(self.exposeHeaders) > 0) || (has(self.maxAge) && self.maxAge > 0))"
).message("cors without allowOrigins lets no page in; name the origins, or drop the other members")
 .field_path(".allowOrigins"))]
pub struct Cors {
    /// Whether requests may have cookies and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,

    /// Headers that requests may have, for instance `content-type`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 1024)))]
    pub allow_headers: Option<Vec<String>>,

    /// Methods that requests may have; `*` is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 6))]
    pub allow_methods: Option<Vec<CorsMethod>>,

    /// Origins that may call it, for instance `https://www.example.com`; `*` is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 253)))]
    pub allow_origins: Option<Vec<String>>,

    /// Headers of answers that pages may read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 100), inner(length(min = 1, max = 1024)))]
    pub expose_headers: Option<Vec<String>>,

    /// Seconds for which a browser may keep the answer to a preflight request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 86400))]
    pub max_age: Option<i32>,
}

words! {
    /// A method of HTTP, or any.
    CorsMethod {
        /// DELETE.
        Delete = "DELETE",
        /// GET.
        Get = "GET",
        /// HEAD.
        Head = "HEAD",
        /// PATCH.
        Patch = "PATCH",
        /// POST.
        Post = "POST",
        /// PUT.
        Put = "PUT",
        /// Any method.
        Any = "*",
    }
}

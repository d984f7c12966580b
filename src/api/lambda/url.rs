//! The function URL, in the spec.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::Word;

/// An HTTPS endpoint of the function's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrlConfig {
    /// `AWS_IAM`: callers sign their requests, and need a right. `NONE`: Lambda asks nobody who they
    /// are; the function's policy must allow the calls all the same, which cloudfn leaves to you.
    pub auth_type: FunctionUrlAuthType,

    /// Which web pages may call it from a browser. What it omits is empty; omitted: none may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Cors")]
    pub cors: Option<Cors>,

    /// `BUFFERED` (default) answers once the function has ended, `RESPONSE_STREAM` while it runs.
    #[serde(default)]
    pub invoke_mode: InvokeMode,
}

/// Who may call a function URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FunctionUrlAuthType {
    /// Everybody.
    #[serde(rename = "NONE")]
    Public,
    /// Callers with a right in AWS.
    #[serde(rename = "AWS_IAM")]
    Iam,
}

impl Word for FunctionUrlAuthType {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Public => "NONE",
            Self::Iam => "AWS_IAM",
        }
    }
}

/// When a function URL answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum InvokeMode {
    /// Once the function has ended.
    #[default]
    #[serde(rename = "BUFFERED")]
    Buffered,
    /// While it runs.
    #[serde(rename = "RESPONSE_STREAM")]
    ResponseStream,
}

impl Word for InvokeMode {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Buffered => "BUFFERED",
            Self::ResponseStream => "RESPONSE_STREAM",
        }
    }
}

/// Cross-origin resource sharing: one block, of which what is omitted is empty. The order in a list
/// means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
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

/// A method of HTTP, or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum CorsMethod {
    /// DELETE.
    Delete,
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// PATCH.
    Patch,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// Any method.
    #[serde(rename = "*")]
    Any,
}

impl Word for CorsMethod {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Any => "*",
        }
    }
}

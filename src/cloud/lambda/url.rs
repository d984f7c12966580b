//! A function URL, in the port's words.

use std::collections::BTreeSet;

use super::blocks::{Block, Member};

/// The URL of a function, and what it is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionUrl {
    /// `https://….lambda-url.<region>.on.aws/`: the cloud makes it.
    pub url: String,
    /// What it is like.
    pub config: UrlConfig,
}

/// What a function URL is like, always whole: what the cloud leaves out has its default.
///
/// Source of the defaults: Lambda API reference, `GetFunctionUrlConfig` and `Cors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlConfig {
    /// `NONE` or `AWS_IAM`.
    pub auth_type: String,
    /// `BUFFERED`, the default, or `RESPONSE_STREAM`.
    pub invoke_mode: String,
    /// Who may call it from a browser.
    pub cors: Cors,
}

impl Block for UrlConfig {
    fn members(&self) -> Vec<Member> {
        // As YAML has lists, so that no two look alike.
        let list = |name, set: &BTreeSet<String>| {
            (!set.is_empty()).then(|| (name, serde_json::json!(set).to_string()))
        };
        let cors = &self.cors;
        let credentials = cors.allow_credentials;
        let max_age = (cors.max_age != 0).then(|| cors.max_age.to_string());
        [
            Some(("authType", self.auth_type.clone())),
            Some(("invokeMode", self.invoke_mode.clone())),
            credentials.then(|| ("cors.allowCredentials", true.to_string())),
            list("cors.allowHeaders", &cors.allow_headers),
            list("cors.allowMethods", &cors.allow_methods),
            list("cors.allowOrigins", &cors.allow_origins),
            list("cors.exposeHeaders", &cors.expose_headers),
            max_age.map(|seconds| ("cors.maxAge", seconds)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Cross-origin resource sharing; by default, all of it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    /// Whether requests may have cookies and the like.
    pub allow_credentials: bool,
    /// Headers that requests may have.
    pub allow_headers: BTreeSet<String>,
    /// Methods that requests may have.
    pub allow_methods: BTreeSet<String>,
    /// Origins that may call it.
    pub allow_origins: BTreeSet<String>,
    /// Headers of answers that pages may read.
    pub expose_headers: BTreeSet<String>,
    /// Seconds for which a browser may keep the answer to a preflight request.
    pub max_age: i32,
}

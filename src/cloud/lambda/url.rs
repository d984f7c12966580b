//! A function URL, in the port's words.

use std::collections::BTreeSet;

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

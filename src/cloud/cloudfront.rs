//! The port to CloudFront Functions: one method for each API operation that cloudfn uses.
//!
//! Source of shapes and limits: the CloudFront API reference, version 2020-05-31.

use std::collections::BTreeSet;

use async_trait::async_trait;
use strum::IntoStaticStr;

use super::{BudgetMode, CloudError, Tags};

/// The two copies of a function that CloudFront keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Stage {
    /// The copy that `UpdateFunction` changes.
    Development,
    /// The copy that viewers are served by, changed only by `PublishFunction`.
    Live,
}

impl Stage {
    /// The API's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// What `UpdateFunction` replaces as a whole, the code excepted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FunctionConfig {
    /// A comment; may be empty.
    pub comment: String,
    /// `cloudfront-js-1.0`, `cloudfront-js-2.0`, or what comes later.
    pub runtime: String,
    /// ARNs of the associated key-value stores; order and repetition mean nothing.
    pub key_value_stores: BTreeSet<String>,
}

/// The API's `FunctionSummary`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The function's ARN (the same for both stages).
    pub arn: String,
    /// The cloud's word for the function's state (`UNPUBLISHED`, `UNASSOCIATED`, `DEPLOYED`).
    pub status: Option<String>,
    /// The configuration of the requested stage.
    pub config: FunctionConfig,
    /// When the function was created, RFC 3339.
    pub created_time: Option<String>,
    /// When this stage was last changed, RFC 3339.
    pub last_modified_time: Option<String>,
}

/// A stage as read: its summary and the version it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The summary.
    pub summary: Summary,
    /// The stage's own `ETag`.
    pub etag: String,
}

/// The reply to a create or an update.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The DEVELOPMENT summary after the write.
    pub summary: Summary,
    /// The new DEVELOPMENT `ETag`; absent where a cloud does not send it.
    pub etag: Option<String>,
}

/// Code as read.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    /// The source text, as stored.
    pub bytes: Vec<u8>,
    /// The `ETag` of the stage that was read.
    pub etag: Option<String>,
}

/// The outcome of `TestFunction`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestRun {
    /// The function ran.
    Ran(Execution),
    /// CloudFront could not run it (`TestFunctionFailed`); the text is the cloud's.
    Failed(String),
    /// This cloud does not run tests.
    Unsupported(String),
}

/// One run of a function on an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Execution {
    /// Percent of the compute time that CloudFront allows, from 0; absent where a cloud does not
    /// say.
    pub compute_utilization: Option<i32>,
    /// Lines of the log.
    pub logs: Vec<String>,
    /// Why the function failed, if it did.
    pub error: Option<String>,
    /// What it returned: JSON, an object with the member `request` or `response`.
    pub output: Option<String>,
}

/// CloudFront Functions of one account.
///
/// Errors: every method answers [`CloudError`]; a function or stage that does not exist is
/// [`Class::NotFound`](super::Class::NotFound), a stale `if_match` is
/// [`Class::Conflict`](super::Class::Conflict).
#[async_trait]
pub trait CloudFrontApi: Send + Sync + 'static {
    /// `DescribeFunction`. LIVE before the first publish is `NotFound`.
    async fn describe(
        &self,
        name: &str,
        stage: Stage,
        mode: BudgetMode,
    ) -> Result<Described, CloudError>;

    /// `GetFunction`: the code of a stage.
    async fn code(&self, name: &str, stage: Stage, mode: BudgetMode) -> Result<Code, CloudError>;

    /// `ListTagsForResource`.
    async fn tags(&self, arn: &str, mode: BudgetMode) -> Result<Tags, CloudError>;

    /// `CreateFunction`; empty `tags` are not sent.
    async fn create(
        &self,
        name: &str,
        config: &FunctionConfig,
        code: &[u8],
        tags: &Tags,
    ) -> Result<Written, CloudError>;

    /// `UpdateFunction`: replaces code and configuration of DEVELOPMENT.
    async fn update(
        &self,
        name: &str,
        if_match: &str,
        config: &FunctionConfig,
        code: &[u8],
    ) -> Result<Written, CloudError>;

    /// `TestFunction` of DEVELOPMENT, as `if_match` names it, with an event (JSON). Changes
    /// nothing.
    async fn test(&self, name: &str, if_match: &str, event: &[u8]) -> Result<TestRun, CloudError>;

    /// `PublishFunction`: copies DEVELOPMENT, as `if_match` names it, to LIVE.
    async fn publish(&self, name: &str, if_match: &str) -> Result<Summary, CloudError>;

    /// `DeleteFunction`; `if_match` is the DEVELOPMENT `ETag`.
    async fn delete(&self, name: &str, if_match: &str) -> Result<(), CloudError>;

    /// The distributions that use the function: identifiers, in order. `ListDistributions`, all
    /// pages.
    async fn distributions(&self, function_arn: &str) -> Result<Vec<String>, CloudError>;

    /// `TagResource`.
    async fn tag(&self, arn: &str, tags: &Tags) -> Result<(), CloudError>;

    /// `UntagResource`.
    async fn untag(&self, arn: &str, keys: &[String]) -> Result<(), CloudError>;
}

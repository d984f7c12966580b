//! CloudFront Functions: requests and replies, in the API's words.
//!
//! Source of shapes and limits: the CloudFront API reference, version 2020-05-31.

mod distributions;
mod functions;
mod read;
mod rules;
mod tagging;
mod test;

use std::sync::Arc;

use strum::IntoStaticStr;

use crate::tags::Tags;
use crate::time::Time;

/// The two copies of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr)]
#[strum(serialize_all = "UPPERCASE")]
pub enum Stage {
    /// What UpdateFunction changes.
    Development,
    /// What viewers are served by; only PublishFunction changes it.
    Live,
}

impl Stage {
    /// The API's word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// FunctionConfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionConfig {
    /// Required; may be empty.
    pub comment: String,
    /// `cloudfront-js-1.0` or `cloudfront-js-2.0`.
    pub runtime: String,
    /// KeyValueStoreAssociations: ARNs.
    pub key_value_stores: Vec<String>,
}

/// CreateFunction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateFunction {
    /// The name.
    pub name: String,
    /// The configuration.
    pub config: FunctionConfig,
    /// The source text.
    pub code: Vec<u8>,
    /// Tags; empty is the same as absent.
    pub tags: Tags,
}

/// UpdateFunction: replaces code and configuration of DEVELOPMENT.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateFunction {
    /// The name.
    pub name: String,
    /// The If-Match header.
    pub if_match: Option<String>,
    /// The configuration.
    pub config: FunctionConfig,
    /// The source text.
    pub code: Vec<u8>,
}

/// TestFunction: runs a stage's code on an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestFunction {
    /// The name.
    pub name: String,
    /// The If-Match header: the ETag of the stage.
    pub if_match: Option<String>,
    /// Which copy is tested.
    pub stage: Option<Stage>,
    /// EventObject, decoded: JSON, 40,960 bytes at most.
    pub event: Vec<u8>,
}

/// TestResult. A function that fails is no refusal: the test was done, and this is what it showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// The function, as it was tested.
    pub summary: Summary,
    /// 0 to 100, of what a function may compute.
    pub compute_utilization: Option<String>,
    /// What the function logged, a line for each call.
    pub logs: Vec<String>,
    /// What went wrong. As AWS shows it, this is there and empty where nothing did.
    pub error_message: Option<String>,
    /// `{"request": ...}` or `{"response": ...}`; absent where the function failed.
    pub output: Option<String>,
}

/// ListFunctions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFunctions {
    /// NextMarker of the page before.
    pub marker: Option<String>,
    /// MaxItems: text, as on the wire.
    pub max_items: Option<String>,
    /// Only this stage.
    pub stage: Option<Stage>,
}

/// FunctionSummary with its FunctionMetadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The name.
    pub name: String,
    /// `UNPUBLISHED`, `UNASSOCIATED` or `DEPLOYED`.
    pub status: &'static str,
    /// The stage's configuration.
    pub config: FunctionConfig,
    /// FunctionARN.
    pub arn: String,
    /// Which copy this is.
    pub stage: Stage,
    /// CreatedTime.
    pub created: Time,
    /// LastModifiedTime, of this stage.
    pub last_modified: Time,
}

/// A summary and the ETag header. CreateFunction and DescribeFunction name the header `ETag`;
/// UpdateFunction names it `ETtag`: an HTTP front must too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The summary.
    pub summary: Summary,
    /// The ETag of the stage in the summary.
    pub etag: String,
    /// The Location header, of CreateFunction only.
    pub location: Option<String>,
}

/// GetFunction's reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The source text, as stored.
    pub bytes: Arc<[u8]>,
    /// The stage's ETag.
    pub etag: String,
    /// The Content-Type header.
    pub content_type: &'static str,
}

/// FunctionList.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionList {
    /// Where the next page begins; absent on the last.
    pub next_marker: Option<String>,
    /// What was asked for, or the default.
    pub max_items: usize,
    /// The page. No ETag and no code.
    pub items: Vec<Summary>,
}

/// DistributionSummary: as much of it as says which functions it uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distribution {
    /// The id.
    pub id: String,
    /// The ARN.
    pub arn: String,
    /// `<...>.cloudfront.net`.
    pub domain_name: String,
    /// The ARNs of the functions that its default cache behavior has for viewer requests.
    pub functions: Vec<String>,
    /// LastModifiedTime.
    pub last_modified: Time,
}

/// DistributionList.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistributionList {
    /// The marker that was sent; empty on the first page.
    pub marker: String,
    /// What was asked for, or the default.
    pub max_items: usize,
    /// Where the next page begins; absent on the last.
    pub next_marker: Option<String>,
    /// Whether there is a next page.
    pub is_truncated: bool,
    /// The page.
    pub items: Vec<Distribution>,
}

/// A distribution.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// The names of the functions it uses.
    pub(crate) functions: Vec<String>,
    pub(crate) modified: Time,
}

/// One copy of a function.
#[derive(Clone, Debug)]
pub(crate) struct Copied {
    pub(crate) config: FunctionConfig,
    pub(crate) code: Arc<[u8]>,
    pub(crate) etag: String,
    pub(crate) modified: Time,
}

/// A function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) arn: String,
    pub(crate) created: Time,
    pub(crate) development: Copied,
    pub(crate) live: Option<Copied>,
    /// Whether DEVELOPMENT is what was published last.
    pub(crate) published: bool,
    pub(crate) tags: Tags,
    /// Whether a distribution uses it: derived, each time a distribution changes.
    pub(crate) in_use: bool,
    /// Which creation this is, for ids.
    pub(crate) birth: u64,
    /// ETags made so far.
    pub(crate) etags: u64,
}

//! One step, and what its reply says: folded into what is known. Pure.
//!
//! Invariant: [`fold`] takes the cloud's word where the reply has one.

use std::fmt;

use super::desired::{CODE, CloudFrontDesired, Source};
use super::diff;
use super::observe::{CloudFrontObserved, CodeSeen, Development, Live, LiveSeen, Text};
use super::testing::{self, Rule, Test, TestVerdict};
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::cloud::Tags;
use crate::cloud::cloudfront::{FunctionConfig, Summary, Written};
use crate::javascript;
use crate::reconcile::{Difference, Effect, Replaced, Step};

/// One mutation, or a test, with all that it needs.
#[derive(Clone, PartialEq, Eq)]
pub enum CloudFrontStep {
    /// `CreateFunction`.
    Create {
        /// Content beside the code.
        config: FunctionConfig,
        /// Code.
        code: Source,
        /// The user's tags and the owner's; empty where the cloud refuses a create with tags.
        tags: Tags,
    },
    /// `UpdateFunction`: replaces all of DEVELOPMENT.
    Update {
        /// `ETag` of DEVELOPMENT.
        etag: String,
        /// Content beside the code, complete.
        config: FunctionConfig,
        /// Code.
        code: Source,
    },
    /// `TestFunction` of DEVELOPMENT.
    Test {
        /// `ETag` of DEVELOPMENT; `None` as for a publish.
        etag: Option<String>,
        /// What the result is of.
        key: String,
        /// The test.
        test: Test,
        /// What must come of it and the others.
        rule: Rule,
    },
    /// `PublishFunction`: copies DEVELOPMENT to LIVE.
    Publish {
        /// `ETag` of DEVELOPMENT; `None` behind a step whose reply will bring it: such a step is
        /// listed for people and planned again before it is done.
        etag: Option<String>,
    },
    /// `TagResource`.
    Tag {
        /// The function.
        arn: String,
        /// Tags to write.
        tags: Tags,
    },
    /// `UntagResource`.
    Untag {
        /// The function.
        arn: String,
        /// Keys to take away.
        keys: Vec<String>,
    },
    /// `DeleteFunction`.
    Delete {
        /// The function.
        arn: String,
        /// `ETag` of DEVELOPMENT.
        etag: String,
    },
}

impl Step for CloudFrontStep {
    type Desired = CloudFrontDesired;
    type Observed = CloudFrontObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Create { .. } => "Create",
            Self::Update { .. } => "Update",
            Self::Test { .. } => "Test",
            Self::Publish { .. } => "Publish",
            Self::Tag { .. } => "Tag",
            Self::Untag { .. } => "Untag",
            Self::Delete { .. } => "Delete",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::Create { .. } => Effect::Create,
            Self::Update { .. } | Self::Tag { .. } | Self::Untag { .. } => Effect::Update,
            Self::Test { .. } => Effect::Test,
            Self::Publish { .. } => Effect::Publish,
            Self::Delete { .. } => Effect::Delete,
        }
    }

    fn replaced(
        &self,
        desired: &CloudFrontDesired,
        observed: &CloudFrontObserved,
    ) -> Option<Replaced> {
        let (stage, sha256, text) = match (self, &observed.live) {
            (Self::Update { .. }, _) => {
                let code = observed.development.code.as_ref()?;
                ("DEVELOPMENT", &code.sha256, &code.text)
            }
            (
                Self::Publish { .. },
                Live::Known(LiveSeen {
                    code_sha256: Some(sha256),
                    text,
                    ..
                }),
            ) => ("LIVE", sha256, text),
            _ => return None,
        };
        let is_told = *sha256 != desired.code.sha256 && !desired.outline;
        is_told.then(|| Replaced {
            field: CODE,
            sha256: sha256.clone(),
            diff: diff::unified(stage, text, &desired.code.bytes),
        })
    }

    fn lints(&self, why: &[Difference]) -> Vec<String> {
        let (Self::Create { config, code, .. } | Self::Update { config, code, .. }) = self else {
            return Vec::new();
        };
        if !why
            .iter()
            .any(|why| [CODE, "runtime"].contains(&why.field.as_str()))
        {
            return Vec::new();
        }
        let text = std::str::from_utf8(&code.bytes);
        let lints = text.map(|text| javascript::cloudfront(text, &config.runtime));
        let lints = lints.unwrap_or_default();
        lints.iter().map(ToString::to_string).collect()
    }
}

/// The name alone: 10 KB of code have no place in a log.
impl fmt::Debug for CloudFrontStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What the reply to a step says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudFrontChange {
    /// Created.
    Created {
        /// The reply.
        written: Written,
        /// The code that was sent.
        code: CodeSeen,
        /// The tags that were sent.
        tags: Tags,
    },
    /// Updated.
    Updated {
        /// The reply.
        written: Written,
        /// The code that was sent.
        code: CodeSeen,
    },
    /// Tested, or not.
    Tested {
        /// What the result is of.
        key: String,
        /// Name of the test.
        name: String,
        /// What must come of it and the others.
        rule: Rule,
        /// What came of it.
        verdict: TestVerdict,
    },
    /// Published.
    Published {
        /// The reply.
        summary: Summary,
        /// The DEVELOPMENT `ETag` that was sent.
        etag: String,
    },
    /// Tagged with these.
    Tagged(Tags),
    /// These keys are gone.
    Untagged(Vec<String>),
    /// Deleted: CloudFront's 204 means gone, it does not delete later.
    Deleted,
}

pub(super) fn fold(
    observed: &mut Option<CloudFrontObserved>,
    memory: &mut CloudFrontFunctionStatus,
    change: CloudFrontChange,
) {
    match change {
        CloudFrontChange::Tested {
            key,
            name,
            rule,
            verdict,
        } => {
            if let Some(observed) = observed {
                observed.untestable |= matches!(
                    verdict,
                    TestVerdict::Broken(_) | TestVerdict::Unsupported(_)
                );
            }
            testing::record(&mut memory.tests, &key, &name, rule, verdict);
        }
        CloudFrontChange::Created {
            written,
            code,
            tags,
        } => *observed = Some(created(written, code, tags)),
        CloudFrontChange::Deleted => *observed = None,
        // Nothing else is planned for a function that was not observed.
        change => {
            if let Some(observed) = observed {
                fold_into(observed, change);
            }
        }
    }
}

fn created(Written { summary, etag }: Written, code: CodeSeen, tags: Tags) -> CloudFrontObserved {
    CloudFrontObserved {
        arn: summary.arn,
        status: summary.status,
        created_time: summary.created_time,
        tags: Ok(tags),
        etag,
        development: Development {
            config: summary.config,
            code: Some(code),
            last_modified_time: summary.last_modified_time,
        },
        live: Live::Never,
        untestable: false,
    }
}

fn fold_into(observed: &mut CloudFrontObserved, change: CloudFrontChange) {
    match change {
        CloudFrontChange::Updated {
            written: Written { summary, etag },
            code,
        } => {
            observed.status = summary.status;
            observed.etag = etag;
            observed.development = Development {
                config: summary.config,
                code: Some(code),
                last_modified_time: summary.last_modified_time,
            };
        }
        CloudFrontChange::Published { summary, etag } => {
            observed.status = summary.status;
            // The guard was accepted, so what went LIVE is what DEVELOPMENT is known to have under it.
            observed.live = Live::Known(LiveSeen {
                config: observed.development.config.clone(),
                code_sha256: observed
                    .development
                    .code
                    .as_ref()
                    .map(|code| code.sha256.clone()),
                text: Text::default(),
                etag: None,
                last_modified_time: summary.last_modified_time,
                published_etag: Some(etag),
            });
        }
        CloudFrontChange::Tagged(added) => {
            if let Ok(tags) = &mut observed.tags {
                tags.extend(added);
            }
        }
        CloudFrontChange::Untagged(keys) => {
            if let Ok(tags) = &mut observed.tags {
                tags.retain(|key, _| !keys.contains(key));
            }
        }
        CloudFrontChange::Created { .. }
        | CloudFrontChange::Tested { .. }
        | CloudFrontChange::Deleted => {}
    }
}

//! One step, one mutation, and what its reply teaches.
//!
//! Invariant: [`act`] changes the cloud with exactly one call and retries nothing (behind a deletion
//! that is refused it asks who is in the way); [`fold`] is pure and takes the
//! cloud's word where the reply has one.

use std::fmt;

use super::desired::Source;
use super::observe::{CloudFrontObserved, CodeSeen, Development, Live, LiveSeen, Text};
use super::testing::{self, Test, Verdict};
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::cloud::cloudfront::{CloudFrontApi, FunctionConfig, Summary, Written};
use crate::cloud::{Class, CloudError, Tags};
use crate::reconcile::{Effect, Step};

/// Distributions that a message names at most.
const USERS_SHOWN: usize = 10;

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
        /// How many tests there are.
        count: usize,
        /// Where the cloud runs no tests, nobody waits for them.
        lenient: bool,
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
}

/// The name alone: 10 KB of code have no place in a log.
impl fmt::Debug for CloudFrontStep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// What the reply to a step taught us.
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
        /// How many tests there are.
        count: usize,
        /// Where the cloud runs no tests, nobody waits for them.
        lenient: bool,
        /// What came of it.
        verdict: Verdict,
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

pub(super) async fn act(
    api: &dyn CloudFrontApi,
    name: &str,
    step: &CloudFrontStep,
) -> Result<CloudFrontChange, CloudError> {
    let sent = |code: &Source| CodeSeen::of(&code.bytes, code.sha256.clone());
    match step {
        CloudFrontStep::Create { config, code, tags } => {
            let written = api.create(name, config, &code.bytes, tags).await?;
            Ok(CloudFrontChange::Created {
                written,
                code: sent(code),
                tags: tags.clone(),
            })
        }
        CloudFrontStep::Update { etag, config, code } => {
            let written = api.update(name, etag, config, &code.bytes).await?;
            Ok(CloudFrontChange::Updated {
                written,
                code: sent(code),
            })
        }
        CloudFrontStep::Publish { etag: Some(etag) } => {
            let summary = api.publish(name, etag).await?;
            Ok(CloudFrontChange::Published {
                summary,
                etag: etag.clone(),
            })
        }
        CloudFrontStep::Test {
            etag: Some(etag),
            key,
            test,
            count,
            lenient,
        } => {
            let verdict = testing::verdict(test, api.test(name, etag, &test.event).await?);
            Ok(CloudFrontChange::Tested {
                key: key.clone(),
                name: test.name.clone(),
                count: *count,
                lenient: *lenient,
                verdict,
            })
        }
        CloudFrontStep::Test { etag: None, .. } => Err(unguarded("TestFunction")),
        CloudFrontStep::Publish { etag: None } => Err(unguarded("PublishFunction")),
        CloudFrontStep::Tag { arn, tags } => {
            api.tag(arn, tags).await?;
            Ok(CloudFrontChange::Tagged(tags.clone()))
        }
        CloudFrontStep::Untag { arn, keys } => {
            api.untag(arn, keys).await?;
            Ok(CloudFrontChange::Untagged(keys.clone()))
        }
        CloudFrontStep::Delete { arn, etag } => match api.delete(name, etag).await {
            Ok(()) => Ok(CloudFrontChange::Deleted),
            Err(error) if error.class == Class::InUse => Err(in_use(api, arn, error).await),
            Err(error) => Err(error),
        },
    }
}

/// Who uses the function that cannot be deleted, as far as one may know.
async fn in_use(api: &dyn CloudFrontApi, arn: &str, error: CloudError) -> CloudError {
    let users = match api.distributions(arn).await {
        Ok(users) if users.is_empty() => "no distribution shows it now".to_owned(),
        Ok(users) => {
            let shown = users
                .iter()
                .take(USERS_SHOWN)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", ");
            let more = users.len().saturating_sub(USERS_SHOWN);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("used by {shown}{more}; take it off their cache behaviors")
        }
        Err(denied) if denied.class == Class::Denied => {
            "allow cloudfront:ListDistributions to see by which distributions".to_owned()
        }
        Err(_) => "by which distributions cannot be seen now".to_owned(),
    };
    CloudError {
        message: format!("{} ({users})", error.message.trim_end_matches('.')),
        ..error
    }
}

fn unguarded(operation: &'static str) -> CloudError {
    CloudError {
        class: Class::Bug,
        operation,
        code: "NoGuard".to_owned(),
        message: "it was due before the ETag of DEVELOPMENT was known".to_owned(),
        request_id: None,
    }
}

pub(super) fn fold(
    observed: &mut Option<CloudFrontObserved>,
    memory: &mut CloudFrontFunctionStatus,
    change: CloudFrontChange,
) {
    match change {
        CloudFrontChange::Tested {
            key,
            verdict: Verdict::Unsupported(why),
            lenient: true,
            ..
        } => testing::skip(&mut memory.tests, &key, &why),
        CloudFrontChange::Tested {
            key,
            name,
            count,
            verdict,
            ..
        } => {
            if let Some(observed) = observed {
                observed.untestable |=
                    matches!(verdict, Verdict::Broken(_) | Verdict::Unsupported(_));
            }
            testing::learn(&mut memory.tests, &key, (&name, count), verdict);
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

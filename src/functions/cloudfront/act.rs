//! Carries out one step.
//!
//! Invariant: [`act`] changes the cloud with exactly one call and retries nothing. After a deletion that
//! is refused, it reads which distributions use the function.

use super::desired::Source;
use super::observe::CodeSeen;
use super::step::{CloudFrontChange, CloudFrontStep};
use super::testing::{self, Rule, Test};
use crate::cloud::cloudfront::{CloudFrontApi, TestRun};
use crate::cloud::{Class, CloudError};

/// Distributions that a message names at most.
const USERS_SHOWN: usize = 10;

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
            rule,
        } => {
            let run = run(api, (name, etag), test, *rule).await?;
            Ok(CloudFrontChange::Tested {
                key: key.clone(),
                name: test.name.clone(),
                rule: *rule,
                verdict: testing::verdict(test, *rule, run),
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
        CloudFrontStep::Delete { arn, etag } => delete(api, name, arn, etag).await,
    }
}

/// Runs a test of DEVELOPMENT under this `ETag`.
async fn run(
    api: &dyn CloudFrontApi,
    (name, etag): (&str, &str),
    test: &Test,
    rule: Rule,
) -> Result<TestRun, CloudError> {
    match api.test(name, etag, &test.event).await {
        // Whoever writes no tests need not be allowed to run any.
        Err(error) if error.class == Class::Denied && rule == Rule::Compiles => {
            Ok(TestRun::Unsupported(error.to_string()))
        }
        run => run,
    }
}

async fn delete(
    api: &dyn CloudFrontApi,
    name: &str,
    arn: &str,
    etag: &str,
) -> Result<CloudFrontChange, CloudError> {
    match api.delete(name, etag).await {
        Ok(()) => Ok(CloudFrontChange::Deleted),
        Err(error) if error.class == Class::InUse => Err(in_use(api, arn, error).await),
        Err(error) => Err(error),
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

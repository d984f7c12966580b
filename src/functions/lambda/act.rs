//! Carries out one step: one method of the port.

use super::observe::Published;
use super::step::{Change, Step};
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{Class, CloudError};

/// Marks the versions that cloudfn published.
const VERSION_DESCRIPTION: &str = "Published by cloudfn";

/// Does it and tells what the reply taught.
pub async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<Change, CloudError> {
    match step {
        Step::Create { new, code } => Ok(Change::Created {
            function: Box::new(cloud.create(name, new).await?),
            tags: new.tags.clone(),
            source: code.source().map(ToOwned::to_owned),
        }),
        Step::UpdateConfiguration { changes, revision } => Ok(Change::Configured(Box::new(
            cloud
                .update_configuration(name, revision.as_deref(), changes)
                .await?,
        ))),
        Step::UpdateCode {
            code,
            architectures,
            revision,
        } => Ok(Change::CodeUpdated {
            function: Box::new(
                cloud
                    .update_code(
                        name,
                        revision.as_deref(),
                        &code.to_source(),
                        architectures.as_deref(),
                    )
                    .await?,
            ),
            source: code.source().map(ToOwned::to_owned),
        }),
        Step::PublishVersion {
            code_sha256,
            revision,
            configuration_sha256,
        } => Ok(Change::VersionPublished(Published {
            version: cloud
                .publish_version(name, code_sha256, revision.as_deref(), VERSION_DESCRIPTION)
                .await?,
            code_sha256: code_sha256.clone(),
            configuration_sha256: configuration_sha256.clone(),
        })),
        Step::Tag { arn, tags, .. } => cloud
            .tag(arn, tags)
            .await
            .map(|()| Change::Tagged(tags.clone())),
        Step::Untag { arn, keys } => cloud
            .untag(arn, keys)
            .await
            .map(|()| Change::Untagged(keys.clone())),
        Step::Delete { .. } => match cloud.delete(name).await {
            // Gone already is as good; the look that follows each deletion confirms it.
            Err(error) if error.class != Class::NotFound => Err(error),
            _ => Ok(Change::Deleted),
        },
    }
}

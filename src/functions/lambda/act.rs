//! Carries out one step: one method of the port.

use super::parts;
use super::step::{Change, Step};
use crate::cloud::lambda::{Configuration, Function, LambdaApi};
use crate::cloud::{Class, CloudError};

/// Carries it out, and answers what the reply says.
pub async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<Change, CloudError> {
    match step {
        Step::Create { new, code } => Ok(Change::Created {
            function: Box::new(kept_as(&new.configuration, cloud.create(name, new).await?)),
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
            changes,
            revision,
        } => Ok(Change::CodeUpdated {
            function: Box::new(kept_as(
                changes,
                cloud
                    .update_code(name, revision.as_deref(), &code.to_source(), changes)
                    .await?,
            )),
            source: code.source().map(ToOwned::to_owned),
        }),
        Step::Part(step) => parts::act(cloud, name, step).await.map(Change::Part),
        Step::Delete { recreation } => match cloud.delete(name).await {
            // Gone already is as good; the observation that follows each deletion confirms it.
            Err(error) if error.class != Class::NotFound => Err(error),
            _ => Ok(Change::Deleted {
                recreation: *recreation,
            }),
        },
    }
}

/// The function of a reply, with what that does not tell: how the package is kept, which is as was just sent.
fn kept_as(sent: &Configuration, function: Function) -> Function {
    Function {
        configuration: function.configuration.or(&sent.package()),
        ..function
    }
}

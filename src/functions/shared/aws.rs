//! What every kind that lives in AWS has in common. Pure.

use crate::cloud::aws::arn::Arn;
use crate::reconcile::Place;

/// The cloud's name in an identity.
pub const PROVIDER: &str = "aws";

/// Where a resource lives: the ARN knows; before there is one, the status's other fields.
#[must_use]
pub fn place(arn: Option<&str>, account: Option<&str>, region: Option<&str>) -> Place {
    let arn = arn.and_then(Arn::parse);
    let of_arn = |part: fn(&Arn<'_>) -> String| arn.as_ref().map(part);
    Place {
        account: of_arn(|arn| arn.account.to_owned()).or_else(|| account.map(ToOwned::to_owned)),
        region: of_arn(|arn| arn.region.to_owned()).or_else(|| region.map(ToOwned::to_owned)),
    }
}

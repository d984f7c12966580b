//! How code that a step replaces differs from the wanted code, for people. Pure.

use similar::TextDiff;

use super::act::CloudFrontStep;
use super::desired::{CODE, CloudFrontDesired};
use super::observe::{CloudFrontObserved, Live, LiveSeen, Text};
use crate::reconcile::Replaced;

/// The code that an update or a publish puts in the place of other code.
pub(super) fn replaced(
    desired: &CloudFrontDesired,
    observed: &CloudFrontObserved,
    step: &CloudFrontStep,
) -> Option<Replaced> {
    let (stage, sha256, text) = match (step, &observed.live) {
        (CloudFrontStep::Update { .. }, _) => {
            let code = observed.development.code.as_ref()?;
            ("DEVELOPMENT", &code.sha256, &code.text)
        }
        (
            CloudFrontStep::Publish { .. },
            Live::Known(LiveSeen {
                code_sha256: Some(sha256),
                text,
                ..
            }),
        ) => ("LIVE", sha256, text),
        _ => return None,
    };
    (*sha256 != desired.code.sha256).then(|| Replaced {
        field: CODE,
        sha256: sha256.clone(),
        diff: unified(stage, text, &desired.code.bytes),
    })
}

/// A unified diff, where both are text.
fn unified(stage: &str, Text(from): &Text, to: &[u8]) -> Option<String> {
    let (from, to) = (
        std::str::from_utf8(from.as_deref()?).ok()?,
        std::str::from_utf8(to).ok()?,
    );
    Some(
        TextDiff::from_lines(from, to)
            .unified_diff()
            .header(stage, "spec")
            .to_string(),
    )
}

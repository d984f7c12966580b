//! What is to be done to the tags of a function. Pure.

use std::collections::BTreeSet;

use super::desired::CloudFrontDesired;
use super::step::CloudFrontStep;
use crate::cloud::Tags;
use crate::functions::shared::difference::difference;
use crate::functions::shared::tags::{dropped, managed_name};
use crate::reconcile::{Difference, PlannedStep};

type Steps = Vec<PlannedStep<CloudFrontStep>>;

/// What the tags lack and have too much.
#[derive(Default)]
pub(super) struct TagWork {
    /// Owner tags to write.
    claim: Tags,
    /// The user's tags to write.
    write: Tags,
    /// Why those.
    write_why: Vec<Difference>,
    /// Keys to take away.
    remove: Vec<String>,
    /// Why those.
    remove_why: Vec<Difference>,
}

impl TagWork {
    pub(super) fn between(
        desired: &CloudFrontDesired,
        managed: &BTreeSet<String>,
        observed: &Tags,
    ) -> Self {
        let lacking = |wanted: &Tags| -> Tags {
            wanted
                .iter()
                .filter(|(key, value)| observed.get(*key) != Some(value))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect()
        };
        let write = lacking(&desired.tags);
        let write_why = write
            .iter()
            .map(|(key, value)| {
                let from = observed.get(key).cloned();
                difference(&managed_name(key), from, Some(value.clone()))
            })
            .collect();
        let remove: Vec<(&str, &String)> = dropped(managed, &desired.tags)
            .filter_map(|key| observed.get(key).map(|value| (key, value)))
            .collect();
        Self {
            claim: lacking(&desired.claim),
            write,
            write_why,
            remove_why: remove
                .iter()
                .map(|(key, value)| difference(&managed_name(key), Some((*value).clone()), None))
                .collect(),
            remove: remove.into_iter().map(|(key, _)| key.to_owned()).collect(),
        }
    }

    /// The step that makes it ours, where it lacks the claim.
    pub(super) fn claim(&self, arn: &str) -> Steps {
        if self.claim.is_empty() {
            return Steps::new();
        }
        // Owner tags are our business, not a change that the user wants: no reason is listed.
        vec![PlannedStep {
            step: CloudFrontStep::Tag {
                arn: arn.to_owned(),
                tags: self.claim.clone(),
            },
            why: Vec::new(),
        }]
    }

    /// The steps for the user's tags.
    pub(super) fn rest(self, arn: &str) -> Steps {
        let mut steps = Steps::new();
        // First what goes: CloudFront counts both together.
        if !self.remove.is_empty() {
            steps.push(PlannedStep {
                step: CloudFrontStep::Untag {
                    arn: arn.to_owned(),
                    keys: self.remove,
                },
                why: self.remove_why,
            });
        }
        if !self.write.is_empty() {
            steps.push(PlannedStep {
                step: CloudFrontStep::Tag {
                    arn: arn.to_owned(),
                    tags: self.write,
                },
                why: self.write_why,
            });
        }
        steps
    }
}

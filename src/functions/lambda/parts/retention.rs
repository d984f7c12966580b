//! The part `keepVersions`: which of the versions that cloudfn published stay.
//!
//! Nothing is read for it but after a version was published: the status remembers what was last cleaned up for. A
//! version that an alias is of, that one shares calls with, or that has provisioned concurrency stays. So does one that
//! AWS Lambda refuses to delete: what an alias is of by now (Lambda Developer Guide, "Manage Lambda function versions")
//! or what runs at the edge.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Situation, Turn};
use super::versions;
use crate::api::lambda::{CleanedUpStatus, LambdaFunctionStatus};
use crate::cloud::lambda::{LambdaApi, Version};
use crate::cloud::{BudgetMode, Class, CloudError};
use crate::functions::lambda::desired::{KEEP_VERSIONS, LambdaDesired};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, Goal, PlannedStep, Step as DriverStep};

/// How many versions stay.
pub struct Retention;

/// `DeleteFunction` of one version.
pub struct Step(u64);

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        "DeleteVersion"
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// What the versions were, or are to be, cleaned up for.
fn occasion(keep: Option<i32>, memory: &LambdaFunctionStatus) -> Option<CleanedUpStatus> {
    Some(CleanedUpStatus {
        latest_version: memory.latest_version.clone()?,
        keep_versions: keep?,
    })
}

/// Whether there can be more versions than stay: numbers count up from 1.
fn may_be_too_many(of: &CleanedUpStatus) -> bool {
    let newest: i64 = of.latest_version.parse().unwrap_or(i64::MAX);
    newest > i64::from(of.keep_versions)
}

/// The versions in use, by their numbers.
fn in_use(observed: &LambdaObserved) -> Option<BTreeSet<u64>> {
    let (Known::Read(aliases), Known::Read(provisioned)) =
        (&observed.aliases, &observed.provisioned)
    else {
        return None;
    };
    let aliases = aliases.values().map(|found| &found.alias);
    let versions = aliases.flat_map(|alias| alias.weights.keys().chain([&alias.version]));
    let all = versions.chain(provisioned);
    Some(all.filter_map(|version| version.parse().ok()).collect())
}

/// What is deleted, oldest first.
fn too_old(
    found: &[Version],
    in_use: &BTreeSet<u64>,
    keep: i32,
    memory: &LambdaFunctionStatus,
) -> Vec<u64> {
    let keep = usize::try_from(keep).unwrap_or(usize::MAX);
    let mut ours: Vec<u64> = versions::ours(found).collect();
    ours.sort_unstable_by(|a, b| b.cmp(a));
    let old = ours.into_iter().skip(keep.max(1)).rev();
    // The status says that there is this one, also where an older status was restored.
    let latest = memory.latest_version.iter();
    let stays: BTreeSet<&String> = latest.chain(&memory.undeleted_versions).collect();
    old.filter(|number| !in_use.contains(number) && !stays.contains(&number.to_string()))
        .collect()
}

fn deleted(number: u64) -> PlannedStep<Step> {
    PlannedStep {
        step: Step(number),
        why: vec![difference(KEEP_VERSIONS, Some(number.to_string()), None)],
    }
}

#[async_trait]
impl Part for Retention {
    type Step = Step;
    /// The version that is gone.
    type Change = u64;

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        let due = occasion(desired.keep_versions, memory);
        due.is_some_and(|due| may_be_too_many(&due) && memory.cleaned_up.as_ref() != Some(&due))
    }

    async fn read(
        cloud: &dyn LambdaApi,
        name: &str,
        mode: BudgetMode,
        observed: &mut LambdaObserved,
    ) -> Result<(), CloudError> {
        if observed.provisioned == Known::Unread {
            observed.provisioned = answer_of(cloud.provisioned(name, mode).await)?;
        }
        observed.versions = answer_of(cloud.versions(name, BudgetMode::Wait).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let keep = of.desired.keep_versions;
        let due = turn == Turn::Last && Self::is_named(of.desired, of.memory);
        let Some(keep) = keep.filter(|_| due && !of.publishes()) else {
            return Need::Steps(Vec::new());
        };
        let observed = of.observed;
        if let Known::Denied(why) = &observed.provisioned {
            return Need::Denied(format!(
                "whether versions have provisioned concurrency could not be read ({why}); allow lambda:ListProvisionedConcurrencyConfigs"
            ));
        }
        match in_use(observed) {
            Some(in_use) => Need::of(&observed.versions, versions::READ, |found| {
                too_old(found, &in_use, keep, of.memory)
                    .into_iter()
                    .map(deleted)
            }),
            // Aliases that may not be read are their own part's trouble.
            None if matches!(observed.aliases, Known::Denied(_)) => Need::Steps(Vec::new()),
            None => Need::Read(Vec::new()),
        }
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        Step(number): &Step,
    ) -> Result<u64, CloudError> {
        // Gone already is as good.
        if_there(cloud.delete_version(name, *number).await)?;
        Ok(*number)
    }

    fn refused(memory: &mut LambdaFunctionStatus, Step(number): &Step, error: &CloudError) {
        if error.class == Class::InUse {
            memory.undeleted_versions.push(number.to_string());
        }
    }

    fn fold(observed: &mut LambdaObserved, number: u64) {
        if let Known::Read(versions) = &mut observed.versions {
            versions.retain(|version| version.number != number);
        }
    }

    fn report(
        goal: Goal<'_, LambdaDesired>,
        status: &mut LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) {
        let Goal::Present(desired) = goal else { return };
        let Some(keep) = desired.keep_versions else {
            status.cleaned_up = None;
            return;
        };
        let (Known::Read(found), Some(in_use)) = (&observed.versions, in_use(observed)) else {
            return;
        };
        if too_old(found, &in_use, keep, status).is_empty() {
            status.cleaned_up = occasion(Some(keep), status);
        }
    }
}

//! The part `keepVersions`: which of the versions that cloudfn published stay.
//!
//! Nothing is read for it but after a version was published: the status remembers what was last cleaned up for. A
//! version that an alias is of or will be, that one shares calls with, or that has provisioned concurrency stays, and so
//! do the last two. So does one that AWS Lambda refuses to delete: what an alias is of by now (Lambda Developer Guide, "Manage Lambda function versions")
//! or what runs at the edge.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use super::versions;
use super::wanted::{WantedAlias, alias_name};
use crate::api::Reason;
use crate::api::lambda::{CleanedUpStatus, LambdaFunctionStatus};
use crate::cloud::lambda::{LambdaApi, Version};
use crate::cloud::{BudgetMode, Class, CloudError};
use crate::functions::lambda::desired::{KEEP_VERSIONS, LambdaDesired};
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{AfterRefusal, Effect, Goal, PlannedStep, Step as DriverStep};

/// What provisioned concurrency is called, and the right that it needs.
pub const READ_PROVISIONED: (&str, &str) = (
    "provisioned concurrency",
    "ListProvisionedConcurrencyConfigs",
);

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

/// Whether the cloud refused code or a version for want of room: then old versions go before it is tried again.
fn had_no_room(memory: &LambdaFunctionStatus) -> bool {
    let mut conditions = memory.common.conditions.iter();
    conditions.any(|condition| condition.reason == Reason::QuotaExceeded.as_str())
}

/// Whether there can be more versions than stay: numbers count up from 1.
fn may_be_too_many(of: &CleanedUpStatus) -> bool {
    let newest: i64 = of.latest_version.parse().unwrap_or(i64::MAX);
    newest > i64::from(of.keep_versions)
}

/// The versions in use by aliases of these names, or about to be, by their numbers.
fn in_use(
    desired: &LambdaDesired,
    observed: &LambdaObserved,
    counts: impl Fn(&String) -> bool,
) -> Option<BTreeSet<u64>> {
    let (Known::Read(aliases), Known::Read(provisioned)) =
        (&observed.aliases, &observed.provisioned)
    else {
        return None;
    };
    let aliases = aliases.iter().filter(|(name, _)| counts(name));
    let aliases = aliases.map(|(_, found)| &found.alias);
    let versions = aliases.flat_map(|alias| alias.weights.keys().chain([&alias.version]));
    let wanted = desired.aliases.values().flat_map(WantedAlias::numbers);
    let all = versions.chain(provisioned.keys()).chain(wanted);
    Some(all.filter_map(|version| version.parse().ok()).collect())
}

/// The versions that stay in use once the aliases of the spec are as it asks.
fn stays_in_use(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> Option<BTreeSet<u64>> {
    let is_ours = |name: &String| {
        desired.aliases.contains_key(name) || memory.common.managed.contains(&alias_name(name))
    };
    let mut all = in_use(desired, observed, |name| !is_ours(name))?;
    let followed = versions::published_so_far(memory, observed);
    let wanted = desired.aliases.values();
    for alias in wanted.filter_map(|wanted| wanted.of(&followed)) {
        let versions = alias.weights.keys().chain([&alias.version]);
        all.extend(versions.filter_map(|version| version.parse::<u64>().ok()));
    }
    Some(all)
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
    // The status says that there are these, also where an older status was restored, and aliases may follow them.
    let followed = memory.latest_version.iter().chain(&memory.previous_version);
    let stays: BTreeSet<&String> = followed.chain(&memory.undeleted_versions).collect();
    old.filter(|number| !in_use.contains(number) && !stays.contains(&number.to_string()))
        .collect()
}

/// What goes, where all is read that this takes.
fn deletions(of: &Situation<'_>, keep: i32) -> Option<Vec<PlannedStep<Step>>> {
    let Known::Read(found) = &of.observed.versions else {
        return None;
    };
    let in_use = in_use(of.desired, of.observed, |_| true)?;
    let old = too_old(found, &in_use, keep, of.memory);
    Some(old.into_iter().map(deleted).collect())
}

fn deleted(number: u64) -> PlannedStep<Step> {
    PlannedStep {
        step: Step(number),
        why: vec![difference(
            &format!("{KEEP_VERSIONS}/{number}"),
            Some(number.to_string()),
            None,
        )],
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

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        if observed.provisioned == Known::Unread {
            observed.provisioned = answer_of(of.cloud.provisioned(of.name, of.mode).await)?;
        }
        observed.versions = answer_of(of.cloud.versions(of.name, BudgetMode::Wait).await)?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let keep = of.desired.keep_versions;
        let is_due = match turn {
            Turn::First => had_no_room(of.memory),
            Turn::Last => !of.publishes(),
            Turn::BeforeVersions | Turn::Versions => false,
        };
        let Some(keep) = keep.filter(|_| is_due && Self::is_named(of.desired, of.memory)) else {
            return Need::Steps(Vec::new());
        };
        let observed = of.observed;
        if turn == Turn::First {
            return Need::Steps(deletions(of, keep).unwrap_or_default());
        }
        if let denied @ Known::Denied(_) = &observed.provisioned {
            return Need::of(denied, READ_PROVISIONED, |_| Vec::new());
        }
        // Aliases that may not be read are their own part's trouble.
        if matches!(observed.aliases, Known::Denied(_)) {
            return Need::Steps(Vec::new());
        }
        match (deletions(of, keep), &observed.versions) {
            (Some(steps), _) => Need::Steps(steps),
            (None, denied @ Known::Denied(_)) => Need::of(denied, versions::READ, |_| Vec::new()),
            (None, _) => Need::Read(Vec::new()),
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

    fn refused(
        memory: &mut LambdaFunctionStatus,
        Step(number): &Step,
        error: &CloudError,
    ) -> AfterRefusal {
        if error.class != Class::InUse {
            return AfterRefusal::Ends;
        }
        memory.undeleted_versions.push(number.to_string());
        AfterRefusal::GoesOn
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
        let (Known::Read(found), Some(in_use)) =
            (&observed.versions, stays_in_use(desired, status, observed))
        else {
            return;
        };
        if too_old(found, &in_use, keep, status).is_empty() {
            status.cleaned_up = occasion(Some(keep), status);
        }
    }
}

//! The part `provisionedConcurrentExecutions` of aliases: execution environments that are kept ready.
//!
//! `GetFunction` does not show it: one list is its read. It follows its alias to another version by itself; until it is
//! there, all calls go to the version before. What is less, or dropped, goes first of all, since the function may not
//! reserve less than it provides; what is more comes last, since it may not provide more than it reserves.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use super::versions;
use super::wanted::{ALIASES, PROVISIONED, provisioned_name};
use crate::api::lambda::{LambdaFunctionStatus, ProvisionedConcurrencyStatus};
use crate::cloud::CloudError;
use crate::cloud::lambda::{FoundAlias, LambdaApi, Provisioned as Found};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::functions::shared::text::in_brackets;
use crate::reconcile::{Effect, Goal, PlannedStep, Step as DriverStep};

/// What is waited for.
pub const COMING: &str = "AWS Lambda is preparing provisioned concurrency";

/// Provisioned concurrency of aliases.
pub struct Provisioned;

/// A change of an alias's provisioned concurrency.
pub enum Step {
    /// `PutProvisionedConcurrencyConfig`.
    Put {
        /// Of this alias.
        alias: String,
        /// So many.
        executions: i32,
    },
    /// `DeleteProvisionedConcurrencyConfig` of an alias.
    Delete(String),
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Put { .. } => "PutProvisionedConcurrency",
            Self::Delete(_) => "DeleteProvisionedConcurrency",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// The alias in the managed name of a provisioned concurrency, if it is one.
fn alias_of(managed_name: &str) -> Option<&str> {
    let alias = managed_name
        .strip_prefix(ALIASES)?
        .strip_suffix(PROVISIONED)?;
    (!alias.is_empty() && !alias.contains('/')).then_some(alias)
}

fn planned(alias: &str, from: Option<&Found>, to: Option<i32>) -> PlannedStep<Step> {
    let shown = |number: i32| number.to_string();
    let from = from.map(|found| shown(found.requested));
    let alias_name = provisioned_name(alias);
    let why = vec![difference(&alias_name, from, to.map(shown))];
    let alias = alias.to_owned();
    let step = match to {
        Some(executions) => Step::Put { alias, executions },
        None => Step::Delete(alias),
    };
    PlannedStep { step, why }
}

/// The aliases that the spec provides for, with what there is of each and what is wanted.
fn wanted<'a>(
    desired: &'a LambdaDesired,
    found: &'a BTreeMap<String, Found>,
) -> impl Iterator<Item = (&'a String, Option<&'a Found>, i32)> {
    let aliases = desired.aliases.iter();
    aliases.filter_map(|(alias, wanted)| Some((alias, found.get(alias), wanted.provisioned()?)))
}

/// How many the spec names for an alias.
fn named(desired: &LambdaDesired, alias: &str) -> Option<i32> {
    desired.aliases.get(alias)?.provisioned()
}

/// Whether an alias sends calls to a second version, so that AWS Lambda refuses to provide another number.
fn shares_calls(aliases: &BTreeMap<String, FoundAlias>, alias: &str) -> bool {
    let found = aliases.get(alias);
    found.is_some_and(|found| !found.alias.weights.is_empty())
}

/// What goes before all else: what the spec dropped, and what it lowers.
fn less(
    desired: &LambdaDesired,
    managed: &BTreeSet<String>,
    found: &BTreeMap<String, Found>,
    aliases: &BTreeMap<String, FoundAlias>,
) -> Vec<PlannedStep<Step>> {
    let ours = managed.iter().filter_map(|name| alias_of(name));
    let dropped = ours.filter(|alias| named(desired, alias).is_none());
    let dropped = dropped.filter_map(|alias| Some(planned(alias, Some(found.get(alias)?), None)));
    let lowered = wanted(desired, found).filter(|(alias, found, to)| {
        let is_less = found.is_some_and(|found| *to < found.requested);
        is_less && !shares_calls(aliases, alias)
    });
    let lowered = lowered.map(|(alias, found, to)| planned(alias, found, Some(to)));
    dropped.chain(lowered).collect()
}

/// What is due once the aliases are as wanted.
fn rest(
    of: &Situation<'_>,
    found: &BTreeMap<String, Found>,
    aliases: &BTreeMap<String, FoundAlias>,
) -> Need<Step> {
    let (mut steps, mut is_coming, mut failed) = (Vec::new(), false, None);
    let followed = versions::followed(of);
    let will_be_there = |alias: &String| {
        let wanted = of.desired.aliases.get(alias);
        aliases.contains_key(alias) || wanted.is_some_and(|wanted| wanted.of(&followed).is_some())
    };
    let wanted = wanted(of.desired, found).filter(|(alias, ..)| will_be_there(alias));
    for (alias, found, to) in wanted {
        match found {
            Some(found) if found.requested == to && found.is_ready() => {}
            Some(found) if found.requested == to && found.has_failed() => {
                failed = failed.or_else(|| Some(failure(alias, found)));
            }
            Some(found) if found.requested == to => is_coming = true,
            // What failed comes no more, and the alias would share its calls out for ever.
            Some(one) if shares_calls(aliases, alias) && one.has_failed() => {
                steps.push(planned(alias, found, None));
                steps.push(planned(alias, None, Some(to)));
            }
            Some(_) if shares_calls(aliases, alias) => is_coming = true,
            // It went first of all.
            Some(found) if to < found.requested => {}
            _ => steps.push(planned(alias, found, Some(to))),
        }
    }
    match failed {
        _ if !steps.is_empty() => Need::Steps(steps),
        _ if is_coming => Need::Wait(COMING),
        Some(message) => Need::Failed(message),
        None => Need::Steps(steps),
    }
}

/// That AWS Lambda gave up, and what to do.
pub fn failure(alias: &str, found: &Found) -> String {
    format!(
        "AWS Lambda could not provide the concurrency of the alias {alias}{}; remove the cause, then name another number in provisionedConcurrentExecutions, or publish a version that starts",
        in_brackets(None, found.reason.as_deref())
    )
}

#[async_trait]
impl Part for Provisioned {
    type Step = Step;
    /// The alias, and what there is of it now.
    type Change = (String, Option<Found>);

    fn can_manage(name: &str) -> bool {
        alias_of(name).is_some()
    }

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        let mut aliases = desired.aliases.values();
        let mut managed = memory.common.managed.iter();
        aliases.any(|wanted| wanted.provisioned().is_some())
            || managed.any(|name| Self::can_manage(name))
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        // For an alias that may wait for it, it is read already.
        if observed.provisioned == Known::Unread {
            observed.provisioned = answer_of(of.cloud.provisioned(of.name, of.mode).await)?;
        }
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        let is_due = matches!(turn, Turn::First | Turn::Last);
        if !is_due || !Self::is_named(of.desired, of.memory) {
            return Need::Steps(Vec::new());
        }
        let nothing = BTreeMap::new();
        let aliases = match &of.observed.aliases {
            Known::Read(aliases) => aliases,
            Known::Unread | Known::Denied(_) => &nothing,
        };
        match (&of.observed.provisioned, turn) {
            (Known::Read(found), Turn::First) => {
                let managed = &of.memory.common.managed;
                Need::Steps(less(of.desired, managed, found, aliases))
            }
            (Known::Read(found), _) => rest(of, found, aliases),
            // Nothing else waits for it.
            (_, Turn::First) => Need::Steps(Vec::new()),
            (unread, _) => Need::of(unread, super::retention::READ_PROVISIONED, |_| Vec::new()),
        }
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let nothing = BTreeMap::new();
        wanted(desired, &nothing)
            .map(|(alias, _, to)| planned(alias, None, Some(to)))
            .collect()
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<(String, Option<Found>), CloudError> {
        match step {
            Step::Put { alias, executions } => {
                let now = cloud.put_provisioned(name, alias, *executions).await?;
                Ok((alias.clone(), Some(now)))
            }
            Step::Delete(alias) => {
                // Gone already is as good.
                if_there(cloud.delete_provisioned(name, alias).await)?;
                Ok((alias.clone(), None))
            }
        }
    }

    /// What the alias shared out meanwhile may end with it.
    fn fold(observed: &mut LambdaObserved, (alias, now): (String, Option<Found>)) {
        if let Known::Read(aliases) = &observed.aliases
            && now.is_none()
            && shares_calls(aliases, &alias)
        {
            observed.aliases = Known::Unread;
        }
        if let Known::Read(provisioned) = &mut observed.provisioned {
            match now {
                Some(found) => provisioned.insert(alias, found),
                None => provisioned.remove(&alias),
            };
        }
    }

    /// What is not read stays as it was known, while it is named.
    fn report(
        goal: Goal<'_, LambdaDesired>,
        status: &mut LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) {
        let Goal::Present(desired) = goal else { return };
        let managed = &status.common.managed;
        for alias in &mut status.aliases {
            let is_named = named(desired, &alias.name).is_some()
                || managed.contains(&provisioned_name(&alias.name));
            match &observed.provisioned {
                _ if !is_named => alias.provisioned_concurrency = None,
                Known::Read(found) => {
                    alias.provisioned_concurrency = found.get(&alias.name).map(shown);
                }
                Known::Unread | Known::Denied(_) => {}
            }
        }
    }
}

fn shown(found: &Found) -> ProvisionedConcurrencyStatus {
    ProvisionedConcurrencyStatus {
        requested: found.requested,
        status: found.status.clone(),
        status_reason: found.reason.clone(),
    }
}

//! The part `aliases`: names for versions.
//!
//! `GetFunction` does not show them: one list is their read. Each is one block, of which every change has all. Aliases
//! that neither the spec nor `status.managed` names are left alone.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use super::retention::Retention;
use super::wanted::{ALIASES, Followed, WantedAlias, alias_name};
use super::{provisioned, versions};
use crate::api::lambda::{AliasStatus, LambdaFunctionStatus};
use crate::cloud::lambda::{Alias, FoundAlias, LambdaApi, Provisioned};
use crate::cloud::{BudgetMode, Class, CloudError};
use crate::functions::lambda::block::differences;
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{AfterRefusal, Effect, Goal, PlannedStep, Step as DriverStep};

/// The aliases of a function.
pub struct Aliases;

/// A change of one alias.
pub enum Step {
    /// `CreateAlias`.
    Create(Change),
    /// `UpdateAlias`.
    Update {
        /// What to.
        change: Change,
        /// Guard: the alias's own.
        revision: Option<String>,
        /// It only goes along with the version that is published before it.
        goes_along: bool,
    },
    /// `DeleteAlias`.
    Delete(String),
}

/// What an alias is to be.
pub struct Change {
    /// Its name.
    name: String,
    /// What it is to say.
    to: Alias,
    /// Those of its versions that the spec names by their numbers.
    by_number: BTreeSet<String>,
}

impl Change {
    /// The version that is not there, where this is what AWS Lambda says.
    fn missing(&self, error: &CloudError) -> Option<&String> {
        let mut versions = self.to.weights.keys().chain([&self.to.version]);
        versions
            .find(|version| error.class == Class::NotFound && ends_an_arn(&error.message, version))
    }
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Create(_) => "CreateAlias",
            Self::Update { .. } => "UpdateAlias",
            Self::Delete(_) => "DeleteAlias",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }

    fn is_consequence(&self) -> bool {
        matches!(self, Self::Update { goes_along, .. } if *goes_along)
    }
}

/// The alias of a managed name, if it is one that a spec can have.
fn alias_of(managed_name: &str) -> Option<&str> {
    let alias = managed_name.strip_prefix(ALIASES)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_number = alias.bytes().all(|byte| byte.is_ascii_digit());
    (!is_number && alias.bytes().all(fits)).then_some(alias)
}

/// Whether an alias is of the wanted version and all its calls still go to another. So AWS Lambda shows an alias with
/// provisioned concurrency that was moved, until there is some of the new version; to write weights meanwhile would
/// send the calls there at once (Terraform's AWS provider, its pull request 48116). Once all is there, it is somebody's
/// edit.
fn is_warming(found: &Alias, wanted: &Alias, provisioned: Option<&Provisioned>) -> bool {
    let is_on_its_way = provisioned.is_some_and(|provisioned| !provisioned.is_ready());
    is_on_its_way && found.version == wanted.version && has_full_weight(found)
}

fn has_full_weight(alias: &Alias) -> bool {
    alias.weights.values().any(|weight| *weight >= 1.0)
}

/// What makes an alias as wanted, if it is not.
fn change(
    name: &str,
    wanted: &WantedAlias,
    found: Option<&FoundAlias>,
    followed: &Followed,
    provisioned: Option<&Provisioned>,
) -> Option<PlannedStep<Step>> {
    let to = wanted.of(followed)?;
    let from = found.map(|found| &found.alias);
    if from.is_some_and(|from| *from == to || is_warming(from, &to, provisioned)) {
        return None;
    }
    let why = differences(&alias_name(name), from, &to);
    let change = Change {
        name: name.to_owned(),
        to,
        by_number: wanted.numbers().cloned().collect(),
    };
    let step = match found {
        None => Step::Create(change),
        Some(found) => Step::Update {
            change,
            revision: found.revision_id.clone(),
            goes_along: false,
        },
    };
    Some(PlannedStep { step, why })
}

/// Whether it has to be read which aliases have provisioned concurrency, since one may be warming.
fn is_open(observed: &LambdaObserved) -> bool {
    let Known::Read(aliases) = &observed.aliases else {
        return false;
    };
    let mut aliases = aliases.values();
    observed.provisioned == Known::Unread && aliases.any(|found| has_full_weight(&found.alias))
}

/// What takes away the aliases that are ours and that the spec does not name any more.
fn dropped(
    desired: &LambdaDesired,
    managed: &BTreeSet<String>,
    found: &BTreeMap<String, FoundAlias>,
) -> Vec<PlannedStep<Step>> {
    let ours = managed.iter().filter_map(|name| alias_of(name));
    let dropped = ours.filter(|alias| !desired.aliases.contains_key(*alias));
    let there = dropped.filter_map(|alias| Some((alias, found.get(alias)?)));
    there
        .map(|(alias, found)| PlannedStep {
            step: Step::Delete(alias.to_owned()),
            why: vec![difference(
                &alias_name(alias),
                Some(found.alias.version.clone()),
                None,
            )],
        })
        .collect()
}

fn provisioned_of<'a>(observed: &'a LambdaObserved, alias: &str) -> Option<&'a Provisioned> {
    match &observed.provisioned {
        Known::Read(provisioned) => provisioned.get(alias),
        Known::Unread | Known::Denied(_) => None,
    }
}

/// What aliases wait for that are of the wanted version and do not send their calls there yet.
fn warming(of: &Situation<'_>, found: &BTreeMap<String, FoundAlias>) -> Need<Step> {
    let followed = versions::followed(of);
    let wanted = of.desired.aliases.iter();
    let all = wanted.filter_map(|(name, wanted)| {
        let (found, to) = (found.get(name)?, wanted.of(&followed)?);
        let provisioned = provisioned_of(of.observed, name)?;
        is_warming(&found.alias, &to, Some(provisioned)).then_some((name, provisioned))
    });
    let (failed, coming): (Vec<_>, Vec<_>) =
        all.partition(|(_, provisioned)| provisioned.has_failed());
    match (coming.first(), failed.first()) {
        (Some(_), _) => Need::Wait(provisioned::COMING),
        (None, Some((alias, provisioned))) => {
            Need::Failed(provisioned::failure(alias, provisioned))
        }
        (None, None) => Need::Steps(Vec::new()),
    }
}

/// What the status says of an alias.
fn known(status: &[AliasStatus], alias: &str) -> AliasStatus {
    let found = status.iter().find(|known| known.name == alias);
    found.cloned().unwrap_or_default()
}

/// All that is due.
fn due(of: &Situation<'_>, found: &BTreeMap<String, FoundAlias>) -> Vec<PlannedStep<Step>> {
    let followed = versions::followed(of);
    let so_far = versions::published_so_far(of.memory, of.observed);
    let wanted = of.desired.aliases.iter();
    let changed = wanted.filter_map(|(name, wanted)| {
        let (found, provisioned) = (found.get(name), provisioned_of(of.observed, name));
        let mut planned = change(name, wanted, found, &followed, provisioned)?;
        if let Step::Update { goes_along, .. } = &mut planned.step {
            let is_as_wanted = || change(name, wanted, found, &so_far, provisioned).is_none();
            *goes_along = of.publishes() && is_as_wanted();
        }
        Some(planned)
    });
    let dropped = dropped(of.desired, &of.memory.common.managed, found);
    changed.chain(dropped).collect()
}

/// Whether a message ends the ARN of a function with this version, as in "Function not found: <ARN>:7" (recorded on
/// AWS).
fn ends_an_arn(message: &str, version: &str) -> bool {
    let end = format!(":{version}");
    let mut after = message.split(&end).skip(1).map(|rest| rest.chars().next());
    after.any(|next| next.is_none_or(|next| !next.is_alphanumeric() && next != ':'))
}

/// A version that the spec names by its number and that is not there, in words.
fn explained(change: &Change, error: CloudError) -> CloudError {
    match change.missing(&error) {
        Some(version) if change.by_number.contains(version) => CloudError {
            class: Class::Invalid,
            message: format!(
                "the function has no version {version}, which the alias {} asks for; name one that it has, or newest ({})",
                change.name, error.message
            ),
            ..error
        },
        _ => error,
    }
}

#[async_trait]
impl Part for Aliases {
    type Step = Step;
    /// The alias, and what it is now.
    type Change = (String, Option<FoundAlias>);

    fn can_manage(name: &str) -> bool {
        alias_of(name).is_some()
    }

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        let mut managed = memory.common.managed.iter();
        !desired.aliases.is_empty()
            || managed.any(|name| Self::can_manage(name))
            // What an alias is of stays.
            || Retention::is_named(desired, memory)
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        observed.aliases = answer_of(of.cloud.aliases(of.name, of.mode).await)?;
        if is_open(observed) {
            let answer = of.cloud.provisioned(of.name, BudgetMode::Wait).await;
            observed.provisioned = answer_of(answer)?;
        }
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if turn != Turn::Last || !Self::is_named(of.desired, of.memory) {
            return Need::Steps(Vec::new());
        }
        if is_open(of.observed) {
            return Need::Read(Vec::new());
        }
        let read = ("aliases", "ListAliases");
        let need = Need::of(&of.observed.aliases, read, |found| due(of, found));
        match &of.observed.aliases {
            Known::Read(found) if !need.has_steps() => warming(of, found),
            _ => need,
        }
    }

    /// By the time it is due, the versions are known.
    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let followed = Followed::in_words();
        let wanted = desired.aliases.iter();
        wanted
            .filter_map(|(name, wanted)| change(name, wanted, None, &followed, None))
            .collect()
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<(String, Option<FoundAlias>), CloudError> {
        let (change, answer) = match step {
            Step::Create(change) => {
                let answer = cloud.create_alias(name, &change.name, &change.to).await;
                (change, answer)
            }
            Step::Update {
                change, revision, ..
            } => {
                let revision = revision.as_deref();
                let answer = cloud
                    .update_alias(name, &change.name, revision, &change.to)
                    .await;
                (change, answer)
            }
            Step::Delete(alias) => {
                // Gone already is as good.
                if_there(cloud.delete_alias(name, alias).await)?;
                return Ok((alias.clone(), None));
            }
        };
        let now = answer.map_err(|error| explained(change, error))?;
        Ok((change.name.clone(), Some(now)))
    }

    /// A version that is followed and is not there was made of a function that is gone, or somebody deleted it: it is
    /// not known any more what was published.
    fn refused(memory: &mut LambdaFunctionStatus, step: &Step, error: &CloudError) -> AfterRefusal {
        if let Step::Create(change) | Step::Update { change, .. } = step
            && let Some(missing) = change.missing(error)
            && !change.by_number.contains(missing)
        {
            versions::forget(memory);
        }
        AfterRefusal::Ends
    }

    /// Provisioned concurrency follows an alias that moves, and is on its way again.
    fn fold(observed: &mut LambdaObserved, (alias, now): (String, Option<FoundAlias>)) {
        if provisioned_of(observed, &alias).is_some() {
            observed.provisioned = Known::Unread;
        }
        if let Known::Read(aliases) = &mut observed.aliases {
            match now {
                Some(found) => aliases.insert(alias, found),
                None => aliases.remove(&alias),
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
        let managed = status.common.managed.clone();
        let is_named = |alias: &String| {
            desired.aliases.contains_key(alias) || managed.contains(&alias_name(alias))
        };
        if let Known::Read(found) = &observed.aliases {
            let before = std::mem::take(&mut status.aliases);
            let named = found.iter().filter(|(name, _)| is_named(name));
            let shown = |(name, found): (&String, &FoundAlias)| AliasStatus {
                name: name.clone(),
                function_version: found.alias.version.clone(),
                alias_arn: found.arn.clone(),
                ..known(&before, name)
            };
            status.aliases = named.map(shown).collect();
        } else {
            status.aliases.retain(|alias| is_named(&alias.name));
        }
    }
}

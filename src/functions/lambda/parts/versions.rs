//! The part `publish`: versions of what is settled.
//!
//! Nothing is read for it: the status remembers what the last version was made of, and publishing
//! the same twice gives one version (Lambda API reference, PublishVersion). Two things are read only while the status
//! does not know them: for an alias that follows the version before, the versions; and the state of a version that
//! could not take calls when it was published, as with `snapStart`. No alias follows one that cannot.

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use super::wanted::{Followed, WantedAlias};
use crate::api::lambda::{LambdaFunctionStatus, PublishedStatus};
use crate::cloud::lambda::{LambdaApi, Version, VersionState};
use crate::cloud::{BudgetMode, CloudError};
use crate::functions::lambda::configuration::fingerprint::{Made, settings};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::lambda::work::Work;
use crate::functions::shared::difference::difference;
use crate::functions::shared::text::in_brackets;
use crate::reconcile::{Effect, Goal, PlannedStep, Step as DriverStep};

/// Marks the versions that cloudfn published.
const DESCRIPTION: &str = "Published by cloudfn";

/// What reads versions.
pub const READ: (&str, &str) = ("versions", "ListVersionsByFunction");

/// The published versions of a function.
pub struct Versions;

/// `PublishVersion`.
pub struct Step {
    /// Guard: the code that was observed.
    pub code_sha256: String,
    /// Guard.
    pub revision: Option<String>,
    /// What else the version is made of.
    pub made: Made,
}

/// A version and what it was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// Its number.
    pub version: String,
    /// Base64 of the SHA-256 of its code.
    pub code_sha256: String,
    /// What else it was made of.
    pub made: Made,
    /// Whether it can take calls.
    pub state: VersionState,
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        "PublishVersion"
    }

    fn effect(&self) -> Effect {
        Effect::Publish
    }
}

/// What was published belongs to a function that is gone, or is not known any more.
pub fn forget(memory: &mut LambdaFunctionStatus) {
    (memory.latest_version, memory.published) = (None, None);
    (memory.latest_version_state, memory.previous_version) = (None, None);
}

/// The versions that cloudfn published, by their numbers.
pub fn ours(found: &[Version]) -> impl Iterator<Item = u64> {
    let ours = found
        .iter()
        .filter(|version| version.description == DESCRIPTION);
    ours.map(|version| version.number)
}

/// The version that cloudfn published before the last, or the last itself while there is none; `None` where that
/// has to be read first.
fn previous(memory: &LambdaFunctionStatus, observed: &LambdaObserved) -> Option<String> {
    let newest = memory.latest_version.as_ref()?;
    let read = || {
        let Known::Read(found) = &observed.versions else {
            return None;
        };
        let number: u64 = newest.parse().ok()?;
        let before = ours(found).filter(|other| *other < number).max();
        Some(before.unwrap_or(number).to_string())
    };
    memory.previous_version.clone().or_else(read)
}

/// The versions that aliases follow: words, where one is published before they are due.
pub fn followed(of: &Situation<'_>) -> Followed {
    if of.publishes() {
        Followed::in_words()
    } else if is_active(of) {
        published_so_far(of.memory, of.observed)
    } else {
        Followed::default()
    }
}

/// The versions that aliases follow while no other is published.
pub fn published_so_far(memory: &LambdaFunctionStatus, observed: &LambdaObserved) -> Followed {
    Followed {
        newest: memory.latest_version.clone(),
        previous: previous(memory, observed),
    }
}

/// Whether the latest version takes calls. What an earlier release published is believed to.
fn is_active(of: &Situation<'_>) -> bool {
    match &of.observed.latest_version {
        Known::Read(state) => *state == Some(VersionState::Active),
        Known::Unread | Known::Denied(_) => !is_open(of.memory),
    }
}

/// Whether the latest version could not take calls when it was last looked at.
fn is_open(memory: &LambdaFunctionStatus) -> bool {
    let state = memory.latest_version_state.as_deref();
    state.is_some_and(|state| state != VersionState::Active.as_str())
}

/// Whether the version before the latest has to be looked up, for an alias that follows it.
fn lacks_previous(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
    let is_unknown = memory.latest_version.is_some() && memory.previous_version.is_none();
    let mut aliases = desired.aliases.values();
    is_unknown && aliases.any(WantedAlias::follows_previous)
}

/// The latest version, where its state has to be looked at.
fn open_version<'a>(
    desired: &LambdaDesired,
    memory: &'a LambdaFunctionStatus,
) -> Option<&'a String> {
    let latest = memory.latest_version.as_ref();
    latest.filter(|_| desired.publish && is_open(memory))
}

/// What is due once all versions are published.
fn published(of: &Situation<'_>) -> Need<Step> {
    let is_read = matches!(of.observed.versions, Known::Read(_));
    if lacks_previous(of.desired, of.memory) && !is_read {
        return Need::of(&of.observed.versions, READ, |_| None);
    }
    let Some(version) = open_version(of.desired, of.memory) else {
        return Need::Steps(Vec::new());
    };
    match &of.observed.latest_version {
        Known::Read(Some(VersionState::Pending)) => {
            Need::Wait("AWS Lambda is preparing the version that was published")
        }
        Known::Read(Some(VersionState::Failed(reason))) => Need::Failed(format!(
            "AWS Lambda failed to start version {version}{}, and no alias follows it; mend the code or what it needs, and edit the spec, and the next version is followed",
            in_brackets(None, reason.as_deref())
        )),
        known => Need::of(known, ("latest version", "GetFunction"), |_| None),
    }
}

fn made(desired: &LambdaDesired, observed: &LambdaObserved) -> Made {
    Made {
        settings_sha256: settings(&desired.configuration, &observed.function),
        environment: desired.origin.clone(),
    }
}

/// What the status remembers of a version; [`bring_up_to_date`] says when the function was last known to be so.
fn remembered(code_sha256: &str, made: &Made) -> PublishedStatus {
    PublishedStatus {
        code_sha256: code_sha256.to_owned(),
        settings_sha256: Some(made.settings_sha256.clone()),
        environment_sha256: Some(made.environment.sha256.clone()),
        references: made.environment.references.clone(),
        last_modified: None,
    }
}

/// Whether the version that the status remembers has this code and was made of this.
///
/// A Secret whose version moved need not have other values. Where the function was not changed since
/// it was known to be as published, it has none: what differs is updated before a version is due.
fn is_current(
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
    code_sha256: &str,
    made: &Made,
) -> bool {
    let Some(published) = &memory.published else {
        return false;
    };
    if published.code_sha256 != code_sha256 {
        return false;
    }
    let Some(settings_sha256) = &published.settings_sha256 else {
        // An earlier release wrote it. Of an object that was settled then, the function was as published.
        let common = &memory.common;
        let settled = common.settled_generation.is_some()
            && common.settled_generation == common.observed_generation;
        return settled && observed.is_unchanged_since(memory);
    };
    let same_origin = published.environment_sha256.as_ref() == Some(&made.environment.sha256)
        && published.references == made.environment.references;
    let unchanged = published.last_modified.is_some()
        && published.last_modified == observed.function.last_modified;
    *settings_sha256 == made.settings_sha256 && (same_origin || unchanged)
}

/// Where the function is as wanted and as published, the status remembers it by what it is made of now.
fn bring_up_to_date(
    desired: &LambdaDesired,
    status: &mut LambdaFunctionStatus,
    observed: &LambdaObserved,
) {
    if !desired.publish {
        // What an earlier release wrote says nothing later on, and has a hash over values.
        status
            .published
            .take_if(|published| published.settings_sha256.is_none());
        return;
    }
    let made = made(desired, observed);
    if let Some(code_sha256) = &observed.function.code_sha256
        && is_current(status, observed, code_sha256, &made)
        && !Work::of(desired, status, observed).changes_function()
    {
        status.published = Some(PublishedStatus {
            last_modified: observed.function.last_modified.clone(),
            ..remembered(code_sha256, &made)
        });
    }
}

#[async_trait]
impl Part for Versions {
    type Step = Step;
    type Change = Published;

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        lacks_previous(desired, memory) || open_version(desired, memory).is_some()
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        let mut mode = of.mode;
        if let Some(version) = open_version(of.desired, of.memory) {
            let answer = of.cloud.version_state(of.name, version, mode).await;
            observed.latest_version = answer_of(if_there(answer))?;
            mode = BudgetMode::Wait;
        }
        if lacks_previous(of.desired, of.memory) {
            observed.versions = answer_of(of.cloud.versions(of.name, mode).await)?;
        }
        Ok(())
    }

    /// A version is due where the last one was made of other code or another configuration.
    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if turn == Turn::Last && !of.publishes() {
            return published(of);
        }
        if turn != Turn::Versions || !of.desired.publish || of.update_failed {
            return Need::Steps(Vec::new());
        }
        let Some(code_sha256) = of.observed.function.code_sha256.clone() else {
            return Need::Wait(
                "AWS Lambda has not yet told the hash of the code, which guards publishing",
            );
        };
        let made = made(of.desired, of.observed);
        let is_there = of.observed.latest_version != Known::Read(None);
        let is_current = is_there && is_current(of.memory, of.observed, &code_sha256, &made);
        if !of.changes_function && is_current {
            return Need::Steps(Vec::new());
        }
        let from = of.memory.latest_version.clone();
        let revision = of.observed.function.revision_id.clone();
        let need = match revision {
            Some(_) => Need::Steps,
            None => Need::Read,
        };
        need(vec![PlannedStep {
            why: vec![difference("publish", from, Some("true".to_owned()))],
            step: Step {
                code_sha256,
                revision,
                made,
            },
        }])
    }

    /// By the time it is due, the function is observed and the guards are known.
    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let step = || PlannedStep {
            step: Step {
                code_sha256: String::new(),
                revision: None,
                made: Made::default(),
            },
            why: vec![difference("publish", None, Some("true".to_owned()))],
        };
        desired.publish.then(step).into_iter().collect()
    }

    /// Should the answer be lost, it is not known any more what was published last.
    fn intend(memory: &mut LambdaFunctionStatus, _: &Step) {
        memory.published = None;
    }

    async fn act(cloud: &dyn LambdaApi, name: &str, step: &Step) -> Result<Published, CloudError> {
        let (version, state) = cloud
            .publish_version(
                name,
                &step.code_sha256,
                step.revision.as_deref(),
                DESCRIPTION,
            )
            .await?;
        Ok(Published {
            version,
            code_sha256: step.code_sha256.clone(),
            made: step.made.clone(),
            state,
        })
    }

    fn remember(memory: &mut LambdaFunctionStatus, change: &Published) {
        let version = &change.version;
        let before = memory.latest_version.replace(version.clone());
        if before.as_ref() != Some(version) {
            let is_first = version == "1";
            memory.previous_version = before.or_else(|| is_first.then(|| version.clone()));
            memory.undeleted_versions.clear();
        }
        memory.latest_version_state = Some(change.state.as_str().to_owned());
        memory.published = Some(remembered(&change.code_sha256, &change.made));
    }

    /// What was read of versions lacks this one.
    fn fold(observed: &mut LambdaObserved, change: Published) {
        observed.versions = Known::Unread;
        observed.latest_version = Known::Read(Some(change.state));
    }

    fn report(
        goal: Goal<'_, LambdaDesired>,
        status: &mut LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) {
        status.previous_version = previous(status, observed);
        if let Known::Read(Some(state)) = &observed.latest_version {
            status.latest_version_state = Some(state.as_str().to_owned());
        }
        let Goal::Present(desired) = goal else { return };
        if !desired.claim.is_empty() {
            bring_up_to_date(desired, status, observed);
        } else if !observed.is_unchanged_since(status) {
            // In Observe mode another function of the same name may be there: what was published is
            // about the one that the status describes.
            forget(status);
        }
    }
}

//! The part `tags`: the spec's, and cloudfn's own.
//!
//! `GetFunction` reads them. What is dropped goes before what comes, since AWS counts both together.

use async_trait::async_trait;

use super::part::{Need, Part, Situation, Turn};
use crate::api::lambda::LambdaFunctionStatus;
use crate::api::{OWNER_TAG, SOURCE_TAG};
use crate::cloud::lambda::LambdaApi;
use crate::cloud::{CloudError, Tags};
use crate::functions::lambda::code::source;
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::lambda::parts::versions;
use crate::functions::shared::tags::{dropped, key_of, tag_difference};
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// The tags of a function.
pub struct FunctionTags;

/// A change of tags.
pub enum Step {
    /// `TagResource`.
    Tag {
        /// The function.
        arn: String,
        /// The tags that differ.
        tags: Tags,
        /// Nobody changed the function, or made it anew, since the status was written.
        unchanged: bool,
    },
    /// `UntagResource`.
    Untag {
        /// The function.
        arn: String,
        /// The keys to remove.
        keys: Vec<String>,
    },
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Tag { .. } => "Tag",
            Self::Untag { .. } => "Untag",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// What was written.
pub enum Change {
    /// These tags.
    Tagged(Tags),
    /// The removal of these.
    Untagged(Vec<String>),
}

#[async_trait]
impl Part for FunctionTags {
    type Step = Step;
    type Change = Change;

    fn can_manage(name: &str) -> bool {
        key_of(name).is_some()
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        // Where they could not be read, the driver or the plan has blocked what needs them.
        let Ok(shown) = &of.observed.tags else {
            return Need::Steps(Vec::new());
        };
        let (tag, untag) = due(of, shown);
        let arn = &of.observed.function.arn;
        let untag = untag.filter(|(due, _)| *due == turn).map(|(_, keys)| {
            let why = keys
                .iter()
                .map(|key| tag_difference(key, shown.get(key), None));
            PlannedStep {
                why: why.collect(),
                step: Step::Untag {
                    arn: arn.clone(),
                    keys,
                },
            }
        });
        let tag = tag.filter(|(due, _)| *due == turn).map(|(_, tags)| {
            let why = tags
                .iter()
                .map(|(key, value)| tag_difference(key, shown.get(key), Some(value)));
            PlannedStep {
                why: why.collect(),
                step: Step::Tag {
                    arn: arn.clone(),
                    tags,
                    unchanged: of.observed.is_unchanged_since(of.memory),
                },
            }
        });
        Need::Steps(untag.into_iter().chain(tag).collect())
    }

    /// The owner tag: the function may be another one of the same name, so what is known of failed
    /// starts is not about it; nor what is known of versions, unless nobody changed the function
    /// since it was seen last: then only its tags were taken off.
    fn intend(memory: &mut LambdaFunctionStatus, step: &Step) {
        match step {
            Step::Tag {
                tags, unchanged, ..
            } if tags.contains_key(OWNER_TAG) => {
                if !unchanged {
                    versions::forget(memory);
                }
                memory.recreations = None;
            }
            Step::Tag { .. } | Step::Untag { .. } => {}
        }
    }

    async fn act(cloud: &dyn LambdaApi, _: &str, step: &Step) -> Result<Change, CloudError> {
        match step {
            Step::Tag { arn, tags, .. } => cloud
                .tag(arn, tags)
                .await
                .map(|()| Change::Tagged(tags.clone())),
            Step::Untag { arn, keys } => cloud
                .untag(arn, keys)
                .await
                .map(|()| Change::Untagged(keys.clone())),
        }
    }

    fn fold(observed: &mut LambdaObserved, change: Change) {
        let Ok(known) = &mut observed.tags else {
            return;
        };
        match change {
            Change::Tagged(tags) => known.extend(tags),
            Change::Untagged(keys) => known.retain(|key, _| !keys.contains(key)),
        }
    }
}

/// Tags to write and keys to remove, and when.
type Due = (Option<(Turn, Tags)>, Option<(Turn, Vec<String>)>);

fn due(of: &Situation<'_>, tags: &Tags) -> Due {
    let (mut tag, mut untag) = (to_tag(of, tags), to_untag(of, tags));
    match (&mut tag, &mut untag) {
        // Do not untag before the owner tag is written; so what else comes has to wait, too.
        (Some((Turn::First, due)), Some(_)) => {
            due.retain(|key, _| !of.desired.tags.contains_key(key));
        }
        (Some((Turn::BeforeVersions, _)), Some((turn, _))) => *turn = Turn::BeforeVersions,
        _ => {}
    }
    (tag, untag)
}

fn to_tag(of: &Situation<'_>, tags: &Tags) -> Option<(Turn, Tags)> {
    let desired = of.desired;
    let differs = |(key, value): &(&String, &String)| tags.get(*key) != Some(*value);
    let owned = |(key, value): (&String, &String)| (key.clone(), value.clone());
    let claim: Tags = desired.claim.iter().filter(differs).map(owned).collect();
    let mut due: Tags = desired.tags.iter().filter(differs).map(owned).collect();
    let mut turn = if claim.is_empty() {
        Turn::Last
    } else {
        Turn::First
    };
    if desired.explain_all && turn == Turn::First {
        due.clear();
    }
    due.extend(claim);
    if let Some(wanted) = desired.source_tag() {
        let known = source::tag(of.observed);
        if of.code_is_current && known != Some(wanted) {
            due.insert(SOURCE_TAG.to_owned(), wanted.to_owned());
            // It says where the code came from, and publishing may need another observation, which
            // forgets that this pass deployed it.
            if turn == Turn::Last {
                turn = Turn::BeforeVersions;
            }
        } else if !of.code_is_current
            && turn == Turn::First
            && known.is_none()
            && of
                .memory
                .code
                .as_ref()
                .is_none_or(|code| code.deployed_sha256.is_none())
        {
            due.insert(SOURCE_TAG.to_owned(), source::UNKNOWN.to_owned());
        }
    }
    (!due.is_empty()).then_some((turn, due))
}

fn to_untag(of: &Situation<'_>, tags: &Tags) -> Option<(Turn, Vec<String>)> {
    let desired = of.desired;
    let mut keys: Vec<String> = dropped(&of.memory.common.managed, &desired.tags)
        .filter(|key| tags.contains_key(*key))
        .map(ToOwned::to_owned)
        .collect();
    let mut turn = Turn::Last;
    // An archive has replaced the outside source that the tag names.
    if desired.code.source().is_none()
        && !desired.claim.is_empty()
        && of.code_is_current
        && tags.contains_key(SOURCE_TAG)
    {
        keys.push(SOURCE_TAG.to_owned());
        turn = Turn::BeforeVersions;
    }
    (!keys.is_empty()).then_some((turn, keys))
}

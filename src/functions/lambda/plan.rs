//! What to do next.
//!
//! Order: a function that failed to start → wait → tags that make it ours → configuration → code
//! → the tag that says where the code came from → version → other tags. What is dropped of the tags
//! goes before what comes, since AWS counts both together. Pure.

use std::time::Duration;

use super::compare::{self, difference};
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use super::source;
use super::step::Step;
use crate::api::lambda::LambdaFunctionStatus;
use crate::api::{Reason, SOURCE_TAG};
use crate::cloud::Tags;
use crate::cloud::lambda::{Configuration, NewFunction};
use crate::reconcile::{Difference, Goal, Plan, PlannedStep};

/// Name of the code in differences.
pub(super) const CODE: &str = "code";

/// How often a function that failed to start is deleted and created again.
const RECREATIONS: i32 = 3;

/// What to do next.
pub fn plan(
    goal: Goal<'_, LambdaDesired>,
    memory: &LambdaFunctionStatus,
    observed: Option<&LambdaObserved>,
) -> Plan<Step> {
    match (goal, observed) {
        (Goal::Absent, None) => Plan::Settled,
        (_, Some(observed)) if observed.deleted => Plan::Read,
        (_, Some(observed)) if state(observed) == Some("Deleting") => {
            waiting(observed, "AWS Lambda is still deleting the function")
        }
        (Goal::Absent, Some(observed)) => Plan::Act(vec![delete(observed, None)]),
        (Goal::Present(desired), None) => Plan::Act(create(desired)),
        (Goal::Present(desired), Some(observed)) => present(desired, memory, observed),
    }
}

fn create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
    let (_, mut why) = compare::configuration(&desired.configuration, &Configuration::default());
    why.extend(
        desired
            .architectures
            .as_ref()
            .map(|names| difference("architectures", None, Some(names.join(",")))),
    );
    why.push(difference(CODE, None, Some(desired.code.show())));
    why.extend(
        desired
            .tags
            .iter()
            .chain(&desired.claim)
            .map(|(key, value)| tag_difference(key, None, Some(value))),
    );
    let new = NewFunction {
        configuration: desired.configuration.clone(),
        architectures: desired.architectures.clone(),
        code: desired.code.to_source(),
        tags: desired.all_tags(),
    };
    let mut steps = vec![PlannedStep {
        step: Step::Create {
            new: Box::new(new),
            code: desired.code.clone(),
        },
        why,
    }];
    if desired.publish {
        // For people: by the time it is due, the function is observed and the guards are known.
        let step = Step::PublishVersion {
            code_sha256: String::new(),
            revision: None,
            configuration_sha256: String::new(),
        };
        steps.push(PlannedStep {
            step,
            why: vec![difference("publish", None, Some("true".to_owned()))],
        });
    }
    steps
}

fn present(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> Plan<Step> {
    let function = &observed.function;
    let mut work = Work::of(desired, memory, observed);
    let update = function.last_update_status.as_deref();
    if state(observed) == Some("Failed") {
        return failed_to_start(desired, memory, observed, work.changes_function());
    }
    if state(observed) == Some("Pending") {
        return waiting(observed, "AWS Lambda is preparing the function");
    }
    if update == Some("InProgress") {
        return waiting(
            observed,
            "AWS Lambda is carrying out an update of the function",
        );
    }
    if let (Err(why), false) = (&observed.tags, desired.claim.is_empty()) {
        return Plan::Blocked {
            reason: Reason::AccessDenied,
            message: format!(
                "the function's tags could not be read ({}); allow lambda:ListTags",
                words(why)
            ),
        };
    }
    // An environment that is not shown would differ in every variable, for ever.
    if let (Some(code), Some(_)) = (
        &function.environment_error,
        &desired.configuration.environment,
    ) {
        return Plan::Blocked {
            reason: Reason::AccessDenied,
            message: format!(
                "AWS Lambda does not show the function's environment ({code}); allow the operator kms:Decrypt on its key"
            ),
        };
    }
    // After a failed update the fields show what was asked for while the old version still serves,
    // so a difference means that the spec was edited since: the way out. A failure that is news
    // blocks in any case: should the fields show the old, it is tried again at the pace of what is
    // blocked, and not in a loop.
    let is_news = memory.last_update_status.as_deref() != Some("Failed");
    let update_failed = update == Some("Failed") && (is_news || !work.changes_function());
    if update_failed {
        (work.configuration, work.code) = (None, None);
    }
    if update_failed && work.tag.is_none() && work.untag.is_none() {
        let said = said(
            function.last_update_status_reason_code.as_deref(),
            function.last_update_status_reason.as_deref(),
        );
        return Plan::Blocked {
            reason: Reason::UpdateFailed,
            message: format!(
                "AWS Lambda accepted the last update and failed to carry it out{said}; remove the cause and edit the spec"
            ),
        };
    }
    work.into_plan(desired, memory, observed, update_failed)
}

/// Only a function that our own create made and that was never active is deleted and created
/// again: `recreations` is in the status just that long, and AWS publishes no version and points
/// no alias at a function that never was active. `Successful` means that it was.
///
/// After the last time, an edit of the spec starts over.
fn failed_to_start(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
    edited: bool,
) -> Plan<Step> {
    let function = &observed.function;
    let claimed = !desired.claim.is_empty()
        && observed.tags.as_ref().is_ok_and(|tags| {
            desired
                .claim
                .iter()
                .all(|(key, value)| tags.get(key) == Some(value))
        });
    let never_active = memory.latest_version.is_none()
        && function.last_update_status.as_deref() != Some("Successful");
    match memory.recreations {
        Some(done) if claimed && never_active && (done < RECREATIONS || edited) => {
            let count = if done < RECREATIONS { done + 1 } else { 1 };
            Plan::Act(vec![delete(observed, Some(count))])
        }
        _ => Plan::Blocked {
            reason: Reason::CreateFailed,
            message: format!(
                "AWS Lambda failed to start the function{}; remove the cause, then delete the function in the cloud and cloudfn creates it again",
                said(
                    function.state_reason_code.as_deref(),
                    function.state_reason.as_deref()
                )
            ),
        },
    }
}

/// All that is to be done, from one look.
struct Work {
    configuration: Option<(Configuration, Vec<Difference>)>,
    code: Option<(Option<Vec<String>>, Vec<Difference>)>,
    /// Tags to write, and when.
    tag: Option<(TagTurn, Tags)>,
    untag: Option<(TagTurn, Vec<String>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TagTurn {
    /// Before everything: they make the function ours.
    First,
    /// Before a version is published: they say where the code came from, and publishing may need
    /// another look, which forgets that this pass deployed it.
    BeforePublish,
    /// After everything.
    Last,
}

impl Work {
    fn of(
        desired: &LambdaDesired,
        memory: &LambdaFunctionStatus,
        observed: &LambdaObserved,
    ) -> Self {
        let function = &observed.function;
        let (wanted, wanted_architectures) = compare::effective(desired, &memory.common.managed);
        let (changes, why) = compare::configuration(&wanted, &function.configuration);
        let configuration = (!why.is_empty()).then_some((changes, why));

        let code_is_current = source::is_current(desired, memory, observed);
        let mut why = Vec::new();
        if !code_is_current {
            why.push(difference(
                CODE,
                function.code_sha256.clone(),
                Some(desired.code.show()),
            ));
        }
        let (architectures, differs) =
            compare::architectures(wanted_architectures.as_ref(), &function.architectures).unzip();
        why.extend(differs);
        let code = (!why.is_empty()).then_some((architectures, why));

        let (mut tag, mut untag) = observed.tags.as_ref().map_or((None, None), |tags| {
            (
                to_tag(desired, memory, observed, tags, code_is_current),
                to_untag(desired, memory, tags, code_is_current),
            )
        });
        match (&mut tag, &mut untag) {
            // Nothing is dropped of a function that is not ours yet: what else comes has to wait.
            (Some((TagTurn::First, due)), Some(_)) => {
                due.retain(|key, _| !desired.tags.contains_key(key))
            }
            (Some((TagTurn::BeforePublish, _)), Some((turn, _))) => *turn = TagTurn::BeforePublish,
            _ => {}
        }
        Self {
            configuration,
            code,
            tag,
            untag,
        }
    }

    fn changes_function(&self) -> bool {
        self.configuration.is_some() || self.code.is_some()
    }

    fn into_plan(
        self,
        desired: &LambdaDesired,
        memory: &LambdaFunctionStatus,
        observed: &LambdaObserved,
        update_failed: bool,
    ) -> Plan<Step> {
        let function = &observed.function;
        let changes_function = self.changes_function();
        let revision = &function.revision_id;
        let arn = &function.arn;
        let shown = observed.tags.as_ref().ok();
        let tag = |turn: TagTurn| {
            let due = self
                .tag
                .clone()
                .filter(|(due, _)| *due == turn)
                .map(|(_, tags)| {
                    let why = tags
                        .iter()
                        .map(|(key, value)| {
                            tag_difference(key, shown.and_then(|tags| tags.get(key)), Some(value))
                        })
                        .collect();
                    PlannedStep {
                        step: Step::Tag {
                            arn: arn.clone(),
                            tags,
                            unchanged: compare::is_unchanged(memory, observed),
                        },
                        why,
                    }
                });
            let undue = self
                .untag
                .clone()
                .filter(|(due, _)| *due == turn)
                .map(|(_, keys)| {
                    let why = keys
                        .iter()
                        .map(|key| tag_difference(key, shown.and_then(|tags| tags.get(key)), None))
                        .collect();
                    PlannedStep {
                        step: Step::Untag {
                            arn: arn.clone(),
                            keys,
                        },
                        why,
                    }
                });
            undue.into_iter().chain(due)
        };
        let mut steps: Vec<PlannedStep<Step>> = tag(TagTurn::First).collect();
        steps.extend(self.configuration.map(|(changes, why)| PlannedStep {
            step: Step::UpdateConfiguration {
                changes: Box::new(changes),
                revision: revision.clone(),
            },
            why,
        }));
        steps.extend(self.code.map(|(architectures, why)| PlannedStep {
            step: Step::UpdateCode {
                code: desired.code.clone(),
                architectures,
                revision: revision.clone(),
            },
            why,
        }));
        steps.extend(tag(TagTurn::BeforePublish));
        if !update_failed {
            steps.extend(publish(desired, memory, observed, changes_function));
        }
        steps.extend(tag(TagTurn::Last));
        match steps.first() {
            None if desired.publish && function.code_sha256.is_none() && !update_failed => waiting(
                observed,
                "AWS Lambda has not yet told the hash of the code, which guards publishing",
            ),
            None => Plan::Settled,
            Some(first) if needs_revision(&first.step) && revision.is_none() => Plan::Read,
            Some(_) => Plan::Act(steps),
        }
    }
}

fn needs_revision(step: &Step) -> bool {
    matches!(
        step,
        Step::UpdateConfiguration { .. } | Step::UpdateCode { .. } | Step::PublishVersion { .. }
    )
}

/// A version is due where the last one was made of other code or another configuration.
fn publish(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
    changes_function: bool,
) -> Option<PlannedStep<Step>> {
    if !desired.publish {
        return None;
    }
    let code_sha256 = observed.function.code_sha256.clone()?;
    let configuration_sha256 = compare::fingerprint(desired, &observed.function);
    let now = (code_sha256.as_str(), configuration_sha256.as_str());
    let by_this_pass = observed
        .published
        .as_ref()
        .map(|p| (p.code_sha256.as_str(), p.configuration_sha256.as_str()));
    let remembered = memory
        .published
        .as_ref()
        .map(|p| (p.code_sha256.as_str(), p.configuration_sha256.as_str()));
    if !changes_function && by_this_pass.or(remembered) == Some(now) {
        return None;
    }
    let from = observed
        .published
        .as_ref()
        .map(|p| p.version.clone())
        .or_else(|| memory.latest_version.clone());
    Some(PlannedStep {
        why: vec![difference("publish", from, Some("true".to_owned()))],
        step: Step::PublishVersion {
            code_sha256,
            revision: observed.function.revision_id.clone(),
            configuration_sha256,
        },
    })
}

fn to_tag(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
    tags: &Tags,
    code_is_current: bool,
) -> Option<(TagTurn, Tags)> {
    let differs = |(key, value): &(&String, &String)| tags.get(*key) != Some(*value);
    let owned = |(key, value): (&String, &String)| (key.clone(), value.clone());
    let claim: Tags = desired.claim.iter().filter(differs).map(owned).collect();
    let mut due: Tags = desired.tags.iter().filter(differs).map(owned).collect();
    let mut turn = if claim.is_empty() {
        TagTurn::Last
    } else {
        TagTurn::First
    };
    if desired.shown && turn == TagTurn::First {
        due.clear();
    }
    due.extend(claim);
    if let Some(wanted) = desired.source_tag() {
        let known = source::tag(observed);
        if code_is_current && known != Some(wanted) {
            due.insert(SOURCE_TAG.to_owned(), wanted.to_owned());
            turn = if turn == TagTurn::Last {
                TagTurn::BeforePublish
            } else {
                turn
            };
        } else if !code_is_current
            && turn == TagTurn::First
            && known.is_none()
            && memory.code.is_none()
        {
            due.insert(SOURCE_TAG.to_owned(), source::UNKNOWN.to_owned());
        }
    }
    (!due.is_empty()).then_some((turn, due))
}

fn to_untag(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    tags: &Tags,
    code_is_current: bool,
) -> Option<(TagTurn, Vec<String>)> {
    let dropped = memory
        .common
        .managed
        .iter()
        .filter_map(|name| name.strip_prefix("tags/"));
    let mut keys: Vec<String> = dropped
        .filter(|key| !desired.tags.contains_key(*key) && tags.contains_key(*key))
        .map(ToOwned::to_owned)
        .collect();
    let mut turn = TagTurn::Last;
    // An archive has replaced the outside source that the tag tells of.
    if desired.code.source().is_none()
        && !desired.claim.is_empty()
        && code_is_current
        && tags.contains_key(SOURCE_TAG)
    {
        keys.push(SOURCE_TAG.to_owned());
        turn = TagTurn::BeforePublish;
    }
    (!keys.is_empty()).then_some((turn, keys))
}

fn tag_difference(key: &str, from: Option<&String>, to: Option<&String>) -> Difference {
    difference(&format!("tags/{key}"), from.cloned(), to.cloned())
}

fn delete(observed: &LambdaObserved, recreation: Option<i32>) -> PlannedStep<Step> {
    let why = vec![difference(
        "functionName",
        observed
            .function
            .arn
            .rsplit(':')
            .next()
            .map(ToOwned::to_owned),
        None,
    )];
    PlannedStep {
        step: Step::Delete { recreation },
        why,
    }
}

fn state(observed: &LambdaObserved) -> Option<&str> {
    observed.function.state.as_deref()
}

fn waiting(observed: &LambdaObserved, message: &str) -> Plan<Step> {
    // Network interfaces and images take long; everything else is usually done within seconds.
    let first = Duration::from_secs(if observed.function.settles_slowly {
        5
    } else {
        1
    });
    Plan::Waiting {
        reason: Reason::Settling,
        message: message.to_owned(),
        first,
    }
}

/// The cloud's reason as a part of a sentence.
fn said(code: Option<&str>, reason: Option<&str>) -> String {
    let parts: Vec<String> = [code, reason]
        .into_iter()
        .flatten()
        .map(words)
        .filter(|text| !text.is_empty())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(": "))
    }
}

/// The cloud's words, as a part of a sentence: one line, without a full stop, not too long.
fn words(text: &str) -> String {
    let line: String = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(400)
        .collect();
    line.trim_end_matches('.').to_owned()
}

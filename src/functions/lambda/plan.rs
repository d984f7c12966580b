//! What to do next.
//!
//! Order: a function that failed to start → wait → tags that make it ours and what judges code → configuration
//! → code → the other parts, each in its turns. Pure.

use std::time::Duration;

use super::code::CODE;
use super::configuration::compare;
use super::desired::LambdaDesired;
use super::observe::LambdaObserved;
use super::parts;
use super::parts::code_signing;
use super::parts::part::{self, Need, Publication, Situation, Turn};
use super::step::Step;
use super::work::Work;
use crate::api::Reason;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::aws::arn::Arn;
use crate::cloud::lambda::fields::Call;
use crate::cloud::lambda::{Configuration, NewFunction, ROWS};
use crate::functions::shared::difference::difference;
use crate::functions::shared::tags::tag_difference;
use crate::functions::shared::text::{in_brackets, words};
use crate::reconcile::{Goal, Plan, PlannedStep};

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
    let nothing = Configuration::default();
    let calls = [
        Call::Configuration,
        Call::Code,
        Call::Package,
        Call::Creation,
    ];
    let asked = calls.map(|call| compare::differing(&desired.configuration, &nothing, call).why);
    let mut why = asked.concat();
    why.push(difference(CODE, None, Some(desired.code.show())));
    why.extend(
        desired
            .tags
            .iter()
            .chain(&desired.claim)
            .map(|(key, value)| tag_difference(key, None, Some(value))),
    );
    let signing = desired.code_signing.clone();
    let signing = signing.filter(|arn| !arn.is_empty());
    why.extend(signing.iter().map(|arn| code_signing::changed("", arn)));
    let new = NewFunction {
        configuration: compare::beyond_fresh(&desired.configuration),
        code: desired.code.to_source(),
        code_signing: signing,
        tags: desired.all_tags(),
    };
    let mut steps = vec![PlannedStep {
        step: Step::Create {
            new: Box::new(new),
            code: desired.code.clone(),
        },
        why,
    }];
    steps.extend(part::map(parts::after_create(desired), Step::Part));
    steps
}

fn present(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> Plan<Step> {
    let work = Work::of(desired, memory, observed);
    let hindrance = of_other_package(desired, observed)
        .or_else(|| created_otherwise(desired, observed))
        .or_else(|| not_ready(desired, memory, observed, &work))
        .or_else(|| not_readable(desired, observed, &work));
    if let Some(plan) = hindrance {
        return plan;
    }
    // After a failed update the fields have the new values while the old version still serves,
    // so a difference means that the spec was edited since: the way out. A failure that is news
    // blocks in any case: should the fields show the old, it is tried again at the pace of what is
    // blocked, and not in a loop.
    let function = &observed.function;
    let is_news = memory.last_update_status.as_deref() != Some("Failed");
    let update_failed = function.last_update_status.as_deref() == Some("Failed")
        && (is_news || !work.changes_function());
    let work = if update_failed {
        Work::nothing(&work)
    } else {
        work
    };
    let situation = Situation {
        desired,
        memory,
        observed,
        code_is_current: work.code_is_current,
        changes_function: work.changes_function(),
        update_failed,
        publication: Publication::NotDue,
    };
    let next = into_plan(work, &situation);
    if update_failed && matches!(next, Plan::Settled) {
        return Plan::Blocked {
            reason: Reason::UpdateFailed,
            message: format!(
                "AWS Lambda accepted the last update and failed to carry it out{}; remove the cause and edit the spec",
                in_brackets(
                    function.last_update_status_reason_code.as_deref(),
                    function.last_update_status_reason.as_deref(),
                )
            ),
        };
    }
    next
}

/// The function is an image and the spec asks for an archive, or the other way: AWS Lambda never changes that, so
/// nothing of the function is touched.
fn of_other_package(desired: &LambdaDesired, observed: &LambdaObserved) -> Option<Plan<Step>> {
    let (is, asked) = match (observed.function.is_image, desired.code.is_image()) {
        (true, false) => ("a container image", "an archive"),
        (false, true) => ("an archive", "a container image"),
        _ => return None,
    };
    Some(Plan::Blocked {
        reason: Reason::InvalidSpec,
        message: format!(
            "the function is made of {is} and spec.code asks for {asked}, which AWS Lambda never changes; name {is} in spec.code, or create another object with another functionName"
        ),
    })
}

/// The spec asks for something that a function has from its creation or never, and it has not: nothing of the function
/// is touched.
fn created_otherwise(desired: &LambdaDesired, observed: &LambdaObserved) -> Option<Plan<Step>> {
    let (wanted, seen) = (&desired.configuration, &observed.function.configuration);
    let lacks_tenancy = wanted.tenancy_config.is_some() && seen.tenancy_config.is_none();
    let lacks_durable = wanted.durable_config.is_some() && seen.durable_config.is_none();
    let field = match (lacks_tenancy, lacks_durable) {
        (true, _) => ROWS.tenancy_config.name,
        (_, true) => ROWS.durable_config.name,
        _ => return None,
    };
    Some(Plan::Blocked {
        reason: Reason::InvalidSpec,
        message: format!(
            "the function was created without {field}, which AWS Lambda never adds; create another object without it, or with another functionName, and before you delete this one, set its deletionPolicy to Retain if the function shall stay"
        ),
    })
}

/// The function is not in a state to be changed.
fn not_ready(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
    work: &Work,
) -> Option<Plan<Step>> {
    match (
        state(observed),
        observed.function.last_update_status.as_deref(),
    ) {
        (Some("Failed"), _) => Some(failed_to_start(
            desired,
            memory,
            observed,
            work.changes_function(),
        )),
        (Some("Pending"), _) => Some(waiting(observed, "AWS Lambda is preparing the function")),
        (_, Some("InProgress")) => Some(waiting(
            observed,
            "AWS Lambda is carrying out an update of the function",
        )),
        _ => None,
    }
}

/// What has to be compared could not be read.
fn not_readable(
    desired: &LambdaDesired,
    observed: &LambdaObserved,
    work: &Work,
) -> Option<Plan<Step>> {
    // A change of the key sends the variables again.
    let needs_environment = desired.configuration.environment.is_some()
        || work.configuration.changes.kms_key_arn.is_some();
    let message = match (&observed.tags, &observed.function.environment_error) {
        (Err(why), _) if !desired.claim.is_empty() => format!(
            "the function's tags could not be read ({}); allow lambda:ListTags",
            words(why)
        ),
        // An environment that is not shown would differ in every variable, for ever.
        (_, Some(code)) if needs_environment => format!(
            "AWS Lambda does not show the function's environment ({code}); allow the operator kms:Decrypt on its key"
        ),
        _ => return None,
    };
    Some(Plan::Blocked {
        reason: Reason::AccessDenied,
        message,
    })
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
                "AWS Lambda failed to start the function{}; {}",
                in_brackets(
                    function.state_reason_code.as_deref(),
                    function.state_reason.as_deref()
                ),
                // Who only looks makes nothing again.
                if desired.claim.is_empty() {
                    "remove the cause"
                } else {
                    "remove the cause, then delete the function in the cloud and cloudfn creates it again"
                }
            ),
        },
    }
}

fn into_plan(work: Work, of: &Situation<'_>) -> Plan<Step> {
    let mut needs = parts_in(of, Turn::First);
    let mut work = work;
    if is_denied(&needs) {
        // What comes before the code and is not known may judge it.
        work.code.why.clear();
    }
    needs.push(into_need(work, of));
    needs.extend(parts_in(of, Turn::BeforeVersions));
    // A version keeps what it was made with.
    let versions = if is_denied(&needs) {
        Vec::new()
    } else {
        parts_in(of, Turn::Versions)
    };
    let publishes = versions.iter().any(Need::has_steps);
    let of = &Situation {
        publication: if publishes {
            Publication::Due
        } else {
            Publication::NotDue
        },
        ..*of
    };
    needs.extend(versions);
    needs.extend(parts_in(of, Turn::Last));
    let (mut steps, mut wait, mut blocked) = (Vec::new(), None, None);
    for need in needs {
        match need {
            Need::Read(_) if steps.is_empty() => return Plan::Read,
            Need::Steps(more) | Need::Read(more) => steps.extend(more),
            Need::Wait(message) => wait = wait.or(Some(message)),
            Need::Denied(message) => blocked = blocked.or(Some((Reason::AccessDenied, message))),
            Need::Failed(message) => blocked = blocked.or(Some((Reason::UpdateFailed, message))),
        }
    }
    match (wait, blocked) {
        _ if !steps.is_empty() => Plan::Act(steps),
        (Some(message), _) => waiting(of.observed, message),
        (None, Some((reason, message))) => Plan::Blocked { reason, message },
        (None, None) => Plan::Settled,
    }
}

fn into_need(work: Work, of: &Situation<'_>) -> Need<Step> {
    let revision = &of.observed.function.revision_id;
    let configuration = PlannedStep {
        step: Step::UpdateConfiguration {
            changes: Box::new(work.configuration.changes),
            revision: revision.clone(),
        },
        why: work.configuration.why,
    };
    let code = PlannedStep {
        step: Step::UpdateCode {
            code: of.desired.code.clone(),
            changes: Box::new(work.code.changes),
            revision: revision.clone(),
        },
        why: work.code.why,
    };
    let due: Vec<PlannedStep<Step>> = [configuration, code]
        .into_iter()
        .filter(|planned| !planned.why.is_empty())
        .collect();
    // Both carry the revision id that was read.
    if due.is_empty() || revision.is_some() {
        Need::Steps(due)
    } else {
        Need::Read(due)
    }
}

/// Whether a part may not be read.
fn is_denied(needs: &[Need<Step>]) -> bool {
    needs.iter().any(|need| matches!(need, Need::Denied(_)))
}

/// What the parts need in a turn.
fn parts_in(of: &Situation<'_>, turn: Turn) -> Vec<Need<Step>> {
    parts::plan(of, turn)
        .into_iter()
        .map(|need| need.map(Step::Part))
        .collect()
}

fn delete(observed: &LambdaObserved, recreation: Option<i32>) -> PlannedStep<Step> {
    let arn = Arn::parse(&observed.function.arn);
    let name = arn.and_then(|arn| arn.lambda_function());
    let why = vec![difference("functionName", name.map(str::to_owned), None)];
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

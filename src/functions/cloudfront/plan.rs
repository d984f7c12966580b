//! What to do next: the comparison that decides both "there is work" and "not Ready".
//!
//! Invariant: LIVE is published only from DEVELOPMENT that has the wanted content and for which
//! the gate is open, and only where the spec asks for LIVE. Nothing is written without the guard that the cloud offers.
//! Pure: no client, no SDK, no clock, no async, no logging.

use std::collections::BTreeSet;
use std::time::Duration;

use super::desired::{CODE, COMMENT, CloudFrontDesired, STORES};
use super::intent::untagged;
use super::observe::{CloudFrontObserved, Live, LiveSeen};
use super::step::CloudFrontStep;
use super::tag_work::TagWork;
use super::testing::{GateStatus, Test};
use crate::api::Reason;
use crate::api::cloudfront::CloudFrontFunctionStatus;
use crate::cloud::Tags;
use crate::cloud::cloudfront::FunctionConfig;
use crate::functions::shared::difference;
use crate::functions::shared::tags::{dropped, managed_name};
use crate::reconcile::{Difference, Goal, Plan, PlannedStep};

type Steps = Vec<PlannedStep<CloudFrontStep>>;

pub(super) fn plan(
    goal: Goal<'_, CloudFrontDesired>,
    memory: &CloudFrontFunctionStatus,
    observed: Option<&CloudFrontObserved>,
) -> Plan<CloudFrontStep> {
    match (goal, observed) {
        (Goal::Absent, None) => Plan::Settled,
        (
            Goal::Absent,
            Some(CloudFrontObserved {
                arn,
                etag: Some(etag),
                ..
            }),
        ) => Plan::Act(vec![PlannedStep {
            step: CloudFrontStep::Delete {
                arn: arn.clone(),
                etag: etag.clone(),
            },
            why: Vec::new(),
        }]),
        (Goal::Absent, Some(_)) => Plan::Read,
        (Goal::Present(desired), None) => creation(desired, memory),
        (Goal::Present(desired), Some(observed)) => changes(desired, memory, observed),
    }
}

fn creation(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
) -> Plan<CloudFrontStep> {
    if desired.publish
        && let Some(message) = desired.uncompilable()
    {
        let reason = Reason::InvalidSpec;
        return Plan::Blocked { reason, message };
    }
    let config = desired.config(&BTreeSet::new(), None);
    let mut why = vec![
        difference(CODE, None, Some(&desired.code.sha256)),
        difference("runtime", None, Some(&config.runtime)),
    ];
    why.extend(
        desired
            .comment
            .as_deref()
            .map(|comment| difference(COMMENT, None, Some(comment))),
    );
    if !config.key_value_stores.is_empty() {
        why.push(difference(STORES, None, Some(&stores(&config))));
    }
    why.extend(
        desired
            .tags
            .iter()
            .map(|(key, value)| difference(&managed_name(key), None, Some(value))),
    );
    let mut tags = Tags::new();
    if !untagged(memory) {
        tags.extend(desired.tags.clone());
        tags.extend(desired.claim.clone());
    }
    let key = desired.gate.key(&desired.code.sha256, &config);
    let create = CloudFrontStep::Create {
        config,
        code: desired.code.clone(),
        tags,
    };
    let mut steps = vec![PlannedStep { step: create, why }];
    // Their guard, and that of the publish, comes with the reply to the create.
    if desired.gate.is_due(desired.publish) {
        steps.extend(pending_tests(desired, &key, memory, None));
    }
    if desired.publish {
        steps.push(PlannedStep {
            step: CloudFrontStep::Publish { etag: None },
            why: vec![first_publish()],
        });
    }
    Plan::Act(steps)
}

fn changes(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) -> Plan<CloudFrontStep> {
    let managed = &memory.common.managed;
    let tag_work = match &observed.tags {
        Ok(tags) => TagWork::between(desired, managed, tags),
        Err(_)
            if desired.claim.is_empty()
                && desired.tags.is_empty()
                && dropped(managed, &desired.tags).next().is_none() =>
        {
            TagWork::default()
        }
        Err(why) => {
            return Plan::Blocked {
                reason: Reason::AccessDenied,
                message: format!(
                    "the function's tags cannot be read ({why}); allow cloudfront:ListTagsForResource"
                ),
            };
        }
    };
    let arn = observed.arn.as_str();
    // First of all: until the claim is written, nothing but the status says whose function it is.
    let mut steps = tag_work.claim(arn);

    let halt = match content(desired, memory, observed) {
        Ok(content) => {
            steps.extend(content);
            None
        }
        Err(halt) => Some(halt),
    };
    // A claim needs no guard and comes first; what follows it is planned again.
    if steps.is_empty() || !matches!(halt, Some(Halt::GuardUnknown)) {
        steps.extend(tag_work.rest(arn));
    }
    match (steps.is_empty(), halt, &observed.live) {
        // What can be done now is done first.
        (false, _, _) => Plan::Act(steps),
        (true, Some(Halt::Wait(message)), _) => Plan::Waiting {
            reason: Reason::TestUnavailable,
            message,
            first: TEST_AGAIN,
        },
        (true, Some(Halt::Uncompilable(message)), _) => Plan::Blocked {
            reason: Reason::InvalidSpec,
            message,
        },
        // Whoever left LIVE unread expected a publish.
        (true, Some(Halt::GuardUnknown), _) | (true, _, Live::Unread) => Plan::Read,
        (true, Some(Halt::Shut(reason, message)), _) => Plan::Blocked { reason, message },
        (true, None, _) => Plan::Settled,
    }
}

/// Time until the first further try of a test that the cloud could not run.
const TEST_AGAIN: Duration = Duration::from_secs(2);

/// Why the content cannot go further now.
enum Halt {
    /// The reply that should have brought the ETag did not.
    GuardUnknown,
    /// The cloud could not run a test.
    Wait(String),
    /// The gate is shut.
    Shut(Reason, String),
    /// The code is known not to compile.
    Uncompilable(String),
}

/// Update, tests and publish, as far as they are needed.
fn content(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
) -> Result<Steps, Halt> {
    let mut steps = Steps::new();
    let managed = &memory.common.managed;
    let development = &observed.development;
    let config = desired.config(managed, Some(&development.config));
    let code = development.code.as_ref().filter(|_| !desired.outline);
    let code = code.map(|code| code.sha256.as_str());
    let why = differences((&development.config, code), (&config, &desired.code.sha256));
    let update = !why.is_empty();
    let publish = to_publish(desired, observed, &config);
    if !publish.is_empty()
        && !is_known_to_run(desired, memory, observed, &config)
        && let Some(message) = desired.uncompilable()
    {
        return Err(Halt::Uncompilable(message));
    }
    if update {
        let etag = observed.etag.clone().ok_or(Halt::GuardUnknown)?;
        let step = CloudFrontStep::Update {
            etag,
            config: config.clone(),
            code: desired.code.clone(),
        };
        steps.push(PlannedStep { step, why });
    }
    steps.extend(gated(
        desired,
        memory,
        observed,
        &config,
        (update, !publish.is_empty()),
    )?);
    if !publish.is_empty() {
        // Behind another step, it is planned again with the guard of then.
        let etag = if steps.is_empty() {
            Some(observed.etag.clone().ok_or(Halt::GuardUnknown)?)
        } else {
            None
        };
        steps.push(PlannedStep {
            step: CloudFrontStep::Publish { etag },
            why: publish,
        });
    }
    Ok(steps)
}

/// Whether CloudFront itself has said of the wanted code that it runs, or LIVE has it already, as far as is
/// known: then what cloudfn believes of the language does not count.
fn is_known_to_run(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
    config: &FunctionConfig,
) -> bool {
    let key = desired.gate.key(&desired.code.sha256, config);
    let mut passed = memory.tests.iter().flat_map(|tests| &tests.passed);
    let (code, runtime) = match &observed.live {
        Live::Known(live) => (live.code_sha256.as_ref(), &live.config.runtime),
        // No status remembers its runtime.
        Live::Unread => {
            let live = memory.live.as_ref();
            let code = live.and_then(|live| live.code_sha256.as_ref());
            (code, &observed.development.config.runtime)
        }
        Live::Never => (None, &config.runtime),
    };
    let is_live = code == Some(&desired.code.sha256) && *runtime == config.runtime;
    is_live || passed.any(|passed| *passed == key)
}

/// The tests that are due for the wanted content. `update`: it is still to be written; `publishes`: and
/// to be published.
fn gated(
    desired: &CloudFrontDesired,
    memory: &CloudFrontFunctionStatus,
    observed: &CloudFrontObserved,
    config: &FunctionConfig,
    (update, publishes): (bool, bool),
) -> Result<Steps, Halt> {
    let gate = &desired.gate;
    let key = gate.key(&desired.code.sha256, config);
    if !gate.is_due(publishes) {
        return Ok(Steps::new());
    }
    if update {
        return Ok(pending_tests(desired, &key, memory, None));
    }
    match gate.status(&key, memory.tests.as_ref(), observed.untestable) {
        GateStatus::Open => Ok(Steps::new()),
        GateStatus::Run => {
            let etag = observed.etag.clone().ok_or(Halt::GuardUnknown)?;
            Ok(pending_tests(desired, &key, memory, Some(etag)))
        }
        GateStatus::Wait(message) => Err(Halt::Wait(message)),
        GateStatus::Shut(reason, message) => Err(Halt::Shut(reason, message)),
    }
}

/// In what LIVE differs from `config` and the wanted code; nothing where the spec asks for no publish.
fn to_publish(
    desired: &CloudFrontDesired,
    observed: &CloudFrontObserved,
    config: &FunctionConfig,
) -> Vec<Difference> {
    if !desired.publish {
        return Vec::new();
    }
    let wanted = (config, desired.code.sha256.as_str());
    match &observed.live {
        Live::Never => vec![first_publish()],
        Live::Unread => vec![difference("stage", None, Some("LIVE"))],
        Live::Known(live) => {
            let code = live.code_sha256.as_deref().filter(|_| !desired.outline);
            differences((&live.config, code), wanted)
        }
    }
}

/// The tests that are still to be run for this content; the first of them is done with this guard, the
/// others are planned again.
fn pending_tests(
    desired: &CloudFrontDesired,
    key: &str,
    memory: &CloudFrontFunctionStatus,
    mut guard: Option<String>,
) -> Steps {
    let gate = &desired.gate;
    let pending = gate.pending(key, memory.tests.as_ref()).into_iter();
    let step = |test: &Test| PlannedStep {
        step: CloudFrontStep::Test {
            etag: guard.take(),
            key: key.to_owned(),
            test: test.clone(),
            rule: gate.rule,
        },
        why: vec![difference(&format!("tests/{}", test.name), None, None)],
    };
    pending.map(step).collect()
}

/// Whether LIVE has what the spec asks for.
pub(super) fn live_is_wanted(
    desired: &CloudFrontDesired,
    managed: &BTreeSet<String>,
    development: &FunctionConfig,
    live: &LiveSeen,
) -> bool {
    let wanted = desired.config(managed, Some(development));
    differences(
        (&live.config, live.code_sha256.as_deref()),
        (&wanted, &desired.code.sha256),
    )
    .is_empty()
}

/// Differences of two contents, field by field.
fn differences(
    (from, from_code): (&FunctionConfig, Option<&str>),
    (to, to_code): (&FunctionConfig, &str),
) -> Vec<Difference> {
    let mut found = Vec::new();
    if from_code != Some(to_code) {
        found.push(difference(CODE, from_code, Some(to_code)));
    }
    if from.comment != to.comment {
        found.push(difference(COMMENT, Some(&from.comment), Some(&to.comment)));
    }
    if from.runtime != to.runtime {
        found.push(difference(
            "runtime",
            Some(&from.runtime),
            Some(&to.runtime),
        ));
    }
    if from.key_value_stores != to.key_value_stores {
        found.push(difference(STORES, Some(&stores(from)), Some(&stores(to))));
    }
    found
}

/// The associations, as people read them.
fn stores(config: &FunctionConfig) -> String {
    config
        .key_value_stores
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ")
}

fn first_publish() -> Difference {
    difference("stage", Some("DEVELOPMENT"), Some("LIVE"))
}

fn difference(field: &str, from: Option<&str>, to: Option<&str>) -> Difference {
    difference::difference(field, from.map(str::to_owned), to.map(str::to_owned))
}

//! The part `permissions`: statements of the function's policy, each by its id.
//!
//! `GetFunction` does not show the policy: it has a read of its own. No statement can be changed: another one
//! takes its place. Statements whose ids neither the spec nor `status.managed` names are left alone.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Reading, Situation, Turn};
use super::wanted;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::CloudError;
use crate::cloud::lambda::{LambdaApi, Permission, Policy};
use crate::functions::lambda::desired::LambdaDesired;
use crate::functions::lambda::observe::LambdaObserved;
use crate::functions::shared::difference::difference;
use crate::reconcile::{Effect, PlannedStep, Step as DriverStep};

/// The statements of a function's policy.
pub struct Permissions;

/// A change of one statement.
pub enum Step {
    /// `AddPermission`.
    Add(String, Box<Permission>),
    /// `RemovePermission`.
    Remove(String),
}

impl DriverStep for Step {
    type Desired = LambdaDesired;
    type Observed = LambdaObserved;

    fn name(&self) -> &'static str {
        match self {
            Self::Add(..) => "AddPermission",
            Self::Remove(_) => "RemovePermission",
        }
    }

    fn effect(&self) -> Effect {
        Effect::Update
    }
}

/// The statement of a managed name, if it is one that a spec can have.
fn statement_of(managed_name: &str) -> Option<&str> {
    let statement = managed_name.strip_prefix(wanted::STATEMENTS)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!statement.is_empty() && statement.bytes().all(fits)).then_some(statement)
}

/// A statement as people read it: the members that a spec would have.
fn shown(permission: &Permission) -> String {
    serde_json::json!(permission).to_string()
}

fn added(statement: &str, permission: &Permission) -> PlannedStep<Step> {
    PlannedStep {
        step: Step::Add(statement.to_owned(), Box::new(permission.clone())),
        why: vec![difference(
            &wanted::statement_name(statement),
            None,
            Some(shown(permission)),
        )],
    }
}

fn removed(statement: &str, found: Option<&Permission>) -> PlannedStep<Step> {
    let found = found.map_or_else(|| "another statement".to_owned(), shown);
    PlannedStep {
        step: Step::Remove(statement.to_owned()),
        why: vec![difference(
            &wanted::statement_name(statement),
            Some(found),
            None,
        )],
    }
}

/// What takes away the statements that are ours and that the spec does not name any more.
fn dropped(
    desired: &LambdaDesired,
    managed: &BTreeSet<String>,
    policy: &Policy,
) -> Vec<PlannedStep<Step>> {
    let ours = managed.iter().filter_map(|name| statement_of(name));
    let dropped = ours.filter(|statement| !desired.permissions.contains_key(*statement));
    let found = dropped.filter_map(|statement| Some((statement, policy.0.get(statement)?)));
    found
        .map(|(statement, found)| removed(statement, found.as_ref()))
        .collect()
}

/// What makes the statements as wanted: each is taken away only when it is to be added again, so that a refusal of
/// one leaves the others.
fn changed(desired: &LambdaDesired, policy: &Policy) -> Vec<PlannedStep<Step>> {
    let steps = |(statement, permission): (&String, &Permission)| {
        let found = policy.0.get(statement);
        let differs = found.is_none_or(|found| found.as_ref() != Some(permission));
        let old = found.filter(|_| differs);
        let old = old.map(|found| removed(statement, found.as_ref()));
        let new = differs.then(|| added(statement, permission));
        old.into_iter().chain(new).collect::<Vec<_>>()
    };
    desired.permissions.iter().flat_map(steps).collect()
}

#[async_trait]
impl Part for Permissions {
    type Step = Step;
    /// The statement, and what it is now.
    type Change = (String, Option<Permission>);

    fn can_manage(name: &str) -> bool {
        statement_of(name).is_some()
    }

    fn is_named(desired: &LambdaDesired, memory: &LambdaFunctionStatus) -> bool {
        let mut managed = memory.common.managed.iter();
        !desired.permissions.is_empty() || managed.any(|name| Self::can_manage(name))
    }

    async fn read(of: &Reading<'_>, observed: &mut LambdaObserved) -> Result<(), CloudError> {
        let answer = if_there(of.cloud.policy(of.name, of.mode).await);
        observed.policy = answer_of(answer.map(Option::unwrap_or_default))?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if !Self::is_named(of.desired, of.memory) {
            return Need::Steps(Vec::new());
        }
        let (desired, managed) = (of.desired, &of.memory.common.managed);
        match (turn, &of.observed.policy) {
            // Who may not call any more must not wait for what may be refused for long.
            (Turn::First, Known::Read(policy)) => Need::Steps(dropped(desired, managed, policy)),
            (Turn::Last, known) => {
                let read = ("policy", "GetPolicy");
                Need::of(known, read, |policy| changed(desired, policy))
            }
            _ => Need::Steps(Vec::new()),
        }
    }

    fn after_create(desired: &LambdaDesired) -> Vec<PlannedStep<Step>> {
        let asked = desired.permissions.iter();
        asked
            .map(|(statement, permission)| added(statement, permission))
            .collect()
    }

    async fn act(
        cloud: &dyn LambdaApi,
        name: &str,
        step: &Step,
    ) -> Result<(String, Option<Permission>), CloudError> {
        match step {
            Step::Add(statement, permission) => {
                let now = cloud.add_permission(name, statement, permission).await?;
                Ok((statement.clone(), Some(now)))
            }
            Step::Remove(statement) => {
                // Gone already is as good.
                if_there(cloud.remove_permission(name, statement).await)?;
                Ok((statement.clone(), None))
            }
        }
    }

    fn fold(observed: &mut LambdaObserved, (statement, now): (String, Option<Permission>)) {
        if let Known::Read(policy) = &mut observed.policy {
            match now {
                Some(permission) => policy.0.insert(statement, Some(permission)),
                None => policy.0.remove(&statement),
            };
        }
    }
}

//! The part `permissions`: statements of the function's policy, each by its id.
//!
//! `GetFunction` does not show the policy: it has a read of its own. No statement can be changed: another one
//! takes its place. Statements whose ids neither the spec nor `status.managed` names are left alone.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::known::{Known, answer_of, if_there};
use super::part::{Need, Part, Situation, Turn};
use super::wanted;
use crate::api::lambda::LambdaFunctionStatus;
use crate::cloud::lambda::{LambdaApi, Permission, Policy};
use crate::cloud::{BudgetMode, Class, CloudError};
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

/// What makes the policy as wanted; what goes, goes first, since a policy has a limit.
fn due(
    desired: &LambdaDesired,
    managed: &BTreeSet<String>,
    policy: &Policy,
) -> Vec<PlannedStep<Step>> {
    let asked = &desired.permissions;
    let ours = managed.iter().filter_map(|name| statement_of(name));
    let ours: BTreeSet<&str> = ours.chain(asked.keys().map(String::as_str)).collect();
    let differs = |statement: &&str| {
        let found = policy.0.get(*statement);
        found.is_some_and(|found| found.as_ref() != asked.get(*statement))
    };
    let gone: Vec<&str> = ours.into_iter().filter(differs).collect();
    let is_there = |statement: &str| policy.0.contains_key(statement) && !gone.contains(&statement);
    let missing = asked.iter().filter(|(statement, _)| !is_there(statement));
    let removals = gone.iter().map(|&statement| {
        let found = policy.0.get(statement);
        removed(statement, found.and_then(Option::as_ref))
    });
    let additions = missing.map(|(statement, permission)| added(statement, permission));
    removals.chain(additions).collect()
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

    async fn read(
        cloud: &dyn LambdaApi,
        name: &str,
        mode: BudgetMode,
        observed: &mut LambdaObserved,
    ) -> Result<(), CloudError> {
        let answer = if_there(cloud.policy(name, mode).await);
        observed.policy = answer_of(answer.map(Option::unwrap_or_default))?;
        Ok(())
    }

    fn plan(of: &Situation<'_>, turn: Turn) -> Need<Step> {
        if turn != Turn::Last || !Self::is_named(of.desired, of.memory) {
            return Need::Steps(Vec::new());
        }
        let (read, managed) = (("policy", "GetPolicy"), &of.memory.common.managed);
        let found = &of.observed.policy;
        Need::of(found, read, |policy| due(of.desired, managed, policy))
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
                cloud.add_permission(name, statement, permission).await?;
                Ok((statement.clone(), Some(permission.as_ref().clone())))
            }
            Step::Remove(statement) => match cloud.remove_permission(name, statement).await {
                // Gone already is as good.
                Err(error) if error.class != Class::NotFound => Err(error),
                _ => Ok((statement.clone(), None)),
            },
        }
    }

    /// Each write moves the function's revision id (recorded by `LocalStack`'s test suite:
    /// `test_lambda_permission_revisions`).
    fn fold(observed: &mut LambdaObserved, (statement, now): (String, Option<Permission>)) {
        observed.function.revision_id = None;
        if let Known::Read(policy) = &mut observed.policy {
            match now {
                Some(permission) => policy.0.insert(statement, Some(permission)),
                None => policy.0.remove(&statement),
            };
        }
    }
}

//! A function's policy: AddPermission, RemovePermission and GetPolicy.
//!
//! Source: recorded answers: TestLambdaPermissions. What they do not show is assumed:permissions. A version
//! and an alias have policies of their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::function::{self, Function};
use super::schema::PERMISSION;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{name, patterns, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::lambda as op;
use crate::world::World;

/// Bytes of a policy (Lambda quotas, "Resource-based policy").
const MOST_BYTES: usize = 20_480;

/// StatementId, Action, Principal and conditions of AddPermission.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permission(pub Map<String, Value>);

impl Permission {
    /// Of a JSON object.
    #[must_use]
    pub fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// The statement that it makes (recorded answer: test_add_lambda_permission_aws; conditions that it does
    /// not have are assumed:permissions).
    fn statement(&self, resource: &str) -> Result<Value, Problem> {
        let mut statement = Map::from_iter([
            ("Sid".to_owned(), json!(self.text("StatementId"))),
            ("Effect".to_owned(), json!("Allow")),
            ("Principal".to_owned(), principal(self.text("Principal"))?),
            ("Action".to_owned(), json!(self.text("Action"))),
            ("Resource".to_owned(), json!(resource)),
        ]);
        let mut condition: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for (member, operator, key) in [
            ("SourceArn", "ArnLike", "AWS:SourceArn"),
            ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
            ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
            (
                "EventSourceToken",
                "StringEquals",
                "lambda:EventSourceToken",
            ),
            (
                "FunctionUrlAuthType",
                "StringEquals",
                "lambda:FunctionUrlAuthType",
            ),
            (
                "InvokedViaFunctionUrl",
                "Bool",
                "lambda:InvokedViaFunctionUrl",
            ),
        ] {
            let wanted = match self.0.get(member) {
                None | Some(Value::Bool(false)) => continue,
                Some(Value::Bool(true)) => json!("true"),
                Some(value) => value.clone(),
            };
            let of_operator = condition.entry(operator).or_default();
            of_operator.insert(key.to_owned(), wanted);
        }
        if !condition.is_empty() {
            statement.insert("Condition".to_owned(), json!(condition));
        }
        Ok(Value::Object(statement))
    }
}

/// A service, an account as its root user, another ARN as it is, or everybody (Lambda Developer Guide,
/// "Working with resource-based IAM policies").
fn principal(text: &str) -> Result<Value, Problem> {
    if text == "*" {
        return Ok(json!("*"));
    }
    if patterns::account(text) {
        return Ok(json!({"AWS": format!("arn:aws:iam::{text}:root")}));
    }
    if text.starts_with("arn:") {
        return Ok(json!({"AWS": text}));
    }
    if text.contains('.') {
        return Ok(json!({"Service": text}));
    }
    Err(invalid(
        "The provided principal was invalid. Please check the principal and try again.",
    ))
}

impl Cloud {
    /// AddPermission: 201, the statement as text.
    pub fn lambda_add_permission(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
        asked: &Permission,
        revision_id: Option<&str>,
    ) -> Answer<Value> {
        let function = (function_name, qualifier);
        let call = (op::ADD_PERMISSION, Value::Object(asked.0.clone()), 201);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            breaches.object("", &asked.0, PERMISSION)?;
            breaches.judge()?;
            let (mut function, scope) = found(world, context, named)?;
            if asked.0.contains_key("FunctionUrlAuthType")
                && asked.text("Action") != "lambda:InvokeFunctionUrl"
            {
                let said = "FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action";
                return Err(invalid(said));
            }
            let statement = asked.statement(&function.arn_of(scope.as_deref()))?;
            guard(&mut function, scope.as_deref(), revision_id)?;
            let statements = function.policies.entry(scope.clone()).or_default();
            let id = asked.text("StatementId");
            if statements.iter().any(|one| of(one) == Some(id)) {
                // assumed:permissions.
                let said = format!(
                    "The statement id ({id}) provided already exists. Please provide a new statement id, or remove the existing statement."
                );
                return Err(Problem::new(409, "ResourceConflictException", said));
            }
            statements.push(statement.clone());
            let size = shown(statements).len();
            if size > MOST_BYTES {
                let said = format!("The final policy size ({size}) is bigger than the limit ({MOST_BYTES}).");
                return Err(Problem::new(400, "PolicyLengthExceededException", said));
            }
            // Recorded answer: test_lambda_permission_versioning: what moves is the RevisionId of what the policy is of.
            function.touch_of(world.ids, scope.as_deref());
            store(world, context, function);
            Ok(json!({"Statement": statement.to_string()}))
        })
    }

    /// RemovePermission: 204.
    pub fn lambda_remove_permission(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
        statement_id: &str,
        revision_id: Option<&str>,
    ) -> Answer<()> {
        let function = (function_name, qualifier);
        let asked = json!({"StatementId": statement_id});
        let call = (op::REMOVE_PERMISSION, asked, 204);
        self.about(caller, function, call, |world, context, named| {
            let (mut function, scope) = found(world, context, named)?;
            guard(&mut function, scope.as_deref(), revision_id)?;
            let statements = function.policies.get_mut(&scope).ok_or_else(no_policy)?;
            let before = statements.len();
            statements.retain(|one| of(one) != Some(statement_id));
            if statements.len() == before {
                let said = format!("Statement {statement_id} is not found in resource policy.");
                return Err(Problem::new(404, "ResourceNotFoundException", said));
            }
            if statements.is_empty() {
                function.policies.remove(&scope);
            }
            function.touch_of(world.ids, scope.as_deref());
            store(world, context, function);
            Ok(())
        })
    }

    /// GetPolicy: 200, the policy as text, and the RevisionId of what it is of.
    pub fn lambda_get_policy(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
    ) -> Answer<Value> {
        let function = (function_name, qualifier);
        self.about(
            caller,
            function,
            (op::GET_POLICY, json!({}), 200),
            |world, context, named| {
                // It does not say that the function is not there (assumed:permissions).
                let found = read::seen(world, context, &named.name);
                let mut function = found.map_err(|_| no_policy())?;
                let scope = scope(&function, named).map_err(|_| no_policy())?;
                let statements = function.policies.get(&scope).ok_or_else(no_policy)?;
                let policy = shown(statements);
                let revision = function.revision_of(scope.as_deref());
                Ok(json!({"Policy": policy, "RevisionId": revision}))
            },
        )
    }
}

/// The function to change, and the version or alias whose policy is meant; none: its own.
fn found(
    world: &mut World,
    context: &Context<'_>,
    named: &name::Named,
) -> Result<(Function, Option<String>), Problem> {
    let function = current(world, context, &named.name)?;
    function.changeable()?;
    let scope = scope(&function, named)?;
    Ok((function, scope))
}

fn scope(function: &Function, named: &name::Named) -> Result<Option<String>, Problem> {
    let Some(qualifier) = &named.qualifier else {
        return Ok(None);
    };
    if qualifier == "$LATEST" {
        return Err(invalid(
            "We currently do not support adding policies for $LATEST.",
        ));
    }
    if !function.has(qualifier) {
        return Err(name::not_found(&function.arn_of(Some(qualifier))));
    }
    Ok(Some(qualifier.clone()))
}

/// Recorded answer: test_function_revisions_permissions.
fn guard(function: &mut Function, scope: Option<&str>, sent: Option<&str>) -> Result<(), Problem> {
    function::guard(function.revision_of(scope), sent).map_err(|_| {
        let said = "The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id";
        Problem::new(412, "PreconditionFailedException", said)
    })
}

/// The id of a statement.
fn of(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}

fn shown(statements: &[Value]) -> String {
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
}

/// Recorded answer: test_lambda_permission_versioning.
fn no_policy() -> Problem {
    let said = "The resource you requested does not exist.";
    Problem::new(404, "ResourceNotFoundException", said)
}

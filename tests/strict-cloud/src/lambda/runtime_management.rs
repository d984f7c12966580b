//! GetRuntimeManagementConfig and PutRuntimeManagementConfig.
//!
//! Source: Lambda API reference; nothing of it was recorded. When they are refused, the sentences, and what a
//! write does to the RevisionId, is assumed:runtime-management.

use serde_json::{Map, Value, json};

use super::function::Function;
use super::schema::RUNTIME_MANAGEMENT;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{name, read};
use crate::model::{Answer, Caller, Cloud, Problem};
use crate::operation::lambda as op;
use crate::world::World;

/// UpdateRuntimeOn and RuntimeVersionArn, as requests have them.
#[derive(Clone, Debug, PartialEq)]
pub struct RuntimeManagement(pub Map<String, Value>);

impl RuntimeManagement {
    /// Of a JSON object.
    #[must_use]
    pub fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self(Map::new()),
        }
    }

    /// Whether a version is pinned.
    pub(crate) fn is_manual(&self) -> bool {
        self.0.get("UpdateRuntimeOn") == Some(&json!("Manual"))
    }

    /// RuntimeVersionArn.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.0.get("RuntimeVersionArn").and_then(Value::as_str)
    }
}

/// Of a function that nobody set it for (Lambda API reference, PutRuntimeManagementConfig).
impl Default for RuntimeManagement {
    fn default() -> Self {
        Self::of(json!({"UpdateRuntimeOn": "Auto"}))
    }
}

impl Cloud {
    /// GetRuntimeManagementConfig: 200; RuntimeVersionArn with Manual only.
    pub fn lambda_get_runtime_management_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
    ) -> Answer<Value> {
        let call = (op::GET_RUNTIME_MANAGEMENT_CONFIG, json!({}), 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let name = named.name.as_str();
                let missing = || name::not_found(&name::arn(context.caller, name));
                let function = read::seen(world, context, name).map_err(|_| missing())?;
                Ok(shown(&function))
            },
        )
    }

    /// PutRuntimeManagementConfig: 200.
    pub fn lambda_put_runtime_management_config(
        &mut self,
        caller: &Caller,
        function_name: &str,
        asked: &RuntimeManagement,
    ) -> Answer<Value> {
        let call = (
            op::PUT_RUNTIME_MANAGEMENT_CONFIG,
            Value::Object(asked.0.clone()),
            200,
        );
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let name = named.name.as_str();
                let mut breaches = Breaches::default();
                breaches.object("", &asked.0, RUNTIME_MANAGEMENT)?;
                breaches.judge()?;
                let mut function = current(world, context, name)?;
                function.changeable()?;
                fits(world, &function, asked)?;
                if function.runtime_management != *asked {
                    function.runtime_management = asked.clone();
                    function.touch(world.ids);
                }
                let reply = shown(&function);
                store(world, context, function);
                Ok(reply)
            },
        )
    }
}

fn shown(function: &Function) -> Value {
    let mut shown = function.runtime_management.0.clone();
    shown.insert("FunctionArn".to_owned(), json!(function.arn));
    Value::Object(shown)
}

fn fits(world: &World, function: &Function, asked: &RuntimeManagement) -> Result<(), Problem> {
    let manual = asked.0.get("UpdateRuntimeOn") == Some(&json!("Manual"));
    let refused = match asked.arn() {
        _ if function.content.configuration.is_image() => {
            "Runtime management is not supported for functions created with container images."
                .to_owned()
        }
        None if manual => {
            "RuntimeVersionArn is required for the Manual runtime update mode.".to_owned()
        }
        Some(_) if !manual => {
            "RuntimeVersionArn is for the Manual runtime update mode only.".to_owned()
        }
        Some(arn) if world.settings.missing.contains(arn) => {
            format!("Runtime version {arn} does not exist.")
        }
        _ => return Ok(()),
    };
    Err(invalid(refused))
}

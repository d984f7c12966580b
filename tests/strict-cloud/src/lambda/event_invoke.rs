//! PutFunctionEventInvokeConfig and its kin.
//!
//! Source: recorded answers: TestLambdaEventInvokeConfig. What they do not show is
//! assumed:event-invoke.

use serde_json::{Map, Value, json};

use super::function::Function;
use super::schema::EVENT_INVOKE;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{Page, name, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::{Operation, lambda as op};
use crate::time::Time;
use crate::world::World;

/// MaxItems, at most (Lambda API reference, ListFunctionEventInvokeConfigs).
const MOST_ITEMS: i64 = 50;

/// MaximumRetryAttempts, MaximumEventAgeInSeconds and DestinationConfig, as requests and replies have them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventInvokeConfig(pub Map<String, Value>);

impl EventInvokeConfig {
    /// Of a JSON object.
    #[must_use]
    pub fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    /// A destination's ARN; empty is none.
    fn destination(&self, when: &str) -> Option<&str> {
        let destinations = self.0.get("DestinationConfig")?;
        let arn = destinations.get(when)?.get("Destination")?.as_str()?;
        Some(arn).filter(|arn| !arn.is_empty())
    }

    /// As it is kept: both destinations are shown, also where there is none (recorded answer:
    /// test_lambda_eventinvokeconfig_lifecycle).
    fn whole(&self) -> Self {
        let mut whole = self.0.clone();
        let shown = |when| match self.destination(when) {
            Some(arn) => json!({"Destination": arn}),
            None => json!({}),
        };
        let destinations =
            json!({"OnSuccess": shown("OnSuccess"), "OnFailure": shown("OnFailure")});
        whole.insert("DestinationConfig".to_owned(), destinations);
        Self(whole)
    }
}

/// The configuration of a function, version or alias.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct EventInvoke {
    pub(crate) config: EventInvokeConfig,
    modified: Time,
}

/// What a call is about: the bare name, and the qualifier, which is `$LATEST` where none was sent.
struct Of {
    name: String,
    qualifier: String,
    arn: String,
}

impl Of {
    fn new(caller: &Caller, name: &str, qualifier: &str) -> Self {
        Self {
            arn: format!("{}:{qualifier}", name::arn(caller, name)),
            name: name.to_owned(),
            qualifier: qualifier.to_owned(),
        }
    }

    /// Recorded answer: test_lambda_eventinvokeconfig_exceptions, get_function_doesnotexist: also where there is no function.
    fn without(&self) -> Problem {
        let said = format!(
            "The function {} doesn't have an EventInvokeConfig",
            self.arn
        );
        Problem::new(404, "ResourceNotFoundException", said)
    }

    fn reply(&self, kept: &EventInvoke) -> Value {
        let mut reply = kept.config.0.clone();
        let seconds = kept.modified.unix_millis() / 1000;
        reply.insert("FunctionArn".to_owned(), json!(self.arn));
        reply.insert("LastModified".to_owned(), json!(seconds));
        Value::Object(reply)
    }
}

impl Cloud {
    /// PutFunctionEventInvokeConfig: 200; what is omitted is none.
    pub fn lambda_put_function_event_invoke_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        asked: &EventInvokeConfig,
    ) -> Answer<Value> {
        let call = (op::PUT_FUNCTION_EVENT_INVOKE_CONFIG, asked, 200);
        self.event_invoke(caller, function, call, |world, context, of| {
            said_something(asked)?;
            let function = changeable(world, context, of)?;
            put(world, context, (function, of), asked)
        })
    }

    /// UpdateFunctionEventInvokeConfig: 200; what is omitted stays.
    pub fn lambda_update_function_event_invoke_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        asked: &EventInvokeConfig,
    ) -> Answer<Value> {
        let call = (op::UPDATE_FUNCTION_EVENT_INVOKE_CONFIG, asked, 200);
        self.event_invoke(caller, function, call, |world, context, of| {
            said_something(asked)?;
            let function = changeable(world, context, of)?;
            let kept = function.event_invoke.get(&of.qualifier);
            let mut whole = kept.ok_or_else(|| of.without())?.config.clone();
            whole.0.extend(asked.0.clone());
            put(world, context, (function, of), &whole)
        })
    }

    /// GetFunctionEventInvokeConfig: 200.
    pub fn lambda_get_function_event_invoke_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<Value> {
        let nothing = EventInvokeConfig::default();
        let call = (op::GET_FUNCTION_EVENT_INVOKE_CONFIG, &nothing, 200);
        self.event_invoke(caller, function, call, |world, context, of| {
            let function = read::seen(world, context, &of.name).map_err(|_| of.without())?;
            let kept = function.event_invoke.get(&of.qualifier);
            kept.map(|kept| of.reply(kept)).ok_or_else(|| of.without())
        })
    }

    /// ListFunctionEventInvokeConfigs: 200: of the function, its versions and its aliases.
    pub fn lambda_list_function_event_invoke_configs(
        &mut self,
        caller: &Caller,
        function_name: &str,
        page: &Page,
    ) -> Answer<Value> {
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items});
        let call = (op::LIST_FUNCTION_EVENT_INVOKE_CONFIGS, arguments, 200);
        let function = (function_name, None);
        self.about(caller, function, call, |world, context, named| {
            let found = read::seen(world, context, &named.name);
            let function = found.map_err(|_| no_function())?;
            let all = function.event_invoke.iter().map(|(qualifier, kept)| {
                let of = Of::new(context.caller, &named.name, qualifier);
                (qualifier.clone(), of.reply(kept))
            });
            let (items, next_marker) = read::page(all.collect(), (page, MOST_ITEMS), context)?;
            Ok(read::shown(
                "FunctionEventInvokeConfigs",
                items,
                next_marker,
            ))
        })
    }

    /// DeleteFunctionEventInvokeConfig: 204.
    pub fn lambda_delete_function_event_invoke_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<()> {
        let nothing = EventInvokeConfig::default();
        let call = (op::DELETE_FUNCTION_EVENT_INVOKE_CONFIG, &nothing, 204);
        self.event_invoke(caller, function, call, |world, context, of| {
            let mut function = current(world, context, &of.name).map_err(|_| of.without())?;
            function.changeable()?;
            let taken = function.event_invoke.remove(&of.qualifier);
            taken.ok_or_else(|| of.without())?;
            function.touch_of(world.ids, Some(&of.qualifier));
            store(world, context, function);
            Ok(())
        })
    }

    fn event_invoke<T>(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        (operation, asked, success): (Operation, &EventInvokeConfig, u16),
        act: impl FnOnce(&mut World, &mut Context<'_>, &Of) -> Result<T, Problem>,
    ) -> Answer<T> {
        let call = (operation, Value::Object(asked.0.clone()), success);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            breaches.object("", &asked.0, EVENT_INVOKE)?;
            breaches.judge()?;
            let qualifier = named.qualifier.as_deref().unwrap_or("$LATEST");
            let of = Of::new(context.caller, &named.name, qualifier);
            act(world, context, &of)
        })
    }
}

/// The function, where it has what the qualifier names.
fn changeable(world: &mut World, context: &Context<'_>, of: &Of) -> Result<Function, Problem> {
    let found = current(world, context, &of.name).ok();
    let found = found.filter(|found| of.qualifier == "$LATEST" || found.has(&of.qualifier));
    let function = found.ok_or_else(no_function)?;
    function.changeable()?;
    Ok(function)
}

/// Recorded answers: test_lambda_eventinvokeconfig_exceptions, put_functionname_name_notfound, list_function_doesnotexist.
fn no_function() -> Problem {
    let said = "The function doesn't exist.";
    Problem::new(404, "ResourceNotFoundException", said)
}

/// Keeps a configuration, whose destinations must be reachable.
fn put(
    world: &mut World,
    context: &mut Context<'_>,
    (mut function, of): (Function, &Of),
    whole: &EventInvokeConfig,
) -> Result<Value, Problem> {
    for when in ["OnSuccess", "OnFailure"] {
        if let Some(arn) = whole.destination(when) {
            reachable(world, context, &function, (when, arn))?;
        }
    }
    let kept = EventInvoke {
        config: whole.whole(),
        modified: context.now,
    };
    let reply = of.reply(&kept);
    function.event_invoke.insert(of.qualifier.clone(), kept);
    function.touch_of(world.ids, Some(&of.qualifier));
    store(world, context, function);
    Ok(reply)
}

/// Recorded answer: test_lambda_eventinvokeconfig_exceptions, put_functionname_nootherargs, of a function that is not there;
/// a destination without an ARN is enough (put_destination_success_no_destination_arn).
fn said_something(asked: &EventInvokeConfig) -> Result<(), Problem> {
    let names = [
        "MaximumRetryAttempts",
        "MaximumEventAgeInSeconds",
        "DestinationConfig",
    ];
    if names.iter().any(|name| asked.0.contains_key(*name)) {
        Ok(())
    } else {
        Err(invalid(
            "You must specify at least one of error handling or destination setting.",
        ))
    }
}

/// Recorded answers: test_lambda_eventinvokeconfig_exceptions, put_destination_*: another service, the function itself, a
/// function that does not exist. That success takes no bucket is in the API reference; its words are assumed:event-invoke.
fn reachable(
    world: &mut World,
    context: &Context<'_>,
    function: &Function,
    (when, arn): (&str, &str),
) -> Result<(), Problem> {
    let parts: Vec<&str> = arn.split(':').collect();
    let service = parts.get(2).copied().unwrap_or_default();
    let takes = ["sqs", "sns", "lambda", "events"].contains(&service)
        || service == "s3" && when == "OnFailure";
    if !takes {
        let shown = |one: &str| {
            if one == when {
                format!("{one}(destination={arn})")
            } else {
                "null".to_owned()
            }
        };
        return Err(invalid(format!(
            "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is invalid.",
            shown("OnSuccess"),
            shown("OnFailure")
        )));
    }
    if service == "lambda" {
        let name = parts.get(6).copied().unwrap_or_default();
        if name == function.name {
            return Err(invalid(
                "You can't specify the function as a destination for itself.",
            ));
        }
        if current(world, context, name).is_err() {
            return Err(invalid(format!("The destination ARN {arn} is invalid.")));
        }
    }
    Ok(())
}

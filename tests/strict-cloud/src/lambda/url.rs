//! Function URLs: CreateFunctionUrlConfig and its kin.
//!
//! Source: recorded answers: TestLambdaUrl. What they do not show is assumed:function-url.

use serde_json::{Map, Value, json};

use super::function::Function;
use super::schema::{FUNCTION_URL, URL_WORDS};
use super::update::{current, store};
use super::validate::Breaches;
use super::{name, patterns, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem, Request};
use crate::operation::{Operation, lambda as op};
use crate::time::Time;
use crate::world::World;

/// What refusals of a Qualifier quote: an alias, and neither a version nor `$LATEST`.
const ALIAS: &str = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";

/// AuthType, Cors and InvokeMode, as requests and replies have them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UrlConfig(pub Map<String, Value>);

impl UrlConfig {
    /// Of a JSON object.
    #[must_use]
    pub fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    /// Takes over what is asked for: Cors as a whole, without what is empty and
    /// with names of headers in lower case (assumed:function-url).
    fn apply(&mut self, asked: &Self) {
        for (name, value) in &asked.0 {
            self.0.insert(name.clone(), value.clone());
        }
        if let Some(Value::Object(cors)) = self.0.get_mut("Cors") {
            cors.retain(|_, value| *value != json!([]));
            for headers in ["AllowHeaders", "ExposeHeaders"] {
                let names = cors.get_mut(headers).and_then(Value::as_array_mut);
                for name in names.into_iter().flatten() {
                    *name = json!(name.as_str().unwrap_or_default().to_ascii_lowercase());
                }
            }
        }
        if self.0.get("Cors") == Some(&json!({})) {
            self.0.remove("Cors");
        }
    }
}

/// A function's URL.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Url {
    url: String,
    pub(crate) config: UrlConfig,
    created: Time,
    modified: Time,
}

impl Url {
    /// What every reply has.
    fn shown(&self, arn: &str) -> Map<String, Value> {
        Map::from_iter([
            ("FunctionUrl".to_owned(), json!(self.url)),
            ("FunctionArn".to_owned(), json!(arn)),
            ("CreationTime".to_owned(), json!(self.created.iso8601())),
        ])
    }
}

impl Cloud {
    /// CreateFunctionUrlConfig: 201; InvokeMode only where it was sent.
    pub fn lambda_create_function_url_config(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
        asked: &UrlConfig,
    ) -> Answer<Value> {
        let call = (op::CREATE_FUNCTION_URL_CONFIG, asked, 201);
        self.url(caller, function_name, qualifier, call, |world, context, name| {
            let mut function = changeable(world, context, name)?;
            if function.url.is_some() {
                let said = format!(
                    "Failed to create function url config for [functionArn = {}]. Error message:  FunctionUrlConfig exists for this Lambda function",
                    function.arn
                );
                return Err(Problem::new(409, "ResourceConflictException", said));
            }
            function.touch(world.ids);
            let id = world
                .ids
                .uuid(&format!("url/{}", function.birth), function.moves)
                .replace('-', "");
            let mut url = Url {
                url: format!("https://{id}.lambda-url.{}.on.aws/", function.region),
                config: UrlConfig::of(json!({"InvokeMode": "BUFFERED"})),
                created: context.now,
                modified: context.now,
            };
            url.config.apply(asked);
            let mut reply = url.shown(&function.arn);
            reply.extend(told(&url.config, asked));
            function.url = Some(url);
            store(world, context, function);
            Ok(Value::Object(reply))
        })
    }

    /// GetFunctionUrlConfig: 200.
    pub fn lambda_get_function_url_config(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
    ) -> Answer<Value> {
        let call = (op::GET_FUNCTION_URL_CONFIG, &UrlConfig::default(), 200);
        self.url(
            caller,
            function_name,
            qualifier,
            call,
            |world, context, name| {
                let found = name.and_then(|name| read::seen(world, context, name).ok());
                let function = found.ok_or_else(no_url)?;
                let url = function.url.as_ref().ok_or_else(no_url)?;
                let mut reply = url.shown(&function.arn);
                reply.extend(url.config.0.clone());
                reply.insert("LastModifiedTime".to_owned(), json!(url.modified.iso8601()));
                Ok(Value::Object(reply))
            },
        )
    }

    /// UpdateFunctionUrlConfig: 200; InvokeMode only where it was sent. What is omitted stays.
    pub fn lambda_update_function_url_config(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
        asked: &UrlConfig,
    ) -> Answer<Value> {
        let call = (op::UPDATE_FUNCTION_URL_CONFIG, asked, 200);
        self.url(
            caller,
            function_name,
            qualifier,
            call,
            |world, context, name| {
                let mut function = changeable(world, context, name)?;
                let url = function.url.as_mut().ok_or_else(no_url)?;
                url.config.apply(asked);
                url.modified = context.now;
                let mut reply = url.shown(&function.arn);
                reply.extend(told(&url.config, asked));
                reply.insert("LastModifiedTime".to_owned(), json!(url.modified.iso8601()));
                function.touch(world.ids);
                store(world, context, function);
                Ok(Value::Object(reply))
            },
        )
    }

    /// DeleteFunctionUrlConfig: 204.
    pub fn lambda_delete_function_url_config(
        &mut self,
        caller: &Caller,
        (function_name, qualifier): (&str, Option<&str>),
    ) -> Answer<()> {
        let call = (op::DELETE_FUNCTION_URL_CONFIG, &UrlConfig::default(), 204);
        self.url(
            caller,
            function_name,
            qualifier,
            call,
            |world, context, name| {
                // It does not say that the function is not there (recorded answer: test_url_config_exceptions).
                let found = name.and_then(|name| current(world, context, name).ok());
                let mut function = found.ok_or_else(no_url)?;
                function.changeable()?;
                function.url.take().ok_or_else(no_url)?;
                function.touch(world.ids);
                store(world, context, function);
                Ok(())
            },
        )
    }

    /// A call about the URL of a function; an alias, of which the model has none, is no function.
    fn url<T>(
        &mut self,
        caller: &Caller,
        function_name: &str,
        qualifier: Option<&str>,
        (operation, asked, success): (Operation, &UrlConfig, u16),
        act: impl FnOnce(&mut World, &mut Context<'_>, Option<&str>) -> Result<T, Problem>,
    ) -> Answer<T> {
        let bare = name::bare(function_name);
        let call = Request {
            operation,
            function: Some(bare),
            resource: name::arn(caller, bare),
            arguments: Value::Object(asked.0.clone()),
            success,
        };
        self.call(caller, call, |world, context| {
            let mut breaches = Breaches::default();
            breaches_of(qualifier, operation, asked, &mut breaches)?;
            breaches.judge()?;
            let named = name::elsewhere(context.caller, function_name, qualifier)?;
            let unqualified = named.qualifier.is_none().then_some(named.name.as_str());
            act(world, context, unqualified)
        })
    }
}

/// Breaches of the service model.
fn breaches_of(
    qualifier: Option<&str>,
    operation: Operation,
    asked: &UrlConfig,
    breaches: &mut Breaches,
) -> Result<(), Problem> {
    if let Some(qualifier) = qualifier {
        let number = patterns::all(qualifier, |c| c.is_ascii_digit());
        let word = patterns::all(qualifier, |c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if number || !word {
            breaches.add(
                &format!("Value '{qualifier}'"),
                "qualifier",
                &format!("Member must satisfy regular expression pattern: {ALIAS}"),
            );
        }
    }
    if operation == op::CREATE_FUNCTION_URL_CONFIG && !asked.0.contains_key("AuthType") {
        breaches.add("Value null", "authType", "Member must not be null");
    }
    breaches.object("", &asked.0, FUNCTION_URL)?;
    // The model has methods as texts; that only these are taken is assumed:function-url.
    let methods = asked
        .0
        .get("Cors")
        .and_then(|cors| cors.get("AllowMethods"));
    for method in methods.and_then(Value::as_array).into_iter().flatten() {
        if !method
            .as_str()
            .is_some_and(|word| URL_WORDS.contains(&word))
        {
            breaches.add(
                &format!("Value '{method}'"),
                "cors.allowMethods",
                &format!(
                    "Member must satisfy enum value set: [{}]",
                    URL_WORDS.join(", ")
                ),
            );
        }
    }
    Ok(())
}

/// What a write's reply tells of the configuration (recorded answer: test_url_config_lifecycle: InvokeMode was
/// not sent, and is not there).
fn told(config: &UrlConfig, asked: &UrlConfig) -> Map<String, Value> {
    let mut told = config.0.clone();
    if !asked.0.contains_key("InvokeMode") {
        told.remove("InvokeMode");
    }
    told
}

fn changeable(
    world: &mut World,
    context: &Context<'_>,
    name: Option<&str>,
) -> Result<Function, Problem> {
    let found = name.and_then(|name| current(world, context, name).ok());
    let function = found
        .ok_or_else(|| Problem::new(404, "ResourceNotFoundException", "Function does not exist"))?;
    function.changeable()?;
    Ok(function)
}

/// Recorded answer: test_url_config_lifecycle, failed_getter.
fn no_url() -> Problem {
    let said = "The resource you requested does not exist.";
    Problem::new(404, "ResourceNotFoundException", said)
}

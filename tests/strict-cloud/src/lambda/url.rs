//! Function URLs: CreateFunctionUrlConfig and its kin.
//!
//! Source: recorded answers: TestLambdaUrl. What they do not show is assumed:function-url. An alias has a
//! URL of its own.

use serde_json::{Map, Value, json};

use super::function::Function;
use super::name::Named;
use super::schema::{FUNCTION_URL, URL_WORDS};
use super::update::{current, store};
use super::validate::Breaches;
use super::{Page, patterns, read};
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::{Operation, lambda as op};
use crate::time::Time;
use crate::world::World;

/// What refusals of a Qualifier quote: an alias, and neither a version nor `$LATEST`.
const ALIAS: &str = "((?!^\\d+$)^[0-9a-zA-Z-_]+$)";

/// MaxItems, at most (Lambda API reference, ListFunctionUrlConfigs).
const MOST_ITEMS: i64 = 50;

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

    /// What reads show.
    fn read(&self, arn: &str) -> Value {
        let mut shown = self.shown(arn);
        shown.extend(self.config.0.clone());
        shown.insert(
            "LastModifiedTime".to_owned(),
            json!(self.modified.iso8601()),
        );
        Value::Object(shown)
    }
}

impl Cloud {
    /// CreateFunctionUrlConfig: 201; InvokeMode only where it was sent.
    pub fn lambda_create_function_url_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        asked: &UrlConfig,
    ) -> Answer<Value> {
        let call = (op::CREATE_FUNCTION_URL_CONFIG, asked, 201);
        self.url(caller, function, call, |world, context, named| {
            let mut function = changeable(world, context, named)?;
            let of = named.qualifier.as_deref();
            let arn = function.arn_of(of);
            if function.urls.contains_key(&named.qualifier) {
                let said = format!(
                    "Failed to create function url config for [functionArn = {arn}]. Error message:  FunctionUrlConfig exists for this Lambda function"
                );
                return Err(Problem::new(409, "ResourceConflictException", said));
            }
            function.touch_of(world.ids, of);
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
            let mut reply = url.shown(&arn);
            reply.extend(told(&url.config, asked));
            function.urls.insert(named.qualifier.clone(), url);
            store(world, context, function);
            Ok(Value::Object(reply))
        })
    }

    /// GetFunctionUrlConfig: 200.
    pub fn lambda_get_function_url_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<Value> {
        let call = (op::GET_FUNCTION_URL_CONFIG, &UrlConfig::default(), 200);
        self.url(caller, function, call, |world, context, named| {
            let function = read::seen(world, context, &named.name).map_err(|_| no_url())?;
            let url = function.urls.get(&named.qualifier).ok_or_else(no_url)?;
            Ok(url.read(&function.arn_of(named.qualifier.as_deref())))
        })
    }

    /// ListFunctionUrlConfigs: 200: the function's own, and those of its aliases.
    pub fn lambda_list_function_url_configs(
        &mut self,
        caller: &Caller,
        function_name: &str,
        page: &Page,
    ) -> Answer<Value> {
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items});
        let call = (op::LIST_FUNCTION_URL_CONFIGS, arguments, 200);
        let function = (function_name, None);
        self.about(caller, function, call, |world, context, named| {
            let found = read::seen(world, context, &named.name);
            let function = found.map_err(|_| no_function())?;
            let all = function.urls.iter().map(|(of, url)| {
                let arn = function.arn_of(of.as_deref());
                (arn.clone(), url.read(&arn))
            });
            let (items, next_marker) = read::page(all.collect(), (page, MOST_ITEMS), context)?;
            Ok(read::shown("FunctionUrlConfigs", items, next_marker))
        })
    }

    /// UpdateFunctionUrlConfig: 200; InvokeMode only where it was sent. What is omitted stays.
    pub fn lambda_update_function_url_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        asked: &UrlConfig,
    ) -> Answer<Value> {
        let call = (op::UPDATE_FUNCTION_URL_CONFIG, asked, 200);
        self.url(caller, function, call, |world, context, named| {
            let mut function = changeable(world, context, named)?;
            let of = named.qualifier.as_deref();
            let arn = function.arn_of(of);
            let url = function.urls.get_mut(&named.qualifier);
            let url = url.ok_or_else(no_url)?;
            url.config.apply(asked);
            url.modified = context.now;
            let mut reply = url.shown(&arn);
            reply.extend(told(&url.config, asked));
            reply.insert("LastModifiedTime".to_owned(), json!(url.modified.iso8601()));
            function.touch_of(world.ids, of);
            store(world, context, function);
            Ok(Value::Object(reply))
        })
    }

    /// DeleteFunctionUrlConfig: 204.
    pub fn lambda_delete_function_url_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<()> {
        let call = (op::DELETE_FUNCTION_URL_CONFIG, &UrlConfig::default(), 204);
        self.url(caller, function, call, |world, context, named| {
            // It does not say that the function is not there (recorded answer: test_url_config_exceptions).
            let found = current(world, context, &named.name);
            let mut function = found.map_err(|_| no_url())?;
            function.changeable()?;
            function.urls.remove(&named.qualifier).ok_or_else(no_url)?;
            function.touch_of(world.ids, named.qualifier.as_deref());
            store(world, context, function);
            Ok(())
        })
    }

    /// A call about the URL of a function or an alias.
    fn url<T>(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        (operation, asked, success): (Operation, &UrlConfig, u16),
        act: impl FnOnce(&mut World, &mut Context<'_>, &Named) -> Result<T, Problem>,
    ) -> Answer<T> {
        let call = (operation, Value::Object(asked.0.clone()), success);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            breaches_of(function.1, operation, asked, &mut breaches)?;
            breaches.judge()?;
            act(world, context, named)
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

/// The function, where it has the alias that is named.
fn changeable(
    world: &mut World,
    context: &Context<'_>,
    named: &Named,
) -> Result<Function, Problem> {
    let of = named.qualifier.as_deref();
    let found = current(world, context, &named.name).ok();
    let found = found.filter(|found| of.is_none_or(|alias| found.aliases.contains_key(alias)));
    let function = found.ok_or_else(no_function)?;
    function.changeable()?;
    Ok(function)
}

/// Recorded answers: test_url_config_exceptions, test_url_config_list_paging.
fn no_function() -> Problem {
    Problem::new(404, "ResourceNotFoundException", "Function does not exist")
}

/// Recorded answer: test_url_config_lifecycle, failed_getter.
fn no_url() -> Problem {
    let said = "The resource you requested does not exist.";
    Problem::new(404, "ResourceNotFoundException", said)
}

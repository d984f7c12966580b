//! Aliases: CreateAlias, GetAlias, UpdateAlias, DeleteAlias and ListAliases.
//!
//! Source: recorded answers: TestLambdaAlias, test_function_revisions_version_and_alias. What they do
//! not show is assumed:aliases.

use serde_json::{Map, Value, json};

use super::function::{Function, guard, not_now};
use super::schema::{ALIAS, ALIAS_NAME, ALIASES_OF, NEW_ALIAS};
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{FunctionConfiguration, Page, name, read};
use crate::ids::Ids;
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::lambda as op;
use crate::world::World;

/// Name, FunctionVersion, Description and RoutingConfig, as requests have them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AliasConfig(pub Map<String, Value>);

impl AliasConfig {
    /// Of a JSON object.
    #[must_use]
    pub fn of(fields: Value) -> Self {
        match fields {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The versions that get a part of the calls, and which part; none where RoutingConfig was not sent.
    fn routing(&self) -> Option<Vec<(&str, f64)>> {
        let routing = self.0.get("RoutingConfig").filter(|sent| !sent.is_null())?;
        let weights = routing.get("AdditionalVersionWeights");
        let weights = weights.and_then(Value::as_object).into_iter().flatten();
        let parts = weights
            .map(|(version, weight)| (version.as_str(), weight.as_f64().unwrap_or_default()));
        Some(parts.collect())
    }
}

/// An alias of a function.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alias {
    /// `$LATEST`, or a number.
    pub(super) version: String,
    description: String,
    /// The version that gets a part of the calls, and which part, from 0.0 to 1.0.
    additional: Option<(String, f64)>,
    /// Whether that is the version before, which gets all calls until what is provisioned is there.
    shifting: bool,
    pub(super) revision: String,
}

impl Alias {
    /// FunctionVersion, Description and RoutingConfig, which is there only where it says something.
    pub(crate) fn config(&self) -> AliasConfig {
        let mut fields = Map::from_iter([
            ("FunctionVersion".to_owned(), json!(self.version)),
            ("Description".to_owned(), json!(self.description)),
        ]);
        if let Some((version, weight)) = &self.additional {
            let routing = json!({"AdditionalVersionWeights": {version: weight}});
            fields.insert("RoutingConfig".to_owned(), routing);
        }
        AliasConfig(fields)
    }

    fn shown(&self, function: &Function, name: &str) -> Value {
        let mut fields = self.config().0;
        let arn = function.arn_of(Some(name));
        fields.insert("AliasArn".to_owned(), json!(arn));
        fields.insert("Name".to_owned(), json!(name));
        fields.insert("RevisionId".to_owned(), json!(self.revision));
        Value::Object(fields)
    }

    /// Takes over what is asked for; what is omitted stays.
    fn apply(&mut self, function: &Function, asked: &AliasConfig) -> Result<(), Problem> {
        if let Some(version) = asked.text("FunctionVersion") {
            self.version = function.existing(version)?;
        }
        if let Some(description) = asked.text("Description") {
            description.clone_into(&mut self.description);
        }
        if let Some(parts) = asked.routing() {
            let first = parts.first();
            let first = first.map(|(version, weight)| Ok((function.existing(version)?, *weight)));
            (self.additional, self.shifting) = (first.transpose()?, false);
        }
        match &self.additional {
            Some(_) if self.version == "$LATEST" => Err(invalid(
                "$LATEST is not supported for an alias pointing to more than 1 version",
            )),
            Some((version, _)) if *version == self.version => Err(invalid(format!(
                "Invalid function version {version}. Function version {version} is already included in routing configuration."
            ))),
            _ => Ok(()),
        }
    }

    /// Refuses what is not possible for an alias that sends a part of its calls elsewhere (assumed:provisioned-alias).
    pub(super) fn all_calls_to_one(&self) -> Result<(), Problem> {
        if self.additional.is_some() {
            return Err(invalid(
                "Alias with weights can not be used with Provisioned Concurrency",
            ));
        }
        Ok(())
    }

    /// The version before gets all calls for now (assumed:provisioned-alias).
    pub(super) fn shift_from(&mut self, before: &str) -> Result<(), Problem> {
        if self.additional.is_some() {
            return Err(invalid(
                "Invalid alias configuration for Provisioned Concurrency",
            ));
        }
        (self.additional, self.shifting) = (Some((before.to_owned(), 1.0)), true);
        Ok(())
    }

    fn points_at(&self, version: &str) -> bool {
        let additional = self.additional.as_ref().map(|(version, _)| version);
        self.version == version || additional.is_some_and(|additional| additional == version)
    }
}

impl Function {
    /// What an alias points at: the version, under the ARN of the alias (recorded answer: test_alias_lifecycle).
    pub(super) fn aliased(&self, ids: Ids, name: &str) -> Option<FunctionConfiguration> {
        let alias = self.aliases.get(name)?;
        let shown = match alias.version.parse() {
            Ok(number) => self.version(ids, number)?,
            Err(_) => self.latest(ids, false),
        };
        let function_arn = self.arn_of(Some(name));
        Some(FunctionConfiguration {
            function_arn,
            ..shown
        })
    }

    /// The aliases that send calls to a version.
    pub(super) fn aliases_of(&self, version: &str) -> Vec<&str> {
        let aliases = self.aliases.iter();
        let pointing = aliases.filter(|(_, alias)| alias.points_at(version));
        pointing.map(|(name, _)| name.as_str()).collect()
    }

    /// An alias sends all calls to its version again, if it does not.
    pub(super) fn end_shift(&mut self, ids: Ids, name: &str) {
        if !self.aliases.get(name).is_some_and(|alias| alias.shifting) {
            return;
        }
        let revision = self.revision(ids);
        if let Some(alias) = self.aliases.get_mut(name) {
            (alias.additional, alias.shifting, alias.revision) = (None, false, revision);
        }
    }

    /// An alias is of versions that are Active (assumed:alias-of-what-starts).
    fn can_be_of(&self, alias: &Alias) -> Result<(), Problem> {
        let additional = alias.additional.iter().map(|(version, _)| version);
        let mut versions = additional.chain([&alias.version]);
        match versions.find_map(|version| self.busy_version(version)) {
            Some(word) => Err(not_now(word)),
            None => Ok(()),
        }
    }

    /// `$LATEST`, or the number of a version that is there.
    fn existing(&self, version: &str) -> Result<String, Problem> {
        if version == "$LATEST" {
            return Ok(version.to_owned());
        }
        let number = version.parse().ok();
        let number = number.filter(|number| self.versions.contains_key(number));
        number
            .map(|number| number.to_string())
            .ok_or_else(|| name::not_found(&self.arn_of(Some(version))))
    }
}

impl Cloud {
    /// CreateAlias: 201. It moves no RevisionId of the function's.
    pub fn lambda_create_alias(
        &mut self,
        caller: &Caller,
        function_name: &str,
        asked: &AliasConfig,
    ) -> Answer<Value> {
        let call = (op::CREATE_ALIAS, Value::Object(asked.0.clone()), 201);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let mut breaches = Breaches::default();
                breaches.object("", &asked.0, NEW_ALIAS)?;
                breaches.judge()?;
                at_most_one(asked)?;
                let name = asked.text("Name").unwrap_or_default();
                let version = asked.text("FunctionVersion").unwrap_or_default();
                // Recorded answer: test_notfound_and_invalid_routingconfigs: what is not found is the version.
                let arn = format!("{}:{version}", name::arn(context.caller, &named.name));
                let function = current(world, context, &named.name);
                let mut function = function.map_err(|_| name::not_found(&arn))?;
                function.stays()?;
                let mut alias = Alias::default();
                alias.apply(&function, asked)?;
                if function.aliases.contains_key(name) {
                    let said = format!("Alias already exists: {}", function.arn_of(Some(name)));
                    return Err(Problem::new(409, "ResourceConflictException", said));
                }
                function.can_be_of(&alias)?;
                Ok(put(world, context, &mut function, name, alias))
            },
        )
    }

    /// GetAlias: 200.
    pub fn lambda_get_alias(
        &mut self,
        caller: &Caller,
        function_name: &str,
        name: &str,
    ) -> Answer<Value> {
        let call = (op::GET_ALIAS, json!({"Name": name}), 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                well_named(name)?;
                let missing = || not_found(context.caller, &named.name, name);
                let function = read::seen(world, context, &named.name).map_err(|_| missing())?;
                let alias = function.aliases.get(name).ok_or_else(missing)?;
                Ok(alias.shown(&function, name))
            },
        )
    }

    /// UpdateAlias: 200, with another RevisionId, also where nothing differs. What is omitted stays; a
    /// RoutingConfig without a version takes the routing away.
    pub fn lambda_update_alias(
        &mut self,
        caller: &Caller,
        (function_name, name): (&str, &str),
        asked: &AliasConfig,
        revision_id: Option<&str>,
    ) -> Answer<Value> {
        let mut arguments = asked.0.clone();
        arguments.insert("Name".to_owned(), json!(name));
        let call = (op::UPDATE_ALIAS, Value::Object(arguments), 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                well_named(name)?;
                let mut breaches = Breaches::default();
                breaches.object("", &asked.0, ALIAS)?;
                breaches.judge()?;
                at_most_one(asked)?;
                let missing = || not_found(context.caller, &named.name, name);
                let found = current(world, context, &named.name);
                let mut function = found.map_err(|_| missing())?;
                function.stays()?;
                let mut alias = function.aliases.get(name).cloned().ok_or_else(missing)?;
                guard(&alias.revision, revision_id)?;
                let before = alias.clone();
                alias.apply(&function, asked)?;
                if (&alias.version, &alias.additional) != (&before.version, &before.additional) {
                    function.can_be_of(&alias)?;
                }
                if alias.version != before.version {
                    let of = (&mut alias, before.version.as_str());
                    function.follow(world, context.now, name, of)?;
                }
                Ok(put(world, context, &mut function, name, alias))
            },
        )
    }

    /// DeleteAlias: 204, also where there is none.
    pub fn lambda_delete_alias(
        &mut self,
        caller: &Caller,
        function_name: &str,
        name: &str,
    ) -> Answer<()> {
        let call = (op::DELETE_ALIAS, json!({"Name": name}), 204);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                well_named(name)?;
                let mut function = current(world, context, &named.name)?;
                function.stays()?;
                if function.aliases.remove(name).is_some() {
                    function.forget(name);
                    store(world, context, function);
                }
                Ok(())
            },
        )
    }

    /// ListAliases: 200: by name, those of one version where it is named.
    pub fn lambda_list_aliases(
        &mut self,
        caller: &Caller,
        function_name: &str,
        function_version: Option<&str>,
        page: &Page,
    ) -> Answer<Value> {
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items, "FunctionVersion": function_version});
        let call = (op::LIST_ALIASES, arguments, 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let mut breaches = Breaches::default();
                let asked =
                    function_version.map(|version| ("FunctionVersion".into(), version.into()));
                breaches.object("", &asked.into_iter().collect(), ALIASES_OF)?;
                breaches.judge()?;
                let function = read::seen(world, context, &named.name)?;
                let aliases = function.aliases.iter();
                let wanted = aliases
                    .filter(|(_, alias)| function_version.is_none_or(|one| alias.version == one));
                let shown =
                    wanted.map(|(name, alias)| (name.clone(), alias.shown(&function, name)));
                let (items, next_marker) =
                    read::page(shown.collect(), (page, read::MOST_ITEMS), context)?;
                Ok(read::shown("Aliases", items, next_marker))
            },
        )
    }
}

/// Recorded answer: test_notfound_and_invalid_routingconfigs.
fn at_most_one(asked: &AliasConfig) -> Result<(), Problem> {
    if asked.routing().is_some_and(|parts| parts.len() > 1) {
        return Err(invalid(
            "Number of items in AdditionalVersionWeights cannot be greater than 1",
        ));
    }
    Ok(())
}

/// The name in the path is one that an alias can have.
fn well_named(name: &str) -> Result<(), Problem> {
    let mut breaches = Breaches::default();
    let fields = Map::from_iter([("Name".to_owned(), json!(name))]);
    breaches.object("", &fields, ALIAS_NAME)?;
    breaches.judge()
}

/// Puts an alias as it is now, with a new RevisionId of its own.
fn put(
    world: &mut World,
    context: &mut Context<'_>,
    function: &mut Function,
    name: &str,
    mut alias: Alias,
) -> Value {
    alias.revision = function.revision(world.ids);
    let shown = alias.shown(function, name);
    function.aliases.insert(name.to_owned(), alias);
    store(world, context, function.clone());
    shown
}

/// Recorded answer: test_notfound_and_invalid_routingconfigs, alias_does_not_exist_esc.
pub(super) fn not_found(caller: &Caller, function: &str, alias: &str) -> Problem {
    let arn = name::arn(caller, function);
    let said = format!("Cannot find alias arn: {arn}:{alias}");
    Problem::new(404, "ResourceNotFoundException", said)
}

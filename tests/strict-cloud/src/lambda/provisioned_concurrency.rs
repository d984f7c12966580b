//! Provisioned concurrency of versions and aliases: PutProvisionedConcurrencyConfig and its kin.
//!
//! Source: recorded answers: TestLambdaProvisionedConcurrency. What they do not show is
//! assumed:provisioned-concurrency; what an alias does whose version moves, assumed:provisioned-alias.

use serde_json::{Map, Value, json};

use super::aliases::{self, Alias};
use super::concurrency;
use super::function::{Content, Function, not_now};
use super::name::{self, Named};
use super::schema::PROVISIONED;
use super::update::{current, store};
use super::validate::{Breaches, invalid};
use super::{Page, patterns, read};
use crate::ids::Ids;
use crate::model::{Answer, Caller, Cloud, Context, Problem};
use crate::operation::lambda as op;
use crate::time::Time;
use crate::world::World;

/// MaxItems, at most (Lambda API reference, ListProvisionedConcurrencyConfigs).
const MOST_ITEMS: i64 = 50;

/// Recorded answer: test_provisioned_concurrency_exceptions, put_provisioned_latest.
const UNPUBLISHED: &str =
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";

/// Recorded answers: test_provisioned_concurrency_exceptions, get_provisioned_latest, delete_provisioned_latest.
const NEITHER: &str = "The function resource provided must be an alias or a published version.";

/// The configuration of a version or an alias, and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Provisioned {
    pub(crate) requested: i64,
    allocated: i64,
    allocation: Allocation,
    modified: Time,
}

/// Status.
#[derive(Clone, Debug, PartialEq)]
enum Allocation {
    InProgress { until: Time, fails: Option<String> },
    Ready,
    Failed(String),
}

impl Provisioned {
    fn shown(&self) -> Value {
        let (status, reason) = match &self.allocation {
            Allocation::InProgress { .. } => ("IN_PROGRESS", None),
            Allocation::Ready => ("READY", None),
            Allocation::Failed(reason) => ("FAILED", Some(reason)),
        };
        let mut shown = json!({
            "RequestedProvisionedConcurrentExecutions": self.requested,
            "AllocatedProvisionedConcurrentExecutions": self.allocated,
            "AvailableProvisionedConcurrentExecutions": self.allocated,
            "Status": status,
            "LastModified": self.modified.iso8601(),
        });
        if let (Some(fields), Some(reason)) = (shown.as_object_mut(), reason) {
            fields.insert("StatusReason".to_owned(), json!(reason));
        }
        shown
    }

    /// An item of a list: with the ARN of what it is of.
    fn listed(&self, arn: &str) -> Value {
        let mut shown = self.shown();
        if let Some(fields) = shown.as_object_mut() {
            fields.insert("FunctionArn".to_owned(), json!(arn));
        }
        shown
    }

    /// Lets what is due happen; true where everything has just become ready.
    fn settle(&mut self, now: Time) -> bool {
        let Allocation::InProgress { until, fails } = &self.allocation else {
            return false;
        };
        if *until > now {
            return false;
        }
        let (allocated, allocation) = match fails.clone() {
            None => (self.requested, Allocation::Ready),
            Some(reason) => (0, Allocation::Failed(reason)),
        };
        (self.allocated, self.allocation) = (allocated, allocation);
        self.allocation == Allocation::Ready
    }
}

/// Why no environment of this content starts, if none does.
pub(super) fn cannot_start(world: &World, content: &Content) -> Option<String> {
    let mut failures = world.settings.start_failures.iter();
    let failure = failures.find(|failure| content.holds(&failure.marker))?;
    Some(failure.reason.clone())
}

impl Function {
    /// Lets provisioned concurrency come; an alias whose version has it sends all calls there.
    pub(super) fn settle_provisioned(&mut self, ids: Ids, now: Time) {
        let all = self.provisioned.iter_mut();
        let ready = all.filter_map(|(of, one)| one.settle(now).then(|| of.clone()));
        for name in ready.collect::<Vec<_>>() {
            self.end_shift(ids, &name);
        }
    }

    /// ProvisionedConcurrentExecutions of all versions and aliases together.
    pub(super) fn provisioned_in_all(&self) -> i64 {
        self.provisioned.values().map(|one| one.requested).sum()
    }

    /// So many environments of a version begin to come.
    fn provision(
        &mut self,
        world: &World,
        now: Time,
        (qualifier, version): (&str, &str),
        (requested, modified): (i64, Time),
    ) {
        let takes = world.ids.duration(
            world.settings.provision_takes,
            &format!("provision/{}/{qualifier}", self.birth),
            world.calls,
        );
        let version = version.parse().ok();
        let version = version.and_then(|number| self.versions.get(&number));
        let fails = version.and_then(|version| cannot_start(world, &version.content));
        let before = self.provisioned.get(qualifier);
        let one = Provisioned {
            requested,
            allocated: before.map_or(0, |before| before.allocated),
            allocation: Allocation::InProgress {
                until: now.after(takes),
                fails,
            },
            modified,
        };
        self.provisioned.insert(qualifier.to_owned(), one);
    }

    /// An alias can have provisioned concurrency where its version is published, and has none of its own
    /// (recorded answer: test_lambda_provisioned_lifecycle, put_provisioned_on_alias_versionconflict).
    fn can_provision_alias(&self, alias: &Alias) -> Result<(), Problem> {
        if alias.version == "$LATEST" {
            return Err(invalid(UNPUBLISHED));
        }
        if self.provisioned.contains_key(&alias.version) {
            return Err(conflict(
                "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
            ));
        }
        Ok(())
    }

    /// A version can have it where no alias has it for that version (recorded answer: test_lambda_provisioned_lifecycle,
    /// put_provisioned_on_version_conflict).
    fn can_provision_version(&self, version: &str) -> Result<(), Problem> {
        let aliases = self.aliases_of(version);
        if aliases
            .iter()
            .any(|alias| self.provisioned.contains_key(*alias))
        {
            return Err(conflict(
                "Version is pointed by a Provisioned Concurrency alias",
            ));
        }
        Ok(())
    }

    /// What is provisioned for an alias follows it to another version. Until it is there, the alias sends all calls to the
    /// version before, as a part of 1.0.
    pub(super) fn follow(
        &mut self,
        world: &World,
        now: Time,
        name: &str,
        (alias, before): (&mut Alias, &str),
    ) -> Result<(), Problem> {
        let Some(one) = self.provisioned.get(name) else {
            return Ok(());
        };
        let (requested, modified) = (one.requested, one.modified);
        self.can_provision_alias(alias)?;
        alias.shift_from(before)?;
        self.provision(world, now, (name, &alias.version), (requested, modified));
        Ok(())
    }
}

impl Cloud {
    /// PutProvisionedConcurrencyConfig: 202, IN_PROGRESS.
    pub fn lambda_put_provisioned_concurrency_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
        executions: Option<i64>,
    ) -> Answer<Value> {
        let arguments = json!({"ProvisionedConcurrentExecutions": executions});
        let fields =
            Map::from_iter(executions.map(|number| (EXECUTIONS.to_owned(), json!(number))));
        let call = (op::PUT_PROVISIONED_CONCURRENCY_CONFIG, arguments, 202);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            required(named, &mut breaches);
            breaches.object("", &fields, PROVISIONED)?;
            breaches.judge()?;
            let requested = executions.unwrap_or_default();
            let qualifier = qualifier(named, UNPUBLISHED)?;
            let (mut function, version) = found(world, context, &named.name, qualifier)?;
            function.stays()?;
            match function.aliases.get(qualifier) {
                Some(alias) => {
                    alias.all_calls_to_one()?;
                    function.can_provision_alias(alias)?;
                }
                None => function.can_provision_version(&version)?,
            }
            if let Some(word) = function.busy_version(&version) {
                return Err(not_now(word));
            }
            affordable(world, context, &function, (qualifier, requested))?;
            let now = context.now;
            function.provision(world, now, (qualifier, &version), (requested, now));
            let shown = function.provisioned.get(qualifier).map(Provisioned::shown);
            store(world, context, function);
            shown.ok_or_else(none)
        })
    }

    /// GetProvisionedConcurrencyConfig: 200.
    pub fn lambda_get_provisioned_concurrency_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<Value> {
        let call = (op::GET_PROVISIONED_CONCURRENCY_CONFIG, json!({}), 200);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            required(named, &mut breaches);
            breaches.judge()?;
            let qualifier = qualifier(named, NEITHER)?;
            let missing = || missing(context.caller, &named.name, qualifier);
            let function = read::seen(world, context, &named.name).map_err(|_| missing())?;
            function.version_of(qualifier).ok_or_else(missing)?;
            let one = function.provisioned.get(qualifier).ok_or_else(none)?;
            Ok(one.shown())
        })
    }

    /// DeleteProvisionedConcurrencyConfig: 204, also where there is none.
    pub fn lambda_delete_provisioned_concurrency_config(
        &mut self,
        caller: &Caller,
        function: (&str, Option<&str>),
    ) -> Answer<()> {
        let call = (op::DELETE_PROVISIONED_CONCURRENCY_CONFIG, json!({}), 204);
        self.about(caller, function, call, |world, context, named| {
            let mut breaches = Breaches::default();
            required(named, &mut breaches);
            breaches.judge()?;
            let qualifier = qualifier(named, NEITHER)?;
            let (mut function, _) = found(world, context, &named.name, qualifier)?;
            function.stays()?;
            if function.provisioned.remove(qualifier).is_some() {
                function.end_shift(world.ids, qualifier);
                store(world, context, function);
            }
            Ok(())
        })
    }

    /// ListProvisionedConcurrencyConfigs: 200.
    pub fn lambda_list_provisioned_concurrency_configs(
        &mut self,
        caller: &Caller,
        function_name: &str,
        page: &Page,
    ) -> Answer<Value> {
        let arguments = json!({"Marker": page.marker, "MaxItems": page.max_items});
        let call = (op::LIST_PROVISIONED_CONCURRENCY_CONFIGS, arguments, 200);
        self.about(
            caller,
            (function_name, None),
            call,
            |world, context, named| {
                let function = read::seen(world, context, &named.name)?;
                let all = function.provisioned.iter().map(|(qualifier, one)| {
                    let arn = function.arn_of(Some(qualifier));
                    (qualifier.clone(), one.listed(&arn))
                });
                let (items, next_marker) = read::page(all.collect(), (page, MOST_ITEMS), context)?;
                Ok(read::shown(
                    "ProvisionedConcurrencyConfigs",
                    items,
                    next_marker,
                ))
            },
        )
    }
}

const EXECUTIONS: &str = "ProvisionedConcurrentExecutions";

fn required(named: &Named, breaches: &mut Breaches) {
    if named.qualifier.is_none() {
        breaches.add("Value null", "qualifier", "Member must not be null");
    }
}

/// The qualifier, which is not `$LATEST`.
fn qualifier<'a>(named: &'a Named, unpublished: &str) -> Result<&'a str, Problem> {
    let qualifier = named.qualifier.as_deref();
    let published = qualifier.filter(|qualifier| *qualifier != "$LATEST");
    published.ok_or_else(|| invalid(unpublished))
}

/// The function to change, and the version that is meant.
fn found(
    world: &mut World,
    context: &Context<'_>,
    name: &str,
    qualifier: &str,
) -> Result<(Function, String), Problem> {
    let missing = || missing(context.caller, name, qualifier);
    let function = current(world, context, name).map_err(|_| missing())?;
    let version = function.version_of(qualifier).ok_or_else(missing)?;
    Ok((function, version))
}

/// Recorded answers: test_provisioned_concurrency_exceptions: a number is a function, a word is an alias, also where there is no function.
fn missing(caller: &Caller, name: &str, qualifier: &str) -> Problem {
    if patterns::all(qualifier, |c| c.is_ascii_digit()) {
        name::not_found(&format!("{}:{qualifier}", name::arn(caller, name)))
    } else {
        aliases::not_found(caller, name, qualifier)
    }
}

/// Recorded answer: test_provisioned_concurrency_exceptions, get_provisioned_config_doesnotexist.
fn none() -> Problem {
    let said = "No Provisioned Concurrency Config found for this function";
    Problem::new(404, "ProvisionedConcurrencyConfigNotFoundException", said)
}

fn conflict(said: &str) -> Problem {
    Problem::new(409, "ResourceConflictException", said)
}

/// What is provisioned is taken from what the function reserves, or else from what the account has left (Lambda Developer
/// Guide, "Configuring provisioned concurrency for a function").
fn affordable(
    world: &mut World,
    context: &Context<'_>,
    function: &Function,
    (qualifier, requested): (&str, i64),
) -> Result<(), Problem> {
    let before = function.provisioned.get(qualifier);
    let before = before.map_or(0, |before| before.requested);
    let total = function.provisioned_in_all() - before + requested;
    match function.reserved_concurrency {
        Some(reserved) if total > reserved => Err(invalid(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
        )),
        Some(_) => Ok(()),
        None => concurrency::leaves_enough(world, context, &function.name, total).map_err(|least| {
            invalid(format!(
                "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [{least}]."
            ))
        }),
    }
}

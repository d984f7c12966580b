//! Versions and aliases of functions: between the port, the strict cloud and specs.

use std::collections::{BTreeMap, BTreeSet};

use cloudfn::cloud::lambda::{Alias, FoundAlias};
use fastrand::Rng;
use serde_json::{Value, json};
use strict_cloud::lambda::{self as model, Page};
use strict_cloud::log::Answered;
use strict_cloud::operation::lambda as op;
use strict_cloud::{Caller, Cloud};

use crate::run::Stage;
use crate::tally::{Check, Tally};

/// An alias that others put there, and no spec names.
pub const OF_OTHERS: &str = "of-others";

/// What the versions that the operator publishes say.
const OURS: &str = "Published by cloudfn";

/// Why a version that is too old may be there.
const RELEASED: &str = "versions that an outsider's alias was of";

/// A request for this alias, as the adapter makes it.
pub fn asked(name: Option<&str>, alias: &Alias) -> model::AliasConfig {
    let mut fields = json!({
        "FunctionVersion": alias.version, "Description": alias.description,
        "RoutingConfig": {"AdditionalVersionWeights": alias.weights},
    });
    if let Some(name) = name {
        fields["Name"] = json!(name);
    }
    model::AliasConfig::of(fields)
}

/// What a reply shows of one.
pub fn found(reply: &Value) -> FoundAlias {
    let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
    let weights = reply["RoutingConfig"]["AdditionalVersionWeights"].as_object();
    let weights = weights.into_iter().flatten();
    FoundAlias {
        alias: Alias {
            version: text("FunctionVersion"),
            description: text("Description"),
            weights: weights
                .map(|(version, weight)| (version.clone(), weight.as_f64().unwrap()))
                .collect(),
        },
        arn: text("AliasArn"),
        revision_id: reply["RevisionId"].as_str().map(str::to_owned),
    }
}

/// The aliases that are there, by their names.
pub fn seen(cloud: &mut Cloud, caller: &Caller, name: &str) -> BTreeMap<String, Value> {
    let listed = cloud.lambda_list_aliases(caller, name, None, &Page::default());
    let listed = listed.unwrap_or_default();
    let aliases = listed["Aliases"].as_array().into_iter().flatten();
    aliases
        .map(|alias| {
            let shown = form(&found(alias).alias);
            (alias["Name"].as_str().unwrap().to_owned(), shown)
        })
        .collect()
}

/// Provisioned concurrency, by aliases: a number, or a word where it is not there yet.
pub fn provisioned(cloud: &mut Cloud, caller: &Caller, name: &str) -> BTreeMap<String, Value> {
    let all = Page::default();
    let listed = cloud.lambda_list_provisioned_concurrency_configs(caller, name, &all);
    let listed = listed.unwrap_or_default();
    let found = listed["ProvisionedConcurrencyConfigs"].as_array();
    let one = |one: &Value| {
        let (_, alias) = one["FunctionArn"].as_str()?.rsplit_once(':')?;
        let shown = match one["Status"].as_str()? {
            "READY" => &one["RequestedProvisionedConcurrentExecutions"],
            _ => &one["Status"],
        };
        Some((alias.to_owned(), shown.clone()))
    };
    found.into_iter().flatten().filter_map(one).collect()
}

fn form(alias: &Alias) -> Value {
    json!({"version": alias.version, "description": alias.description, "weights": alias.weights})
}

/// The numbers of the versions that the operator published.
pub fn ours(versions: &[model::FunctionConfiguration]) -> Vec<u64> {
    let ours = versions
        .iter()
        .filter(|version| version.configuration.text("Description") == Some(OURS));
    ours.filter_map(|version| version.version.parse().ok())
        .collect()
}

/// An alias of a spec, with the versions that the status says were published.
fn named(asked: &Value, status: &Value) -> Value {
    let version = |named: &str| match named {
        "newest" => status["latestVersion"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        "previous" => status["previousVersion"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        other => other.to_owned(),
    };
    let own = version(asked["functionVersion"].as_str().unwrap_or("newest"));
    let weights = asked["routingConfig"]["additionalVersionWeights"].as_object();
    let weights = weights.into_iter().flatten();
    let weights = weights.map(|(named, weight)| (version(named), weight.as_f64().unwrap()));
    form(&Alias {
        description: asked["description"].as_str().unwrap_or_default().to_owned(),
        weights: weights.filter(|(version, _)| *version != own).collect(),
        version: own,
    })
}

/// The first thing in which aliases and versions are not what was asked for.
pub fn difference(
    object: &Value,
    function: &Value,
    touched: bool,
    tally: &Tally,
) -> Option<String> {
    let (spec, status) = (&object["spec"], &object["status"]);
    let mut wanted: BTreeMap<&str, Value> = BTreeMap::new();
    for asked in spec["aliases"].as_array().into_iter().flatten() {
        wanted.insert(asked["name"].as_str().unwrap(), named(asked, status));
    }
    let found = function["aliases"].as_object().unwrap();
    let names: BTreeSet<&str> = found
        .keys()
        .map(String::as_str)
        .chain(wanted.keys().copied())
        .collect();
    for name in names.into_iter().filter(|name| *name != OF_OTHERS) {
        let (wanted, found) = (
            wanted.get(name).unwrap_or(&Value::Null),
            &function["aliases"][name],
        );
        if touched && wanted.is_null() {
            tally.excused(
                Check::EndState,
                "an alias that outsiders may have made",
                Some(found.is_null()),
            );
            continue;
        }
        tally.asserted(Check::EndState);
        if wanted != found {
            return Some(format!("alias {name} {found}, not {wanted}"));
        }
    }
    let asked = spec["aliases"].as_array().into_iter().flatten();
    let asked = asked.map(|alias| (&alias["name"], &alias["provisionedConcurrentExecutions"]));
    let asked = asked.filter(|(_, number)| !number.is_null());
    let asked: BTreeMap<&str, &Value> = asked
        .map(|(name, number)| (name.as_str().unwrap(), number))
        .collect();
    for (alias, found) in function["provisioned"].as_object().unwrap() {
        if touched && !asked.contains_key(alias.as_str()) {
            let why = "provisioned concurrency of an object before, which left the function";
            tally.excused(Check::EndState, why, Some(false));
        } else if asked.get(alias.as_str()) != Some(&found) {
            return Some(format!(
                "provisioned concurrency {found} of {alias}, not {asked:?}"
            ));
        }
    }
    if let Some(alias) = asked
        .keys()
        .find(|alias| function["provisioned"][**alias].is_null())
    {
        return Some(format!("no provisioned concurrency of {alias}"));
    }
    let too_many = too_many(spec, status, function);
    if touched {
        tally.excused(Check::EndState, RELEASED, Some(too_many.is_empty()));
        return None;
    }
    tally.asserted(Check::EndState);
    (!too_many.is_empty()).then(|| format!("versions {too_many:?}, which are too old"))
}

/// The versions that `keepVersions` takes away.
fn too_many(spec: &Value, status: &Value, function: &Value) -> Vec<u64> {
    let Some(keep) = spec["keepVersions"].as_u64() else {
        return Vec::new();
    };
    let mut ours: Vec<u64> = function["ownVersions"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    ours.sort_unstable_by(|a, b| b.cmp(a));
    let old = ours.into_iter().skip(usize::try_from(keep).unwrap());
    let undeleted = &status["undeletedVersions"];
    let previous = &status["previousVersion"];
    let in_use = |number: &u64| {
        let number = number.to_string();
        let aliases = function["aliases"].as_object().unwrap().values();
        let mut aliases = aliases
            .filter(|alias| alias["version"] == number || !alias["weights"][&number].is_null());
        aliases.next().is_some()
            || *previous == number
            || undeleted
                .as_array()
                .is_some_and(|all| all.contains(&json!(number)))
    };
    old.filter(|number| !in_use(number)).collect()
}

/// What a schedule's specs name; few, so that they meet.
pub fn some(rng: &mut Rng, publish: bool, reserved: Option<u64>) -> Value {
    let mut list = Vec::new();
    for name in ["live", "canary"] {
        let mut alias = json!({"name": name});
        let provided = 1 + rng.u64(..2);
        match rng.u8(..7) {
            0 => {}
            5 if reserved.is_none_or(|reserved| reserved > 4) => {
                alias["provisionedConcurrentExecutions"] = json!(provided);
            }
            1 => alias["functionVersion"] = json!("previous"),
            2 => alias["routingConfig"] = json!({"additionalVersionWeights": {"previous": 0.25}}),
            3 => alias["description"] = json!("calls"),
            4 => alias["functionVersion"] = json!("$LATEST"),
            _ => continue,
        }
        if publish || alias["functionVersion"] == "$LATEST" {
            list.push(alias);
        }
    }
    json!(list)
}

/// Versions that the operator tried to delete while an alias was of them, and nobody else had touched the function's
/// aliases.
pub fn in_use_deleted(stage: &Stage, tally: &Tally) -> Vec<String> {
    let log = stage.world.clouds.log();
    let mut moved_by_others: BTreeSet<Option<String>> = BTreeSet::new();
    let mut wrong = Vec::new();
    for entry in &log {
        let of_alias = [op::CREATE_ALIAS, op::UPDATE_ALIAS].contains(&entry.operation);
        if of_alias && !entry.principal.starts_with("op") {
            moved_by_others.insert(entry.function.clone());
        }
        let of_version =
            entry.operation == op::DELETE_FUNCTION && !entry.arguments["Qualifier"].is_null();
        if of_version
            && entry.principal.starts_with("op")
            && !moved_by_others.contains(&entry.function)
        {
            tally.asserted(Check::Call);
            let refused =
                matches!(entry.answer, Answered::Refused(409, _)) && entry.fault.is_none();
            if refused && stage.history.concurrent_or_stale.is_none() {
                wrong.push(format!("a version in use was to be deleted: {entry}"));
            }
        }
    }
    wrong
}

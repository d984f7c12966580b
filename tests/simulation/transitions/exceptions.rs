//! In what an object that came from A to B may differ from one that was created with B.
//!
//! Invariant: each difference is one row, and a row says what is there instead wherever that is
//! known; so an exception excuses no second fault. The end-to-end tests judge by the same rows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// How one pair ended.
pub struct Pair<'a> {
    /// A, with defaults.
    pub from: &'a Value,
    /// B, with defaults.
    pub to: &'a Value,
    /// All that there was after A.
    pub before: &'a Value,
    /// All that there was after A and then B.
    pub changed: &'a Value,
    /// All that there was after B alone.
    pub created: &'a Value,
}

/// A difference that may be.
pub struct Exception {
    /// Where; all below it too.
    pub paths: &'static [&'static str],
    /// Why.
    pub reason: &'static str,
    /// Whether a pair may differ so: with the two values at the path.
    pub holds: fn(&Pair<'_>, &Value, &Value) -> bool,
}

/// Every difference that may be.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        paths: &["status.etag", "status.live.etag"],
        reason: "an ETag is an id",
        holds: |_, one, two| both_say(one, two),
    },
    Exception {
        paths: &[
            "status.createRequestedAt",
            "status.createdTime",
            "status.lastModified",
            "status.published.lastModified",
            "status.development.lastModifiedTime",
            "status.live.lastModifiedTime",
        ],
        reason: "when something was done is a time",
        holds: |_, one, two| both_say(one, two),
    },
    Exception {
        paths: &[
            "status.conditions.Ready.lastTransitionTime",
            "status.conditions.Stalled.lastTransitionTime",
            "status.conditions.Tested.lastTransitionTime",
        ],
        reason: "since when a condition is so is a time",
        holds: |_, one, two| both_say(one, two),
    },
    Exception {
        paths: &["status.functionUrl"],
        reason: "the cloud makes another URL for each function",
        holds: |_, one, two| both_say(one, two),
    },
    Exception {
        paths: &["cloud.live"],
        reason: "what is LIVE cannot be unpublished: it stays as A published it",
        holds: |pair, one, two| {
            stays_live(pair) && *one == pair.before["cloud"]["live"] && two.is_null()
        },
    },
    Exception {
        paths: &["status.live", "status.stage"],
        reason: "what stays LIVE is shown, and how it compares with B",
        holds: |pair, _, _| {
            stays_live(pair)
                && pair.changed["status"]["stage"] == "LIVE"
                && says_what_stays_live(pair)
        },
    },
    Exception {
        paths: &["status.status"],
        reason: "DEVELOPMENT that is what stays LIVE counts as published",
        holds: |pair, one, two| {
            stays_live(pair)
                && live_is_development(pair)
                && one == "UNASSOCIATED"
                && two == "UNPUBLISHED"
        },
    },
    Exception {
        paths: &["cloud.versions"],
        reason: "versions stay: those of A come before the one of B, which needs no own if nothing changed; keepVersions says how many",
        holds: |pair, one, _| pair.from["publish"] == true && plain(one) == versions_after(pair),
    },
    Exception {
        paths: &["status.previousVersion"],
        reason: "the version before the latest counts those of A",
        holds: |pair, one, _| {
            let before = &pair.before["status"];
            let moved = before["latestVersion"] != pair.changed["status"]["latestVersion"];
            let previous = if moved {
                "latestVersion"
            } else {
                "previousVersion"
            };
            pair.from["publish"] == true && *one == before[previous]
        },
    },
    Exception {
        paths: &["cloud.aliases", "status.aliases"],
        reason: "an alias follows the versions that there are",
        holds: |pair, _, _| {
            pair.from["publish"] == true
                && pair.to["publish"] == true
                && follow(pair.to, pair.changed)
                && follow(pair.to, pair.created)
        },
    },
    Exception {
        paths: &["status.cleanedUp"],
        reason: "old versions are looked for where A left some",
        holds: |pair, one, two| {
            let newest = &pair.changed["status"]["latestVersion"];
            pair.from["publish"] == true
                && two.is_null()
                && one["latestVersion"] == *newest
                && one["keepVersions"] == pair.to["keepVersions"]
        },
    },
    Exception {
        paths: &["status.latestVersion"],
        reason: "a version's number counts those before it",
        holds: |pair, one, two| {
            pair.from["publish"] == true
                && pair.to["publish"] == true
                && *one == newest(pair.changed)
                && *two == newest(pair.created)
        },
    },
    Exception {
        paths: &[
            "status.latestVersion",
            "status.latestVersionState",
            "status.published",
        ],
        reason: "what was published last stays known where B publishes nothing",
        holds: |pair, _, two| {
            let kept = |field: &str| pair.changed["status"][field] == pair.before["status"][field];
            pair.from["publish"] == true
                && pair.to["publish"] == false
                && kept("latestVersion")
                && kept("published")
                && two.is_null()
        },
    },
    Exception {
        paths: &[
            "cloud.configuration.Environment",
            "cloud.versions.*.configuration.Environment",
            "cloud.configuration.VpcConfig",
            "cloud.versions.*.configuration.VpcConfig",
            "cloud.configuration.FileSystemConfigs",
            "cloud.versions.*.configuration.FileSystemConfigs",
        ],
        reason: "a block in which nothing is set is none, whether it was sent or not",
        holds: |_, one, two| says_nothing(one) && says_nothing(two),
    },
    Exception {
        paths: &["status.tests", "status.tests.passed"],
        reason: "that the content of A passed its tests stays known",
        holds: |pair, one, two| {
            passed(&pair.before["status"]["tests"])
                .is_some_and(|earlier| *one == with_passed(two, earlier))
        },
    },
    Exception {
        paths: &["status.conditions.Tested", "status.tests"],
        reason: "what A's tests let go LIVE is not run again for B, which has none",
        holds: |pair, one, _| {
            let tests = |spec: &Value| {
                let list = |name: &str| spec[name].as_array().is_none_or(Vec::is_empty);
                !list("tests") || !list("testsFrom")
            };
            let earlier = &pair.before["status"]["tests"]["passed"];
            tests(pair.from)
                && !tests(pair.to)
                && pair.before["cloud"]["live"] == pair.changed["cloud"]["live"]
                && (one.is_null() || *one == json!({"passed": earlier}))
        },
    },
    Exception {
        paths: &["cloud"],
        reason: "Observe writes nothing: the function is as A left it, or is not there",
        holds: |pair, one, two| {
            ends_observed(pair) && *one == pair.before["cloud"] && two.is_null()
        },
    },
    Exception {
        paths: &["status.plannedChanges", "status.conditions"],
        reason: "Observe tells how the function that A left differs from B, or that there is none",
        holds: |pair, _, _| {
            ends_observed(pair)
                && pair.created["status"]["conditions"]["Stalled"]["reason"] == "FunctionNotFound"
        },
    },
    Exception {
        paths: &["status"],
        reason: "Observe forgets nothing of the function that A left",
        holds: |pair, one, two| {
            let same = |field: &str| one[field] == two[field];
            ends_observed(pair)
                && same("references")
                && same("lastHandledReconcileAt")
                && same("lastHandledFluxReconcileAt")
                && lasting(one) == lasting(&pair.before["status"])
        },
    },
];

/// The hashes that passed, whichever part of the status of tests is at hand.
fn passed(tests: &Value) -> Option<&Vec<Value>> {
    if tests.is_array() {
        tests.as_array()
    } else {
        tests["passed"].as_array()
    }
}

/// The same part, with what passed earlier behind what it has.
fn with_passed(tests: &Value, earlier: &[Value]) -> Value {
    let mut all = passed(tests).cloned().unwrap_or_default();
    all.extend(
        earlier
            .iter()
            .filter(|one| !all.contains(one))
            .cloned()
            .collect::<Vec<_>>(),
    );
    if tests.is_array() {
        return json!(all);
    }
    let mut with = tests.as_object().cloned().unwrap_or_default();
    with.insert("passed".to_owned(), json!(all));
    Value::Object(with)
}

/// How many pairs needed each row, by its reason.
pub type Met = BTreeMap<&'static str, u64>;

/// The first difference that no exception allows. `met` learns the rows that were needed.
pub fn unexcused(
    pair: &Pair<'_>,
    tables: &[&'static [Exception]],
    met: &mut Met,
) -> Option<String> {
    let (mut found, mut needed) = (Vec::new(), BTreeSet::new());
    differences(&mut Vec::new(), pair.changed, pair.created, &mut found);
    for path in found {
        let excuse = tables.iter().copied().flatten().find(|row| {
            // A row speaks of all at its own path, and is given all of that.
            let place = row.paths.iter().find_map(|known| covered(known, &path));
            place.is_some_and(|place| {
                (row.holds)(pair, at(pair.changed, place), at(pair.created, place))
            })
        });
        match excuse {
            Some(row) => drop(needed.insert(row.reason)),
            None => {
                return Some(format!(
                    "{} is {}, and created with B it is {}",
                    path.join("."),
                    at(pair.changed, &path),
                    at(pair.created, &path)
                ));
            }
        }
    }
    for reason in needed {
        *met.entry(reason).or_default() += 1;
    }
    None
}

/// The part of a path that a row is about, if it is; `*` in a row is any step.
fn covered<'a>(row: &str, path: &'a [String]) -> Option<&'a [String]> {
    let steps: Vec<&str> = row.split('.').collect();
    path.get(..steps.len()).filter(|place| {
        place
            .iter()
            .zip(steps)
            .all(|(one, step)| step == "*" || one == step)
    })
}

fn at<'a>(whole: &'a Value, path: &[String]) -> &'a Value {
    path.iter().fold(whole, |value, step| &value[step])
}

/// Rows of which no pair made use.
pub fn unmet(tables: &[&'static [Exception]], met: &Met) -> Vec<&'static str> {
    tables
        .iter()
        .copied()
        .flatten()
        .map(|row| row.reason)
        .filter(|reason| !met.contains_key(reason))
        .collect()
}

/// An object's status and finalizers with the function that the cloud has for it, to be compared
/// with another's: generations count from the object's own, conditions are known by their type.
pub fn end(object: &Value, cloud: &Value) -> Value {
    let generation = &object["metadata"]["generation"];
    let of_now = |fields: &mut Map<String, Value>| {
        for field in ["observedGeneration", "settledGeneration"] {
            if fields.get(field) == Some(generation) {
                fields.insert(field.to_owned(), json!("the object's own"));
            }
        }
    };
    let mut status = object["status"].as_object().cloned().unwrap_or_default();
    of_now(&mut status);
    let conditions = status.remove("conditions").unwrap_or_default();
    let by_type = conditions
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .map(|condition| {
            let mut condition = condition.clone();
            of_now(&mut condition);
            (
                condition["type"].as_str().unwrap_or_default().to_owned(),
                Value::Object(condition),
            )
        });
    status.insert(
        "conditions".to_owned(),
        by_type.collect::<Map<_, _>>().into(),
    );
    json!({"cloud": cloud, "status": status, "finalizers": object["metadata"]["finalizers"]})
}

/// The paths at which two values differ.
fn differences(path: &mut Vec<String>, one: &Value, two: &Value, found: &mut Vec<Vec<String>>) {
    match (one, two) {
        (Value::Object(first), Value::Object(second)) => {
            let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
            for name in names {
                path.push(name.clone());
                differences(path, &one[name], &two[name], found);
                path.pop();
            }
        }
        _ if one == two => {}
        _ => found.push(path.clone()),
    }
}

fn both_say(one: &Value, two: &Value) -> bool {
    one.is_string() && two.is_string()
}

/// A published something, and B does not.
fn stays_live(pair: &Pair<'_>) -> bool {
    pair.from["stage"] == "LIVE"
        && pair.to["stage"] == "DEVELOPMENT"
        && !pair.before["cloud"]["live"].is_null()
}

fn live_is_development(pair: &Pair<'_>) -> bool {
    pair.changed["cloud"]["live"] == pair.changed["cloud"]["development"]
}

fn says_what_stays_live(pair: &Pair<'_>) -> bool {
    let (now, was) = (
        &pair.changed["status"]["live"],
        &pair.before["status"]["live"],
    );
    now["codeSha256"] == was["codeSha256"]
        && now["state"]
            == if live_is_development(pair) {
                "Current"
            } else {
                "Older"
            }
}

/// B observes what A made.
fn ends_observed(pair: &Pair<'_>) -> bool {
    pair.from["managementPolicy"] == "Manage"
        && pair.to["managementPolicy"] == "Observe"
        && !pair.before["cloud"].is_null()
}

/// The fields of a status that tell of the function itself.
fn lasting(status: &Value) -> Value {
    let mut status = status.clone();
    for field in [
        "conditions",
        "lastHandledReconcileAt",
        "lastHandledFluxReconcileAt",
        "plannedChanges",
        "references",
        "settledGeneration",
    ] {
        status[field].take();
    }
    // Who only looks runs no tests; what passed earlier stays known.
    status["tests"] = status["tests"]["passed"].take();
    // LIVE is the same, and compared with another spec.
    if let Some(live) = status["live"].as_object_mut() {
        live.remove("state");
    }
    status
}

/// The versions of A, and behind them that of B, if the function is another than before.
fn versions_after(pair: &Pair<'_>) -> Value {
    let mut versions = plain(&pair.before["cloud"]["versions"]);
    let latest = |end: &Value| {
        [
            plain(&end["cloud"]["configuration"]),
            end["cloud"]["codeSha256"].clone(),
            end["cloud"]["sourceKmsKeyArn"].clone(),
            end["cloud"]["resolvedS3Object"].clone(),
        ]
    };
    if pair.to["publish"] == true && latest(pair.before) != latest(pair.changed) {
        let number = versions.as_object().map_or(0, Map::len) + 1;
        versions[number.to_string()] = plain(&pair.created["cloud"]["versions"]["1"]);
    }
    let (Some(keep), Some(all)) = (pair.to["keepVersions"].as_u64(), versions.as_object_mut())
    else {
        return versions;
    };
    let newest = all.keys().filter_map(|number| number.parse().ok()).max();
    let oldest = newest.map_or(0, |newest: u64| newest.saturating_sub(keep) + 1);
    let aliases = pair.changed["cloud"]["aliases"].as_object();
    all.retain(|number, _| {
        let mut aliases = aliases.into_iter().flat_map(serde_json::Map::values);
        let is_of = |alias: &Value| {
            let weights = &alias["RoutingConfig"]["AdditionalVersionWeights"];
            alias["FunctionVersion"] == *number || !weights[number].is_null()
        };
        number.parse::<u64>().is_ok_and(|number| number >= oldest)
            || pair.changed["status"]["previousVersion"] == *number
            || aliases.any(is_of)
    });
    versions
}

/// Whether every alias of a spec is of the versions that it names, as the status knows them, in the cloud and in the
/// status.
fn follow(spec: &Value, end: &Value) -> bool {
    let (cloud, status) = (&end["cloud"]["aliases"], &end["status"]);
    let version = |named: &str| match named {
        "newest" => status["latestVersion"].clone(),
        "previous" => status["previousVersion"].clone(),
        other => json!(other),
    };
    let asked: Vec<&Value> = spec["aliases"].as_array().into_iter().flatten().collect();
    let shown = status["aliases"].as_array().map_or(0, Vec::len);
    let found = cloud.as_object().map_or(0, Map::len);
    shown == asked.len()
        && found == asked.len()
        && asked.into_iter().all(|asked| {
            let found = &cloud[asked["name"].as_str().unwrap_or_default()];
            let own = version(asked["functionVersion"].as_str().unwrap_or("newest"));
            let asked_weights = asked["routingConfig"]["additionalVersionWeights"].as_object();
            let weights: Map<String, Value> = asked_weights
                .into_iter()
                .flatten()
                .map(|(named, weight)| (version(named), weight.clone()))
                .filter(|(version, _)| *version != own)
                .filter_map(|(version, weight)| Some((version.as_str()?.to_owned(), weight)))
                .collect();
            let found_weights = &found["RoutingConfig"]["AdditionalVersionWeights"];
            let found_weights = found_weights.as_object().cloned().unwrap_or_default();
            found["FunctionVersion"] == own
                && found_weights == weights
                && found["Description"] == asked["description"].as_str().unwrap_or_default()
        })
}

/// Whether a value is none, or a block in which nothing is set: an environment without variables, a VPC
/// without subnets.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().all(says_nothing),
        other => [json!(null), json!(""), json!([]), json!(false)].contains(other),
    }
}

/// Without what says nothing, at whatever depth.
fn plain(value: &Value) -> Value {
    let Some(members) = value.as_object() else {
        return value.clone();
    };
    members
        .iter()
        .filter(|(_, member)| !says_nothing(member))
        .map(|(name, member)| (name.clone(), plain(member)))
        .collect::<Map<_, _>>()
        .into()
}

fn newest(end: &Value) -> Value {
    let numbers = end["cloud"]["versions"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(number, _)| number.parse::<u64>().ok());
    numbers
        .max()
        .map_or(Value::Null, |number| json!(number.to_string()))
}

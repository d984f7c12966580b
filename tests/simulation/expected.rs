//! What a spec asks for, and in what a function differs from it; and what was published without any
//! spec having asked for it.

use std::collections::{BTreeMap, BTreeSet};

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use cloudfn::api::cloudfront::CloudFrontFunctionSpec;
use cloudfn::api::lambda::LambdaFunctionSpec;
use cloudfn::api::{ManagedSpec as _, ReferenceKind, ReferenceName};
use cloudfn::cloud::Tags;
use cloudfn::functions::cloudfront as functions_cloudfront;
use cloudfn::functions::lambda::{self as functions_lambda, Code};
use cloudfn::reconcile::{Inputs, Unmet};
use secrecy::{ExposeSecret, SecretSlice};
use serde::Deserialize as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use strict_cloud::Entry;
use strict_cloud::log::Answered;
use strict_cloud::operation::cloudfront as cf;

use crate::api_server::Key;
use crate::clouds::OTHERS;
use crate::digest;
use crate::judge::Place;
use crate::lambda_fields;
use crate::policy;
use crate::run::Stage;
use crate::schedule::{Kind, never_runs};
use crate::tally::{Check, Tally};
use crate::world::NAMESPACE;
use crate::{event_invoke, function_url};

/// What a spec asks for, with its references as they are now.
pub enum Wanted {
    /// A reference is missing.
    Missing,
    /// Something that the cloud refuses.
    Refused,
    /// A function like this.
    Function(Value),
}

/// What a spec asks for now. `skips`: the hash that the annotation lets pass without tests.
pub fn wanted(stage: &Stage, kind: Kind, spec: &Value, skips: Option<&str>) -> Wanted {
    match kind {
        Kind::CloudFront => cloudfront(stage, spec, skips),
        Kind::Lambda => lambda(stage, spec),
    }
}

fn cloudfront(stage: &Stage, spec: &Value, skips: Option<&str>) -> Wanted {
    let keyed = |reference: &Value| {
        let data = data(
            stage,
            "configmaps",
            reference["name"].as_str().unwrap_or_default(),
        )?;
        Some(data.get(reference["key"].as_str()?)?.as_str()?.to_owned())
    };
    let code = match &spec["code"]["configMapKeyRef"] {
        Value::Null => spec["code"]["inline"].as_str().map(ToOwned::to_owned),
        reference => keyed(reference),
    };
    let named = sources(spec).map(keyed).collect::<Option<Vec<String>>>();
    let (Some(code), Some(named)) = (code, named) else {
        return Wanted::Missing;
    };
    if spec["runtime"] == "cloudfront-js-9.9" {
        return Wanted::Refused;
    }
    let tests = joined(spec, &named);
    let skipped = skips == Some(sha256_hex(&code).as_str());
    let fails = !skipped && tests.iter().any(|test| fails(&code, test));
    // Without tests, what never runs is held back from LIVE only.
    let held = !skipped && tests.is_empty() && spec["stage"] == "LIVE" && never_runs(&code);
    Wanted::Function(
        json!({"code": code, "runtime": spec["runtime"], "fails": fails, "held": held}),
    )
}

/// References of a spec to further tests.
fn sources(spec: &Value) -> impl Iterator<Item = &Value> {
    spec["testsFrom"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|source| &source["configMapKeyRef"])
}

/// The tests of a spec, and those that it names.
fn joined(spec: &Value, named: &[String]) -> Vec<Value> {
    let own = spec["tests"].as_array().into_iter().flatten().cloned();
    own.chain(
        named
            .iter()
            .flat_map(|text| serde_json::from_str::<Vec<Value>>(text).unwrap()),
    )
    .collect()
}

/// Whether a code fails a test, by what the schedule's codes and tests are.
fn fails(code: &str, test: &Value) -> bool {
    let hopeless = !test["expect"]["response"].is_null();
    let asks = !test["expect"]["request"].is_null();
    hopeless || never_runs(code) || (asks && code.contains("statusCode: 500"))
}

/// SHA-256 of a text, hexadecimal.
pub fn sha256_hex(text: &str) -> String {
    digest::hex(&Sha256::digest(text))
}

fn data(stage: &Stage, plural: &str, name: &str) -> Option<Value> {
    let key = Key {
        plural: plural.to_owned(),
        namespace: NAMESPACE.to_owned(),
        name: name.to_owned(),
    };
    stage
        .world
        .api(|api| api.get(&key).map(|object| object["data"].clone()))
}

/// The archive and the joined environment are the operator's own work, tested elsewhere.
fn lambda(stage: &Stage, spec: &Value) -> Wanted {
    let spec = LambdaFunctionSpec::deserialize(spec).unwrap();
    let mut inputs = Inputs::default();
    for ReferenceName { kind, name } in spec.references() {
        let plural = if kind == ReferenceKind::Secret {
            "secrets"
        } else {
            "configmaps"
        };
        let Some(Value::Object(data)) = data(stage, plural, &name) else {
            continue;
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        if kind == ReferenceKind::Secret {
            let clear = |value: &Value| SecretSlice::from(STANDARD.decode(text(value)).unwrap());
            inputs.secrets.insert(
                name,
                data.iter()
                    .map(|(key, value)| (key.clone(), clear(value)))
                    .collect(),
            );
        } else {
            inputs.config_maps.insert(
                name,
                data.iter()
                    .map(|(key, value)| (key.clone(), text(value).into_bytes()))
                    .collect(),
            );
        }
    }
    match functions_lambda::desired(&spec, &inputs, &Tags::new()) {
        Err(Unmet::Missing(_)) => Wanted::Missing,
        Err(Unmet::Invalid(_)) => Wanted::Refused,
        Ok(desired) => {
            let code = match &desired.code {
                Code::Zip { sha256, .. } => Some(sha256.clone()),
                Code::Image { uri, .. } => stage
                    .world
                    .clouds
                    .with(&stage.world, |cloud| cloud.image_digest(uri)),
                Code::S3 {
                    bucket,
                    key,
                    version,
                    ..
                } => stage.world.clouds.with(&stage.world, |cloud| {
                    let bytes = cloud.object(bucket, key, version.as_deref())?;
                    Some(STANDARD.encode(Sha256::digest(bytes)))
                }),
            };
            let Some(sha256) = code else {
                return Wanted::Refused;
            };
            let environment = desired
                .configuration
                .environment
                .as_ref()
                .map(|environment| {
                    environment
                        .variables
                        .iter()
                        .map(|(key, value)| (key.clone(), value.expose_secret().to_owned()))
                        .collect::<BTreeMap<_, _>>()
                });
            Wanted::Function(json!({"codeSha256": sha256, "environment": environment}))
        }
    }
}

/// Why a field may be anything.
const UNNAMED: &str = "what a spec does not name, of a function that outsiders touched";

/// The first thing in which a function is not what was asked for. Where outsiders touched it, what
/// the spec does not name may be anything.
pub fn difference(
    wanted: &Value,
    spec: &Value,
    function: &Value,
    touched: bool,
    tally: &Tally,
) -> Option<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, wanted: &Value, found: &Value, named: bool| {
        if touched && !named {
            tally.excused(Check::EndState, UNNAMED, Some(wanted == found));
            return;
        }
        tally.asserted(Check::EndState);
        if wanted != found {
            wrong.push(format!("{what} {found}, not {wanted}"));
        }
    };
    // What a spec does not name has the value that a fresh function has.
    let or = |named: &Value, fresh: Value| {
        if named.is_null() {
            fresh
        } else {
            named.clone()
        }
    };
    if let Some(code) = wanted.get("code") {
        let stages: &[&str] = if spec["stage"] == "LIVE" {
            &["development", "live"]
        } else {
            &["development"]
        };
        let (comment, stores) = (&spec["comment"], &spec["keyValueStoreAssociations"]);
        let arns: BTreeSet<&str> = stores
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|store| store["keyValueStoreArn"].as_str())
            .collect();
        for stage in stages {
            let found = &function[*stage];
            compare(stage, code, &found["code"], true);
            compare(stage, &wanted["runtime"], &found["runtime"], true);
            let named = !comment.is_null();
            compare(stage, &or(comment, json!("")), &found["comment"], named);
            let named = stores.is_array();
            compare(stage, &json!(arns), &found["stores"], named);
        }
    } else {
        for (field, fresh) in lambda_fields::fresh() {
            // Its values are not in the spec alone.
            if field == "environment" {
                continue;
            }
            let value = lambda_fields::named(spec, field);
            // Every spec names what has no value in a fresh function.
            let named = !value.is_null() || fresh.is_null();
            let name = function["name"].as_str().unwrap_or_default();
            let idle_key = field == "kmsKeyArn"
                && function["environment"] == json!({})
                && function["snapStart.applyOn"] != "PublishedVersions";
            let unnamed = || match field {
                "loggingConfig" => lambda_fields::asked(field, &Value::Null, name),
                _ => fresh,
            };
            let wanted = if idle_key {
                // Lambda keeps no key where there is nothing to encrypt.
                json!("")
            } else if value.is_null() {
                unnamed()
            } else {
                lambda_fields::asked(field, value, name)
            };
            compare(field, &wanted, &function[field], named);
        }
        let recursive_loop = &spec["recursiveLoop"];
        compare(
            "recursiveLoop",
            &or(recursive_loop, json!("Terminate")),
            &function["recursiveLoop"],
            !recursive_loop.is_null(),
        );
        let reserved = &spec["reservedConcurrentExecutions"];
        compare(
            "reserved concurrency",
            reserved,
            &function["reservedConcurrentExecutions"],
            !reserved.is_null(),
        );
        let url = function_url::named(spec);
        compare("URL", &url, &function["functionUrlConfig"], !url.is_null());
        let named = policy::named(spec);
        let found = function["policy"].as_object().into_iter().flatten();
        let ids = found.map(|(id, _)| id).chain(named.keys());
        for id in ids.filter(|id| *id != policy::OF_OTHERS) {
            let wanted = named.get(id).unwrap_or(&Value::Null);
            let found = &function["policy"][id];
            compare(&format!("statement {id}"), wanted, found, !wanted.is_null());
        }
        compare(
            "events",
            &event_invoke::named(spec),
            &function["eventInvokeConfig"],
            !spec["eventInvokeConfig"].is_null(),
        );
        let signing = &spec["codeSigningConfigArn"];
        compare(
            "code signing",
            &or(signing, json!("")),
            &function["codeSigningConfigArn"],
            !signing.is_null(),
        );
        let runtime = &spec["runtimeManagementConfig"];
        compare(
            "runtime management",
            &json!({
                "updateRuntimeOn": or(&runtime["updateRuntimeOn"], json!("Auto")),
                "runtimeVersionArn": runtime["runtimeVersionArn"],
            }),
            &function["runtimeManagementConfig"],
            !runtime.is_null(),
        );
        let sha256 = &wanted["codeSha256"];
        compare("code", sha256, &function["codeSha256"], true);
        let environment = &wanted["environment"];
        compare(
            "environment",
            &or(environment, json!({})),
            &function["environment"],
            !environment.is_null(),
        );
        compare("state", &json!("Active"), &function["state"], true);
        let last = &function["lastUpdateStatus"];
        compare("last update", &json!("Successful"), last, true);
        if spec["publish"] == true {
            let versions: Vec<&Value> = function["versions"]
                .as_array()
                .into_iter()
                .flatten()
                .collect();
            // An outsider's version may be newer than ours of what the spec asks for.
            let newest = versions.last().copied().unwrap_or(&Value::Null);
            let older = touched && newest != sha256 && versions.contains(&sha256);
            compare("newest version", sha256, newest, !older);
        }
    }
    let keys: BTreeSet<&String> = [&spec["tags"], &function["tags"]]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|tags| tags.keys())
        .collect();
    for key in keys
        .into_iter()
        .filter(|key| !key.starts_with("cloudfn.dev/"))
    {
        let wanted = &spec["tags"][key];
        let found = &function["tags"][key];
        compare(&format!("tag {key}"), wanted, found, !wanted.is_null());
    }
    wrong.into_iter().next()
}

/// What the operator published to LIVE although no spec asked for it, or untested.
pub fn unrequested_publishes(stage: &Stage, tally: &Tally) -> Vec<String> {
    let mut content: BTreeMap<String, Value> = BTreeMap::new();
    let mut wrong = Vec::new();
    let log = stage.world.clouds.log();
    for (number, entry) in log.iter().enumerate() {
        let Some(name) = &entry.function else {
            continue;
        };
        if !entry.effect || entry.operation.service != strict_cloud::Service::CloudFront {
            continue;
        }
        if entry.operation == cf::CREATE_FUNCTION || entry.operation == cf::UPDATE_FUNCTION {
            content.insert(name.clone(), entry.arguments.clone());
        }
        if entry.operation == cf::PUBLISH_FUNCTION && entry.principal != OTHERS {
            tally.asserted(Check::Publish);
            let published = content.get(name).cloned().unwrap_or_default();
            if let Some(what) = not_to_be_live(stage, name, &published, &log[..number]) {
                wrong.push(format!(
                    "{} published {published} of {name}, {what}",
                    entry.principal
                ));
            }
        }
    }
    wrong
}

/// Why no version of a spec and its references let this content go LIVE, with all that was tested before.
fn not_to_be_live(
    stage: &Stage,
    name: &str,
    published: &Value,
    before: &[Entry],
) -> Option<&'static str> {
    let place = Place {
        kind: Kind::CloudFront,
        name: name.to_owned(),
    };
    let slots = stage
        .slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| Place::of(slot) == place);
    let tested: Vec<&Entry> = before
        .iter()
        .filter(|entry| {
            entry.operation == cf::TEST_FUNCTION
                && entry.function.as_deref() == Some(name)
                && ran(entry, published)
        })
        .collect();
    let mut requested = false;
    for (number, spec) in slots.flat_map(|(number, _)| {
        stage
            .history
            .specs
            .get(&number)
            .into_iter()
            .flatten()
            .map(move |spec| (number, spec))
    }) {
        let Some(code) = requested_live(stage, spec, published) else {
            continue;
        };
        requested = true;
        let skipped = stage
            .history
            .skipped
            .get(&number)
            .is_some_and(|codes| codes.contains(&code));
        if skipped
            || versions(stage, spec)
                .iter()
                .any(|named| passed(spec, &code, named, &tested))
        {
            return None;
        }
    }
    Some(if requested {
        "which nobody has tested"
    } else {
        "which nobody asked for"
    })
}

/// Whether a test ran exactly this content, to its end.
fn ran(entry: &Entry, published: &Value) -> bool {
    let same = ["code", "runtime", "stores"]
        .iter()
        .all(|member| entry.arguments[*member] == published[*member]);
    same && matches!(entry.answer, Answered::Done(_)) && entry.arguments["failed"] == false
}

/// Every combination of contents that the ConfigMaps of further tests ever had.
fn versions(stage: &Stage, spec: &Value) -> Vec<Vec<String>> {
    sources(spec).fold(vec![Vec::new()], |lists, source| {
        let maps = stage
            .history
            .maps
            .get(source["name"].as_str().unwrap_or_default());
        let texts: Vec<String> = maps
            .into_iter()
            .flatten()
            .filter_map(|data| Some(data[source["key"].as_str()?].as_str()?.to_owned()))
            .collect();
        lists
            .iter()
            .flat_map(|list| {
                texts
                    .iter()
                    .map(|text| [list.as_slice(), std::slice::from_ref(text)].concat())
            })
            .collect()
    })
}

/// Whether all these tests had run on the code, and none that it fails is among them.
fn passed(spec: &Value, code: &str, named: &[String], tested: &[&Entry]) -> bool {
    let tests = joined(spec, named);
    if tests.iter().any(|test| fails(code, test)) {
        return false;
    }
    let mut alone = spec.clone();
    alone["code"] = json!({"inline": code});
    alone["tests"] = json!(tests);
    alone.as_object_mut().unwrap().remove("testsFrom");
    let claim = Tags::from([("owner".to_owned(), "any".to_owned())]);
    let desired = functions_cloudfront::desired(
        &CloudFrontFunctionSpec::deserialize(&alone).unwrap(),
        &Inputs::default(),
        &claim,
        functions_cloudfront::TestSettings::default(),
    )
    .unwrap();
    desired.gate.tests.iter().all(|test| {
        let event = json!(STANDARD.encode(Sha256::digest(&test.event)));
        tested.iter().any(|entry| entry.arguments["event"] == event)
    })
}

/// The code, where this version of a spec asked for this content in LIVE.
fn requested_live(stage: &Stage, spec: &Value, published: &Value) -> Option<String> {
    let mut codes: BTreeSet<String> = if let Some(code) = spec["code"]["inline"].as_str() {
        BTreeSet::from([code.to_owned()])
    } else {
        let reference = &spec["code"]["configMapKeyRef"];
        let (name, key) = (
            reference["name"].as_str().unwrap_or_default(),
            reference["key"].as_str().unwrap_or_default(),
        );
        let maps = stage.history.maps.get(name);
        maps.into_iter()
            .flatten()
            .filter_map(|data| data[key].as_str().map(ToOwned::to_owned))
            .collect()
    };
    codes.retain(|code| published["code"] == STANDARD.encode(Sha256::digest(code)));
    let asks = spec["stage"] == "LIVE"
        && spec["runtime"] == published["runtime"]
        && (spec["comment"].is_null() || spec["comment"] == published["comment"]);
    codes.into_iter().next().filter(|_| asks)
}

//! From any valid spec to any other: the end is that of the second alone.
//!
//! Pairs of specs come from the schemas. One world goes from A to B, another has B only; cloud and
//! status must be the same but for what `exceptions` lists. `PAIRS=n FIRST_SEED=m` choose the pairs.

pub mod exceptions;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ::base64::Engine as _;
use ::base64::engine::general_purpose::STANDARD;
use cloudfn::api::crds;
use cloudfn::validate::{Level, Source, validate};
use cloudfn_bed::specs::{self, Around, Data, Package, Specs};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use strict_cloud::lambda::S3Object;
use strict_cloud::{Snapshot, zip};

use crate::run::{Stage, on_paused_time};
use crate::schedule::{Act, Kind, Slot};
use crate::wire::Fuse;
use crate::world::{ACCOUNT, REGION, SENTINEL, lock};
use crate::{judge, number};
use exceptions::{EXCEPTIONS, Met, Pair, end, unexcused, unmet};

/// Pairs of the default test, both kinds together.
const DEFAULT_PAIRS: u64 = 400;
/// From so many pairs on, every exception must have been met.
const ENOUGH: u64 = 400;

fn definitions() -> Vec<Value> {
    crds::all()
        .into_iter()
        .map(|definition| serde_json::to_value(definition).unwrap())
        .collect()
}

/// Three packages in one bucket, one of them with an older version.
pub fn around() -> Around {
    let archives = (0..3)
        .map(|number| zip::store(&[("index.py", format!("# archive {number}\n").as_bytes())]));
    let package = |key: &str, version: Option<&str>| Package {
        bucket: "packages".to_owned(),
        key: key.to_owned(),
        version: version.map(str::to_owned),
    };
    Around {
        sentinel: SENTINEL,
        account: ACCOUNT.to_owned(),
        regions: vec![REGION.to_owned()],
        archives: archives.collect(),
        images: [
            "shop:1.0",
            "shop:1.1",
            "shop@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ]
        .map(|image| format!("{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{image}"))
        .into(),
        names_what_is_not_there: true,
        packages: vec![
            package("a/one.zip", None),
            package("two.zip", None),
            package("two.zip", Some("old")),
            package("two.zip", Some("new")),
        ],
    }
}

/// One world with everything that specs name, and nothing else.
fn stage(seed: u64, slot: &Slot, around: &Around) -> Stage {
    let mut stage = Stage::new(seed, vec![slot.clone()], Fuse::never());
    stage.world.clouds.bystanders(&stage.world);
    stage.world.clouds.with(&stage.world, |cloud| {
        for (key, version, number) in [
            ("a/one.zip", "v", 0),
            ("two.zip", "old", 1),
            ("two.zip", "new", 2),
        ] {
            cloud.put_object(REGION, "packages", key, version, &around.archives[number]);
        }
    });
    let clear = |data: Data| {
        data.into_iter()
            .map(|(key, value)| (key, json!(value)))
            .collect::<Map<_, _>>()
    };
    for (name, data) in around.config_maps() {
        stage.act(&Act::Reference {
            config_map: true,
            name,
            data: Some(clear(data).into()),
        });
    }
    let coded = |data: Data| {
        data.into_iter()
            .map(|(key, value)| (key, json!(STANDARD.encode(value))))
            .collect::<Map<_, _>>()
    };
    for (name, data) in around.secrets() {
        stage.act(&Act::Reference {
            config_map: false,
            name,
            data: Some(coded(data).into()),
        });
    }
    stage
}

/// Applies specs one after the other, each once everything is as the one before asks. What there
/// was after each, or what is wrong.
fn world(
    seed: u64,
    slot: &Slot,
    around: &Around,
    specs: &[&Value],
) -> Result<Vec<(Value, Value)>, String> {
    on_paused_time(async {
        let mut stage = stage(seed, slot, around);
        let mut ends = Vec::new();
        for spec in specs {
            stage.act(&Act::Apply(0, (*spec).clone()));
            judge::settle_and_check(&mut stage).await;
            let object = stage.object(0).unwrap_or_default();
            let snapshot = stage
                .world
                .clouds
                .with(&stage.world, |cloud| cloud.snapshot(ACCOUNT));
            ends.push((
                object["spec"].clone(),
                end(&object, &function(&snapshot, slot)),
            ));
        }
        let record = stage.end();
        if record.violations.is_empty() {
            Ok(ends)
        } else {
            Err(format!(
                "{}\n\n{}",
                record.trace.join("\n"),
                record.violations.join("\n")
            ))
        }
    })
}

/// Statements of a policy by their ids: their order says when each was added.
fn by_id(statements: &[Value]) -> Map<String, Value> {
    let id = |statement: &Value| statement["Sid"].as_str().unwrap().to_owned();
    statements
        .iter()
        .map(|one| (id(one), one.clone()))
        .collect()
}

/// What a snapshot has of an object's function.
fn function(snapshot: &Snapshot, slot: &Slot) -> Value {
    match slot.kind {
        Kind::CloudFront => {
            let copy = |copy: &strict_cloud::snapshot::EdgeCopy| {
                json!({
                    "codeSha256": copy.code_sha256, "comment": copy.config.comment, "runtime": copy.config.runtime, "stores": copy.config.key_value_stores,
                })
            };
            let found = snapshot.cloudfront.get(slot.function());
            found.map_or(Value::Null, |edge| json!({"development": copy(&edge.development), "live": edge.live.as_ref().map(copy), "tags": edge.tags}))
        }
        Kind::Lambda => {
            let found = snapshot
                .lambda
                .get(&(REGION.to_owned(), slot.function().to_owned()));
            found.map_or(Value::Null, |function| {
                let versions = function
                    .versions
                    .iter()
                    .map(|(number, (configuration, code))| (number.to_string(), json!({"configuration": configuration.0, "codeSha256": code})));
                json!({
                    "configuration": function.configuration.0, "codeSha256": function.code_sha256, "tags": function.tags, "recursiveLoop": function.recursive_loop,
                    "reservedConcurrentExecutions": function.reserved_concurrency,
                    "functionUrlConfig": function.url.as_ref().map(|url| url.0.clone()), "policy": by_id(&function.policy),
                    "runtimeManagementConfig": function.runtime_management.0,
                    "codeSigningConfigArn": function.code_signing,
                    "sourceKmsKeyArn": function.source_kms_key_arn,
                    "resolvedS3Object": function.object.as_ref().map(S3Object::to_json),
                    "eventInvokeConfig": function.event_invoke.as_ref().map(|config| config.0.clone()), "state": function.state,
                    "lastUpdateStatus": function.last_update_status, "versions": versions.collect::<Map<_, _>>(),
                    "provisioned": function.provisioned_concurrency,
                    "aliases": function.aliases.iter().map(|(name, alias)| (name.clone(), json!(alias.0))).collect::<Map<_, _>>(),
                })
            })
        }
    }
}

/// Goes both ways. What is wrong, if anything.
fn both_ways(seed: u64, kind: Kind, (a, b): (&Value, &Value), met: &mut Met) -> Option<String> {
    let around = around();
    let slot = Slot {
        kind,
        name: "f".to_owned(),
        function: b["functionName"].as_str().map(str::to_owned),
    };
    let wrong = match (
        world(seed, &slot, &around, &[a, b]),
        world(seed, &slot, &around, &[b]),
    ) {
        (Err(why), _) => Some(format!("from A to B: {why}")),
        (_, Err(why)) => Some(format!("B alone: {why}")),
        (Ok(changed), Ok(created)) => {
            let ([(from, before), (to, changed)], [(_, created)]) =
                (changed.as_slice(), created.as_slice())
            else {
                panic!("an end is missing")
            };
            unexcused(
                &Pair {
                    from,
                    to,
                    before,
                    changed,
                    created,
                },
                &[EXCEPTIONS],
                met,
            )
        }
    };
    wrong.map(|wrong| format!("seed {seed}, {kind:?}:\nA {a}\nB {b}\n{wrong}"))
}

#[test]
fn the_schemas_leave_nothing_open() {
    let sentences = specs::check(&definitions());
    assert!(sentences.is_empty(), "{}", sentences.join("\n"));
}

#[test]
fn validate_refuses_no_valid_spec() {
    let mut rng = fastrand::Rng::with_seed(1);
    for definition in definitions() {
        let (kind, specs) = (
            &definition["spec"]["names"]["kind"],
            Specs::of(&definition, &around()),
        );
        for _ in 0..ENOUGH {
            let object = json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": kind, "metadata": {"name": "f"}, "spec": specs.one(&mut rng)});
            let source = Source {
                name: "one".to_owned(),
                text: Ok(object.to_string()),
            };
            let found = validate(&[source]).unwrap().findings;
            // What a spec names is not at hand; and a handler of chance is in no file.
            let against = found.iter().find(|finding| finding.level == Level::Error);
            assert!(against.is_none(), "{object:#}: {against:?}");
        }
    }
}

#[test]
fn from_any_spec_to_any_other_ends_as_the_other_alone() {
    crate::read_log();
    let specs: Vec<Specs> = definitions()
        .iter()
        .map(|definition| Specs::of(definition, &around()))
        .collect();
    let (first, pairs) = (
        number("FIRST_SEED").unwrap_or(1),
        number("PAIRS").unwrap_or(DEFAULT_PAIRS),
    );
    let next = AtomicU64::new(first);
    let results: Mutex<(Met, Vec<String>)> = Mutex::default();
    let began = Instant::now();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + pairs {
                        break;
                    }
                    let mut met = Met::new();
                    let kind = if seed.is_multiple_of(2) {
                        Kind::CloudFront
                    } else {
                        Kind::Lambda
                    };
                    let (a, b) =
                        specs[usize::from(kind == Kind::Lambda)].pair(&mut Rng::with_seed(seed));
                    let wrong = both_ways(seed, kind, (&a, &b), &mut met);
                    let mut results = lock(&results);
                    for (reason, pairs) in met {
                        *results.0.entry(reason).or_default() += pairs;
                    }
                    results.1.extend(wrong);
                }
            });
        }
    });
    let (met, wrong) = results.into_inner().unwrap();
    println!(
        "{pairs} pairs in {:.1} s on {workers} threads; exceptions met:",
        began.elapsed().as_secs_f64()
    );
    for (reason, times) in &met {
        println!("{times:>7}  {reason}");
    }
    if let Some(first) = wrong.first() {
        println!("{first}");
    }
    for wrong in &wrong {
        println!(
            "{}: {}",
            wrong.lines().next().unwrap_or_default(),
            wrong.lines().last().unwrap_or_default()
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {pairs} pairs ended otherwise; the first stands above",
        wrong.len()
    );
    assert!(
        !crate::LEAKED.load(Ordering::Relaxed),
        "the log shows a secret"
    );
    let unmet = unmet(&[EXCEPTIONS], &met);
    assert!(
        pairs < ENOUGH || unmet.is_empty(),
        "exceptions that no pair needed: {unmet:#?}"
    );
}

/// The cloud counts what is there together with what comes.
#[test]
fn as_many_tags_as_may_be_give_way_to_as_many_others() {
    let tags = |of: &str| {
        (0..47)
            .map(|number| (format!("{of}-{number}"), json!("x")))
            .collect::<Map<_, _>>()
    };
    let role = format!("arn:aws:iam::{ACCOUNT}:role/lambda");
    let base = [
        (
            Kind::CloudFront,
            json!({"code": {"inline": "function handler(event) { return event.request; }"}}),
        ),
        (
            Kind::Lambda,
            json!({"runtime": "python3.13", "handler": "index.handler", "role": role, "code": {"inline": {"files": {"index.py": "x"}}}}),
        ),
    ];
    for (kind, spec) in base {
        let (mut a, mut b) = (spec.clone(), spec);
        (a["tags"], b["tags"]) = (tags("old").into(), tags("new").into());
        let wrong = both_ways(1, kind, (&a, &b), &mut Met::new());
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    }
}

//! Schedules from seeds.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use strum::VariantArray;

use super::{
    Act, Adversity, FAILS_TO_START, FAILS_TO_UPDATE, Kind, MAPS, ODD, Outside, Point, SECRET,
    Schedule, Slot, Step, broken, code_signing, hopeless, javascript, queue, role, runtime_version,
    store, test, unloadable, unreadable,
};
use crate::world::SENTINEL;
use crate::{aliases, api_faults, cloud_faults, lambda_fields, policy};

/// Fields of a `LambdaFunction` that are made here; all others are made from their schema.
const BY_HAND: &[&str] = &[
    // Immutable as choices: an edit of a schedule would have to keep them.
    "durableConfig",
    "tenancyConfig.tenantIsolationMode",
    "architectures",
    "description",
    "environment",
    "handler",
    "memorySize",
    "role",
    "runtime",
    "timeout",
];

impl Schedule {
    /// The schedule of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let slots: Vec<Slot> = (0..rng.usize(1..=4))
            .map(|number| slot(&mut rng, number))
            .collect();
        let mut steps: Vec<Step> = Vec::new();
        for name in MAPS {
            if rng.u8(..4) > 0 {
                steps.push(Step {
                    after: Duration::ZERO,
                    act: Act::Reference {
                        config_map: true,
                        name: name.to_owned(),
                        data: Some(map(&mut rng)),
                    },
                });
            }
        }
        if rng.u8(..4) > 0 {
            steps.push(Step {
                after: Duration::ZERO,
                act: Act::Reference {
                    config_map: false,
                    name: SECRET.to_owned(),
                    data: Some(secret(&mut rng)),
                },
            });
        }
        for (number, slot) in slots.iter().enumerate() {
            if rng.u8(..6) == 0 {
                steps.push(Step {
                    after: pause(&mut rng),
                    act: Act::Outside(number, Outside::Create),
                });
            }
            let spec = spec(&mut rng, slot);
            steps.push(Step {
                after: pause(&mut rng),
                act: Act::Apply(number, spec),
            });
        }
        for _ in 0..rng.usize(5..=30) {
            let act = act(&mut rng, &slots);
            steps.push(Step {
                after: pause(&mut rng),
                act,
            });
        }
        let refuse_tags = rng.u8(..5) == 0;
        let mut schedule = Self {
            seed,
            slots,
            steps,
            refuse_tags,
            scarce: false,
        };
        schedule.leave_calls_unsent();
        schedule
    }
}

fn slot(rng: &mut Rng, number: usize) -> Slot {
    let kind = if rng.bool() {
        Kind::CloudFront
    } else {
        Kind::Lambda
    };
    let name = format!("f{number}");
    let function = match rng.u8(..8) {
        0 => Some(format!("own-name-{number}")),
        // Two objects of one function, now and then.
        1 if number > 0 => Some("f0".to_owned()),
        _ => None,
    };
    Slot {
        kind,
        name,
        function,
    }
}

/// Mostly short, so that things meet; now and then long enough for checks.
fn pause(rng: &mut Rng) -> Duration {
    Duration::from_millis(match rng.u8(..10) {
        0..=4 => rng.u64(..400),
        5..=7 => rng.u64(..6_000),
        8 => rng.u64(..60_000),
        _ => rng.u64(..400_000),
    })
}

fn act(rng: &mut Rng, slots: &[Slot]) -> Act {
    let number = rng.usize(..slots.len());
    let seconds = |rng: &mut Rng, most: u64| Duration::from_millis(rng.u64(..most * 1000));
    match rng.u8(..100) {
        0..=23 => Act::Apply(number, spec(rng, &slots[number])),
        24..=33 => {
            let config_map = rng.u8(..3) > 0;
            let gone = rng.u8(..4) == 0;
            let name = if config_map {
                MAPS[rng.usize(..2)]
            } else {
                SECRET
            };
            let data = if config_map { map(rng) } else { secret(rng) };
            Act::Reference {
                config_map,
                name: name.to_owned(),
                data: (!gone).then_some(data),
            }
        }
        34..=49 => {
            let what = match rng.u8(..11) {
                0..=2 => Outside::Edit(rng.u64(..3)),
                3..=4 => Outside::Code(rng.u64(..3)),
                5 => Outside::Publish,
                6..=7 => Outside::Delete,
                8 => Outside::Create,
                9 => Outside::Disown,
                _ => Outside::TakeOver,
            };
            Act::Outside(number, what)
        }
        50..=57 => Act::Delete(number),
        58..=61 => Act::Pause(number, (rng.u8(..3) == 0).then(|| format!("holidays{ODD}"))),
        62 => Act::FluxLook(number, format!("look-{}{ODD}", rng.u16(..))),
        63..=64 => Act::Look(number, format!("look-{}{ODD}", rng.u16(..))),
        65 => match rng.u8(..4) {
            0 => Act::Restore(number, rng.usize(..40)),
            1 => Act::Manage(number, strange_names(rng)),
            _ => Act::LoseStatus(number),
        },
        66 => Act::SkipTests(number, (rng.u8(..4) > 0).then(|| any_code(rng))),
        67..=72 => crash(rng),
        73..=74 => stop(rng),
        75..=78 => Act::Second(seconds(rng, 60)),
        79..=82 => Act::Lag(seconds(rng, 40)),
        83..=90 => Act::Api(
            api_faults::Kind::VARIANTS[rng.usize(..api_faults::Kind::VARIANTS.len())],
            rng.u64(5..70),
            seconds(rng, 60),
        ),
        91 if rng.bool() => Act::LateCreate(seconds(rng, 30)),
        91..=95 => cloud_faults::act(rng.usize(..), rng.u32(1..6)),
        _ => Act::Adversity(match rng.u8(..7) {
            0..=1 => Adversity::Denied(cloud_faults::name(
                cloud_faults::OPERATIONS[rng.usize(..) % cloud_faults::OPERATIONS.len()],
            )),
            2 => Adversity::InUse,
            3 => Adversity::Full,
            4 => Adversity::NewRole,
            5 => Adversity::NoTests,
            _ => Adversity::Over,
        }),
    }
}

/// Names in `status.managed` that no operator ever wrote.
fn strange_names(rng: &mut Rng) -> Vec<String> {
    const NAMES: [&str; 7] = [
        "tags/cloudfn.dev/owner",
        "tags/cloudfn.dev/instance",
        "tags/cloudfn.dev/source",
        "tags/aws:cloudformation:stack-name",
        "tags/",
        "role",
        "nonsense",
    ];
    let chosen = NAMES.into_iter().filter(|_| rng.bool());
    chosen.map(ToOwned::to_owned).collect()
}

fn crash(rng: &mut Rng) -> Act {
    match rng.u8(..4) {
        0 => Act::Crash(Point::Request, rng.u64(..40)),
        1 => Act::Crash(Point::Write, rng.u64(..12)),
        _ => Act::Crash(Point::Poll, rng.u64(..120)),
    }
}

fn stop(rng: &mut Rng) -> Act {
    match rng.u8(..4) {
        0 => Act::Stop(Point::Request, rng.u64(..40)),
        1 => Act::Stop(Point::Write, rng.u64(..12)),
        _ => Act::Stop(Point::Poll, rng.u64(..120)),
    }
}

fn text(rng: &mut Rng) -> String {
    ["", "one", "two", "three words here"][rng.usize(..4)].to_owned()
}

fn map(rng: &mut Rng) -> Value {
    let number = rng.u64(..4);
    if rng.u8(..8) == 0 {
        return json!({"other": "nothing that anybody names"});
    }
    let code = if rng.u8(..4) == 0 {
        faulty(rng, 100 + number)
    } else {
        javascript(100 + number)
    };
    let tests = match rng.u8(..4) {
        0 => json!([hopeless("mapped")]),
        1 => json!([test("mapped"), test("again")]),
        _ => json!([test("mapped")]),
    };
    json!({"code": code, "tests": tests.to_string(), "index.py": format!("def handler(event, context):\n    return {number}\n")})
}

fn secret(rng: &mut Rng) -> Value {
    let mut data = serde_json::Map::new();
    for key in ["ALPHA", "BETA"] {
        if rng.u8(..5) > 0 {
            data.insert(
                key.to_owned(),
                json!(base64(&format!("{SENTINEL}-{}", rng.u8(..4)))),
            );
        }
    }
    Value::Object(data)
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

fn spec(rng: &mut Rng, slot: &Slot) -> Value {
    let mut spec = match slot.kind {
        Kind::CloudFront => cloudfront(rng),
        Kind::Lambda => lambda(rng),
    };
    if let Some(function) = &slot.function {
        spec["functionName"] = json!(function);
    }
    if rng.bool() {
        let mut tags = serde_json::Map::new();
        for key in ["cost", "team"] {
            if rng.bool() {
                tags.insert(key.to_owned(), json!(["a", "b"][rng.usize(..2)]));
            }
        }
        spec["tags"] = Value::Object(tags);
    }
    match rng.u8(..4) {
        0 => spec["deletionPolicy"] = json!("Retain"),
        1 => spec["deletionPolicy"] = json!("Delete"),
        _ => {}
    }
    match rng.u8(..16) {
        0..=1 => spec["adoptionPolicy"] = json!("IfUnowned"),
        2 => spec["adoptionPolicy"] = json!("Always"),
        3 => spec["managementPolicy"] = json!("Observe"),
        _ => {}
    }
    if spec.get("adoptionPolicy").is_some() && spec.get("deletionPolicy").is_none() {
        spec["deletionPolicy"] = json!("Delete");
    }
    if rng.u8(..3) == 0 {
        spec["driftPolicy"] = json!("Report");
    }
    spec
}

/// A code that some spec or ConfigMap may have.
fn any_code(rng: &mut Rng) -> String {
    match rng.u8(..4) {
        0 => javascript(rng.u64(..4)),
        1..=2 => {
            let number = rng.u64(..3);
            faulty(rng, number)
        }
        _ => {
            let number = 100 + rng.u64(..4);
            faulty(rng, number)
        }
    }
}

/// A code with which something is wrong.
fn faulty(rng: &mut Rng, number: u64) -> String {
    match rng.u8(..4) {
        0 => unreadable(number),
        1 => unloadable(number),
        _ => broken(number),
    }
}

fn tests(rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => json!([]),
        1..=3 => json!([test("one")]),
        4..=5 => json!([test("one"), test("two")]),
        6 => json!([test("two"), {"name": "light", "maxComputeUtilization": 90}]),
        _ => json!([test("one"), hopeless("never")]),
    }
}

fn cloudfront(rng: &mut Rng) -> Value {
    let mut spec = match rng.u8(..8) {
        0..=2 => {
            json!({"code": {"configMapKeyRef": {"name": MAPS[rng.usize(..2)], "key": "code"}}})
        }
        3 if rng.bool() => {
            json!({"code": {"inline": javascript(0)}, "runtime": "cloudfront-js-9.9"})
        }
        4..=5 => {
            let number = rng.u64(..3);
            json!({"code": {"inline": faulty(rng, number)}})
        }
        _ => json!({"code": {"inline": javascript(rng.u64(..4))}}),
    };
    if rng.bool() {
        spec["tests"] = tests(rng);
    }
    if rng.u8(..6) == 0 {
        spec["testsFrom"] =
            json!([{"configMapKeyRef": {"name": MAPS[rng.usize(..2)], "key": "tests"}}]);
    }
    if rng.bool() {
        spec["comment"] = json!(text(rng));
    }
    if rng.u8(..6) == 0 {
        spec["runtime"] = json!("cloudfront-js-1.0");
    }
    if rng.u8(..4) == 0 {
        spec["stage"] = json!("DEVELOPMENT");
    }
    // Key value stores are for the newer runtime only.
    match rng.u8(..6) {
        0 if spec["runtime"].is_null() => spec["keyValueStoreAssociations"] = json!([]),
        1..=2 if spec["runtime"].is_null() => {
            spec["keyValueStoreAssociations"] = json!([{"keyValueStoreArn": store(rng.u8(..2))}]);
        }
        _ => {}
    }
    spec
}

fn lambda(rng: &mut Rng) -> Value {
    let mut spec = match rng.u8(..8) {
        0..=2 => json!({"code": {"configMapRef": {"name": MAPS[rng.usize(..2)]}}}),
        _ => {
            json!({"code": {"inline": {"files": {"index.py": format!("def handler(event, context):\n    return {}\n", rng.u8(..4))}}}})
        }
    };
    spec["runtime"] = json!(["python3.13", "python3.12"][rng.usize(..2)]);
    spec["handler"] = json!("index.handler");
    spec["role"] = json!(role());
    if rng.bool() {
        spec["description"] = match rng.u8(..16) {
            0 => json!(FAILS_TO_START),
            1 => json!(FAILS_TO_UPDATE),
            _ => json!(text(rng)),
        };
    }
    if rng.bool() {
        spec["timeout"] = json!([3, 10, 900][rng.usize(..3)]);
    }
    if rng.bool() {
        spec["memorySize"] = json!([128, 256, 10_240][rng.usize(..3)]);
    }
    if rng.u8(..4) == 0 {
        let name = ["x86_64", "arm64"][rng.usize(..2)];
        spec["architectures"] = json!([name]);
    }
    if rng.bool() {
        let mut environment =
            json!({"variables": {"LEVEL": format!("{SENTINEL}-{}", rng.u8(..3))}});
        match rng.u8(..6) {
            0 => {
                environment["variablesFrom"] =
                    json!([{"secretRef": {"name": SECRET}, "prefix": "APP_"}]);
            }
            1 => {
                environment["variablesFrom"] = json!([{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": "ALPHA"}}}]);
            }
            _ => {}
        }
        spec["environment"] = environment;
    }
    lambda_fields::put_others(rng, &mut spec, BY_HAND);
    if rng.u8(..4) == 0 {
        spec["recursiveLoop"] = json!(["Allow", "Terminate"][rng.usize(..2)]);
    }
    // Not drawn from the schedule's own numbers, so that the rest of it stays what it was.
    let mut beside = rng.clone().fork();
    if beside.u8(..4) != 0 {
        spec["reservedConcurrentExecutions"] = json!([5, 7, 50][beside.usize(..3)]);
    }
    match beside.u8(..4) {
        0 => spec["functionUrlConfig"] = json!({"authType": "NONE"}),
        1 => {
            spec["functionUrlConfig"] = json!({"authType": "AWS_IAM", "cors": {"allowOrigins": ["*"], "allowCredentials": beside.bool()}});
        }
        2 => {
            spec["functionUrlConfig"] = json!({"authType": "AWS_IAM", "cors": {"allowOrigins": ["*"], "allowMethods": ["PUT", "GET"], "allowHeaders": ["X-Team"]}, "invokeMode": "RESPONSE_STREAM"});
        }
        _ => {}
    }
    if beside.u8(..3) != 0 {
        spec["permissions"] = policy::some(&mut beside);
    }
    match beside.u8(..5) {
        0 => spec["runtimeManagementConfig"] = json!({"updateRuntimeOn": "Auto"}),
        1 => spec["runtimeManagementConfig"] = json!({"updateRuntimeOn": "FunctionUpdate"}),
        2 => {
            spec["runtimeManagementConfig"] =
                json!({"updateRuntimeOn": "Manual", "runtimeVersionArn": runtime_version(1)});
        }
        _ => {}
    }
    match beside.u8(..5) {
        0 => spec["codeSigningConfigArn"] = json!(""),
        number @ 1..=2 => spec["codeSigningConfigArn"] = json!(code_signing(number)),
        _ => {}
    }
    match beside.u8(..5) {
        0 => spec["eventInvokeConfig"] = json!({}),
        1 => spec["eventInvokeConfig"] = json!({"maximumRetryAttempts": beside.u8(..3)}),
        2 => {
            spec["eventInvokeConfig"] = json!({"maximumEventAgeInSeconds": 60, "destinationConfig": {"onFailure": {"destination": queue()}}});
        }
        _ => {}
    }
    let publish = rng.bool();
    if publish {
        spec["publish"] = json!(true);
        match beside.u8(..3) {
            0 => spec["keepVersions"] = json!(1),
            1 => spec["keepVersions"] = json!(2),
            _ => {}
        }
    }
    if beside.u8(..3) != 0 {
        let reserved = spec["reservedConcurrentExecutions"].as_u64();
        spec["aliases"] = aliases::some(&mut beside, publish, reserved);
    }
    spec
}

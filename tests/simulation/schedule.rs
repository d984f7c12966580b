//! What happens in one run: objects, and what people, outsiders and bad luck do to them.
//!
//! A schedule is plain data made from a seed, so that it can be printed, and shortened by hand.

use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::trouble;
use crate::world::{ACCOUNT, NAMESPACE, SENTINEL};

/// Which kind of function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// CloudFront.
    CloudFront,
    /// Lambda.
    Lambda,
}

impl Kind {
    /// Plural of the custom resource.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::CloudFront => "cloudfrontfunctions",
            Self::Lambda => "lambdafunctions",
        }
    }
}

/// An object that may exist.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// `spec.functionName`, if it is another than the name.
    pub function: Option<String>,
}

impl Slot {
    /// The function's name in the cloud.
    pub fn function(&self) -> &str {
        self.function.as_deref().unwrap_or(&self.name)
    }
}

/// What an outsider does to an object's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Changes the configuration, if the function is there.
    Edit(u64),
    /// Changes the code.
    Code(u64),
    /// Publishes what is in DEVELOPMENT (CloudFront).
    Publish,
    /// Deletes it.
    Delete,
    /// Makes one of this name, if there is none.
    Create,
    /// Takes our owner tag off.
    Disown,
}

/// What the cloud refuses for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adversity {
    /// One operation is denied to the operator; a number chooses which.
    Denied(usize),
    /// Distributions use all CloudFront functions.
    InUse,
    /// No CloudFront function can be added.
    Full,
    /// All of that is over.
    Over,
}

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// The object is created with this spec, or gets it.
    Apply(usize, Value),
    /// The object is deleted.
    Delete(usize),
    /// The object is paused, or no longer.
    Pause(usize, Option<String>),
    /// Somebody asks for a look.
    Look(usize, String),
    /// The object's status is lost.
    LoseStatus(usize),
    /// A ConfigMap (or else a Secret) comes, changes or goes.
    Reference { config_map: bool, name: String, data: Option<Value> },
    /// An outsider works on the object's function.
    Outside(usize, Outside),
    /// The operator crashes after so many further requests.
    Crash(u64),
    /// Another operator of this cluster runs beside it for so long.
    Second(Duration),
    /// Caches lag behind for so long.
    Lag(Duration),
    /// So many percent of the API server's answers are of this kind, for so long.
    Api(trouble::Kind, u64, Duration),
    /// The n-th further call of the cloud meets fault number `.0`.
    Cloud(usize, u32),
    /// The cloud refuses something until further notice.
    Adversity(Adversity),
}

/// All that happens.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Where it came from.
    pub seed: u64,
    /// The objects.
    pub slots: Vec<Slot>,
    /// What happens, each after a pause.
    pub steps: Vec<(Duration, Act)>,
    /// CloudFront refuses a create with tags.
    pub refuse_tags: bool,
}

/// Names of ConfigMaps and Secrets.
pub const MAPS: [&str; 2] = ["m0", "m1"];
/// The one Secret.
pub const SECRET: &str = "s0";

impl Schedule {
    /// The schedule of a seed.
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let slots: Vec<Slot> = (0..rng.usize(1..=4)).map(|number| slot(&mut rng, number)).collect();
        let mut steps: Vec<(Duration, Act)> = Vec::new();
        for name in MAPS {
            if rng.u8(..4) > 0 {
                steps.push((Duration::ZERO, Act::Reference { config_map: true, name: name.to_owned(), data: Some(map(&mut rng)) }));
            }
        }
        if rng.u8(..4) > 0 {
            steps.push((Duration::ZERO, Act::Reference { config_map: false, name: SECRET.to_owned(), data: Some(secret(&mut rng)) }));
        }
        for (number, slot) in slots.iter().enumerate() {
            if rng.u8(..6) == 0 {
                steps.push((pause(&mut rng), Act::Outside(number, Outside::Create)));
            }
            let spec = spec(&mut rng, slot);
            steps.push((pause(&mut rng), Act::Apply(number, spec)));
        }
        for _ in 0..rng.usize(5..=30) {
            let act = act(&mut rng, &slots);
            steps.push((pause(&mut rng), act));
        }
        Self { seed, slots, steps, refuse_tags: rng.u8(..5) == 0 }
    }
}

fn slot(rng: &mut Rng, number: usize) -> Slot {
    let kind = if rng.bool() { Kind::CloudFront } else { Kind::Lambda };
    let name = format!("f{number}");
    let function = match rng.u8(..8) {
        0 => Some(format!("own-name-{number}")),
        // Two objects of one function, now and then.
        1 if number > 0 => Some("f0".to_owned()),
        _ => None,
    };
    Slot { kind, name, function }
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
            let name = if config_map { MAPS[rng.usize(..2)] } else { SECRET };
            let data = if config_map { map(rng) } else { secret(rng) };
            Act::Reference { config_map, name: name.to_owned(), data: (!gone).then_some(data) }
        }
        34..=49 => {
            let what = match rng.u8(..10) {
                0..=2 => Outside::Edit(rng.u64(..3)),
                3..=4 => Outside::Code(rng.u64(..3)),
                5 => Outside::Publish,
                6..=7 => Outside::Delete,
                8 => Outside::Create,
                _ => Outside::Disown,
            };
            Act::Outside(number, what)
        }
        50..=57 => Act::Delete(number),
        58..=61 => Act::Pause(number, (rng.u8(..3) == 0).then(|| "holidays".to_owned())),
        62..=64 => Act::Look(number, format!("look-{}", rng.u16(..))),
        65..=66 => Act::LoseStatus(number),
        67..=74 => Act::Crash(rng.u64(..40)),
        75..=78 => Act::Second(seconds(rng, 60)),
        79..=82 => Act::Lag(seconds(rng, 40)),
        83..=90 => Act::Api(trouble::Kind::ALL[rng.usize(..trouble::Kind::ALL.len())], rng.u64(5..70), seconds(rng, 60)),
        91..=95 => Act::Cloud(rng.usize(..), rng.u32(1..6)),
        _ => Act::Adversity(match rng.u8(..5) {
            0..=1 => Adversity::Denied(rng.usize(..)),
            2 => Adversity::InUse,
            3 => Adversity::Full,
            _ => Adversity::Over,
        }),
    }
}

fn text(rng: &mut Rng) -> String {
    ["", "one", "two", "three words here"][rng.usize(..4)].to_owned()
}

/// JavaScript that differs.
pub fn javascript(number: u64) -> String {
    format!("function handler(event) {{ return event.request; }} // {number}")
}

fn map(rng: &mut Rng) -> Value {
    let number = rng.u64(..4);
    if rng.u8(..8) == 0 {
        return json!({"other": "nothing that anybody names"});
    }
    json!({"code": javascript(100 + number), "index.py": format!("def handler(event, context):\n    return {number}\n")})
}

fn secret(rng: &mut Rng) -> Value {
    let mut data = serde_json::Map::new();
    for key in ["ALPHA", "BETA"] {
        if rng.u8(..5) > 0 {
            data.insert(key.to_owned(), json!(base64(&format!("{SENTINEL}-{}", rng.u8(..4)))));
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
    spec
}

fn cloudfront(rng: &mut Rng) -> Value {
    let mut spec = match rng.u8(..8) {
        0..=2 => json!({"code": {"configMapKeyRef": {"name": MAPS[rng.usize(..2)], "key": "code"}}}),
        3 if rng.bool() => json!({"code": {"inline": javascript(0)}, "runtime": "cloudfront-js-9.9"}),
        _ => json!({"code": {"inline": javascript(rng.u64(..4))}}),
    };
    if rng.bool() {
        spec["comment"] = json!(text(rng));
    }
    if rng.u8(..6) == 0 {
        spec["runtime"] = json!("cloudfront-js-1.0");
    }
    if rng.u8(..4) == 0 {
        spec["stage"] = json!("DEVELOPMENT");
    }
    spec
}

fn lambda(rng: &mut Rng) -> Value {
    let mut spec = match rng.u8(..8) {
        0..=2 => json!({"code": {"configMapRef": {"name": MAPS[rng.usize(..2)]}}}),
        _ => json!({"code": {"inline": {"files": {"index.py": format!("def handler(event, context):\n    return {}\n", rng.u8(..4))}}}}),
    };
    spec["runtime"] = json!(["python3.13", "python3.12"][rng.usize(..2)]);
    spec["handler"] = json!("index.handler");
    spec["role"] = json!(format!("arn:aws:iam::{ACCOUNT}:role/lambda"));
    if rng.bool() {
        spec["description"] = json!(text(rng));
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
        let mut environment = json!({"variables": {"LEVEL": format!("{SENTINEL}-{}", rng.u8(..3))}});
        match rng.u8(..6) {
            0 => environment["variablesFrom"] = json!([{"secretRef": {"name": SECRET}, "prefix": "APP_"}]),
            1 => environment["variablesFrom"] = json!([{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": "ALPHA"}}}]),
            _ => {}
        }
        spec["environment"] = environment;
    }
    if rng.bool() {
        spec["publish"] = json!(true);
    }
    spec
}

/// The manifest of an object.
pub fn manifest(slot: &Slot, spec: &Value) -> Value {
    let kind = if slot.kind == Kind::Lambda { "LambdaFunction" } else { "CloudFrontFunction" };
    json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": kind, "metadata": {"name": slot.name, "namespace": NAMESPACE}, "spec": spec})
}

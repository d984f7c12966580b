//! What happens in one run: objects, and what people, outsiders and bad luck do to them.
//!
//! A schedule is plain data, made from a seed by `generate` or read from a file: a run that failed
//! can be printed, shortened by hand and kept, whatever becomes of the generator.

mod generate;
mod unsent;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::api_faults;
use crate::credentials::Credentials;
use crate::world::{ACCOUNT, NAMESPACE, REGION};

/// Which kind of function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Slot {
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// `spec.functionName`, if it is another than the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<String>,
}

impl Slot {
    /// The function's name in the cloud.
    pub fn function(&self) -> &str {
        self.function.as_deref().unwrap_or(&self.name)
    }
}

/// What an outsider does to an object's function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Another cluster of the same name takes it over: it writes its own instance tag.
    TakeOver,
}

/// What the cloud refuses for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adversity {
    /// This operation (`lambda:CreateFunction`) is denied to the operator.
    Denied(String),
    /// Distributions use all CloudFront functions.
    InUse,
    /// No CloudFront function can be added.
    Full,
    /// CloudFront has no TestFunction.
    NoTests,
    /// The role of all Lambda functions is made anew, and cannot be assumed for a while.
    NewRole,
    /// All of that is over.
    Over,
}

/// One thing that happens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Act {
    /// The object is created with this spec, or gets it.
    Apply(usize, Value),
    /// The object is deleted.
    Delete(usize),
    /// The object is paused, or no longer.
    Pause(usize, Option<String>),
    /// Somebody requests a reconcile (`cloudfn.dev/reconcile-requested-at`).
    Look(usize, String),
    /// Flux requests one (`reconcile.fluxcd.io/requestedAt`).
    FluxLook(usize, String),
    /// Somebody lets this code pass without its tests, or no code any more.
    SkipTests(usize, Option<String>),
    /// The object's status is lost.
    LoseStatus(usize),
    /// Somebody adds these names, which the operator never wrote, to the object's `status.managed`.
    Manage(usize, Vec<String>),
    /// The object's status is restored from a backup: the n-th that an object of this name had, counted round.
    Restore(usize, usize),
    /// A ConfigMap (or else a Secret) comes, changes or goes.
    Reference {
        config_map: bool,
        name: String,
        data: Option<Value>,
    },
    /// An outsider works on the object's function.
    Outside(usize, Outside),
    /// The operator crashes after so many further points of this kind.
    Crash(Point, u64),
    /// The operator is asked to end (SIGTERM) after so many further points of this kind, and another one
    /// starts when it has ended.
    Stop(Point, u64),
    /// Another operator of this cluster runs beside it for so long.
    Second(#[serde(with = "millis")] Duration),
    /// Caches lag behind for so long.
    Lag(#[serde(with = "millis")] Duration),
    /// So many percent of the API server's answers are of this kind, for so long.
    Api(api_faults::Kind, u64, #[serde(with = "millis")] Duration),
    /// The n-th further call (of this operation, if one is named) meets this fault of `cloud_faults::kinds`.
    Cloud {
        fault: String,
        operation: Option<String>,
        nth: u32,
    },
    /// The operator gets no answer to its next create, which reaches the cloud so much later.
    LateCreate(#[serde(with = "millis")] Duration),
    /// The cloud refuses something until further notice.
    Adversity(Adversity),
    /// The operator's chain gives these credentials from now on.
    Turn(Credentials),
}

/// Points of an operator's work at which it can crash, or be asked to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Point {
    /// Before and after every request, to the cloud and to the API server.
    Request,
    /// Before and after every write.
    Write,
    /// Before every poll of a pass: whatever it waits for.
    Poll,
}

/// One thing that happens, after a pause.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The pause.
    #[serde(with = "millis")]
    pub after: Duration,
    /// What then happens.
    pub act: Act,
}

/// All that happens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Schedule {
    /// Seed of all chance while it runs: delays, jitter, ids.
    pub seed: u64,
    /// The objects.
    pub slots: Vec<Slot>,
    /// CloudFront refuses a create with tags.
    pub refuse_tags: bool,
    /// The call budgets are tiny.
    #[serde(default)]
    pub scarce: bool,
    /// What happens.
    pub steps: Vec<Step>,
}

/// Names of ConfigMaps and Secrets.
pub const MAPS: [&str; 2] = ["m0", "m1"];
/// The one Secret.
pub const SECRET: &str = "s0";

impl Schedule {
    /// As a file has it: one step a line.
    pub fn to_text(&self) -> String {
        let steps: Vec<String> = self
            .steps
            .iter()
            .map(|step| format!("  {}", serde_json::to_string(step).unwrap()))
            .collect();
        let slots = serde_json::to_string(&self.slots).unwrap();
        format!(
            "{{\"seed\": {}, \"slots\": {slots}, \"refuse_tags\": {}, \"scarce\": {}, \"steps\": [\n{}\n]}}\n",
            self.seed,
            self.refuse_tags,
            self.scarce,
            steps.join(",\n")
        )
    }
}

/// Durations in files: whole milliseconds.
mod millis {
    use std::time::Duration;

    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

/// The role of Lambda functions.
pub fn role() -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/lambda")
}

/// A queue.
pub fn queue() -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:failed")
}

/// A code signing configuration.
pub fn code_signing(number: u8) -> String {
    format!("arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-{number:017}")
}

/// A version of a runtime.
pub fn runtime_version(number: u8) -> String {
    format!("arn:aws:lambda:{REGION}::runtime:{number:032}")
}

/// A key value store.
pub fn store(number: u8) -> String {
    format!("arn:aws:cloudfront::{ACCOUNT}:key-value-store/00000000-0000-4000-8000-{number:012}")
}

/// What a terminal, YAML or XML takes for more than a character: clouds and people write it, too.
pub const ODD: &str = "\u{1b}[2J\u{7f}\u{85} \u{9b}31m\u{2028}\u{feff}\u{fffe}\u{ffff}";

/// A description with which the cloud fails to create a Lambda function.
pub const FAILS_TO_START: &str = "fails to start";
/// A description with which the cloud accepts updates of a Lambda function and fails to carry them out.
pub const FAILS_TO_UPDATE: &str = "fails to update";

/// JavaScript that differs.
pub fn javascript(number: u64) -> String {
    format!("function handler(event) {{ return event.request; }} // {number}")
}

/// JavaScript that differs, and fails every test but those that expect nothing of the answer.
pub fn broken(number: u64) -> String {
    format!("function handler(event) {{ return {{ statusCode: 500 }}; }} // broken {number}")
}

/// JavaScript that differs, and that CloudFront cannot read, which only running it tells.
pub fn unreadable(number: u64) -> String {
    format!(
        "function handler(event) {{ return event.request; }} function twice(a, a) {{}} // unreadable {number}"
    )
}

/// JavaScript that differs, and ends with an error before it has a handler, whatever the event.
pub fn unloadable(number: u64) -> String {
    format!(
        "exports.handler = handler; function handler(event) {{ return event.request; }} // unloadable {number}"
    )
}

/// Whether no event makes a code run, by what the schedule's codes are.
pub fn never_runs(code: &str) -> bool {
    ["// unreadable", "// unloadable"]
        .iter()
        .any(|mark| code.contains(mark))
}

/// A test that [`javascript`] passes.
pub fn test(name: &str) -> Value {
    json!({"name": name, "event": {"request": {"uri": format!("/{name}")}}, "expect": {"request": {"uri": format!("/{name}")}}})
}

/// A test that nothing passes.
pub fn hopeless(name: &str) -> Value {
    json!({"name": name, "expect": {"response": {"statusCode": 418}}})
}

/// The manifest of an object.
pub fn manifest(slot: &Slot, spec: &Value) -> Value {
    let kind = if slot.kind == Kind::Lambda {
        "LambdaFunction"
    } else {
        "CloudFrontFunction"
    };
    json!({"apiVersion": "cloudfn.dev/v1alpha1", "kind": kind, "metadata": {"name": slot.name, "namespace": NAMESPACE}, "spec": spec})
}

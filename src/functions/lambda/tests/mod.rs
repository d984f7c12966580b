//! Tables for what is pure. How the steps come together is tested with the real driver over the
//! strict cloud, in `tests/simulation/functions/lambda`.

mod aliases;
mod archive;
mod concurrency;
mod desired;
mod events;
mod fields;
mod keeping;
mod parts;
mod permissions;
mod plan;
mod provisioned;
mod report;
mod retention;
mod runtimes;
mod signing;
mod source;
mod states;
mod urls;
mod versions;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::LambdaDesired;
use super::code::archive::sha256 as archive_sha256;
use super::observe::LambdaObserved;
use crate::api::ReferenceName;
use crate::api::lambda::{LambdaFunctionSpec, LambdaFunctionStatus};
use crate::cloud::Tags;
use crate::cloud::lambda::{
    CodeSource, Configuration, Environment, Function, ROWS, configuration_fields,
};
use crate::reconcile::{Difference, Goal, Inputs, ObjectVersion, Plan, Step as _, Unmet};

const ROLE: &str = "arn:aws:iam::123456789012:role/runner";
const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:orders";

/// A small spec with `changes` put over its top level; `null` takes a field away.
fn spec(changes: &Value) -> LambdaFunctionSpec {
    let mut spec = json!({
        "runtime": "python3.13", "handler": "index.handler", "role": ROLE,
        "code": {"inline": {"files": {"index.py": "def handler(event, context):\n    return 1\n"}}},
    });
    for (field, value) in changes.as_object().expect("an object") {
        spec[field] = value.clone();
    }
    serde_json::from_value(spec).expect("a spec")
}

fn claim() -> Tags {
    tags(&[
        ("cloudfn.dev/owner", "here/shop/orders"),
        ("cloudfn.dev/instance", "cluster-1"),
    ])
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn environment(pairs: &[(&str, &str)]) -> Environment {
    Environment::secret(
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).into()))
            .collect(),
    )
}

/// The ConfigMaps `settings` and `files`, and Secrets: `rotated` has a value that is no text, `nul` one with a NUL byte.
fn inputs() -> Inputs {
    let config_map = |pairs: &[(&str, &[u8])]| {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.to_vec()))
            .collect()
    };
    let secret = |pairs: &[(&str, &[u8])]| {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.to_vec().into()))
            .collect()
    };
    Inputs {
        annotations: BTreeMap::new(),
        versions: versions(),
        config_maps: BTreeMap::from([
            (
                "settings".to_owned(),
                config_map(&[("LEVEL", b"info"), ("raw", b"\xff"), ("nul", b"a\0b")]),
            ),
            (
                "files".to_owned(),
                config_map(&[("index.py", b"pass"), ("blob.bin", b"\xff\x00")]),
            ),
        ]),
        secrets: BTreeMap::from([
            (
                "db".to_owned(),
                secret(&[("password", b"hunter2"), ("USER", b"app")]),
            ),
            ("odd".to_owned(), secret(&[("my-key", b"hunter2")])),
            (
                "rotated".to_owned(),
                secret(&[("TOKEN", b"\xffhunter2"), ("USER", b"app")]),
            ),
            ("nul".to_owned(), secret(&[("TOKEN", b"hunter2\0")])),
        ]),
    }
}

/// The first versions of the Secret `db` and the ConfigMap `settings`.
fn versions() -> BTreeMap<ReferenceName, ObjectVersion> {
    let first = |reference: ReferenceName| {
        let version = ObjectVersion {
            uid: Some(format!("uid-{}", reference.name)),
            resource_version: Some("1".to_owned()),
        };
        (reference, version)
    };
    BTreeMap::from([
        first(ReferenceName::secret("db")),
        first(ReferenceName::config_map("settings")),
    ])
}

fn desire(changes: &Value) -> Result<LambdaDesired, Unmet> {
    super::desired::desired(&spec(changes), &inputs(), &claim())
}

fn desired(changes: &Value) -> LambdaDesired {
    match desire(changes) {
        Ok(desired) => desired,
        Err(unmet) => panic!("{unmet:?}"),
    }
}

/// What `managementPolicy: Observe` makes of a spec: nothing is claimed.
fn looking(changes: &Value) -> LambdaDesired {
    super::desired::desired(&spec(changes), &inputs(), &Tags::new())
        .unwrap_or_else(|unmet| panic!("{unmet:?}"))
}

/// A stand-in for Lambda's `CodeSha256` of this code: AWS says nothing of an S3 object's before it runs.
fn code_sha256(code: &CodeSource) -> String {
    match code {
        CodeSource::Zip(bytes) => archive_sha256(bytes),
        CodeSource::S3 {
            bucket,
            key,
            version,
        } => archive_sha256(format!("{bucket}/{key}/{version:?}").as_bytes()),
        CodeSource::Image(uri) => archive_sha256(uri.as_bytes()),
    }
}

/// The function that a create for `desired` makes, settled.
fn made_of(desired: &LambdaDesired) -> LambdaObserved {
    LambdaObserved::new(
        Function {
            arn: ARN.to_owned(),
            configuration: filled_in(&desired.configuration),
            environment_error: None,
            is_image: desired.code.is_image(),
            code_sha256: Some(code_sha256(&desired.code.to_source())),
            code_size: 1,
            revision_id: Some("r1".to_owned()),
            version: Some("$LATEST".to_owned()),
            last_modified: Some("2026-01-01T00:00:00.000+0000".to_owned()),
            state: Some("Active".to_owned()),
            state_reason: None,
            state_reason_code: None,
            last_update_status: Some("Successful".to_owned()),
            last_update_status_reason: None,
            last_update_status_reason_code: None,
            settles_slowly: false,
        },
        Ok(desired.all_tags()),
    )
}

/// What the cloud answers of a function that was created with `wanted`: what was not sent is as in
/// any fresh function.
fn filled_in(wanted: &Configuration) -> Configuration {
    macro_rules! fill {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            Configuration { $( $field: wanted.$field.clone().or_else(ROWS.$field.fresh), )* }
        };
    }
    Configuration {
        environment: wanted.environment.clone(),
        ..configuration_fields!(fill;)
    }
}

fn memory(managed: &[&str]) -> LambdaFunctionStatus {
    let mut memory = LambdaFunctionStatus::default();
    memory.common.managed = managed.iter().map(|name| (*name).to_owned()).collect();
    memory
}

/// A plan in one line: `Settled`, `Read`, `Waiting 1s`, `Blocked UpdateFailed`, or the steps.
fn show(plan: &Plan<super::Step>) -> String {
    match plan {
        Plan::Settled => "Settled".to_owned(),
        Plan::Read => "Read".to_owned(),
        Plan::Waiting { first, .. } => format!("Waiting {}s", first.as_secs()),
        Plan::Blocked { reason, .. } => format!("Blocked {}", reason.as_str()),
        Plan::Act(steps) => steps
            .iter()
            .map(|planned| {
                format!(
                    "{}({})",
                    planned.step.name(),
                    planned
                        .why
                        .iter()
                        .map(show_difference)
                        .collect::<Vec<_>>()
                        .join(" ")
                )
            })
            .collect::<Vec<_>>()
            .join(" then "),
    }
}

fn show_difference(difference: &Difference) -> String {
    let shown = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{}:{}>{}",
        difference.field,
        shown(&difference.from),
        shown(&difference.to)
    )
}

fn next(
    desired: &LambdaDesired,
    memory: &LambdaFunctionStatus,
    observed: &LambdaObserved,
) -> String {
    show(&super::plan::plan(
        Goal::Present(desired),
        memory,
        Some(observed),
    ))
}

fn edited(edit: impl FnOnce(&mut LambdaObserved)) -> LambdaObserved {
    let mut observed = made_of(&desired(&json!({})));
    edit(&mut observed);
    observed
}

fn s3(version: &str) -> Value {
    json!({"code": {"s3Bucket": "bucket", "s3Key": "key", "s3ObjectVersion": version}})
}

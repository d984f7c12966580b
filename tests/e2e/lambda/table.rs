//! Lambda's configuration fields, from the operator's table: names, values, and what the cloud has.
//!
//! A new row takes part by itself: its values come from the schema. Where they cannot, `sample` says
//! so; where the SDK's reply is not read for it, what was set is not found.

use aws_sdk_lambda::types::FunctionConfiguration;
use cloudfn::api::crds;
use cloudfn::cloud::lambda::fields::Call;
use cloudfn::cloud::lambda::{ROWS, configuration_fields};
use cloudfn_bed::specs;
use serde_json::{Value, json};

use crate::invariants::SENTINEL;
use crate::witness::calls::configuration::Shown as _;

pub const OTHER_ROLE: &str = "arn:aws:iam::000000000000:role/other";

/// Name of each field below `spec`, and the operation that changes it.
pub fn fields() -> Vec<(&'static str, &'static str)> {
    let operation = |call| match call {
        Call::Configuration => "UpdateFunctionConfiguration",
        Call::Code => "UpdateFunctionCode",
    };
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            vec![$( (ROWS.$field.name, operation(ROWS.$field.call)), )*]
        };
    }
    configuration_fields!(collect;)
}

/// A spec with nothing but this field.
pub fn spec(field: &str, value: Value) -> Value {
    let named = |value, step: &str| json!({step: value});
    field.split('.').rev().fold(value, named)
}

/// The API's words for a field: `ephemeralStorage.size` is `EphemeralStorage` and `Size`.
fn path(field: &str) -> impl Iterator<Item = String> {
    field
        .split('.')
        .map(|step| step[..1].to_uppercase() + &step[1..])
}

/// The member of a configuration that has the field.
pub fn member(field: &str) -> String {
    path(field).next().unwrap_or_default()
}

/// The field's value in the cloud.
pub fn seen(configuration: &FunctionConfiguration, field: &str) -> Value {
    path(field).fold(configuration.shown(), |value, step| value[step].clone())
}

/// The field's schema.
fn schema(field: &str) -> Value {
    let lambda = crds::all()
        .into_iter()
        .find(|definition| definition.spec.names.kind == "LambdaFunction");
    let lambda = serde_json::to_value(lambda).expect("a definition");
    let spec = &lambda["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
    field
        .split('.')
        .fold(spec, |schema, step| &schema["properties"][step])
        .clone()
}

/// The largest number, or the words, that the schema of a field allows.
pub enum Domain {
    Numbers(i64, i64),
    Words(Vec<Value>),
    List(Vec<Value>),
    Other,
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a schema writes its whole numbers as floating-point ones"
)]
pub fn domain(field: &str) -> Domain {
    let schema = schema(field);
    let bound = |name: &str| {
        schema[name]
            .as_f64()
            .unwrap_or_else(|| panic!("{field} has no {name}"))
    };
    let words =
        |of: &Value| -> Vec<Value> { specs::words(of).into_iter().map(Value::from).collect() };
    match schema["type"].as_str() {
        Some("integer") => Domain::Numbers(bound("minimum") as i64, bound("maximum") as i64),
        Some("string") if !words(&schema).is_empty() => Domain::Words(words(&schema)),
        Some("array") if schema["items"]["enum"].is_array() => {
            Domain::List(words(&schema["items"]))
        }
        _ => Domain::Other,
    }
}

/// A value that a function without the field does not have: `fresh`.
pub fn sample(field: &str, fresh: &Value) -> Value {
    match (field, domain(field)) {
        ("runtime", _) => json!("python3.13"),
        ("handler", _) => json!("index.other"),
        ("role", _) => json!(OTHER_ROLE),
        ("description", _) => json!("takes orders"),
        ("environment", _) => json!({"variables": {"LEVEL": SENTINEL}}),
        (_, Domain::Numbers(_, most)) => json!(most),
        (_, Domain::Words(words)) => {
            let other = words.into_iter().find(|word| word != fresh);
            other.unwrap_or_else(|| panic!("{field} has no word but {fresh}"))
        }
        (_, Domain::List(words)) => {
            let other = words.into_iter().find(|word| json!([word]) != *fresh);
            json!([other.unwrap_or_else(|| panic!("{field} has no word but {fresh}"))])
        }
        (_, Domain::Other) => panic!("say here which value of {field} to try"),
    }
}

/// What the cloud shows where that value is set.
pub fn as_seen(value: &Value) -> Value {
    match value.get("variables") {
        Some(variables) => json!({"Variables": variables}),
        None => value.clone(),
    }
}

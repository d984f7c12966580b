//! Lambda's configuration fields between the operator's port, the model cloud's words and the specs.
//!
//! Invariant: everything expands the operator's own table, so a new field takes part by itself;
//! a field of a new type does not compile before it has its words here.

use std::sync::LazyLock;

use cloudfn::api::crds;
use cloudfn::cloud::lambda::fields::Call;
use cloudfn::cloud::lambda::{Configuration, Environment, ROWS, configuration_fields};
use cloudfn_bed::specs::Specs;
use fastrand::Rng;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use strict_cloud::lambda as model;

use crate::transitions;

/// A value in the API's words.
trait Words: Sized {
    fn words(&self) -> Value;
    /// `None` is what the port calls left out.
    fn read(value: &Value) -> Option<Self>;
}

impl Words for String {
    fn words(&self) -> Value {
        json!(self)
    }
    fn read(value: &Value) -> Option<Self> {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned)
    }
}

impl Words for i32 {
    fn words(&self) -> Value {
        json!(self)
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_i64().and_then(|number| number.try_into().ok())
    }
}

impl Words for Vec<String> {
    fn words(&self) -> Value {
        json!(self)
    }
    fn read(value: &Value) -> Option<Self> {
        let words = value.as_array().into_iter().flatten();
        Some(words.filter_map(String::read).collect())
    }
}

impl Words for Environment {
    fn words(&self) -> Value {
        let variables: Map<String, Value> = self
            .variables
            .iter()
            .map(|(key, value)| (key.clone(), json!(value.expose_secret())))
            .collect();
        json!({"Variables": variables})
    }
    fn read(value: &Value) -> Option<Self> {
        let variables = value["Variables"]
            .as_object()
            .filter(|all| !all.is_empty())?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned().into();
        let variables = variables
            .iter()
            .map(|(key, value)| (key.clone(), text(value)));
        Some(Self::secret(variables.collect()))
    }
}

/// The API's path of a field: `ephemeralStorage.size` is `EphemeralStorage.Size`.
fn path(name: &str) -> Vec<String> {
    let capital = |step: &str| step[..1].to_uppercase() + &step[1..];
    name.split('.').map(capital).collect()
}

fn at<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a Value {
    let mut steps = path(name).into_iter();
    let first = steps.next().and_then(|step| fields.get(&step));
    steps.fold(first.unwrap_or(&Value::Null), |value, step| &value[step])
}

/// The members that a call carries, in the API's words.
pub fn of_call(configuration: &Configuration, call: Call) -> model::Configuration {
    let mut whole = json!({});
    macro_rules! put {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if let Some(value) = configuration.$field.as_ref().filter(|_| ROWS.$field.call == call) {
                let path = path(ROWS.$field.name);
                *path.iter().fold(&mut whole, |place, step| &mut place[step]) = value.words();
            }
        )*};
    }
    configuration_fields!(put;);
    model::Configuration::of(whole)
}

/// A configuration as the port has it.
pub fn ours(fields: &model::Configuration) -> Configuration {
    macro_rules! read {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            Configuration { $( $field: Words::read(at(&fields.0, ROWS.$field.name)), )* }
        };
    }
    configuration_fields!(read;)
}

/// Each field's value in the cloud, by the name that a spec has for it. An environment is its
/// variables.
pub fn seen(fields: &model::Configuration) -> Map<String, Value> {
    let value = |name: &str| match name {
        "environment" => json!(fields.variables().cloned().unwrap_or_default()),
        _ => at(&fields.0, name).clone(),
    };
    let mut seen = Map::new();
    macro_rules! see {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            seen.insert(ROWS.$field.name.to_owned(), value(ROWS.$field.name));
        )*};
    }
    configuration_fields!(see;);
    seen
}

/// Each field's name and its value in a fresh function; null for those that every spec names.
pub fn fresh() -> Vec<(&'static str, Value)> {
    macro_rules! fresh {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            vec![$( (
                ROWS.$field.name,
                (ROWS.$field.fresh)().as_ref().map_or(Value::Null, Words::words),
            ), )*]
        };
    }
    configuration_fields!(fresh;)
}

/// A field of a spec.
pub fn named<'a>(spec: &'a Value, name: &str) -> &'a Value {
    name.split('.').fold(spec, |value, step| &value[step])
}

/// Puts values into a spec for the fields that `by_hand` does not name, as their schema has them.
pub fn put_others(rng: &mut Rng, spec: &mut Value, by_hand: &[&str]) {
    static SPECS: LazyLock<Specs> = LazyLock::new(|| {
        let lambda = crds::all()
            .into_iter()
            .find(|definition| definition.spec.names.kind == "LambdaFunction");
        Specs::of(
            &serde_json::to_value(lambda).unwrap(),
            &transitions::around(),
        )
    });
    let others = fresh()
        .into_iter()
        .filter(|(field, _)| !by_hand.contains(field));
    for (field, _) in others {
        if rng.bool() {
            let value = SPECS.field(rng, field);
            *field
                .split('.')
                .fold(&mut *spec, |place, step| &mut place[step]) = value;
        }
    }
}

//! Lambda's configuration fields, from the operator's table: names, values, and what the cloud has.
//!
//! A new row takes part by itself: its values come from the schema. Where they cannot, `sample` says
//! so; where the SDK's reply is not read for it, what was set is not found.

use aws_sdk_lambda::types::FunctionConfiguration;
use cloudfn::api::crds;
use cloudfn::cloud::lambda::fields::{Call, api_steps};
use cloudfn::cloud::lambda::{ROWS, configuration_fields};
use cloudfn_bed::specs;
use serde_json::{Value, json};

use crate::invariants::SENTINEL;
use crate::witness::calls::configuration::Shown as _;

pub const OTHER_ROLE: &str = "arn:aws:iam::000000000000:role/other";

/// Name of each field below `spec`, and the operation that changes it; but for what is of images only, what
/// needs a queue, what only a create enables, and what only the code of a function shows. `strict` tries all of them.
pub fn fields() -> Vec<(&'static str, &'static str)> {
    let operation = |call| match call {
        Call::Configuration => "UpdateFunctionConfiguration",
        Call::Code | Call::Package => "UpdateFunctionCode",
        Call::Creation => "CreateFunction",
    };
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            vec![$( (ROWS.$field.name, operation(ROWS.$field.call)), )*]
        };
    }
    let mut fields: Vec<_> = configuration_fields!(collect;);
    let others = [
        "imageConfig",
        "deadLetterConfig.targetArn",
        "tenancyConfig.tenantIsolationMode",
        "durableConfig",
        "code.sourceKmsKeyArn",
        "code.s3ObjectStorageMode",
    ];
    fields.retain(|(name, _)| !others.contains(name));
    fields
}

/// A spec with nothing but this field, and what it needs.
pub fn spec(field: &str, value: Value) -> Value {
    let named = |value, step: &str| json!({step: value});
    let mut spec = field.split('.').rev().fold(value, named);
    match field {
        "fileSystemConfigs" => spec["vpcConfig"] = vpc(),
        // A key is kept only where there is something to encrypt.
        "kmsKeyArn" => spec["environment"] = json!({"variables": {"LEVEL": SENTINEL}}),
        _ => {}
    }
    spec
}

fn vpc() -> Value {
    json!({"subnetIds": ["subnet-0123456789abcdef0"], "securityGroupIds": ["sg-0123456789abcdef0"]})
}

/// The member of a configuration that has the field.
pub fn member(field: &str) -> String {
    api_steps(field).next().unwrap_or_default()
}

/// The field's value in the cloud.
pub fn seen(configuration: &FunctionConfiguration, field: &str) -> Value {
    api_steps(field).fold(configuration.shown(), |value, step| value[step].clone())
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

/// A value that a function without the field does not have: `fresh`. `layer` is the ARN of a layer version.
pub fn sample(field: &str, fresh: &Value, layer: &str) -> Value {
    match (field, domain(field)) {
        ("runtime", _) => json!("python3.13"),
        ("handler", _) => json!("index.other"),
        ("role", _) => json!(OTHER_ROLE),
        ("description", _) => json!("takes orders"),
        ("environment", _) => json!({"variables": {"LEVEL": SENTINEL}}),
        ("kmsKeyArn", _) => {
            json!("arn:aws:kms:eu-west-1:000000000000:key/00000000-0000-4000-8000-000000000001")
        }
        ("layers", _) => json!([layer]),
        ("vpcConfig", _) => vpc(),
        ("fileSystemConfigs", _) => {
            json!([{"arn": "arn:aws:elasticfilesystem:eu-west-1:000000000000:access-point/fsap-0123456789abcdef0", "localMountPath": "/mnt/data"}])
        }
        ("loggingConfig", _) => {
            json!({"logFormat": "JSON", "applicationLogLevel": "WARN", "logGroup": "/team/shop"})
        }
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

/// What the cloud shows where that value of the field is set.
pub fn as_seen(field: &str, value: &Value) -> Value {
    match field {
        "environment" => json!({"Variables": value["variables"]}),
        "vpcConfig" => {
            json!({"SubnetIds": value["subnetIds"], "SecurityGroupIds": value["securityGroupIds"]})
        }
        "fileSystemConfigs" => {
            let one = &value[0];
            json!([{"Arn": one["arn"], "LocalMountPath": one["localMountPath"]}])
        }
        // What was not named has its default.
        "loggingConfig" => json!({
            "LogFormat": value["logFormat"], "ApplicationLogLevel": value["applicationLogLevel"],
            "SystemLogLevel": "INFO", "LogGroup": value["logGroup"],
        }),
        _ => value.clone(),
    }
}

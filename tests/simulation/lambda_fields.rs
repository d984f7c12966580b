//! Lambda's configuration fields between the operator's port, the model cloud's words and the specs.
//!
//! Invariant: everything expands the operator's own table, so a new field takes part by itself;
//! a field of a new type does not compile before it has its words here.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use cloudfn::api::crds;
use cloudfn::cloud::lambda::fields::{Call, api_steps};
use cloudfn::cloud::lambda::{
    Configuration, DurableConfig, Environment, FileSystem, FileSystems, ImageConfig, LoggingConfig,
    ROWS, VpcConfig, configuration_fields,
};
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

/// Layers come back as objects.
impl Words for Vec<String> {
    fn words(&self) -> Value {
        json!(self)
    }
    fn read(value: &Value) -> Option<Self> {
        let words = value.as_array().into_iter().flatten();
        let text = |value: &Value| String::read(value).or_else(|| String::read(&value["Arn"]));
        Some(words.filter_map(text).collect())
    }
}

impl Words for VpcConfig {
    fn words(&self) -> Value {
        json!({
            "SubnetIds": self.subnet_ids, "SecurityGroupIds": self.security_group_ids,
            "Ipv6AllowedForDualStack": self.ipv6_allowed_for_dual_stack,
        })
    }
    fn read(value: &Value) -> Option<Self> {
        let ids = |name: &str| {
            let ids = value[name].as_array().into_iter().flatten();
            ids.filter_map(String::read).collect()
        };
        let config = Self {
            subnet_ids: ids("SubnetIds"),
            security_group_ids: ids("SecurityGroupIds"),
            ipv6_allowed_for_dual_stack: value["Ipv6AllowedForDualStack"] == true,
        };
        Some(config).filter(|config| *config != Self::default())
    }
}

impl Words for FileSystems {
    fn words(&self) -> Value {
        let one = |of: &FileSystem| json!({"Arn": of.arn, "LocalMountPath": of.local_mount_path});
        self.0.iter().map(one).collect()
    }
    fn read(value: &Value) -> Option<Self> {
        let one = |value: &Value| {
            Some(FileSystem {
                arn: String::read(&value["Arn"])?,
                local_mount_path: String::read(&value["LocalMountPath"])?,
            })
        };
        let all: Vec<_> = value.as_array()?.iter().filter_map(one).collect();
        (!all.is_empty()).then_some(Self(all))
    }
}

impl Words for ImageConfig {
    fn words(&self) -> Value {
        let mut words = json!({});
        let lists = [
            ("EntryPoint", &self.entry_point),
            ("Command", &self.command),
        ];
        for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            words[name] = json!(list);
        }
        if !self.working_directory.is_empty() {
            words["WorkingDirectory"] = json!(self.working_directory);
        }
        words
    }
    fn read(value: &Value) -> Option<Self> {
        let list = |name: &str| Vec::read(&value[name]).unwrap_or_default();
        let config = Self {
            entry_point: list("EntryPoint"),
            command: list("Command"),
            working_directory: String::read(&value["WorkingDirectory"]).unwrap_or_default(),
        };
        Some(config).filter(|config| *config != Self::default())
    }
}

impl Words for LoggingConfig {
    fn words(&self) -> Value {
        let mut words = json!({"LogFormat": self.log_format});
        let others = [
            ("ApplicationLogLevel", &self.application_log_level),
            ("SystemLogLevel", &self.system_log_level),
            ("LogGroup", &self.log_group),
        ];
        for (name, value) in others {
            if let Some(value) = value {
                words[name] = json!(value);
            }
        }
        words
    }
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| String::read(&value[name]);
        Some(Self {
            log_format: text("LogFormat")?,
            application_log_level: text("ApplicationLogLevel"),
            system_log_level: text("SystemLogLevel"),
            log_group: text("LogGroup"),
        })
    }
}

impl Words for DurableConfig {
    fn words(&self) -> Value {
        let mut words = json!({
            "ExecutionTimeout": self.execution_timeout,
            "RetentionPeriodInDays": self.retention_period_in_days,
        });
        if !self.kms_key_arn.is_empty() {
            words["KMSKeyArn"] = json!(self.kms_key_arn);
        }
        words
    }
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            execution_timeout: i32::read(&value["ExecutionTimeout"])?,
            retention_period_in_days: i32::read(&value["RetentionPeriodInDays"])?,
            kms_key_arn: value["KMSKeyArn"].as_str().unwrap_or_default().to_owned(),
        })
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

fn at<'a>(fields: &'a Map<String, Value>, name: &str) -> &'a Value {
    if name == "imageConfig" {
        // The one field that replies have under another name.
        let reply = fields.get("ImageConfigResponse").unwrap_or(&Value::Null);
        return &reply["ImageConfig"];
    }
    let mut steps = api_steps(name);
    let first = steps.next().and_then(|step| fields.get(&step));
    steps.fold(first.unwrap_or(&Value::Null), |value, step| &value[step])
}

/// The members that a call carries, in the API's words.
pub fn of_call(configuration: &Configuration, call: Call) -> model::Configuration {
    let mut whole = json!({});
    macro_rules! put {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if let Some(value) = configuration.$field.as_ref().filter(|_| ROWS.$field.call == call) {
                let steps = api_steps(ROWS.$field.name);
                *steps.fold(&mut whole, |place, step| &mut place[step]) = value.words();
            }
        )*};
    }
    configuration_fields!(put;);
    model::Configuration::of(whole)
}

/// How the package is to be kept.
pub fn keeping(configuration: &Configuration) -> model::Keeping {
    model::Keeping {
        source_kms_key_arn: configuration.source_kms_key_arn.clone(),
        storage_mode: configuration.s3_object_storage_mode.clone(),
    }
}

/// What `GetFunction` shows of a function: its configuration, and how its package is kept in the place of its code.
pub fn with_code(
    configuration: &model::Configuration,
    code: &model::CodeLocation,
) -> model::Configuration {
    let mode = code.object.as_ref().map_or("COPY", |_| "REFERENCE");
    let kept = json!({"SourceKMSKeyArn": code.source_kms_key_arn, "S3ObjectStorageMode": mode});
    configuration.clone().with("Code", kept)
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

/// Each field's value in the cloud, by the name that a spec has for it; what the cloud leaves out is as in a
/// fresh function. An environment is its variables.
pub fn seen(fields: &model::Configuration) -> Map<String, Value> {
    let mut seen = Map::new();
    macro_rules! see {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            let value = <$type as Words>::read(at(&fields.0, ROWS.$field.name));
            let value = value.or_else(ROWS.$field.fresh);
            seen.insert(ROWS.$field.name.to_owned(), value.as_ref().map_or(Value::Null, Words::words));
        )*};
    }
    configuration_fields!(see;);
    let variables = fields.variables().cloned().unwrap_or_default();
    seen.insert("environment".to_owned(), json!(variables));
    seen
}

/// What a spec asks for with this value of a field, in the words of [`seen`]: what a block omits has its default.
pub fn asked(field: &str, value: &Value, function: &str) -> Value {
    let list = |name: &str| {
        let ids = value[name].as_array().into_iter().flatten();
        ids.filter_map(Value::as_str).collect::<BTreeSet<_>>()
    };
    match field {
        "vpcConfig" => json!({
            "SubnetIds": list("subnetIds"), "SecurityGroupIds": list("securityGroupIds"),
            "Ipv6AllowedForDualStack": value["ipv6AllowedForDualStack"] == true,
        }),
        "durableConfig" if !value.is_null() => {
            let mut durable = json!({
                "ExecutionTimeout": value["executionTimeout"],
                "RetentionPeriodInDays": value["retentionPeriodInDays"].as_i64().unwrap_or(14),
            });
            if value["kmsKeyArn"]
                .as_str()
                .is_some_and(|arn| !arn.is_empty())
            {
                durable["KMSKeyArn"] = value["kmsKeyArn"].clone();
            }
            durable
        }
        "fileSystemConfigs" => {
            let all = value.as_array().into_iter().flatten();
            let one =
                |of: &Value| json!({"Arn": of["arn"], "LocalMountPath": of["localMountPath"]});
            all.map(one).collect()
        }
        "imageConfig" => {
            let members = value.as_object().into_iter().flatten();
            let said = members.filter(|(_, member)| **member != json!([]) && **member != json!(""));
            let said = said.map(|(name, member)| (api_steps(name).collect(), member.clone()));
            Value::Object(said.collect())
        }
        "loggingConfig" => {
            let or = |name: &str, usual: Value| {
                Some(&value[name])
                    .filter(|v| !v.is_null())
                    .cloned()
                    .unwrap_or(usual)
            };
            let mut logging = json!({
                "LogFormat": or("logFormat", json!("Text")),
                "LogGroup": or("logGroup", json!(format!("/aws/lambda/{function}"))),
            });
            if logging["LogFormat"] == "JSON" {
                logging["ApplicationLogLevel"] = or("applicationLogLevel", json!("INFO"));
                logging["SystemLogLevel"] = or("systemLogLevel", json!("INFO"));
            }
            logging
        }
        _ => value.clone(),
    }
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
    SPECS.put_in_order(rng, spec);
    name_what_snapshots_exclude(spec);
}

/// Names what SnapStart does not go with: a spec that names one of them alone meets what an earlier spec or an outsider
/// left of the other, which the cloud refuses.
fn name_what_snapshots_exclude(spec: &mut Value) {
    let is_large = spec["ephemeralStorage"]["size"].as_i64() > Some(512);
    let files = spec["fileSystemConfigs"].as_array();
    let has_files = files.is_some_and(|files| !files.is_empty());
    if spec["snapStart"]["applyOn"] == "PublishedVersions" {
        spec["ephemeralStorage"] = json!({"size": 512});
        spec["fileSystemConfigs"] = json!([]);
    } else if is_large || has_files {
        spec["snapStart"] = json!({"applyOn": "None"});
    }
}

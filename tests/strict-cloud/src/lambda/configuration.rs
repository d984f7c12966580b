//! A configuration: the fields of the API under the API's names.

use serde_json::{Map, Value, json};

use super::schema::{AT_CREATION, CONFIGURATION};
use super::validate::Breaches;
use crate::model::Problem;

/// Configuration fields, by the API's names and in the API's shapes.
///
/// What is absent is omitted; what is present and empty is empty. Fields that the service model
/// does not have are ignored, as AWS ignores them.
#[derive(Clone, Default, PartialEq)]
pub struct Configuration(pub Map<String, Value>);

/// Environment values never show.
impl std::fmt::Debug for Configuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.redacted())
    }
}

impl Configuration {
    /// Nothing set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a JSON object; anything else is nothing.
    #[must_use]
    pub fn of(value: Value) -> Self {
        match value {
            Value::Object(fields) => Self(fields),
            _ => Self::default(),
        }
    }

    /// With one field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// With an environment.
    #[must_use]
    pub fn with_environment<'a>(
        self,
        variables: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let variables: Map<String, Value> = variables
            .into_iter()
            .map(|(key, value)| (key.to_owned(), json!(value)))
            .collect();
        self.with("Environment", json!({"Variables": variables}))
    }

    /// A field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A field that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A field that is a whole number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// The environment's variables.
    #[must_use]
    pub fn variables(&self) -> Option<&Map<String, Value>> {
        self.get("Environment")?.get("Variables")?.as_object()
    }

    pub(super) fn is_image(&self) -> bool {
        self.text("PackageType") == Some("Image")
    }

    pub(super) fn in_vpc(&self) -> bool {
        self.get("VpcConfig")
            .and_then(|vpc| vpc.get("SubnetIds"))
            .and_then(Value::as_array)
            .is_some_and(|subnets| !subnets.is_empty())
    }

    /// For the log: an environment is its keys.
    #[must_use]
    pub fn redacted(&self) -> Value {
        let mut fields = self.0.clone();
        if fields.contains_key("Environment") {
            let keys: Vec<&String> = self.variables().into_iter().flat_map(Map::keys).collect();
            fields.insert("Environment".into(), json!(keys));
        }
        Value::Object(fields)
    }

    /// Breaches of the service model.
    pub(super) fn breaches(
        &self,
        at_creation: bool,
        breaches: &mut Breaches,
    ) -> Result<(), Problem> {
        breaches.object("", &self.0, CONFIGURATION)?;
        if at_creation {
            breaches.object("", &self.0, AT_CREATION)?;
            if self.get("Role").is_none() {
                breaches.add("Value null", "role", "Member must not be null");
            }
        }
        Ok(())
    }

    /// What a new function has before anything is asked for (recorded answer: test_version_lifecycle, create_response).
    pub(super) fn defaults(function: &str) -> Self {
        Self::of(json!({
            "Architectures": ["x86_64"],
            "Description": "",
            "EphemeralStorage": {"Size": 512},
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{function}")},
            "MemorySize": 128,
            "PackageType": "Zip",
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "Timeout": 3,
            "TracingConfig": {"Mode": "PassThrough"},
        }))
    }

    /// Takes over what a request asks for; what it omits stays. The caller has checked it.
    pub(super) fn apply(&mut self, asked: &Self, vpc_id: &str, layer_size: impl Fn(&str) -> u64) {
        let known = CONFIGURATION
            .iter()
            .chain(AT_CREATION)
            .map(|field| field.name);
        for (name, value) in known.filter_map(|name| asked.get(name).map(|value| (name, value))) {
            match name {
                // The reply has no such field (Lambda API reference, FunctionConfiguration).
                "CodeSigningConfigArn" => {}
                // Cleared by an empty value, and then absent (assumed:cleared).
                "KMSKeyArn" if value == "" => self.remove(name),
                "DeadLetterConfig" if value.get("TargetArn").and_then(Value::as_str).is_none_or(str::is_empty) => self.remove(name),
                "Layers" | "FileSystemConfigs" if value.as_array().is_some_and(Vec::is_empty) => self.remove(name),
                // Recorded answer: test_lambda_image_and_image_config_crud: `{}` takes it away; what comes is ImageConfigResponse.
                "ImageConfig" if value.as_object().is_some_and(Map::is_empty) => self.remove("ImageConfigResponse"),
                "ImageConfig" => self.set("ImageConfigResponse", json!({"ImageConfig": value})),
                "Layers" => {
                    let layers = value.as_array().into_iter().flatten().filter_map(Value::as_str);
                    let layers: Vec<Value> = layers.map(|arn| json!({"Arn": arn, "CodeSize": layer_size(arn)})).collect();
                    self.set(name, Value::Array(layers));
                }
                "VpcConfig" => self.set(name, vpc(value, vpc_id)),
                "LoggingConfig" => self.set(name, logging(self.get(name), value)),
                // Recorded answer: test_snapstart_update_function_configuration: $LATEST itself is never optimized.
                "SnapStart" => self.set(name, json!({"ApplyOn": value.get("ApplyOn").cloned().unwrap_or_else(|| json!("None")), "OptimizationStatus": "Off"})),
                // AWS SAM Developer Guide, "DurableConfig": 14 days.
                "DurableConfig" => {
                    let days = ("RetentionPeriodInDays".to_owned(), json!(14));
                    let mut durable = Map::from_iter([days]);
                    durable.extend(value.as_object().cloned().unwrap_or_default());
                    self.set(name, Value::Object(durable));
                }
                "Environment" if value.get("Variables").is_none() => self.remove(name),
                "TracingConfig" if value.get("Mode").is_none() => {}
                _ => self.set(name, value.clone()),
            }
        }
        self.keep_no_idle_key();
    }

    /// A key is kept only where there is something to encrypt (assumed:idle-key).
    fn keep_no_idle_key(&mut self) {
        let has_variables = self
            .variables()
            .is_some_and(|variables| !variables.is_empty());
        let snap = self.get("SnapStart").and_then(|snap| snap.get("ApplyOn"));
        if !has_variables && snap.is_none_or(|on| on != "PublishedVersions") {
            self.remove("KMSKeyArn");
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }
}

/// Recorded answer: test_vpc_config: cleared, it shows empty lists and an empty VpcId.
fn vpc(asked: &Value, vpc_id: &str) -> Value {
    let list = |name: &str| asked.get(name).cloned().unwrap_or_else(|| json!([]));
    let subnets = list("SubnetIds");
    let id = if subnets.as_array().is_some_and(Vec::is_empty) {
        ""
    } else {
        vpc_id
    };
    let dual = asked
        .get("Ipv6AllowedForDualStack")
        .and_then(Value::as_bool)
        .unwrap_or_default();
    json!({"SubnetIds": subnets, "SecurityGroupIds": list("SecurityGroupIds"), "VpcId": id, "Ipv6AllowedForDualStack": dual})
}

/// Recorded answer: test_function_partial_advanced_logging_configuration_update: JSON sets both
/// levels to INFO; what is not named stays. That Text takes the levels away is assumed:logging.
fn logging(before: Option<&Value>, asked: &Value) -> Value {
    let mut merged = before
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let format = asked.get("LogFormat").and_then(Value::as_str);
    if format == Some("JSON") {
        for level in ["ApplicationLogLevel", "SystemLogLevel"] {
            merged.insert(level.into(), json!("INFO"));
        }
    }
    merged.extend(asked.as_object().cloned().unwrap_or_default());
    if format == Some("Text") {
        merged.remove("ApplicationLogLevel");
        merged.remove("SystemLogLevel");
    }
    Value::Object(merged)
}

//! What Lambda asks of a request's fields, and how it says no.
//!
//! Two kinds of refusal, both 400: `ValidationException` where a value breaks the service model
//! ("1 validation error detected: ...", recorded answer: test_create_lambda_exceptions), and
//! `InvalidParameterValueException` where Lambda itself looks closer.

use serde_json::{Map, Value};

use super::patterns::{VARIABLE, VERSION};
use super::schema::{Field, Item, Kind};
use crate::model::Problem;

/// Lambda's own refusals.
pub(super) fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(400, "InvalidParameterValueException", message)
}

/// The breaches of one request.
#[derive(Default)]
pub(super) struct Breaches(Vec<String>);

impl Breaches {
    /// `path` as in the API: each segment begins lower-case.
    pub(super) fn add(&mut self, value: &str, path: &str, constraint: &str) {
        self.0.push(format!(
            "{value} at '{path}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Recorded answers: test_create_lambda_exceptions, test_function_name_and_qualifier_validation (two at once).
    pub(super) fn judge(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (count, errors) = (
            self.0.len(),
            if self.0.len() == 1 { "error" } else { "errors" },
        );
        Err(Problem::new(
            400,
            "ValidationException",
            format!(
                "{count} validation {errors} detected: {}",
                self.0.join("; ")
            ),
        ))
    }

    /// Looks at every field of an object that the table knows; AWS ignores the others.
    pub(super) fn object(
        &mut self,
        path: &str,
        object: &Map<String, Value>,
        fields: &[Field],
    ) -> Result<(), Problem> {
        for field in fields {
            let mut place = path.to_owned();
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(&lower(field.name));
            match object.get(field.name) {
                None | Some(Value::Null) if field.required => {
                    self.add("Value null", &place, "Member must not be null");
                }
                None | Some(Value::Null) => {}
                Some(value) => self.value(&place, value, &field.kind)?,
            }
        }
        Ok(())
    }

    fn value(&mut self, path: &str, value: &Value, kind: &Kind) -> Result<(), Problem> {
        match (kind, value) {
            (
                Kind::Text {
                    least,
                    most,
                    pattern,
                },
                Value::String(text),
            ) => {
                let shown = format!("Value '{text}'");
                let length = text.chars().count();
                if length > *most {
                    self.add(
                        &shown,
                        path,
                        &format!("Member must have length less than or equal to {most}"),
                    );
                }
                if length < *least {
                    self.add(
                        &shown,
                        path,
                        &format!("Member must have length greater than or equal to {least}"),
                    );
                }
                if let Some(pattern) = pattern.filter(|pattern| !(pattern.fits)(text)) {
                    self.add(
                        &shown,
                        path,
                        &format!(
                            "Member must satisfy regular expression pattern: {}",
                            pattern.text
                        ),
                    );
                }
            }
            (Kind::Word(words), Value::String(text)) => {
                if !words.contains(&text.as_str()) {
                    self.add(
                        &format!("Value '{text}'"),
                        path,
                        &format!("Member must satisfy enum value set: [{}]", words.join(", ")),
                    );
                }
            }
            (Kind::Integer { least, most }, Value::Number(number)) if number.as_i64().is_some() => {
                let number = number.as_i64().unwrap_or_default();
                self.bounds(
                    path,
                    &number.to_string(),
                    number < *least,
                    &least.to_string(),
                    number > *most,
                    &most.to_string(),
                );
            }
            (Kind::Number { least, most }, Value::Number(number)) => {
                let number = number.as_f64().unwrap_or(f64::NAN);
                self.bounds(
                    path,
                    &number.to_string(),
                    number < *least,
                    &least.to_string(),
                    number > *most,
                    &most.to_string(),
                );
            }
            (Kind::Flag, Value::Bool(_)) => {}
            (Kind::Texts { most, item }, Value::Array(list)) => {
                self.texts(path, list, *most, item)?;
            }
            (Kind::Objects { most, item }, Value::Array(list)) => {
                self.most(path, list, *most);
                for (index, one) in list.iter().enumerate() {
                    let one = one.as_object().ok_or_else(unreadable)?;
                    self.object(&format!("{path}.{}.member", index + 1), one, item)?;
                }
            }
            (Kind::Object(fields), Value::Object(object)) => self.object(path, object, fields)?,
            (Kind::Variables, Value::Object(variables)) => {
                if variables.values().any(|value| !value.is_string()) {
                    return Err(unreadable());
                }
                if variables.keys().any(|key| !(VARIABLE.fits)(key)) {
                    // assumed:echo: a message may hold the values.
                    let shown: Vec<String> = variables
                        .iter()
                        .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
                        .collect();
                    let constraint = format!(
                        "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: {}, Member must not be null]",
                        VARIABLE.text
                    );
                    self.add(
                        &format!("Value '{{{}}}'", shown.join(", ")),
                        path,
                        &constraint,
                    );
                }
            }
            (Kind::Weights, Value::Object(weights)) => self.weights(path, weights)?,
            _ => return Err(unreadable()),
        }
        Ok(())
    }

    /// Parts of the calls, by version (recorded answers: test_notfound_and_invalid_routingconfigs).
    fn weights(&mut self, path: &str, weights: &Map<String, Value>) -> Result<(), Problem> {
        let numbers: Option<Vec<(&str, f64)>> = weights
            .iter()
            .map(|(version, weight)| Some((version.as_str(), weight.as_f64()?)))
            .collect();
        let numbers = numbers.ok_or_else(unreadable)?;
        let texts: Vec<String> = numbers
            .iter()
            .map(|(version, weight)| format!("{version}={weight:?}"))
            .collect();
        let shown = format!("Value '{{{}}}'", texts.join(", "));
        let key_fits = |key: &str| key.len() <= 1024 && (VERSION.fits)(key);
        if !numbers.iter().all(|(version, _)| key_fits(version)) {
            let constraint = format!(
                "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: {}]",
                VERSION.text
            );
            self.add(&shown, path, &constraint);
        }
        if !numbers
            .iter()
            .all(|(_, weight)| (0.0..=1.0).contains(weight))
        {
            self.add(
                &shown,
                path,
                "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
            );
        }
        Ok(())
    }

    fn bounds(
        &mut self,
        path: &str,
        value: &str,
        below: bool,
        least: &str,
        above: bool,
        most: &str,
    ) {
        let shown = format!("Value '{value}'");
        if below {
            self.add(
                &shown,
                path,
                &format!("Member must have value greater than or equal to {least}"),
            );
        }
        if above {
            self.add(
                &shown,
                path,
                &format!("Member must have value less than or equal to {most}"),
            );
        }
    }

    fn most(&mut self, path: &str, list: &[Value], most: usize) {
        if list.len() > most {
            self.add(
                &listed(list),
                path,
                &format!("Member must have length less than or equal to {most}"),
            );
        }
    }

    /// Recorded answers: test_invalid_vpc_config_subnet, test_layer_function_exceptions.
    fn texts(
        &mut self,
        path: &str,
        list: &[Value],
        most: usize,
        item: &Item,
    ) -> Result<(), Problem> {
        self.most(path, list, most);
        let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
        let texts = texts.ok_or_else(unreadable)?;
        let fits = |text: &&str| {
            let length = text.chars().count();
            length >= item.least
                && length <= item.most
                && item.pattern.is_none_or(|pattern| (pattern.fits)(text))
        };
        if !texts.iter().all(fits) {
            let mut rules = vec![
                format!(
                    "Member must have length less than or equal to {}",
                    item.most
                ),
                format!(
                    "Member must have length greater than or equal to {}",
                    item.least
                ),
            ];
            rules.extend(item.pattern.map(|pattern| {
                format!(
                    "Member must satisfy regular expression pattern: {}",
                    pattern.text
                )
            }));
            rules.extend(item.says_null.then(|| "Member must not be null".to_owned()));
            self.add(
                &listed(list),
                path,
                &format!("Member must satisfy constraint: [{}]", rules.join(", ")),
            );
        }
        Ok(())
    }

    /// Recorded answers: test_create_lambda_exceptions (two architectures, one in capitals).
    pub(super) fn architectures(&mut self, list: &[String]) {
        let shown = format!("Value '[{}]'", list.join(", "));
        if list.is_empty() {
            self.add(
                "Value '[]'",
                "architectures",
                "Member must have length greater than or equal to 1",
            );
        }
        if list.len() > 1 {
            self.add(
                &shown,
                "architectures",
                "Member must have length less than or equal to 1",
            );
        }
        if list.iter().any(|one| one != "x86_64" && one != "arm64") {
            let constraint = "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]";
            self.add(&shown, "architectures", constraint);
        }
    }
}

fn listed(list: &[Value]) -> String {
    let texts: Vec<String> = list
        .iter()
        .map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned))
        .collect();
    format!("Value '[{}]'", texts.join(", "))
}

/// A JSON value of the wrong type (assumed:serialization).
fn unreadable() -> Problem {
    Problem::new(400, "SerializationException", "")
}

/// `VpcConfig` is `vpcConfig` in messages; `KMSKeyArn` is `kMSKeyArn` (recorded answers have the first form only).
fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_ascii_lowercase().to_string() + letters.as_str()
    })
}

/// The runtimes that AWS names in its refusal (recorded answer: test_create_lambda_exceptions).
const RUNTIMES: &str = "nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2";

/// In the service model since the recording (assumed:new-runtimes).
const NEWER: [&str; 6] = [
    "nodejs26.x",
    "python3.15",
    "ruby4.0",
    "java8.al2023",
    "java11.al2023",
    "java17.al2023",
];

/// Retired (Lambda Developer Guide, "Deprecated runtimes"; recorded answers: TestRuntimeValidation for six of them).
const RETIRED: [&str; 21] = [
    "nodejs",
    "nodejs4.3",
    "nodejs4.3-edge",
    "nodejs6.10",
    "nodejs8.10",
    "nodejs10.x",
    "nodejs12.x",
    "nodejs14.x",
    "java8",
    "python2.7",
    "python3.6",
    "python3.7",
    "dotnetcore1.0",
    "dotnetcore2.0",
    "dotnetcore2.1",
    "dotnetcore3.1",
    "go1.x",
    "ruby2.5",
    "ruby2.7",
    "provided",
    "custom",
];

/// Recorded answers: test_create_lambda_exceptions, TestRuntimeValidation.
pub(super) fn runtime(runtime: &str) -> Result<(), Problem> {
    if RUNTIMES.split(", ").any(|known| known == runtime) || NEWER.contains(&runtime) {
        return Ok(());
    }
    if RETIRED.contains(&runtime) {
        return Err(invalid(format!(
            "The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions."
        )));
    }
    Err(invalid(format!(
        "Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [{RUNTIMES}] or be a valid ARN"
    )))
}

/// Names that functions may not set (Lambda Developer Guide, "Reserved environment variables").
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// 4 KB, measured on the JSON text, which the refusal echoes, values and all (recorded answers:
/// test_large_environment_fails_multiple_keys: 4,097 refused; test_lambda_envvars_near_limit_succeeds:
/// 4,096 accepted). The order of the keys in the echo, and the text for reserved keys, are assumed:echo.
pub(super) fn environment(variables: &Map<String, Value>) -> Result<(), Problem> {
    let reserved: Vec<&str> = variables
        .keys()
        .map(String::as_str)
        .filter(|key| RESERVED.contains(key))
        .collect();
    if !reserved.is_empty() {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let measured = Value::Object(variables.clone()).to_string();
    if measured.len() > 4096 {
        return Err(invalid(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {measured}"
        )));
    }
    Ok(())
}

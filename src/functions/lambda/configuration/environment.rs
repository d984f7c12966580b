//! The environment that the spec asks for, with what ConfigMaps and Secrets add to it.
//!
//! Invariant: a message names variables, objects and keys, never a value. Pure.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::fingerprint::Origin;
use crate::api::digest::sha256_of_parts;
use crate::api::lambda::{Environment as Spec, KeyRef, PublishedReference, VariablesFrom};
use crate::cloud::lambda::Environment;
use crate::reconcile::{Inputs, Unmet};

/// AWS allows 4 KB for the environment as JSON; names and values alone are a lower bound of that.
const LIMIT: usize = 4096;

/// Names that the Lambda developer guide lists as reserved. `AWS_LAMBDA_EXEC_WRAPPER` and its
/// like may be set, so this is a list and no prefix.
const RESERVED: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// The whole environment.
pub(super) fn environment(spec: &Spec, inputs: &Inputs) -> Result<Environment, Unmet> {
    let mut variables = BTreeMap::new();
    for (name, value) in spec.variables.iter().flatten() {
        let place = || format!("environment.variables.{name}");
        let value = text(value.as_bytes(), place)?;
        insert(&mut variables, name.clone(), value)?;
    }
    let mut plain: BTreeSet<String> = variables.keys().cloned().collect();
    for entry in spec.variables_from.iter().flatten() {
        let before: BTreeSet<String> = variables.keys().cloned().collect();
        from(entry, inputs, &mut variables)?;
        if !is_of_secret(entry) {
            let added = variables.keys().filter(|name| !before.contains(*name));
            plain.extend(added.cloned());
        }
    }
    let size: usize = variables
        .iter()
        .map(|(name, value): (&String, &SecretString)| name.len() + value.expose_secret().len())
        .sum();
    if size > LIMIT {
        return Err(Unmet::Invalid(format!(
            "the environment has {size} bytes of names and values, and AWS allows {LIMIT}; shorten it, or keep large values elsewhere"
        )));
    }
    Ok(Environment { variables, plain })
}

/// Whether the values of an entry stand in a Secret.
fn is_of_secret(entry: &VariablesFrom) -> bool {
    let value_from = entry.value_from.as_ref();
    entry.secret_ref.is_some() || value_from.is_some_and(|value| value.secret_key_ref.is_some())
}

/// Where the environment comes from. A plain value is in the spec, for every reader; of what comes from
/// ConfigMaps and Secrets, only where it stands.
pub fn origin(spec: Option<&Spec>, inputs: &Inputs) -> Origin {
    let Some(spec) = spec else {
        return Origin::default();
    };
    let plain = spec.variables.iter().flatten();
    let plain = plain.map(|(name, value)| vec!["plain", name.as_str(), value.as_str()]);
    // The order of the entries means nothing.
    let entries: BTreeSet<_> = spec.variables_from.iter().flatten().map(place).collect();
    let parts: Vec<&str> = plain.chain(entries).flatten().collect();
    let named = inputs
        .versions
        .iter()
        .filter(|(name, _)| spec.references().contains(name));
    Origin {
        sha256: sha256_of_parts(parts.iter().map(|part| part.as_bytes())),
        references: named
            .map(|(name, version)| PublishedReference {
                kind: name.kind,
                name: name.name.clone(),
                uid: version.uid.clone(),
                resource_version: version.resource_version.clone(),
            })
            .collect(),
    }
}

/// Where an entry's values stand.
fn place(entry: &VariablesFrom) -> Vec<&str> {
    let value_from = entry.value_from.as_ref();
    let secret_key = value_from.and_then(|v| v.secret_key_ref.as_ref());
    let config_map_key = value_from.and_then(|v| v.config_map_key_ref.as_ref());
    vec![
        "from",
        entry.name.as_deref().unwrap_or_default(),
        entry.prefix.as_deref().unwrap_or_default(),
        secret_key.map_or("", |of| of.name.as_str()),
        secret_key.map_or("", |of| of.key.as_str()),
        config_map_key.map_or("", |of| of.name.as_str()),
        config_map_key.map_or("", |of| of.key.as_str()),
        entry.secret_ref.as_ref().map_or("", |of| of.name.as_str()),
        entry
            .config_map_ref
            .as_ref()
            .map_or("", |of| of.name.as_str()),
    ]
}

fn from(
    entry: &VariablesFrom,
    inputs: &Inputs,
    variables: &mut BTreeMap<String, SecretString>,
) -> Result<(), Unmet> {
    let prefix = entry.prefix.as_deref().unwrap_or_default();
    let value_from = entry.value_from.as_ref();
    let secret_key = value_from.and_then(|v| v.secret_key_ref.as_ref());
    let config_map_key = value_from.and_then(|v| v.config_map_key_ref.as_ref());
    match (&entry.name, secret_key, config_map_key, &entry.secret_ref, &entry.config_map_ref) {
        (Some(_), ..) if entry.prefix.is_some() => Err(Unmet::Invalid(
            "prefix in environment.variablesFrom goes with secretRef or configMapRef only; drop it".to_owned(),
        )),
        (Some(name), Some(key), None, None, None) => insert(variables, name.clone(), secret_value(key, inputs)?),
        (Some(name), None, Some(key), None, None) => insert(variables, name.clone(), config_map_value(key, inputs)?),
        (None, None, None, Some(secret), None) => {
            for (key, value) in secret_data(&secret.name, inputs)? {
                insert(variables, format!("{prefix}{key}"), secret_text(&secret.name, key, value)?)?;
            }
            Ok(())
        }
        (None, None, None, None, Some(config_map)) => {
            for (key, value) in config_map_data(&config_map.name, inputs)? {
                insert(variables, format!("{prefix}{key}"), config_map_text(&config_map.name, key, value)?)?;
            }
            Ok(())
        }
        _ => Err(Unmet::Invalid(
            "each entry of environment.variablesFrom needs either name with valueFrom (of one key), or one of secretRef and configMapRef".to_owned(),
        )),
    }
}

fn secret_data<'a>(
    name: &str,
    inputs: &'a Inputs,
) -> Result<&'a BTreeMap<String, SecretSlice<u8>>, Unmet> {
    inputs.secrets.get(name).ok_or_else(|| {
        Unmet::Missing(format!(
            "the Secret {name} does not exist; create it or correct environment.variablesFrom"
        ))
    })
}

fn secret_value(of: &KeyRef, inputs: &Inputs) -> Result<SecretString, Unmet> {
    let (name, key) = (&of.name, &of.key);
    let value = secret_data(name, inputs)?.get(key).ok_or_else(|| {
        Unmet::Missing(format!("the Secret {name} has no key {key}; add the key"))
    })?;
    secret_text(name, key, value)
}

fn config_map_data<'a>(
    name: &str,
    inputs: &'a Inputs,
) -> Result<&'a BTreeMap<String, Vec<u8>>, Unmet> {
    inputs.config_maps.get(name).ok_or_else(|| {
        Unmet::Missing(format!(
            "the ConfigMap {name} does not exist; create it or correct environment.variablesFrom"
        ))
    })
}

fn config_map_value(of: &KeyRef, inputs: &Inputs) -> Result<SecretString, Unmet> {
    let (name, key) = (&of.name, &of.key);
    let value = config_map_data(name, inputs)?.get(key).ok_or_else(|| {
        Unmet::Missing(format!(
            "the ConfigMap {name} has no key {key}; add the key"
        ))
    })?;
    config_map_text(name, key, value)
}

fn secret_text(name: &str, key: &str, value: &SecretSlice<u8>) -> Result<SecretString, Unmet> {
    let place = || format!("key {key} of the Secret {name}");
    text(value.expose_secret(), place)
}

fn config_map_text(name: &str, key: &str, value: &[u8]) -> Result<SecretString, Unmet> {
    text(value, || format!("key {key} of the ConfigMap {name}"))
}

/// The value as a variable can have it. Nothing is left out or cut: half an environment is worse than
/// the one before.
fn text(value: &[u8], place: impl Fn() -> String) -> Result<SecretString, Unmet> {
    let refused = |what: &str| {
        let place = place();
        Unmet::Invalid(format!(
            "the value of {place} {what}, so it cannot be a variable; correct it"
        ))
    };
    let text = std::str::from_utf8(value).map_err(|_| refused("is no UTF-8 text"))?;
    // A variable of a process ends at a NUL byte.
    if text.contains('\0') {
        return Err(refused("has a NUL byte"));
    }
    Ok(text.into())
}

fn insert(
    variables: &mut BTreeMap<String, SecretString>,
    name: String,
    value: SecretString,
) -> Result<(), Unmet> {
    if RESERVED.contains(&name.as_str()) {
        return Err(Unmet::Invalid(format!(
            "the environment variable {name} is reserved by AWS Lambda; choose another name"
        )));
    }
    if !is_name(&name) {
        return Err(Unmet::Invalid(format!(
            "{name:?} is no name of an environment variable; use a letter followed by at least one letter, digit or underscore"
        )));
    }
    if variables.contains_key(&name) {
        return Err(Unmet::Invalid(format!(
            "the environment variable {name} is given twice; keep one of the two"
        )));
    }
    variables.insert(name, value);
    Ok(())
}

/// `[a-zA-Z]([a-zA-Z0-9_])+`, as the Lambda API has it: at least two characters.
fn is_name(name: &str) -> bool {
    name.len() >= 2
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

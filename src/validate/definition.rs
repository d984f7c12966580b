//! Checks an object against a custom resource definition, as the API server does when it is
//! applied.
//!
//! Invariant: every keyword in the definitions of cloudfn is in [`KEYWORDS`]. A test proves it:
//! whoever uses a new keyword must handle it here first.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, ValidationError, Validator};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use serde_json::{Map, Value, json};

use super::field_path::FieldPath;
use super::finding::FieldFinding;
use super::rules;
use crate::api::forms;

/// Keywords of a schema that are handled here. The crate `jsonschema` checks those of JSON Schema,
/// and [`rules`] the others; the last ones (`description`, ...) restrict no value.
#[cfg(test)]
pub(super) const KEYWORDS: &[&str] = &[
    "type",
    "properties",
    "additionalProperties",
    "required",
    "items",
    "enum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "default",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-validations",
    "description",
    "title",
    "format",
    "x-kubernetes-map-type",
    // Nulls are dropped before.
    "nullable",
];

/// One kind in one version.
pub(super) struct Definition {
    /// `cloudfn.dev/v1alpha1`.
    pub(super) api_version: String,
    pub(super) kind: String,
    schema: Value,
    validator: Validator,
}

impl Definition {
    /// # Errors
    /// If the definition has no schema, or its schema is not valid.
    pub(super) fn new(crd: &CustomResourceDefinition) -> Result<Self, String> {
        let kind = crd.spec.names.kind.clone();
        let broken = |why: String| format!("the definition of {kind} cannot be used: {why}");
        let version = crd
            .spec
            .versions
            .first()
            .ok_or_else(|| broken("it has no version".to_owned()))?;
        let schema = version
            .schema
            .as_ref()
            .and_then(|schema| schema.open_api_v3_schema.as_ref());
        let mut schema = serde_json::to_value(schema).map_err(|error| broken(error.to_string()))?;
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("apiVersion".to_owned(), json!({"type": "string"}));
            properties.insert("kind".to_owned(), json!({"type": "string"}));
            properties.insert("metadata".to_owned(), metadata());
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.push(json!("metadata"));
        }
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .build(&closed(&schema))
            .map_err(|error| broken(error.to_string()))?;
        Ok(Self {
            api_version: format!("{}/{}", crd.spec.group, version.name),
            kind,
            schema,
            validator,
        })
    }

    /// Completes an object with its defaults and finds what the API server would refuse.
    pub(super) fn check(&self, object: &mut Value) -> Vec<FieldFinding> {
        if let Some(members) = object.as_object_mut() {
            // The API server ignores the status of an object that is applied.
            members.remove("status");
        }
        name(object);
        complete(&self.schema, object);
        let errors: Vec<_> = self.validator.iter_errors(object).collect();
        let broken: Vec<FieldPath> = errors
            .iter()
            .filter(|error| says_what_is_broken(error))
            .flat_map(|error| sentences(error, object))
            .map(|sentence| sentence.path)
            .collect();
        let mut found: Vec<FieldFinding> = errors
            .iter()
            .flat_map(|error| {
                let is_first = says_what_is_broken(error);
                let broken = &broken;
                let is_new = move |one: &FieldFinding| is_first || !broken.contains(&one.path);
                sentences(error, object).into_iter().filter(is_new)
            })
            .collect();
        found.extend(rules::check(&self.schema, object, &broken));
        found
    }
}

/// Whether an error says that a field is missing, or of another type: all else that is said of it, and
/// each rule that speaks of it, is only a consequence.
fn says_what_is_broken(error: &ValidationError<'_>) -> bool {
    matches!(
        error.kind(),
        ValidationErrorKind::Type { .. } | ValidationErrorKind::Required { .. }
    )
}

/// The schema of `metadata` (Kubernetes API conventions, "Metadata"), as far as people get it
/// wrong.
fn metadata() -> Value {
    let texts = json!({"type": "object", "additionalProperties": {"type": "string"}});
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "maxLength": 253, "x-kubernetes-validations": [forms::OBJECT_NAME.rule()]},
            "namespace": {"type": "string", "maxLength": 63, "x-kubernetes-validations": [forms::NAMESPACE.rule()]},
            "labels": texts,
            "annotations": texts,
            "generateName": {}, "finalizers": {}, "ownerReferences": {},
            // The API server writes these; they are in the output of `kubectl get`.
            "creationTimestamp": {}, "deletionGracePeriodSeconds": {}, "deletionTimestamp": {}, "generation": {},
            "managedFields": {}, "resourceVersion": {}, "selfLink": {}, "uid": {},
        },
        "required": ["name"],
    })
}

/// Names an object that has a `generateName` and no name, as the API server does.
fn name(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut)
        && let Some(prefix) = metadata.get("generateName").and_then(Value::as_str)
    {
        // The API server appends five random characters and cuts the prefix so that a label has
        // room.
        let name: String = prefix.chars().take(58).chain("xxxxx".chars()).collect();
        if metadata
            .get("name")
            .is_none_or(|name| name.is_null() || name == "")
        {
            metadata.insert("name".to_owned(), json!(name));
        }
    }
}

/// The schema as JSON Schema that refuses unknown fields. The API server refuses them in strict
/// mode, which kubectl and server-side apply use.
fn closed(schema: &Value) -> Value {
    let Some(keywords) = schema.as_object() else {
        return schema.clone();
    };
    let mut closed: Map<String, Value> = keywords
        .iter()
        .filter(|(keyword, _)| !keyword.starts_with("x-") && *keyword != "default")
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect();
    if let Some(properties) = closed.get_mut("properties").and_then(Value::as_object_mut) {
        properties
            .values_mut()
            .for_each(|property| *property = self::closed(property));
        closed.entry("additionalProperties").or_insert(json!(false));
    }
    for inner in ["items", "additionalProperties"] {
        if let Some(schema) = closed.get_mut(inner) {
            *schema = self::closed(schema);
        }
    }
    Value::Object(closed)
}

/// Completes a value as the API server does: a null counts as omitted, a number without a fraction
/// becomes an integer, and defaults are filled in.
fn complete(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(members)
            if schema.get("properties").is_some()
                || schema.get("additionalProperties").is_some() =>
        {
            let known = |name: &str| {
                schema["properties"].get(name).is_some()
                    || schema.get("additionalProperties").is_some()
            };
            members.retain(|name, member| !member.is_null() || !known(name));
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if let Some(default) = property.get("default") {
                    members.entry(name).or_insert_with(|| default.clone());
                }
            }
            for (name, member) in members {
                complete(
                    schema["properties"]
                        .get(name)
                        .unwrap_or(&schema["additionalProperties"]),
                    member,
                );
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| complete(&schema["items"], item)),
        Value::Number(number) if schema["type"] == "integer" => {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a whole number of at most 2^53 is one"
            )]
            let whole = number
                .as_f64()
                .filter(|number| number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0)
                .map(|number| number as i64);
            if let Some(whole) = whole.filter(|_| number.is_f64()) {
                *value = json!(whole);
            }
        }
        _ => {}
    }
}

/// Findings for a validation error, without the value, which may be a secret.
fn sentences(error: &ValidationError<'_>, object: &Value) -> Vec<FieldFinding> {
    let path = FieldPath::at_pointer(error.instance_path().as_str(), object);
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| {
                FieldFinding::error(
                    path.member(name),
                    "there is no such field; remove it, or correct its name",
                )
            })
            .collect(),
        ValidationErrorKind::Required { property } => vec![FieldFinding::error(
            path.member(property.as_str().unwrap_or_default()),
            "it is required; set it",
        )],
        kind => {
            let sentence = sentence(kind).unwrap_or_else(|| error.masked().to_string());
            vec![FieldFinding::error(path, sentence)]
        }
    }
}

fn sentence(kind: &ValidationErrorKind) -> Option<String> {
    let whole = |limit: &Value| {
        limit
            .as_f64()
            .map_or_else(|| limit.to_string(), |limit| limit.to_string())
    };
    Some(match kind {
        ValidationErrorKind::Enum { options } => {
            let options: Vec<String> = options
                .as_array()
                .into_iter()
                .flatten()
                .map(ToString::to_string)
                .collect();
            format!("it must be one of {}", options.join(", "))
        }
        ValidationErrorKind::Type {
            kind: TypeKind::Single(kind),
        } => format!("it must be of type {kind}"),
        ValidationErrorKind::MaxLength { limit } => {
            format!("it must have at most {limit} characters")
        }
        ValidationErrorKind::MinLength { limit } => {
            format!("it must have at least {limit} characters")
        }
        ValidationErrorKind::MaxItems { limit } | ValidationErrorKind::MaxProperties { limit } => {
            format!("it must have at most {limit} entries")
        }
        ValidationErrorKind::MinItems { limit } | ValidationErrorKind::MinProperties { limit } => {
            format!("it must have at least {limit} entries")
        }
        ValidationErrorKind::Maximum { limit } => format!("it must be at most {}", whole(limit)),
        ValidationErrorKind::Minimum { limit } => format!("it must be at least {}", whole(limit)),
        _ => return None,
    })
}

//! The custom resource definitions, made from the types.

mod descriptions;
mod forms;
mod nulls;
#[cfg(test)]
mod tests;
mod visit;

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, JSONSchemaProps,
    JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, ValidationRule,
};
use kube::CustomResourceExt;

use self::nulls::{forbid_null, heed_null, let_null_mean_omitted};
use super::cloudfront::CloudFrontFunction;
use super::common::{Limits, ManagedResource};
use super::forms::{literal, with_value};
use super::lambda::LambdaFunction;

/// All definitions, in a stable order.
#[must_use]
pub fn all() -> Vec<CustomResourceDefinition> {
    let mut all = vec![
        definition::<CloudFrontFunction>(),
        definition::<LambdaFunction>(),
    ];
    let versions = all.iter_mut().flat_map(|crd| &mut crd.spec.versions);
    for schema in versions.filter_map(schema_of) {
        descriptions::complete(schema);
        forms::say_in_words(schema);
        heed_null(schema);
        for (part, schema) in schema.properties.iter_mut().flatten() {
            if part == "spec" {
                let_null_mean_omitted(schema);
            } else {
                forbid_null(schema);
            }
            make_blocks_whole(schema);
        }
    }
    all
}

/// The definition of a kind, with the limits of its cloud in the fields that every kind has.
fn definition<K: ManagedResource + CustomResourceExt>() -> CustomResourceDefinition {
    let mut crd = K::crd();
    for schema in crd.spec.versions.iter_mut().filter_map(schema_of) {
        let root = schema.properties.as_mut();
        let spec = root.and_then(|root| root.get_mut("spec"));
        if let Some(fields) = spec.and_then(|spec| spec.properties.as_mut()) {
            limit(fields, K::LIMITS);
        }
    }
    crd
}

fn schema_of(version: &mut CustomResourceDefinitionVersion) -> Option<&mut JSONSchemaProps> {
    version.schema.as_mut()?.open_api_v3_schema.as_mut()
}

fn limit(fields: &mut BTreeMap<String, JSONSchemaProps>, limits: Limits) {
    if let Some(name) = fields.get_mut("functionName") {
        name.max_length = Some(limits.name);
    }
    if let Some(tags) = fields.get_mut("tags") {
        tags.max_properties = Some(limits.tags);
        if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut tags.additional_properties {
            value.max_length = Some(limits.tag_value);
            let rules = value.x_kubernetes_validations.get_or_insert_default();
            rules.push(tag_value(&limits));
        }
        let most = limits.tag_key;
        let length = ValidationRule {
            rule: format!("self.all(k, size(k) >= 1 && size(k) <= {most})"),
            message: Some(format!("a tag key has 1 to {most} characters; shorten it")),
            ..ValidationRule::default()
        };
        let rules = tags.x_kubernetes_validations.get_or_insert_default();
        rules.splice(0..0, [length, tag_keys(&limits)]);
    }
}

/// The characters of tag keys.
fn tag_keys(limits: &Limits) -> ValidationRule {
    let pattern = literal(limits.tag_pattern);
    let words = format!("has characters that AWS refuses; use {}", limits.tag_words);
    ValidationRule {
        rule: format!("self.all(k, k.matches({pattern}))"),
        message: Some(format!("a tag key {words}")),
        message_expression: Some(format!(
            r#"'the tag key "' + self.filter(k, !k.matches({pattern}))[0] + '"' + {}"#,
            literal(&format!(" {words}"))
        )),
        ..ValidationRule::default()
    }
}

/// The characters of a tag's value.
fn tag_value(limits: &Limits) -> ValidationRule {
    let words = format!("has characters that AWS refuses; use {}", limits.tag_words);
    ValidationRule {
        rule: format!("self.matches({})", literal(limits.tag_pattern)),
        message: Some(format!("it {words}")),
        message_expression: Some(with_value(&format!(" {words}"))),
        ..ValidationRule::default()
    }
}

/// A block is applied and removed as one, and so is each block of a list's items. Member by member,
/// server-side apply would leave a null where the last member of a block goes: `tags: {}` after tags
/// would be null, and so would `expect: {request: {}}` after `expect: {request: {uri: /}}`.
fn make_blocks_whole(schema: &mut JSONSchemaProps) {
    for member in schema.properties.iter_mut().flat_map(BTreeMap::values_mut) {
        match (member.type_.as_deref(), &mut member.items) {
            (Some("object"), _) => member.x_kubernetes_map_type = Some("atomic".to_owned()),
            // Another list is applied as one, with all that is in it.
            (Some("array"), Some(JSONSchemaPropsOrArray::Schema(item)))
                if member.x_kubernetes_list_type.as_deref() == Some("map") =>
            {
                make_blocks_whole(item);
            }
            _ => {}
        }
    }
}

/// Definitions as one YAML stream.
///
/// # Errors
/// If a definition cannot be written as YAML; none made by [`all`] fails.
pub fn yaml(crds: &[CustomResourceDefinition]) -> Result<String, String> {
    crds.iter().try_fold(String::new(), |mut text, crd| {
        text.push_str("---\n");
        text.push_str(&serde_saphyr::to_string(crd).map_err(|error| error.to_string())?);
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    })
}

/// Each definition as YAML, by the name of its file.
///
/// # Errors
/// As [`yaml`].
pub fn files() -> Result<BTreeMap<String, String>, String> {
    all()
        .iter()
        .map(|crd| {
            Ok((
                format!("{}_{}.yaml", crd.spec.group, crd.spec.names.plural),
                yaml(std::slice::from_ref(crd))?,
            ))
        })
        .collect()
}

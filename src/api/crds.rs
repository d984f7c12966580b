//! The custom resource definitions, made from the types.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, JSONSchemaProps,
    JSONSchemaPropsOrBool, ValidationRule,
};
use kube::CustomResourceExt;

use super::cloudfront::CloudFrontFunction;
use super::common::{Limits, ManagedResource};
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
        forbid_null(schema);
        make_blocks_whole(schema);
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
        }
        let most = limits.tag_key;
        let key = ValidationRule {
            rule: format!("self.all(k, size(k) >= 1 && size(k) <= {most})"),
            message: Some(format!("a tag key has 1 to {most} characters; shorten it")),
            ..ValidationRule::default()
        };
        let rules = tags.x_kubernetes_validations.get_or_insert_default();
        rules.insert(0, key);
    }
}

/// The API server drops a null where a field is not nullable, so `has()` in a rule never meets one.
fn forbid_null(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    for property in schema.properties.iter_mut().flat_map(|p| p.values_mut()) {
        forbid_null(property);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(values)) = &mut schema.additional_properties {
        forbid_null(values);
    }
    if let Some(items) = &mut schema.items {
        use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaPropsOrArray as Items;
        match items {
            Items::Schema(item) => forbid_null(item),
            Items::Schemas(list) => list.iter_mut().for_each(forbid_null),
        }
    }
}

/// A block of spec or status is applied and removed as one. Field by field, server-side apply would
/// leave a null where the last field of a block goes, and the API server then refuses the object:
/// `tags: {}` after tags, for instance.
fn make_blocks_whole(schema: &mut JSONSchemaProps) {
    for part in ["spec", "status"] {
        let part = schema
            .properties
            .as_mut()
            .and_then(|root| root.get_mut(part))
            .and_then(|part| part.properties.as_mut());
        for block in part
            .into_iter()
            .flat_map(BTreeMap::values_mut)
            .filter(|property| property.type_.as_deref() == Some("object"))
        {
            block.x_kubernetes_map_type = Some("atomic".to_owned());
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

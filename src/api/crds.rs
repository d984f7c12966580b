//! The custom resource definitions, made from the types.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, JSONSchemaProps,
    JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, ValidationRule,
};
use kube::CustomResourceExt;

use super::cloudfront::CloudFrontFunction;
use super::common::{Limits, ManagedResource};
use super::lambda::LambdaFunction;

/// Characters of a word of a closed list at most.
const MAX_WORD: i64 = 64;

/// All definitions, in a stable order.
#[must_use]
pub fn all() -> Vec<CustomResourceDefinition> {
    let mut all = vec![
        definition::<CloudFrontFunction>(),
        definition::<LambdaFunction>(),
    ];
    let versions = all.iter_mut().flat_map(|crd| &mut crd.spec.versions);
    for schema in versions.filter_map(schema_of) {
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

/// A member that may be omitted may be null as well, and both mean the same. Without this, the API
/// server drops a null under client-side apply and refuses it under server-side apply. Where a member
/// has a default, it puts that in the place of a null by itself.
fn let_null_mean_omitted(schema: &mut JSONSchemaProps) {
    let required = schema.required.clone().unwrap_or_default();
    for (name, member) in schema.properties.iter_mut().flatten() {
        member.nullable = None;
        if member.default.is_none() && !required.contains(name) {
            allow_null(member);
        }
        let_null_mean_omitted(member);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut schema.additional_properties {
        allow_null(value);
        let_null_mean_omitted(value);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &mut schema.items {
        item.nullable = None;
        let_null_mean_omitted(item);
    }
    heed_null(schema);
}

/// The API server never finds a null in a closed list of words, even where it names null. As a rule,
/// the list is left out of account for a null.
fn allow_null(member: &mut JSONSchemaProps) {
    member.nullable = Some(true);
    let Some(words) = member.enum_.take() else {
        return;
    };
    let words: Vec<String> = words.iter().map(|word| word.0.to_string()).collect();
    let words = words.join(", ");
    // The cost of a rule is estimated from the length of the longest text.
    member.max_length.get_or_insert(MAX_WORD);
    let rules = member.x_kubernetes_validations.get_or_insert_default();
    rules.push(ValidationRule {
        rule: format!("self in [{words}]"),
        message: Some(format!("it must be one of {words}")),
        ..ValidationRule::default()
    });
}

/// In the rules of a schema, `has(x)` is written out as: x is there, and it is not null.
fn heed_null(schema: &mut JSONSchemaProps) {
    for rule in schema.x_kubernetes_validations.iter_mut().flatten() {
        let mut parts = rule.rule.split("has(");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (member, rest) = part.split_once(')').unwrap_or((part, ""));
            // Without `dyn`, a text cannot be compared with null.
            text.extend(["(has(", member, ") && dyn(", member, ") != null)", rest]);
        }
        rule.rule = text;
    }
}

/// cloudfn writes no null into a status.
fn forbid_null(schema: &mut JSONSchemaProps) {
    schema.nullable = None;
    schema
        .properties
        .iter_mut()
        .flat_map(BTreeMap::values_mut)
        .for_each(forbid_null);
    if let Some(JSONSchemaPropsOrBool::Schema(value)) = &mut schema.additional_properties {
        forbid_null(value);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &mut schema.items {
        forbid_null(item);
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

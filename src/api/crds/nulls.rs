//! What a null means: it is omitted.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool, ValidationRule,
};

use super::visit::every_schema;
use crate::api::forms::with_value;

/// Characters of a word of a closed list at most.
const MAX_WORD: i64 = 64;

/// A member that may be omitted may be null as well, and both mean the same. Without this, the API
/// server drops a null under client-side apply and refuses it under server-side apply. Where a member
/// has a default, it puts that in the place of a null by itself.
pub(super) fn let_null_mean_omitted(schema: &mut JSONSchemaProps) {
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
        message_expression: Some(with_value(&format!(
            " is no word of the list; it must be one of {words}"
        ))),
        ..ValidationRule::default()
    });
}

/// In the rules of a schema, `has(x)` is written out as: x is there, and it is not null.
pub(super) fn heed_null(schema: &mut JSONSchemaProps) {
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
pub(super) fn forbid_null(schema: &mut JSONSchemaProps) {
    every_schema(schema, &mut |schema| schema.nullable = None);
}

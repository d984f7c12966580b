//! Patterns as rules, whose answers are words.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;

use super::visit::every_schema;
use crate::api::forms;

/// Puts the rule of its form in the place of each pattern.
pub(super) fn say_in_words(schema: &mut JSONSchemaProps) {
    every_schema(schema, &mut |schema| {
        let pattern = schema.pattern.as_deref();
        if let Some(form) = forms::ALL.iter().find(|form| pattern == Some(form.pattern)) {
            schema.pattern = None;
            let rules = schema.x_kubernetes_validations.get_or_insert_default();
            rules.insert(0, form.rule());
        }
    });
}

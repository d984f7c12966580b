//! What the definition that a cluster serves lacks of the operator's own. Pure.
//!
//! A newer definition lacks nothing: an operator may run beside it while both are being upgraded. Under an
//! older one the API server drops what it does not know, of a spec as of a status, without a word.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, CustomResourceDefinitionVersion, JSONSchemaProps,
    JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};

/// The fields (`spec.tags`) and words of closed lists (`spec.stage: LIVE`) of `own` that `served` lacks, and
/// versions that it does not serve.
#[must_use]
pub fn lacks(own: &CustomResourceDefinition, served: &CustomResourceDefinition) -> Vec<String> {
    let mut lacking = Vec::new();
    for version in &own.spec.versions {
        let found = served
            .spec
            .versions
            .iter()
            .find(|found| found.name == version.name && found.served);
        match (schema(version), found.map(schema)) {
            (_, None) => lacking.push(format!("the version {}", version.name)),
            (Some(own), Some(served)) => {
                compare(
                    "",
                    own,
                    served.unwrap_or(&JSONSchemaProps::default()),
                    &mut lacking,
                );
            }
            (None, Some(_)) => {}
        }
    }
    lacking
}

fn schema(version: &CustomResourceDefinitionVersion) -> Option<&JSONSchemaProps> {
    version.schema.as_ref()?.open_api_v3_schema.as_ref()
}

fn compare(path: &str, own: &JSONSchemaProps, served: &JSONSchemaProps, lacking: &mut Vec<String>) {
    if served.x_kubernetes_preserve_unknown_fields == Some(true) {
        return;
    }
    let none = BTreeMap::new();
    let members = served.properties.as_ref().unwrap_or(&none);
    for (name, own) in own.properties.iter().flatten() {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match members.get(name) {
            Some(served) => compare(&path, own, served, lacking),
            None => lacking.push(path),
        }
    }
    match (&own.additional_properties, &served.additional_properties) {
        (Some(JSONSchemaPropsOrBool::Schema(own)), Some(JSONSchemaPropsOrBool::Schema(served))) => {
            compare(&format!("{path}.*"), own, served, lacking);
        }
        (Some(_), None) => lacking.push(format!("{path}.*")),
        _ => {}
    }
    if let (
        Some(JSONSchemaPropsOrArray::Schema(own)),
        Some(JSONSchemaPropsOrArray::Schema(served)),
    ) = (&own.items, &served.items)
    {
        compare(&format!("{path}[]"), own, served, lacking);
    }
    if let (Some(own), Some(served)) = (&own.enum_, &served.enum_) {
        let missing = own.iter().filter(|word| !served.contains(word));
        lacking.extend(missing.map(|word| format!("{path}: {}", word.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::crds;

    fn root(crd: &mut CustomResourceDefinition) -> &mut JSONSchemaProps {
        let schema = crd.spec.versions[0].schema.as_mut().unwrap();
        schema.open_api_v3_schema.as_mut().unwrap()
    }

    fn member<'a>(schema: &'a mut JSONSchemaProps, path: &str) -> &'a mut JSONSchemaProps {
        path.split('.').fold(schema, |schema, name| match name {
            "[]" => match schema.items.as_mut().unwrap() {
                JSONSchemaPropsOrArray::Schema(item) => item,
                other @ JSONSchemaPropsOrArray::Schemas(_) => panic!("{other:?}"),
            },
            name => schema.properties.as_mut().unwrap().get_mut(name).unwrap(),
        })
    }

    #[test]
    fn the_same_and_a_newer_definition_lack_nothing() {
        for own in crds::all() {
            assert_eq!(lacks(&own, &own), [""; 0]);
            let mut newer = own.clone();
            let spec = member(root(&mut newer), "spec");
            let members = spec.properties.as_mut().unwrap();
            members.insert("new".to_owned(), JSONSchemaProps::default());
            assert_eq!(lacks(&own, &newer), [""; 0]);
        }
    }

    #[test]
    fn an_older_definition_lacks_what_it_does_not_know_at_any_depth() {
        for own in crds::all() {
            for (block, name) in [
                ("spec", "tags"),
                ("status", "lastDrift"),
                ("status.lastDrift", "diff"),
                ("status.conditions.[]", "reason"),
            ] {
                let mut older = own.clone();
                let block_of = member(root(&mut older), block);
                block_of.properties.as_mut().unwrap().remove(name).unwrap();
                let path = format!("{block}.{name}").replace(".[]", "[]");
                assert_eq!(lacks(&own, &older), [path]);
            }
            let mut older = own.clone();
            older.spec.versions[0].served = false;
            assert_eq!(lacks(&own, &older), ["the version v1alpha1"]);
            let mut free = own.clone();
            let status = member(root(&mut free), "status");
            status.properties = None;
            status.x_kubernetes_preserve_unknown_fields = Some(true);
            assert_eq!(lacks(&own, &free), [""; 0], "it keeps all that comes");
        }
    }
}

//! The ConfigMaps and Secrets among the sources, to which specs may refer.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde_json::{Map, Value, json};

use super::documents::text;
use crate::api::ReferenceKind;
use crate::api::ReferenceName;
use crate::reconcile::{Inputs, references};

/// All of them, in the order of the sources.
#[derive(Default)]
pub(super) struct ReferencedObjects(Vec<ReferencedObject>);

struct ReferencedObject {
    source: String,
    /// Empty if the document names none.
    namespace: String,
    kind: ReferenceKind,
    name: String,
    document: Value,
}

impl ReferencedObjects {
    /// Adds a document if it is a ConfigMap or a Secret.
    pub(super) fn add(&mut self, source: &str, document: &Value) {
        let kind = match (text(document, "/apiVersion"), text(document, "/kind")) {
            ("v1", "ConfigMap") => ReferenceKind::ConfigMap,
            ("v1", "Secret") => ReferenceKind::Secret,
            _ => return,
        };
        let (namespace, name) = (
            text(document, "/metadata/namespace").to_owned(),
            text(document, "/metadata/name").to_owned(),
        );
        self.0.push(ReferencedObject {
            source: source.to_owned(),
            namespace,
            kind,
            name,
            document: document.clone(),
        });
    }

    /// The contents of the objects `names`, for an object of this source and namespace, and the
    /// names of those that are not available: no source has the object, several have it, or its
    /// contents are encrypted or a template.
    pub(super) fn inputs_of(
        &self,
        source: &str,
        namespace: &str,
        names: &BTreeSet<ReferenceName>,
    ) -> (Inputs, Vec<String>) {
        let mut inputs = Inputs::default();
        let absent = names.iter().filter(|reference| {
            self.find(source, namespace, reference)
                .and_then(|found| insert(&mut inputs, found))
                .is_none()
        });
        let absent = absent
            .map(|reference| format!("{:?} {}", reference.kind, reference.name))
            .collect();
        (inputs, absent)
    }

    /// The only such object in the same source, else the only one in all sources.
    fn find(
        &self,
        source: &str,
        namespace: &str,
        reference: &ReferenceName,
    ) -> Option<&ReferencedObject> {
        let all = || {
            self.0.iter().filter(|found| {
                found.namespace == namespace
                    && found.kind == reference.kind
                    && found.name == reference.name
            })
        };
        let mut beside = all().filter(|found| found.source == source);
        match (beside.next(), beside.next()) {
            (Some(one), None) => Some(one),
            (None, None) if all().count() == 1 => all().next(),
            _ => None,
        }
    }
}

/// `None` if its contents cannot be read.
fn insert(inputs: &mut Inputs, found: &ReferencedObject) -> Option<()> {
    match found.kind {
        ReferenceKind::ConfigMap => {
            let data = texts(&found.document, "data");
            let binary_data = base64(&found.document, "binaryData");
            let contents = json!({"data": data, "binaryData": binary_data});
            let map: ConfigMap = serde_json::from_value(contents).ok()?;
            inputs
                .config_maps
                .insert(found.name.clone(), references::config_map(map));
        }
        ReferenceKind::Secret => {
            let mut data = base64(&found.document, "data");
            for (key, value) in texts(&found.document, "stringData") {
                data.insert(
                    key,
                    json!(k8s_openapi::ByteString(value.as_str()?.as_bytes().to_vec())),
                );
            }
            let secret: Secret = serde_json::from_value(json!({"data": data})).ok()?;
            inputs
                .secrets
                .insert(found.name.clone(), references::secret_values(secret));
        }
    }
    Some(())
}

/// The members of a map of texts. Null is an empty text, as for the API server.
fn texts(document: &Value, field: &str) -> Map<String, Value> {
    let members = document[field].as_object().into_iter().flatten();
    members
        .map(|(key, value)| {
            (
                key.clone(),
                if value.is_null() {
                    json!("")
                } else {
                    value.clone()
                },
            )
        })
        .collect()
}

/// The members of a map of base64 texts, which may have line breaks.
fn base64(document: &Value, field: &str) -> Map<String, Value> {
    let unwrapped = |value: Value| {
        value
            .as_str()
            .map(|text| json!(text.replace(['\n', '\r'], "")))
            .unwrap_or(value)
    };
    texts(document, field)
        .into_iter()
        .map(|(key, value)| (key, unwrapped(value)))
        .collect()
}

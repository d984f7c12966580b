//! The ConfigMaps and Secrets among the files, which specs may name.

use std::collections::BTreeSet;

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde_json::{Map, Value, json};

use super::text;
use crate::api::ReferenceKind;
use crate::reconcile::{Inputs, ReferenceName, references};

/// All of them, as they were found.
#[derive(Default)]
pub(super) struct Around(Vec<Found>);

struct Found {
    source: String,
    /// Empty where it names none.
    namespace: String,
    kind: ReferenceKind,
    name: String,
    document: Value,
}

impl Around {
    /// Remembers a document that is a ConfigMap or a Secret.
    pub(super) fn take(&mut self, source: &str, document: &Value) {
        let kind = match (text(document, "/apiVersion"), text(document, "/kind")) {
            ("v1", "ConfigMap") => ReferenceKind::ConfigMap,
            ("v1", "Secret") => ReferenceKind::Secret,
            _ => return,
        };
        let (namespace, name) = (
            text(document, "/metadata/namespace").to_owned(),
            text(document, "/metadata/name").to_owned(),
        );
        self.0.push(Found {
            source: source.to_owned(),
            namespace,
            kind,
            name,
            document: document.clone(),
        });
    }

    /// What an object of this source and namespace gets, and what of it is not to be had: it is in no
    /// file, in several, or its contents are encrypted or a template.
    pub(super) fn of(
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

    /// The one beside the object, else the only one.
    fn find(&self, source: &str, namespace: &str, reference: &ReferenceName) -> Option<&Found> {
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

/// Nothing where its contents cannot be read.
fn insert(inputs: &mut Inputs, found: &Found) -> Option<()> {
    match found.kind {
        ReferenceKind::ConfigMap => {
            let map: ConfigMap =
                serde_json::from_value(json!({"data": texts(&found.document, "data"), "binaryData": base64(&found.document, "binaryData")})).ok()?;
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

/// The members of a map of texts. As the API server does, takes a null for an empty one.
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

/// The same, of base64: it may be wrapped.
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

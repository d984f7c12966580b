//! The ConfigMaps and Secrets among the files, which specs may name.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use serde::Deserialize as _;
use serde_json::Value;

use super::text;
use crate::api::ReferenceKind;
use crate::reconcile::{Inputs, ReferenceName, references};

/// By namespace; the empty one is that of objects which name none.
#[derive(Default)]
pub(super) struct Around(BTreeMap<String, Inputs>);

impl Around {
    /// Remembers a document that is a ConfigMap or a Secret.
    ///
    /// # Errors
    /// Why the API server would not take it. Names no value.
    pub(super) fn take(&mut self, document: &Value) -> Result<(), String> {
        if text(document, "/apiVersion") != "v1" {
            return Ok(());
        }
        let (namespace, name) = (text(document, "/metadata/namespace").to_owned(), text(document, "/metadata/name").to_owned());
        let inputs = self.0.entry(namespace).or_default();
        match text(document, "/kind") {
            "ConfigMap" => {
                let map = ConfigMap::deserialize(document).map_err(|_| "data takes only texts, and binaryData only base64".to_owned())?;
                inputs.config_maps.insert(name, references::config_map(map));
            }
            "Secret" => {
                let mut secret = Secret::deserialize(document).map_err(|_| "data takes only base64, and stringData only texts".to_owned())?;
                let texts = secret.string_data.take().unwrap_or_default();
                secret.data.get_or_insert_default().extend(texts.into_iter().map(|(key, text)| (key, ByteString(text.into_bytes()))));
                inputs.secrets.insert(name, references::secret_values(secret));
            }
            _ => {}
        }
        Ok(())
    }

    /// What an object of this namespace gets, and what of it is not among the files.
    pub(super) fn of(&self, namespace: &str, names: &BTreeSet<ReferenceName>) -> (Inputs, Vec<String>) {
        let mut inputs = Inputs::default();
        let mut absent = Vec::new();
        for ReferenceName { kind, name } in names {
            let all = self.0.get(namespace);
            let known = match kind {
                ReferenceKind::ConfigMap => {
                    let map = all.and_then(|all| all.config_maps.get(name)).cloned();
                    map.map(|map| drop(inputs.config_maps.insert(name.clone(), map)))
                }
                ReferenceKind::Secret => {
                    let secret = all.and_then(|all| all.secrets.get(name)).cloned();
                    secret.map(|secret| drop(inputs.secrets.insert(name.clone(), secret)))
                }
            };
            if known.is_none() {
                absent.push(format!("{kind:?} {name}"));
            }
        }
        (inputs, absent)
    }
}

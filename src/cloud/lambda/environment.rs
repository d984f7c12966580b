//! Environment variables, which are secret.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

/// Environment variables of a function. Values are secrets: never printed, compared only here.
#[derive(Clone, Debug, Default)]
pub struct Environment(pub BTreeMap<String, SecretString>);

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self
                .0
                .iter()
                .zip(&other.0)
                .all(|((k1, v1), (k2, v2))| k1 == k2 && v1.expose_secret() == v2.expose_secret())
    }
}

impl Eq for Environment {}

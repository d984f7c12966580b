//! Environment variables, which are secret.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret, SecretString};

/// Environment variables of a function. Values are secrets: never printed, compared only here.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Names and values.
    pub variables: BTreeMap<String, SecretString>,
    /// Names whose values everybody can read in the spec or in a ConfigMap. Of what a cloud says they are
    /// not cut out, which would make its sentences unreadable and protect nothing.
    pub plain: BTreeSet<String>,
}

impl Environment {
    /// Variables of which nobody knows where their values stand.
    #[must_use]
    pub const fn secret(variables: BTreeMap<String, SecretString>) -> Self {
        Self {
            variables,
            plain: BTreeSet::new(),
        }
    }

    /// The values that nobody may read in a message.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let is_secret = |(name, _): &(&String, &SecretString)| !self.plain.contains(*name);
        let secrets = self.variables.iter().filter(is_secret);
        secrets.map(|(_, value)| value.expose_secret())
    }
}

impl PartialEq for Environment {
    fn eq(&self, other: &Self) -> bool {
        self.variables.len() == other.variables.len()
            && self
                .variables
                .iter()
                .zip(&other.variables)
                .all(|((k1, v1), (k2, v2))| k1 == k2 && v1.expose_secret() == v2.expose_secret())
    }
}

impl Eq for Environment {}

//! What the spec asks for of aliases. Pure.

use std::collections::BTreeMap;

use crate::api::lambda as api;
use crate::cloud::lambda::Alias;

/// What begins an alias's name among the managed names, and in differences.
pub const ALIASES: &str = "aliases/";

/// An alias's name among the managed names, and in differences.
#[must_use]
pub fn alias_name(alias: &str) -> String {
    format!("{ALIASES}{alias}")
}

/// The name of an alias's provisioned concurrency among the managed names, and in differences.
#[must_use]
pub fn provisioned_name(alias: &str) -> String {
    format!("{ALIASES}{alias}{PROVISIONED}")
}

/// What ends that name.
pub const PROVISIONED: &str = "/provisionedConcurrentExecutions";

/// A version, as a spec names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    Newest,
    Previous,
    /// A number, or `$LATEST`.
    Exactly(String),
}

impl Named {
    fn parse(text: &str) -> Self {
        match text {
            api::NEWEST => Self::Newest,
            api::PREVIOUS => Self::Previous,
            other => Self::Exactly(other.to_owned()),
        }
    }
}

/// The versions that aliases follow, as far as they are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The one that cloudfn published last.
    pub newest: Option<String>,
    /// The one before it, or itself while there is none.
    pub previous: Option<String>,
}

impl Followed {
    /// What people read where they are not published yet.
    #[must_use]
    pub fn in_words() -> Self {
        Self {
            newest: Some(api::NEWEST.to_owned()),
            previous: Some(api::PREVIOUS.to_owned()),
        }
    }

    fn of(&self, named: &Named) -> Option<String> {
        match named {
            Named::Newest => self.newest.clone(),
            Named::Previous => self.previous.clone(),
            Named::Exactly(version) => Some(version.clone()),
        }
    }
}

/// An alias as the spec asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct WantedAlias {
    version: Named,
    description: String,
    weights: BTreeMap<Named, f64>,
    provisioned: Option<i32>,
}

impl WantedAlias {
    /// Its provisioned concurrency; `None` where the spec names none.
    #[must_use]
    pub const fn provisioned(&self) -> Option<i32> {
        self.provisioned
    }

    fn named(&self) -> impl Iterator<Item = &Named> {
        self.weights.keys().chain([&self.version])
    }

    /// Whether it follows what cloudfn publishes.
    #[must_use]
    pub fn follows(&self) -> bool {
        let mut named = self.named();
        named.any(|named| matches!(named, Named::Newest | Named::Previous))
    }

    /// The versions that the spec names by their numbers.
    pub fn numbers(&self) -> impl Iterator<Item = &String> {
        self.named().filter_map(|named| match named {
            Named::Exactly(version) => Some(version),
            Named::Newest | Named::Previous => None,
        })
    }

    /// Whether it follows the version before the newest.
    #[must_use]
    pub fn follows_previous(&self) -> bool {
        self.named().any(|named| *named == Named::Previous)
    }

    /// What it is to say, where the versions that it follows are known. A share for its own version is none.
    #[must_use]
    pub fn of(&self, followed: &Followed) -> Option<Alias> {
        let version = followed.of(&self.version)?;
        let mut weights = BTreeMap::new();
        for (named, weight) in &self.weights {
            weights.insert(followed.of(named)?, *weight);
        }
        weights.remove(&version);
        Some(Alias {
            version,
            description: self.description.clone(),
            weights,
        })
    }
}

/// The aliases that the spec names.
#[must_use]
pub fn aliases(spec: &api::LambdaFunctionSpec) -> BTreeMap<String, WantedAlias> {
    let wanted = |asked: &api::Alias| {
        let version = asked.function_version.as_deref().unwrap_or(api::NEWEST);
        let routing = asked.routing_config.iter();
        let weights = routing.flat_map(|routing| &routing.additional_version_weights);
        WantedAlias {
            version: Named::parse(version),
            description: asked.description.clone().unwrap_or_default(),
            weights: weights
                .map(|(version, weight)| (Named::parse(version), *weight))
                .collect(),
            provisioned: asked.provisioned_concurrent_executions,
        }
    };
    let asked = spec.aliases.iter();
    asked
        .map(|alias| (alias.name.clone(), wanted(alias)))
        .collect()
}

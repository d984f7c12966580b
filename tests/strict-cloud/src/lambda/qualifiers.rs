//! Versions and aliases by their qualifier, and what each has of its own: a RevisionId, a policy, a URL, a
//! configuration of events, provisioned concurrency.

use super::function::Function;
use crate::ids::Ids;

impl Function {
    /// The version that a qualifier means, where it means one.
    pub(super) fn version_of(&self, qualifier: &str) -> Option<String> {
        if let Some(alias) = self.aliases.get(qualifier) {
            return Some(alias.version.clone());
        }
        let number: u64 = qualifier.parse().ok()?;
        let text = number.to_string();
        (text == qualifier && self.versions.contains_key(&number)).then_some(text)
    }

    /// The word for the state of a version that is not Active.
    pub(super) fn busy_version(&self, version: &str) -> Option<&'static str> {
        let version = self.versions.get(&version.parse().ok()?)?;
        version.phase.busy()
    }

    /// Takes away what belongs to a version or an alias that is gone.
    pub(super) fn forget(&mut self, qualifier: &str) {
        self.event_invoke.remove(qualifier);
        self.provisioned.remove(qualifier);
        let of = Some(qualifier.to_owned());
        self.policies.remove(&of);
        self.urls.remove(&of);
    }

    /// Whether there is a version or an alias of that name.
    pub(super) fn has(&self, qualifier: &str) -> bool {
        self.version_of(qualifier).is_some()
    }

    /// The ARN of the function, or of a version or an alias.
    pub(super) fn arn_of(&self, qualifier: Option<&str>) -> String {
        let arn = &self.arn;
        qualifier.map_or_else(|| arn.clone(), |qualifier| format!("{arn}:{qualifier}"))
    }

    /// The RevisionId of $LATEST, or of a version or an alias.
    pub(super) fn revision_of(&mut self, qualifier: Option<&str>) -> &mut String {
        let number = qualifier.and_then(|qualifier| qualifier.parse().ok());
        let version = number.and_then(|number: u64| self.versions.get_mut(&number));
        let alias = qualifier.and_then(|name| self.aliases.get_mut(name));
        let other = alias.map(|alias| &mut alias.revision);
        let other = version.map(|version| &mut version.revision).or(other);
        other.unwrap_or(&mut self.revision)
    }

    /// Moves the RevisionId of $LATEST, or of a version or an alias.
    pub(super) fn touch_of(&mut self, ids: Ids, qualifier: Option<&str>) {
        let revision = self.revision(ids);
        *self.revision_of(qualifier) = revision;
    }
}

//! The versions of one object that a pass has read and written. Pure.

/// The version of the object after the last write, and those before it.
#[derive(Clone, Debug)]
pub(super) struct Versions {
    current: String,
    /// What the last pass read or made on its way.
    older: Vec<String>,
}

impl Versions {
    /// The object was read at this version.
    pub(super) fn at(version: &str) -> Self {
        Self {
            current: version.to_owned(),
            older: Vec::new(),
        }
    }

    /// The version that a write goes onto.
    pub(super) fn current(&self) -> &str {
        &self.current
    }

    /// The object is now at `version`.
    pub(super) fn advance(&mut self, version: String) {
        if version != self.current {
            self.older
                .push(std::mem::replace(&mut self.current, version));
        }
    }

    /// Whether this version is older than the last write: the cache has not caught up yet. The last pass
    /// read or wrote it before its last write, or its number is smaller: another writer's in between.
    ///
    /// Versions of one resource can be compared as numbers (Kubernetes API concepts, "Resource versions").
    /// Were it otherwise somewhere, the write that follows is refused, and the object is read anew.
    pub(super) fn is_older(&self, version: &str) -> bool {
        let listed = self.older.iter().any(|older| older == version);
        let number = |version: &str| version.parse::<u128>().ok();
        let smaller = number(version)
            .zip(number(&self.current))
            .is_some_and(|(read, written)| read < written);
        listed || smaller
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_older_by_the_list_or_by_their_number() {
        let versions = |current: &str| {
            let mut versions = Versions::at("abc");
            versions.advance(current.to_owned());
            versions
        };
        let rows = [
            (
                "100",
                "99",
                true,
                "a lower number is older, whoever wrote it",
            ),
            (
                "100",
                "100",
                false,
                "the version that was written is current",
            ),
            ("100", "101", false, "a higher number is newer"),
            ("100", "abc", true, "what is listed is older, number or not"),
            (
                "100",
                "def",
                false,
                "what is neither listed nor a number may be newer",
            ),
            ("xyz", "99", false, "a number is compared with numbers only"),
        ];
        for (written, read, older, sentence) in rows {
            assert_eq!(versions(written).is_older(read), older, "{sentence}");
        }
    }
}

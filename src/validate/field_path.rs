//! The path of a field in an object: `spec.tests[0].name`.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

/// A step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// The steps from the object to the field; none for the object itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// A path of plain names with dots between them, as CEL rules have it: `spec.code`, `.inline`.
    pub(super) fn dotted(names: &str) -> Self {
        Self::default().then(names)
    }

    /// The path of a JSON pointer into this value, which tells an item's number from a member's name.
    pub(super) fn at_pointer(pointer: &str, mut value: &Value) -> Self {
        let mut path = Self::default();
        for step in pointer.split('/').skip(1) {
            let name = step.replace("~1", "/").replace("~0", "~");
            let number = name.parse().ok().filter(|_| value.is_array());
            let (next, inner) = match number {
                Some(number) => (path.item(number), value.get(number)),
                None => (path.member(&name), value.get(&name)),
            };
            (path, value) = (next, inner.unwrap_or(&Value::Null));
        }
        path
    }

    /// The path of a member.
    pub(super) fn member(&self, name: &str) -> Self {
        self.step(Step::Member(name.to_owned()))
    }

    /// The path of a list's item.
    pub(super) fn item(&self, number: usize) -> Self {
        self.step(Step::Item(number))
    }

    /// The path with these dotted names after it.
    pub(super) fn then(&self, names: &str) -> Self {
        let names = names.split('.').filter(|name| !name.is_empty());
        names.fold(self.clone(), |path, name| path.member(name))
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.0
    }

    /// The steps from this field to the other, if that is this one or inside it.
    pub(super) fn steps_to<'a>(&self, other: &'a Self) -> Option<&'a [Step]> {
        other.0.strip_prefix(self.0.as_slice())
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(number) => write!(f, "[{number}]")?,
                Step::Member(name) if name.chars().all(is_plain) => {
                    let dot = if at == 0 { "" } else { "." };
                    write!(f, "{dot}{name}")?;
                }
                // `metadata.annotations[cloudfn.dev/paused]`, as the API server writes it.
                Step::Member(name) => write!(f, "[{name}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

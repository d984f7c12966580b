//! What differs between what is wanted and what is there.
//!
//! Invariant: only what the spec names, or named once, is compared; no difference carries a value
//! that is hidden.

use std::collections::BTreeSet;

use super::value::Value;
use crate::cloud::lambda::fields::{Call, Row, Visibility};
use crate::cloud::lambda::{Configuration, ROWS, configuration_fields};
use crate::functions::shared::difference::difference;
use crate::reconcile::Difference;

/// Members to change, and how they differ.
#[derive(Clone, Default)]
pub struct Differing {
    /// The members that differ, as wanted; the others are `None`.
    pub changes: Configuration,
    /// How; empty where nothing differs.
    pub why: Vec<Difference>,
}

impl Differing {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.why.extend(other.why);
        Self {
            changes: self.changes.or(&other.changes),
            why: self.why,
        }
    }
}

/// What the spec names and may drop later.
pub fn managed(wanted: &Configuration) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            // What has no fresh value is never taken away.
            if wanted.$field.is_some() && (ROWS.$field.fresh)().is_some() {
                names.insert(ROWS.$field.name.to_owned());
            }
        )*};
    }
    configuration_fields!(collect;);
    names
}

/// Whether cloudfn can have put a field of this name there, to take it away again.
pub fn can_manage(name: &str) -> bool {
    let mut known = false;
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            known |= ROWS.$field.name == name && (ROWS.$field.fresh)().is_some();
        )*};
    }
    configuration_fields!(collect;);
    known
}

/// What is wanted together with what is to be taken away: a field that is in `managed` and that
/// the spec no longer names is wanted as a fresh create would have it.
pub fn effective(wanted: &Configuration, managed: &BTreeSet<String>) -> Configuration {
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            Configuration { $( $field: or_taken_away(wanted.$field.as_ref(), &ROWS.$field, managed), )* }
        };
    }
    configuration_fields!(collect;)
}

fn or_taken_away<T: Clone>(
    wanted: Option<&T>,
    row: &Row<T>,
    managed: &BTreeSet<String>,
) -> Option<T> {
    let dropped = || managed.contains(row.name).then(row.fresh).flatten();
    wanted.cloned().or_else(dropped)
}

/// The members of `wanted` that a function has not by itself: a create needs to name no others, and AWS
/// documents clearing values (an empty ARN, empty lists) for updates only.
pub fn beyond_fresh(wanted: &Configuration) -> Configuration {
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {
            Configuration {
                $( $field: wanted.$field.clone().filter(|value| Some(value) != (ROWS.$field.fresh)().as_ref()), )*
            }
        };
    }
    configuration_fields!(collect;)
}

/// The members of `wanted` that `observed` does not have, of those that `call` changes.
pub fn differing(wanted: &Configuration, observed: &Configuration, call: Call) -> Differing {
    differing_by(wanted, call, Looked::At(observed))
}

/// The same for a function whose hidden values nobody may learn of: each counts as one difference.
pub fn outlined(wanted: &Configuration, observed: &Configuration, call: Call) -> Differing {
    differing_by(wanted, call, Looked::Past(observed))
}

/// Whether hidden values of what was observed are looked at.
#[derive(Clone, Copy)]
enum Looked<'a> {
    At(&'a Configuration),
    Past(&'a Configuration),
}

impl<'a> Looked<'a> {
    /// What was observed; `None` where a value of this visibility is not looked at.
    fn with(self, visibility: Visibility) -> Option<&'a Configuration> {
        match self {
            Self::Past(_) if visibility == Visibility::Hidden => None,
            Self::At(observed) | Self::Past(observed) => Some(observed),
        }
    }
}

fn differing_by(wanted: &Configuration, call: Call, looked: Looked<'_>) -> Differing {
    let mut found = Differing::default();
    macro_rules! collect {
        ([] $( $(#[$doc:meta])* $field:ident: $type:ty { $($columns:tt)* } )*) => {$(
            if ROWS.$field.call == call {
                let (row, why) = (&ROWS.$field, &mut found.why);
                found.changes.$field = match looked.with(row.value) {
                    Some(observed) => differs(wanted.$field.as_ref(), observed.$field.as_ref(), row, why),
                    None => unseen(wanted.$field.as_ref(), row, why),
                };
            }
        )*};
    }
    configuration_fields!(collect;);
    found
}

fn unseen<T: Clone>(wanted: Option<&T>, row: &Row<T>, why: &mut Vec<Difference>) -> Option<T> {
    why.extend(wanted.map(|_| difference(row.name, None, None)));
    wanted.cloned()
}

fn differs<T: Value>(
    wanted: Option<&T>,
    observed: Option<&T>,
    row: &Row<T>,
    why: &mut Vec<Difference>,
) -> Option<T> {
    let wanted = wanted.filter(|wanted| !wanted.is(observed, row))?;
    why.extend(wanted.differences(observed, row));
    Some(wanted.clone())
}

//! How a value is compared, shown and hashed: once for each type that a field can have.

use std::borrow::Cow;
use std::collections::BTreeSet;

use secrecy::ExposeSecret;

use crate::cloud::lambda::Environment;
use crate::cloud::lambda::blocks::Block;
use crate::cloud::lambda::fields::{Compared, Row, Visibility};
use crate::functions::lambda::block;
use crate::functions::shared::difference::difference;
use crate::reconcile::Difference;

/// A value of a field.
pub trait Value: Clone + 'static {
    /// Whether the function has the value. `observed` is `None` where an answer leaves the field
    /// out, or where there is no function yet.
    fn is(&self, observed: Option<&Self>, row: &Row<Self>) -> bool;

    /// How it differs from what was observed.
    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference>;

    /// The observed value as parts of a hash.
    fn parts<'a>(observed: Option<&'a Self>, row: &Row<Self>) -> Vec<Cow<'a, str>>;
}

/// One difference, with both values where people may read them.
fn one<T>(row: &Row<T>, from: Option<String>, to: String) -> Vec<Difference> {
    vec![match row.value {
        Visibility::Shown => difference(row.name, from, Some(to)),
        Visibility::Hidden => difference(row.name, None, None),
    }]
}

impl Value for String {
    fn is(&self, observed: Option<&Self>, row: &Row<Self>) -> bool {
        *self == observed.cloned().or_else(row.fresh).unwrap_or_default()
    }

    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference> {
        one(row, observed.cloned(), self.clone())
    }

    fn parts<'a>(observed: Option<&'a Self>, row: &Row<Self>) -> Vec<Cow<'a, str>> {
        vec![observed.map_or_else(
            || (row.fresh)().unwrap_or_default().into(),
            |text| text.as_str().into(),
        )]
    }
}

impl Value for i32 {
    fn is(&self, observed: Option<&Self>, row: &Row<Self>) -> bool {
        Some(*self) == observed.copied().or_else(row.fresh)
    }

    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference> {
        one(row, observed.map(Self::to_string), self.to_string())
    }

    fn parts<'a>(observed: Option<&'a Self>, row: &Row<Self>) -> Vec<Cow<'a, str>> {
        let number = observed.copied().or_else(row.fresh);
        vec![number.map_or_else(String::new, |n| n.to_string()).into()]
    }
}

/// An empty list in an answer is a fresh function's. No list at all is no function.
impl Value for Vec<String> {
    fn is(&self, observed: Option<&Self>, row: &Row<Self>) -> bool {
        let Some(observed) = observed.map(|list| or_fresh(list, row)) else {
            return false;
        };
        match row.compared {
            Compared::AsItStands => *self == observed,
            Compared::AsASet => {
                let set = |list: &Self| list.iter().cloned().collect::<BTreeSet<String>>();
                set(self) == set(&observed)
            }
        }
    }

    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference> {
        let from = observed.map(|list| or_fresh(list, row).join(","));
        one(row, from, self.join(","))
    }

    fn parts<'a>(observed: Option<&'a Self>, _: &Row<Self>) -> Vec<Cow<'a, str>> {
        vec![
            observed
                .map(|list| list.join(","))
                .unwrap_or_default()
                .into(),
        ]
    }
}

fn or_fresh(list: &[String], row: &Row<Vec<String>>) -> Vec<String> {
    let fresh = || (row.fresh)().unwrap_or_default();
    if list.is_empty() {
        fresh()
    } else {
        list.to_vec()
    }
}

/// A block differs in its members.
impl<B: Block> Value for B {
    fn is(&self, observed: Option<&Self>, row: &Row<Self>) -> bool {
        observed.cloned().or_else(row.fresh).as_ref() == Some(self)
    }

    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference> {
        block::differences(row.name, observed, self)
    }

    fn parts<'a>(observed: Option<&'a Self>, row: &Row<Self>) -> Vec<Cow<'a, str>> {
        let block = observed.cloned().or_else(row.fresh);
        let members = block.map_or_else(Vec::new, |block| block.members());
        let parts = members
            .into_iter()
            .map(|(name, value)| format!("{name}={value}").into());
        parts.collect()
    }
}

/// An environment differs in its variables, whose names may be shown and whose values never are.
impl Value for Environment {
    fn is(&self, observed: Option<&Self>, _: &Row<Self>) -> bool {
        *self == observed.cloned().unwrap_or_default()
    }

    fn differences(&self, observed: Option<&Self>, row: &Row<Self>) -> Vec<Difference> {
        let observed = observed.cloned().unwrap_or_default();
        let value =
            |of: &Self, name: &str| of.variables.get(name).map(|v| v.expose_secret().to_owned());
        let names: BTreeSet<&String> = self
            .variables
            .keys()
            .chain(observed.variables.keys())
            .collect();
        names
            .into_iter()
            .filter(|name| value(self, name) != value(&observed, name))
            .map(|name| difference(&format!("{}.variables.{name}", row.name), None, None))
            .collect()
    }

    /// None: it is hidden, and no hash may tell of it.
    fn parts<'a>(_: Option<&'a Self>, _: &Row<Self>) -> Vec<Cow<'a, str>> {
        Vec::new()
    }
}

//! In what two blocks differ. Pure.

use std::collections::BTreeSet;

use crate::cloud::lambda::blocks::{Block, Member};
use crate::functions::shared::difference::difference;
use crate::reconcile::Difference;

/// Every member that differs, by its place below `spec`, where the block itself is `name`. `from` is `None`
/// where there is no such block.
#[must_use]
pub fn differences<B: Block>(name: &str, from: Option<&B>, to: &B) -> Vec<Difference> {
    let (from, to) = (from.map_or_else(Vec::new, Block::members), to.members());
    let value = |of: &[Member], name| {
        let found = of.iter().find(|(member, _)| *member == name);
        found.map(|(_, value)| value.clone())
    };
    let members = from.iter().chain(&to).map(|(name, _)| *name);
    let members: BTreeSet<&str> = members.collect();
    let differing = members.into_iter().filter_map(|member| {
        let (from, to) = (value(&from, member), value(&to, member));
        let field = [name, member].join(".");
        (from != to).then(|| difference(field.trim_end_matches('.'), from, to))
    });
    differing.collect()
}

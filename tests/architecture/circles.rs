//! No circle of files: whoever reads a file reads what it imports, and then is done.
//!
//! An edge leads from a file that names an item to the file of the deepest module on the way to that
//! item. So an import from a `mod.rs` leads to that `mod.rs`, whatever it re-exports, and the
//! re-export itself (`pub use child::Item`) leads from `mod.rs` to the child. A child that imports
//! from its own `mod.rs` what this re-exports is therefore in a circle with it: it imports from its
//! sibling instead. A declaration (`mod child;`) leads nowhere, and unit tests are left out.
//!
//! Calls of methods are not seen: a type whose `impl` blocks lie in several files can hide a circle.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::rules::{File, Violation};

/// The files that a file names items of, each with the line that names it first.
type Edges<'a> = BTreeMap<&'a str, BTreeMap<&'a str, usize>>;

/// One violation for each group of files that can all reach each other.
pub fn circles(files: &[File]) -> Vec<Violation> {
    let edges = edges(files);
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges
        .keys()
        .map(|file| (*file, reachable(&edges, file)))
        .collect();
    let mut found = Vec::new();
    let mut grouped = BTreeSet::new();
    for (file, others) in &reached {
        let group: BTreeSet<&str> = others
            .iter()
            .copied()
            .filter(|other| reached[other].contains(file))
            .collect();
        if group.len() > 1 && grouped.insert(group.clone()) {
            found.push(violation(&edges, &group));
        }
    }
    found
}

fn edges(files: &[File]) -> Edges<'_> {
    let modules: BTreeMap<&[String], &str> = files
        .iter()
        .map(|file| (file.module.as_slice(), file.name.as_str()))
        .collect();
    let mut edges = Edges::new();
    for file in files.iter().filter(|file| !file.is_test()) {
        let targets = edges.entry(file.name.as_str()).or_default();
        for path in &file.paths {
            let Some((root, segments)) = path.segments.split_first() else {
                continue;
            };
            let deepest = (0..=segments.len())
                .rev()
                .find_map(|length| modules.get(&segments[..length]));
            if let Some(target) = deepest.filter(|target| root == "crate" && **target != file.name)
            {
                let line = targets.entry(target).or_insert(path.line);
                *line = path.line.min(*line);
            }
        }
    }
    edges
}

/// All files to which a way leads from this one; itself, where it is in a circle.
fn reachable<'a>(edges: &Edges<'a>, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&'a str> = edges[from].keys().copied().collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(edges.get(file).into_iter().flat_map(BTreeMap::keys));
        }
    }
    found
}

/// The shortest circle of a group in the order of its imports, and how many files the group has.
fn violation(edges: &Edges<'_>, group: &BTreeSet<&str>) -> Violation {
    let circle = group
        .iter()
        .map(|start| shortest(edges, start))
        .min_by_key(Vec::len)
        .unwrap_or_default();
    let next = circle.iter().cycle().skip(1);
    let lines: Vec<usize> = circle
        .iter()
        .zip(next)
        .map(|(file, next)| edges[file][next])
        .collect();
    let way: Vec<String> = circle
        .iter()
        .zip(&lines)
        .map(|(file, line)| format!("{file}:{line}"))
        .collect();
    let rest: Vec<&str> = group
        .iter()
        .copied()
        .filter(|file| !circle.contains(file))
        .collect();
    let more = if rest.is_empty() {
        String::new()
    } else {
        format!("; in further circles with them: {}", rest.join(", "))
    };
    Violation {
        file: circle[0].to_owned(),
        line: lines[0],
        rule: "circle",
        message: format!(
            "files import each other, {} -> {}: move what they share into a file below them, and import an item from the file that defines it, not from a mod.rs above{more}",
            way.join(" -> "),
            circle[0]
        ),
    }
}

/// The shortest way from a file back to itself, without the return.
fn shortest<'a>(edges: &Edges<'a>, start: &'a str) -> Vec<&'a str> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let targets = way.last().and_then(|last| edges.get(last));
        for target in targets.into_iter().flat_map(BTreeMap::keys) {
            if *target == start {
                return way;
            }
            if seen.insert(*target) {
                ways.push_back([way.as_slice(), &[*target]].concat());
            }
        }
    }
    Vec::new()
}

//! Which function declares a name, which uses it, and what is to be changed so that closures see what
//! they see in the engine.
//!
//! njs copies the variables of an async function when it first waits: a function that was made before
//! keeps those of then (`tests/fixtures/javascript`). So each variable that is set after the first
//! `await` and used by a function inside is reached from there through a holder, which is swapped when
//! the first `await` is over (`__held` in `host.js`).

use std::collections::BTreeSet;

/// How a function was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// As a value: a function expression or an arrow function.
    Value,
    /// As a statement: it is there from the beginning of the function around it.
    Declaration,
    /// As a member of an object.
    Method,
}

/// A function, or the whole source.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub(super) parent: Option<usize>,
    pub(super) made: Made,
    pub(super) is_async: bool,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Behind the brace of its body, if it has one.
    pub(super) body: Option<usize>,
    /// As often as they are declared.
    pub(super) names: Vec<&'a str>,
    /// From the word to the end of what it waits for, in order of the ends.
    pub(super) awaits: Vec<(usize, usize)>,
}

/// Where a variable is read or set.
#[derive(Debug)]
pub(super) struct Use<'a> {
    pub(super) name: &'a str,
    pub(super) start: usize,
    pub(super) scope: usize,
    /// A member of an object that is called like the variable: `{ name }`.
    pub(super) is_short: bool,
}

/// Where a variable is set, by a declaration too: once the value is there.
#[derive(Debug)]
pub(super) struct Set<'a> {
    pub(super) name: &'a str,
    pub(super) at: usize,
    pub(super) scope: usize,
}

/// What is to be replaced in the source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edit {
    pub(super) from: usize,
    /// Of edits in one place: what closes a thing, the last begun first; then what opens one, the
    /// last to end first; then what replaces.
    pub(super) turn: (u8, usize),
    pub(super) to: usize,
    pub(super) text: String,
}

impl Edit {
    pub(super) fn replace(from: usize, to: usize, text: String) -> Self {
        Self {
            from,
            turn: (2, 0),
            to,
            text,
        }
    }

    /// Text before and behind a piece of the source.
    fn around((start, end): (usize, usize), open: String, close: String) -> [Self; 2] {
        let at = |from, turn, text| Self {
            from,
            turn,
            to: from,
            text,
        };
        [
            at(start, (1, usize::MAX - end), open),
            at(end, (0, usize::MAX - start), close),
        ]
    }
}

/// All that is known of the names of a source.
#[derive(Debug, Default)]
pub(super) struct Scopes<'a> {
    pub(super) all: Vec<Scope<'a>>,
    pub(super) uses: Vec<Use<'a>>,
    pub(super) sets: Vec<Set<'a>>,
}

impl<'a> Scopes<'a> {
    /// The edits for all functions.
    pub(super) fn edits(&self) -> Vec<Edit> {
        (0..self.all.len())
            .flat_map(|scope| self.edits_of(scope))
            .collect()
    }

    fn edits_of(&self, index: usize) -> Vec<Edit> {
        let Some((scope, held)) = self
            .all
            .get(index)
            .map(|scope| (scope, self.held(index, scope)))
        else {
            return Vec::new();
        };
        let (Some(body), false) = (scope.body, held.is_empty()) else {
            return Vec::new();
        };
        let slots: Vec<String> = held
            .iter()
            .map(|name| format!("{name}: [() => {name}, (v) => {{ {name} = v; }}]"))
            .collect();
        let holder = format!(" const __h{index} = __held({{ {} }});", slots.join(", "));
        let mut edits = vec![Edit {
            from: body,
            turn: (1, 0),
            to: body,
            text: holder,
        }];
        for waits in &scope.awaits {
            edits.extend(Edit::around(
                *waits,
                format!("__h{index}.passed("),
                ")".to_owned(),
            ));
        }
        edits.extend(self.closures(index, &held));
        edits
    }

    /// The variables of a function that it sets after its first `await` and a function inside uses.
    fn held(&self, index: usize, scope: &Scope<'a>) -> BTreeSet<&'a str> {
        let first = scope.awaits.iter().map(|(_, end)| *end).min();
        let Some(first) = first.filter(|_| scope.is_async) else {
            return BTreeSet::new();
        };
        let is_set_later = |name: &str| {
            self.sets
                .iter()
                .any(|set| set.scope == index && set.name == name && set.at >= first)
        };
        let is_used_inside = |name: &str| {
            self.uses
                .iter()
                .any(|used| used.name == name && self.child_of(index, used).is_some())
        };
        scope
            .names
            .iter()
            .copied()
            .filter(|name| {
                let times = scope.names.iter().filter(|other| *other == name).count();
                times == 1 && is_set_later(name) && is_used_inside(name)
            })
            .collect()
    }

    /// The function right inside `index` in which, or in whose inside, a variable of `index` is used.
    fn child_of(&self, index: usize, used: &Use<'_>) -> Option<usize> {
        let mut at = used.scope;
        while let Some(scope) = self.all.get(at) {
            if scope.names.contains(&used.name) {
                return None;
            }
            match scope.parent {
                Some(parent) if parent == index => return Some(at),
                Some(parent) => at = parent,
                None => return None,
            }
        }
        None
    }

    /// Functions inside get the holder when they are made, and reach the variables through it.
    fn closures(&self, index: usize, held: &BTreeSet<&str>) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut wrapped = BTreeSet::new();
        for used in self.uses.iter().filter(|used| held.contains(used.name)) {
            let Some(child) = self.child_of(index, used) else {
                continue;
            };
            let Some(scope) = self.all.get(child) else {
                continue;
            };
            let holder = match scope.made {
                Made::Method => continue,
                Made::Declaration => format!("__h{index}.first"),
                Made::Value => format!("__c{child}"),
            };
            if scope.made == Made::Value && wrapped.insert(child) {
                edits.extend(Edit::around(
                    (scope.start, scope.end),
                    format!("((__c{child}) => "),
                    format!(")(__h{index}.now)"),
                ));
            }
            let short = if used.is_short {
                format!("{}: ", used.name)
            } else {
                String::new()
            };
            edits.push(Edit::replace(
                used.start,
                used.start + used.name.len(),
                format!("{short}{holder}.{}", used.name),
            ));
        }
        edits
    }
}

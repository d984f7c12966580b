//! Texts that match a pattern: the part of regular expressions that schemas here use.
//!
//! Classes, groups, `?`, `*`, `+`, `{n}`, `{n,m}`, `\d`, `\s` and anchors. An alternative (`|`) or
//! anything else is refused, and the field then needs a rule of its own.

use std::iter::Peekable;
use std::ops::RangeInclusive;
use std::str::Chars;

use fastrand::Rng;

/// Repetitions of what may come any number of times, beyond the least.
const MORE: usize = 8;

/// What a pattern is made of, each part with its number of repetitions.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<(Part, RangeInclusive<usize>)>);

#[derive(Clone, Debug)]
enum Part {
    OneOf(Vec<char>),
    Group(Pattern),
}

impl Pattern {
    /// Reads a pattern.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut rest = text.chars().peekable();
        let pattern = sequence(&mut rest)?;
        rest.next().map_or(Ok(pattern), |left| {
            Err(format!("{left:?} has no meaning here"))
        })
    }

    /// A text of so many characters that matches; `None` if chance found none.
    pub(super) fn text(&self, rng: &mut Rng, length: &RangeInclusive<usize>) -> Option<String> {
        (0..200).find_map(|_| {
            let mut text = String::new();
            self.append(rng, &mut text);
            length.contains(&text.chars().count()).then_some(text)
        })
    }

    fn append(&self, rng: &mut Rng, text: &mut String) {
        for (part, times) in &self.0 {
            for _ in 0..rng.usize(times.clone()) {
                match part {
                    Part::OneOf(characters) => text.push(characters[rng.usize(..characters.len())]),
                    Part::Group(group) => group.append(rng, text),
                }
            }
        }
    }
}

/// The characters that "any" and "all but" choose from.
fn alphabet() -> impl Iterator<Item = char> {
    (' '..='~').chain(['\t', '\n', 'é', '語'])
}

fn escaped(character: char) -> Result<Vec<char>, String> {
    match character {
        'd' => Ok(('0'..='9').collect()),
        's' => Ok(vec![' ', '\t', '\n', '\r']),
        'w' => Ok(('a'..='z')
            .chain('A'..='Z')
            .chain('0'..='9')
            .chain(['_'])
            .collect()),
        'n' => Ok(vec!['\n']),
        other if !other.is_alphanumeric() => Ok(vec![other]),
        other => Err(format!("\\{other} is not known")),
    }
}

fn sequence(rest: &mut Peekable<Chars<'_>>) -> Result<Pattern, String> {
    let mut parts = Vec::new();
    while let Some(next) = rest.next_if(|next| *next != ')') {
        let part = match next {
            '^' | '$' => continue,
            '[' => Part::OneOf(class(rest)?),
            '(' => {
                let group = Part::Group(sequence(rest)?);
                rest.next_if_eq(&')').ok_or("a group does not end")?;
                group
            }
            '\\' => Part::OneOf(escaped(rest.next().ok_or("a backslash is last")?)?),
            '.' => Part::OneOf(alphabet().collect()),
            '|' | '?' | '*' | '+' | '{' | ']' | '}' => {
                return Err(format!("{next:?} has no meaning here"));
            }
            plain => Part::OneOf(vec![plain]),
        };
        parts.push((part, times(rest)?));
    }
    Ok(Pattern(parts))
}

fn times(rest: &mut Peekable<Chars<'_>>) -> Result<RangeInclusive<usize>, String> {
    let Some(sign) = rest.next_if(|next| "?*+{".contains(*next)) else {
        return Ok(1..=1);
    };
    match sign {
        '?' => return Ok(0..=1),
        '*' => return Ok(0..=MORE),
        '+' => return Ok(1..=1 + MORE),
        _ => {}
    }
    let mut inner = String::new();
    while let Some(next) = rest.next_if(|next| *next != '}') {
        inner.push(next);
    }
    rest.next().ok_or("a number of times does not end")?;
    let number = |text: &str| {
        text.parse::<usize>()
            .map_err(|_| format!("{{{inner}}} is no number of times"))
    };
    match inner.split_once(',') {
        None => number(&inner).map(|n| n..=n),
        Some((least, "")) => number(least).map(|least| least..=least + MORE),
        Some((least, most)) => Ok(number(least)?..=number(most)?),
    }
}

fn class(rest: &mut Peekable<Chars<'_>>) -> Result<Vec<char>, String> {
    let all_but = rest.next_if_eq(&'^').is_some();
    let mut named: Vec<char> = Vec::new();
    loop {
        let first = match rest.next().ok_or("a class does not end")? {
            ']' => break,
            '\\' => {
                named.extend(escaped(rest.next().ok_or("a backslash is last")?)?);
                continue;
            }
            other => other,
        };
        let mut ahead = rest.clone();
        let last = if ahead.next() == Some('-') {
            ahead.next().filter(|last| *last != ']')
        } else {
            None
        };
        match last {
            Some(last) => {
                named.extend(first..=last);
                *rest = ahead;
            }
            None => named.push(first),
        }
    }
    let characters: Vec<char> = if all_but {
        alphabet().filter(|one| !named.contains(one)).collect()
    } else {
        named
    };
    if characters.is_empty() {
        Err("a class is empty".to_owned())
    } else {
        Ok(characters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a text is as its pattern says.
    type Fits = fn(&str) -> bool;

    #[test]
    fn texts_are_as_the_pattern_says() {
        let all = |text: &str, fits: fn(char) -> bool| !text.is_empty() && text.chars().all(fits);
        let rows: &[(&str, Fits)] = &[
            ("^[a-c_-]+$", |text| {
                text.chars().all(|c| "abc_-".contains(c))
            }),
            (r"^[^\s]+$", |text| !text.contains(char::is_whitespace)),
            (r"^a(b|c)?$", |_| false),
            (r"^x\d{3}y?$", |text| {
                text.starts_with('x') && text.trim_end_matches('y').len() == 4
            }),
            (r"^(ab){2,3}\.$", |text| {
                text == "abab." || text == "ababab."
            }),
            ("^[0-9A-Za-z.\\-_]*[0-9A-Za-z\\-_]$", |text| {
                !text.ends_with('.')
            }),
        ];
        for (pattern, fits) in rows {
            let read = Pattern::read(pattern);
            let Ok(read) = read else {
                assert!(pattern.contains('|'), "{pattern}: {read:?}");
                continue;
            };
            let mut rng = Rng::with_seed(1);
            for _ in 0..100 {
                let text = read.text(&mut rng, &(1..=20)).unwrap();
                assert!(
                    fits(&text) && all(&text, |c| !c.is_control()),
                    "{pattern}: {text:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for pattern in ["a|b", "(a", "[a", "a{x}", "*", r"\p{L}", "[]"] {
            assert!(Pattern::read(pattern).is_err(), "{pattern}");
        }
    }
}

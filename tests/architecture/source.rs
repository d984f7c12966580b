//! Reads Rust source as tokens and paths: enough to see who imports whom.
//!
//! Comments, strings and `#[cfg(test)]` items are left out. A path is resolved to where it points:
//! `super::` and `self::` by the file's own module, a child module by its `mod`, and a name that a
//! `use` brought in by that `use`.

use std::collections::BTreeMap;

/// A word, a `::`, or one character of punctuation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Line, counted from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

/// A path with at least two segments, or anything that a `use` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Line, counted from 1.
    pub line: usize,
    /// Segments; the first is `crate`, the name of another crate, or something local.
    pub segments: Vec<String>,
    /// Whether a `use` names it.
    pub imported: bool,
}

impl Path {
    /// The room of our own crate that it leads to.
    pub fn room(&self) -> Option<&str> {
        match self.segments.first()?.as_str() {
            "crate" => self.segments.get(1).map(String::as_str),
            _ => None,
        }
    }

    /// Whether it begins with these segments.
    pub fn starts_with(&self, prefix: &[&str]) -> bool {
        self.segments.len() >= prefix.len() && self.segments.iter().zip(prefix).all(|(a, b)| a == b)
    }

    /// Whether these segments stand in it, side by side.
    pub fn contains(&self, part: &[&str]) -> bool {
        self.segments
            .windows(part.len())
            .any(|window| window.iter().zip(part).all(|(a, b)| a == b))
    }

    /// As it is written in Rust.
    pub fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// The tokens of a file, without comments, strings and test code.
pub fn tokens(source: &str) -> Vec<Token> {
    without_tests(&scan(source))
}

fn scan(source: &str) -> Vec<Token> {
    let text: Vec<char> = source.chars().collect();
    let at = |i: usize| text.get(i).copied().unwrap_or('\0');
    let mut tokens = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < text.len() {
        let start = i;
        let c = at(i);
        match c {
            '/' if at(i + 1) == '/' => {
                while i < text.len() && at(i) != '\n' {
                    i += 1;
                }
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                while i < text.len() {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => i = end_of_string(&text, i),
            '\'' => i = end_of_quote(&text, i),
            _ if c.is_alphanumeric() || c == '_' => {
                while at(i).is_alphanumeric() || at(i) == '_' {
                    i += 1;
                }
                let word: String = text[start..i].iter().collect();
                let hashes = (i..text.len()).take_while(|&j| at(j) == '#').count();
                let raw = matches!(word.as_str(), "r" | "br" | "cr");
                if raw && at(i + hashes) == '"' {
                    i = end_of_raw_string(&text, i + hashes + 1, hashes);
                } else if word == "r" && hashes == 1 {
                    i += 1; // r#type: the word itself comes next
                } else if !(at(i) == '"' && matches!(word.as_str(), "b" | "c")) {
                    tokens.push(Token { line, text: word });
                }
            }
            ':' if at(i + 1) == ':' => {
                tokens.push(Token {
                    line,
                    text: "::".to_owned(),
                });
                i += 2;
            }
            _ => {
                if !c.is_whitespace() {
                    tokens.push(Token {
                        line,
                        text: c.to_string(),
                    });
                }
                i += 1;
            }
        }
        line += text[start..i.min(text.len())]
            .iter()
            .filter(|&&c| c == '\n')
            .count();
    }
    tokens
}

fn end_of_string(text: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < text.len() && text[i] != '"' {
        i += if text[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn end_of_raw_string(text: &[char], first: usize, hashes: usize) -> usize {
    let closes = |i: usize| {
        text[i] == '"'
            && text.len() > i + hashes
            && text[i + 1..=i + hashes].iter().all(|&c| c == '#')
    };
    (first..text.len())
        .find(|&i| closes(i))
        .map_or(text.len(), |i| i + 1 + hashes)
}

/// After a character literal, or after the quote of a lifetime.
fn end_of_quote(text: &[char], quote: usize) -> usize {
    match (text.get(quote + 1), text.get(quote + 2)) {
        (Some('\\'), _) => (quote + 3..text.len())
            .find(|&i| text[i] == '\'')
            .map_or(text.len(), |i| i + 1),
        (Some(_), Some('\'')) => quote + 3,
        _ => quote + 1,
    }
}

fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let marked = tokens.len() >= i + MARK.len()
            && tokens[i..]
                .iter()
                .zip(MARK)
                .all(|(token, mark)| token.text == mark);
        if marked {
            i = end_of_item(tokens, i + MARK.len());
        } else {
            kept.push(tokens[i].clone());
            i += 1;
        }
    }
    kept
}

fn end_of_item(tokens: &[Token], first: usize) -> usize {
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate().skip(first) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i + 1;
                }
            }
            ";" if depth == 0 => return i + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Every path of a file that lies in `module`, resolved. `ours` are names of our own crate.
pub fn paths(tokens: &[Token], module: &[String], ours: &[&str]) -> Vec<Path> {
    let mut reader = Reader {
        tokens,
        module: module.to_vec(),
        ours,
        names: BTreeMap::new(),
        found: Vec::new(),
    };
    for window in tokens.windows(3) {
        if let [word, name, end] = window
            && word.text == "mod"
            && end.text == ";"
        {
            let child = [reader.module.as_slice(), std::slice::from_ref(&name.text)].concat();
            reader.names.insert(
                name.text.clone(),
                [vec!["crate".to_owned()], child].concat(),
            );
        }
    }
    let mut inner: Vec<usize> = Vec::new();
    let (mut i, mut depth) = (0, 0_usize);
    while i < tokens.len() {
        let text = reader.text(i);
        match text {
            "use" if is_word(reader.text(i + 1)) || matches!(reader.text(i + 1), "::" | "{") => {
                i = reader.import(i + 1, &[], tokens[i].line);
                continue;
            }
            // A visibility names no item: `pub(in super::super)`.
            "in" if reader.text(i.wrapping_sub(1)) == "("
                && reader.text(i.wrapping_sub(2)) == "pub" =>
            {
                while !matches!(reader.text(i), ")" | "") {
                    i += 1;
                }
                continue;
            }
            "mod" if is_word(reader.text(i + 1)) && reader.text(i + 2) == "{" => {
                inner.push(depth);
                reader.module.push(reader.text(i + 1).to_owned());
            }
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inner.last() == Some(&depth) {
                    inner.pop();
                    reader.module.pop();
                }
            }
            _ if is_word(text) && reader.text(i + 1) == "::" => {
                i = reader.path(i);
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    reader.found
}

struct Reader<'a> {
    tokens: &'a [Token],
    module: Vec<String>,
    ours: &'a [&'a str],
    names: BTreeMap<String, Vec<String>>,
    found: Vec<Path>,
}

impl<'a> Reader<'a> {
    fn text(&self, i: usize) -> &'a str {
        self.tokens.get(i).map_or("", |token| token.text.as_str())
    }

    /// A path outside a `use`; returns the index after it.
    fn path(&mut self, first: usize) -> usize {
        let mut segments = vec![self.text(first).to_owned()];
        let mut i = first + 1;
        while self.text(i) == "::" && is_word(self.text(i + 1)) {
            segments.push(self.text(i + 1).to_owned());
            i += 2;
        }
        if segments.len() > 1 {
            let segments = self.resolve(&segments);
            self.found.push(Path {
                line: self.tokens[first].line,
                segments,
                imported: false,
            });
        }
        i
    }

    /// One branch of a `use` tree after `prefix`; returns the index after it.
    fn import(&mut self, first: usize, prefix: &[String], start: usize) -> usize {
        let mut segments = prefix.to_vec();
        let mut i = first;
        let mut line = self.tokens.get(first).map_or(start, |token| token.line);
        loop {
            match self.text(i) {
                "::" => i += 1,
                "{" => {
                    i += 1;
                    while !matches!(self.text(i), "}" | "") {
                        i = self.import(i, &segments, line);
                        if self.text(i) == "," {
                            i += 1;
                        }
                    }
                    return i + 1;
                }
                "as" => {
                    let name = self.text(i + 1).to_owned();
                    self.bring(&segments, &name, line);
                    return i + 2;
                }
                text if is_word(text) || text == "*" => {
                    line = self.tokens[i].line;
                    segments.push(text.to_owned());
                    i += 1;
                }
                _ => break,
            }
        }
        if segments.last().is_some_and(|last| last == "self") && segments.len() > 1 {
            segments.pop();
        }
        let name = segments.last().cloned().unwrap_or_default();
        self.bring(&segments, &name, line);
        i.max(first + 1)
    }

    fn bring(&mut self, segments: &[String], name: &str, line: usize) {
        let segments = self.resolve(segments);
        if !matches!(name, "*" | "_" | "self" | "super" | "crate" | "") {
            self.names.insert(name.to_owned(), segments.clone());
        }
        self.found.push(Path {
            line,
            segments,
            imported: true,
        });
    }

    fn resolve(&self, segments: &[String]) -> Vec<String> {
        let Some(first) = segments.first().map(String::as_str) else {
            return Vec::new();
        };
        let rest = &segments[1..];
        let root = || vec!["crate".to_owned()];
        if first == "crate" || self.ours.contains(&first) {
            return [root(), rest.to_vec()].concat();
        }
        if matches!(first, "self" | "super") {
            let up = segments
                .iter()
                .take_while(|segment| matches!(segment.as_str(), "self" | "super"))
                .collect::<Vec<_>>();
            let levels = up
                .iter()
                .filter(|segment| segment.as_str() == "super")
                .count();
            let module = &self.module[..self.module.len().saturating_sub(levels)];
            return [root(), module.to_vec(), segments[up.len()..].to_vec()].concat();
        }
        match self.names.get(first) {
            Some(known) if !rest.is_empty() => [known.clone(), rest.to_vec()].concat(),
            _ => segments.to_vec(),
        }
    }
}

/// Whether a token is a word that may stand in a path.
pub fn is_word(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
        && !matches!(text, "as" | "use" | "mod")
}

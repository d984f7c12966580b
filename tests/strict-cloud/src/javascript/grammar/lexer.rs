//! Words and signs of a source, as njs reads them.

use crate::javascript::dialect::Runtime;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The source ends here.
    End,
    /// A name or a keyword.
    Word,
    Number,
    /// A string in quotes.
    Text,
    /// A sign; also the backtick that opens a template.
    Sign,
    /// What no token begins with.
    Alien,
}

/// A word or a sign of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    /// As the engine quotes it: of a string, what is between the quotes.
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a line ended before it.
    pub(super) on_new_line: bool,
}

impl Token<'_> {
    pub(super) fn is(&self, sign: &str) -> bool {
        self.text == sign && matches!(self.kind, Kind::Sign | Kind::Word)
    }
}

/// Longest first.
const SIGNS: [&str; 37] = [
    ">>>=", "===", "!==", "**=", "<<=", ">>=", ">>>", "...", "=>", "==", "!=", "<=", ">=", "&&",
    "||", "??", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "**", "{",
    "}", "(", ")", "[", "]", ";", ",",
];

/// What a single character is a sign of, beyond those above.
const SINGLE: &str = "<>+-*/%&|^!~?:=.`";

/// The token that begins at or behind an offset.
pub(super) fn token(code: &str, from: usize, runtime: Runtime) -> Token<'_> {
    let (start, on_new_line) = skip(code, from, runtime);
    let rest = code.get(start..).unwrap_or_default();
    let token = |kind, length: usize| Token {
        kind,
        text: rest.get(..length).unwrap_or(rest),
        start,
        end: start + length,
        on_new_line,
    };
    let Some(first) = rest.chars().next() else {
        return token(Kind::End, 0);
    };
    let second = rest.chars().nth(1).unwrap_or_default();
    match first {
        '"' | '\'' => text(rest, first).map_or_else(
            || token(Kind::Alien, 1),
            |length| Token {
                text: rest.get(1..length - 1).unwrap_or_default(),
                ..token(Kind::Text, length)
            },
        ),
        // A number with a needless zero is none.
        '0' if second.is_ascii_digit() => token(Kind::Alien, 2),
        '.' if second.is_ascii_digit() => token(Kind::Number, number(rest)),
        c if c.is_ascii_digit() => token(Kind::Number, number(rest)),
        c if is_of_word(c) => {
            let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
            token(Kind::Word, length)
        }
        c => SIGNS
            .iter()
            .find(|sign| rest.starts_with(**sign))
            .map_or_else(
                || {
                    let kind = if SINGLE.contains(c) {
                        Kind::Sign
                    } else {
                        Kind::Alien
                    };
                    token(kind, c.len_utf8())
                },
                |sign| token(Kind::Sign, sign.len()),
            ),
    }
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '\\')
}

/// Steps over space and comments. Whether a line ended there.
fn skip(code: &str, from: usize, runtime: Runtime) -> (usize, bool) {
    let mut at = from;
    let mut on_new_line = false;
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let length = if rest.starts_with("//") || at == 0 && rest.starts_with("#!") {
            rest.find(['\n', '\r']).unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if is_space(first, runtime) {
            first.len_utf8()
        } else {
            break;
        };
        let skipped = rest.get(..length).unwrap_or(rest);
        on_new_line |= skipped.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
        at += length;
    }
    (at, on_new_line)
}

fn is_space(c: char, runtime: Runtime) -> bool {
    match runtime {
        Runtime::One => c.is_ascii_whitespace() || c == '\u{b}',
        Runtime::Two => c.is_whitespace(),
    }
}

/// The length of a string in quotes; nothing where it does not end.
fn text(rest: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' | '\r' => return None,
            c if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn number(rest: &str) -> usize {
    let digits = |from: usize, radix: u32| {
        let part = rest.get(from..).unwrap_or_default();
        from + part
            .find(|c: char| !c.is_digit(radix) && c != '_')
            .unwrap_or(part.len())
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if rest
            .get(..2)
            .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
        {
            return digits(2, radix);
        }
    }
    let mut end = digits(0, 10);
    let at = |end: usize| rest.as_bytes().get(end).copied();
    if at(end) == Some(b'.') {
        end = digits(end + 1, 10);
    }
    if matches!(at(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(at(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign, 10);
        if exponent > end + 1 + sign {
            end = exponent;
        }
    }
    end
}

/// A regular expression that begins at an offset: what is between the slashes, and its flags.
pub(super) fn expression(code: &str, start: usize) -> Option<(&str, &str)> {
    let rest = code.get(start + 1..)?;
    let (mut escaped, mut in_class) = (false, false);
    for (at, c) in rest.char_indices() {
        match c {
            '\n' | '\r' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let (pattern, flags) = (rest.get(..at)?, rest.get(at + 1..)?);
                let length = flags.find(|c| !is_of_word(c)).unwrap_or(flags.len());
                return Some((pattern, flags.get(..length)?));
            }
            _ => {}
        }
    }
    None
}

/// Where the text of a template ends that goes on at an offset: behind the backtick, or behind the
/// `${` of an expression.
pub(super) fn template(code: &str, from: usize) -> Option<(usize, bool)> {
    let rest = code.get(from..)?;
    let (mut escaped, mut before) = (false, ' ');
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => {
                escaped = false;
                before = ' ';
                continue;
            }
            '\\' => escaped = true,
            '`' => return Some((from + at + 1, false)),
            '{' if before == '$' => return Some((from + at + 1, true)),
            _ => {}
        }
        before = c;
    }
    None
}

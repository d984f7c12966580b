//! What the two runtimes refuse of the language, though the engine here knows it.
//!
//! Invariant: reads the source and runs nothing. Comments, strings, templates and regular expressions
//! are stepped over; what is left is words and signs.

/// A word or a sign of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token<'a> {
    text: &'a str,
    /// From 1.
    line: usize,
}

impl Token<'_> {
    fn is_word(&self) -> bool {
        self.text.starts_with(word_begins)
    }
}

fn word_begins(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

/// What follows these is a regular expression, not a division.
const BEFORE_EXPRESSION: [&str; 13] = [
    "case",
    "delete",
    "do",
    "else",
    "in",
    "instanceof",
    "new",
    "of",
    "return",
    "throw",
    "typeof",
    "void",
    "yield",
];

/// The tokens of a source; a source that ends in the middle of something ends there.
fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found: Vec<Token<'_>> = Vec::new();
    // For each template that is open: how many braces are open in its expression.
    let mut templates: Vec<usize> = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(rest) = code.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or_default();
        let divides = found.last().is_some_and(|last| {
            [")", "]", "}"].contains(&last.text)
                || last.is_word() && !BEFORE_EXPRESSION.contains(&last.text)
        }) || found
            .last()
            .is_some_and(|last| last.text.starts_with(|c: char| c.is_ascii_digit()));
        let length = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' | '\'' => quoted(rest, first),
            '`' => template(rest, 1, &mut templates),
            '}' if templates.last() == Some(&0) => {
                templates.pop();
                template(rest, 1, &mut templates)
            }
            '/' if !divides => pattern(rest),
            c if word_begins(c) || c.is_ascii_digit() => rest
                .find(|c: char| !word_begins(c) && !c.is_alphanumeric())
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let text = rest.get(..length).unwrap_or(rest);
        if let Some(open) = templates.last_mut() {
            match first {
                '{' => *open += 1,
                '}' => *open = open.saturating_sub(1),
                _ => {}
            }
        }
        let silent = first.is_whitespace() || text.starts_with("//") || text.starts_with("/*");
        if !silent {
            found.push(Token { text, line });
        }
        line += text.matches('\n').count();
        at += text.len();
    }
    found
}

/// The length of a string in quotes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\n' => return at,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// The length of a template's text: to its end, or to where an expression begins, which is noted.
fn template(rest: &str, from: usize, templates: &mut Vec<usize>) -> usize {
    let mut escaped = false;
    let mut before = ' ';
    for (at, c) in rest.char_indices().filter(|(at, _)| *at >= from) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '`' => return at + 1,
            '{' if before == '$' => {
                templates.push(0);
                return at + 1;
            }
            _ => {}
        }
        before = c;
    }
    rest.len()
}

/// The length of a regular expression.
fn pattern(rest: &str) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return at + 1,
            '\n' => return 1,
            _ => {}
        }
    }
    rest.len()
}

/// What a runtime says to a source that it cannot read, in its own words (as users report them).
pub(super) fn refused(code: &str, two: bool) -> Option<String> {
    let tokens = tokens(code);
    let text = |index: usize| tokens.get(index).map(|token| token.text);
    for (index, token) in tokens.iter().enumerate() {
        let before = index.checked_sub(1).and_then(text);
        let after = text(index + 1);
        // A name after a dot, or of a property.
        let name = before == Some(".")
            || after == Some(":")
            || (after == Some("(") && token.text != "import");
        let refused = match token.text {
            // CloudFront Developer Guide, "JavaScript runtime 1.0 features": no const and no let.
            // The rest is assumed:dialect.
            "const" | "let" | "await" | "import" | "export" => !two && !name,
            "async" => !two && after == Some("function"),
            "class" => !name,
            "of" => {
                before.is_some_and(|before| {
                    before.starts_with(word_begins) && !BEFORE_EXPRESSION.contains(&before)
                }) && !name
            }
            "{" => before == Some("catch"),
            _ => false,
        };
        if refused {
            return Some(format!(
                "SyntaxError: Token \"{}\" not supported in this version in {}",
                token.text, token.line
            ));
        }
    }
    None
}

/// Whether a source imports or exports anything, and so is a module.
pub(super) fn is_module(code: &str) -> bool {
    let tokens = tokens(code);
    let plain = |index: usize| {
        index
            .checked_sub(1)
            .and_then(|before| tokens.get(before))
            .is_none_or(|before| [";", "}"].contains(&before.text) || !before.text.starts_with('.'))
    };
    tokens
        .iter()
        .enumerate()
        .any(|(index, token)| ["import", "export"].contains(&token.text) && plain(index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_is_not_read_as_language() {
        let quiet = [
            "var a = 'const'; // let it be\n/* class */ var b = /class of/.test(a);",
            "var t = `const ${ a.let + `class ${b} of` } let`;",
            "var o = { let: 1, class: 2, of: 3 }; o.class = o.of;",
            "function of() {} var x = of(1);",
            "var half = total / 2; var also = 'a' / 2; return /of/;",
        ];
        for code in quiet {
            assert_eq!(refused(code, false), None, "{code}");
        }
        let said = |token: &str, line: usize| {
            Some(format!(
                "SyntaxError: Token \"{token}\" not supported in this version in {line}"
            ))
        };
        assert_eq!(refused("var a;\nconst b = 1;", false), said("const", 2));
        assert_eq!(refused("for (var a of b) {}", true), said("of", 1));
        assert_eq!(refused("try {} catch {}", true), said("{", 1));
        assert_eq!(refused("class A {}", true), said("class", 1));
        assert_eq!(
            refused("const a = 1; let b = async function () { await a; };", true),
            None
        );
    }

    #[test]
    fn a_module_is_what_imports() {
        assert!(is_module("import cf from 'cloudfront';"));
        assert!(!is_module("var a = 'import'; b.import();"));
    }
}

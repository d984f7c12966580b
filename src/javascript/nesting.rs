//! How deep brackets may nest in a source, before anything parses it.
//!
//! Invariant: the depth is never underestimated. A closing bracket counts only if it certainly
//! closes something, and not if it may be inside a comment, a string or a regular expression. So no
//! code can hide its depth, and unusual code may seem deeper than it is. Source of the lexical
//! rules: ECMAScript 2025, section 12. Pure.

/// Words behind which `/` begins a regular expression, unless they are the name of a member.
const BEFORE_AN_EXPRESSION: [&[u8]; 16] = [
    b"return",
    b"typeof",
    b"case",
    b"in",
    b"of",
    b"delete",
    b"void",
    b"throw",
    b"new",
    b"else",
    b"do",
    b"instanceof",
    b"await",
    b"yield",
    b"default",
    b"extends",
];

/// Whether more than `most` brackets may be open at once somewhere.
pub(super) fn may_exceed(code: &str, most: usize) -> bool {
    let mut scan = Scan {
        code: code.as_bytes(),
        at: 0,
        open: 0,
        most: 0,
        before: None,
    };
    // Code that is ambiguous to this scan may be of any depth.
    scan.source().is_none() || scan.most > most
}

/// What a `/` begins.
enum Slash {
    Division,
    Expression,
    Either,
}

struct Scan<'a> {
    code: &'a [u8],
    at: usize,
    open: usize,
    most: usize,
    /// Offset of the last byte that is neither space nor comment.
    before: Option<usize>,
}

/// `None` means that the rest of the source is ambiguous to this scan.
impl Scan<'_> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.code.get(self.at).copied()?;
        self.at += 1;
        // An opening bracket counts wherever it is, also in a string.
        if matches!(byte, b'(' | b'[' | b'{') {
            self.open += 1;
            self.most = self.most.max(self.open);
        }
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.code.get(self.at).copied()
    }

    /// Whether the byte that was read ends a line, alone or with those behind it: U+2028 and U+2029
    /// do, too.
    fn ends_line(&self, byte: u8) -> bool {
        matches!(byte, b'\n' | b'\r')
            || byte == 0xe2 && self.comes(b"\x80\xa8")
            || byte == 0xe2 && self.comes(b"\x80\xa9")
    }

    /// Whether these bytes are next.
    fn comes(&self, bytes: &[u8]) -> bool {
        self.code
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(bytes))
    }

    fn source(&mut self) -> Option<()> {
        // For each template that encloses the current byte: the braces open inside its `${`.
        let mut templates: Vec<usize> = Vec::new();
        while let Some(byte) = self.next() {
            let start = self.at - 1;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0b | 0x0c => continue,
                b'/' if self.peek() == Some(b'/') => {
                    self.line();
                    continue;
                }
                b'/' if self.peek() == Some(b'*') => {
                    self.comment();
                    continue;
                }
                b'/' => match self.slash() {
                    Slash::Division => {}
                    Slash::Expression => self.expression(),
                    Slash::Either => self.uncertain_rest(&templates)?,
                },
                // A comment as in HTML, which a module does not have.
                b'<' if self.comes(b"!--") => self.uncertain_rest(&templates)?,
                b'-' if self.comes(b"->") => self.uncertain_rest(&templates)?,
                b'"' | b'\'' => self.text(byte),
                b'`' => {
                    let in_expression = self.template();
                    templates.extend(in_expression.then_some(0));
                }
                b'{' => {
                    if let Some(braces) = templates.last_mut() {
                        *braces += 1;
                    }
                }
                b'}' => {
                    self.open = self.open.saturating_sub(1);
                    match templates.last_mut() {
                        Some(0) => {
                            let in_expression = self.template();
                            if !in_expression {
                                templates.pop();
                            }
                        }
                        Some(braces) => *braces -= 1,
                        None => {}
                    }
                }
                b')' | b']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
            self.before = Some(if matches!(byte, b'`' | b'}' | b'"' | b'\'' | b'/') {
                self.at - 1
            } else {
                start
            });
        }
        Some(())
    }

    /// What `/` means here, decided by what is before it.
    fn slash(&self) -> Slash {
        let read = self.before.and_then(|before| self.code.get(..=before));
        let Some((last, earlier)) = read.and_then(<[u8]>::split_last) else {
            return Slash::Expression;
        };
        match *last {
            b'(' | b',' | b'=' | b':' | b'[' | b'!' | b'&' | b'|' | b'?' | b'{' | b';' | b'*'
            | b'%' | b'<' | b'>' | b'~' | b'^' => Slash::Expression,
            b']' | b'"' | b'\'' | b'`' => Slash::Division,
            byte if is_of_word(byte) => {
                let begin = earlier
                    .iter()
                    .rposition(|byte| !is_of_word(*byte))
                    .map_or(0, |at| at + 1);
                let word = read.and_then(|read| read.get(begin..));
                if word.is_some_and(|word| BEFORE_AN_EXPRESSION.contains(&word)) {
                    Slash::Either
                } else {
                    Slash::Division
                }
            }
            _ => Slash::Either,
        }
    }

    /// Skips the rest of a line that is either code, or a regular expression or comment: all end
    /// with the line, unless the code is inside a template.
    fn uncertain_rest(&mut self, templates: &[usize]) -> Option<()> {
        if !templates.is_empty() {
            return None;
        }
        let mut last = b'/';
        while let Some(byte) = self.next() {
            match (last, byte) {
                (b'/', b'*') | (_, b'`') => return None,
                _ if self.ends_line(byte) => {
                    return (last != b'\\').then_some(());
                }
                _ => last = byte,
            }
        }
        Some(())
    }

    fn line(&mut self) {
        while self.next().is_some_and(|byte| !self.ends_line(byte)) {}
    }

    fn comment(&mut self) {
        self.at += 1;
        let mut last = 0;
        while let Some(byte) = self.next() {
            if (last, byte) == (b'*', b'/') {
                break;
            }
            last = byte;
        }
    }

    fn text(&mut self, quote: u8) {
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => self.escaped(),
                b'\n' | b'\r' => break,
                byte if byte == quote => break,
                _ => {}
            }
        }
    }

    fn expression(&mut self) {
        let mut class = false;
        while let Some(byte) = self.next() {
            match byte {
                b'\\' if !self.comes(b"\n") && !self.comes(b"\r") => self.escaped(),
                b'[' => class = true,
                b']' => class = false,
                b'/' if !class => break,
                _ if self.ends_line(byte) => break,
                _ => {}
            }
        }
    }

    /// Skips the text of a template. Whether it ends with `${`.
    fn template(&mut self) -> bool {
        while let Some(byte) = self.next() {
            match byte {
                b'\\' => self.escaped(),
                b'$' if self.peek() == Some(b'{') => {
                    self.next();
                    return true;
                }
                b'`' => return false,
                _ => {}
            }
        }
        false
    }

    fn escaped(&mut self) {
        if self.next() == Some(b'\r') && self.peek() == Some(b'\n') {
            self.at += 1;
        }
    }
}

/// Whether an ASCII byte can be part of a name or a number.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(code: &str) -> usize {
        (0..=51)
            .find(|most| !may_exceed(code, *most) || *most > 50)
            .unwrap_or_default()
    }

    #[test]
    fn brackets_that_close_are_counted() {
        let rows = [
            ("", 0),
            ("f(a[b({})])", 4),
            ("f(1); f(2); f(3);", 1),
            ("f((a) / 2);\nf((a) / 2);\nf(1);", 3),
            ("f(a / 2); f(a / 2); f(a[0] / 2);", 2),
            ("f('a'); // it's\nf(\"b\"); /* ' */ f(`c`);", 1),
            ("f(`a ${g({a: `b ${h(1)}`})} c`); f(1);", 6),
            ("f(/[/(]\\//.test(a)); f(1);", 4),
            ("f('<!-- -->'); f('\u{2028}'); f(1);\u{2028}f(1);", 1),
            ("a // (\u{2029}); f(1);", 1),
        ];
        for (code, expected) in rows {
            assert_eq!(depth(code), expected, "{code}");
        }
    }

    /// Code that looks like closing brackets to one reader and like text to another.
    #[test]
    fn brackets_that_may_close_nothing_are_not() {
        let hidden = [
            "/*)*/",
            "//)\n",
            "')'",
            "\"\\\")\"",
            "'\\\r\n)'",
            "`)`",
            "`${')'}`",
            "/)/",
            "/[/)]/",
            "if(1)/)/",
            "return /)/",
            "a++/\"/\n",
            "=\u{a0}/)/",
            "/* * / ) */",
            "'\\\n)'",
        ];
        for text in hidden {
            let code = format!("({text}").repeat(60);
            assert!(may_exceed(&code, 50), "{text}");
            let lines = format!("({text}\n").repeat(60);
            assert!(may_exceed(&lines, 50), "{text}, each on a line of its own");
        }
        for odd in [
            "<!-- )\n",
            "\n--> )\n",
            "// \u{2028} /*\n)\n*/",
            "a = b\n++/`/; `)`",
            "a /= 1; (b) /`/; `)`",
        ] {
            assert!(may_exceed(&format!("({odd}").repeat(60), 50), "{odd}");
        }
    }

    #[test]
    fn what_people_write_is_shallow() {
        let dir = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/examples/kustomize/viewer-request.js"
        );
        let code = std::fs::read_to_string(dir).expect("an example");
        assert!(!may_exceed(&code, 20));
    }
}

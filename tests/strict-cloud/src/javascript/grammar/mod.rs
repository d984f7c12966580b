//! The language of the two runtimes, read as njs reads it: what its grammar does not have is refused,
//! in its own words.
//!
//! Invariant: reads the source and runs nothing. Every sentence is one of njs
//! (`tests/fixtures/javascript`, and njs as it is published); that CloudFront's engine is njs is
//! assumed:dialect. What the grammar accepts and the engine here does not know is translated.

mod expressions;
mod lexer;
mod literals;
mod scopes;
mod statements;
#[cfg(test)]
mod tests;

use lexer::{Kind, Token, token};
use scopes::{Edit, Made, Scope, Scopes, Set, Use};

use super::dialect::{Construct, Pattern, Runtime, in_pattern};
use super::pcre;

/// A source that a runtime can compile.
#[derive(Debug)]
pub(super) struct Compiled {
    /// What the engine here is to run: the same lines.
    pub(super) source: String,
    /// Whether it imports anything.
    pub(super) is_module: bool,
}

/// Reads a source. The error is the engine's sentence, with the line.
pub(super) fn compiled(code: &str, runtime: Runtime) -> Result<Compiled, String> {
    let mut reader = Reader {
        code,
        runtime,
        token: token(code, 0, runtime),
        last: 0,
        frames: Vec::new(),
        scopes: Scopes::default(),
        depth: 0,
        is_module: false,
        edits: Vec::new(),
    };
    let source = match reader.program() {
        Ok(()) => reader.edited(),
        // What nests deeper than this reader goes is left to the engine as it is.
        Err(Fault::TooDeep) => code.to_owned(),
        Err(Fault::Says(sentence)) => return Err(sentence),
    };
    Ok(Compiled {
        source,
        is_module: reader.is_module,
    })
}

/// Calls of this reader inside each other, at most.
const DEEPEST: usize = 300;

/// Why reading ended.
enum Fault {
    Says(String),
    TooDeep,
}

type Read<T> = Result<T, Fault>;

/// A function that encloses what is read.
struct Frame {
    is_async: bool,
    /// Where it is among the scopes.
    scope: usize,
    /// How many lists of arguments are open in it.
    arguments: usize,
}

struct Reader<'a> {
    code: &'a str,
    runtime: Runtime,
    /// The next one.
    token: Token<'a>,
    /// Where the one before it ended.
    last: usize,
    frames: Vec<Frame>,
    scopes: Scopes<'a>,
    depth: usize,
    is_module: bool,
    /// What is to be replaced.
    edits: Vec<Edit>,
}

impl<'a> Reader<'a> {
    fn reads(&self, construct: Construct) -> bool {
        construct.refused_by(self.runtime).is_none()
    }

    /// Takes the next token.
    fn take(&mut self) -> Token<'a> {
        let next = token(self.code, self.token.end, self.runtime);
        self.last = self.token.end;
        std::mem::replace(&mut self.token, next)
    }

    /// The token behind the next one.
    fn second(&self) -> Token<'a> {
        token(self.code, self.token.end, self.runtime)
    }

    /// Goes back, or on, to where a token begins.
    fn go_to(&mut self, at: usize) {
        self.last = at;
        self.token = token(self.code, at, self.runtime);
    }

    fn is(&self, sign: &str) -> bool {
        self.token.is(sign)
    }

    /// Takes the next token if it is this.
    fn took(&mut self, sign: &str) -> bool {
        let is = self.is(sign);
        if is {
            self.take();
        }
        is
    }

    fn expect(&mut self, sign: &str) -> Read<()> {
        if self.took(sign) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// Runs a rule one level deeper.
    fn deeper<T>(&mut self, rule: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth >= DEEPEST {
            return Err(Fault::TooDeep);
        }
        self.depth += 1;
        let read = rule(self);
        self.depth -= 1;
        read
    }

    fn says(&self, sentence: &str) -> Fault {
        let before = self.code.get(..self.token.start).unwrap_or(self.code);
        Fault::Says(format!(
            "{sentence} in {}",
            before.matches('\n').count() + 1
        ))
    }

    fn unexpected(&self) -> Fault {
        match self.token.kind {
            Kind::End => self.says("SyntaxError: Unexpected end of input"),
            // The engine quotes one byte.
            Kind::Alien if !self.token.text.is_ascii() => {
                self.says("SyntaxError: Unexpected token \"\u{fffd}\"")
            }
            _ => self.says(&format!(
                "SyntaxError: Unexpected token \"{}\"",
                self.token.text
            )),
        }
    }

    fn not_supported(&self) -> Fault {
        self.says(&format!(
            "SyntaxError: Token \"{}\" not supported in this version",
            self.token.text
        ))
    }

    /// A name that is no keyword.
    fn name(&mut self) -> Read<Token<'a>> {
        if self.token.kind == Kind::Word && !is_reserved(self.token.text) {
            Ok(self.take())
        } else {
            Err(self.unexpected())
        }
    }

    /// A regular expression, whose slash is the next token.
    fn regular_expression(&mut self) -> Read<()> {
        let start = self.token.start;
        let Some((pattern, flags)) = lexer::expression(self.code, start) else {
            return Err(self.says("SyntaxError: Unterminated RegExp"));
        };
        let translated = regular_expression(pattern, flags, self.runtime)
            .map_err(|sentence| self.says(&sentence))?;
        let end = start + pattern.len() + flags.len() + 2;
        if translated != pattern {
            let behind = start + 1 + pattern.len();
            self.edits
                .push(Edit::replace(start + 1, behind, translated));
        }
        self.go_to(end);
        Ok(())
    }

    /// The scope of what is read.
    fn scope(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.scope)
    }

    /// Goes into a function.
    fn enter(&mut self, made: Made, is_async: bool, start: usize) {
        let parent = (!self.scopes.all.is_empty()).then(|| self.scope());
        self.scopes.all.push(Scope {
            parent,
            made,
            is_async,
            start,
            end: self.code.len(),
            body: None,
            names: Vec::new(),
            awaits: Vec::new(),
        });
        self.frames.push(Frame {
            is_async,
            scope: self.scopes.all.len() - 1,
            arguments: 0,
        });
    }

    /// Goes out of it.
    fn leave(&mut self) {
        let end = self.last;
        if let Some(frame) = self.frames.pop()
            && let Some(scope) = self.scopes.all.get_mut(frame.scope)
        {
            scope.end = end;
        }
    }

    fn declare(&mut self, name: &'a str) {
        let scope = self.scope();
        if let Some(scope) = self.scopes.all.get_mut(scope) {
            scope.names.push(name);
        }
    }

    fn used(&mut self, name: Token<'a>, is_short: bool) {
        self.scopes.uses.push(Use {
            name: name.text,
            start: name.start,
            scope: self.scope(),
            is_short,
        });
    }

    fn set(&mut self, name: &'a str) {
        self.scopes.sets.push(Set {
            name,
            at: self.last,
            scope: self.scope(),
        });
    }

    /// The source, with all that is to be replaced.
    fn edited(&mut self) -> String {
        let mut edits = std::mem::take(&mut self.edits);
        edits.extend(self.scopes.edits());
        edits.sort();
        let mut edited = String::new();
        let mut at = 0;
        for edit in &edits {
            edited.push_str(self.code.get(at..edit.from).unwrap_or_default());
            edited.push_str(&edit.text);
            at = edit.to;
        }
        edited.push_str(self.code.get(at..).unwrap_or_default());
        if edited.starts_with("#!") {
            edited.replace_range(..2, "//");
        }
        edited
    }
}

/// What the engine here is to compile for a pattern with these flags, or the sentence that refuses
/// it.
pub(super) fn regular_expression(
    pattern: &str,
    flags: &str,
    runtime: Runtime,
) -> Result<String, String> {
    if flags.chars().any(|flag| !runtime.flags().contains(flag)) {
        return Err(format!("SyntaxError: Invalid RegExp flags \"{flags}\""));
    }
    for (at, piece) in in_pattern(pattern) {
        let (construct, sentence) = match (piece, runtime) {
            (Pattern::Possessive, _) => (
                Construct::PossessiveQuantifier,
                format!("Invalid regular expression \"{pattern}\" nothing to repeat"),
            ),
            (Pattern::PosixClass, _) => (
                Construct::PosixClass,
                format!(
                    "pcre_compile(\"{}\") failed: missing terminating ] for character class",
                    pattern.replace("]]", "]\\]")
                ),
            ),
            (Pattern::RepeatedGroup, Runtime::One) => (
                Construct::RepeatedGroup,
                format!(
                    "pcre_compile(\"{pattern}\") failed: two named subpatterns have the same name at \"{}\"",
                    behind_name(pattern, at, 0)
                ),
            ),
            (Pattern::RepeatedGroup, Runtime::Two) => (
                Construct::RepeatedGroup,
                format!(
                    "pcre_compile2(\"{pattern}\") failed: two named subpatterns have the same name (PCRE2_DUPNAMES not set) at \"{}\"",
                    behind_name(pattern, at, 1)
                ),
            ),
        };
        if construct.refused_by(runtime).is_some() {
            return Err(format!("SyntaxError: {sentence}"));
        }
    }
    Ok(pcre::translated(pattern))
}

/// The rest of the pattern from the end of the name of the group that begins at an offset.
fn behind_name(pattern: &str, group: usize, more: usize) -> &str {
    let rest = pattern.get(group..).unwrap_or_default();
    let end = rest.find('>').map_or(rest.len(), |end| end + more);
    rest.get(end..).unwrap_or_default()
}

fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 44] = [
        "break",
        "case",
        "catch",
        "class",
        "const",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "with",
    ];
    RESERVED.contains(&word)
}

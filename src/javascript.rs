//! What can be said of JavaScript without running it: whether it parses, and whether the function
//! that the cloud calls is there.
//!
//! Invariant: only doubts, never a verdict. What the cloud's own dialect takes is the cloud's to say
//! (`TestFunction` runs the code), so nothing here refuses anything. Reads the source and runs nothing.
//! What it takes to read it is bounded, whatever stands there: see [`DEEPEST`].

mod nesting;

use std::thread;

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, Expression, VariableDeclarationKind};
use oxc_ast_visit::Visit;
use oxc_diagnostics::LabeledSpan;
use oxc_parser::{Parser, ParserReturn};
use oxc_span::{GetSpan, SourceType};

/// The name that CloudFront calls.
const HANDLER: &str = "handler";

/// Brackets that may be open at once; of code with more nothing is said. The parser reads what is in
/// `(` twice, in case it is an arrow function, so the memory and time for `(a=(a=(a=…` grow with the square
/// of the depth. What people and bundlers write has some ten or twenty.
const DEEPEST: usize = 100;
/// Stack for each byte of code. The parser calls itself for what is nested. Measured on 10,240 bytes
/// without optimisation, what nests without brackets (`a=`, `new `, `a**`) takes 0.8 KiB a byte and less.
/// Only what is used is ever backed by memory.
const STACK_PER_BYTE: usize = 4 * 1024;
/// Any thread's least stack.
const LEAST_STACK: usize = 4 * 1024 * 1024;
/// Most stack: enough for a mebibyte of such code, and a ConfigMap holds no more.
const MOST_STACK: usize = 1024 * 1024 * 1024;

/// Something in a source that will probably not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What, and where it is not plain, what to change.
    pub message: String,
}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

/// Doubts about the code of a CloudFront function of this runtime (`cloudfront-js-1.0`, …), in the
/// order of the source.
#[must_use]
pub fn cloudfront(code: &str, runtime: &str) -> Vec<Doubt> {
    parsed(code, &[SourceType::unambiguous()], |parsed| {
        if let Some(error) = error(code, parsed) {
            return vec![error];
        }
        let mut look = Look {
            old: runtime == "cloudfront-js-1.0",
            ..Look::default()
        };
        look.visit_program(&parsed.program);
        let mut doubts: Vec<Doubt> = look
            .words
            .into_iter()
            .map(|(offset, word)| doubt(code, offset, not_in_the_old_runtime(word)))
            .collect();
        if !look.handler {
            doubts.push(doubt(code, 0, format!("there is no function named {HANDLER}, which CloudFront calls; write `function {HANDLER}(event)`")));
        }
        doubts.sort_by_key(|doubt| (doubt.line, doubt.column));
        doubts
    })
}

/// Doubts about a file of a Node.js function, by its name; `export`: the name that Lambda calls, where
/// it is to be in this file.
#[must_use]
pub fn node(name: &str, code: &str, export: Option<&str>) -> Vec<Doubt> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kinds: &[SourceType] = match extension {
        "mjs" => &[SourceType::mjs()],
        "cjs" => &[SourceType::cjs()],
        // Which of them it is, a package.json says.
        _ => &[SourceType::unambiguous(), SourceType::cjs()],
    };
    parsed(code, kinds, |parsed| match (error(code, parsed), export) {
        (Some(error), _) => vec![error],
        (None, Some(export)) if !may_export(parsed, export) => {
            vec![doubt(
                code,
                0,
                format!(
                    "the module exports no {export}, which Lambda calls; export it, or correct spec.handler"
                ),
            )]
        }
        _ => Vec::new(),
    })
}

/// A module that exports something says all that it exports; a script may export by any assignment.
fn may_export(parsed: &ParserReturn<'_>, name: &str) -> bool {
    let record = &parsed.module_record;
    let exports =
        !record.local_export_entries.is_empty() || !record.indirect_export_entries.is_empty();
    !exports
        || !record.star_export_entries.is_empty()
        || record
            .exported_bindings
            .keys()
            .any(|exported| exported.as_str() == name)
}

/// Parses as the first of these kinds that takes the code, else as the first, on a stack that is deep
/// enough; nothing is said where that cannot be had.
fn parsed(
    code: &str,
    kinds: &[SourceType],
    look: impl FnOnce(&ParserReturn<'_>) -> Vec<Doubt> + Send,
) -> Vec<Doubt> {
    if nesting::may_exceed(code, DEEPEST) {
        return Vec::new();
    }
    let stack = code
        .len()
        .saturating_mul(STACK_PER_BYTE)
        .clamp(LEAST_STACK, MOST_STACK);
    thread::scope(|scope| {
        let work = move || {
            let allocator = Allocator::default();
            let mut as_each = kinds
                .iter()
                .map(|kind| Parser::new(&allocator, code, *kind).parse());
            let Some(first) = as_each.next() else {
                return Vec::new();
            };
            if first.diagnostics.has_errors()
                && let Some(other) = as_each.find(|other| !other.diagnostics.has_errors())
            {
                return look(&other);
            }
            look(&first)
        };
        let thread = thread::Builder::new()
            .name("javascript".to_owned())
            .stack_size(stack)
            .spawn_scoped(scope, work);
        thread
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    })
}

/// The first error; those after it are often its consequence.
fn error(code: &str, parsed: &ParserReturn<'_>) -> Option<Doubt> {
    let error = parsed.diagnostics.errors().next()?;
    let offset = error.labels.first().map_or(0, LabeledSpan::offset);
    Some(doubt(
        code,
        offset,
        format!("it does not parse: {}", error.message),
    ))
}

fn doubt(code: &str, offset: u32, message: String) -> Doubt {
    let before = usize::try_from(offset)
        .ok()
        .and_then(|offset| code.get(..offset))
        .unwrap_or(code);
    let line = before.rsplit('\n').next().unwrap_or(before);
    Doubt {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        message,
    }
}

/// CloudFront Developer Guide, "JavaScript runtime 1.0 features": no `const`, no `let`, and modules,
/// classes and `async` are not among its statements. "JavaScript runtime 2.0 features" adds them, except
/// for classes and exports.
fn not_in_the_old_runtime(word: &str) -> String {
    match word {
        "class" | "export" => format!("cloudfront-js-1.0 has no `{word}`; write it without"),
        _ => format!(
            "cloudfront-js-1.0 has no `{word}`; write it without, or set runtime to cloudfront-js-2.0"
        ),
    }
}

/// What a walk through the source finds.
#[derive(Default)]
struct Look {
    /// Whether the runtime is the older one.
    old: bool,
    /// Functions around the place.
    depth: usize,
    /// Whether anything global is called `handler`.
    handler: bool,
    /// Words that the runtime does not know, with the offset of the first of each.
    words: Vec<(u32, &'static str)>,
}

impl Look {
    fn unknown(&mut self, at: &impl GetSpan, word: &'static str) {
        if self.old && !self.words.iter().any(|(_, known)| *known == word) {
            self.words.push((at.span().start, word));
        }
    }

    fn named(&mut self, name: &str) {
        self.handler |= self.depth == 0 && name == HANDLER;
    }
}

impl<'a> Visit<'a> for Look {
    fn enter_node(&mut self, kind: AstKind<'a>) {
        match kind {
            AstKind::Function(function) => {
                if function.is_declaration() {
                    self.named(function.name().map_or("", |name| name.as_str()));
                }
                if function.r#async {
                    self.unknown(function, "async");
                }
                self.depth += 1;
            }
            AstKind::ArrowFunctionExpression(function) => {
                if function.r#async {
                    self.unknown(function, "async");
                }
                self.depth += 1;
            }
            AstKind::BindingIdentifier(name) => self.named(name.name.as_str()),
            AstKind::AssignmentExpression(assignment) => {
                match &assignment.left {
                    AssignmentTarget::AssignmentTargetIdentifier(name) => {
                        self.named(name.name.as_str())
                    }
                    // Bundlers wrap everything into a function, and say what is global so.
                    AssignmentTarget::StaticMemberExpression(member) => {
                        let global = matches!(&member.object, Expression::Identifier(object) if object.name == "globalThis");
                        self.handler |= global && member.property.name == HANDLER;
                    }
                    _ => {}
                }
            }
            AstKind::VariableDeclaration(declaration) => match declaration.kind {
                VariableDeclarationKind::Const => self.unknown(declaration, "const"),
                VariableDeclarationKind::Let => self.unknown(declaration, "let"),
                _ => {}
            },
            AstKind::AwaitExpression(expression) => self.unknown(expression, "await"),
            AstKind::Class(class) => self.unknown(class, "class"),
            AstKind::ImportDeclaration(declaration) => self.unknown(declaration, "import"),
            AstKind::ImportExpression(expression) => self.unknown(expression, "import"),
            AstKind::ExportNamedDeclaration(declaration) => self.unknown(declaration, "export"),
            AstKind::ExportDefaultDeclaration(declaration) => self.unknown(declaration, "export"),
            AstKind::ExportAllDeclaration(declaration) => self.unknown(declaration, "export"),
            _ => {}
        }
    }

    fn leave_node(&mut self, kind: AstKind<'a>) {
        if let AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) = kind {
            self.depth = self.depth.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(doubts: &[Doubt]) -> Vec<String> {
        doubts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_function_that_cloudfront_can_call_raises_no_doubt() {
        let quiet = [
            "function handler(event) { return event.request; }",
            "async function handler(event) { await 1; return event.request; }",
            "import cf from 'cloudfront';\nconst kvs = cf.kvs();\nasync function handler(event) { return await kvs.get('a'); }",
            "const handler = (event) => event.request;",
            "var a = 1, handler = function (event) { return event.request; };",
            "let { handler } = { handler: (event) => event };",
            "handler = function (event) { return event; };",
            "(() => { globalThis.handler = (event) => event.request; })();",
            "if (true) { var handler = function () {}; }",
            "export { handler };\nfunction handler() {}",
            "export default function handler() {}",
            "'use strict';\nvar crypto = require('crypto');\nfunction handler(event) { return /[/]handler/.test(`${event.a}`) ? event : null; }",
        ];
        for code in quiet {
            assert_eq!(
                said(&cloudfront(code, "cloudfront-js-2.0")),
                Vec::<String>::new(),
                "{code}"
            );
        }
        let old = "var a = { let: 1, const: 2, class: 3 };\nfunction handler(event) { var f = x => `${x ** 2}`; return event.async || f(a.let); } // const";
        assert_eq!(
            said(&cloudfront(old, "cloudfront-js-1.0")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_does_not_parse_is_shown_by_line_and_column() {
        let code = "function handler(event) {\n    var é = 'ü' +;\n}\n";
        assert_eq!(
            said(&cloudfront(code, "cloudfront-js-2.0")),
            ["line 2, column 18: it does not parse: Unexpected token"]
        );
        assert_eq!(
            said(&node("index.mjs", code, Some("handler"))),
            ["line 2, column 18: it does not parse: Unexpected token"]
        );
        assert!(
            said(&cloudfront("function handler(", "cloudfront-js-2.0"))[0]
                .starts_with("line 1, column 1")
        );
    }

    #[test]
    fn a_handler_that_is_missing_or_hidden_is_missed() {
        for code in [
            "",
            "function Handler() {}",
            "function f() { function handler() {} }",
            "var f = function handler() {};",
            "handler();",
            "x.handler = 1;",
            "globalThis.other = 1;",
        ] {
            let said = said(&cloudfront(code, "cloudfront-js-2.0"));
            assert_eq!(said.len(), 1, "{code}: {said:?}");
            assert!(
                said[0].contains("there is no function named handler"),
                "{code}: {said:?}"
            );
        }
    }

    #[test]
    fn what_the_older_runtime_does_not_know_is_told_once_each_in_order() {
        let code = "import a from 'a';\nconst b = 1; const c = 2;\nlet d;\nclass E {}\nasync function handler() { await b; }\n";
        let said = said(&cloudfront(code, "cloudfront-js-1.0"));
        let words: Vec<&str> = said
            .iter()
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        assert_eq!(words, ["import", "const", "let", "class", "async", "await"]);
        assert_eq!(
            said[1],
            "line 2, column 1: cloudfront-js-1.0 has no `const`; write it without, or set runtime to cloudfront-js-2.0"
        );
        assert!(
            said[3].ends_with("has no `class`; write it without"),
            "2.0 has none either: {said:?}"
        );
    }

    #[test]
    fn a_module_of_lambda_exports_what_is_called() {
        let exported = [
            "export const handler = 1;",
            "export { a as handler }; var a;",
            "export * from './a.mjs';",
            "exports.handler = 1;",
            "import './a.mjs';",
        ];
        for code in exported {
            assert_eq!(
                said(&node("index.mjs", code, Some("handler"))),
                Vec::<String>::new(),
                "{code}"
            );
        }
        assert!(
            said(&node(
                "index.mjs",
                "export const other = 1;",
                Some("handler")
            ))[0]
                .contains("exports no handler")
        );
        assert_eq!(node("index.mjs", "export const other = 1;", None), []);
        for name in ["index.cjs", "index.js"] {
            assert_eq!(
                node(
                    name,
                    "if (process.env.OFF) return;\nexports.handler = 1;",
                    None
                ),
                [],
                "a CommonJS file is the body of a function"
            );
        }
        assert!(!node("index.mjs", "return;", None).is_empty());
    }

    /// Closing brackets in comments close nothing: they must not make it look shallow.
    #[test]
    fn what_pretends_to_be_shallow_is_not_read() {
        let nest = format!("{}/*{}*/", "(a=".repeat(95), ")".repeat(95));
        assert_eq!(
            cloudfront(&nest.repeat(10_240 / nest.len()), "cloudfront-js-2.0"),
            []
        );
    }

    /// As deep as CloudFront's limit lets it be: each way to nest ends.
    #[test]
    fn what_is_nested_from_end_to_end_ends() {
        let brackets = [
            ("(", ")"),
            ("(", ""),
            ("(a=", ")"),
            ("(a,", ")"),
            ("(a=", ""),
            ("[", "]"),
            ("[a=", "]"),
            ("({a:", "})"),
            ("function f(){", "}"),
            ("`${", "}`"),
        ];
        for (open, close) in brackets {
            let times = 10_240 / (open.len() + close.len());
            let code = format!("{}1{}", open.repeat(times), close.repeat(times));
            assert_eq!(
                cloudfront(&code, "cloudfront-js-2.0"),
                [],
                "{open}: nothing is said of it"
            );
        }
        // As deep as is read, as often as there is room.
        let nest = format!("{}1{};", "(a=".repeat(DEEPEST), ")".repeat(DEEPEST));
        assert_eq!(
            cloudfront(&nest.repeat(10_240 / nest.len()), "cloudfront-js-2.0").len(),
            1
        );
        for open in [
            "!", "a=>", "a=", "new ", "a**", "-+", "if(1)", "a?a:", "typeof ", "a:",
        ] {
            let code = format!("{}1", open.repeat(10_240 / open.len()));
            assert!(!cloudfront(&code, "cloudfront-js-2.0").is_empty(), "{open}");
        }
    }
}

//! Parses a source and lists its lints.
//!
//! Invariant: time and memory are bounded, whatever the source is: see [`DEEPEST`].

use std::thread;

use oxc_allocator::Allocator;
use oxc_ast_visit::Visit;
use oxc_diagnostics::LabeledSpan;
use oxc_parser::{Parser, ParserReturn};
use oxc_span::SourceType;

use super::lint::Lint;
use super::nesting;
use super::visitor::{HANDLER, Visitor};

/// Brackets that may be open at once; code with more is not parsed and has no lint. The parser
/// reads what is in `(` twice, in case it is an arrow function, so the memory and time for
/// `(a=(a=(a=…` grow with the square of the depth. What people and bundlers write has some ten or
/// twenty.
pub(super) const DEEPEST: usize = 100;
/// Bytes of stack for each byte of code: the parser recurses into nested code, also into code that
/// nests without brackets (`a=`, `new `, `a**`). Measured on 10,240 bytes of such code in a build
/// without optimisation: at most 0.8 KiB of stack for each byte. The kernel backs only the pages
/// that are used.
const STACK_PER_BYTE: usize = 4 * 1024;
/// Bytes of stack for short code.
const LEAST_STACK: usize = 4 * 1024 * 1024;
/// Bytes of stack at most: enough for a mebibyte of code, and a ConfigMap holds no more.
const MOST_STACK: usize = 1024 * 1024 * 1024;

/// Lints of the code of a CloudFront function of this runtime (`cloudfront-js-1.0`, …), in the
/// order of the source.
#[must_use]
pub fn cloudfront(code: &str, runtime: &str) -> Vec<Lint> {
    parsed(code, &[SourceType::unambiguous()], |parsed| {
        if let Some(error) = error(code, parsed) {
            return vec![error];
        }
        let mut visitor = Visitor {
            old_runtime: runtime == "cloudfront-js-1.0",
            ..Visitor::default()
        };
        visitor.visit_program(&parsed.program);
        let mut lints: Vec<Lint> = visitor
            .unknown_words
            .into_iter()
            .map(|(offset, word)| lint(code, offset, not_in_the_old_runtime(word)))
            .collect();
        if !visitor.has_handler {
            lints.push(lint(code, 0, without_handler()));
        }
        lints.sort_by_key(|lint| (lint.line, lint.column));
        lints
    })
}

/// Lints of the file `name` of a Node.js function. `export` is the name that Lambda calls, if this
/// is the file that must export it.
#[must_use]
pub fn node(name: &str, code: &str, export: Option<&str>) -> Vec<Lint> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let kinds: &[SourceType] = match extension {
        "mjs" => &[SourceType::mjs()],
        "cjs" => &[SourceType::cjs()],
        // A package.json, which is not read, decides which of them it is.
        _ => &[SourceType::unambiguous(), SourceType::cjs()],
    };
    parsed(code, kinds, |parsed| match (error(code, parsed), export) {
        (Some(error), _) => vec![error],
        (None, Some(export)) if !may_export(parsed, export) => {
            vec![lint(code, 0, without_export(export))]
        }
        _ => Vec::new(),
    })
}

/// Whether the file may export `name`. An ES module declares its exports; a CommonJS script, or
/// what may be one, can export by any assignment.
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

/// Parses the code as the first of `kinds` that accepts it, or as the first if none does, and
/// inspects the result. Runs on a thread with a stack that is deep enough; no lints where the
/// system gives none.
fn parsed(
    code: &str,
    kinds: &[SourceType],
    inspect: impl FnOnce(&ParserReturn<'_>) -> Vec<Lint> + Send,
) -> Vec<Lint> {
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
                return inspect(&other);
            }
            inspect(&first)
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

/// The first syntax error: later ones are often its consequence.
fn error(code: &str, parsed: &ParserReturn<'_>) -> Option<Lint> {
    let error = parsed.diagnostics.errors().next()?;
    let offset = error.labels.first().map_or(0, LabeledSpan::offset);
    Some(lint(
        code,
        offset,
        format!("it does not parse: {}", error.message),
    ))
}

fn lint(code: &str, offset: u32, message: String) -> Lint {
    let before = usize::try_from(offset)
        .ok()
        .and_then(|offset| code.get(..offset))
        .unwrap_or(code);
    let line = before.rsplit('\n').next().unwrap_or(before);
    Lint {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        message,
    }
}

fn without_handler() -> String {
    format!(
        "there is no function named {HANDLER}, which CloudFront calls; write `function {HANDLER}(event)`"
    )
}

fn without_export(export: &str) -> String {
    format!(
        "the module exports no {export}, which Lambda calls; export it, or correct spec.handler"
    )
}

/// CloudFront Developer Guide, "JavaScript runtime 1.0 features": no `const`, no `let`, and
/// modules, classes and `async` are not among its statements. "JavaScript runtime 2.0 features"
/// adds them, except for classes and exports.
fn not_in_the_old_runtime(word: &str) -> String {
    match word {
        "class" | "export" => format!("cloudfront-js-1.0 has no `{word}`; write it without"),
        _ => format!(
            "cloudfront-js-1.0 has no `{word}`; write it without, or set runtime to cloudfront-js-2.0"
        ),
    }
}

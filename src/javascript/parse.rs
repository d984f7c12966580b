//! Parses a source, and hands the tree to whoever inspects it.
//!
//! Invariant: time and memory are bounded, whatever the source is: see [`DEEPEST`].

use std::thread;

use oxc_allocator::Allocator;
use oxc_diagnostics::LabeledSpan;
use oxc_parser::{Parser, ParserReturn};
use oxc_span::SourceType;

use super::lint::{Lint, Severity};
use super::nesting;

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

/// Parses the code as the first of `kinds` that accepts it, or as the first if none does, and
/// inspects the result. Runs on a thread with a stack that is deep enough; no lints where the
/// system gives none.
pub(super) fn parsed(
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
pub(super) fn syntax_error(
    code: &str,
    parsed: &ParserReturn<'_>,
    severity: Severity,
) -> Option<Lint> {
    let error = parsed.diagnostics.errors().next()?;
    let offset = error.labels.first().map_or(0, LabeledSpan::offset);
    let message = format!("it does not parse: {}", error.message);
    Some(Lint::at(code, offset, severity, message))
}

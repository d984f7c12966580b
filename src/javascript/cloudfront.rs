//! The lints of a CloudFront function: what does not compile in its runtime, and what will not work
//! once it runs.
//!
//! The rules match syntax, never names in strings or comments.

use oxc_span::SourceType;

use super::constructs::{Found, constructs};
use super::dialect::{Construct, Runtime};
use super::lint::{Lint, Severity};
use super::names::{HANDLER, names};
use super::parse::{parsed, syntax_error};
use super::running;

/// Lints of the code of a CloudFront function of this runtime (`cloudfront-js-1.0`, …), in the
/// order of the source. Of a runtime that is not known here, only whether the code parses and has a
/// handler.
#[must_use]
pub fn cloudfront(code: &str, runtime: &str) -> Vec<Lint> {
    let runtime = Runtime::named(runtime);
    let mut lints = parsed(code, &[SourceType::unambiguous()], |parsed| {
        let error = syntax_error(code, parsed, Severity::Error);
        let mut found = constructs(code, &parsed.program);
        if error.is_some() {
            // Where the tree is not complete, a text may lie outside it.
            found.retain(|one| one.construct != Construct::NonAsciiSpace);
        }
        let mut lints: Vec<Lint> = runtime
            .map(|runtime| refused(code, &found, runtime))
            .unwrap_or_default();
        if let Some(error) = error {
            // Where the parser stopped, the tree says nothing more.
            return if lints.is_empty() { vec![error] } else { lints };
        }
        let names = names(&parsed.program);
        let mut warn = |at: u32, message: String| {
            lints.push(Lint::at(code, at, Severity::Warning, message));
        };
        if !names.has_handler {
            warn(0, without_handler());
        }
        if let Some(runtime) = runtime {
            for (at, message) in running::doubts(&names, &found, runtime) {
                warn(at, message);
            }
        }
        lints
    });
    lints.sort_by_key(|lint| (lint.line, lint.column));
    lints
}

/// The first thing in the code that this runtime cannot compile.
#[must_use]
pub fn uncompilable(code: &str, runtime: &str) -> Option<Lint> {
    cloudfront(code, runtime)
        .into_iter()
        .find(|lint| lint.severity == Severity::Error)
}

/// What the runtime cannot compile: each construct once, where it stands first.
fn refused(code: &str, found: &[Found], runtime: Runtime) -> Vec<Lint> {
    let mut told: Vec<Construct> = Vec::new();
    let mut lints = Vec::new();
    for one in found {
        if told.contains(&one.construct) {
            continue;
        }
        if let Some(message) = refusal(one, runtime) {
            told.push(one.construct);
            lints.push(Lint::at(code, one.at, Severity::Error, message));
        }
    }
    lints
}

/// What is wrong with it in this runtime, and what to write instead.
fn refusal(found: &Found, runtime: Runtime) -> Option<String> {
    let rule = found.construct.refused_by(runtime)?;
    let name = if found.construct == Construct::RegExpFlag {
        let flag = found
            .flags
            .chars()
            .find(|flag| !runtime.flags().contains(*flag))?;
        format!("the flag {flag} of a regular expression")
    } else {
        rule.name.to_owned()
    };
    let other = if rule.refused == (true, false) {
        ", or set runtime to cloudfront-js-2.0"
    } else {
        ""
    };
    Some(format!(
        "{} cannot compile {name}; {}{other}",
        runtime.name(),
        rule.instead
    ))
}

fn without_handler() -> String {
    format!(
        "there is no function named {HANDLER}, which CloudFront calls; write `function {HANDLER}(event)`"
    )
}

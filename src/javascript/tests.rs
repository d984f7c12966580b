//! The lints of code as people write it, and of code that is made to be hard to read.

mod features;
mod functions;
mod running;

use super::parse::DEEPEST;
use super::*;

fn said(lints: &[Lint]) -> Vec<String> {
    lints.iter().map(ToString::to_string).collect()
}

#[test]
fn a_function_that_cloudfront_can_call_raises_no_lint() {
    let quiet = [
        "function handler(event) { return event.request; }",
        "async function handler(event) { await 1; return event.request; }",
        "import cf from 'cloudfront';\nconst kvs = cf.kvs();\nasync function handler(event) { return await kvs.get('a'); }",
        "const handler = (event) => event.request;",
        "var a = 1, handler = function (event) { return event.request; };",
        "(() => { globalThis.handler = (event) => event.request; })();",
        "if (true) { var handler = function () {}; }",
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
        assert!(
            said[0].contains("there is no function named handler"),
            "{code}: {said:?}"
        );
    }
}

#[test]
fn what_the_older_runtime_cannot_compile_is_told_once_each_in_order() {
    let code = "import a from 'crypto';\nconst b = a; const c = 2;\nlet d;\nclass E {}\nasync function handler() { await b; }\n";
    let said = said(&cloudfront(code, "cloudfront-js-1.0"));
    let words: Vec<&str> = said
        .iter()
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert_eq!(words, ["const", "let", "class", "async"]);
    assert_eq!(
        said[0],
        "line 2, column 1: cloudfront-js-1.0 cannot compile `const`; write `var`, or set runtime to cloudfront-js-2.0"
    );
    assert!(
        said[2].ends_with("into `prototype`"),
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
    assert!(!cloudfront(&nest.repeat(10_240 / nest.len()), "cloudfront-js-2.0").is_empty());
    for open in [
        "!", "a=>", "a=", "new ", "a**", "-+", "if(1)", "a?a:", "typeof ", "a:",
    ] {
        let code = format!("{}1", open.repeat(10_240 / open.len()));
        assert!(!cloudfront(&code, "cloudfront-js-2.0").is_empty(), "{open}");
    }
}
